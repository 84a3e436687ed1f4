"""Every SQL statement on `processes`: who works, and when it was last heard of. Real time."""

from collections.abc import Sequence
from uuid import UUID

from gerbang.base.db import Row, Tx


async def beat(tx: Tx, id_: UUID, kind: str, host: str, pid: int, stuck: str, open_breakers: Sequence[str]) -> None:
    """This process lives; `stuck` says what in it does not move, empty when all does, `open_breakers` which connections it does
    not ask now. Whoever was silent for ten minutes is forgotten.
    """
    await tx.execute(
        """
        WITH old AS (DELETE FROM processes WHERE seen_at < clock_timestamp() - interval '10 minutes' AND id <> $1)
        INSERT INTO processes AS p (id, kind, host, pid, stuck, open_breakers) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp(), stuck = excluded.stuck, open_breakers = excluded.open_breakers
        """,
        id_,
        kind,
        host,
        pid,
        stuck,
        list(open_breakers),
    )


async def on_host(tx: Tx, host: str) -> list[Row]:
    """Ids and pids of the processes of one host."""
    return await tx.fetch("SELECT id, pid FROM processes WHERE host = $1", host)


async def forget(tx: Tx, ids: Sequence[UUID]) -> None:
    """These have ended."""
    await tx.execute("DELETE FROM processes WHERE id = ANY($1)", list(ids))


async def of_kind(tx: Tx, kind: str) -> list[Row]:
    """Host, pid, seconds of silence, what is stuck and what is not asked, of the newest hundred processes of a kind."""
    return await tx.fetch(
        """
        SELECT host, pid, extract(epoch FROM clock_timestamp() - seen_at)::float8 AS silent_s, stuck, open_breakers
        FROM processes WHERE kind = $1 ORDER BY seen_at DESC LIMIT 100
        """,
        kind,
    )
