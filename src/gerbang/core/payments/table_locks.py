"""Whether a payment could be made now, as far as locks of whole tables decide it: a migration by hand, a forgotten LOCK TABLE, a VACUUM FULL."""

import asyncio
from typing import Final

from gerbang.base.db import Database
from gerbang.base.errors import DatabaseUnavailable
from gerbang.core.payments import table_lock_store as store

WRITTEN: Final = ("attempts", "audit", "idempotency_keys", "jobs", "payment_payers", "payments")  # with a way to pay
READ: Final = ("business_clock", "connections")
_LASTS_S: Final = 0.5  # what is over sooner has cost a request nothing but this time


async def cause(db: Database) -> str | None:
    """Which table is locked, and by whom, when two looks half a second apart find the same."""
    try:
        first = await _holders(db)
        if not first:
            return None
        await asyncio.sleep(_LASTS_S)
        lasting = sorted(first & await _holders(db))
    except DatabaseUnavailable:  # the check of the database says so
        return None
    return "; ".join(f"The table {name} is locked by session {pid}" for name, pid in lasting) or None


async def _holders(db: Database) -> set[tuple[str, int]]:
    async with db.reading() as tx:
        return {(row["name"], row["pid"]) for row in await store.holders(tx, WRITTEN, READ)}
