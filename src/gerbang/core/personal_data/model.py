"""Who is meant, and one step of showing or erasing what is kept about them. Data only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Person:
    """A user, or a payer without an account: by user id, e-mail address in small letters, or phone number in E.164; empty where it is not known."""

    user: UUID | None = None
    email: str = ""
    phone: str = ""

    def __str__(self) -> str:
        """What a keyed digest is made of; never stored itself."""
        return "|".join((self.user.hex if self.user else "", self.email, self.phone))


class Exported(NamedTuple):
    """Some of what is kept about a person, and after which row it goes on; None: that was all."""

    rows: Sequence[Mapping[str, Any]]
    next: UUID | None


class Erased(NamedTuple):
    """How many rows were erased in one step, how many must stay for now, and after which row it goes on; None: that was all."""

    rows: int
    kept: int
    next: UUID | None
