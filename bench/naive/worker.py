"""The usual worker: takes one event, applies it in one transaction, takes the next. Ends after `--seconds` idle or not."""

from __future__ import annotations

import argparse
import asyncio
import json
from time import monotonic

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.naive.database import create_tables, new_session
from bench.naive.models import Attempt, AuditRow, LedgerLine, OutboxRow, Payment, WebhookEvent

_IDLE_S = 0.05


async def process_one() -> bool:
    """Apply the oldest waiting event; False when none waits."""
    async with new_session() as session:
        statement = (
            select(WebhookEvent)
            .where(WebhookEvent.status == "new")
            .order_by(WebhookEvent.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        event = await session.scalar(statement)
        if event is None:
            return False
        await apply(session, event)
        await session.commit()
        return True


async def apply(session: AsyncSession, event: WebhookEvent) -> None:
    """Move the payment, write the books, the audit and the outbox, and mark the event done."""
    event.status = "done"
    content = json.loads(event.body)
    attempt = await session.get(Attempt, content["reference"])
    if attempt is None or content["type"] != "payment.captured":
        return
    payment = await session.get(Payment, attempt.payment_id, with_for_update=True)
    if payment is None or payment.status == "paid":
        return
    amount, currency = int(content["amount"]), payment.currency
    attempt.status, attempt.captured = "captured", amount
    payment.status, payment.captured = "paid", amount
    session.add_all(
        [
            LedgerLine(payment_id=payment.id, debit="clearing:bench", credit="sales", amount=amount, currency=currency),
            LedgerLine(payment_id=payment.id, debit="fees", credit="clearing:bench", amount=4500, currency=currency),
            AuditRow(actor="provider:bench", action="payment.paid", subject=payment.id, detail={"to": "paid"}),
            OutboxRow(topic="payment.paid", payload={"payment": payment.id, "amount": amount}),
        ]
    )


async def run(seconds: float) -> int:
    """Process for `seconds` and return how many events were applied."""
    await create_tables()
    deadline, done = monotonic() + seconds, 0
    while monotonic() < deadline:
        if await process_one():
            done += 1
        else:
            await asyncio.sleep(_IDLE_S)
    return done


def main() -> None:
    """Print the count of events applied as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True)
    seconds = parser.parse_args().seconds
    print(json.dumps({"processed": asyncio.run(run(seconds)), "seconds": seconds}))


if __name__ == "__main__":
    main()
