"""Every SQL statement on how far the deposit numbers of wallets have come: `deposit_numbers`, and the numbers of attempts."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from gerbang.base.db import Tx, columns
from gerbang.ports.payment import Payer


class DepositCounter(msgspec.Struct, frozen=True):
    """How far a wallet's numbers have come by the database: `next` was never given; `marked` says that a mark outside it says so too."""

    next: int
    marked: bool


class Wallet(msgspec.Struct, frozen=True):
    """A wallet, by its first address: `next` number, whether a mark stands outside, the longest run of unpaid addresses, and the one that
    goes on now.
    """

    wallet: str
    next: int
    marked: bool
    unpaid_run: int
    unpaid_now: int

    @property
    def gap_limit(self) -> int:
        """The least gap limit by which a wallet that restores from its words finds whatever was and may be paid."""
        return self.unpaid_run + 1


async def open_wallets(tx: Tx, wallets: Sequence[str]) -> None:
    """Begin at 0 with wallets that gave no address yet."""
    await tx.execute(
        "INSERT INTO deposit_numbers (wallet, next) SELECT unnest($1::text[]), 0 ON CONFLICT DO NOTHING",
        sorted(wallets),
    )


async def lock_wallets(tx: Tx, wallets: Sequence[str]) -> dict[str, DepositCounter]:
    """How far these wallets' numbers have come, locked: one gives numbers at a time, whichever process or host."""
    rows = await tx.fetch(
        "SELECT wallet, next, marked FROM deposit_numbers WHERE wallet = ANY($1) ORDER BY wallet FOR UPDATE",
        list(wallets),
    )
    return {row["wallet"]: DepositCounter(row["next"], row["marked"]) for row in rows}


async def counter(tx: Tx, wallet: str) -> DepositCounter | None:
    """How far one wallet's numbers have come; None when it never gave any."""
    row = await tx.fetchrow("SELECT next, marked FROM deposit_numbers WHERE wallet = $1", wallet)
    return DepositCounter(row["next"], row["marked"]) if row else None


async def counters(tx: Tx) -> dict[str, DepositCounter]:
    """How far every wallet that gave addresses has come."""
    rows = await tx.fetch("SELECT wallet, next, marked FROM deposit_numbers WHERE next > 0 ORDER BY wallet")
    return {row["wallet"]: DepositCounter(row["next"], row["marked"]) for row in rows}


async def paid_runs(tx: Tx, wallet: str) -> tuple[int, int]:
    """Of the numbers of a wallet to which something came that was asked for: the last, -1 where there is none, and the longest run of
    others below it.
    """
    row = await tx.fetchrow(
        """
        SELECT coalesce(max(number), -1) AS last, coalesce(max(unpaid), 0) AS longest FROM (
            SELECT deposit AS number, deposit - lag(deposit, 1, -1::bigint) OVER (ORDER BY deposit) - 1 AS unpaid FROM attempts
            WHERE deposit >= 0 AND received > 0 AND (quote ->> 'wallet') = $1) AS paid
        """,
        wallet,
    )
    assert row is not None, "sums are always there"
    return row["last"], row["longest"]


async def open_unpaid(tx: Tx, connection: str, payer: Payer, most: int) -> tuple[int, int]:
    """How many unpaid attempts at addresses of a connection are open, counted up to `most`, and how many of them are this payer's: from the
    same network address, or by the same e-mail address or telephone.
    """
    row = await tx.fetchrow(
        """
        SELECT count(*) AS everybody, count(*) FILTER (WHERE ($3 <> '' AND y.ip = $3) OR ($4 <> '' AND lower(y.email) = lower($4))
            OR ($5 <> '' AND y.phone = $5)) AS mine
        FROM (SELECT payment_id FROM attempts WHERE deposit IS NOT NULL AND status IN ('pending', 'submitting', 'unknown')
            AND connection = $1 AND received = 0 LIMIT $2) AS open JOIN payment_payers y USING (payment_id)
        """,
        connection,
        most,
        payer.ip,
        payer.email,
        payer.phone,
    )
    assert row is not None, "counts are always there"
    return row["everybody"], row["mine"]


async def move_wallets(tx: Tx, reached: Mapping[str, int]) -> None:
    """The next number of each wallet, which its mark outside says by now."""
    await tx.execute(
        """
        UPDATE deposit_numbers d SET next = n.next, marked = true FROM unnest($1::text[], $2::bigint[]) AS n (wallet, next)
        WHERE d.wallet = n.wallet
        """,
        *columns(sorted(reached.items()), 2),
    )


async def numbers_of(tx: Tx, attempts: Sequence[UUID]) -> dict[UUID, int]:
    """The deposit numbers of these attempts, NEW_DEPOSIT where none was given yet."""
    rows = await tx.fetch("SELECT id, deposit FROM attempts WHERE id = ANY($1) AND deposit IS NOT NULL", list(attempts))
    return {row["id"]: row["deposit"] for row in rows}


async def set_numbers(tx: Tx, numbers: Mapping[UUID, int]) -> None:
    """Give these attempts their numbers."""
    await tx.execute(
        "UPDATE attempts a SET deposit = n.number FROM unnest($1::uuid[], $2::bigint[]) AS n (id, number) WHERE a.id = n.id",
        *columns(list(numbers.items()), 2),
    )
