"""What stored webhooks do to payments: a signed fact is heard, a hint only makes us ask. One transaction for a whole batch."""

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import CommitUnknown, DatabaseUnavailable, GerbangError
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.connections.model import Connection, ConnectionNotFound
from gerbang.core.inbox.model import Done, Event, NotYet, Replay, Result
from gerbang.core.inbox.routing import EventHandler
from gerbang.core.inbox.service import Apply
from gerbang.core.payments import attempt_store, schedule
from gerbang.core.payments.applying_facts import FactReport, apply_facts, apply_report
from gerbang.core.payments.context import Context
from gerbang.core.payments.model import ATTEMPT, PaymentDetail
from gerbang.core.payments.unit_of_work import load_for_update, recompute_payment
from gerbang.core.queue import service as queue
from gerbang.core.secrets.model import Purpose
from gerbang.ports.facts import Accepted, ActionRequired, AnswerLost, Cancelled, Declined, Expired
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Hint, Ignored, PaymentMessage, SignedFacts, WebhookProvider, WebhookRequest

log = structlog.get_logger()
UNKNOWN_ATTEMPT: Final = "it is about an attempt that is not known here"
_NO_MONEY: Final = (
    Accepted,
    ActionRequired,
    Declined,
    Expired,
    Cancelled,
    AnswerLost,
)  # what a provider says where none has moved


class Read(msgspec.Struct, frozen=True):
    """A stored event and what it says."""

    event: Event
    says: PaymentMessage


def handler(ctx: Context) -> EventHandler:
    """What payments do with the events of their providers."""
    return EventHandler(partial(handle, ctx), partial(preview, ctx))


async def handle(ctx: Context, events: Sequence[Event]) -> Apply:
    """Read a batch of events; the answer applies it inside the inbox worker's transaction. Events of a connection that cannot be used wait for
    it, and no others with them.
    """
    accounts = {name: await _account_if_usable(ctx, name) for name in {event.connection for event in events}}
    reads = [Read(event, _read(ctx, accounts[event.connection], event)) for event in events]

    async def apply_batch(tx: Tx) -> Sequence[Result]:
        return await _apply(tx, reads)

    return apply_batch


async def _apply(tx: Tx, reads: Sequence[Read]) -> Sequence[Result]:
    heard = [
        FactReport(r.says.attempt, r.says.facts, "webhook", detail={"event": ids.show("evt", r.event.id)})
        for r in reads
        if isinstance(r.says, SignedFacts)
    ]
    details_by_id = await apply_facts(tx, heard) if heard else {}
    hinted = [a for r in reads if isinstance(r.says, Hint) and (a := r.says.attempt) is not None]
    owners = await attempt_store.payments_of(tx, hinted) if hinted else {}
    hints = [(r.event, r.says) for r in reads if isinstance(r.says, Hint) and r.says.attempt in owners]
    if hints:
        await _ask(tx, hints, owners)
    return [_result(r, owners, details_by_id) for r in reads]


async def _ask(tx: Tx, hints: Sequence[tuple[Event, Hint]], owners: dict[UUID, UUID]) -> None:
    """One question per attempt, however many hints there are; a question under way is asked once more after it."""
    jobs, entries = [], []
    for event, hint in hints:
        assert hint.attempt is not None
        jobs.append(schedule.hinted(hint.attempt, event.connection, hint.provider_reference or ""))
        detail = {"event": ids.show("evt", event.id), "type": event.type, "attempt": ids.show("att", hint.attempt)}
        entries.append(
            Entry(f"hook:{event.connection}", "webhook.received", ids.show("pay", owners[hint.attempt]), detail)
        )
    await queue.enqueue(tx, jobs)
    await record(tx, entries)


def _result(read: Read, owners: dict[UUID, UUID], details_by_id: dict[UUID, PaymentDetail]) -> Result:
    match read.says:
        case Ignored(why=why):
            return Done(why)
        case SignedFacts(attempt=attempt) if attempt in details_by_id:
            return Done(f"payment {details_by_id[attempt].payment.status.value}", ObjectRef(ATTEMPT, attempt))
        case Hint(attempt=attempt) if attempt is not None and attempt in owners:
            return Done("asked the provider", ObjectRef(ATTEMPT, attempt))
        case SignedFacts(facts=facts):
            return NotYet(UNKNOWN_ATTEMPT, names_money=not all(isinstance(fact, _NO_MONEY) for fact in facts))
        case _:
            return NotYet(UNKNOWN_ATTEMPT)


async def preview(ctx: Context, event: Event) -> Replay:
    """What running an event again would change, without writing: for a hint, what the provider says now."""
    says = _read(ctx, await _account(ctx, event.connection), event)
    if isinstance(says, Ignored) or says.attempt is None:
        return Replay(event.id, True, says.why if isinstance(says, Ignored) else "It is about nothing known here.", [])
    async with ctx.db.reading() as tx:
        owners = await attempt_store.payments_of(tx, [says.attempt])
    if says.attempt not in owners:
        return Replay(event.id, True, "It is about an attempt that is not known here.", [])
    facts = says.facts if isinstance(says, SignedFacts) else await ctx.calls.peek(says.attempt, says.provider_reference)
    async with ctx.db.transaction() as tx:  # changes that are never saved: the row lock ends with the transaction
        aggregate = (await load_for_update(tx, [owners[says.attempt]]))[owners[says.attempt]]
        before = aggregate.details()
        apply_report(aggregate, FactReport(says.attempt, facts, "webhook"))
        recompute_payment(aggregate)
    return _difference(event.id, before, aggregate.details())


def _difference(event_id: UUID, before: PaymentDetail, after: PaymentDetail) -> Replay:
    fields = ("status", "late", "amount_captured", "amount_refunded", "amount_excess")
    changes = [
        {"field": name, "was": str(getattr(before.payment, name)), "will_be": str(getattr(after.payment, name))}
        for name in fields
        if getattr(before.payment, name) != getattr(after.payment, name)
    ]
    outcome = f"{len(changes)} fields would change." if changes else "Running it again would change nothing."
    return Replay(event_id, True, outcome, changes)


async def _account_if_usable(ctx: Context, name: str) -> tuple[Connection, Account] | None:
    try:
        found = await _account(ctx, name)
    except (DatabaseUnavailable, CommitUnknown):
        raise
    except GerbangError as error:
        log.warning("inbox.connection_unusable", connection=name, code=error.code, why=error.detail)
        return None
    return found


async def _account(ctx: Context, name: str) -> tuple[Connection, Account] | None:
    try:
        connection = await ctx.connections.get(name)
    except ConnectionNotFound:
        return None
    return connection, await ctx.connections.account_for(connection, Purpose.VERIFY_WEBHOOK)


def _read(ctx: Context, known: tuple[Connection, Account] | None, event: Event) -> PaymentMessage:
    if known is None:
        return Hint(None)  # it was made a moment ago by another process, or cannot be used now: the event waits for it
    webhook: WebhookProvider[PaymentMessage] | None = ctx.connections.provider_of(known[0]).webhook
    if webhook is None:
        return Ignored("its provider sends no webhooks")
    return webhook.read(known[1], WebhookRequest(event.headers, event.body))
