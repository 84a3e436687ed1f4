"""Every SQL statement on `order_buyers`: who buys, and where it goes. An erased one is never written again."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx, columns
from gerbang.base.keyset import FIRST_ID
from gerbang.base.statement_batch import Writer
from gerbang.core.orders.model import OrderBuyer
from gerbang.core.personal_data.model import Person
from gerbang.ports.marketplace_orders import Address, Buyer

_BUYERS: Final = "SELECT order_id, customer_id, buyer_id, name, email, phone, billing, shipping, tax_number, note, erased_at FROM order_buyers "
_OF_PERSON: Final = """
    WHERE order_id IN (
        SELECT order_id FROM order_buyers WHERE email <> '' AND lower(email) = $1
        UNION ALL SELECT order_id FROM order_buyers WHERE phone <> '' AND phone = $2
        UNION ALL SELECT order_id FROM order_buyers WHERE customer_id = ANY($3))
        AND order_id > $4 AND erased_at IS NULL ORDER BY order_id LIMIT $5
    """


async def save(tx: Writer, buyers: Sequence[OrderBuyer]) -> None:
    """Buyers as they are told now, but for those who were erased."""
    rows = [
        (
            b.order_id,
            b.customer_id,
            b.told.id,
            b.told.name,
            b.email,
            b.phone,
            msgspec.to_builtins(b.told.billing),
            msgspec.to_builtins(b.told.shipping),
            b.told.tax_number,
            b.told.note,
        )
        for b in buyers
    ]
    await tx.execute(
        """
        INSERT INTO order_buyers AS b (order_id, customer_id, buyer_id, name, email, phone, billing, shipping, tax_number, note)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[], $9::text[], $10::text[])
        ON CONFLICT (order_id) DO UPDATE SET customer_id = EXCLUDED.customer_id, buyer_id = EXCLUDED.buyer_id, name = EXCLUDED.name, email = EXCLUDED.email,
            phone = EXCLUDED.phone, billing = EXCLUDED.billing, shipping = EXCLUDED.shipping, tax_number = EXCLUDED.tax_number, note = EXCLUDED.note
        WHERE b.erased_at IS NULL
        """,
        *columns(rows, 10),
    )


async def of_orders(tx: Tx, orders: Sequence[UUID]) -> dict[UUID, OrderBuyer]:
    """Who buys, by order."""
    rows = await tx.fetch(_BUYERS + "WHERE order_id = ANY($1)", list(orders))
    return {row["order_id"]: _buyer(row) for row in rows}


async def of_person(tx: Tx, person: Person, after: UUID | None, most: int) -> list[OrderBuyer]:
    """What somebody bought, by an address, a number or the customer they are, in the order of the orders' ids."""
    rows = await tx.fetch(
        _BUYERS + _OF_PERSON,
        person.email,
        person.phone,
        list(person.customers),
        after or FIRST_ID,
        most,
    )
    return [_buyer(row) for row in rows]


async def erase(tx: Tx, orders: Sequence[UUID]) -> None:
    """Make the buyers of orders nobody. Whose customer they were stays known: that one names nobody any more either."""
    await tx.execute(
        """
        UPDATE order_buyers SET buyer_id = '', name = '', email = '', phone = '', billing = '{}', shipping = '{}', tax_number = '', note = '',
            erased_at = business_now() WHERE order_id = ANY($1) AND erased_at IS NULL
        """,
        list(orders),
    )


def _buyer(row: Row) -> OrderBuyer:
    fields: dict[str, Any] = dict(row)
    told = Buyer(
        id=fields["buyer_id"],
        name=fields["name"],
        billing=msgspec.convert(fields["billing"], Address),
        shipping=msgspec.convert(fields["shipping"], Address),
        tax_number=fields["tax_number"],
        note=fields["note"],
    )
    return OrderBuyer(
        order_id=fields["order_id"],
        customer_id=fields["customer_id"],
        email=fields["email"],
        phone=fields["phone"],
        told=told,
        erased_at=fields["erased_at"],
    )
