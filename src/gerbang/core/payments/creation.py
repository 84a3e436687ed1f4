"""Opening payments and attempts: choosing a connection, writing everything in one commit, then registering at the provider.

From the commit on the answer is success: what the provider does not answer in time is carried on by the queue.
"""

import asyncio
import dataclasses
import time
from collections.abc import Mapping, Sequence
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
from gerbang.base.statement_batch import StatementBatch
from gerbang.core.audit.model import Entry
from gerbang.core.connections.model import Connection
from gerbang.core.customers import matching
from gerbang.core.customers.model import PREFIX
from gerbang.core.effects import Effects
from gerbang.core.idempotency import service as idempotency
from gerbang.core.idempotency.model import ClaimedKey, IdempotencyKey
from gerbang.core.identity.model import Caller
from gerbang.core.payments import amount_due, attempt_store, method_selection, schedule, store
from gerbang.core.payments.contact_consent import agree_with
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto.deposit_addresses import TooManyAddresses
from gerbang.core.payments.machine import OPEN, kept
from gerbang.core.payments.model import (
    NEW_DEPOSIT,
    PAYMENT,
    Attempt,
    AttemptInFlight,
    AttemptStatus,
    CreationResult,
    DisputeState,
    MethodChoice,
    NewPayment,
    PayerUpdate,
    Payment,
    PaymentClosed,
    PaymentDetail,
    PaymentNotFound,
    PaymentStatus,
)
from gerbang.core.payments.pending_creation import PendingCreation
from gerbang.core.payments.unit_of_work import PaymentAggregate, load_for_update, save_changes
from gerbang.core.queue import service as queue
from gerbang.ports.next_action import DisplayCode, DisplayCrypto, DisplayQr, DisplayVirtualAccount, Redirect
from gerbang.ports.payment import MethodTerms, Quote, Submission, SubmissionEffect

log = structlog.get_logger()
_TAKES_ATTEMPTS: Final = frozenset(
    {
        PaymentStatus.CREATED,
        PaymentStatus.PENDING,
        PaymentStatus.PART_PAID,
        PaymentStatus.FAILED,
        PaymentStatus.EXPIRED,
    }
)
_NOBODY: Final[Mapping[str, UUID]] = {}
_MOST_ADDRESSES: Final = 5  # of one payment: every unpaid address is a hole that the owner's wallet must look across
# What is shown and stays payable, unlike a push that has been answered. Two pages of one way at a provider could both be paid.
_STAYS_PAYABLE: Final = (DisplayVirtualAccount, DisplayCode, DisplayQr, DisplayCrypto, Redirect)


async def create(ctx: Context, caller: Caller, new: NewPayment, key: IdempotencyKey) -> CreationResult:
    """Open a payment, with its first attempt when a method was chosen. Raises MethodUnavailable, CurrencyUnavailable, IdempotencyKeyReused."""
    connection, terms, quote = None, None, None
    if new.choice is None:
        await method_selection.check_payable(ctx, new.amount, new.currency, new.payer.phone)
    else:
        connection, terms = await method_selection.choose(ctx, new.choice, new.amount, new.currency, new.payer.phone)
        method_selection.check_expiry(terms, new.expires_in_s)
        quote = await method_selection.quoted(
            ctx, new.choice, Money(new.amount, new.currency), terms, connection, new.payer
        )
    livemode = connection.livemode if connection else await default_livemode(ctx)
    creation = PendingCreation(
        caller=caller,
        new=new,
        key=key,
        payment=ids.new(),
        terms=terms,
        connection=connection,
        livemode=livemode,
        quote=quote,
    )
    details, replayed = await ctx.creations.submit(creation)
    if replayed:
        return CreationResult(await ctx.calls.details(details.payment.id), replayed=True)
    if details.attempts:
        details = await register(ctx, details, details.attempts[0])
    return CreationResult(details, replayed=False)


