"""Every SQL statement on `order_operations`. Leases are real time, everything else business time."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx
from gerbang.core.orders.operation_model import OPEN, Asked, ItemOutcome, Operation, OperationKind, OperationStatus

_ONE: Final = """
    SELECT id, order_id, kind, status, asked, outcomes, actor, claim, sent_at, looks, created_at, updated_at FROM order_operations
    """
_OPEN: Final = sorted(one.value for one in OPEN)


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


async def claim(tx: Tx, id_: UUID, lease_s: float) -> Operation | None:
    """Be the one who carries it out; None where it is over, or another is at it."""
    row = await tx.fetchrow(
        """
        UPDATE order_operations SET claim = claim + 1, claimed_until = clock_timestamp() + make_interval(secs => $2)
        WHERE id = $1 AND status = ANY($3) AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
        RETURNING id, order_id, kind, status, asked, outcomes, actor, claim, sent_at, looks, created_at, updated_at
        """,
        id_,
        lease_s,
        _OPEN,
    )
    return None if row is None else _operation(row)


async def sending(tx: Tx, known: Operation) -> bool:
    """It is about to leave: from here on a crash means that it may have. False when another has taken it over."""
    return await _held(
        tx,
        "UPDATE order_operations SET status = 'sending', sent_at = business_now(), updated_at = business_now() WHERE id = $1 AND claim = $2 AND status = 'requested'",
        known,
    )


async def unsent(tx: Tx, known: Operation) -> bool:
    """It certainly did not leave."""
    return await _held(
        tx,
        "UPDATE order_operations SET status = 'requested', sent_at = NULL, claimed_until = NULL, updated_at = business_now() WHERE id = $1 AND claim = $2",
        known,
    )


async def looked(tx: Tx, known: Operation) -> bool:
    """It was looked up, and nothing is certain yet."""
    return await _held(
        tx, "UPDATE order_operations SET looks = looks + 1, claimed_until = NULL WHERE id = $1 AND claim = $2", known
    )


async def give_back(tx: Tx, known: Operation) -> bool:
    """Nobody is at it now."""
    return await _held(tx, "UPDATE order_operations SET claimed_until = NULL WHERE id = $1 AND claim = $2", known)


async def end(tx: Tx, known: Operation, status: OperationStatus, outcomes: Sequence[ItemOutcome]) -> bool:
    """It is over. False when another has taken it over."""
    tag = await tx.execute(
        """
        UPDATE order_operations SET status = $3, outcomes = $4, claimed_until = NULL, updated_at = business_now()
        WHERE id = $1 AND claim = $2 AND status IN ('requested', 'sending')
        """,
        known.id,
        known.claim,
        status.value,
        msgspec.to_builtins(list(outcomes)),
    )
    return tag == "UPDATE 1"


async def _held(tx: Tx, statement: str, known: Operation) -> bool:
    return await tx.execute(statement, known.id, known.claim) == "UPDATE 1"


def _operation(row: Row) -> Operation:
    fields: dict[str, Any] = dict(row)
    return Operation(
        **{
            **fields,
            "kind": OperationKind(fields["kind"]),
            "status": OperationStatus(fields["status"]),
            "asked": msgspec.convert(fields["asked"], Asked),
            "outcomes": msgspec.convert(fields["outcomes"], tuple[ItemOutcome, ...]),
        }
    )
