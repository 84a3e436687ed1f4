"""A payment and its parts are read as of one moment, whatever is committed while they are read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gerbang.base.db import Database, Row, Tx
from gerbang.core.payments.model import AttemptStatus, PaymentDetail, PaymentStatus, RefundStatus
from gerbang.core.payments.provider_calls import load_details
from gerbang.ports.next_action import DisplayVirtualAccount
from tests.core.notifications.example_payments import AT, details, stored


class PaidMeanwhile:
    """A connection on which, after each statement, somebody else's transaction pays the payment."""

    def __init__(self, tx: Tx, db: Database, payment: UUID) -> None:
        self._tx = tx
        self._db = db
        self._payment = payment

    async def fetch(self, query: str, *args: Any) -> list[Row]:
        rows = await self._tx.fetch(query, *args)
        async with self._db.transaction() as other:
            await other.execute(
                "UPDATE payments SET status = 'paid', amount_captured = 150000, paid_at = $2 WHERE id = $1",
                self._payment,
                AT,
            )
            await other.execute(
                "UPDATE attempts SET status = 'captured', captured = 150000 WHERE payment_id = $1", self._payment
            )
        return rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)


def unpaid() -> PaymentDetail:
    return details(status=PaymentStatus.PENDING, attempt_status=AttemptStatus.PENDING, captured=0)


async def test_money_that_comes_while_a_payment_is_read_is_in_all_of_it_or_in_none(db: Database) -> None:
    one = await stored(db, unpaid())
    async with db.reading() as tx:
        first = (await load_details(PaidMeanwhile(tx, db, one.payment.id), [one.payment.id]))[one.payment.id]
        then = (await load_details(tx, [one.payment.id]))[one.payment.id]
    assert (first.payment.status, first.attempts[0].status) == (PaymentStatus.PENDING, AttemptStatus.PENDING)
    assert (then.payment.status, then.attempts[0].status) == (PaymentStatus.PAID, AttemptStatus.CAPTURED)
    assert then.payment.amount_captured == then.attempts[0].captured == 150_000


async def test_all_that_was_written_is_read_of_many_payments_at_once(db: Database) -> None:
    back = await stored(db, details(refund=RefundStatus.SUCCEEDED))
    open_ = await stored(db, unpaid())
    async with db.reading() as tx:
        found = await load_details(tx, [back.payment.id, open_.payment.id, UUID(int=1)])
    assert set(found) == {back.payment.id, open_.payment.id}
    assert [one.amount for one in found[back.payment.id].refunds] == [50_000]
    attempt = found[open_.payment.id].attempts[0]
    assert attempt.options == {"bank": "BCA"}
    assert isinstance(attempt.next_action, DisplayVirtualAccount)
    assert isinstance(attempt.created_at, datetime)
    assert (attempt.amount, attempt.arriving) == (150_000, 0)
    assert found[open_.payment.id].refunds == ()
