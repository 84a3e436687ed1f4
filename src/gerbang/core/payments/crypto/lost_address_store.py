"""Every SQL statement on `lost_addresses`: deposit numbers that were shown, and whose payments this database does not know."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from gerbang.base.db import Tx, columns


class LostNumber(msgspec.Struct, frozen=True):
    """A number of a wallet whose address may be known to a payer; it was shown at `since` or later."""

    wallet: str
    number: int
    since: datetime


async def lose(tx: Tx, wallet: str, first: int, beyond: int) -> None:
    """The numbers from `first` up to the one before `beyond` were shown, after the newest that this database knows."""
    await tx.execute(
        """
        INSERT INTO lost_addresses (wallet, number, since, lost_at, sweep_at)
        SELECT $1, n, coalesce(
            (SELECT created_at FROM attempts WHERE quote ->> 'wallet' = $1 AND deposit >= 0 AND deposit < $2 ORDER BY deposit DESC LIMIT 1),
            business_now() - interval '180 days'), business_now(), business_now()
        FROM generate_series($2::bigint, $3::bigint - 1) AS n ON CONFLICT DO NOTHING
        """,
        wallet,
        first,
        beyond,
    )


async def take(tx: Tx, limit: int) -> list[LostNumber]:
    """Numbers whose addresses are to be looked at now; whoever takes them has a quarter of an hour, then another may."""
    rows = await tx.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT wallet, number FROM lost_addresses WHERE sweep_at <= (SELECT business_now())
            ORDER BY sweep_at, wallet, number LIMIT $1 FOR UPDATE SKIP LOCKED)
        UPDATE lost_addresses l SET sweep_at = (SELECT business_now()) + interval '15 minutes'
        FROM due WHERE l.wallet = due.wallet AND l.number = due.number
        RETURNING l.wallet, l.number, l.since
        """,
        limit,
    )
    return [LostNumber(*row) for row in rows]


async def swept(tx: Tx, numbers: Sequence[LostNumber]) -> None:
    """These were looked at: again once a tenth of the time since they were lost has passed, a minute at least, for 180 days. One that has its
    payment is swept as any attempt is.
    """
    await tx.execute(
        """
        UPDATE lost_addresses l SET sweep_at = CASE
            WHEN payment_id IS NULL AND business_now() < lost_at + interval '180 days'
            THEN business_now() + greatest(interval '1 minute', (business_now() - lost_at) / 10) END
        FROM unnest($1::text[], $2::bigint[]) AS n (wallet, number) WHERE l.wallet = n.wallet AND l.number = n.number
        """,
        *columns([(one.wallet, one.number) for one in numbers], 2),
    )


async def lock(tx: Tx, one: LostNumber) -> bool:
    """Whether nothing was found there yet; nobody else finds it until this transaction ends."""
    row = await tx.fetchrow(
        "SELECT payment_id FROM lost_addresses WHERE wallet = $1 AND number = $2 FOR UPDATE", one.wallet, one.number
    )
    return row is not None and row["payment_id"] is None


async def found(tx: Tx, one: LostNumber, payment: UUID) -> None:
    """Money came there, and is this payment from now on."""
    await tx.execute(
        "UPDATE lost_addresses SET payment_id = $3, sweep_at = NULL WHERE wallet = $1 AND number = $2",
        one.wallet,
        one.number,
        payment,
    )


async def adopt(tx: Tx, attempt: UUID, network: str, asset: str) -> None:
    """From now on this was asked for at a lost address, and what came of it counts: a person has said that the money is right."""
    await tx.execute(
        "UPDATE attempts SET quote = quote || jsonb_build_object('network', $2::text) WHERE id = $1", attempt, network
    )
    await tx.execute(
        """
        UPDATE chain_transfers SET verdict = CASE WHEN state = 'seen' THEN 'waits' ELSE 'counts' END
        WHERE attempt_id = $1 AND network = $2 AND asset = $3 AND verdict = 'wrong_network' AND state IN ('seen', 'counted', 'settled')
        """,
        attempt,
        network,
        asset,
    )


async def of_wallets(tx: Tx) -> dict[str, list[int]]:
    """By wallet the numbers that were lost and to which nothing has come yet."""
    rows = await tx.fetch("SELECT wallet, number FROM lost_addresses WHERE payment_id IS NULL ORDER BY wallet, number")
    lost: dict[str, list[int]] = {}
    for wallet, number in rows:
        lost.setdefault(wallet, []).append(number)
    return lost
