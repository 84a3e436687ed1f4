"""Every SQL statement on `customers`; rows ⇄ model."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import FIRST_MOMENT, Place, below
from gerbang.core.customers.model import Customer, CustomerFilters, NewCustomer

_CUSTOMERS: Final = """
    SELECT id, external_id, name, email, phone, locale, muted, stopped_at, quiet_hours, time_zone, sequence, created_at, updated_at, erased_at FROM customers
    """
_IN_ORDER: Final = (
    "AND (created_at, id) < ($1, $2) AND created_at >= $3 AND erased_at IS NULL"
    " AND ($5::text IS NULL OR external_id = $5) AND ($6::text IS NULL OR phone = $6) ORDER BY created_at DESC, id DESC LIMIT $4"
)
_PAGE: Final = _CUSTOMERS + "WHERE true " + _IN_ORDER
_PAGE_OF_EMAIL: Final = _CUSTOMERS + "WHERE email <> '' AND lower(email) = $7 " + _IN_ORDER
_PAGE_OF_PHONE: Final = _CUSTOMERS + "WHERE phone <> '' AND phone = $6 " + _IN_ORDER
_PAGE_OF_ONE: Final = _CUSTOMERS + "WHERE external_id IS NOT NULL AND external_id = $5 " + _IN_ORDER


async def add(tx: Tx, customers: Sequence[NewCustomer]) -> set[UUID]:
    """New customers, but for those whose external id another has; the ids of those that were added."""
    rows = [
        (
            c.id,
            c.external_id,
            c.name,
            c.email,
            c.phone,
            c.locale,
            sorted(c.muted),
            c.is_stopped,
            c.quiet_hours,
            c.time_zone,
        )
        for c in customers
    ]
    found = await tx.fetch(
        """
        INSERT INTO customers (id, external_id, name, email, phone, locale, muted, stopped_at, quiet_hours, time_zone, sequence, created_at, updated_at)
        SELECT n.id, n.external_id, n.name, n.email, n.phone, n.locale, string_to_array(n.muted, ' ')
                || ARRAY(SELECT message || ':email' FROM unsubscribed_addresses WHERE digest = address_digest(n.email) AND n.email <> ''),
            CASE WHEN n.is_stopped THEN business_now() END, n.quiet_hours, n.time_zone, 1, business_now(), business_now()
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bool[], $9::text[],
            $10::text[])
        AS n (id, external_id, name, email, phone, locale, muted, is_stopped, quiet_hours, time_zone) ORDER BY n.external_id
        ON CONFLICT (external_id) WHERE external_id IS NOT NULL DO NOTHING RETURNING id
        """,
        *columns([(*row[:6], " ".join(row[6]), *row[7:]) for row in rows], 10),
    )
    return {row["id"] for row in found}


async def save(tx: Tx, customer: Customer) -> Customer:
    """What somebody changed of one. Raises UniqueViolation where another has the external id."""
    row = await tx.fetchrow(
        """
        UPDATE customers SET external_id = $2, name = $3, email = $4, phone = $5, locale = $6, muted = $7, stopped_at = $8, sequence = $9,
            quiet_hours = $10, time_zone = $11, updated_at = business_now()
        WHERE id = $1
        RETURNING id, external_id, name, email, phone, locale, muted, stopped_at, quiet_hours, time_zone, sequence, created_at, updated_at, erased_at
        """,
        customer.id,
        customer.external_id,
        customer.name,
        customer.email,
        customer.phone,
        customer.locale,
        sorted(customer.muted),
        customer.stopped_at,
        customer.sequence,
        customer.quiet_hours,
        customer.time_zone,
    )
    assert row is not None, "it was locked a moment ago"
    return _customer(row)


async def touch(tx: Tx, customers: Sequence[UUID]) -> dict[UUID, int]:
    """Count one more change of these, in the order of their ids, but for those who were erased; their sequences."""
    rows = await tx.fetch(
        """
        WITH locked AS MATERIALIZED (SELECT id FROM customers WHERE id = ANY($1) AND erased_at IS NULL ORDER BY id FOR NO KEY UPDATE)
        UPDATE customers c SET sequence = sequence + 1, updated_at = business_now() FROM locked WHERE c.id = locked.id RETURNING c.id, c.sequence
        """,
        list(customers),
    )
    return {row["id"]: row["sequence"] for row in rows}


async def lock(tx: Tx, id_: UUID) -> Customer | None:
    """One, kept from being changed by others."""
    row = await tx.fetchrow(_CUSTOMERS + "WHERE id = $1 FOR NO KEY UPDATE", id_)
    return _customer(row) if row is not None else None


async def of_ids(tx: Tx, ids: Sequence[UUID]) -> list[Customer]:
    """These, erased ones too."""
    return [_customer(row) for row in await tx.fetch(_CUSTOMERS + "WHERE id = ANY($1) ORDER BY id", list(ids))]


async def of_external_ids(tx: Tx, external_ids: Sequence[str]) -> list[Customer]:
    """Those that the shop calls so."""
    found = await tx.fetch(_CUSTOMERS + "WHERE external_id IS NOT NULL AND external_id = ANY($1)", list(external_ids))
    return [_customer(row) for row in found]


async def page(tx: Tx, filters: CustomerFilters, after: Place | None, limit: int) -> list[Customer]:
    """Newest first, without those who were erased. What stands before the moment of a filter is read off the index of the filter that is named first."""
    range_ = (*below(after, filters.created_before), filters.created_after or FIRST_MOMENT, limit)
    rest = (filters.external_id, filters.phone)
    if filters.email is not None:
        rows = await tx.fetch(_PAGE_OF_EMAIL, *range_, *rest, filters.email)
    elif filters.external_id is not None:
        rows = await tx.fetch(_PAGE_OF_ONE, *range_, *rest)
    elif filters.phone is not None:
        rows = await tx.fetch(_PAGE_OF_PHONE, *range_, *rest)
    else:
        rows = await tx.fetch(_PAGE, *range_, *rest)
    return [_customer(row) for row in rows]


async def find(tx: Tx, text: str, phone: str, limit: int) -> list[Customer]:
    """Those whose external id, address, number or name this is, in small letters; each is read off its own index."""
    rows = await tx.fetch(
        """
        WITH called AS MATERIALIZED (SELECT id FROM customers WHERE external_id IS NOT NULL AND lower(external_id) = $1 LIMIT $3),
        mailed AS MATERIALIZED (SELECT id FROM customers WHERE email <> '' AND lower(email) = $1 LIMIT $3),
        phoned AS MATERIALIZED (SELECT id FROM customers WHERE phone <> '' AND phone IN ($1, $2) LIMIT $3),
        named AS MATERIALIZED (SELECT id FROM customers WHERE name <> '' AND lower(name) = $1 LIMIT $3)
        SELECT c.id, external_id, name, email, phone, locale, muted, stopped_at, quiet_hours, time_zone, sequence, created_at, updated_at, erased_at FROM customers c
        JOIN (SELECT id FROM called UNION SELECT id FROM mailed UNION SELECT id FROM phoned UNION SELECT id FROM named) AS found USING (id)
        ORDER BY created_at DESC, id DESC LIMIT $3
        """,
        text.lower(),
        phone,
        limit,
    )
    return [_customer(row) for row in rows]


async def with_addresses(tx: Tx, email: str, phone: str) -> list[UUID]:
    """Those who have the address, in small letters, or the number; empty is none."""
    rows = await tx.fetch(
        """
        SELECT id FROM customers WHERE email <> '' AND lower(email) = $1
        UNION SELECT id FROM customers WHERE phone <> '' AND phone = $2 ORDER BY id
        """,
        email,
        phone,
    )
    return [row["id"] for row in rows]


async def with_digest(tx: Tx, digest: bytes) -> list[Customer]:
    """Those whose address has this digest, kept from being changed by others, in one order for everybody."""
    found = await tx.fetch(
        _CUSTOMERS + "WHERE email <> '' AND address_digest(email) = $1 ORDER BY id FOR NO KEY UPDATE", digest
    )
    return [_customer(row) for row in found]


async def wishes(tx: Tx, people: Sequence[tuple[int, UUID | None, str, str]]) -> list[Row]:
    """What any customer who may be meant wants and does not want, the nearest first, by each one's place: the customer's id, an address in small letters, a number."""
    return await tx.fetch(
        """
        SELECT n.place, c.muted, c.stopped_at IS NOT NULL AS stopped, c.quiet_hours, c.time_zone
        FROM unnest($1::int[], $2::uuid[], $3::text[], $4::text[]) AS n (place, customer, email, phone)
        CROSS JOIN LATERAL (
            SELECT 1 AS nearness, id, muted, stopped_at, quiet_hours, time_zone FROM customers WHERE id = n.customer
            UNION ALL SELECT 2, id, muted, stopped_at, quiet_hours, time_zone FROM customers WHERE email <> '' AND lower(email) = n.email
            UNION ALL SELECT 3, id, muted, stopped_at, quiet_hours, time_zone FROM customers WHERE phone <> '' AND phone = n.phone
            UNION ALL SELECT 4, id, muted, stopped_at, '', '' FROM customers WHERE stopped_digests <> '{}'
                AND stopped_digests && ARRAY[sha256(convert_to(n.email, 'UTF8')), sha256(convert_to(n.phone, 'UTF8'))]
            UNION ALL SELECT 5, n.customer, array_agg(message || ':email'), NULL, '', '' FROM unsubscribed_addresses
                WHERE n.email <> '' AND digest = address_digest(n.email) HAVING count(*) > 0) AS c
        WHERE c.stopped_at IS NOT NULL OR c.muted <> '{}' OR c.quiet_hours <> '' OR c.time_zone <> ''
        ORDER BY n.place, c.nearness, c.id DESC
        """,
        *columns(people, 4),
    )


async def erase(tx: Tx, customers: Sequence[UUID]) -> list[Row]:
    """Make them nobody; the id and sequence of each of whom something was known. Whoever wanted no messages gets none: digests of the addresses stay."""
    return await tx.fetch(
        """
        UPDATE customers SET external_id = NULL, name = '', email = '', phone = '', locale = '', quiet_hours = '', time_zone = '', erased_at = business_now(),
            updated_at = business_now(), sequence = sequence + 1,
            stopped_digests = CASE WHEN stopped_at IS NULL THEN '{}' ELSE
                array_remove(ARRAY[CASE WHEN email <> '' THEN sha256(convert_to(lower(email), 'UTF8')) END,
                    CASE WHEN phone <> '' THEN sha256(convert_to(phone, 'UTF8')) END], NULL) END
        WHERE id = ANY($1) AND erased_at IS NULL RETURNING id, sequence, updated_at
        """,
        list(customers),
    )


def _customer(row: Row) -> Customer:
    id_, external_id, name, email, phone, locale, muted, *rest = row
    return Customer(id_, external_id, name, email, phone, locale, frozenset(muted), *rest)
