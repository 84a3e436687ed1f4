"""The operators' reminder of what waits for them: once a day, in the morning, until nothing waits. It makes no jobs, so none pile up."""

from datetime import datetime
from typing import Final

from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.payments.context import Context
from gerbang.core.payments.open_work import counts as open_work
from gerbang.core.payments.open_work import store as open_work_store

WAITING: Final = "work.waiting"
FROM_HOUR: Final = 9  # in Jakarta
_MOST: Final = 100


class DailyReminder:
    """Looks once in a minute of business time; several processes may, and one of them tells."""

    def __init__(self, from_hour: int = FROM_HOUR) -> None:
        self._from_hour = from_hour
        self._looked: datetime | None = None

    async def run_once(self, ctx: Context) -> bool:
        """Announce what waits, if today's reminder is due and anything does; returns whether it did."""
        minute = ctx.clock.now().replace(second=0, microsecond=0)
        if minute == self._looked:
            return False
        self._looked = minute
        async with ctx.db.transaction() as tx:
            if not await open_work_store.note_reminded(tx, self._from_hour):
                return False
            counts = {kind: count for kind, count in (await open_work.counts(tx, _MOST)).items() if count}
            if counts:
                about = {"counts": counts, "livemode": await open_work.has_live(tx)}
                await announce(tx, [Announcement(WAITING, None, about, ctx.clock.now())])
        return bool(counts)
