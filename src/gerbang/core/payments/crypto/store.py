"""Every SQL statement on what stands on a blockchain: `chain_transfers`, `chain_cursors`, `chain_claims`."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx, columns
from gerbang.base.statement_batch import Writer
from gerbang.core.payments.crypto.chain_connections import Watched
from gerbang.core.payments.crypto.transfers import (
    ClaimVerdict,
    ClassifiedTransfer,
    Cursor,
    Place,
    ProcessorClaim,
    State,
)
from gerbang.ports.chain import Transfer

_LOOK_LOCK: Final = 0x6772_6C6F  # one look at a time is written


async def watched(tx: Tx) -> list[Watched]:
    """Attempts whose deposit addresses may yet get money: open ones, and others until three days after their time."""
    rows = await tx.fetch(
        """
        SELECT id, connection, quote ->> 'wallet' AS wallet, provider_reference, created_at,
            status IN ('pending', 'submitting', 'unknown') AND expires_at <= (SELECT business_now())
        FROM attempts
        WHERE deposit IS NOT NULL AND status IN ('pending', 'submitting', 'unknown') AND provider_reference IS NOT NULL
        UNION
        SELECT id, connection, quote ->> 'wallet', provider_reference, created_at,
            status IN ('pending', 'submitting', 'unknown') AND expires_at <= (SELECT business_now())
        FROM attempts
        WHERE deposit IS NOT NULL AND expires_at > (SELECT business_now()) - interval '73 hours' AND provider_reference IS NOT NULL
        """
    )
    return [Watched(id_, connection, wallet or "", *rest) for id_, connection, wallet, *rest in rows]


async def is_idle(tx: Tx, connection: str, chain_id: int, network: str, reads: str) -> bool:
    """Whether nothing more can be expected of a chain, all of which was looked at within the last minute."""
    return bool(
        await tx.fetchval(
            """
            SELECT EXISTS (SELECT FROM chain_cursors WHERE connection = $1 AND reads = $4
                    AND asked_at > clock_timestamp() - interval '1 minute')
                AND NOT EXISTS (SELECT FROM chain_transfers WHERE chain_id = $2 AND state IN ('seen', 'counted'))
                AND NOT EXISTS (SELECT FROM chain_claims WHERE network = $3 AND state = 'open')
            """,
            connection,
            chain_id,
            network,
            reads,
        )
    )


async def moving(tx: Tx, chain_id: int, since: int) -> list[ClassifiedTransfer]:
    """Transfers of one chain that may yet count, or be taken back; and those that were gone from a block above `since`, for a node may
    have forgotten them for a moment only.
    """
    return [
        _judged(row)
        for row in await tx.fetch(
            _TRANSFERS + "WHERE chain_id = $1 AND (state IN ('seen', 'counted') OR (state = 'gone' AND block > $2))",
            chain_id,
            since,
        )
    ]


async def unknown_tokens(
    tx: Tx, chain_id: int, attempts: Sequence[UUID], contracts: Sequence[str]
) -> list[ClassifiedTransfer]:
    """What came to these attempts of tokens that nobody took then, and that are taken now."""
    return [
        _judged(row)
        for row in await tx.fetch(
            _TRANSFERS
            + "WHERE attempt_id = ANY($2) AND chain_id = $1 AND verdict = 'unknown_token' AND contract = ANY($3)",
            chain_id,
            list(attempts),
            list(contracts),
        )
    ]


async def of_attempts(tx: Tx, attempts: Sequence[UUID]) -> list[ClassifiedTransfer]:
    """Everything that came to the addresses of these attempts, on any chain, in order."""
    rows = await tx.fetch(_TRANSFERS + "WHERE attempt_id = ANY($1) ORDER BY mined_at, transaction, log", list(attempts))
    return [_judged(row) for row in rows]


async def of_transactions(tx: Tx, chain_id: int, transactions: Sequence[str]) -> list[ClassifiedTransfer]:
    """What these transactions moved to anybody of ours, as it was last written down."""
    if not transactions:
        return []
    rows = await tx.fetch(_TRANSFERS + "WHERE chain_id = $1 AND transaction = ANY($2)", chain_id, list(transactions))
    return [_judged(row) for row in rows]


async def save(tx: Tx, judged: Sequence[ClassifiedTransfer]) -> None:
    """Write down transfers as they are now; one log of one transaction is one row, and it is whose the chain says now."""
    rows = [
        (
            j.chain_id,
            j.transfer.transaction,
            j.transfer.log,
            j.attempt,
            j.network,
            j.asset,
            j.transfer.contract,
            j.transfer.sender,
            j.transfer.recipient,
            str(j.transfer.amount),
            j.transfer.block,
            j.transfer.block_hash,
            j.transfer.at,
            j.state.value,
            j.verdict,
            j.confirmations,
            j.required,
        )
        for j in sorted(judged, key=ClassifiedTransfer.key)
    ]
    await tx.execute(
        """
        INSERT INTO chain_transfers (chain_id, transaction, log, attempt_id, network, asset, contract, sender, recipient, amount,
            block, block_hash, mined_at, state, verdict, confirmations, required)
        SELECT chain_id, transaction, log, attempt, network, asset, contract, sender, recipient, amount::numeric, block, hash, at, state,
            verdict, confirmations, required
        FROM unnest($1::bigint[], $2::text[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::bigint[], $12::text[], $13::timestamptz[], $14::text[], $15::text[], $16::int[], $17::int[])
        AS n (chain_id, transaction, log, attempt, network, asset, contract, sender, recipient, amount, block, hash, at, state, verdict,
            confirmations, required)
        ON CONFLICT (chain_id, transaction, log) DO UPDATE SET (attempt_id, network, asset, contract, sender, recipient, amount, block,
            block_hash, mined_at, state, verdict, confirmations, required) = (excluded.attempt_id, excluded.network, excluded.asset,
            excluded.contract, excluded.sender, excluded.recipient, excluded.amount, excluded.block, excluded.block_hash,
            excluded.mined_at, excluded.state, excluded.verdict, excluded.confirmations, excluded.required)
        """,
        *columns(rows, 17),
    )


async def deposits(tx: Tx, connection: str | None) -> list[Row]:
    """Every deposit number that was given, with what came: rows of (connection, deposit, address, payment_id, quote, received as
    text).
    """
    return await tx.fetch(
        """
        SELECT connection, deposit, provider_reference, payment_id, quote, received::text FROM attempts
        WHERE deposit >= 0 AND ($1::text IS NULL OR connection = $1) ORDER BY connection, deposit
        """,
        connection,
    )


async def cursor(tx: Tx, connection: str) -> Cursor:
    """How far the chain of a connection was read."""
    row = await tx.fetchrow(
        """
        SELECT c.block, c.hash, c.trail, c.reads, clock_timestamp() AS at FROM (VALUES ($1::text)) AS asked (connection)
        LEFT JOIN chain_cursors c USING (connection)
        """,
        connection,
    )
    assert row is not None, "the row that was asked with is always there"
    if row["block"] is None:
        return Cursor(None, (), "", row["at"])
    return Cursor(Place(row["block"], row["hash"]), tuple(Place(*one) for one in row["trail"]), row["reads"], row["at"])


async def begin_cursor(tx: Tx, connection: str, place: Place, reads: str) -> None:
    """The chain is read from here on, unless it is already being read."""
    await tx.execute(
        """
        INSERT INTO chain_cursors (connection, block, hash, reads, asked_at) VALUES ($1, $2, $3, $4, '-infinity')
        ON CONFLICT DO NOTHING
        """,
        connection,
        place.block,
        place.hash,
        reads,
    )


async def move_cursor(tx: Tx, connection: str, cursor: Cursor) -> bool:
    """The chain was read up to here. False when the answer to a later question was applied before: drop this one."""
    assert cursor.place is not None, "a look ends somewhere"
    await one_at_a_time(tx)
    row = await tx.fetchrow(
        """
        INSERT INTO chain_cursors AS c (connection, block, hash, trail, reads, asked_at) VALUES ($1, $2, $3, $4::text::jsonb, $5, $6)
        ON CONFLICT (connection) DO UPDATE SET block = excluded.block, hash = excluded.hash, trail = excluded.trail,
            reads = excluded.reads, asked_at = excluded.asked_at,
            moved_at = CASE WHEN c.block <> excluded.block THEN clock_timestamp() ELSE c.moved_at END
        WHERE c.asked_at < excluded.asked_at RETURNING connection
        """,
        connection,
        cursor.place.block,
        cursor.place.hash,
        msgspec.json.encode([(one.block, one.hash) for one in cursor.trail]).decode(),
        cursor.reads,
        cursor.asked_at,
    )
    return row is not None


async def awaited(tx: Tx) -> list[tuple[str, int | None, float]]:
    """The connections whose payers may pay now: how far the chain was read, and for how many seconds no newer block was; not from before
    the first of these addresses was shown.
    """
    rows = await tx.fetch(
        """
        SELECT a.connection, c.block, extract(epoch FROM clock_timestamp() - greatest(
            c.moved_at, min(a.created_at) - ((SELECT business_now()) - now())))::float8
        FROM attempts a LEFT JOIN chain_cursors c USING (connection)
        WHERE deposit IS NOT NULL AND status IN ('pending', 'submitting', 'unknown') AND provider_reference IS NOT NULL
        GROUP BY a.connection, c.block, c.moved_at ORDER BY a.connection
        """
    )
    return [(connection, block, stood_s) for connection, block, stood_s in rows]


async def stalled(tx: Tx) -> set[str]:
    """The connections whose chains were said to stand still, and not yet to go on."""
    return {row["connection"] for row in await tx.fetch("SELECT connection FROM chain_stalls")}


async def begin_stalls(tx: Tx, connections: Sequence[str]) -> set[str]:
    """Those of them that were not said to stand still before: whoever writes first says it."""
    rows = await tx.fetch(
        "INSERT INTO chain_stalls (connection) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING connection",
        sorted(connections),
    )
    return {row["connection"] for row in rows}


async def end_stalls(tx: Tx, connections: Sequence[str]) -> set[str]:
    """Those of them that were said to stand still until now."""
    rows = await tx.fetch(
        "DELETE FROM chain_stalls WHERE connection = ANY($1) RETURNING connection", sorted(connections)
    )
    return {row["connection"] for row in rows}


async def one_at_a_time(tx: Tx) -> None:
    """What is seen on chains is written one after the other: what a transfer means depends on all that came to an attempt."""
    await tx.execute("SELECT pg_advisory_xact_lock($1)", _LOOK_LOCK)


async def add_claims(tx: Writer, claims: Sequence[ProcessorClaim]) -> None:
    """Write down what processors say; said again, it is no news."""
    rows = [(c.attempt, c.network, c.transaction, c.recipient, str(c.total), str(c.onchain)) for c in claims]
    await tx.execute(
        """
        INSERT INTO chain_claims (attempt_id, network, transaction, recipient, total, onchain)
        SELECT attempt, network, transaction, recipient, total::numeric, onchain::numeric
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            AS n (attempt, network, transaction, recipient, total, onchain)
        ON CONFLICT DO NOTHING
        """,
        *columns(rows, 6),
    )


async def open_claims(tx: Tx, network: str) -> list[ProcessorClaim]:
    """Claims on one network that our node must be asked about now, the newest first: after ten minutes once a minute only."""
    rows = await tx.fetch(
        _CLAIMS
        + """
        WHERE network = $1 AND state = 'open'
          AND (claimed_at > clock_timestamp() - interval '10 minutes' OR asked_at < clock_timestamp() - interval '1 minute')
        ORDER BY claimed_at DESC LIMIT 50
        """,
        network,
    )
    return [_claim(row) for row in rows]


async def claims_of(tx: Tx, attempts: Sequence[UUID]) -> list[ProcessorClaim]:
    """The claims of these attempts that our node has seen."""
    return [
        _claim(row) for row in await tx.fetch(_CLAIMS + "WHERE attempt_id = ANY($1) AND state = 'seen'", list(attempts))
    ]


async def answer_claims(tx: Tx, answers: Sequence[tuple[ProcessorClaim, ClaimVerdict]]) -> None:
    """Write down what our node made of them, and that it was asked."""
    rows = [(c.attempt, c.network, c.transaction, answer.value) for c, answer in answers]
    await tx.execute(
        """
        UPDATE chain_claims AS c SET state = n.state, asked_at = clock_timestamp()
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS n (attempt, network, transaction, state)
        WHERE c.attempt_id = n.attempt AND c.network = n.network AND c.transaction = n.transaction AND c.state = 'open'
        """,
        *columns(rows, 4),
    )


async def reopen_claims(tx: Tx, gone: Sequence[ClassifiedTransfer]) -> None:
    """What was claimed stood on the chain and is gone: it may come back, and is asked about again."""
    await tx.execute(
        """
        UPDATE chain_claims AS c SET state = 'open' FROM unnest($1::uuid[], $2::text[]) AS n (attempt, transaction)
        WHERE c.attempt_id = n.attempt AND c.transaction = n.transaction AND c.state = 'seen'
        """,
        *columns([(one.attempt, one.transfer.transaction) for one in gone], 2),
    )


async def claimed_where(tx: Tx) -> list[tuple[str, str]]:
    """The networks on which something is claimed that no node has answered yet, each with the connection whose attempt it is."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT network, connection FROM chain_claims c JOIN attempts a ON a.id = c.attempt_id
        WHERE state = 'open' ORDER BY network, connection
        """
    )
    return [(row["network"], row["connection"]) for row in rows]


_CLAIMS = (
    "SELECT attempt_id, network, transaction, recipient, total::text, onchain::text,"
    " extract(epoch FROM clock_timestamp() - claimed_at)::float8 FROM chain_claims "
)


def _claim(row: Row) -> ProcessorClaim:
    attempt, network, transaction, recipient, total, onchain, known_s = row
    return ProcessorClaim(
        attempt=attempt,
        network=network,
        transaction=transaction,
        recipient=recipient,
        total=int(total),
        onchain=int(onchain),
        known_s=known_s,
    )


_TRANSFERS = (
    "SELECT attempt_id, chain_id, network, asset, transaction, log, contract, sender, recipient, amount::text, block, block_hash, mined_at,"
    " state, verdict, confirmations, required FROM chain_transfers "
)


def _judged(row: Row) -> ClassifiedTransfer:
    attempt, chain_id, network, asset, *moved, state, verdict, confirmations, required = row
    transaction, log, contract, sender, recipient, amount, block, block_hash, at = moved
    transfer = Transfer(
        transaction=transaction,
        log=log,
        contract=contract,
        sender=sender,
        recipient=recipient,
        amount=int(amount),
        block=block,
        block_hash=block_hash,
        at=at,
    )
    return ClassifiedTransfer(
        attempt=attempt,
        chain_id=chain_id,
        network=network,
        asset=asset,
        transfer=transfer,
        state=State(state),
        verdict=verdict,
        confirmations=confirmations,
        required=required,
    )
