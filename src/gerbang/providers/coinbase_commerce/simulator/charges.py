"""Charges of the simulated Commerce, what can happen to them, and the book that finds them. No wire format in here.

Every change is an effect that carries the whole charge, and `Book.apply` is the only place that changes anything, so replaying the effects
rebuilds the book.
"""

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

import msgspec

WEB3: Final = "web3"
LEGACY: Final = "legacy"
COMPLETION: Final = timedelta(minutes=14)  # from PENDING to COMPLETED on chain, where that takes its time
OPEN: Final = frozenset({"NEW", "SIGNED"})


class TimelineEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    time: datetime
    status: str
    context: str = ""


class Payment(msgspec.Struct, frozen=True):
    """`amount` base units of the charge's asset that came by `transaction`; `is_confirmed` once it is final."""

    transaction: str
    amount: int
    at: datetime
    is_confirmed: bool


class Charge(msgspec.Struct, frozen=True, omit_defaults=True):
    """One charge. `amount` is base units of `asset`, which is what was priced (USDC for a fiat price); 0 without a price. `local` is the
    price as it was given. `payer` and `chain_id` stand once a wallet is connected.
    """

    id: str
    code: str
    merchant: str
    generation: str
    name: str
    description: str
    local: tuple[str, str]
    asset: str
    amount: int
    metadata: Mapping[str, Any]
    hosted_url: str
    created_at: datetime
    expires_at: datetime
    timeline: tuple[TimelineEntry, ...]
    redirect_url: str = ""
    cancel_url: str = ""
    addresses: Mapping[str, str] = {}
    payments: tuple[Payment, ...] = ()
    payer: str = ""
    chain_id: int = 0
    failure: str = ""

    @property
    def status(self) -> str:
        return self.timeline[-1].status

    @property
    def context(self) -> str:
        return self.timeline[-1].context

    @property
    def reference(self) -> str:
        """The merchant's own, as Gerbang's adapter sends it; empty for others."""
        return str(self.metadata.get("attempt", ""))

    @property
    def page(self) -> str:
        """Where its hosted page is, below the simulator's prefix."""
        return f"hosted/pay/{self.id}" if self.generation == WEB3 else f"hosted/charges/{self.code}"

    @property
    def paid(self) -> int:
        return sum(payment.amount for payment in self.payments)


class Event(msgspec.Struct, frozen=True):
    """What was told, with the charge as it was then."""

    id: str
    type: str
    at: datetime
    charge: Charge


class Changed(msgspec.Struct, frozen=True, tag_field="kind", tag="charge"):
    """The charge stands like this from now on; `event` says what is told of it (empty: nothing)."""

    reference: str
    amount: int
    at: datetime
    event: str
    charge: Charge

    def told(self) -> Event:
        """The event of this change, whose id is the same however often it is told."""
        name = f"{self.charge.id}:{self.event}:{len(self.charge.timeline)}:{len(self.charge.payments)}"
        return Event(str(uuid5(NAMESPACE_OID, name)), self.event, self.at, self.charge)


class CheckoutSet(msgspec.Struct, frozen=True, tag_field="kind", tag="checkout"):
    """A checkout stands like this from now on; an empty body: it is gone."""

    id: str
    merchant: str
    body: Mapping[str, Any]


class Book:
    """All charges, events and checkouts of all merchants."""

    def __init__(self) -> None:
        self._charges: dict[str, Charge] = {}
        self._names: dict[str, str] = {}
        self._events: dict[str, Event] = {}
        self._checkouts: dict[str, CheckoutSet] = {}
        self._ends: list[tuple[datetime, str]] = []

    def get(self, name: str) -> Charge | None:
        """By id, code or the merchant's reference; the newest of a reference."""
        return self._charges.get(self._names.get(name, name))

    def of_payment(self, payment: str) -> Charge | None:
        """The newest charge with this payment in its metadata, an open one before any other."""
        found = [charge for charge in self.newest() if charge.metadata.get("payment") == payment]
        return next((charge for charge in found if charge.status in OPEN), found[0] if found else None)

    def newest(self, limit: int | None = None) -> Iterator[Charge]:
        return islice(reversed(self._charges.values()), limit)

    def count(self) -> int:
        return len(self._charges)

    def events(self) -> Iterator[Event]:
        """Newest first."""
        return reversed(self._events.values())

    def checkouts(self) -> Iterator[CheckoutSet]:
        """Newest first."""
        return reversed(self._checkouts.values())

    def due(self, now: datetime) -> Iterator[Charge]:
        """Charges whose time may have brought something about, as they are when they are yielded; each moment comes once."""
        while self._ends and self._ends[0][0] <= now:
            yield self._charges[heapq.heappop(self._ends)[1]]

    def apply(self, change: Changed | CheckoutSet) -> None:
        if isinstance(change, CheckoutSet):
            self._checkouts.pop(change.id, None)
            if change.body:
                self._checkouts[change.id] = change
            return
        charge = change.charge
        if charge.id not in self._charges:
            heapq.heappush(self._ends, (charge.expires_at, charge.id))
            self._names[charge.code] = charge.id
            if charge.reference:
                self._names[charge.reference] = charge.id
        self._charges[charge.id] = charge
        if charge.generation == WEB3 and charge.status == "PENDING":
            heapq.heappush(self._ends, (charge.timeline[-1].time + COMPLETION, charge.id))
        if change.event:
            event = change.told()
            self._events[event.id] = event
