"""A payment and its parts are read as of one moment, whatever is committed while they are read."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from gerbang.base.db import Database, Row, Tx
from gerbang.core.payments.model import AttemptStatus, PaymentDetail, PaymentStatus, RefundStatus
from gerbang.core.payments.provider_calls import load_details
from gerbang.ports.next_action import DisplayVirtualAccount
from tests.conftest import FreshDatabase
from tests.core.notifications.example_payments import AT, details, stored

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(module_database: FreshDatabase) -> AsyncIterator[Database]:
    opened = Database(module_database.app_dsn)
    await opened.open()
    yield opened
    await opened.close()


async def test_money_that_comes_while_a_payment_is_read_is_in_all_of_it_or_in_none(shared: Database) -> None:
    one = await stored(shared, unpaid())
    async with shared.reading() as tx:
        first = (await load_details(PaidMeanwhile(tx, shared, one.payment.id), [one.payment.id]))[one.payment.id]
        then = (await load_details(tx, [one.payment.id]))[one.payment.id]
    assert (first.payment.status, first.attempts[0].status) == (PaymentStatus.PENDING, AttemptStatus.PENDING)
    assert (then.payment.status, then.attempts[0].status) == (PaymentStatus.PAID, AttemptStatus.CAPTURED)
    assert then.payment.amount_captured == then.attempts[0].captured == 150_000


async def test_all_that_was_written_is_read_of_many_payments_at_once(shared: Database) -> None:
    back = await stored(shared, details(refund=RefundStatus.SUCCEEDED))
    open_ = await stored(shared, unpaid())
    async with shared.reading() as tx:
        found = await load_details(tx, [back.payment.id, open_.payment.id, UUID(int=1)])
    assert set(found) == {back.payment.id, open_.payment.id}
    assert [one.amount for one in found[back.payment.id].refunds] == [50_000]
    attempt = found[open_.payment.id].attempts[0]
    assert attempt.options == {"bank": "BCA"}
    assert isinstance(attempt.next_action, DisplayVirtualAccount)
    assert isinstance(attempt.created_at, datetime)
    assert (attempt.amount, attempt.arriving) == (150_000, 0)
    assert found[open_.payment.id].refunds == ()
