"""Every SQL statement on `unsubscribed_addresses`: which messages are wanted no more at an address, of whomever it is."""

from gerbang.base.db import Tx


async def add(tx: Tx, digest: bytes, message: str) -> bool:
    """From now on this message is not mailed there; whether that is news."""
    row = await tx.fetchrow(
        """
        INSERT INTO unsubscribed_addresses (digest, message, since) VALUES ($1, $2, business_now())
        ON CONFLICT (digest, message) DO NOTHING RETURNING message
        """,
        digest,
        message,
    )
    return row is not None


async def drop(tx: Tx, digest: bytes, message: str) -> bool:
    """It is wanted there again; whether that is news."""
    row = await tx.fetchrow(
        "DELETE FROM unsubscribed_addresses WHERE digest = $1 AND message = $2 RETURNING message", digest, message
    )
    return row is not None


async def is_there(tx: Tx, digest: bytes, message: str) -> bool:
    """Whether the address unsubscribed from this message."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM unsubscribed_addresses WHERE digest = $1 AND message = $2)", digest, message
        )
    )


async def drop_of_email(tx: Tx, email: str, messages: list[str]) -> None:
    """These are wanted again at this address."""
    await tx.execute(
        "DELETE FROM unsubscribed_addresses WHERE digest = address_digest($1) AND message = ANY($2)", email, messages
    )


async def of_email(tx: Tx, email: str) -> list[str]:
    """From which messages this address unsubscribed."""
    found = await tx.fetch("SELECT message FROM unsubscribed_addresses WHERE digest = address_digest($1)", email)
    return [row["message"] for row in found]