async def write_creations(tx: Tx, items: Sequence[PendingCreation]) -> Sequence[tuple[PaymentDetail, bool] | Exception]:
    """The group commit of `create`: keys first, then what their owners asked for."""
    firsts, now = await idempotency.claim_all(tx, [ClaimedKey(item.key, PAYMENT, item.payment) for item in items])
    new = [item for item, first in zip(items, firsts, strict=True) if first is None]
    customers = await _customers(tx, new, now)
    fresh = [(item, _draft(item, now, customers)) for item in new]
    if fresh:
        await _write_fresh(tx, fresh)
    details_by_id = {item.payment: details for item, details in fresh}
    answers: list[tuple[PaymentDetail, bool] | Exception] = []
    for item, first in zip(items, firsts, strict=True):
        if first is None:
            answers.append((details_by_id[item.payment], False))
        elif isinstance(first, Exception):
            answers.append(first)
        else:
            answers.append((details_by_id.get(first) or _reference(item, first, now), True))
    return answers


async def _customers(tx: Tx, items: Sequence[PendingCreation], now: datetime) -> Mapping[str, UUID]:
    """The customers, by the shop's ids for them, of payments that name one who was not known when they were asked for."""
    wanted = {
        named: (one, item.caller.label)
        for item in items
        if (one := item.new.customer) is not None and (named := one.external_id) is not None
    }
    return await matching.match(tx, wanted, now) if wanted else {}


def _reference(item: PendingCreation, payment: UUID, now: datetime) -> PaymentDetail:
    details = _draft(item, now)
    return replace(details, payment=replace(details.payment, id=payment))


def _draft(item: PendingCreation, now: datetime, customers: Mapping[str, UUID] = _NOBODY) -> PaymentDetail:
    new = item.new
    expires = now + timedelta(seconds=new.expires_in_s)
    status = PaymentStatus.PENDING if new.choice else PaymentStatus.CREATED
    payment = Payment(
        id=item.payment,
        status=status,
        late=False,
        livemode=item.livemode,
        amount=new.amount,
        currency=new.currency,
        amount_captured=0,
        amount_refunded=0,
        amount_excess=0,
        description=new.description,
        order_reference=new.order_reference,
        owner_id=new.owner_id,
        customer_id=customers.get(new.customer.external_id or "") if new.customer else new.customer_id,
        metadata=new.metadata,
        items=new.items,
        return_url=new.return_url,
        sequence=1,
        created_at=now,
        updated_at=now,
        expires_at=expires,
        paid_at=None,
        cancelled_at=None,
        look_at=expires,
    )
    attempts: tuple[Attempt, ...] = ()
    if new.choice and item.terms and item.connection:
        attempts = (attempt_of(payment, 1, new.choice, item.terms, item.connection, new.amount, now, item.quote),)
    return PaymentDetail(payment, attempts, (), new.payer)


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
        id=ids.new(),
        payment_id=payment.id,
        number=number,
        status=AttemptStatus.SUBMITTING,
        method=choice.method,
        options=choice.options,
        connection=connection.id,
        effect=terms.effect,
        lookup=terms.lookup,
        amount=amount,
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
        expires_at=_end(payment, terms, now, quote),
        look_at=now + schedule.SUBMIT_DEADLINE,
        quote=quote,
        received=0,
        deposit=NEW_DEPOSIT if terms.wallet else None,
        dialect=terms.dialect,
    )


def _end(payment: Payment, terms: MethodTerms, now: datetime, quote: Quote | None) -> datetime:
    """When an attempt is over: with its payment, or before, where its quote or its provider holds for less. Another may follow it then."""
    longest = now + timedelta(seconds=terms.longest_expiry_s)
    return min(payment.expires_at, longest, *([quote.expires_at] if quote else []))


async def _write_fresh(tx: Tx, fresh: Sequence[tuple[PendingCreation, PaymentDetail]]) -> None:
    writes = StatementBatch()
    await store.add_payments(writes, [details.payment for _, details in fresh])
    await store.add_payers(writes, {details.payment.id: details.payer for _, details in fresh})
    await agree_with(tx, fresh)
    attempts = [(attempt, details.payment) for _, details in fresh for attempt in details.attempts]
    if attempts:
        await attempt_store.add_attempts(writes, attempts)
    await Effects(entries=[_created(item, details) for item, details in fresh]).save(tx, writes)


