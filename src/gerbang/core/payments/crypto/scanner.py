"""One look at a chain by one connection's node, without a transaction: from which block on, what came, and what became of what came before.

A reading goes on where the last one ended. Where none did, or the blocks that were read are no longer on the chain, it begins where the
chain stood when the oldest address that is still watched was first shown: what was paid while nobody looked is found.
"""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from gerbang.base.db import Tx
from gerbang.base.http import OutcomeUnknown
from gerbang.core.payments import attempt_store
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.crypto.chain_connections import ChainConnection, ChainConnections, Watched
from gerbang.core.payments.crypto.transfers import (
    ClassifiedTransfer,
    Cursor,
    Key,
    Place,
    ProcessorClaim,
    State,
    reorg_checkpoints,
)
from gerbang.ports.chain import Head, Network, Receipt, Transfer

log = structlog.get_logger()
OVERLAP: Final = 20  # blocks whose logs are read again each time, but at least those of some seconds: a node may not have had them all
_SETTLED_S: Final = 900.0  # a transfer is watched at least so long, however fast the blocks come
_OVERLAP_S: Final = 20.0
_MOST_OVERLAP: Final = 100
_PACE_OVER: Final = 200  # blocks over which it is measured how fast they come
SKEW: Final = timedelta(minutes=10)  # between our clock and that of the blocks
_AT_ONCE: Final = 2_000
_FAR_BEHIND: Final = 10_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What one look is about: whose the addresses are, which transfers must be asked about again, what processors claim, where the last
    look ended, and `since` when the oldest address that is watched was shown. `over` are open attempts whose time has passed.

    An address of a processor may take other people's money too: what comes there is ours only by the transaction that was `claimed`,
    by whom stands there. `cursor.asked_at` is when all this was read; what it says of attempts may be old when the node has answered.
    """

    owners: Mapping[str, UUID]
    claimed: Mapping[tuple[str, str], UUID]
    claims: Sequence[ProcessorClaim]
    moving: Sequence[ClassifiedTransfer]
    over: Sequence[UUID]
    since: datetime | None
    cursor: Cursor

    def owner(self, one: Transfer) -> UUID | None:
        """Whose a transfer is, as far as one can tell before it is known; None for a stranger's."""
        return self.owners.get(one.recipient) or self.claimed.get((one.transaction, one.recipient))


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What one look at a chain saw: transfers to us up to the block `last` and those known before that still stand, those that are `missing`,
    the `doubted` ones, large and not seen alike by two nodes, and the `receipts` that were read, by transaction.
    """

    head: Head
    last: Place
    found: Sequence[Transfer]
    missing: AbstractSet[Key]
    doubted: AbstractSet[Key]
    receipts: Mapping[str, Receipt | None]


@dataclass(frozen=True, slots=True)
class _Start:
    """The first block whose logs are read, and the first that is read for coins too; `keeps` is where the cursor stays while not more than
    that was read.
    """

    first: int
    coins_from: int
    keeps: Place | None = None


async def scope_of(tx: Tx, one: ChainConnection, everyone: ChainConnections, head: Head) -> Scope:
    """What a look by this connection is about: attempts that it judges, and no others."""
    cursor, network = await chain_store.cursor(tx, one.id), one.network
    watched = everyone.watched_by(one, await chain_store.watched(tx))
    moving = await chain_store.moving(tx, network.chain_id, head.number - network.settled_after)
    contracts = [asset.contract for asset in network.assets if asset.contract]
    moving += await chain_store.unknown_tokens(tx, network.chain_id, [each.attempt for each in watched], contracts)
    claims = await chain_store.open_claims(tx, network.name)
    concerned = {*(each.attempt for each in moving), *(each.attempt for each in claims)}
    mine = {a.id: a for a in await attempt_store.attempts_by_id(tx, sorted(concerned)) if everyone.judges(one, a)}
    moving = [each for each in moving if each.attempt in mine]
    claims = [each for each in claims if each.attempt in mine]
    of_processors = {id_ for id_, attempt in mine.items() if attempt.deposit is None}
    claimed = {each.key(): each.attempt for each in claims}
    claimed |= {(m.transfer.transaction, m.transfer.recipient): m.attempt for m in moving if m.attempt in of_processors}
    owners = {each.transfer.recipient: each.attempt for each in moving if each.attempt not in of_processors}
    owners |= {each.address: each.attempt for each in watched}
    over = [each.attempt for each in watched if each.over and each.connection == one.id]
    return Scope(
        owners=owners,
        claimed=claimed,
        claims=claims,
        moving=moving,
        over=over,
        since=_since(one, watched),
        cursor=cursor,
    )


def _since(one: ChainConnection, watched: Sequence[Watched]) -> datetime | None:
    """When the first of the addresses was shown; of those of other networks' connections, not before this one was there."""
    made_at = one.connection.created_at
    shown = [each.created_at if each.connection == one.id else max(each.created_at, made_at) for each in watched]
    return min(shown, default=None)


