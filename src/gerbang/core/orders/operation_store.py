"""Every SQL statement on `order_operations` beside those of `sent_once_store`."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx
from gerbang.core.orders.operation_model import Asked, ItemOutcome, Operation, OperationKind, OperationStatus
from gerbang.core.orders.sent_once_store import SentOnceRows

_ONE: Final = """
    SELECT id, order_id, kind, status, asked, outcomes, actor, claim, sent_at, looks, created_at, updated_at FROM order_operations
    """
_ROWS: Final = SentOnceRows("order_operations")
sending, unsent, looked, give_back, end = _ROWS.sending, _ROWS.unsent, _ROWS.looked, _ROWS.give_back, _ROWS.end
long_open = _ROWS.long_open


async def add(tx: Tx, id_: UUID, order: UUID, kind: OperationKind, asked: Asked, actor: str) -> bool:
    """A new operation; False where the order has an open one."""
    tag = await tx.execute(
        """
        INSERT INTO order_operations (id, order_id, kind, status, asked, outcomes, actor, created_at, updated_at)
        VALUES ($1, $2, $3, 'requested', $4, '[]', $5, business_now(), business_now())
        ON CONFLICT (order_id) WHERE status IN ('requested', 'sending') DO NOTHING
        """,
        id_,
        order,
        kind.value,
        msgspec.to_builtins(asked),
        actor,
    )
    return tag == "INSERT 0 1"


async def set_asked(tx: Tx, id_: UUID, asked: Asked) -> None:
    """More is known of what was asked."""
    await tx.execute("UPDATE order_operations SET asked = $2 WHERE id = $1", id_, msgspec.to_builtins(asked))


async def emptied(tx: Tx, orders: Sequence[UUID]) -> set[tuple[UUID, str]]:
    """What was cancelled of these because there is none: the order, and the marketplace's id of the item."""
    rows = await tx.fetch(
        """
        SELECT order_id, item FROM order_operations, jsonb_array_elements_text(asked -> 'items') AS item
        WHERE order_id = ANY($1) AND kind = 'cancel' AND status <> 'not_done' AND asked -> 'empties_stock' = 'true'
        """,
        list(orders),
    )
    return {(row["order_id"], row["item"]) for row in rows}


async def one(tx: Tx, id_: UUID) -> Operation:
    """One that is there."""
    row = await tx.fetchrow(_ONE + "WHERE id = $1", id_)
    assert row is not None, f"no operation {id_}"
    return _operation(row)


async def of_ids(tx: Tx, wanted: Sequence[UUID]) -> dict[UUID, Operation]:
    """These, by their ids."""
    rows = await tx.fetch(_ONE + "WHERE id = ANY($1)", list(wanted))
    return {row["id"]: _operation(row) for row in rows}


async def of_order(tx: Tx, order: UUID, limit: int) -> list[Operation]:
    """The last of an order, newest first."""
    rows = await tx.fetch(_ONE + "WHERE order_id = $1 ORDER BY id DESC LIMIT $2", order, limit)
    return [_operation(row) for row in rows]


async def made_after(tx: Tx, id_: UUID, limit: int) -> list[Operation]:
    """The next by their ids."""
    return [_operation(row) for row in await tx.fetch(_ONE + "WHERE id > $1 ORDER BY id LIMIT $2", id_, limit)]


async def claim(tx: Tx, id_: UUID, lease_s: float) -> Operation | None:
    """Be the one who carries it out; None where it is over, or another is at it."""
    row = await _ROWS.claim(tx, id_, lease_s)
    return None if row is None else _operation(row)


def _operation(row: Row) -> Operation:
    fields: dict[str, Any] = {name: row[name] for name in Operation.__struct_fields__}
    return Operation(
        **{
            **fields,
            "kind": OperationKind(fields["kind"]),
            "status": OperationStatus(fields["status"]),
            "asked": msgspec.convert(fields["asked"], Asked),
            "outcomes": msgspec.convert(fields["outcomes"], tuple[ItemOutcome, ...]),
        }
    )
