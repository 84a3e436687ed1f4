"""Every SQL statement on `contact_consents`; rows ⇄ model."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Row, Tx, columns
from gerbang.core.customers.consent_model import Consent, Given

_CONSENTS: Final = """
    SELECT id, customer_id, payment_id, channel, phone, agreed_at, agreed_where, agreed_text, recorded_by, withdrawn_at, withdrawn_by, is_stop FROM contact_consents
    """


async def add(tx: Tx, given: Sequence[Given]) -> list[Row]:
    """New ones, in the order given: whose, and on which channel. One that stands already is not written again, and one that is older than a withdrawal of its number, or of its own, is none."""
    rows = [
        (
            ids.new(),
            one.customer if one.payment is None else None,
            one.payment,
            one.said.channel.value,
            one.phone,
            one.said.at,
            one.said.where,
            one.said.text,
            one.by,
        )
        for one in given
    ]
    return await tx.fetch(
        """
        INSERT INTO contact_consents (id, customer_id, payment_id, channel, phone, agreed_at, agreed_where, agreed_text, recorded_by)
        SELECT n.* FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::text[])
        AS n (id, customer_id, payment_id, channel, phone, agreed_at, agreed_where, agreed_text, recorded_by)
        WHERE NOT EXISTS (SELECT FROM contact_consents w
            WHERE w.phone = n.phone AND w.channel = n.channel AND w.withdrawn_at >= n.agreed_at
            AND (w.ends_number OR w.payment_id = n.payment_id OR (w.payment_id IS NULL AND n.payment_id IS NULL AND w.customer_id = n.customer_id)))
        ORDER BY n.customer_id, n.payment_id, n.channel
        ON CONFLICT DO NOTHING RETURNING customer_id, payment_id, channel, recorded_by
        """,
        *columns(rows, 9),
    )


async def granted(tx: Tx, people: Sequence[tuple[UUID | None, UUID | None, str]]) -> list[Row]:
    """On which channels the number of each may be written to, by the place among `people`: the customer's id, the payment's, the number."""
    return await tx.fetch(
        """
        SELECT n.place, c.channel FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::text[]) AS n (place, customer, payment, phone)
        CROSS JOIN LATERAL (
            SELECT channel FROM contact_consents WHERE payment_id = n.payment AND phone = n.phone AND withdrawn_at IS NULL
            UNION SELECT channel FROM contact_consents
                WHERE customer_id = n.customer AND payment_id IS NULL AND phone = n.phone AND withdrawn_at IS NULL) AS c
        """,
        *columns([(place, *one) for place, one in enumerate(people)], 4),
    )


async def withdraw(tx: Tx, phone: str, channels: Sequence[str], at: datetime, by: str, *, is_stop: bool) -> list[Row]:
    """Whatever was agreed to for this number is in effect no more; whose it was. What another than the number says, a later START does not undo."""
    if not is_stop:
        await tx.execute(
            "UPDATE contact_consents SET is_stop = false WHERE phone = $1 AND channel = ANY($2) AND is_stop",
            phone,
            list(channels),
        )
    return await tx.fetch(
        """
        UPDATE contact_consents SET withdrawn_at = $3, withdrawn_by = $4, is_stop = $5, ends_number = true
        WHERE phone = $1 AND channel = ANY($2) AND withdrawn_at IS NULL RETURNING customer_id, payment_id, channel
        """,
        phone,
        list(channels),
        at,
        by,
        is_stop,
    )


async def withdraw_own(
    tx: Tx, own: tuple[UUID | None, UUID, str], channels: Sequence[str], at: datetime, by: str
) -> list[Row]:
    """What was agreed to for a number with one payment, and by its customer, is in effect no more, also not by a START; whose it was.
    `own`: the customer, the payment, the number.
    """
    return await tx.fetch(
        """
        WITH ended AS (SELECT id, withdrawn_at IS NULL AS stood FROM contact_consents
            WHERE phone = $3 AND channel = ANY($4) AND (payment_id = $2 OR (customer_id = $1 AND payment_id IS NULL))
            AND (withdrawn_at IS NULL OR is_stop) FOR UPDATE),
        changed AS (UPDATE contact_consents c SET withdrawn_at = coalesce(c.withdrawn_at, $5), is_stop = false,
            withdrawn_by = CASE WHEN e.stood THEN $6 ELSE c.withdrawn_by END
            FROM ended e WHERE c.id = e.id RETURNING c.customer_id, c.payment_id, c.channel, e.stood)
        SELECT customer_id, payment_id, channel FROM changed WHERE stood
        """,
        *own,
        list(channels),
        at,
        by,
    )


async def phones_agreed(tx: Tx, customer: UUID | None, payment: UUID, by: str, most: int) -> set[str]:
    """To which numbers one speaker agreed with a payment, or as its customer; at most `most` of them."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT phone FROM contact_consents WHERE (payment_id = $2 OR customer_id = $1) AND recorded_by = $3 LIMIT $4
        """,
        customer,
        payment,
        by,
        most,
    )
    return {row["phone"] for row in rows}


async def restore(tx: Tx, phone: str, channels: Sequence[str]) -> list[Row]:
    """What a STOP of this number ended is in effect again; whose it is. The newest of each, where nothing newer stands."""
    return await tx.fetch(
        """
        UPDATE contact_consents c SET withdrawn_at = NULL, withdrawn_by = '', is_stop = false, ends_number = false
        FROM (SELECT DISTINCT ON (customer_id, payment_id, channel) id FROM contact_consents
            WHERE phone = $1 AND channel = ANY($2) AND is_stop ORDER BY customer_id, payment_id, channel, agreed_at DESC) AS newest
        WHERE c.id = newest.id AND NOT EXISTS (SELECT FROM contact_consents s WHERE s.phone = c.phone AND s.channel = c.channel
            AND s.withdrawn_at IS NULL AND s.customer_id IS NOT DISTINCT FROM c.customer_id AND s.payment_id IS NOT DISTINCT FROM c.payment_id)
        RETURNING c.customer_id, c.payment_id, c.channel
        """,
        phone,
        list(channels),
    )


async def of_customers(tx: Tx, customers: Sequence[UUID]) -> list[Consent]:
    """What these customers agreed to for all their payments, and have not withdrawn."""
    found = await tx.fetch(
        _CONSENTS + "WHERE customer_id = ANY($1) AND payment_id IS NULL AND withdrawn_at IS NULL ORDER BY id",
        list(customers),
    )
    return [Consent(*row) for row in found]


async def of_person(tx: Tx, customers: Sequence[UUID], phone: str, after: UUID | None, limit: int) -> list[Consent]:
    """All of these customers and of this number, withdrawn ones too, in the order of their ids."""
    found = await tx.fetch(
        _CONSENTS + "WHERE (customer_id = ANY($1) OR (phone <> '' AND phone = $2)) AND id > $3 ORDER BY id LIMIT $4",
        list(customers),
        phone,
        after or UUID(int=0),
        limit,
    )
    return [Consent(*row) for row in found]


async def of_payments(tx: Tx, payments: Sequence[UUID]) -> list[Consent]:
    """All of these payments alone."""
    return [
        Consent(*row) for row in await tx.fetch(_CONSENTS + "WHERE payment_id = ANY($1) ORDER BY id", list(payments))
    ]


async def erase(tx: Tx, consents: Sequence[UUID]) -> None:
    """Nobody agreed to anything."""
    await tx.execute("DELETE FROM contact_consents WHERE id = ANY($1)", list(consents))