async def look(one: ChainConnection, head: Head, scope: Scope, pace: float = 0.0) -> ScanResult:
    """The blocks since the last look, and by its receipt each known transfer that is not among them: in another block its log may have
    another number, and its number may be the log of somebody else.
    """
    network, chain, account = one.network, one.chain, one.account
    start, last = await _start(one, head, scope, _overlap(pace)), head.number
    seen: tuple[Transfer, ...] = ()
    if scope.owners:
        asked = min(head.number, start.first + _AT_ONCE - 1)
        reading = await chain.transfers(account, scope.owners.keys(), start.first, asked, coins_from=start.coins_from)
        last, seen = reading.last, tuple(reading.transfers)
    found = {key_of(network, each): each for each in seen}
    lost = [each for each in scope.moving if each.key() not in found and head.number >= each.transfer.block]
    transactions = sorted({each.transfer.transaction for each in lost} | {each.transaction for each in scope.claims})
    receipts = {transaction: await chain.receipt(account, transaction) for transaction in transactions}
    for receipt in receipts.values():
        moved = receipt.transfers if receipt is not None and receipt.succeeded and receipt.block <= head.number else ()
        found |= {key_of(network, each): each for each in moved if scope.owner(each) is not None}
    missing = {each.key() for each in lost} - found.keys()
    doubted = await doubted_of(one, list(found.values()), scope.moving)
    place = start.keeps if start.keeps is not None and last < start.keeps.block else await _place(one, head, last)
    return ScanResult(
        head=head, last=place, found=list(found.values()), missing=missing, doubted=doubted, receipts=receipts
    )


def moved_on(one: ChainConnection, scope: Scope, last: Place) -> Cursor:
    """The cursor after a look that ended at `last`."""
    before = [*scope.cursor.trail, *([scope.cursor.place] if scope.cursor.place is not None else [])]
    known = before if one.covers(scope.cursor.reads) else []
    return Cursor(last, reorg_checkpoints(known, last), one.reads, scope.cursor.asked_at)


async def _start(one: ChainConnection, head: Head, scope: Scope, overlap: int) -> _Start:
    """Where this look begins to read. A head that went back does not say yet what became of the blocks above it, as long as what was
    read below it still stands.
    """
    place = scope.cursor.place
    if place is None or not one.covers(scope.cursor.reads):
        return await _beginning(one, head, scope)
    if place.block <= head.number and await _stands(one, head, place):
        if head.number - place.block > _FAR_BEHIND:  # nothing that is watched now was shown so long ago, perhaps
            begin = await _beginning(one, head, scope)
            if begin.first > place.block:
                return begin
        return _Start(max(0, place.block - overlap + 1), place.block + 1, keeps=place)
    standing = await _newest_standing(one, head, scope.cursor.trail)
    if place.block > head.number and standing is not None:
        return _Start(max(0, head.number - overlap + 1), head.number + 1, keeps=place)
    log.warning("chain.replaced", network=one.network.name, connection=one.id, block=place.block)
    if standing is not None:
        return _Start(max(0, standing.block - overlap + 1), standing.block + 1)
    begin = await _beginning(one, head, scope)
    first = min(begin.first, max(0, min(place.block, head.number) - max(overlap, one.network.settled_after) + 1))
    return _Start(first, first)


