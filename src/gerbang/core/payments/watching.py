"""Watching the chains: what came to addresses of ours, whether it still stands, and what follows for their attempts.

A look asks the node first, without a transaction. What it saw, what it means and where it ended are then one transaction: killed before
it, the next look sees the same again; killed after it, nothing is credited twice. An older answer never overrules a newer one.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import GerbangError
from gerbang.base.http import Http, OutcomeUnknown
from gerbang.core.connections.model import Connection
from gerbang.core.payments import chain_store, schedule, store
from gerbang.core.payments.context import Context
from gerbang.core.payments.draft import open_drafts, save_drafts
from gerbang.core.payments.hearing import Hearing, hear
from gerbang.core.payments.machine import MOVES, OPEN
from gerbang.core.payments.model import Attempt
from gerbang.core.payments.onchain import (
    Answer,
    Claim,
    Judged,
    Key,
    Place,
    State,
    agreeing,
    facts,
    gone,
    is_over,
    judge,
    steady,
    turned,
    weigh,
)
from gerbang.core.queue import service as queue
from gerbang.core.secrets.model import Purpose
from gerbang.ports.chain import Chain, Head, Network, Receipt, Transfer
from gerbang.ports.payment import Account, Mismatched

log = structlog.get_logger()
EVERY_S: Final = 2.0
OVERLAP: Final = 20  # blocks that are read again each time: a reorg may put a transfer into a lower block than before
_AT_ONCE: Final = 2_000
_ASK_NETWORKS_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Scope:
    """What one look is about: whose the addresses are, which transfers must be asked about again, what processors claim, and where the
    last look ended.

    An address of a processor may take other people's money too: what comes there is ours only by the transaction that was `claimed`,
    by whom stands there. `asked_at` is when all this was read; what it says of attempts may be old by the time the node has answered.
    """

    owners: Mapping[str, UUID]
    claimed: Mapping[tuple[str, str], UUID]
    claims: Sequence[Claim]
    moving: Sequence[Judged]
    place: Place | None
    asked_at: datetime

    def owner(self, one: Transfer) -> UUID | None:
        """Whose a transfer is, as far as one can tell before it is known; None for a stranger's."""
        return self.owners.get(one.recipient) or self.claimed.get((one.transaction, one.recipient))


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at a chain saw: transfers to us up to the block `last` and those known before that still stand, those that are `missing`,
    the `doubted` ones, large and not seen alike by two nodes, and the `receipts` that were read, by transaction.
    """

    head: Head
    last: Place
    found: Sequence[Transfer]
    missing: AbstractSet[Key]
    doubted: AbstractSet[Key]
    receipts: Mapping[str, Receipt | None]


class Deposit(msgspec.Struct, frozen=True):
    """An address that was given out; `path` leads the owner's wallet to its key (empty when the connection has another wallet now),
    `wallet` is that wallet's first address, `received` is base units as text.
    """

    connection: str
    wallet: str
    number: int
    path: str
    address: str
    payment: str
    network: str
    asset: str
    received: str


class Watcher:
    """The eyes on every chain that an enabled connection looks at."""

    def __init__(self, ctx: Context, http: Http) -> None:
        self._ctx = ctx
        self._http = http
        self._chains: dict[str, Chain] = {}
        self._looking: asyncio.Task[bool] | None = None
        self._asked_networks_at = -_ASK_NETWORKS_S

    async def run(self, stop: asyncio.Event) -> None:
        """Look every two seconds until `stop` is set; several processes may."""
        while not stop.is_set():
            behind = await self.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0 if behind else EVERY_S)

    async def look(self) -> bool:
        """One look at every chain, and whether one has more blocks than that; whoever comes while one is under way shares it."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> bool:
        """A node that does not answer is asked again next time; nothing is concluded from silence."""
        behind = False
        try:
            connections = [c for c in await self._ctx.connections.all() if c.enabled and self._chain(c) is not None]
        except GerbangError as error:
            log.warning("chain.interrupted", code=error.code)
            return False
        for connection in connections:
            try:
                behind |= await self._look_at(connection)
            except GerbangError as error:
                log.warning("chain.not_seen", connection=connection.id, code=error.code, why=error.detail)
            except Exception:  # a bug, or a lock, over one chain must not blind us to the others
                log.exception("chain.look_failed", connection=connection.id)
        await self._warn_of_blind_spots(connections)
        return behind

    async def _warn_of_blind_spots(self, connections: Sequence[Connection]) -> None:
        """Once a minute: on which networks a processor claims money while no node of ours looks there."""
        if time.monotonic() - self._asked_networks_at < _ASK_NETWORKS_S:
            return
        self._asked_networks_at = time.monotonic()
        try:
            watched = {await self._network_of(connection) for connection in connections}
            async with self._ctx.db.reading() as tx:
                claimed = await chain_store.networks_claimed(tx)
        except GerbangError as error:
            log.warning("chain.interrupted", code=error.code)
            return
        for network in set(claimed) - watched:
            log.error(
                "chain.no_node", network=network, alert="Money is claimed there, and no enabled connection has a node."
            )

    async def _network_of(self, connection: Connection) -> str:
        chain = self._chain(connection)
        assert chain is not None, f"{connection.id} has no chain"
        return chain.network(await self._ctx.connections.account_for(connection, Purpose.CALL_PROVIDER)).name

    async def deposits(self, only: str | None = None) -> list[Deposit]:
        """Every address that was given out, by connection and number. Raises ConnectionNotFound for an unknown `only`."""
        async with self._ctx.db.reading() as tx:
            rows = await chain_store.deposits(tx, only)
        found = []
        for connection_id, number, address, payment, quote, received in rows:
            connection = await self._ctx.connections.get(connection_id)
            chain = self._chain(connection)
            assert chain is not None, f"{connection_id} gave out deposit addresses and has no chain"
            account = await self._ctx.connections.account_for(connection, Purpose.CALL_PROVIDER)
            first, _ = chain.deposit(account, 0)
            known = first.lower() == quote["wallet"]
            place, path = chain.deposit(account, number) if known else (address or "", "")
            pay = ids.show("pay", payment)
            found.append(
                Deposit(
                    connection_id, quote["wallet"], number, path, place, pay, quote["network"], quote["asset"], received
                )
            )
        return found

    def _chain(self, connection: Connection) -> Chain | None:
        factory = self._ctx.connections.provider_of(connection).chain
        if factory is not None and connection.provider not in self._chains:
            self._chains[connection.provider] = factory(self._http)
        return self._chains.get(connection.provider)

    async def _look_at(self, connection: Connection) -> bool:
        """The head is asked for first: an address that is not watched yet by then can have got nothing up to there."""
        chain = self._chain(connection)
        assert chain is not None, f"{connection.id} has no chain"
        account = await self._ctx.connections.account_for(connection, Purpose.CALL_PROVIDER)
        network = chain.network(account)
        async with self._ctx.db.reading() as tx:
            if await chain_store.is_idle(tx, connection.id, network.chain_id, network.name):
                return False
        head = await chain.head(account)
        async with self._ctx.db.reading() as tx:
            scope = await _scope(tx, connection.id, network, head)
        sight = await _see(chain, account, network, head, scope)
        async with self._ctx.db.transaction() as tx:
            if await chain_store.move_cursor(tx, connection.id, sight.last, scope.asked_at):
                await self._apply(tx, network, sight, scope)
        return sight.last.block < head.number

    async def _apply(self, tx: Tx, network: Network, sight: Sight, scope: Scope) -> None:
        """Attempts and transfers are read again, under the lock that every look is written under: others may have been written meanwhile."""
        standing = await chain_store.of_transactions(tx, network.chain_id, [one.transaction for one in scope.claims])
        wanted = {*scope.owners.values(), *scope.claimed.values(), *(one.attempt for one in scope.claims)}
        wanted |= {one.attempt for one in (*scope.moving, *standing)}  # what was counted for somebody stays theirs
        attempts = {a.id: a for a in await store.attempts_by_id(tx, sorted(wanted))}
        before = {j.key(): j for j in await chain_store.of_attempts(tx, list(attempts))}
        now = {key: gone(before[key]) for key in sight.missing if key in before}
        for one in sight.found:
            key = _key(network, one)
            known = before.get(key)
            kept = known is not None and known.transfer.recipient == one.recipient
            owner = known.attempt if known is not None and kept else scope.owner(one)
            assert owner is not None, f"a stranger's transfer was kept: {key}"
            judged = judge(attempts[owner], network, one, sight.head)
            now[key] = steady(known, agreeing(judged, doubted=key in sight.doubted))
        changed = [j for key, j in now.items() if before.get(key) != j]
        if changed:
            await chain_store.save(tx, changed)
        vanished = [j for j in changed if j.state is State.GONE and attempts[j.attempt].deposit is None]
        if vanished:
            await chain_store.reopen_claims(tx, vanished)
        doubted = await _answered(tx, network, sight, scope, attempts, {**before, **now})
        await self._tell(tx, network, sight, attempts, before, {**before, **now}, changed, doubted)

    async def _tell(
        self, tx: Tx, network: Network, sight: Sight, attempts: Mapping[UUID, Attempt], before: Mapping[Key, Judged],
        after: Mapping[Key, Judged], changed: Sequence[Judged], doubted: Mapping[UUID, Mismatched],
    ) -> None:  # fmt: skip
        """Hear what follows for each attempt whose transfers mean something else now, and say how far the others have come."""
        anew = {id_ for j in changed for id_ in turned(before.get(j.key()), j)}
        mine: dict[UUID, list[Judged]] = {id_: [] for id_ in attempts}
        for one in after.values():
            mine[one.attempt].append(one)
        claims = await chain_store.claims_of(tx, [id_ for id_ in anew if attempts[id_].deposit is None]) if anew else []
        now = await store.business_now(tx)
        hearings = []
        for id_, attempt in attempts.items():
            says = facts(attempt, mine[id_], [one for one in claims if one.attempt == id_]) if id_ in anew else []
            if attempt.status in OPEN and attempt.deposit is not None and sight.last.block >= sight.head.number:
                says += is_over(attempt, network, mine[id_], sight.head, now)
            says += [doubted[id_]] if id_ in doubted else []
            if says:
                hearings.append(Hearing(id_, says, "chain", detail={"seen": _shown(mine[id_])}))
        if hearings:
            await hear(tx, hearings)
            at_processors = [attempts[h.attempt] for h in hearings if attempts[h.attempt].deposit is None]
            await queue.enqueue(tx, [schedule.ask(one) for one in at_processors if one.provider_reference])
        progress = {j.attempt for j in changed if j.state is State.SEEN} - {h.attempt for h in hearings}
        await _say_progress(tx, [attempts[id_] for id_ in sorted(progress)], mine)