def _created(item: PendingCreation, details: PaymentDetail) -> Entry:
    detail = {"amount": as_json(details.payment.amount, details.payment.currency), "currency": details.payment.currency}
    if details.attempts:
        detail["method"] = details.attempts[0].method.value
    if details.payment.customer_id is not None:
        detail["customer"] = ids.show(PREFIX, details.payment.customer_id)
    pay = ids.show("pay", details.payment.id)
    return Entry(item.caller.label, "payment.created", pay, detail, request_id=item.request_id)


async def add_attempt(
    ctx: Context,
    caller: Caller,
    payment_id: UUID,
    choice: MethodChoice,
    key: IdempotencyKey,
    told: PayerUpdate,
) -> CreationResult:
    """One more try by another way; earlier open attempts are closed where the provider can. What was told of the payer is kept with it.
    The very same way, while its page, number or code can still be paid, is that one, whoever asks: some providers can close none, and two could
    both be paid.

    Raises PaymentClosed, AttemptInFlight when an earlier one may yet charge, MethodUnavailable, PhoneNeeded, IdempotencyKeyReused.
    """
    before = await ctx.calls.details(payment_id)
    owed = before.payment.amount - kept(before.payment, before.attempts)
    connection, terms = await method_selection.choose(
        ctx, choice, max(owed, 1), before.payment.currency, told.phone or before.payer.phone
    )
    payer = dataclasses.replace(before.payer, phone=told.phone or before.payer.phone, ip=told.ip or before.payer.ip)
    quote = await method_selection.quoted(
        ctx, choice, Money(max(owed, 1), before.payment.currency), terms, connection, payer
    )
    async with ctx.db.transaction() as tx:
        attempt, made = None, None
        if await idempotency.claim_once(tx, key, "attempt", payment_id):
            aggregate = (await load_for_update(tx, [payment_id])).get(payment_id)
            if aggregate is None:
                raise PaymentNotFound
            if quote is not None and owed != aggregate.payment.amount - kept(
                aggregate.payment, aggregate.attempts.values()
            ):
                raise PaymentClosed("Money came in meanwhile: look again at what is still to be paid.")
            made = _same(aggregate, choice, connection) if told.phone in {"", before.payer.phone} else None
            if made is None:
                attempt = _another(aggregate, caller, choice, terms, connection, quote)
                await save_changes(tx, [aggregate])
                attempt = aggregate.attempts[attempt.id]
            if told != PayerUpdate():
                await store.update_payer(tx, payment_id, told)
    details = await ctx.calls.details(payment_id)
    if attempt is None:
        return CreationResult(await _answered(ctx, details, time.monotonic()), replayed=made is None)
    ctx.wake()
    return CreationResult(await register(ctx, details, attempt), replayed=False)


def _same(aggregate: PaymentAggregate, choice: MethodChoice, connection: Connection) -> Attempt | None:
    """The newest attempt, if it is this very choice, asks for what is still owed, and is being sent or shows something that can be paid.
    One that waits until its provider is back is none: whoever asks again wants it tried now.
    """
    newest = max(aggregate.attempts.values(), key=lambda a: a.number, default=None)
    if newest is None or schedule.waits_for_provider(list(aggregate.attempts.values())):
        return None
    if newest.expires_at <= aggregate.now or aggregate.payment.status not in _TAKES_ATTEMPTS:
        return None
    alike = (newest.method, dict(newest.options), newest.connection) == (
        choice.method,
        dict(choice.options),
        connection.id,
    )
    owed = aggregate.payment.amount - kept(aggregate.payment, aggregate.attempts.values())
    sent = newest.status is AttemptStatus.PENDING and isinstance(newest.next_action, _STAYS_PAYABLE)
    return (
        newest
        if alike and amount_due.asks_for_the_rest(newest, owed) and (sent or newest.status is AttemptStatus.SUBMITTING)
        else None
    )


