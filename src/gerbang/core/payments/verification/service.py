"""The sweep of all invariants: everything is read back and compared, statuses are folded again. Writes nothing.

It goes through the payments slice by slice, in the order in which they were made, each slice in a transaction of its own: nothing else waits
for it, and it may begin again where it was broken off.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, Row, Tx
from gerbang.base.keyset import FIRST_ID, FIRST_MOMENT
from gerbang.base.money import EXPONENTS
from gerbang.core.identity.model import Role
from gerbang.core.ledger import balance_keeper
from gerbang.core.payments import store
from gerbang.core.payments.machine import payment_status
from gerbang.core.payments.model import AttemptStatus, PaymentDetail, PaymentStatus, RefundStatus
from gerbang.core.payments.provider_calls import load_readable
from gerbang.core.payments.verification import store as verification_store
from gerbang.ports.payment import Method

_MOST: Final = 20
_SLICE: Final = 500
_TIMED: Final = frozenset(
    {PaymentStatus.EXPIRED, PaymentStatus.CREATED, PaymentStatus.CANCELLED, PaymentStatus.PENDING}
)


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold for one object: what it is, and what it should be."""

    invariant: str
    object: str
    is_: str
    should_be: str


@dataclass(slots=True)
class _Found:
    """Of each invariant the first twenty violations."""

    violations: list[Violation] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, one: Violation) -> None:
        self._counts[one.invariant] += 1
        if self._counts[one.invariant] <= _MOST:
            self.violations.append(one)

    def rows(self, found: Mapping[str, Sequence[Row]]) -> None:
        for name, rows in found.items():
            for row in rows:
                self.add(Violation(name, str(row["id"]), row["is"], row["should_be"]))


async def verify(
    db: Database, *, since: datetime | None = None, told: Callable[[int, datetime], None] = lambda _looked, _upto: None
) -> tuple[int, list[Violation]]:
    """How many payments were looked at, and what is wrong: an empty list is the only good answer.

    With `since`, only payments made from then on, and no balances, which are about all of them. `told` hears after each slice how many
    payments were looked at and when the last of them was made: `since` that moment goes on from there.
    """
    found, looked, place = _Found(), 0, (since or FIRST_MOMENT, FIRST_ID)
    while True:
        async with db.transaction() as tx:
            await verification_store.begin(tx)
            part = await verification_store.slice_(tx, place, _SLICE)
            if not part:
                found.rows(await verification_store.waiting(tx, _MOST))
                break
            wanted = [id_ for _, id_ in part]
            found.rows(await verification_store.findings(tx, wanted))
            await _fold(tx, wanted, found)
        looked, place = looked + len(part), part[-1]
        told(looked, place[0])
    if since is None:
        for account, currency, is_, should_be in await balance_keeper.differences(db):
            name = "an account's balance is not the sum of its lines"
            found.add(Violation(name, f"{account} {currency}", str(is_), str(should_be)))
    return looked, found.violations


async def unreadable(db: Database) -> list[tuple[str, str]]:
    """Rows that hold a word which this version does not know, as after a downgrade, the first of each kind: their ids, and the words."""
    known = [
        [str(word) for word in words] for words in (PaymentStatus, EXPONENTS, AttemptStatus, Method, RefundStatus, Role)
    ]
    statuses, currencies, attempts, methods, refunds, roles = known
    async with db.reading() as tx:
        found = await verification_store.unreadable(
            tx, (statuses, currencies, attempts, methods, refunds, roles), _MOST
        )
    return [(ids.show(kind, id_), words) for kind, id_, words in found]


async def _fold(tx: Tx, wanted: Sequence[UUID], found: _Found) -> None:
    """Whether each payment's status is what its attempts and refunds say."""
    now = await store.business_now(tx)
    details_by_id = await load_readable(tx, wanted)
    for id_ in wanted:
        if id_ not in details_by_id:
            found.add(Violation("a payment can be read", ids.show("pay", id_), "unreadable", "readable"))
    for details in details_by_id.values():
        status = payment_status(details.payment, details.attempts, details.refunds, now)
        if status is not details.payment.status and not _only_time(details, status):
            name = "a payment's status is not the fold of its attempts and refunds"
            shown = ids.show("pay", details.payment.id)
            found.add(Violation(name, shown, details.payment.status.value, status.value))


def _only_time(details: PaymentDetail, status: PaymentStatus) -> bool:
    """A deadline that has passed shows in the stored status only when its job has run."""
    return details.payment.status in _TIMED and status in _TIMED
