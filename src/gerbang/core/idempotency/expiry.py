"""Keys end: after the time for which a request may be sent again, nobody asks for them, and the table would only grow."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from gerbang.base.db import Database
from gerbang.base.polling import poll
from gerbang.core.idempotency import store

_LOOK_S: Final = 1.0
_EVERY_S: Final = 3_600.0
LOT: Final = 2_000


class KeyExpiry:
    """Removes keys that were taken longer ago than `keep_for`, in real time: a lot between two looks, and once an hour when none is left."""

    def __init__(
        self, db: Database, keep_for: timedelta, *, monotonic: Callable[[], float] = time.monotonic, lot: int = LOT
    ) -> None:
        self._db = db
        self._keep_for = keep_for
        self._monotonic = monotonic
        self._lot = lot
        self._due_at = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set; several processes may."""
        await poll(stop, _LOOK_S, self.look, failed="idempotency.not_swept")

    async def look(self) -> int:
        """Remove one lot, if it is time; returns how many keys are gone."""
        if self._monotonic() < self._due_at:
            return 0
        async with self._db.transaction() as tx:
            gone = await store.forget(tx, self._keep_for, self._lot)
        if gone < self._lot:
            self._due_at = self._monotonic() + _EVERY_S
        return gone
