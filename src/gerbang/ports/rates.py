"""What core asks of a source of exchange rates. One protocol; no I/O."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from gerbang.ports.payment import Account


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of `currency` one whole `asset` is worth, who says so, and when they said it."""

    asset: str
    currency: str
    price: Decimal
    source: str
    at: datetime


class RateSource(Protocol):
    """A source of rates behind a connection."""

    async def rate(self, account: Account, asset: str, currency: str) -> Rate | None:
        """The rate now; None when the source does not know the pair. Raises Unreachable, OutcomeUnknown or ProviderRefused."""
        ...
