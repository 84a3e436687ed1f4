"""Taking what is due, for one worker among others: by what this process knows of each endpoint, and by what all workers share."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.endpoints import sending_store
from gerbang.core.endpoints.model import Due

BURST_S: Final = 0.1
_PARKED_AT_ONCE: Final = 1_000
_PARKED_FOR: Final = timedelta(minutes=5)


async def claim(tx: Tx, busy: Mapping[UUID, tuple[int, int]], room: int, limit: int, lease_s: float) -> list[Due]:
    """What is to be tried now, and counted as a try. `busy`: how many more tries of an endpoint may begin here, and how many are under way; of an
    endpoint that stands nowhere `room`. One with a rate gives what its pace allows over all workers.
    """
    special = await sending_store.special(tx)
    if ordered := [row["id"] for row in special if row["ordered"]]:
        await sending_store.park(tx, ordered, _PARKED_AT_ONCE, _PARKED_FOR)
    paced = [row["id"] for row in special if row["rate_per_s"] is not None]
    may = await sending_store.lock_pace(tx, paced, BURST_S) if paced else {}
    rooms = dict(busy)
    for id_ in paced:
        here, under_way = busy.get(id_, (room, 0))
        rooms[id_] = (min(here, may.get(id_, 0)), under_way)
    due = await sending_store.claim(tx, rooms, room, limit, lease_s)
    if may and (taken := Counter(one.endpoint_id for one in due if one.endpoint_id in may)):
        await sending_store.spend(tx, taken, BURST_S)
    return due
