"""Opening payments and attempts: choosing a connection, writing everything in one commit, then registering at the provider.

From the commit on the answer is success: what the provider does not answer in time is carried on by the queue.
"""

import asyncio
import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import CommitUnknown, DatabaseUnavailable, GerbangError, Unavailable
from gerbang.base.http import Unreachable
from gerbang.base.money import Money, as_json
from gerbang.base.tracing import REQUEST_ID
from gerbang.base.writes import Writes
from gerbang.core.audit.model import Entry
from gerbang.core.connections.model import Connection
from gerbang.core.effects import Effects
from gerbang.core.idempotency import service as idempotency
from gerbang.core.idempotency.model import Claim, IdempotencyKey
from gerbang.core.identity.model import Caller
from gerbang.core.payments import choosing, due, schedule, store
from gerbang.core.payments.context import Context
from gerbang.core.payments.deposits import TooManyAddresses
from gerbang.core.payments.draft import Draft, open_drafts, save_drafts
from gerbang.core.payments.machine import OPEN, kept
from gerbang.core.payments.model import (
    NEW_DEPOSIT,
    PAYMENT,
    Attempt,
    AttemptInFlight,
    AttemptStatus,
    DisputeState,
    MethodChoice,
    NewPayment,
    Outcome,
    PayerUpdate,
    Payment,
    PaymentClosed,
    PaymentNotFound,
    PaymentStatus,
    Whole,
)
from gerbang.core.queue import service as queue
from gerbang.ports.payment import (
    DisplayCode,
    DisplayCrypto,
    DisplayQr,
    DisplayVirtualAccount,
    Effect,
    MethodTerms,
    Quote,
    Redirect,
    Submission,
)

log = structlog.get_logger()
_TAKES_ATTEMPTS: Final = frozenset({
    PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.PART_PAID, PaymentStatus.FAILED, PaymentStatus.EXPIRED,
})  # fmt: skip
_MOST_ADDRESSES: Final = 5  # of one payment: every unpaid address is a hole that the owner's wallet must look across
# What is shown and stays payable, unlike a push that has been answered. Two pages of one way at a provider could both be paid.
_STAYS_PAYABLE: Final = (DisplayVirtualAccount, DisplayCode, DisplayQr, DisplayCrypto, Redirect)


@dataclass(frozen=True, slots=True)
class Creation:
    """One payment on its way into the group commit."""

    caller: Caller
    new: NewPayment
    key: IdempotencyKey
    payment: UUID
    terms: MethodTerms | None
    connection: Connection | None
    livemode: bool
    quote: Quote | None = None
    request_id: str | None = field(default_factory=REQUEST_ID.get)


async def create(ctx: Context, caller: Caller, new: NewPayment, key: IdempotencyKey) -> Outcome:
    """Open a payment, with its first attempt when a method was chosen. Raises MethodUnavailable, CurrencyUnavailable, IdempotencyKeyReused."""
    connection, terms, quote = None, None, None
    if new.choice is None:
        await choosing.check_payable(ctx, new.amount, new.currency, new.payer.phone)
    else:
        connection, terms = await choosing.choose(ctx, new.choice, new.amount, new.currency, new.payer.phone)
        choosing.check_expiry(terms, new.expires_in_s)
        quote = await choosing.quoted(ctx, new.choice, Money(new.amount, new.currency), terms, connection, new.payer)
    livemode = connection.livemode if connection else await _default_livemode(ctx)
    creation = Creation(caller, new, key, ids.new(), terms, connection, livemode, quote)
    whole, replayed = await ctx.creations.submit(creation)
    if replayed:
        return Outcome(await ctx.calls.whole(whole.payment.id), replayed=True)
    if whole.attempts:
        whole = await register(ctx, whole, whole.attempts[0])
    return Outcome(whole, replayed=False)


async def write_creations(tx: Tx, items: Sequence[Creation]) -> Sequence[tuple[Whole, bool] | Exception]:
    """The group commit of `create`: keys first, then what their owners asked for."""
    firsts, now = await idempotency.claim_all(tx, [Claim(item.key, PAYMENT, item.payment) for item in items])
    fresh = [(item, _draft(item, now)) for item, first in zip(items, firsts, strict=True) if first is None]
    if fresh:
        await _write_fresh(tx, fresh)
    wholes = {item.payment: whole for item, whole in fresh}
    answers: list[tuple[Whole, bool] | Exception] = []
    for item, first in zip(items, firsts, strict=True):
        if first is None:
            answers.append((wholes[item.payment], False))
        elif isinstance(first, Exception):
            answers.append(first)
        else:
            answers.append((wholes.get(first) or _reference(item, first, now), True))
    return answers


def _reference(item: Creation, payment: UUID, now: datetime) -> Whole:
    whole = _draft(item, now)
    return replace(whole, payment=replace(whole.payment, id=payment))


