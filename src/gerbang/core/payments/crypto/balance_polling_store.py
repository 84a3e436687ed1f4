"""Every SQL statement on sweeps of deposit addresses: when each is due, and what stood there the last time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Tx, columns


async def take_sweeps(tx: Tx, limit: int) -> list[UUID]:
    """Attempts whose deposit addresses are to be swept now; whoever takes them has a quarter of an hour, then another may."""
    rows = await tx.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM attempts WHERE sweep_at <= (SELECT business_now()) ORDER BY sweep_at LIMIT $1 FOR UPDATE SKIP LOCKED)
        UPDATE attempts a SET sweep_at = (SELECT business_now()) + interval '15 minutes' FROM due WHERE a.id = due.id
        RETURNING a.id
        """,
        limit,
    )
    return [row["id"] for row in rows]


async def swept(tx: Tx, attempts: Sequence[UUID]) -> None:
    """These were swept: again once a tenth of the time since their end has passed, six hours at least, and for the last time after 180
    days. Those whose end was put off are swept when it is there; what was never shown gets nothing.
    """
    await tx.execute(
        """
        UPDATE attempts SET swept_at = business_now(), sweep_at = CASE
            WHEN provider_reference IS NULL OR business_now() >= expires_at + interval '180 days' THEN NULL
            WHEN business_now() < expires_at + interval '73 hours' THEN expires_at + interval '73 hours'
            ELSE least(expires_at + interval '180 days',
                business_now() + greatest(interval '6 hours', (business_now() - expires_at) / 10)) END
        WHERE id = ANY($1)
        """,
        list(attempts),
    )


async def swept_at(tx: Tx, attempts: Sequence[UUID]) -> dict[UUID, datetime]:
    """When these were swept last; those that never were are absent."""
    rows = await tx.fetch(
        "SELECT id, swept_at FROM attempts WHERE id = ANY($1) AND swept_at IS NOT NULL", list(attempts)
    )
    return {row["id"]: row["swept_at"] for row in rows}


async def balances(tx: Tx, chain_id: int, attempts: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    """What stood at the addresses of these attempts at their last sweep, by contract."""
    rows = await tx.fetch(
        "SELECT attempt_id, contract, balance::text FROM deposit_balances WHERE chain_id = $1 AND attempt_id = ANY($2)",
        chain_id,
        list(attempts),
    )
    return {(row["attempt_id"], row["contract"]): int(row["balance"]) for row in rows}


async def save_balances(tx: Tx, chain_id: int, found: Mapping[tuple[UUID, str], int]) -> None:
    """Write down what stands at addresses now."""
    rows = [(attempt, contract, str(balance)) for (attempt, contract), balance in sorted(found.items())]
    await tx.execute(
        """
        INSERT INTO deposit_balances (attempt_id, chain_id, contract, balance)
        SELECT attempt, $4, contract, balance::numeric FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (attempt, contract, balance)
        ON CONFLICT (attempt_id, chain_id, contract) DO UPDATE SET balance = excluded.balance
        """,
        *columns(rows, 3),
        chain_id,
    )
