"""How every process hears within five seconds that something ended or changed: rows of `changes`, polled every second.

A row's number says nothing about when it was committed, so each poll looks back over a window and takes what it has not taken.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from gerbang.base.db import Database, Tx
from gerbang.base.errors import GerbangError
from gerbang.base.watchdog import beat
from gerbang.core.identity import store

log = structlog.get_logger()
Subscriber = Callable[[str], None]
INTERVAL_S: Final = 1.0
STALE_AFTER_S: Final = 5.0
WINDOW_S: Final = 60  # longer than any transaction may stay open
_POLL_TIMEOUT_S: Final = 3.0
_PRUNE_EVERY_S: Final = 3600.0
_LOT: Final = 2_000  # rows that are removed in one transaction


async def tell(tx: Tx, kind: str, subject: str) -> None:
    """Tell every process, in the transaction of the cause: kind is `session`, `user`, `api_key`, `secret`, `setting` …"""
    await store.add_change(tx, kind, subject)


class Changes:
    """What one process hears of changes. Subscribers are plain functions that drop what they have cached; they must not fail."""

    def __init__(self, db: Database, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._monotonic = monotonic
        self._subscribers: dict[str, list[Subscriber]] = defaultdict(list)
        self._taken: dict[int, datetime] = {}
        self._since: datetime | None = None
        self._heard_at = float("-inf")
        self._pruned_at = monotonic()

    def subscribe(self, kind: str, subscriber: Subscriber) -> None:
        """Call `subscriber(subject)` for every change of this kind."""
        self._subscribers[kind].append(subscriber)

    def is_fresh(self) -> bool:
        """Whether this process's view is at most five seconds old; if not, ask the database."""
        return self._monotonic() - self._heard_at <= STALE_AFTER_S

    def apply(self, kind: str, subject: str) -> None:
        """Call the subscribers now: for what this very process has just committed."""
        for subscriber in self._subscribers[kind]:
            try:
                subscriber(subject)
            except Exception:  # one change that cannot be taken must not make this process deaf to all others
                log.exception("changes.not_taken", kind=kind, subject=subject[:80])

    async def poll(self) -> None:
        """Take what is new. Raises DatabaseUnavailable."""
        started = self._monotonic()
        async with self._db.reading() as tx:
            now, rows = await store.changes_since(tx, self._since, WINDOW_S)
        for row in rows:
            if row["id"] not in self._taken:
                self._taken[row["id"]] = row["made_at"]
                self.apply(row["kind"], row["subject"])
        known = {row["id"] for row in rows}
        self._taken = {id_: made_at for id_, made_at in self._taken.items() if id_ in known}
        self._since = now
        self._heard_at = started

    async def run(self, stop: asyncio.Event) -> None:
        """Poll every second until `stop` is set."""
        while not stop.is_set():
            beat()
            try:
                await asyncio.wait_for(self.poll(), _POLL_TIMEOUT_S)
                await self._prune()
            except (GerbangError, TimeoutError) as error:
                log.warning("changes.unheard", why=type(error).__name__)
            except Exception:  # see apply
                log.exception("changes.unheard")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), INTERVAL_S)

    async def _prune(self) -> None:
        """Once an hour, a lot between two polls until all is gone."""
        if self._monotonic() - self._pruned_at >= _PRUNE_EVERY_S:
            async with self._db.transaction() as tx:
                gone = max(await store.prune_changes(tx, _LOT), await store.prune_tokens(tx, _LOT))
            if gone < _LOT:
                self._pruned_at = self._monotonic()
