"""Who takes care of what waits for a person: said beside it, so that two people do not begin the same. It locks nothing, and lapses after a day."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.core.audit import service as audit
from gerbang.core.audit.model import Entry
from gerbang.core.identity.model import Caller
from gerbang.core.payments.context import Context
from gerbang.core.payments.open_work import store as open_work_store

Line = tuple[str, UUID]  # the kind of what waits, and its id
KEPT_FOR: Final = timedelta(days=1)


async def take(ctx: Context, caller: Caller, lines: Sequence[Line]) -> int:
    """The caller takes care of these, as far as they wait and nobody else said so within a day; how many were taken."""
    now = ctx.clock.now()
    async with ctx.db.transaction() as tx:
        still = await open_work_store.which_wait(tx, lines)
        taken = await open_work_store.claim(tx, list(still), caller.label, now, now - KEPT_FOR)
        await audit.record(tx, [_entry(caller, "work.claimed", line, still) for line in taken])
    return len(taken)


async def release(ctx: Context, caller: Caller, lines: Sequence[Line]) -> int:
    """The caller no longer takes care of these; an admin may say so for others. How many were released."""
    whose = None if caller.may("users:manage") else caller.label
    async with ctx.db.transaction() as tx:
        still = await open_work_store.which_wait(tx, lines)
        freed = await open_work_store.release(tx, lines, whose)
        await audit.record(tx, [_entry(caller, "work.released", line, still) for line in freed])
    return len(freed)


def _entry(caller: Caller, action: str, line: Line, payments: Mapping[Line, UUID]) -> Entry:
    """About the payment, as long as it waits."""
    kind, payment = line[0], payments.get(line)
    return Entry(caller.label, action, ids.show("pay", payment) if payment else f"work:{kind}", {"kind": kind})
