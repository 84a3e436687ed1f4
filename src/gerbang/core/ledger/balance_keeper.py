"""Keeping the balances: what was posted since the last time is added to them, a lot at a time, beside the money's way and never on it."""

import asyncio
import contextlib
from collections import Counter
from typing import Final
from uuid import UUID

import structlog

from gerbang.base.db import Database
from gerbang.base.errors import GerbangError
from gerbang.core.ledger import store

log = structlog.get_logger()
EVERY_S: Final = 2.0
_LINES: Final = 20_000


async def run(db: Database, stop: asyncio.Event) -> None:
    """Add what is new until `stop` is set; several processes may, one at a time does."""
    while not stop.is_set():
        try:
            more = await run_once(db)
        except GerbangError as error:
            log.warning("ledger.not_balanced", code=error.code)
            more = False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.01 if more else EVERY_S)


async def run_once(db: Database, lines: int = _LINES) -> bool:
    """Add about so many lines, whole transactions; whether there were any."""
    async with db.transaction() as tx:
        before = await store.balanced_to(tx)
        if before is None:
            return False
        upto = await store.next_to_balance(tx, before, lines)
        if upto is not None:
            await store.balance(tx, before, upto)
    return upto is not None


async def differences(db: Database, lines: int = _LINES) -> list[tuple[str, str, int, int]]:
    """The accounts whose kept balance is not the sum of their lines: (account, currency, is, should be), debit less credit.

    Lines never change, so they may be summed a lot at a time while others are written.
    """
    async with db.reading() as tx:
        upto, rows = await store.kept(tx)
    is_ = {(row["account"], row["currency"]): (int(row["debit"]), int(row["credit"])) for row in rows}
    debit, credit, place = Counter[tuple[str, str]](), Counter[tuple[str, str]](), (UUID(int=0), -1)
    while True:
        async with db.reading() as tx:
            end = await store.end_of_slice(tx, place, lines)
            if end is None:
                break
            for row in await store.sums(tx, place, end, upto):
                debit[row["account"], row["currency"]] += int(row["debit"])
                credit[row["account"], row["currency"]] += int(row["credit"])
        place = end
    return [
        (*account, is_.get(account, (0, 0))[0] - is_.get(account, (0, 0))[1], debit[account] - credit[account])
        for account in sorted(is_.keys() | debit.keys())
        if is_.get(account, (0, 0)) != (debit[account], credit[account])
    ]