def _draft(item: Creation, now: datetime) -> Whole:
    new = item.new
    expires = now + timedelta(seconds=new.expires_in_s)
    status = PaymentStatus.PENDING if new.choice else PaymentStatus.CREATED
    payment = Payment(
        item.payment, status, False, item.livemode, new.amount, new.currency, 0, 0, 0, new.description, new.order_reference,
        new.owner_id, new.metadata, new.items, new.return_url, 1, now, now, expires, None, None, expires,
    )  # fmt: skip
    attempts: tuple[Attempt, ...] = ()
    if new.choice and item.terms and item.connection:
        attempts = (attempt_of(payment, 1, new.choice, item.terms, item.connection, new.amount, now, item.quote),)
    return Whole(payment, attempts, (), new.payer)


def attempt_of(
    payment: Payment,
    number: int,
    choice: MethodChoice,
    terms: MethodTerms,
    connection: Connection,
    amount: int,
    now: datetime,
    quote: Quote | None = None,
) -> Attempt:
    """A new attempt that is about to be sent, by whoever commits it. One with a quote is good for as long as the quote holds."""
    return Attempt(
        ids.new(), payment.id, number, AttemptStatus.SUBMITTING, choice.method, choice.options, connection.id, terms.effect,
        terms.lookup, amount, payment.currency, 0, 0, 0, DisputeState.NONE, None, None, None, None, False, now, now,
        _end(payment, terms, now, quote), now + schedule.SUBMIT_DEADLINE,
        quote, 0, NEW_DEPOSIT if terms.wallet else None, terms.dialect,
    )  # fmt: skip


def _end(payment: Payment, terms: MethodTerms, now: datetime, quote: Quote | None) -> datetime:
    """When an attempt is over: with its payment, or before, where its quote or its provider holds for less. Another may follow it then."""
    longest = now + timedelta(seconds=terms.longest_expiry_s)
    return min(payment.expires_at, longest, *([quote.expires_at] if quote else []))


async def _write_fresh(tx: Tx, fresh: Sequence[tuple[Creation, Whole]]) -> None:
    writes = Writes()
    await store.add_payments(writes, [whole.payment for _, whole in fresh])
    await store.add_payers(writes, {whole.payment.id: whole.payer for _, whole in fresh})
    attempts = [(attempt, whole.payment) for _, whole in fresh for attempt in whole.attempts]
    if attempts:
        await store.add_attempts(writes, attempts)
    await Effects(entries=[_created(item, whole) for item, whole in fresh]).save(tx, writes)


def _created(item: Creation, whole: Whole) -> Entry:
    detail = {"amount": as_json(whole.payment.amount, whole.payment.currency), "currency": whole.payment.currency}
    if whole.attempts:
        detail["method"] = whole.attempts[0].method.value
    pay = ids.show("pay", whole.payment.id)
    return Entry(item.caller.label, "payment.created", pay, detail, request_id=item.request_id)


async def add_attempt(
    ctx: Context,
    caller: Caller,
    payment_id: UUID,
    choice: MethodChoice,
    key: IdempotencyKey,
    told: PayerUpdate,
) -> Outcome:
    """One more try by another way; earlier open attempts are closed where the provider can. What was told of the payer is kept with it.
    The very same way, while its page, number or code can still be paid, is that one, whoever asks: some providers can close none, and two could
    both be paid.

    Raises PaymentClosed, AttemptInFlight when an earlier one may yet charge, MethodUnavailable, PhoneNeeded, IdempotencyKeyReused.
    """
    before = await ctx.calls.whole(payment_id)
    owed = before.payment.amount - kept(before.payment, before.attempts)
    connection, terms = await choosing.choose(
        ctx, choice, max(owed, 1), before.payment.currency, told.phone or before.payer.phone
    )
    payer = dataclasses.replace(before.payer, phone=told.phone or before.payer.phone, ip=told.ip or before.payer.ip)
    quote = await choosing.quoted(ctx, choice, Money(max(owed, 1), before.payment.currency), terms, connection, payer)
    async with ctx.db.transaction() as tx:
        attempt, made = None, None
        if await idempotency.claim_once(tx, key, "attempt", payment_id):
            draft = (await open_drafts(tx, [payment_id])).get(payment_id)
            if draft is None:
                raise PaymentNotFound
            if quote is not None and owed != draft.payment.amount - kept(draft.payment, draft.attempts.values()):
                raise PaymentClosed("Money came in meanwhile: look again at what is still to be paid.")
            made = _same(draft, choice, connection) if told.phone in {"", before.payer.phone} else None
            if made is None:
                attempt = _another(draft, caller, choice, terms, connection, quote)
                await save_drafts(tx, [draft])
                attempt = draft.attempts[attempt.id]
            if told != PayerUpdate():
                await store.update_payer(tx, payment_id, told)
    whole = await ctx.calls.whole(payment_id)
    if attempt is None:
        return Outcome(await _answered(ctx, whole, time.monotonic()), replayed=made is None)
    ctx.wake()
    return Outcome(await register(ctx, whole, attempt), replayed=False)


