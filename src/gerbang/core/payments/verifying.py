"""The sweep of all invariants: everything is read back and compared, statuses are folded again. Writes nothing."""

from dataclasses import dataclass
from typing import Final

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.payments import store, verify_store
from gerbang.core.payments.calls import load_wholes
from gerbang.core.payments.machine import payment_status
from gerbang.core.payments.model import Filters, PaymentStatus, Whole

_MOST: Final = 20
_BATCH: Final = 500
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


async def verify(db: Database) -> tuple[int, list[Violation]]:
    """How many payments were looked at, and what is wrong: an empty list is the only good answer."""
    async with db.transaction() as tx:
        await verify_store.begin(tx)
        found = [
            Violation(name, str(row["id"]), row["is"], row["should_be"])
            for name, rows in (await verify_store.findings(tx, _MOST)).items()
            for row in rows
        ]
        looked, place = 0, None
        while wanted := await store.page(tx, Filters(), place, _BATCH):
            wholes = await load_wholes(tx, wanted)
            now = await store.business_now(tx)
            for whole in wholes.values():
                status = payment_status(whole.payment, whole.attempts, whole.refunds, now)
                if status is not whole.payment.status and not _only_time(whole, status):
                    found.append(_misfolded(whole, status))
            last = wholes[wanted[-1]].payment
            looked, place = looked + len(wanted), (last.created_at, last.id)
    return looked, found


def _only_time(whole: Whole, status: PaymentStatus) -> bool:
    """A deadline that has passed shows in the stored status only when its job has run."""
    return whole.payment.status in _TIMED and status in _TIMED


def _misfolded(whole: Whole, status: PaymentStatus) -> Violation:
    name = "a payment's status is not the fold of its attempts and refunds"
    return Violation(name, ids.show("pay", whole.payment.id), whole.payment.status.value, status.value)
