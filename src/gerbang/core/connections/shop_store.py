"""Every SQL statement on `shop_tokens` and `shop_authorisations`. Their times are real ones, by the database's clock: a token's life does not follow the sandbox's."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Row, Tx
from gerbang.core.connections.model import ShopTokens


async def add_unknown(tx: Tx, connection: str) -> None:
    """Tokens whose lives nobody has told: they are refreshed at once."""
    await tx.execute("INSERT INTO shop_tokens (connection, refresh_at) VALUES ($1, clock_timestamp())", connection)


async def put(
    tx: Tx, connection: str, asked_at: datetime, access_s: int, refresh_s: int, refresh_in_s: int | None
) -> None:
    """Tokens of a new authorisation, with their lives from when they were asked for: whatever was known of older ones is over."""
    await tx.execute(
        """
        INSERT INTO shop_tokens AS t (connection, access_until, refresh_until, refresh_at)
        VALUES ($1, $2::timestamptz + make_interval(secs => $3),
            CASE WHEN $4 > 0 THEN $2 + make_interval(secs => $4) END, $2 + make_interval(secs => $5))
        ON CONFLICT (connection) DO UPDATE SET access_until = EXCLUDED.access_until, refresh_until = EXCLUDED.refresh_until,
            refresh_at = EXCLUDED.refresh_at, claim = t.claim + 1, claimed_until = NULL, failures = 0, is_ended = false, warned_days = NULL
        """,
        connection,
        asked_at,
        float(access_s),
        float(refresh_s),
        None if refresh_in_s is None else float(refresh_in_s),
    )


async def refreshed(
    tx: Tx, connection: str, claim: int, asked_at: datetime, access_s: int, refresh_s: int, refresh_in_s: int | None
) -> None:
    """The same of a refresh: the life of the refresh token goes on as it was, so its end is never later than it was known to be."""
    await tx.execute(
        """
        UPDATE shop_tokens SET access_until = $2::timestamptz + make_interval(secs => $3),
            refresh_until = CASE WHEN $4 > 0 THEN least(refresh_until, $2::timestamptz + make_interval(secs => $4)) END,
            refresh_at = $2 + make_interval(secs => $5), refreshed_at = clock_timestamp(), claimed_until = NULL, failures = 0, is_ended = false
        WHERE connection = $1 AND claim = $6
        """,
        connection,
        asked_at,
        float(access_s),
        float(refresh_s),
        None if refresh_in_s is None else float(refresh_in_s),
        claim,
    )


async def due(tx: Tx, limit: int) -> list[str]:
    """Shops whose tokens are to be refreshed, and nobody does."""
    rows = await tx.fetch(
        """
        SELECT connection FROM shop_tokens WHERE refresh_at <= clock_timestamp()
            AND (claimed_until IS NULL OR claimed_until <= clock_timestamp()) ORDER BY refresh_at LIMIT $1
        """,
        limit,
    )
    return [row["connection"] for row in rows]


async def claim(tx: Tx, connection: str, lease_s: int) -> Row | None:
    """Be the one who refreshes: the fence, the failures before, and the time; None while another does, or when it is not due any more."""
    return await tx.fetchrow(
        """
        UPDATE shop_tokens SET claim = claim + 1, claimed_until = clock_timestamp() + make_interval(secs => $2)
        WHERE connection = $1 AND refresh_at <= clock_timestamp() AND (claimed_until IS NULL OR claimed_until <= clock_timestamp())
        RETURNING claim, failures, clock_timestamp() AS at
        """,
        connection,
        float(lease_s),
    )


async def holds(tx: Tx, connection: str, claim: int) -> bool:
    """Whether nobody has taken the claim over: a seller who let the app in meanwhile has newer tokens."""
    return (
        await tx.fetchval("SELECT true FROM shop_tokens WHERE connection = $1 AND claim = $2", connection, claim)
        is True
    )


async def take_over(tx: Tx, connection: str, lease_s: int) -> None:
    """Whoever refreshes now must not store what it gets, and nobody begins to: newer tokens are being stored."""
    await tx.execute(
        "UPDATE shop_tokens SET claim = claim + 1, claimed_until = clock_timestamp() + make_interval(secs => $2) WHERE connection = $1",
        connection,
        float(lease_s),
    )


async def fail(tx: Tx, connection: str, claim: int, again_in_s: int) -> bool:
    """It did not work: again later. False when another has it by now."""
    tag = await tx.execute(
        """
        UPDATE shop_tokens SET failures = failures + 1, claimed_until = NULL, refresh_at = clock_timestamp() + make_interval(secs => $3)
        WHERE connection = $1 AND claim = $2
        """,
        connection,
        claim,
        float(again_in_s),
    )
    return tag == "UPDATE 1"


async def end(tx: Tx, connection: str, claim: int) -> bool:
    """The seller must let the app in again. False when another has it by now."""
    tag = await tx.execute(
        "UPDATE shop_tokens SET is_ended = true, refresh_at = NULL, claimed_until = NULL WHERE connection = $1 AND claim = $2",
        connection,
        claim,
    )
    return tag == "UPDATE 1"


async def hasten(tx: Tx, connection: str) -> bool:
    """Refresh at once, where that is possible at all, and was not done for this very reason a moment ago: of two new tokens in a row that are refused the next is refused too."""
    tag = await tx.execute(
        """
        UPDATE shop_tokens SET refresh_at = clock_timestamp(), hastened_at = clock_timestamp()
        WHERE connection = $1 AND refresh_at > clock_timestamp() AND failures = 0
            AND (hastened_at IS NULL OR hastened_at < clock_timestamp() - interval '10 minutes')
        """,
        connection,
    )
    return tag == "UPDATE 1"


async def note_refused_when_new(tx: Tx, connection: str) -> bool:
    """A token that was made because the one before it was refused is refused too; whether that is the first time that it is."""
    tag = await tx.execute(
        """
        UPDATE shop_tokens SET refused_when_new_at = clock_timestamp() WHERE connection = $1 AND NOT is_ended AND refreshed_at >= hastened_at
            AND (refused_when_new_at IS NULL OR refused_when_new_at < hastened_at)
        """,
        connection,
    )
    return tag == "UPDATE 1"


async def ending(tx: Tx, within_days: int) -> list[Row]:
    """Authorisations that end within so many days, with whole days left and what was told last: by the refresh token, or where there is none, by the access token."""
    return await tx.fetch(
        """
        SELECT connection, coalesce(refresh_until, access_until) AS until, warned_days,
            extract(epoch FROM coalesce(refresh_until, access_until) - clock_timestamp())::float8 / 86400 AS days
        FROM shop_tokens WHERE NOT is_ended AND (refresh_until IS NOT NULL OR refresh_at IS NULL)
            AND coalesce(refresh_until, access_until) < clock_timestamp() + make_interval(days => $1)
        ORDER BY connection
        """,
        within_days,
    )


async def note_warned(tx: Tx, connection: str, days: int) -> bool:
    """This much was told; False when it was before, or something nearer."""
    tag = await tx.execute(
        "UPDATE shop_tokens SET warned_days = $2 WHERE connection = $1 AND (warned_days IS NULL OR warned_days > $2)",
        connection,
        days,
    )
    return tag == "UPDATE 1"


async def note_closed(tx: Tx, connection: str, closed: bool) -> bool:
    """Whether the marketplace has closed the shop; False when that was known."""
    tag = await tx.execute(
        "UPDATE shop_tokens SET is_closed = $2 WHERE connection = $1 AND is_closed <> $2", connection, closed
    )
    return tag == "UPDATE 1"


async def known(tx: Tx, connections: Sequence[str]) -> dict[str, ShopTokens]:
    """What is known of the tokens of these shops."""
    rows = await tx.fetch(
        "SELECT connection, access_until, refresh_until, refresh_at, failures, is_ended, is_closed FROM shop_tokens WHERE connection = ANY($1)",
        list(connections),
    )
    return {row["connection"]: ShopTokens(**row) for row in rows}


async def begin(tx: Tx, digest: bytes, app: str, shop: str | None, session: UUID, life_s: int) -> None:
    """An authorisation that somebody began; those that are long over are forgotten."""
    await tx.execute("DELETE FROM shop_authorisations WHERE expires_at < clock_timestamp() - interval '1 day'")
    await tx.execute(
        """
        INSERT INTO shop_authorisations (state_digest, app, shop, session_id, expires_at)
        VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
        """,
        digest,
        app,
        shop,
        session,
        float(life_s),
    )


async def use(tx: Tx, digest: bytes, session: UUID) -> Row | None:
    """Take an authorisation that is under way, once, in the session that began it: its app, its shop, and the time. None for any other."""
    return await tx.fetchrow(
        """
        UPDATE shop_authorisations SET used_at = clock_timestamp()
        WHERE state_digest = $1 AND session_id = $2 AND used_at IS NULL AND expires_at > clock_timestamp()
        RETURNING app, shop, clock_timestamp() AS at
        """,
        digest,
        session,
    )