async def _scope(tx: Tx, connection: str, network: Network, head: Head) -> Scope:
    place, asked_at = await chain_store.cursor(tx, connection)
    watched = await store.attempts_by_id(tx, await chain_store.watched(tx))
    moving = await chain_store.moving(tx, network.chain_id, head.number - network.settled_after)
    claims = await chain_store.open_claims(tx, network.name)
    of_processors = {a.id for a in await store.attempts_by_id(tx, [one.attempt for one in moving]) if a.deposit is None}
    claimed = {one.key(): one.attempt for one in claims}
    claimed |= {(m.transfer.transaction, m.transfer.recipient): m.attempt for m in moving if m.attempt in of_processors}
    owners = {one.transfer.recipient: one.attempt for one in moving if one.attempt not in of_processors}
    owners |= {a.provider_reference: a.id for a in watched if a.provider_reference is not None}
    return Scope(owners, claimed, claims, moving, place, asked_at)


async def _answered(
    tx: Tx, network: Network, sight: Sight, scope: Scope, attempts: Mapping[UUID, Attempt], known: Mapping[Key, Judged]
) -> Mapping[UUID, Mismatched]:
    """Write down what our node makes of each claim; returns why of the attempts that are held for what was claimed."""
    answers: list[tuple[Claim, Answer]] = []
    doubted: dict[UUID, Mismatched] = {}
    for claim in scope.claims:
        attempt = attempts[claim.attempt]
        answer, why = weigh(claim, attempt, network, sight.receipts.get(claim.transaction), sight.head)
        if answer is Answer.SEEN and not any(
            one.attempt == claim.attempt
            and one.transfer.transaction == claim.transaction
            and one.state is not State.IGNORED
            for one in known.values()
        ):
            answer, why = Answer.REFUTED, "The transaction is older than this payment, or another's."
        answers.append((claim, answer))
        if answer is Answer.REFUTED:
            log.error(
                "chain.claim_refuted", attempt=ids.show("att", claim.attempt), transaction=claim.transaction, alert=why
            )
        if answer is Answer.REFUTED or (why and (attempt.status, Mismatched) in MOVES):
            doubted[claim.attempt] = Mismatched(f"{why} {claim.transaction}")
    if answers:
        await chain_store.answer_claims(tx, answers)
    return doubted