def _another(
    aggregate: PaymentAggregate,
    caller: Caller,
    choice: MethodChoice,
    terms: MethodTerms,
    connection: Connection,
    quote: Quote | None,
) -> Attempt:
    payment = aggregate.payment
    if payment.status not in _TAKES_ATTEMPTS:
        raise PaymentClosed(f"The payment is {payment.status.value}: it takes no new attempt.")
    earlier = [a for a in aggregate.attempts.values() if a.status in OPEN]
    if any(a.effect is SubmissionEffect.MAY_CHARGE and a.status is not AttemptStatus.PENDING for a in earlier):
        raise AttemptInFlight("The earlier attempt may still charge the payer; wait until its outcome is known.")
    if terms.wallet and sum(1 for a in aggregate.attempts.values() if a.deposit is not None) >= _MOST_ADDRESSES:
        raise TooManyAddresses(
            f"{_MOST_ADDRESSES} addresses were made for this payment.", hint="Pay another way, or by a new payment."
        )
    if payment.expires_at <= aggregate.now:
        expires = aggregate.now + timedelta(seconds=terms.default_expiry_s)
        aggregate.payment = payment = replace(payment, expires_at=expires, look_at=expires)
    number = 1 + max((a.number for a in aggregate.attempts.values()), default=0)
    owed = payment.amount - kept(payment, aggregate.attempts.values())
    attempt = attempt_of(payment, number, choice, terms, connection, owed, aggregate.now, quote)
    aggregate.put_attempt(attempt)
    detail = {"attempt": ids.show("att", attempt.id), "method": attempt.method.value}
    aggregate.effects.entries.append(Entry(caller.label, "payment.attempt_added", ids.show("pay", payment.id), detail))
    return attempt


async def register(ctx: Context, details: PaymentDetail, attempt: Attempt) -> PaymentDetail:
    """Send the attempt and wait a little for what the payer needs. Whatever is not back in time goes on without the caller."""
    submission = ctx.calls.submission(details, attempt, await ctx.link_token(details.payment.id))
    task = asyncio.create_task(_send(ctx, attempt, submission))
    ctx.keep(task)
    started = time.monotonic()
    done, _ = await asyncio.wait({task}, timeout=ctx.create_wait_s)
    latest = task.result() if done and not isinstance(task.exception(), Unavailable) else None
    if latest is not None:
        latest = replace(latest, payer=details.payer)
    else:
        latest = await _as_it_is(ctx, details)
    return await _answered(ctx, latest, started)


async def _answered(ctx: Context, latest: PaymentDetail, started: float) -> PaymentDetail:
    """The payment once nothing of it is being sent any more, or as it is when the request has waited long enough since `started`."""
    while _still_sending(latest) and time.monotonic() - started < ctx.create_wait_s:
        await asyncio.sleep(0.05)
        latest = await _as_it_is(ctx, latest)
    return latest


async def _as_it_is(ctx: Context, details: PaymentDetail) -> PaymentDetail:
    """The payment read again. It was committed before, so a database that is silent now must not be told as if nothing had been done."""
    try:
        return await ctx.calls.details(details.payment.id)
    except DatabaseUnavailable as error:
        hint = "Ask again with the same Idempotency-Key to learn what happened."
        raise CommitUnknown(hint=hint, retry_after_s=error.retry_after_s) from error


async def _send(ctx: Context, attempt: Attempt, submission: Submission) -> PaymentDetail | None:
    try:
        if attempt.deposit is not None and ctx.begin is not None:
            await ctx.begin(attempt.connection)
        return await ctx.calls.submit(attempt, submission)
    except Unreachable as error:
        log.warning("payment.unreachable", attempt=ids.show("att", attempt.id), why=error.detail)
        async with ctx.db.transaction() as tx:
            await attempt_store.mark_unsent(tx, attempt.id, True)
            await queue.enqueue(tx, [schedule.submission(attempt, ctx.clock.now() + timedelta(seconds=2))])
        ctx.wake()
    except GerbangError as error:  # the job takes over after its deadline
        log.warning("payment.submit_failed", attempt=ids.show("att", attempt.id), code=error.code)
    return None


def _still_sending(details: PaymentDetail) -> bool:
    return any(a.status is AttemptStatus.SUBMITTING for a in details.attempts)


async def default_livemode(ctx: Context, *, otherwise: bool = False) -> bool:
    """A payment whose method is chosen later is live when the first enabled connection that takes money is."""
    return next((c.livemode for c in await ctx.connections.all() if c.enabled and ctx.calls.terms(c)), otherwise)
