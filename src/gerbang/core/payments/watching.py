"""Watching the chains: what came to addresses of ours, whether it still stands, and what follows for their attempts.

A look asks the node first, without a transaction. What it saw, what it means and where it ended are then one transaction: killed before
it, the next look sees the same again; killed after it, nothing is credited twice. An older answer never overrules a newer one.
"""

import asyncio
import contextlib
from collections.abc import Collection, Mapping, Sequence
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
from gerbang.core.payments import chain_store, store
from gerbang.core.payments.context import Context
from gerbang.core.payments.draft import open_drafts, save_drafts
from gerbang.core.payments.hearing import Hearing, hear
from gerbang.core.payments.machine import OPEN
from gerbang.core.payments.model import Attempt
from gerbang.core.payments.onchain import MOVING, Judged, facts, gone, is_over, judge
from gerbang.core.secrets.model import Purpose
from gerbang.ports.chain import Chain, Head, Network, Transfer
from gerbang.ports.payment import Account

log = structlog.get_logger()
EVERY_S: Final = 2.0
OVERLAP: Final = 20  # blocks that are read again each time: a reorg may put a transfer into a lower block than before
_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at a chain saw: transfers to us in the blocks up to `last`, and of those known before what they are now (None: gone)."""

    head: Head
    last: int
    found: Sequence[Transfer]
    again: Mapping[tuple[int, str, int], Transfer | None]
    asked_at: datetime


class Deposit(msgspec.Struct, frozen=True):
    """An address that was given out; `path` leads the owner's wallet to its key, `received` is base units as text."""

    connection: str
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
        self._looking: asyncio.Task[None] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Look every two seconds until `stop` is set; several processes may."""
        while not stop.is_set():
            await self.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)

    async def look(self) -> None:
        """One look at every chain; whoever comes while one is under way shares it."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.shield(self._looking)

    async def _look(self) -> None:
        """A node that does not answer is asked again next time; nothing is concluded from silence."""
        try:
            connections = [c for c in await self._ctx.connections.all() if c.enabled and self._chain(c) is not None]
        except GerbangError as error:
            log.warning("chain.interrupted", code=error.code)
            return
        for connection in connections:
            try:
                await self._look_at(connection)
            except GerbangError as error:
                log.warning("chain.not_seen", connection=connection.id, code=error.code, why=error.detail)
            except Exception:  # a bug, or a lock, over one chain must not blind us to the others
                log.exception("chain.look_failed", connection=connection.id)

    async def deposits(self, only: str | None = None) -> list[Deposit]:
        """Every address that was given out, by connection and number. Raises ConnectionNotFound for an unknown `only`."""
        async with self._ctx.db.reading() as tx:
            rows = await chain_store.deposits(tx, only)
        found = []
        for connection_id, number, payment, quote, received in rows:
            connection = await self._ctx.connections.get(connection_id)
            chain = self._chain(connection)
            assert chain is not None, f"{connection_id} gave out deposit addresses and has no chain"
            account = await self._ctx.connections.account_for(connection, Purpose.CALL_PROVIDER)
            address, path = chain.deposit(account, number)
            found.append(
                Deposit(
                    connection_id,
                    number,
                    path,
                    address,
                    ids.show("pay", payment),
                    quote["network"],
                    quote["asset"],
                    received,
                )
            )
        return found

    def _chain(self, connection: Connection) -> Chain | None:
        factory = self._ctx.connections.provider_of(connection).chain
        if factory is not None and connection.provider not in self._chains:
            self._chains[connection.provider] = factory(self._http)
        return self._chains.get(connection.provider)

    async def _look_at(self, connection: Connection) -> None:
        chain = self._chain(connection)
        assert chain is not None, f"{connection.id} has no chain"
        account = await self._ctx.connections.account_for(connection, Purpose.CALL_PROVIDER)
        network = chain.network(account)
        async with self._ctx.db.reading() as tx:
            place, asked_at = await chain_store.cursor(tx, connection.id)
            addresses = {
                a.provider_reference or "": a for a in await store.attempts_by_id(tx, await chain_store.watched(tx))
            }
            moving = await chain_store.moving(tx, network.chain_id)
        if not addresses and not moving and place is not None:
            return
        sight = await self._see(chain, account, place, asked_at, addresses, moving)
        sight = await self._agreed(chain, account, network, sight)
        async with self._ctx.db.transaction() as tx:
            if await chain_store.move_cursor(tx, connection.id, sight.last, asked_at):
                await self._apply(tx, network, sight, addresses, moving)

    async def _see(
        self, chain: Chain, account: Account, place: int | None, asked_at: datetime, recipients: Collection[str], moving: Sequence[Judged]
    ) -> Sight:  # fmt: skip
        head = await chain.head(account)
        first = max(0, (head.number if place is None else min(place, head.number)) - OVERLAP + 1)
        last = min(head.number, first + _AT_ONCE - 1)
        found = await chain.transfers(account, recipients, first, last)
        seen = {(one.transaction, one.log) for one in found}
        again: dict[tuple[int, str, int], Transfer | None] = {}
        for known in moving:
            if (known.transfer.transaction, known.transfer.log) not in seen and head.number >= known.transfer.block:
                receipt = await chain.receipt(account, known.transfer.transaction)
                moved = receipt.transfers if receipt is not None and receipt.succeeded else ()
                again[known.key()] = next((one for one in moved if one.log == known.transfer.log), None)
        return Sight(head, last, found, again, asked_at)

    async def _agreed(self, chain: Chain, account: Account, network: Network, sight: Sight) -> Sight:
        """The sight without the large transfers that two nodes do not see alike: those wait for the next look."""
        if not network.agree_above:
            return sight
        kept = []
        for one in sight.found:
            if one.amount >= network.agree_above:
                try:
                    await chain.receipt(account, one.transaction, agreed=True)
                except OutcomeUnknown as error:
                    log.warning("chain.disagreed", transaction=one.transaction, why=error.detail)
                    continue
            kept.append(one)
        return Sight(sight.head, sight.last, kept, sight.again, sight.asked_at)

    async def _apply(
        self, tx: Tx, network: Network, sight: Sight, addresses: Mapping[str, Attempt], moving: Sequence[Judged]
    ) -> None:
        attempts = {a.id: a for a in addresses.values()}
        missing = [one.attempt for one in moving if one.attempt not in attempts]
        attempts |= {a.id: a for a in await store.attempts_by_id(tx, missing)}
        now = {j.key(): j for one in sight.found for j in (judge(addresses[one.recipient], network, one, sight.head),)}
        for known in moving:
            if known.key() in sight.again:
                moved = sight.again[known.key()]
                now[known.key()] = (
                    gone(known) if moved is None else judge(attempts[known.attempt], network, moved, sight.head)
                )
        before = {j.key(): j for j in await chain_store.of_attempts(tx, list(attempts))}
        changed = [j for key, j in now.items() if before.get(key) != j]
        if changed:
            await chain_store.save(tx, changed)
        await self._tell(tx, sight, attempts, before, {**before, **now}, changed)

    async def _tell(
        self, tx: Tx, sight: Sight, attempts: Mapping[UUID, Attempt], before: Mapping[tuple[int, str, int], Judged],
        after: Mapping[tuple[int, str, int], Judged], changed: Sequence[Judged],
    ) -> None:  # fmt: skip
        """Hear what follows for each attempt whose transfers mean something else now, and say how far the others have come."""
        turned = {
            j.attempt
            for j in changed
            if (k := before.get(j.key())) is None or (k.state, k.verdict) != (j.state, j.verdict)
        }
        mine: dict[UUID, list[Judged]] = {id_: [] for id_ in attempts}
        for one in after.values():
            mine[one.attempt].append(one)
        now = await store.business_now(tx)
        hearings = []
        for id_, attempt in attempts.items():
            says = facts(attempt, mine[id_]) if id_ in turned else []
            if attempt.status in OPEN:
                says += is_over(attempt, mine[id_], sight.head, now)
            if says:
                hearings.append(Hearing(id_, says, "chain", detail={"seen": _shown(mine[id_])}))
        if hearings:
            await hear(tx, hearings)
        progress = {j.attempt for j in changed if j.state in MOVING} - {h.attempt for h in hearings}
        await _say_progress(tx, [attempts[id_] for id_ in sorted(progress)], mine)


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
        least = min((j for j in mine[attempt.id] if j.state in MOVING), key=lambda j: j.confirmations)
        data = {
            "attempt": ids.show("att", attempt.id),
            "confirmations": least.confirmations,
            "required": least.required,
        }
        drafts[attempt.payment_id].announce("payment.confirming", data)
    await save_drafts(tx, list(drafts.values()))
