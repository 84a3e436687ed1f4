"""Pending payments and waiting events in Gerbang's own tables, written by Gerbang's own statements. No HTTP, no judgement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from bench.cluster import Cluster, connected
from bench.load.shots import AMOUNT, CURRENCY, event_body
from bench.ours import CONNECTION
from bench.provider.webhook import CAPTURED, SIGNATURE, sign
from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.inbox import store as inbox_store
from gerbang.core.inbox.model import NewEvent
from gerbang.core.payments import attempt_store, store
from gerbang.core.payments.model import Attempt, AttemptStatus, DisputeState, Payment, PaymentStatus
from gerbang.ports.payment import Lookup, Method, Payer, SubmissionEffect

_CHUNK: Final = 2_000


async def pending_payments(cluster: Cluster, count: int) -> list[tuple[UUID, UUID]]:
    """Add `count` pending payments with one attempt each; returns (payment id, attempt id)."""
    made: list[tuple[UUID, UUID]] = []
    now = datetime.now(UTC)
    async with connected(cluster.dsn()) as db:
        for size in _chunks(count):
            payments = [_payment(now) for _ in range(size)]
            attempts = [_attempt(one, now) for one in payments]
            async with db.transaction() as tx:
                await store.add_payments(tx, payments)
                await store.add_payers(tx, {one.id: Payer(name="Budi Santoso") for one in payments})
                await attempt_store.add_attempts(tx, list(zip(attempts, payments, strict=True)))
            made += [(one.payment_id, one.id) for one in attempts]
    return made


async def waiting_events(cluster: Cluster, attempts: Sequence[UUID], secret: bytes) -> None:
    """Add one verified, unworked event for each attempt, saying that it was paid."""
    async with connected(cluster.dsn()) as db:
        left = iter(attempts)
        while chunk := list(islice(left, _CHUNK)):
            async with db.transaction() as tx:
                await _add_events(tx, chunk, secret)


async def _add_events(tx: Tx, attempts: Sequence[UUID], secret: bytes) -> None:
    rows = []
    for attempt in attempts:
        reference = ids.show("att", attempt)
        body = event_body(f"evt-{attempt}", reference)
        headers = {"content-type": "application/json", SIGNATURE: sign(secret, body)}
        event = NewEvent(
            connection=CONNECTION, key=f"evt-{attempt}", subject=reference, type=CAPTURED, headers=headers, body=body
        )
        rows.append(
            (
                ids.new(),
                event.connection,
                event.unique_key(),
                event.subject,
                event.shard(),
                event.type,
                headers,
                event.body,
            )
        )
    await inbox_store.add(tx, rows)


def _chunks(count: int) -> Iterator[int]:
    while count > 0:
        yield min(_CHUNK, count)
        count -= _CHUNK


def _payment(now: datetime) -> Payment:
    return Payment(
        id=ids.new(),
        status=PaymentStatus.PENDING,
        late=False,
        livemode=False,
        amount=AMOUNT,
        currency=CURRENCY,
        amount_captured=0,
        amount_refunded=0,
        amount_excess=0,
        description="Kopi Gayo 1 kg",
        order_reference=None,
        owner_id=None,
        metadata={},
        items=(),
        return_url=None,
        sequence=1,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(days=1),
        paid_at=None,
        cancelled_at=None,
    )


def _attempt(payment: Payment, now: datetime) -> Attempt:
    return Attempt(
        id=ids.new(),
        payment_id=payment.id,
        number=1,
        status=AttemptStatus.PENDING,
        method=Method.VIRTUAL_ACCOUNT,
        options={"bank": "BCA"},
        connection=CONNECTION,
        effect=SubmissionEffect.INSTRUCTS,
        lookup=Lookup.BY_OUR_REFERENCE,
        amount=payment.amount,
        currency=payment.currency,
        captured=0,
        refunded=0,
        refund_reserved=0,
        dispute=DisputeState.NONE,
        provider_reference=None,
        next_action=None,
        failure=None,
        asked_at=None,
        unsent=False,
        created_at=now,
        updated_at=now,
        expires_at=payment.expires_at,
    )