async def _beginning(one: ChainConnection, head: Head, scope: Scope) -> _Start:
    """Where the chain stood when the first of the watched addresses was shown, by the blocks' own time."""
    if scope.since is None:
        return _Start(max(0, head.number - OVERLAP + 1), head.number + 1)
    first = await block_at(one, head, scope.since - SKEW)
    return _Start(max(0, first - OVERLAP + 1), max(0, first - OVERLAP + 1))


async def block_at(one: ChainConnection, head: Head, at: datetime) -> int:
    """The newest block that is not younger than `at`; 0 when all are. Steps back in growing strides, then halves what is left."""
    high, stride = head.number, 1
    if head.at <= at:
        return high
    low = high
    while low > 0:
        low = max(0, high - stride)
        if (await one.chain.block(one.account, low)).at <= at:
            break
        high, stride = low, stride * 4
    while high - low > 1:
        middle = (low + high) // 2
        if (await one.chain.block(one.account, middle)).at <= at:
            low = middle
        else:
            high = middle
    return low


async def pace_of(one: ChainConnection, head: Head) -> float:
    """Seconds from block to block lately; 0 where that cannot be told."""
    back = min(head.number, _PACE_OVER)
    if not back:
        return 0.0
    return max(0.0, (head.at - (await one.chain.block(one.account, head.number - back)).at).total_seconds() / back)


def at_pace(one: ChainConnection, pace: float) -> ChainConnection:
    """The same connection, which watches a transfer long enough where blocks come fast."""
    blocks = math.ceil(_SETTLED_S / pace) if pace else 0
    network = replace(one.network, settled_after=max(one.network.settled_after, blocks))
    return replace(one, network=network)


def _overlap(pace: float) -> int:
    return min(_MOST_OVERLAP, max(OVERLAP, math.ceil(_OVERLAP_S / pace))) if pace else OVERLAP


async def _newest_standing(one: ChainConnection, head: Head, places: Sequence[Place]) -> Place | None:
    for place in places:
        if place.block <= head.number and await _stands(one, head, place):
            return place
    return None


async def _stands(one: ChainConnection, head: Head, place: Place) -> bool:
    return not place.hash or await _place(one, head, place.block) == place


async def _place(one: ChainConnection, head: Head, block: int) -> Place:
    at_head = block == head.number
    return Place(block, head.hash if at_head else (await one.chain.block(one.account, block)).hash)


async def doubted_of(
    one: ChainConnection, found: Sequence[Transfer], moving: Sequence[ClassifiedTransfer]
) -> AbstractSet[Key]:
    """The large transfers that do not count yet and that two nodes do not see alike: those wait, however long."""
    limits = {asset.contract: asset.agree_above for asset in one.network.assets if asset.agree_above}
    if not limits:
        return frozenset()
    counted = {(each.key(), each.transfer.block_hash) for each in moving if each.state is State.COUNTED}
    doubted = set()
    for transfer in found:
        key = key_of(one.network, transfer)
        too_small = transfer.amount < limits.get(transfer.contract, transfer.amount + 1)
        if too_small or (key, transfer.block_hash) in counted:
            continue
        try:
            receipt = await one.chain.receipt(one.account, transfer.transaction, agreed=True)
        except OutcomeUnknown as error:
            log.warning("chain.disagreed", transaction=transfer.transaction, why=error.detail)
            receipt = None
        if receipt is None or transfer not in receipt.transfers:
            doubted.add(key)
    return doubted


def key_of(network: Network, one: Transfer) -> Key:
    """What names a transfer on its chain."""
    return network.chain_id, one.transaction, one.log
