"""Every SQL statement on `connections`."""

from collections.abc import Mapping

from gerbang.base.db import Row, Tx
from gerbang.core.connections.model import Connection


async def all_(tx: Tx) -> list[Connection]:
    """Every connection, oldest first."""
    rows = await tx.fetch(
        "SELECT id, provider, livemode, settings, secrets, enabled, created_at, updated_at, parent FROM connections ORDER BY created_at, id"
    )
    return [_connection(row) for row in rows]


async def add(
    tx: Tx,
    id_: str,
    provider: str,
    livemode: bool,
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    enabled: bool,
    parent: str | None,
) -> bool:
    """A new connection; False when the name is taken, or the seller stands below this app already."""
    tag = await tx.execute(
        "INSERT INTO connections (id, provider, livemode, settings, secrets, enabled, parent) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        id_,
        provider,
        livemode,
        dict(settings),
        dict(secrets),
        enabled,
        parent,
    )
    return tag == "INSERT 0 1"


async def save(tx: Tx, id_: str, settings: Mapping[str, str], secrets: Mapping[str, str], enabled: bool) -> None:
    """Change what may change."""
    await tx.execute(
        "UPDATE connections SET settings = $2, secrets = $3, enabled = $4, updated_at = now() WHERE id = $1",
        id_,
        dict(settings),
        dict(secrets),
        enabled,
    )


async def has_orders(tx: Tx, id_: str) -> bool:
    """Whether anything was bought in this shop."""
    return await tx.fetchval("SELECT true FROM orders WHERE source = $1 LIMIT 1", id_) is True


async def has_attempts(tx: Tx, id_: str) -> bool:
    """Whether a payment was ever tried by it."""
    return await tx.fetchval(_HAS_ATTEMPTS, id_) is True


async def has_statements(tx: Tx, id_: str) -> bool:
    """Whether a marketplace has told lines or payouts of it."""
    return (
        await tx.fetchval(
            """
            SELECT EXISTS (SELECT FROM settlement_lines WHERE connection = $1) OR EXISTS (SELECT FROM payouts WHERE connection = $1)
            """,
            id_,
        )
        is True
    )


async def lock(tx: Tx, id_: str) -> bool:
    """Until this transaction ends nothing is put below the connection, and nobody removes it; False when there is none."""
    return await tx.fetchval("SELECT true FROM connections WHERE id = $1 FOR UPDATE", id_) is True


async def has_shops(tx: Tx, id_: str) -> bool:
    """Whether shops stand below it."""
    return await tx.fetchval("SELECT true FROM connections WHERE parent = $1 LIMIT 1", id_) is True


async def remove(tx: Tx, id_: str) -> bool:
    """Forget a connection; False when there is none of this name."""
    return await tx.execute("DELETE FROM connections WHERE id = $1", id_) == "DELETE 1"


async def tell(tx: Tx, id_: str) -> None:
    """Let every process hear of the change within five seconds."""
    await tx.execute("INSERT INTO changes (kind, subject) VALUES ('connection', $1)", id_)


# The index of attempts begins with the method: the methods there were are read off it by jumps, and each is asked for the connection.
_HAS_ATTEMPTS = """
    WITH RECURSIVE methods AS (
        (SELECT method FROM attempts ORDER BY method LIMIT 1)
        UNION ALL
        SELECT later.method FROM methods AS m CROSS JOIN LATERAL (
            SELECT a.method FROM attempts a WHERE a.method > m.method ORDER BY a.method LIMIT 1) AS later)
    SELECT true FROM methods AS m CROSS JOIN LATERAL (
        SELECT a.method, a.connection FROM attempts a WHERE (a.method, a.connection) >= (m.method, $1)
        ORDER BY a.method, a.connection LIMIT 1) AS first
    WHERE first.method = m.method AND first.connection = $1 LIMIT 1
"""


def _connection(row: Row) -> Connection:
    return Connection(**row)
