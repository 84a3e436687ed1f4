"""How much waits for a person: what payments and refunds wait for, and messages of providers about payments that are not known here."""

from typing import Final

from gerbang.base.db import Tx
from gerbang.core.inbox import service as inbox
from gerbang.core.payments.open_work import store as open_work_store

UNMATCHED: Final = "unmatched"


async def counts(tx: Tx, most: int) -> dict[str, int]:
    """How much of each kind waits, counted up to `most`."""
    return {**await open_work_store.counts(tx, most), UNMATCHED: await inbox.count_unmatched(tx, most)}


async def has_live(tx: Tx) -> bool:
    """Whether anything that waits is about real money."""
    return await open_work_store.has_live(tx) or await inbox.has_live_unmatched(tx)
