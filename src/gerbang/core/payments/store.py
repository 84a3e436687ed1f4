"""Every SQL statement on payments and their payers; rows ⇄ model. Attempts: attempt_store.py; lists: list_store.py; refunds: refunds/store.py."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx, columns
from gerbang.base.money import EXPONENTS
from gerbang.base.statement_batch import Writer
from gerbang.base.unreadable_rows import unreadable
from gerbang.core.payments.model import (
    PayerUpdate,
    Payment,
    PaymentStatus,
)
from gerbang.ports.payment import Payer


async def business_now(tx: Tx) -> datetime:
    """Business time of this transaction, UTC."""
    now: datetime = await tx.fetchval("SELECT business_now()")
    return now


async def add_payments(tx: Writer, payments: Sequence[Payment]) -> None:
    """New payments."""
    rows = [
        (
            p.id,
            p.status.value,
            p.livemode,
            str(p.amount),
            p.currency,
            p.description,
            p.order_reference,
            p.owner_id,
            p.metadata,
            msgspec.json.encode(p.items).decode(),
            p.return_url,
            p.sequence,
            p.created_at,
            p.expires_at,
            p.customer_id,
        )
        for p in payments
    ]
    await tx.execute(
        """
        INSERT INTO payments (id, status, livemode, amount, currency, description, order_reference, owner_id, metadata,
            items, return_url, sequence, created_at, updated_at, expires_at, look_at, customer_id)
        SELECT id, status, livemode, amount::numeric, currency, description, order_reference, owner_id, metadata, items::jsonb, return_url,
            sequence, created_at, created_at, expires_at, expires_at, customer_id
        FROM unnest($1::uuid[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::text[], $7::text[], $8::uuid[],
            $9::jsonb[], $10::text[], $11::text[], $12::int[], $13::timestamptz[], $14::timestamptz[], $15::uuid[])
        AS n (id, status, livemode, amount, currency, description, order_reference, owner_id, metadata, items, return_url,
            sequence, created_at, expires_at, customer_id)
        """,
        *columns(rows, 15),
    )


async def update_payer(tx: Tx, payment: UUID, told: PayerUpdate) -> None:
    """The payer's phone and address, as told with an attempt; what was not told stays."""
    await tx.execute(
        """
        UPDATE payment_payers SET phone = coalesce(nullif($2, ''), phone), ip = coalesce(nullif($3, ''), ip)
        WHERE payment_id = $1
        """,
        payment,
        told.phone,
        told.ip,
    )


async def set_phone(tx: Tx, payment: UUID, phone: str) -> None:
    """The number at which the payer wants to be told."""
    await tx.execute("UPDATE payment_payers SET phone = $2 WHERE payment_id = $1", payment, phone)


async def set_browser_locale(tx: Tx, payment: UUID, locale: str) -> None:
    """The language that the payer's browser was answered in."""
    await tx.execute("UPDATE payment_payers SET browser_locale = $2 WHERE payment_id = $1", payment, locale)


async def add_payers(tx: Writer, payers: Mapping[UUID, Payer]) -> None:
    """Who pays these payments."""
    rows = [(payment, p.name, p.email, p.phone, p.locale, p.ip) for payment, p in payers.items()]
    await tx.execute(
        "INSERT INTO payment_payers (payment_id, name, email, phone, locale, ip)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])",
        *columns(rows, 6),
    )


async def lock(tx: Tx, payments: Sequence[UUID]) -> tuple[list[Payment], datetime | None]:
    """Payments locked for change, always in id order: one writer per payment, and no deadlock. With them, business time."""
    return _locked(await tx.fetch(_LOCKING + "WHERE id = ANY($1) ORDER BY id FOR UPDATE OF payments", list(payments)))


async def lock_of_attempts(tx: Tx, attempts: Sequence[UUID]) -> tuple[list[Payment], datetime | None]:
    """The payments that these attempts belong to, locked in the same way."""
    return _locked(await tx.fetch(_LOCKING_BY_ATTEMPTS, list(attempts)))


async def load(tx: Tx, payments: Sequence[UUID]) -> list[tuple[Payment, Payer]]:
    """Payments as they are, with who pays."""
    rows = await tx.fetch(_PAYMENTS_AND_PAYERS, list(payments))
    return [payment_and_payer(row) for row in rows]


def payment_and_payer(row: Row | tuple[Any, ...]) -> tuple[Payment, Payer]:
    """Of a row of COLUMNS and PAYER_COLUMNS."""
    return _payment(row[:-6]), Payer(*row[-6:])


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
            p.id,
            p.status.value,
            p.late,
            str(p.amount_captured),
            str(p.amount_excess),
            p.sequence,
            p.paid_at,
            str(p.amount_refunded),
            p.expires_at,
            p.cancelled_at,
            p.look_at,
            str(p.excess_owed),
        )
        for p in payments
    ]
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
COLUMNS: Final = (
    "id, status, late, livemode, amount::text, currency, amount_captured::text, amount_refunded::text, amount_excess::text,"
    " description, order_reference, owner_id, metadata, items, return_url, sequence, created_at, updated_at, expires_at, paid_at,"
    " cancelled_at, look_at, excess_owed::text, customer_id"
)
PAYER_COLUMNS: Final = "y.name, y.email, y.phone, y.locale, y.ip, y.browser_locale"
_LOCKING = f"SELECT {COLUMNS}, (SELECT business_now()) FROM payments "  # noqa: S608  a constant
_LOCKING_BY_ATTEMPTS = (
    _LOCKING + "WHERE id IN (SELECT payment_id FROM attempts WHERE id = ANY($1)) ORDER BY id FOR UPDATE OF payments"  # noqa: S608  two constants
)
_PAYMENTS_AND_PAYERS = (
    f"SELECT {COLUMNS}, {PAYER_COLUMNS} FROM payments JOIN payment_payers y ON payment_id = id WHERE id = ANY($1)"  # noqa: S608  two constants
)
_PAYMENT_STATUS = {status.value: status for status in PaymentStatus}


def _locked(rows: Sequence[Row]) -> tuple[list[Payment], datetime | None]:
    return [_payment(row[:-1]) for row in rows], rows[0][-1] if rows else None


def _payment(row: Row | tuple[Any, ...]) -> Payment:
    try:
        return _payment_of(row)
    except (LookupError, TypeError, ValueError) as error:
        raise unreadable("pay", row[0], error) from error


def _payment_of(row: Row | tuple[Any, ...]) -> Payment:
    # A table of columns, and by position on purpose: every list runs through here, and keywords cost six times as long.
    (
        id_, status, late, livemode, amount, currency, captured, refunded, excess, description, reference, owner, metadata,
        items, return_url, sequence, created, updated, expires, paid, cancelled, look, owed, customer,
    ) = row  # fmt: skip
    _ = EXPONENTS[currency]
    return Payment(
        id_, _PAYMENT_STATUS[status], late, livemode, int(amount), currency, int(captured), int(refunded), int(excess),
        description, reference, owner, metadata, tuple(items), return_url, sequence, created, updated, expires, paid, cancelled,
        look, int(owed), customer,
    )  # fmt: skip