def _same(draft: Draft, choice: MethodChoice, connection: Connection) -> Attempt | None:
    """The newest attempt, if it is this very choice, asks for what is still owed, and is being sent or shows something that can be paid."""
    newest = max(draft.attempts.values(), key=lambda a: a.number, default=None)
    if newest is None or newest.expires_at <= draft.now or draft.payment.status not in _TAKES_ATTEMPTS:
        return None
    alike = (newest.method, dict(newest.options), newest.connection) == (
        choice.method,
        dict(choice.options),
        connection.id,
    )
    owed = draft.payment.amount - kept(draft.payment, draft.attempts.values())
    sent = newest.status is AttemptStatus.PENDING and isinstance(newest.next_action, _STAYS_PAYABLE)
    return (
        newest
        if alike and due.asks_for_the_rest(newest, owed) and (sent or newest.status is AttemptStatus.SUBMITTING)
        else None
    )


def _another(
    draft: Draft, caller: Caller, choice: MethodChoice, terms: MethodTerms, connection: Connection, quote: Quote | None
) -> Attempt:
    payment = draft.payment
    if payment.status not in _TAKES_ATTEMPTS:
        raise PaymentClosed(f"The payment is {payment.status.value}: it takes no new attempt.")
    earlier = [a for a in draft.attempts.values() if a.status in OPEN]
    if any(a.effect is Effect.MAY_CHARGE and a.status is not AttemptStatus.PENDING for a in earlier):
        raise AttemptInFlight("The earlier attempt may still charge the payer; wait until its outcome is known.")
    if terms.wallet and sum(1 for a in draft.attempts.values() if a.deposit is not None) >= _MOST_ADDRESSES:
        raise TooManyAddresses(
            f"{_MOST_ADDRESSES} addresses were made for this payment.", hint="Pay another way, or by a new payment."
        )
    if payment.expires_at <= draft.now:
        expires = draft.now + timedelta(seconds=terms.default_expiry_s)
        draft.payment = payment = replace(payment, expires_at=expires, look_at=expires)
    number = 1 + max((a.number for a in draft.attempts.values()), default=0)
    owed = payment.amount - kept(payment, draft.attempts.values())
    attempt = attempt_of(payment, number, choice, terms, connection, owed, draft.now, quote)
    draft.put_attempt(attempt)
    detail = {"attempt": ids.show("att", attempt.id), "method": attempt.method.value}
    draft.more.entries.append(Entry(caller.label, "payment.attempt_added", ids.show("pay", payment.id), detail))
    return attempt


async def register(ctx: Context, whole: Whole, attempt: Attempt) -> Whole:
    """Send the attempt and wait a little for what the payer needs. Whatever is not back in time goes on without the caller."""
    submission = ctx.calls.submission(whole, attempt, await ctx.link_token(whole.payment.id))
    task = asyncio.create_task(_send(ctx, attempt, submission))
    ctx.keep(task)
    started = time.monotonic()
    done, _ = await asyncio.wait({task}, timeout=ctx.create_wait_s)
    latest = task.result() if done and not isinstance(task.exception(), Unavailable) else None
    if latest is not None:
        latest = replace(latest, payer=whole.payer)
    else:
        latest = await _as_it_is(ctx, whole)
    return await _answered(ctx, latest, started)


async def _answered(ctx: Context, latest: Whole, started: float) -> Whole:
    """The payment once nothing of it is being sent any more, or as it is when the request has waited long enough since `started`."""
    while _still_sending(latest) and time.monotonic() - started < ctx.create_wait_s:
        await asyncio.sleep(0.05)
        latest = await _as_it_is(ctx, latest)
    return latest


async def _as_it_is(ctx: Context, whole: Whole) -> Whole:
    """The payment read again. It was committed before, so a database that is silent now must not be told as if nothing had been done."""
    try:
        return await ctx.calls.whole(whole.payment.id)
    except DatabaseUnavailable as error:
        hint = "Ask again with the same Idempotency-Key to learn what happened."
        raise CommitUnknown(hint=hint, retry_after_s=error.retry_after_s) from error


async def _send(ctx: Context, attempt: Attempt, submission: Submission) -> Whole | None:
    try:
        if attempt.deposit is not None and ctx.begin is not None:
            await ctx.begin(attempt.connection)
        return await ctx.calls.submit(attempt, submission)
    except Unreachable as error:
        log.warning("payment.unreachable", attempt=ids.show("att", attempt.id), why=error.detail)
        async with ctx.db.transaction() as tx:
            await store.mark_unsent(tx, attempt.id, True)
            await queue.enqueue(tx, [schedule.submission(attempt, ctx.clock.now() + timedelta(seconds=2))])
        ctx.wake()
    except GerbangError as error:  # the job takes over after its deadline
        log.warning("payment.submit_failed", attempt=ids.show("att", attempt.id), code=error.code)
    return None


def _still_sending(whole: Whole) -> bool:
    return any(a.status is AttemptStatus.SUBMITTING for a in whole.attempts)


async def _default_livemode(ctx: Context) -> bool:
    """A payment whose method is chosen later is live when the first enabled connection that takes money is."""
    return next((c.livemode for c in await ctx.connections.all() if c.enabled and ctx.calls.terms(c)), False)
