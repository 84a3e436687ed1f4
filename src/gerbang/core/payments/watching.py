"""Watching the chains: what came to addresses of ours, whether it still stands, and what follows for their attempts.

A look asks the node first, without a transaction. What it saw, what it means and where it ended are then one transaction: killed before
it, the next look sees the same again; killed after it, nothing is credited twice. An older answer never overrules a newer one.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import GerbangError
from gerbang.base.http import Http
from gerbang.base.watchdog import beat
from gerbang.core.connections.model import Connection
from gerbang.core.payments import chain_store, scanning, schedule, store
from gerbang.core.payments.chain_connections import ChainConnection, ChainConnections
from gerbang.core.payments.context import Context
from gerbang.core.payments.draft import open_drafts, save_drafts
from gerbang.core.payments.hearing import Hearing, hear
from gerbang.core.payments.machine import MOVES, OPEN
from gerbang.core.payments.model import Attempt
from gerbang.core.payments.onchain import (
    Answer,
    Claim,
    Deposit,
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
from gerbang.core.payments.scanning import Scope, Sight, key_of
from gerbang.core.payments.stalling import StallAlarm, stalls
from gerbang.core.queue import service as queue
from gerbang.core.secrets.model import Purpose
from gerbang.ports.chain import Chain, Head, Network
from gerbang.ports.payment import Mismatched

log = structlog.get_logger()
EVERY_S: Final = 2.0
_ASK_NETWORKS_S: Final = 60.0
_PACE_S: Final = 600.0  # after which it is measured again how fast a chain's blocks come


class Watcher:
    """The eyes on every chain that a connection of ours looks at."""

    def __init__(self, ctx: Context, http: Http) -> None:
        self._ctx = ctx
        self._http = http
        self._chains: dict[str, Chain] = {}
        self._looks: dict[str, asyncio.Task[bool]] = {}
        self._paces: dict[str, tuple[float, float]] = {}
        self._begun: set[str] = set()
        self._without_finality: set[str] = set()
        self._asked_networks_at = -_ASK_NETWORKS_S
        self._alarm = StallAlarm(ctx.db)

    async def run(self, stop: asyncio.Event) -> None:
        """Look every two seconds until `stop` is set; several processes may. A node that takes its time keeps no other chain waiting."""
        while not stop.is_set():
            beat()
            behind = False
            try:
                if looks := await self._start_looks():
                    done, _ = await asyncio.wait(looks, timeout=EVERY_S)
                    behind = any(look.result() for look in done)
            except Exception:  # a bug over one look must not end the process: the next may be better
                log.exception("chain.failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0 if behind else EVERY_S)

    async def look(self) -> bool:
        """One look at every chain, and whether one has more blocks than that; whoever comes while one is under way shares it."""
        looks = await self._start_looks()
        return any(await asyncio.gather(*map(asyncio.shield, looks)))

    async def begin(self, connection_id: str) -> None:
        """Note where the chain stands before the first address of a connection is shown: it is read from there on, whenever that is.
        Where no node answers nothing is noted, and the reading begins by the time at which the address was shown.
        """
        connection = await self._ctx.connections.get(connection_id)
        if connection_id in self._begun or self._chain(connection) is None:
            return
        try:
            one = await self._ready(connection)
            head = await one.chain.head(one.account)
        except GerbangError as error:
            log.warning("chain.not_seen", connection=connection_id, code=error.code, why=error.detail)
            return
        async with self._ctx.db.transaction() as tx:
            await chain_store.begin_cursor(tx, one.id, Place(head.number, head.hash), one.reads)
        self._begun.add(connection_id)

    async def _start_looks(self) -> Sequence[asyncio.Task[bool]]:
        """A look at every chain, those under way among them. Of a connection that is no longer used only what it has shown is watched."""
        try:
            everyone = await self._everyone()
            async with self._ctx.db.reading() as tx:
                shown = {each.connection for each in await chain_store.watched(tx)}
            await self._alarm.tell(everyone)
        except GerbangError as error:
            log.warning("chain.interrupted", code=error.code)
            return []
        used = [one for one in everyone.all if one.connection.enabled or one.id in shown]
        for one in used:
            if one.id not in self._looks or self._looks[one.id].done():
                self._looks[one.id] = asyncio.create_task(self._look(one, everyone))
        await self._warn_of_blind_spots(everyone)
        return [self._looks[one.id] for one in used]

    async def stalls(self) -> str | None:
        """Which chains stand still while money is awaited on them, for people; None when all go on."""
        networks = {one.id: one.network for one in (await self._everyone()).all}
        return " ".join(one.why for one in await stalls(self._ctx.db, networks)) or None

    async def _look(self, one: ChainConnection, everyone: ChainConnections) -> bool:
        """A node that does not answer is asked again next time; nothing is concluded from silence."""
        try:
            return await self._look_at(one, everyone)
        except GerbangError as error:
            log.warning("chain.not_seen", connection=one.id, code=error.code, why=error.detail)
        except Exception:  # a bug, or a lock, over one chain must not blind us to the others
            log.exception("chain.look_failed", connection=one.id)
        return False

    async def _everyone(self) -> ChainConnections:
        """All connections that look at chains, ready for their calls, and those that cannot be made ready."""
        there, livemode, broken = [], {}, []
        for connection in await self._ctx.connections.all():
            livemode[connection.id] = connection.livemode
            if self._chain(connection) is None:
                continue
            try:
                there.append(await self._ready(connection))
            except GerbangError as error:
                broken.append(connection.id)
                log.warning("chain.not_seen", connection=connection.id, code=error.code, why=error.detail)
            except Exception:  # a key or a setting that does not parse is this connection's matter alone
                broken.append(connection.id)
                log.exception("chain.not_seen", connection=connection.id)
        return ChainConnections(there, livemode, broken)

    async def _ready(self, connection: Connection) -> ChainConnection:
        chain = self._chain(connection)
        assert chain is not None, f"{connection.id} has no chain"
        account = await self._ctx.connections.account_for(connection, Purpose.CALL_PROVIDER)
        wallet, _ = chain.deposit(account, 0)
        return ChainConnection(connection, chain, account, chain.network(account), wallet.lower())

    async def _warn_of_blind_spots(self, everyone: ChainConnections) -> None:
        """Once a minute: on which networks a processor claims money while no node of ours looks there."""
        if time.monotonic() - self._asked_networks_at < _ASK_NETWORKS_S:
            return
        self._asked_networks_at = time.monotonic()
        try:
            async with self._ctx.db.reading() as tx:
                claimed = await chain_store.claimed_where(tx)
        except GerbangError as error:
            log.warning("chain.interrupted", code=error.code)
            return
        for network in sorted({network for network, of in claimed if not everyone.answers_for(of, network)}):
            log.error(
                "chain.no_node", network=network, alert="Money is claimed there, and no enabled connection has a node."
            )

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

    async def _look_at(self, one: ChainConnection, everyone: ChainConnections) -> bool:
        """The head is asked for first: an address that is not watched yet by then can have got nothing up to there."""
        network = one.network
        async with self._ctx.db.reading() as tx:
            idle = await chain_store.is_idle(tx, one.id, network.chain_id, network.name, one.reads)
            if idle and not everyone.watched_by(one, await chain_store.watched(tx)):
                return False
        head = await one.chain.head(one.account)
        self._note_finality(one, head)
        pace = await self._pace(one, head)
        one = scanning.at_pace(one, pace)
        async with self._ctx.db.reading() as tx:
            scope = await scanning.scope_of(tx, one, everyone, head)
        sight = await scanning.look(one, head, scope, pace)
        async with self._ctx.db.transaction() as tx:
            if await chain_store.move_cursor(tx, one.id, scanning.moved_on(one, scope, sight.last)):
                await self._apply(tx, one.network, sight, scope)
        return sight.last.block < head.number

    def _note_finality(self, one: ChainConnection, head: Head) -> None:
        """A node that does not say what is final lets payments wait that ask for it; they never count by depth instead."""
        silent = one.network.finalized and head.finalized is None
        if silent and one.id not in self._without_finality:
            log.error(
                "chain.no_finality", connection=one.id, network=one.network.name,
                alert="The node does not say what is final, and payments wait for it. Use another node, or finality = depth.",
            )  # fmt: skip
        (self._without_finality.add if silent else self._without_finality.discard)(one.id)

    async def _pace(self, one: ChainConnection, head: Head) -> float:
        at, pace = self._paces.get(one.id, (-_PACE_S, 0.0))
        if time.monotonic() - at >= _PACE_S:
            pace = await scanning.pace_of(one, head)
            self._paces[one.id] = (time.monotonic(), pace)
        return pace

    async def _apply(self, tx: Tx, network: Network, sight: Sight, scope: Scope) -> None:
        """Attempts and transfers are read again, under the lock that every look is written under: others may have been written meanwhile."""
        known_to_be = [*(one.transaction for one in scope.claims), *(one.transaction for one in sight.found)]
        standing = await chain_store.of_transactions(tx, network.chain_id, known_to_be)
        wanted = {*scope.over, *scope.claimed.values(), *(one.attempt for one in scope.claims)}
        wanted |= {one.attempt for one in (*scope.moving, *standing)}  # what was counted for somebody stays theirs
        wanted |= {owner for one in sight.found if (owner := scope.owner(one)) is not None}
        attempts = {a.id: a for a in await store.attempts_by_id(tx, sorted(wanted))}
        before = {j.key(): j for j in await chain_store.of_attempts(tx, list(attempts))}
        now = {key: gone(before[key]) for key in sight.missing if key in before}
        for one in sight.found:
            key = key_of(network, one)
            known = before.get(key)
            kept = known is not None and known.transfer.recipient == one.recipient
            owner = known.attempt if known is not None and kept else scope.owner(one)
            assert owner is not None, f"a stranger's transfer was kept: {key}"
            if owner not in attempts:  # it cannot be read, and that was said: others' transfers are judged all the same
                continue
            judged = judge(attempts[owner], network, one, sight.head)
            now[key] = steady(known, agreeing(judged, doubted=key in sight.doubted))
        changed = [j for key, j in now.items() if before.get(key) != j]
        if changed:
            await chain_store.save(tx, changed)
        vanished = [j for j in changed if j.state is State.GONE and attempts[j.attempt].deposit is None]
        if vanished:
            await chain_store.reopen_claims(tx, vanished)
        doubted = await _answered(tx, network, sight, scope, attempts, {**before, **now})
        await self._tell(
            tx, network, sight, attempts, before, {**before, **now}, changed, doubted, frozenset(scope.over)
        )

    async def _tell(
        self, tx: Tx, network: Network, sight: Sight, attempts: Mapping[UUID, Attempt], before: Mapping[Key, Judged],
        after: Mapping[Key, Judged], changed: Sequence[Judged], doubted: Mapping[UUID, Mismatched], over: AbstractSet[UUID],
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
            if id_ in over and attempt.status in OPEN and sight.last.block >= sight.head.number:
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
