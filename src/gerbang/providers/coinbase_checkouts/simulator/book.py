"""Checkouts and subscriptions of the simulated Coinbase, what can happen to them, and the book that finds them. No wire format in here.

Every change is an effect, and `Book.apply` is the only place that changes anything, so replaying the effects rebuilds the book.
"""

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final

import msgspec
from msgspec.structs import replace

SETTLES_AFTER: Final = timedelta(seconds=15)  # how long PROCESSING and PENDING last where they are shown
# the names under which the merchant whose sandbox this is keeps its references in `metadata`
ATTEMPT: Final = "attempt"
PAYMENT: Final = "payment"


class Status(StrEnum):
    ACTIVE = "ACTIVE"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    DEACTIVATED = "DEACTIVATED"
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"


class Progress(StrEnum):
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Refund(msgspec.Struct, frozen=True, omit_defaults=True):
    """`amount` in base units of USDC."""

    id: str
    amount: int
    reason: str
    status: Progress
    created_at: datetime
    ended_at: datetime | None = None


class Checkout(msgspec.Struct, frozen=True, omit_defaults=True):
    """One checkout. `amount` in base units of USDC; `project` is whose; `sandbox` says that it was made under Coinbase's own /sandbox."""

    id: str
    project: str
    sandbox: bool
    amount: int
    description: str
    metadata: Mapping[str, str]
    url: str
    address: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    success_url: str = ""
    fail_url: str = ""
    status: Status = Status.ACTIVE
    transaction: str = ""
    refunds: tuple[Refund, ...] = ()

    @property
    def reference(self) -> str:
        return self.metadata.get(ATTEMPT, self.id)

    @property
    def payment(self) -> str:
        return self.metadata.get(PAYMENT, "")

    @property
    def is_paid(self) -> bool:
        return self.status in {Status.COMPLETED, Status.PARTIALLY_REFUNDED, Status.REFUNDED}

    def refunded(self, *statuses: Progress) -> int:
        """Base units of all refunds in these statuses."""
        return sum(one.amount for one in self.refunds if one.status in statuses)


class Subscription(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wants to be told of what, and the secret that signs it."""

    id: str
    project: str
    secret: str
    url: str
    created_at: datetime
    event_types: tuple[str, ...]
    description: str = ""
    headers: Mapping[str, str] = {}
    labels: Mapping[str, str] = {}
    enabled: bool = True
    updated_at: datetime | None = None


class Kept(msgspec.Struct, frozen=True):
    """What a request under an idempotency key was answered: `print` is a digest of the request."""

    project: str
    key: str
    print: str
    status: int
    answer: str


class _Effect(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    id: str


class Made(_Effect, frozen=True, tag="made"):
    checkout: Checkout
    kept: Kept | None = None


class Moved(_Effect, frozen=True, tag="moved"):
    """A checkout has another status; `transaction` is the payer's, where it was paid."""

    status: Status
    at: datetime
    transaction: str = ""


class Refunded(_Effect, frozen=True, tag="refunded"):
    """A refund was made, or has come to its end."""

    refund: Refund
    at: datetime
    kept: Kept | None = None


class Subscribed(_Effect, frozen=True, tag="subscribed"):
    subscription: Subscription


class Unsubscribed(_Effect, frozen=True, tag="unsubscribed"):
    """Nothing is sent any more; what is on its way is still signed."""


Change = Made | Moved | Refunded | Subscribed | Unsubscribed


class Book:
    """All checkouts and subscriptions of all projects."""

    def __init__(self) -> None:
        self._checkouts: dict[str, Checkout] = {}
        self._by_word: dict[str, str] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._ended: set[str] = set()
        self._kept: dict[tuple[str, str], Kept] = {}
        self._ends: list[tuple[datetime, str]] = []
        self.count = 0

    def get(self, id_: str) -> Checkout | None:
        return self._checkouts.get(id_)

    def find(self, word: str) -> Checkout | None:
        """By id, or the newest with this word in its metadata or address."""
        return self._checkouts.get(self._by_word.get(word, word))

    def newest(self, limit: int) -> Iterator[Checkout]:
        return islice(reversed(self._checkouts.values()), limit)

    def of_project(self, project: str, *, sandbox: bool) -> list[Checkout]:
        """Newest first."""
        return [one for one in reversed(self._checkouts.values()) if one.project == project and one.sandbox is sandbox]

    def kept(self, project: str, key: str) -> Kept | None:
        return self._kept.get((project, key))

    def subscription(self, id_: str) -> Subscription | None:
        """Also one that has ended."""
        return self._subscriptions.get(id_)

    def subscriptions(self, project: str) -> list[Subscription]:
        return [one for one in self._subscriptions.values() if one.project == project and one.id not in self._ended]

    def due(self, now: datetime) -> Iterator[Change]:
        """What time has brought about; each must be applied before the next is asked for."""
        while self._ends and self._ends[0][0] <= now:
            at, id_ = heapq.heappop(self._ends)
            one = self._checkouts[id_]
            if one.status is Status.ACTIVE and one.expires_at <= at:
                yield Moved(id_, Status.EXPIRED, at)
            elif one.status is Status.PROCESSING and one.updated_at + SETTLES_AFTER <= at:
                yield Moved(id_, Status.COMPLETED, at, one.transaction)
            for refund in one.refunds:
                if refund.status is Progress.PENDING and refund.created_at + SETTLES_AFTER <= at:
                    yield Refunded(id_, replace(refund, status=Progress.COMPLETED, ended_at=at), at)

    def apply(self, change: Change) -> None:
        match change:
            case Made(checkout=one, kept=kept):
                self.count += 1
                self._checkouts[one.id] = one
                self._by_word |= dict.fromkeys([*one.metadata.values(), one.address], one.id)
                self._remember(kept)
                heapq.heappush(self._ends, (one.expires_at, one.id))
            case Moved(id=id_, status=status, at=at, transaction=transaction):
                before = self._checkouts[id_]
                hash_ = transaction or before.transaction
                self._checkouts[id_] = replace(before, status=status, updated_at=at, transaction=hash_)
                if status is Status.PROCESSING:
                    heapq.heappush(self._ends, (at + SETTLES_AFTER, id_))
            case Refunded(id=id_, refund=refund, at=at, kept=kept):
                self.count += 1
                self._checkouts[id_] = with_refund(self._checkouts[id_], refund, at)
                self._remember(kept)
                if refund.status is Progress.PENDING:
                    heapq.heappush(self._ends, (at + SETTLES_AFTER, id_))
            case Subscribed(subscription=wish):
                self.count += 1
                self._subscriptions[wish.id] = wish
            case Unsubscribed(id=id_):
                self._ended.add(id_)

    def _remember(self, kept: Kept | None) -> None:
        if kept is not None:
            self._kept[kept.project, kept.key] = kept


def with_refund(checkout: Checkout, refund: Refund, at: datetime) -> Checkout:
    """The checkout after a refund was made, or came to its end."""
    others = [one for one in checkout.refunds if one.id != refund.id]
    after = replace(checkout, refunds=(*others, refund), updated_at=at)
    back = after.refunded(Progress.COMPLETED)
    if not back:
        return after
    return replace(after, status=Status.REFUNDED if back >= checkout.amount else Status.PARTIALLY_REFUNDED)