async def _see(chain: Chain, account: Account, network: Network, head: Head, scope: Scope) -> Sight:
    """The blocks since the last look, and by its receipt each known transfer that is not among them: in another block its log may have
    another number, and its number may be the log of somebody else.
    """
    first = await _first(chain, account, network, head, scope.place)
    last = await _place(chain, account, head, min(head.number, first + _AT_ONCE - 1) if scope.owners else head.number)
    seen = await chain.transfers(account, scope.owners.keys(), first, last.block) if scope.owners else ()
    found = {_key(network, one): one for one in seen}
    lost = [one for one in scope.moving if one.key() not in found and head.number >= one.transfer.block]
    asked = sorted({one.transfer.transaction for one in lost} | {one.transaction for one in scope.claims})
    receipts = {transaction: await chain.receipt(account, transaction) for transaction in asked}
    for receipt in receipts.values():
        moved = receipt.transfers if receipt is not None and receipt.succeeded and receipt.block <= head.number else ()
        found |= {_key(network, one): one for one in moved if scope.owner(one) is not None}
    missing = {one.key() for one in lost} - found.keys()
    doubted = await _doubted(chain, account, network, list(found.values()), scope)
    if scope.place is not None and head.number < scope.place.block:
        last = scope.place  # a head that went back does not say yet what became of the blocks above it
    return Sight(head, last, list(found.values()), missing, doubted, receipts)


