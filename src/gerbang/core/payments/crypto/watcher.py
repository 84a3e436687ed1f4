"""Watching the chains: what came to addresses of ours, whether it still stands, and what follows for their attempts.

A look asks the node first, without a transaction. What it saw, what it means and where it ended are then one transaction: killed before
it, the next look sees the same again; killed after it, nothing is credited twice. An older answer never overrules a newer one.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from gerbang.base.errors import GerbangError
from gerbang.base.watchdog import beat
from gerbang.core.connections.model import Connection
from gerbang.core.connections.outbound_calls import CHAIN, OutboundCalls
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto import recording, scanner
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.crypto.balance_polling import Sweeper
from gerbang.core.payments.crypto.chain_connections import ChainConnection, ChainConnections
from gerbang.core.payments.crypto.deposit_address_list import listing
from gerbang.core.payments.crypto.lost_addresses import LostAddresses
from gerbang.core.payments.crypto.node_calls import NodeCalls
from gerbang.core.payments.crypto.stalled_chains import StallAlarm, stalls
from gerbang.core.payments.crypto.transfers import Deposit, Place
from gerbang.core.secrets.model import Purpose
from gerbang.ports.chain import Chain, Head

log = structlog.get_logger()
EVERY_S: Final = 2.0
_ASK_NETWORKS_S: Final = 60.0
_PACE_S: Final = 600.0  # after which it is measured again how fast a chain's blocks come


class Watcher:
    """The eyes on every chain that a connection of ours looks at."""

    def __init__(self, ctx: Context, outbound: OutboundCalls) -> None:
        self._ctx = ctx
        self._outbound = outbound
        self._looks: dict[str, asyncio.Task[bool]] = {}
        self._paces: dict[str, tuple[float, float]] = {}
        self._begun: set[str] = set()
        self._without_finality: set[str] = set()
        self._asked_networks_at = -_ASK_NETWORKS_S
        self._alarm = StallAlarm(ctx.db, ctx.clock)
        self._sweeper = Sweeper(ctx, self._everyone)
        self._lost = LostAddresses(ctx, self._everyone, self._sweeper.sweep)
        self._sweeping: asyncio.Task[None] | None = None

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
            if self._sweeping is None or self._sweeping.done():
                self._sweeping = asyncio.create_task(self._sweep_due())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0 if behind else EVERY_S)

    async def _sweep_due(self) -> None:
        """Whatever a sweep comes to, no look waits for it."""
        try:
            await self._sweeper.sweep_due()
            await self._lost.look()
        except GerbangError as error:
            log.warning("chain.not_swept", code=error.code, why=error.detail)
        except Exception:
            log.exception("chain.sweep_failed")

    async def sweep(self, attempts: Sequence[UUID] | None = None) -> None:
        """Look at what stands at the addresses of these attempts, however old; else of those that are due."""
        if attempts is None:
            await self._sweeper.sweep_due()
            await self._lost.look()
        else:
            await self._sweeper.sweep(attempts)

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
        """Every address that was given out. Raises ConnectionNotFound for an unknown `only`."""
        return await listing(self._ctx, self._ready, only)

    def _chain(self, connection: Connection) -> Chain | None:
        chain = self._outbound.adapter(connection, CHAIN)
        return None if chain is None else NodeCalls(self._outbound, connection.id, chain)

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
        one = scanner.at_pace(one, pace)
        async with self._ctx.db.reading() as tx:
            scope = await scanner.scope_of(tx, one, everyone, head)
        sight = await scanner.look(one, head, scope, pace)
        async with self._ctx.db.transaction() as tx:
            if await chain_store.move_cursor(tx, one.id, scanner.moved_on(one, scope, sight.last)):
                await recording.record(tx, one.network, sight, scope)
        return sight.last.block < head.number

    def _note_finality(self, one: ChainConnection, head: Head) -> None:
        """A node that does not say what is final lets payments wait that ask for it; they never count by depth instead."""
        silent = one.network.finalized and head.finalized is None
        if silent and one.id not in self._without_finality:
            log.error(
                "chain.no_finality",
                connection=one.id,
                network=one.network.name,
                alert="The node does not say what is final, and payments wait for it. Use another node, or finality = depth.",
            )
        (self._without_finality.add if silent else self._without_finality.discard)(one.id)

    async def _pace(self, one: ChainConnection, head: Head) -> float:
        at, pace = self._paces.get(one.id, (-_PACE_S, 0.0))
        if time.monotonic() - at >= _PACE_S:
            pace = await scanner.pace_of(one, head)
            self._paces[one.id] = (time.monotonic(), pace)
        return pace
