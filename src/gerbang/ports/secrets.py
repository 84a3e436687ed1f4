"""What core asks of a secrets manager: values by name and version, and nothing about what they are for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SecretValue:
    """One version of a secret; the value never shows in a repr. `valid_for_s` is the rest of its overlap when it was read."""

    name: str
    version: int
    value: bytes = field(repr=False)
    valid_for_s: float | None = None


@dataclass(frozen=True, slots=True)
class SecretVersion:
    """What may be told about a version: `retired_at` is the end of its overlap, after which it no longer verifies."""

    name: str
    version: int
    created_at: datetime
    retired_at: datetime | None


class SecretStore(Protocol):
    """A place that keeps secret values. Raises NotFound for an unknown name, Unavailable when the store does not answer."""

    async def read(self, name: str) -> Sequence[SecretValue]:
        """Every version that is valid now, newest first."""
        ...

    async def write(self, name: str, value: bytes, *, overlap_s: int, first_only: bool = False) -> int:
        """A new version; the older ones stay valid for `overlap_s` seconds. Returns the version's number.

        With `first_only` nothing is written when the name has a version already, and that one's number is returned: of two processes
        that make the same secret at once, one wins.
        """
        ...

    async def remove(self, name: str) -> None:
        """Every version, for good; nothing happens where there is none."""
        ...

    async def versions(self) -> Sequence[SecretVersion]:
        """Names, versions and times; never values."""
        ...
