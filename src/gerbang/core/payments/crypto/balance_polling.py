"""Money long after: the balances of addresses that are no longer watched, at growing distances until 180 days after their end.

Where more stands than is accounted for, its transfers are looked for around the time since the last sweep, and credited as any other
late money. What stands there and cannot be explained by a transfer is a person's matter.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import structlog

from gerbang.base import ids
from gerbang.base.errors import GerbangError
from gerbang.core.payments import attempt_store
from gerbang.core.payments.applying_facts import FactReport, apply_facts
from gerbang.core.payments.context import Context
from gerbang.core.payments.crypto import balance_polling_store, recording, scanner
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.crypto.chain_connections import ChainConnection, ChainConnections
from gerbang.core.payments.crypto.scanner import ScanResult, Scope
from gerbang.core.payments.crypto.transfers import ClassifiedTransfer, Cursor, Place, State
from gerbang.core.payments.machine import MOVES
from gerbang.core.payments.model import Attempt, AttemptStatus
from gerbang.core.payments.open_work import decision_store
from gerbang.ports.chain import Head, Transfer
from gerbang.ports.facts import Mismatched

log = structlog.get_logger()
_AT_ONCE: Final = 500

Standing = dict[tuple[UUID, str], int]  # base units by attempt and contract


class _News(msgspec.Struct, frozen=True):
    """More of one asset than is accounted for stands at the address of an attempt."""

    attempt: Attempt
    contract: str
    excess: int


class Sweeper:
    """Looks at balances; `everyone` tells which connections look at chains now."""

    def __init__(self, ctx: Context, everyone: Callable[[], Awaitable[ChainConnections]]) -> None:
        self._ctx = ctx
        self._everyone = everyone

    async def sweep_due(self) -> int:
        """Sweep the addresses that are due, some hundred at once; returns how many there were. Several processes may."""
        async with self._ctx.db.transaction() as tx:
            due = await balance_polling_store.take_sweeps(tx, _AT_ONCE)
        if due:
            await self.sweep(due)
        return len(due)

    async def sweep(self, wanted: Sequence[UUID]) -> None:
        """Sweep the addresses of these attempts now, on every chain that we look at. Those whose own node does not answer stay due."""
        everyone = await self._everyone()
        async with self._ctx.db.reading() as tx:
            attempts = await attempt_store.attempts_by_id(tx, wanted)
        shown = [a for a in attempts if a.deposit is not None and a.provider_reference is not None]
        failed: set[UUID] = {a.id for a in shown if everyone.is_broken(a.connection)}
        for one in everyone.all:
            mine = [a for a in shown if a.id not in failed and everyone.judges(one, a)]
            try:
                if mine:
                    await self._sweep_at(one, mine)
            except GerbangError as error:
                log.warning("chain.not_swept", connection=one.id, code=error.code, why=error.detail)
                failed |= {a.id for a in mine if a.connection == one.id}
        async with self._ctx.db.transaction() as tx:
            await balance_polling_store.swept(tx, [a.id for a in attempts if a.id not in failed])

    async def _sweep_at(self, one: ChainConnection, attempts: Sequence[Attempt]) -> None:
        """The head is asked for first: what comes later is the next sweep's."""
        head = await one.chain.head(one.account)
        by_address = {str(a.provider_reference): a for a in attempts}
        balances = await one.chain.balances(one.account, by_address.keys())
        now: Standing = {
            (by_address[address].id, contract): balance for (address, contract), balance in balances.items()
        }
        id_of = [a.id for a in attempts]
        async with self._ctx.db.reading() as tx:
            before = await balance_polling_store.balances(tx, one.network.chain_id, id_of)
            known = [each for each in await chain_store.of_attempts(tx, id_of) if each.chain_id == one.network.chain_id]
            since = await balance_polling_store.swept_at(tx, id_of)
        explained = {**_sums(known), **before}
        by_id = {a.id: a for a in attempts}
        for (id_, contract), balance in now.items():
            excess = balance - explained.get((id_, contract), 0)
            if excess > 0:
                await self._explain(one, head, _News(by_id[id_], contract, excess), known, since.get(id_))
        kept = {key: balance for key, balance in now.items() if balance or key in explained}
        if kept:
            async with self._ctx.db.transaction() as tx:
                await balance_polling_store.save_balances(tx, one.network.chain_id, kept)

    async def _explain(
        self, one: ChainConnection, head: Head, news: _News, known: Sequence[ClassifiedTransfer], since: datetime | None
    ) -> None:
        """Find the transfers that brought it, first since the last sweep, then since the address was shown; credit them, or tell a person."""
        attempt, keys = news.attempt, {each.key() for each in known if each.state is not State.GONE}
        found: list[Transfer] = []
        for at in sorted({since or attempt.expires_at, attempt.created_at}, reverse=True):
            first = await scanner.block_at(one, head, at - scanner.SKEW)
            arrived = await one.chain.arrivals(
                one.account, str(attempt.provider_reference), news.contract, first, head.number
            )
            found = [each for each in arrived if scanner.key_of(one.network, each) not in keys]
            if sum(each.amount for each in found) >= news.excess:
                break
        if found:
            await self._credit(one, head, attempt, found)
        missing = news.excess - sum(each.amount for each in found)
        if missing > 0:
            await self._tell_a_person(one, news, missing)

    async def _credit(self, one: ChainConnection, head: Head, attempt: Attempt, found: Sequence[Transfer]) -> None:
        place = Place(head.number, head.hash)
        doubted = await scanner.doubted_of(one, found, [])
        sight = ScanResult(head=head, last=place, found=found, missing=frozenset(), doubted=doubted, receipts={})
        log.info("chain.late_money", attempt=ids.show("att", attempt.id), transfers=len(found))
        async with self._ctx.db.transaction() as tx:
            await chain_store.one_at_a_time(tx)
            cursor: Cursor = await chain_store.cursor(tx, one.id)
            owners: Mapping[str, UUID] = {str(attempt.provider_reference): attempt.id}
            await recording.record(
                tx,
                one.network,
                sight,
                Scope(owners=owners, claimed={}, claims=(), moving=(), over=(), since=None, cursor=cursor),
            )

    async def _tell_a_person(self, one: ChainConnection, news: _News, missing: int) -> None:
        """A contract may have sent coins inside a transaction, which leaves nothing that a node can be asked for."""
        asset = one.network.asset(news.contract)
        symbol = asset.symbol if asset is not None else news.contract
        why = f"{missing} base units of {symbol} stand at the address on {one.network.name}, and no transfer that our node knows explains them."
        log.error("chain.unexplained_balance", attempt=ids.show("att", news.attempt.id), alert=why)
        async with self._ctx.db.transaction() as tx:
            if (news.attempt.status, Mismatched) in MOVES:
                await apply_facts(tx, [FactReport(news.attempt.id, [Mismatched(why)], "chain")])
            elif news.attempt.status is AttemptStatus.CAPTURED:
                await decision_store.note_foreign(tx, [news.attempt.payment_id])


def _sums(known: Sequence[ClassifiedTransfer]) -> Standing:
    sums: Standing = {}
    for each in known:
        if each.state is not State.GONE:
            key = (each.attempt, each.transfer.contract)
            sums[key] = sums.get(key, 0) + each.transfer.amount
    return sums
