"""Taking what is due, for one worker among others: by what this process knows of each endpoint, and by what all workers share."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from gerbang.base.db import Database, Row, Tx
from gerbang.core.endpoints import sending_store
from gerbang.core.endpoints.model import Due

BURST_S: Final = 0.1
_LOOK_S: Final = 1.0
_PARKED_AT_ONCE: Final = 1_000
_PARKED_FOR: Final = timedelta(minutes=5)
Busy = Mapping[UUID, tuple[int, int]]


class Claims:
    """What one process takes. Which endpoints have an order or a rate is looked up once a second: the order itself is kept by each claim."""

    def __init__(self, db: Database, lease_s: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._lease_s = lease_s
        self._monotonic = monotonic
        self._special: Sequence[Row] = ()
        self._looked_at = float("-inf")

    @property
    def has_pace(self) -> bool:
        """Whether some endpoint says how fast it may be sent to: then what is due may have to wait for a moment."""
        return any(row["rate_per_s"] is not None for row in self._special)

    async def take(self, busy: Busy, room: int, limit: int) -> list[Due]:
        """What is to be tried now, and counted as a try. `busy`: how many more tries of an endpoint may begin here, and how many are under way; of an
        endpoint that stands nowhere `room`. One with a rate gives what its pace allows over all workers.
        """
        if self._monotonic() - self._looked_at >= _LOOK_S:
            async with self._db.reading() as tx:
                self._special = await sending_store.special(tx)
            self._looked_at = self._monotonic()
        if not self._special:
            async with self._db.autocommit() as tx:
                return await sending_store.claim(tx, busy, room, limit, self._lease_s)
        async with self._db.transaction() as tx:
            return await self._with_order_and_pace(tx, busy, room, limit)

    async def _with_order_and_pace(self, tx: Tx, busy: Busy, room: int, limit: int) -> list[Due]:
        if ordered := [row["id"] for row in self._special if row["ordered"]]:
            await sending_store.park(tx, ordered, _PARKED_AT_ONCE, _PARKED_FOR)
        paced = [row["id"] for row in self._special if row["rate_per_s"] is not None]
        may = await sending_store.lock_pace(tx, paced, BURST_S) if paced else {}
        rooms = dict(busy)
        for id_ in paced:
            here, under_way = busy.get(id_, (room, 0))
            rooms[id_] = (min(here, may.get(id_, 0)), under_way)
        due = await sending_store.claim(tx, rooms, room, limit, self._lease_s)
        if may and (taken := Counter(one.endpoint_id for one in due if one.endpoint_id in may)):
            await sending_store.spend(tx, taken, BURST_S)
        return due
