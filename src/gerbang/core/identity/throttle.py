"""Throttling of failed logins by account and by source, over every process, without locking the owner out (R32).

A client that has signed in to the account before is counted apart, by itself: whoever hammers the account from elsewhere, or
hammers everything from one place, does not use up its tries. Successes are not counted in the end.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gerbang.base.db import Database
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity import store, throttle_store
from gerbang.core.identity.model import AccountThrottled
from gerbang.core.identity.texts import text

WINDOW_S: Final = 60
MOST: Final = {"account": 20, "source": 60, "known": 20, "register": 60}
_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Admission:
    """A counted try: what to take back when it succeeds."""

    buckets: tuple[str, ...]
    window_start: datetime


class Throttle:
    """Counts before the work, so that a thousand tries at once cannot all slip through."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._monotonic = monotonic
        self._closed: dict[str, float] = {}

    async def admit_login(self, *, account: str, source: str, client: str, known: bool, locale: str) -> Admission:
        """Count a login; digests name account, source and client. Raises AccountThrottled, DatabaseUnavailable."""
        if known:
            return await self._admit({"known": f"login:known:{account}:{client}"}, source, locale)
        return await self._admit(
            {"account": f"login:account:{account}", "source": f"login:source:{source}"}, source, locale
        )

    async def admit_registration(self, *, source: str, locale: str) -> None:
        """Count a registration, which also does the work of a password's hash. Raises AccountThrottled."""
        await self._admit({"register": f"register:source:{source}"}, source, locale)

    async def take_back(self, admission: Admission) -> None:
        """The try was a success."""
        async with self._db.autocommit() as tx:
            await throttle_store.take_back(tx, admission.buckets, admission.window_start)

    async def _admit(self, buckets: dict[str, str], source: str, locale: str) -> Admission:
        now = self._monotonic()
        for bucket in buckets.values():
            if self._closed.get(bucket, now) > now:  # no need to ask the database what it has just said
                raise _throttled(self._closed[bucket] - now, locale)
        async with self._db.autocommit() as tx:
            rows = await throttle_store.count(tx, list(buckets.values()), WINDOW_S)
        counted = {row["bucket"]: row for row in rows}
        for kind, bucket in buckets.items():
            row = counted[bucket]
            if row["used"] > MOST[kind]:
                self._close(bucket, now + row["left_s"])
                if row["used"] == MOST[kind] + 1:
                    await self._alert(kind, bucket, source)
                raise _throttled(row["left_s"], locale)
        return Admission(tuple(buckets.values()), rows[0]["window_start"])

    def _close(self, bucket: str, until: float) -> None:
        if len(self._closed) >= _REMEMBERED:
            now = self._monotonic()
            self._closed = {known: at for known, at in self._closed.items() if at > now}
        if len(self._closed) < _REMEMBERED:
            self._closed[bucket] = until

    async def _alert(self, kind: str, bucket: str, source: str) -> None:
        """Once per bucket and window, by whichever process counted one too many."""
        async with self._db.transaction() as tx:
            await record(tx, [Entry(f"source:{source}", "login.throttled", bucket, {"by": kind, "most": MOST[kind]})])
            now = await store.business_now(tx)
            await announce(tx, [Announcement("security.login_storm", None, {"by": kind, "bucket": bucket}, now)])


def _throttled(wait_s: float, locale: str) -> AccountThrottled:
    return AccountThrottled(text("throttled", locale), retry_after_s=max(1, int(wait_s)))