async def _first(chain: Chain, account: Account, network: Network, head: Head, place: Place | None) -> int:
    """The first block to be read: a few below where the last look ended, and where that block was replaced meanwhile, from as deep as a
    transfer is watched at all.
    """
    if place is None:
        return max(0, head.number - OVERLAP + 1)
    overlap = OVERLAP
    if place.hash and place.block <= head.number and await _place(chain, account, head, place.block) != place:
        log.warning("chain.replaced", network=network.name, block=place.block)
        overlap = max(OVERLAP, network.settled_after)
    return max(0, min(place.block, head.number) - overlap + 1)


async def _place(chain: Chain, account: Account, head: Head, block: int) -> Place:
    return Place(block, head.hash if block == head.number else await chain.block_hash(account, block))


async def _doubted(
    chain: Chain, account: Account, network: Network, found: Sequence[Transfer], scope: Scope
) -> AbstractSet[Key]:
    """The large transfers that do not count yet and that two nodes do not see alike: those wait, however long."""
    limits = {one.contract: one.agree_above for one in network.assets if one.agree_above}
    if not limits:
        return frozenset()
    counted = {(one.key(), one.transfer.block_hash) for one in scope.moving if one.state is State.COUNTED}
    doubted = set()
    for one in found:
        key = _key(network, one)
        if one.amount < limits.get(one.contract, one.amount + 1) or (key, one.block_hash) in counted:
            continue
        try:
            receipt = await chain.receipt(account, one.transaction, agreed=True)
        except OutcomeUnknown as error:
            log.warning("chain.disagreed", transaction=one.transaction, why=error.detail)
            receipt = None
        if receipt is None or one not in receipt.transfers:
            doubted.add(key)
    return doubted


def _key(network: Network, one: Transfer) -> Key:
    return network.chain_id, one.transaction, one.log


def _shown(judged: Sequence[Judged]) -> list[dict[str, object]]:
    """What the audit keeps of transfers: hashes, amounts and verdicts."""
    return [
        {"transaction": j.transfer.transaction, "log": j.transfer.log, "network": j.network, "asset": j.asset,
         "amount": str(j.transfer.amount), "block": j.transfer.block, "verdict": j.verdict}
        for j in judged
    ]  # fmt: skip


async def _say_progress(tx: Tx, attempts: Sequence[Attempt], mine: Mapping[UUID, Sequence[Judged]]) -> None:
    drafts = await open_drafts(tx, [a.payment_id for a in attempts])
    for attempt in attempts:
        least = min((j for j in mine[attempt.id] if j.state is State.SEEN), key=lambda j: j.confirmations)
        data = {
            "attempt": ids.show("att", attempt.id),
            "confirmations": least.confirmations,
            "required": least.required,
        }
        drafts[attempt.payment_id].announce("payment.confirming", data)
    await save_drafts(tx, list(drafts.values()))
