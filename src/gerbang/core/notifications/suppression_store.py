"""Every SQL statement on who is written to no more (`suppressions`), and on how many messages a day has had (`channel_days`).

An address stands here as a digest: a stop is honoured after everything else about the person was erased.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from gerbang.base.db import Tx
from gerbang.ports.messenger import Channel

SAID_STOP: Final = "the person said stop"


async def suppress(tx: Tx, channel: Channel, address: str, why: str) -> None:
    """From now on nobody writes there on this channel."""
    await tx.execute(
        """
        INSERT INTO suppressions (channel, digest, why, since) VALUES ($1, $2, $3, business_now())
        ON CONFLICT (channel, digest) DO NOTHING
        """,
        channel.value,
        digest_of(address),
        why,
    )


async def allow(tx: Tx, channel: Channel, address: str) -> None:
    """The person wants to be written to again."""
    await tx.execute("DELETE FROM suppressions WHERE channel = $1 AND digest = $2", channel.value, digest_of(address))


async def why_suppressed(tx: Tx, channel: Channel, address: str) -> str | None:
    """Why nobody writes there; None where somebody may."""
    why: str | None = await tx.fetchval(
        "SELECT why FROM suppressions WHERE channel = $1 AND digest = $2", channel.value, digest_of(address)
    )
    return why


async def suppressed(tx: Tx, places: Sequence[tuple[Channel, str]]) -> Mapping[tuple[Channel, str], str]:
    """Those of these addresses to which nobody writes, and why."""
    digests = {(channel.value, digest_of(address)): (channel, address) for channel, address in places}
    rows = await tx.fetch(
        """
        SELECT s.channel, s.digest, s.why FROM unnest($1::text[], $2::bytea[]) AS n (channel, digest)
        JOIN suppressions s ON s.channel = n.channel AND s.digest = n.digest
        """,
        [channel for channel, _ in digests],
        [digest for _, digest in digests],
    )
    return {digests[row["channel"], row["digest"]]: row["why"] for row in rows}


async def take_place(tx: Tx, channel: Channel, most: int) -> bool:
    """Count one message of today (business time, UTC), unless there were as many as there may be."""
    row = await tx.fetchrow(
        """
        INSERT INTO channel_days (channel, day, sent) SELECT $1, (business_now() AT TIME ZONE 'UTC')::date, 1 WHERE $2 > 0
        ON CONFLICT (channel, day) DO UPDATE SET sent = channel_days.sent + 1 WHERE channel_days.sent < $2
        RETURNING sent
        """,
        channel.value,
        most,
    )
    return row is not None


async def sent_today(tx: Tx, channel: Channel) -> int:
    """How many messages of today were counted."""
    return (
        await tx.fetchval(
            "SELECT sent FROM channel_days WHERE channel = $1 AND day = (business_now() AT TIME ZONE 'UTC')::date",
            channel.value,
        )
        or 0
    )


def digest_of(address: str) -> bytes:
    """What stands for an address where the address itself must not be kept."""
    return hashlib.sha256(address.lower().encode()).digest()
