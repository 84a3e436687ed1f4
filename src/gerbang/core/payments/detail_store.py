"""SQL that reads payments with all that belongs to them by one statement: it sees one moment, where several would see what was committed between them, as a
payment that is not paid beside its attempt that is.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from gerbang.base.db import Tx
from gerbang.core.payments import attempt_store, store
from gerbang.core.payments.machine import OPEN
from gerbang.core.payments.model import Attempt, Payment, Refund
from gerbang.core.payments.refunds import store as refund_store
from gerbang.ports.payment import Payer

# With each attempt on a chain the base units that our node saw come, of what was asked for, and that do not count yet. Parts are gathered once for all payments.
_DETAILS: Final = f"""
    WITH tried AS (
        SELECT payment_id, array_agg(ROW({attempt_store.COLUMNS}, CASE WHEN deposit IS NOT NULL THEN (SELECT sum(amount)::text FROM chain_transfers
            WHERE attempt_id = attempts.id AND state = 'seen' AND verdict = 'waits') END) ORDER BY number) AS parts
        FROM attempts WHERE payment_id = ANY($1) GROUP BY payment_id
    ), back AS (
        SELECT payment_id, array_agg(ROW({refund_store.COLUMNS}) ORDER BY id) AS parts FROM refunds WHERE payment_id = ANY($1) GROUP BY payment_id
    )
    SELECT {store.COLUMNS}, {store.PAYER_COLUMNS}, tried.parts, back.parts FROM payments JOIN payment_payers y ON y.payment_id = id
    LEFT JOIN tried ON tried.payment_id = id LEFT JOIN back ON back.payment_id = id WHERE id = ANY($1)
    """  # noqa: S608  constants


async def load(tx: Tx, payments: Sequence[UUID]) -> list[tuple[Payment, Payer, list[Attempt], list[Refund]]]:
    """Payments with payer, attempts by their number and refunds, oldest first; raises RowUnreadable."""
    return [
        (
            *store.payment_and_payer(row[:-2]),
            [_attempt(one) for one in row[-2] or ()],
            [refund_store.read(one) for one in row[-1] or ()],
        )
        for row in await tx.fetch(_DETAILS, list(payments))
    ]


def _attempt(row: tuple[Any, ...]) -> Attempt:
    """Nothing is on its way any more to one that has ended."""
    attempt, arriving = attempt_store.read(row[:-1]), row[-1]
    return replace(attempt, arriving=int(arriving)) if arriving is not None and attempt.status in OPEN else attempt
