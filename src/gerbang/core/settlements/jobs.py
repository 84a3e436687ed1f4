"""Reading the statements of a shop: one call a time, what it brought and where it goes on in one transaction. Whoever dies between asks once more.

A round asks for payouts, then for the lines of some days, fifteen at most at once and page by page, until today; an hour later the next one begins two days earlier
than this one ended. A new payout makes it begin at the oldest line that is in none: by then the marketplace says which lines it pays.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

import structlog

from gerbang.base.db import Database, Row, Tx
from gerbang.base.errors import NotFound
from gerbang.core.connections.model import Connection
from gerbang.core.connections.outbound_calls import MARKETPLACES, CallResult, Operation, OutboundCalls
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, NewJob
from gerbang.core.settlements import store, taking, unreadable_store
from gerbang.core.settlements.list_store import is_unexplained
from gerbang.core.settlements.model import window
from gerbang.core.settlements.unit_of_work import Changes
from gerbang.ports import marketplace
from gerbang.ports.marketplace import Call, Marketplace
from gerbang.ports.marketplace_catalogue import FinanceLines, Payout
from gerbang.ports.payment import Account

log = structlog.get_logger()
T = TypeVar("T")
READ: Final = "settlements.read"
EVERY: Final = timedelta(hours=1)
BACK_AT_FIRST: Final = timedelta(days=90)
_OVERLAP: Final = timedelta(days=2)  # a line may come a day after the one it is of
_FURTHEST_BACK: Final = timedelta(days=60)
_PAYOUTS_BACK: Final = timedelta(days=35)
_PAYOUTS_FURTHEST: Final = timedelta(days=170)
_DAYS_AT_ONCE: Final = 15
_LOOK_AGAIN_S: Final = 6 * 3600
_FIRST_WAIT_S: Final = 60.0


class StatementReading:
    """The job's handler: its key is the shop."""

    def __init__(self, db: Database, outbound: OutboundCalls) -> None:
        self._db = db
        self._outbound = outbound

    async def handle(self, job: Job) -> None:
        """One call of a round."""
        async with self._db.reading() as tx:
            row = await store.reading(tx, job.key)
        try:
            shop = await self._outbound.connections.get(job.key)
        except NotFound:
            shop = None
        if row is None or shop is None:  # the shop was deleted
            async with self._db.transaction() as tx:
                await queue.finish(tx, [job])
        elif row["first"] is None:
            since = await self._payouts_since(shop.id, row)
            payouts = await self._ask(shop, marketplace.PAYOUTS, lambda market, account: market.payouts(account, since))
            await self._take(job, shop, row, payouts, self._begin)
        else:
            days, offset = (row["first"], row["last"]), row["next_offset"]
            page = await self._ask(
                shop, marketplace.FINANCE, lambda market, account: market.finance_lines(account, *days, offset)
            )
            await self._take(job, shop, row, page, self._go_on)

    async def _ask(
        self, shop: Connection, call: Call, ask: Callable[[Marketplace, Account], Awaitable[T]]
    ) -> CallResult[T]:
        return await self._outbound.ask(shop.id, MARKETPLACES, Operation(call.name, repeatable=call.repeatable), ask)

    async def _take(
        self,
        job: Job,
        shop: Connection,
        asked: Row,
        result: CallResult[T],
        take: Callable[[Tx, Changes, Row, T], Awaitable[datetime | None]],
    ) -> None:
        """What a call brought, and when the next one is due (None: at once)."""
        async with self._db.transaction() as tx:
            await queue.still_held(tx, job)
            row = await store.lock_reading(tx, shop.id)
            if row is not None:
                if result.error is not None:
                    due: datetime | None = row["now"] + _wait(await store.fail(tx, shop.id, result.why))
                elif _place(row) == _place(asked):
                    changes = Changes(shop, row["now"])
                    due = await take(tx, changes, row, result.value())
                    await changes.save(tx)
                else:  # somebody set it back meanwhile
                    due = None
                await queue.enqueue(tx, [job_for(shop.id, due)])
            await queue.finish(tx, [job])
        if result.error is not None:
            log.warning("settlements.not_read", connection=shop.id, outcome=result.outcome.value)

    async def _begin(self, tx: Tx, changes: Changes, row: Row, payouts: Sequence[Payout]) -> datetime | None:
        """A round: payouts, what waits for a comparison, and from which day on lines are read."""
        shop, now = changes.shop.id, row["now"]
        is_new = await taking.take_payouts(tx, changes, payouts)
        await taking.judge_held(tx, changes)
        today = _latest_day(now)
        first = min(row["read_to"], today) - _OVERLAP
        if is_new or (_is_time_again(row, now) and await is_unexplained(tx, shop, now)):
            oldest = await store.oldest_open(tx, shop)
            first = min(first, max(oldest, today - _FURTHEST_BACK)) if oldest is not None else first
        await store.begin_days(tx, shop, row["read_to"], *window(first, today, _DAYS_AT_ONCE))
        return None

    async def _go_on(self, tx: Tx, changes: Changes, row: Row, page: FinanceLines) -> datetime | None:
        """A page of lines, and the next, the next days, or the end of the round."""
        shop, offset = changes.shop.id, row["next_offset"]
        is_repeated = await taking.take_lines(tx, changes, page.lines, row["began_at"])
        if page.unreadable:
            await unreadable_store.put(tx, shop, [(one.order, one.why) for one in page.unreadable])
        for one in page.unreadable:
            log.error(
                "settlements.unreadable", connection=shop, why=one.why, alert="A line of a statement cannot be read."
            )
        if (
            is_repeated and offset and not row["is_asked_again"]
        ):  # the page before once more: what belongs here is behind it
            await store.turn_page(tx, shop, offset, again=True)
            return None
        if page.next is not None and page.next > offset:
            await store.turn_page(tx, shop, page.next, again=False)
            return None
        read_to, today = max(row["read_to"], row["last"]), _latest_day(row["now"])
        if row["last"] < today:
            following = window(row["last"] + timedelta(days=1), today, _DAYS_AT_ONCE)
            await store.begin_days(tx, shop, read_to, *following)
            return None
        await store.end_round(tx, shop, read_to)
        next_round: datetime = row["now"] + EVERY
        return next_round

    async def _payouts_since(self, shop: str, row: Row) -> date:
        """The day from which payouts are asked for: those of the last weeks, and every one that is not paid."""
        today = _latest_day(row["now"])
        if row["read_at"] is None:
            return today - BACK_AT_FIRST
        async with self._db.reading() as tx:
            unpaid = await store.oldest_unpaid(tx, shop)
        return max(min(today - _PAYOUTS_BACK, unpaid or today), today - _PAYOUTS_FURTHEST)


def job_for(shop: str, due: datetime | None = None) -> NewJob:
    """The job that reads a shop's statements."""
    return NewJob(READ, shop, run_at=due, concurrency_key=shop)


def _place(row: Row) -> tuple[date | None, date | None, int]:
    return row["first"], row["last"], row["next_offset"]


def _latest_day(now: datetime) -> date:
    """The day that it is anywhere by now: a marketplace's days are those of its country."""
    return (now + timedelta(hours=14)).date()


def _is_time_again(row: Row, now: datetime) -> bool:
    """Four times a day: lines may be put into their statement after it was paid."""
    before = row["read_at"]
    return before is not None and now.timestamp() // _LOOK_AGAIN_S != before.timestamp() // _LOOK_AGAIN_S


def _wait(failures: int) -> timedelta:
    """A minute after the first failure, doubled up to an hour."""
    return min(timedelta(seconds=_FIRST_WAIT_S * 2 ** min(failures - 1, 10)), EVERY)
