"""Who is meant, and one step of showing or erasing what is kept about them. Data only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Person:
    """A user, a customer of the shop, or a payer who is neither: by user id, e-mail address in small letters, or phone number in E.164; empty where it is
    not known. `customers` are the ids of all customers who have one of the addresses;
    `asked_by` is the label of who has them erased.
    """

    user: UUID | None = None
    email: str = ""
    phone: str = ""
    customers: tuple[UUID, ...] = ()
    asked_by: str = ""

    def __str__(self) -> str:
        """What a keyed digest is made of; never stored itself. Of a customer without any address it is the id."""
        named = (self.user.hex if self.user else "", self.email, self.phone)
        return "|".join(named if any(named) else [one.hex for one in self.customers])


class Exported(NamedTuple):
    """Some of what is kept about a person, and after which row it goes on; None: that was all."""

    rows: Sequence[Mapping[str, Any]]
    next: UUID | None


class Erased(NamedTuple):
    """How many rows were erased in one step, how many must stay for now, and after which row it goes on; None: that was all. `objects` are the outer ids of
    those that stay and were emptied: their trails say so.
    """

    rows: int
    kept: int
    next: UUID | None
    objects: tuple[str, ...] = ()


# What stays when a person was erased, each with its reason.
KEPT: Final[Mapping[str, str]] = {
    "payments": "Amounts, dates and references of payments and refunds: tax law asks for books to be kept for ten years (UU KUP, article 28 (11)). They name nobody.",
    "ledger": "Every posting, for the same reason. None names anybody.",
    "audit": "Who did what and when, which proves that the person was erased. It names the person by a keyed digest only.",
    "stops": "A digest of each address that wanted no messages, so that nobody writes to it again.",
}
