"""How much waits for a person: what payments and refunds wait for, messages of providers about payments that are not known here, and what customers ask of
their data.
"""

from typing import Final

from gerbang.base.db import Tx
from gerbang.core.customers.data_requests import count_waiting
from gerbang.core.customers.model import DATA_REQUEST
from gerbang.core.inbox import service as inbox
from gerbang.core.payments.open_work import store as open_work_store

UNMATCHED: Final = "unmatched"


async def counts(tx: Tx, most: int) -> dict[str, int]:
    """How much of each kind waits, counted up to `most`."""
    others = {
        UNMATCHED: await inbox.count_unmatched(tx, most),
        DATA_REQUEST: await count_waiting(tx, most),
    }
    return {**await open_work_store.counts(tx, most), **others}


async def has_live(tx: Tx) -> bool:
    """Whether anything that waits is about real money."""
    return await open_work_store.has_live(tx) or await inbox.has_live_unmatched(tx)
