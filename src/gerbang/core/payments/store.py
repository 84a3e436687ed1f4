"""Every SQL statement on payments and attempts; rows ⇄ model. Lists: list_store.py; refunds: refunds/store.py."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx, columns
from gerbang.base.money import EXPONENTS
from gerbang.base.statement_batch import Writer
from gerbang.base.unreadable_rows import readable, unreadable
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    DisputeState,
    Failure,
    PayerUpdate,
    Payment,
    PaymentStatus,
)
from gerbang.ports.payment import Effect, Lookup, Method, NextAction, Payer, Quote


async def business_now(tx: Tx) -> datetime:
    """Business time of this transaction, UTC."""
    now: datetime = await tx.fetchval("SELECT business_now()")
    return now


async def add_payments(tx: Writer, payments: Sequence[Payment]) -> None:
    """New payments."""
    rows = [
        (
            p.id, p.status.value, p.livemode, str(p.amount), p.currency, p.description, p.order_reference, p.owner_id, p.metadata,
            msgspec.json.encode(p.items).decode(), p.return_url, p.sequence, p.created_at, p.expires_at,
        )
        for p in payments
    ]  # fmt: skip
    await tx.execute(
        """
        INSERT INTO payments (id, status, livemode, amount, currency, description, order_reference, owner_id, metadata,
            items, return_url, sequence, created_at, updated_at, expires_at, look_at)
        SELECT id, status, livemode, amount::numeric, currency, description, order_reference, owner_id, metadata, items::jsonb, return_url,
            sequence, created_at, created_at, expires_at, expires_at
        FROM unnest($1::uuid[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[],
            $9::jsonb[], $10::text[], $11::text[], $12::int[], $13::timestamptz[], $14::timestamptz[])
        AS n (id, status, livemode, amount, currency, description, order_reference, owner_id, metadata, items, return_url,
            sequence, created_at, expires_at)
        """,
        *columns(rows, 14),
    )


async def update_payer(tx: Tx, payment: UUID, told: PayerUpdate) -> None:
    """The payer's phone and address, as told with an attempt; what was not told stays."""
    await tx.execute(
        "UPDATE payment_payers SET phone = coalesce(nullif($2, ''), phone), ip = coalesce(nullif($3, ''), ip) WHERE payment_id = $1",
        payment,
        told.phone,
        told.ip,
    )


async def set_browser_locale(tx: Tx, payment: UUID, locale: str) -> None:
    """The language that the payer's browser was answered in."""
    await tx.execute("UPDATE payment_payers SET browser_locale = $2 WHERE payment_id = $1", payment, locale)


async def add_payers(tx: Writer, payers: Mapping[UUID, Payer]) -> None:
    """Who pays these payments."""
    await tx.execute(
        "INSERT INTO payment_payers (payment_id, name, email, phone, locale, ip)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])",
        *columns([(payment, p.name, p.email, p.phone, p.locale, p.ip) for payment, p in payers.items()], 6),
    )


async def add_attempts(tx: Writer, attempts: Sequence[tuple[Attempt, Payment]]) -> None:
    """New attempts, each with its payment: lists by a way to pay are read off the attempts, in the payments' order."""
    rows = [
        (
            a.id, a.payment_id, a.number, a.status.value, a.method.value, a.options, a.connection, a.effect.value, a.lookup.value,
            a.amount, a.currency, a.unsent, a.created_at, a.expires_at, a.look_at, _as_json(a.quote), a.deposit, a.dialect,
            payment.created_at, payment.status.value,
        )
        for a, payment in attempts
    ]  # fmt: skip
    await tx.execute(
        """
        INSERT INTO attempts (id, payment_id, number, status, method, options, connection, effect, lookup, amount, currency,
            unsent, created_at, updated_at, expires_at, look_at, quote, deposit, dialect, listed_at, listed_status, sweep_at)
        SELECT id, payment_id, number, status, method, options, connection, effect, lookup, amount, currency, unsent,
            created_at, created_at, expires_at, look_at, quote::jsonb, deposit, dialect, listed_at, listed_status,
            CASE WHEN deposit IS NOT NULL THEN expires_at + interval '73 hours' END
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $8::text[], $9::text[],
            $10::numeric[], $11::text[], $12::bool[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::text[],
            $17::bigint[], $18::text[], $19::timestamptz[], $20::text[])
        AS n (id, payment_id, number, status, method, options, connection, effect, lookup, amount, currency, unsent,
            created_at, expires_at, look_at, quote, deposit, dialect, listed_at, listed_status)
        """,
        *columns(rows, 20),
    )


async def payments_of(tx: Tx, attempts: Sequence[UUID]) -> dict[UUID, UUID]:
    """Which payment each of these attempts belongs to; unknown attempts are absent."""
    rows = await tx.fetch("SELECT id, payment_id FROM attempts WHERE id = ANY($1)", list(attempts))
    return {row["id"]: row["payment_id"] for row in rows}


async def lock(tx: Tx, payments: Sequence[UUID]) -> tuple[list[Payment], datetime | None]:
    """Payments locked for change, always in id order: one writer per payment, and no deadlock. With them, business time."""
    return _locked(await tx.fetch(_LOCKING + "WHERE id = ANY($1) ORDER BY id FOR UPDATE OF payments", list(payments)))


async def lock_of_attempts(tx: Tx, attempts: Sequence[UUID]) -> tuple[list[Payment], datetime | None]:
    """The payments that these attempts belong to, locked in the same way."""
    return _locked(await tx.fetch(_LOCKING_BY_ATTEMPTS, list(attempts)))


async def load(tx: Tx, payments: Sequence[UUID]) -> list[tuple[Payment, Payer]]:
    """Payments as they are, with who pays."""
    rows = await tx.fetch(_PAYMENTS_AND_PAYERS, list(payments))
    return [(_payment(row[:-6]), Payer(*row[-6:])) for row in rows]


async def attempts_of(tx: Tx, payments: Sequence[UUID]) -> list[Attempt]:
    """All attempts of these payments, in order of their number."""
    rows = await tx.fetch(_ATTEMPTS + "WHERE payment_id = ANY($1) ORDER BY payment_id, number", list(payments))
    return [_attempt(row) for row in rows]


async def attempt(tx: Tx, id_: UUID) -> Attempt | None:
    """One attempt as it is."""
    row = await tx.fetchrow(_ATTEMPTS + "WHERE id = $1", id_)
    return _attempt(row) if row else None


async def attempts_by_id(tx: Tx, wanted: Sequence[UUID]) -> list[Attempt]:
    """These attempts, as they are; one that cannot be read is left out, and said."""
    return readable(await tx.fetch(_ATTEMPTS + "WHERE id = ANY($1)", list(wanted)), _attempt) if wanted else []


async def mark_unsent(tx: Tx, attempt: UUID, unsent: bool) -> bool:
    """Note whether the registration is certainly not at the provider; False when the attempt is no longer being submitted."""
    tag = await tx.execute("UPDATE attempts SET unsent = $2 WHERE id = $1 AND status = 'submitting'", attempt, unsent)
    return tag == "UPDATE 1"


async def save_attempts_money(tx: Writer, attempts: Sequence[tuple[Attempt, PaymentStatus]], now: datetime) -> None:
    """Write back what money that comes in changes of attempts, and what their payments are now: the busy path."""
    rows = [(a.id, a.status.value, str(a.captured), a.look_at, listed.value) for a, listed in attempts]
    await tx.execute(
        """
        UPDATE attempts a SET status = n.status, captured = n.captured::numeric, look_at = n.look_at, listed_status = n.listed,
            updated_at = $6
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[]) AS n (id, status, captured, look_at, listed)
        WHERE a.id = n.id
        """,
        *columns(rows, 5),
        now,
    )


async def save_attempts(tx: Writer, attempts: Sequence[tuple[Attempt, PaymentStatus]], now: datetime) -> None:
    """Write back everything that may change of attempts, and what their payments are now, but `unsent`: whoever sends says that, without the payment's lock."""
    rows = [
        (
            a.id, a.status.value, str(a.captured), a.look_at, a.dispute.value, a.provider_reference, _as_json(a.next_action),
            _as_json(a.failure), a.expires_at, str(a.refunded), str(a.refund_reserved), a.asked_at, str(a.received), listed.value,
        )
        for a, listed in attempts
    ]  # fmt: skip
    await tx.execute(
        """
        UPDATE attempts a SET status = n.status, captured = n.captured::numeric, look_at = n.look_at, dispute = n.dispute,
            provider_reference = n.reference, next_action = n.action::jsonb, failure = n.failure::jsonb,
            expires_at = n.expires_at, refunded = n.refunded::numeric, refund_reserved = n.reserved::numeric, asked_at = n.asked_at,
            received = n.received::numeric, listed_status = n.listed, updated_at = $15
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::timestamptz[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::text[])
        AS n (id, status, captured, look_at, dispute, reference, action, failure, expires_at, refunded, reserved, asked_at, received, listed)
        WHERE a.id = n.id
        """,
        *columns(rows, 14),
        now,
    )


async def save_payments_money(tx: Writer, payments: Sequence[Payment], now: datetime) -> None:
    """Write back what money that comes in changes of payments: the busy path."""
    rows = [
        (p.id, p.status.value, p.late, str(p.amount_captured), str(p.amount_excess), p.sequence, p.paid_at)
        for p in payments
    ]
    await tx.execute(
        """
        UPDATE payments p SET status = n.status, late = n.late, amount_captured = n.captured::numeric,
            amount_excess = n.excess::numeric, sequence = n.sequence, paid_at = n.paid_at, updated_at = $8
        FROM unnest($1::uuid[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::int[], $7::timestamptz[])
        AS n (id, status, late, captured, excess, sequence, paid_at)
        WHERE p.id = n.id
        """,
        *columns(rows, 7),
        now,
    )


async def save_payments(tx: Writer, payments: Sequence[Payment], now: datetime) -> None:
    """Write back everything that may change of payments."""
    rows = [
        (
            p.id, p.status.value, p.late, str(p.amount_captured), str(p.amount_excess), p.sequence, p.paid_at, str(p.amount_refunded),
            p.expires_at, p.cancelled_at, p.look_at, str(p.excess_owed),
        )
        for p in payments
    ]  # fmt: skip
    await tx.execute(
        """
        UPDATE payments p SET status = n.status, late = n.late, amount_captured = n.captured::numeric,
            amount_excess = n.excess::numeric, sequence = n.sequence, paid_at = n.paid_at, amount_refunded = n.refunded::numeric,
            expires_at = n.expires_at, cancelled_at = n.cancelled_at, look_at = n.look_at, excess_owed = n.owed::numeric, updated_at = $13
        FROM unnest($1::uuid[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::int[], $7::timestamptz[], $8::text[],
            $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::text[])
        AS n (id, status, late, captured, excess, sequence, paid_at, refunded, expires_at, cancelled_at, look_at, owed)
        WHERE p.id = n.id
        """,
        *columns(rows, 12),
        now,
    )


# Amounts travel as text: PostgreSQL's numeric holds 78 digits, and Python's int reads text faster than a Decimal is made.
_LOCKING = (
    "SELECT id, status, late, livemode, amount::text, currency, amount_captured::text, amount_refunded::text, amount_excess::text,"
    " description, order_reference, owner_id, metadata, items, return_url, sequence, created_at, updated_at, expires_at, paid_at,"
    " cancelled_at, look_at, excess_owed::text, (SELECT business_now()) FROM payments "
)
_LOCKING_BY_ATTEMPTS = (
    _LOCKING + "WHERE id IN (SELECT payment_id FROM attempts WHERE id = ANY($1)) ORDER BY id FOR UPDATE OF payments"  # noqa: S608  two constants
)
_PAYMENTS_AND_PAYERS = (
    "SELECT id, status, late, livemode, amount::text, currency, amount_captured::text, amount_refunded::text, amount_excess::text,"
    " description, order_reference, owner_id, metadata, items, return_url, sequence, created_at, updated_at, expires_at, paid_at,"
    " cancelled_at, look_at, excess_owed::text, y.name, y.email, y.phone, y.locale, y.ip, y.browser_locale"
    " FROM payments JOIN payment_payers y ON payment_id = id WHERE id = ANY($1)"
)
_ATTEMPTS = (
    "SELECT id, payment_id, number, status, method, options, connection, effect, lookup, amount::text, currency, captured::text,"
    " refunded::text, refund_reserved::text, dispute, provider_reference, next_action::text, failure::text, asked_at, unsent,"
    " created_at, updated_at, expires_at, look_at, quote::text, received::text, deposit, dialect FROM attempts "
)
_PAYMENT_STATUS = {status.value: status for status in PaymentStatus}
_ATTEMPT_STATUS = {status.value: status for status in AttemptStatus}
_METHOD = {method.value: method for method in Method}
_EFFECT = {effect.value: effect for effect in Effect}
_LOOKUP = {lookup.value: lookup for lookup in Lookup}
_DISPUTE = {dispute.value: dispute for dispute in DisputeState}
_read_action = msgspec.json.Decoder(NextAction).decode
_read_failure = msgspec.json.Decoder(Failure).decode
_read_quote = msgspec.json.Decoder(Quote).decode


def _locked(rows: Sequence[Row]) -> tuple[list[Payment], datetime | None]:
    return [_payment(row[:-1]) for row in rows], rows[0][-1] if rows else None


def _payment(row: Row | tuple[Any, ...]) -> Payment:
    try:
        return _payment_of(row)
    except (LookupError, TypeError, ValueError) as error:
        raise unreadable("pay", row[0], error) from error


def _payment_of(row: Row | tuple[Any, ...]) -> Payment:
    (
        id_, status, late, livemode, amount, currency, captured, refunded, excess, description, reference, owner, metadata,
        items, return_url, sequence, created, updated, expires, paid, cancelled, look, owed,
    ) = row  # fmt: skip
    _ = EXPONENTS[currency]
    return Payment(
        id_, _PAYMENT_STATUS[status], late, livemode, int(amount), currency, int(captured), int(refunded), int(excess),
        description, reference, owner, metadata, tuple(items), return_url, sequence, created, updated, expires, paid, cancelled,
        look, int(owed),
    )  # fmt: skip


def _attempt(row: Row) -> Attempt:
    try:
        return _attempt_of(row)
    except (LookupError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise unreadable("att", row[0], error) from error


def _attempt_of(row: Row) -> Attempt:
    (
        id_, payment, number, status, method, options, connection, effect, lookup, amount, currency, captured, refunded, reserved,
        dispute, reference, action, failure, asked, unsent, created, updated, expires, look, quote, received, deposit, dialect,
    ) = row  # fmt: skip
    _ = EXPONENTS[currency]
    return Attempt(
        id_, payment, number, _ATTEMPT_STATUS[status], _METHOD[method], options, connection, _EFFECT[effect], _LOOKUP[lookup],
        int(amount), currency, int(captured), int(refunded), int(reserved), _DISPUTE[dispute], reference,
        _read_action(action) if action else None, _read_failure(failure) if failure else None, asked, unsent, created, updated,
        expires, look, _read_quote(quote) if quote else None, int(received), deposit, dialect,
    )  # fmt: skip


def _as_json(value: NextAction | Failure | Quote | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
