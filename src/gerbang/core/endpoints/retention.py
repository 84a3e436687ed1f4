"""What is kept for a while only, and what is still to be cancelled: in lots, so that no look takes longer the more there is."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from gerbang.base.db import Database
from gerbang.base.keyset import FIRST_ID, FIRST_MOMENT, Place
from gerbang.base.polling import poll
from gerbang.core.endpoints import delivery_store, store

_LOOK_S: Final = 1.0
_EVERY_S: Final = 3_600.0
LOT: Final = 1_000
_FIRST: Final[Place] = (FIRST_MOMENT, FIRST_ID)


class Retention:
    """Drops bodies that are older than `keep_for` in business time, oldest first and once an hour; and goes on cancelling what was on its way to endpoints
    that were disabled or deleted with more than one transaction should change.
    """

    def __init__(
        self, db: Database, keep_for: timedelta, *, monotonic: Callable[[], float] = time.monotonic, lot: int = LOT
    ) -> None:
        self._db = db
        self._keep_for = keep_for
        self._monotonic = monotonic
        self._lot = lot
        self._due_at = float("-inf")
        self._after = _FIRST

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set; several processes may."""
        await poll(stop, _LOOK_S, self.look, failed="endpoints.not_swept")

    async def look(self) -> None:
        """One lot of each, if it is time."""
        async with self._db.transaction() as tx:
            endpoints = await store.clearing(tx, self._lot)
            if endpoints and await delivery_store.cancel_pending(tx, endpoints, self._lot) < self._lot:
                await store.note_clearing(tx, endpoints, clearing=False)
        if self._monotonic() >= self._due_at:
            await self.forget()

    async def forget(self) -> int:
        """Drop one lot of old bodies; returns at how many it looked. What is still on its way stays, and is passed over until the next hour."""
        async with self._db.transaction() as tx:
            rows = await delivery_store.lock_old(tx, self._keep_for, self._after, self._lot)
            await delivery_store.forget(tx, [row["event_id"] for row in rows])
        if len(rows) < self._lot:
            self._due_at, self._after = self._monotonic() + _EVERY_S, _FIRST
        else:
            self._after = (rows[-1]["made_at"], rows[-1]["event_id"])
        return len(rows)
