"""How far those who listen are behind what happened, and whose open transaction holds them back: seen by operators, mended by them."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from gerbang.base import ids
from gerbang.base.db import Database, Row
from gerbang.base.polling import poll
from gerbang.core.announcements import store

log = structlog.get_logger()
EVERY_S: Final = 2.0
MOST_S: Final = 5.0  # beyond this somebody should know
STREAMS: Final = "streams"


@dataclass(frozen=True, slots=True)
class Holder:
    """An open transaction of this database before which nothing may be told. What our role may not see of it is absent."""

    xid: int
    pid: int | None
    role: str
    application: str
    state: str | None
    since: datetime | None
    prepared: str

    @property
    def who(self) -> str:
        """For everybody: no names."""
        return f"session {self.pid}" if self.pid else "a prepared transaction"

    @property
    def cure(self) -> str:
        """What ends it."""
        return f"SELECT pg_terminate_backend({self.pid})" if self.pid else f"ROLLBACK PREPARED '{self.prepared}'"

    @property
    def as_text(self) -> str:
        """For whoever runs the database: who, by which program, in which state, since when."""
        told = [
            self.who,
            f"role {self.role}",
            *([f"application {self.application!r}"] if self.application else []),
            *([self.state] if self.state and not self.prepared else []),
            *([f"open since {self.since:%Y-%m-%d %H:%M:%S} UTC"] if self.since else []),
        ]
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class Seen:
    """For how many seconds what is next for each listener has waited, and the oldest open transaction if that holds them back."""

    waited_s: Mapping[str, float]
    holder: Holder | None


async def look(db: Database, now_s: Callable[[], float] = time.time) -> Seen:
    """How far each is behind now. Raises DatabaseUnavailable."""
    async with db.reading() as tx:
        unheard = await store.first_unheard(tx)
        first = {row["name"]: await store.first_after(tx, row["xid"], row["id"]) for row in await store.cursors(tx)} | {
            STREAMS: unheard
        }
        found = await store.oldest_open(tx) if unheard is not None else None
    waited = {name: max(0.0, now_s() - ids.made_s(id_)) if id_ else 0.0 for name, id_ in first.items()}
    return Seen(waited, _holder(found) if found is not None and waited[STREAMS] > MOST_S else None)


class Lag:
    """The view of one process, read every two seconds. Who holds everything back is logged once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen = Seen({}, None)
        self._told = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set; while the database does not answer, the last view stays."""
        await poll(stop, EVERY_S, self.look, failed="events.lag_not_read")

    async def look(self) -> None:
        """Read now. Raises DatabaseUnavailable."""
        self._seen = seen = await look(self._db)
        if seen.holder is None:
            if self._told:
                log.warning("events.go_on")
            self._told = 0
        elif seen.holder.xid != self._told:
            self._told = seen.holder.xid
            log.error(
                "events.held_back",
                waited_s=round(seen.waited_s[STREAMS]),
                by=seen.holder.as_text,
                cure=seen.holder.cure,
                alert="An open transaction holds back every mail and every event.",
            )

    async def notice(self) -> str | None:
        """What to tell operators, if anything; the database's own log and `gerbang doctor` name names."""
        held = self._seen.holder
        if held is None:
            return None
        waited_s = self._seen.waited_s[STREAMS]
        return f"Mails and events have waited {waited_s:.0f} s for the open transaction of {held.who}; end it: {held.cure}."

    def seconds(self) -> Mapping[str, float]:
        """How long what is next for each listener has waited."""
        return self._seen.waited_s


def _holder(row: Row) -> Holder:
    since = row["since"]
    return Holder(
        xid=int(row["xid"]),
        pid=row["pid"],
        role=row["role"] or "unknown",
        application=row["application"],
        state=row["state"],
        since=since.astimezone(UTC) if since else None,
        prepared=row["prepared"],
    )
