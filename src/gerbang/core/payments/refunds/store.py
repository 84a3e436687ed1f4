"""Every SQL statement on refunds and their destinations; rows ⇄ model."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import FIRST_MOMENT, below
from gerbang.base.money import EXPONENTS
from gerbang.base.statement_batch import Writer
from gerbang.base.unreadable_rows import readable, unreadable
from gerbang.core.payments.model import Destination, Refund, RefundStatus
from gerbang.core.payments.refunds.model import NamedDestination, RefundFilters

COLUMNS: Final = (
    "id, payment_id, attempt_id, status, amount, currency, credit_amount, reason, provider_reference, failure, requested_by,"
    " created_at, updated_at, request_id, approval,"
    " needs_attention"
)
_REFUNDS = f"SELECT {COLUMNS} FROM refunds "  # noqa: S608  a constant


async def add(tx: Writer, refunds: Sequence[Refund]) -> None:
    """New refunds."""
    rows = [
        (
            r.id,
            r.payment_id,
            r.attempt_id,
            r.status.value,
            r.amount,
            r.currency,
            r.credit_amount,
            r.reason,
            r.provider_reference,
            r.requested_by,
            r.created_at,
            r.request_id,
            r.approval,
        )
        for r in refunds
    ]
    await tx.execute(
        """
        INSERT INTO refunds (id, payment_id, attempt_id, status, amount, currency, credit_amount, reason, provider_reference,
            requested_by, created_at, request_id, approval, updated_at)
        SELECT n.*, n.created_at FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::numeric[], $6::text[],
            $7::numeric[], $8::text[], $9::text[], $10::text[], $11::timestamptz[], $12::uuid[], $13::text[])
        AS n (id, payment_id, attempt_id, status, amount, currency, credit_amount, reason, reference, requested_by, created_at, request_id,
            approval)
        """,
        *columns(rows, 13),
    )


async def save(tx: Writer, refunds: Sequence[Refund], now: datetime) -> None:
    """Write back what may change of refunds."""
    rows = [(r.id, r.status.value, r.provider_reference, r.failure, r.approval, r.needs_attention) for r in refunds]
    await tx.execute(
        """
        UPDATE refunds r SET status = n.status, provider_reference = n.reference, failure = n.failure, approval = n.approval,
            needs_attention = n.attention, updated_at = $7
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[])
        AS n (id, status, reference, failure, approval, attention) WHERE r.id = n.id
        """,
        *columns(rows, 6),
        now,
    )


async def of_payments(tx: Tx, payments: Sequence[UUID]) -> list[Refund]:
    """All refunds of these payments, oldest first."""
    rows = await tx.fetch(_REFUNDS + "WHERE payment_id = ANY($1) ORDER BY id", list(payments))
    return [read(row) for row in rows]


async def one(tx: Tx, id_: UUID) -> Refund | None:
    """One refund as it is."""
    row = await tx.fetchrow(_REFUNDS + "WHERE id = $1", id_)
    return read(row) if row else None


async def with_it(tx: Tx, first: Refund) -> tuple[Refund, ...]:
    """The other refunds of the request that made this one, oldest first."""
    if first.request_id is None:
        return ()
    rows = await tx.fetch(
        _REFUNDS + "WHERE payment_id = $1 AND request_id = $2 AND id <> $3 ORDER BY id",
        first.payment_id,
        first.request_id,
        first.id,
    )
    return tuple(read(row) for row in rows)


# Statuses and payments are asked for as ranges, never as equalities: the order is then that of one index, whatever the plan would rather.
_PAGE = _REFUNDS + "WHERE (created_at, id) < ($1, $2) AND created_at >= $3 ORDER BY created_at DESC, id DESC LIMIT $4"
_PAGE_OF_STATUS = (
    _REFUNDS
    + "WHERE (status, created_at, id) < ($5, $1, $2) AND (status, created_at) >= ($5, $3)"
    + " ORDER BY status DESC, created_at DESC, id DESC LIMIT $4"
)
_PAGE_OF_PAYMENT = (
    _REFUNDS
    + "WHERE (payment_id, created_at, id) < ($5, $1, $2) AND (payment_id, created_at) >= ($5, $3) AND ($6::text IS NULL OR status = $6)"
    + " ORDER BY payment_id DESC, created_at DESC, id DESC LIMIT $4"
)


async def page(tx: Tx, filters: RefundFilters, after: tuple[datetime, UUID] | None, limit: int) -> list[Refund]:
    """Refunds, newest first, from a keyset place on. One statement a filter; what a payment has of them is never much."""
    known = (*below(after, filters.created_before), filters.created_after or FIRST_MOMENT, limit)
    if filters.payment_id is not None:
        rows = await tx.fetch(_PAGE_OF_PAYMENT, *known, filters.payment_id, filters.status)
    elif filters.status is not None:
        rows = await tx.fetch(_PAGE_OF_STATUS, *known, filters.status)
    else:
        rows = await tx.fetch(_PAGE, *known)
    return readable(rows, read)


async def add_destination(tx: Tx, refund: UUID, named: NamedDestination) -> None:
    """One more version of where a transfer goes; the earlier ones stay."""
    await tx.execute(
        """
        INSERT INTO refund_destinations (refund_id, version, bank, account, name, named_by, named_at, link_issued_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        refund,
        named.version,
        named.to.bank,
        named.to.account,
        named.to.name,
        named.named_by,
        named.named_at,
        named.link_issued_by,
    )


async def destinations(tx: Tx, refund: UUID) -> list[NamedDestination]:
    """Every version of where a transfer goes, the one that counts first."""
    return (await destinations_of(tx, [refund])).get(refund, [])


async def destinations_of(tx: Tx, refunds: Sequence[UUID]) -> dict[UUID, list[NamedDestination]]:
    """The same for several refunds."""
    rows = await tx.fetch(
        """
        SELECT refund_id, version, bank, account, name, named_by, named_at, link_issued_by FROM refund_destinations
        WHERE refund_id = ANY($1) ORDER BY refund_id, version DESC
        """,
        list(refunds),
    )
    found: dict[UUID, list[NamedDestination]] = {}
    for id_, version, bank, account, name, named_by, named_at, issued_by in rows:
        named = NamedDestination(version, Destination(bank, account, name), named_by, named_at, issued_by)
        found.setdefault(id_, []).append(named)
    return found


def read(row: Row | tuple[Any, ...]) -> Refund:
    """Of a row of COLUMNS."""
    try:
        return _refund_of(row)
    except (LookupError, TypeError, ValueError) as error:
        raise unreadable("ref", row[0], error) from error


def _refund_of(row: Row | tuple[Any, ...]) -> Refund:
    (
        id_,
        payment,
        attempt,
        status,
        amount,
        currency,
        credit,
        reason,
        reference,
        failure,
        requested_by,
        created,
        updated,
        request,
        approval,
        attention,
    ) = row
    _ = EXPONENTS[currency]
    return Refund(
        id=id_,
        payment_id=payment,
        attempt_id=attempt,
        status=RefundStatus(status),
        amount=int(amount),
        currency=currency,
        credit_amount=int(credit),
        reason=reason,
        provider_reference=reference,
        failure=failure,
        requested_by=requested_by,
        created_at=created,
        updated_at=updated,
        request_id=request,
        approval=approval,
        needs_attention=attention,
    )
