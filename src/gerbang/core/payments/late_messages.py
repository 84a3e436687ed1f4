"""What providers send about a payment after its payer was erased: its bytes may name them again, so they are erased too, once worked on."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from gerbang.base.db import Database
from gerbang.base.polling import poll
from gerbang.core.inbox import service as inbox
from gerbang.core.payments import personal_data, personal_data_store

_LOOK_S: Final = 1.0
_EVERY_S: Final = 600.0
_FOR: Final = timedelta(days=180)  # so long after an erasure a provider may still have something to say of the payment
LOT: Final = 50


class LateMessages:
    """Goes through the payments whose payers were erased in the last half year: a lot between two looks, and again every ten minutes."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float] = time.monotonic, lot: int = LOT) -> None:
        self._db = db
        self._monotonic = monotonic
        self._lot = lot
        self._after: UUID | None = None
        self._due_at = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set; several processes may."""
        await poll(stop, _LOOK_S, self.look, failed="payments.late_messages_not_erased")

    async def look(self) -> int:
        """Erase what came about one lot of payments, if it is time; returns of how many messages."""
        if self._monotonic() < self._due_at:
            return 0
        async with self._db.transaction() as tx:
            payments = await personal_data_store.erased_payments(tx, self._after, _FOR, self._lot)
            erased, _ = await inbox.erase_bytes(tx, await personal_data.events_of(tx, payments))
        self._after = payments[-1] if len(payments) == self._lot else None
        if self._after is None:
            self._due_at = self._monotonic() + _EVERY_S
        return erased
