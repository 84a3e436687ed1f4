"""The timetable: once a second, what has come due becomes a job. No webhook has to arrive for anything here to happen."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.errors import GerbangError, Unavailable
from gerbang.base.watchdog import beat
from gerbang.core.payments import schedule, sweep_store
from gerbang.core.payments.context import Context
from gerbang.core.payments.open_work import decisions
from gerbang.core.payments.open_work.reminder import DailyReminder
from gerbang.core.payments.unit_of_work import load_for_update, save_changes
from gerbang.core.queue import service as queue

log = structlog.get_logger()
EVERY_S: Final = 1.0
_BATCH: Final = 500
_AFTER_FAILURE: Final = timedelta(hours=1)


async def run(ctx: Context, stop: asyncio.Event) -> None:
    """Look once a second until `stop` is set; several processes may, each takes what the others have not."""
    reminder = DailyReminder()
    while not stop.is_set():
        beat()
        try:
            taken = await run_once(ctx)
            await reminder.run_once(ctx)
        except GerbangError as error:
            log.warning("timetable.interrupted", code=error.code)
            taken = 0
        except Exception:  # what is due for all must not end with what one cannot do
            log.exception("timetable.failed")
            taken = 0
        if taken < _BATCH:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)


async def run_once(ctx: Context) -> int:
    """Turn due attempts into jobs and fold due payments again; returns how many there were."""
    async with ctx.db.transaction() as tx:
        attempts = await sweep_store.due_attempts(tx, _BATCH)
        await queue.enqueue(tx, [schedule.due(*one) for one in attempts])
    payments: list[UUID] = []
    try:
        async with ctx.db.transaction() as tx:
            payments = await sweep_store.due_payments(tx, _BATCH)
            await save_changes(tx, list((await load_for_update(tx, payments)).values()))
            await decisions.look_again(tx, payments)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001  whatever one of them raises
        log.warning("timetable.batch_failed", payments=len(payments), why=_said(error))
        await _one_by_one(ctx, payments)
    if attempts:
        ctx.wake()
    return max(len(attempts), len(payments))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


async def _one_by_one(ctx: Context, payments: Sequence[UUID]) -> None:
    """Each in a transaction of its own: who cannot be folded is looked at again in an hour, and the others go on."""
    for id_ in payments:
        try:
            async with ctx.db.transaction() as tx:
                await sweep_store.stop_inquiries(tx, [id_])
                await save_changes(tx, list((await load_for_update(tx, [id_])).values()))
                await decisions.look_again(tx, [id_])
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001  see above
            log.warning("timetable.payment_failed", payment=ids.show("pay", id_), why=_said(error))
            async with ctx.db.transaction() as tx:
                await sweep_store.postpone_inquiries(tx, [id_], _AFTER_FAILURE)
