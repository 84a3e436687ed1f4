"""Every SQL statement on attempts; rows ⇄ model. Their payments: store.py; lists: list_store.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx, columns
from gerbang.base.money import EXPONENTS
from gerbang.base.statement_batch import Writer
from gerbang.base.unreadable_rows import readable, unreadable
from gerbang.core.payments.model import Attempt, AttemptStatus, DisputeState, Failure, Payment, PaymentStatus
from gerbang.ports.next_action import NextAction
from gerbang.ports.payment import Lookup, Method, Quote, SubmissionEffect


async def add_attempts(tx: Writer, attempts: Sequence[tuple[Attempt, Payment]]) -> None:
    """New attempts, each with its payment: lists by a way to pay are read off the attempts, in the payments' order."""
    rows = [
        (
            a.id,
            a.payment_id,
            a.number,
            a.status.value,
            a.method.value,
            a.options,
            a.connection,
            a.effect.value,
            a.lookup.value,
            a.amount,
            a.currency,
            a.unsent,
            a.created_at,
            a.expires_at,
            a.look_at,
            _as_json(a.quote),
            a.deposit,
            a.dialect,
            payment.created_at,
            payment.status.value,
        )
        for a, payment in attempts
    ]
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


async def attempts_of(tx: Tx, payments: Sequence[UUID]) -> list[Attempt]:
    """All attempts of these payments, in order of their number."""
    rows = await tx.fetch(_ATTEMPTS + "WHERE payment_id = ANY($1) ORDER BY payment_id, number", list(payments))
    return [read(row) for row in rows]


async def attempt(tx: Tx, id_: UUID) -> Attempt | None:
    """One attempt as it is."""
    row = await tx.fetchrow(_ATTEMPTS + "WHERE id = $1", id_)
    return read(row) if row else None


async def attempts_by_id(tx: Tx, wanted: Sequence[UUID]) -> list[Attempt]:
    """These attempts, as they are; one that cannot be read is left out, and said."""
    return readable(await tx.fetch(_ATTEMPTS + "WHERE id = ANY($1)", list(wanted)), read) if wanted else []


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
            a.id,
            a.status.value,
            str(a.captured),
            a.look_at,
            a.dispute.value,
            a.provider_reference,
            _as_json(a.next_action),
            _as_json(a.failure),
            a.expires_at,
            str(a.refunded),
            str(a.refund_reserved),
            a.asked_at,
            str(a.received),
            listed.value,
        )
        for a, listed in attempts
    ]
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


COLUMNS: Final = (
    "id, payment_id, number, status, method, options::text, connection, effect, lookup, amount::text, currency, captured::text,"
    " refunded::text, refund_reserved::text, dispute, provider_reference, next_action::text, failure::text, asked_at, unsent,"
    " created_at, updated_at, expires_at, look_at, quote::text, received::text, deposit, dialect"
)
_ATTEMPTS = f"SELECT {COLUMNS} FROM attempts "  # noqa: S608  a constant
_ATTEMPT_STATUS = {status.value: status for status in AttemptStatus}
_METHOD = {method.value: method for method in Method}
_EFFECT = {effect.value: effect for effect in SubmissionEffect}
_LOOKUP = {lookup.value: lookup for lookup in Lookup}
_DISPUTE = {dispute.value: dispute for dispute in DisputeState}
_read_options = msgspec.json.Decoder(dict[str, str]).decode
_read_action = msgspec.json.Decoder(NextAction).decode
_read_failure = msgspec.json.Decoder(Failure).decode
_read_quote = msgspec.json.Decoder(Quote).decode


def read(row: Row | tuple[Any, ...]) -> Attempt:
    """Of a row of COLUMNS."""
    try:
        return _attempt_of(row)
    except (LookupError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise unreadable("att", row[0], error) from error


def _attempt_of(row: Row | tuple[Any, ...]) -> Attempt:
    # A table of columns, and by position on purpose: every list runs through here, and keywords cost six times as long.
    (
        id_, payment, number, status, method, options, connection, effect, lookup, amount, currency, captured, refunded, reserved,
        dispute, reference, action, failure, asked, unsent, created, updated, expires, look, quote, received, deposit, dialect,
    ) = row  # fmt: skip
    _ = EXPONENTS[currency]
    return Attempt(
        id_, payment, number, _ATTEMPT_STATUS[status], _METHOD[method], _read_options(options), connection, _EFFECT[effect], _LOOKUP[lookup],
        int(amount), currency, int(captured), int(refunded), int(reserved), _DISPUTE[dispute], reference,
        _read_action(action) if action else None, _read_failure(failure) if failure else None, asked, unsent, created, updated,
        expires, look, _read_quote(quote) if quote else None, int(received), deposit, dialect,
    )  # fmt: skip


def _as_json(value: NextAction | Failure | Quote | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
