"""The timetable: once a second, what has come due becomes a job. No webhook has to arrive for anything here to happen."""

import asyncio
import contextlib
from typing import Final

import structlog

from gerbang.base.errors import GerbangError
from gerbang.core.payments import schedule, store
from gerbang.core.payments.context import Context
from gerbang.core.payments.draft import open_drafts, save_drafts
from gerbang.core.queue import service as queue

log = structlog.get_logger()
EVERY_S: Final = 1.0
_BATCH: Final = 500


async def run(ctx: Context, stop: asyncio.Event) -> None:
    """Look once a second until `stop` is set; several processes may, each takes what the others have not."""
    while not stop.is_set():
        try:
            taken = await run_once(ctx)
        except GerbangError as error:
            log.warning("timetable.interrupted", code=error.code)
            taken = 0
        if taken < _BATCH:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)


async def run_once(ctx: Context) -> int:
    """Turn due attempts into jobs and fold due payments again; returns how many there were."""
    async with ctx.db.transaction() as tx:
        attempts = await store.due_attempts(tx, _BATCH)
        await queue.enqueue(tx, [schedule.due(id_, status) for id_, status in attempts])
    async with ctx.db.transaction() as tx:
        payments = await store.due_payments(tx, _BATCH)
        await save_drafts(tx, list((await open_drafts(tx, payments)).values()))
    if attempts:
        ctx.wake()
    return max(len(attempts), len(payments))
