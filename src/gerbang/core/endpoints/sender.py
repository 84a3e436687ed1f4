"""Sending what is due: taken in batches, sent side by side, settled in batches. What this process knows of an endpoint decides how much of it is taken.

Nothing is in memory alone: a try is counted in the row before it is made, and one whose process died is made again when its lease ends, under the
same event id. An endpoint that does not answer gets few tries at once, and behind its breaker none: so it takes no other's turn.
"""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.batching import GroupCommit
from gerbang.base.clock import real_now
from gerbang.base.db import Database
from gerbang.base.errors import GerbangError
from gerbang.base.http import CallFailed, Http
from gerbang.base.http_connections import Seen
from gerbang.base.retry_after import retry_after_s
from gerbang.base.watchdog import beat
from gerbang.core.connections.breaker import Breaker
from gerbang.core.endpoints import sending_store, signatures
from gerbang.core.endpoints.claiming import Claims
from gerbang.core.endpoints.model import KEPT_BYTES, Due, Tried
from gerbang.core.endpoints.outcomes import Ended, settle, settle_plain
from gerbang.core.endpoints.schedule import next_wait
from gerbang.core.endpoints.signing_keys import SigningKeys

log = structlog.get_logger()
AT_ONCE: Final = 256
TIMEOUT_S: Final = 30.0
LEASE_S: Final = 60.0
TOPIC: Final = "deliveries"  # what is told of what was made due elsewhere, as by a request to send again
LOOK_S: Final = 0.5  # unless woken: for what is tried again, and where a wake-up was lost
PACE_S: Final = 0.1  # where an endpoint says how fast
AFTER_FAILURE_S: Final = 1.0
NOT_NOW: Final = timedelta(seconds=5)
_FIRST_ROOM: Final = 4
_MOST_ROOM: Final = 64
_GONE: Final = 410
_SHOWN_ERRORS: Final = 300
_SAID: Final[Mapping[int, str]] = {
    401: "It asked for a login. Let it take POST without one, and verify our signature instead.",
    403: "It refused us. A firewall or a check of forms (CSRF) may stand before it: let it take POST, and verify our signature instead.",
    404: "There is nothing at this address. Correct its path.",
    405: "It takes no POST there. Correct its path, or its method.",
    410: "It said that it is gone, so this endpoint was disabled. Enable it once it takes events again.",
    413: "It takes no body of this size. Let it take 256 kB.",
    429: "It asked for time. `rate_per_s` keeps us slower.",
}
_SAID_OF_CLASS: Final[Mapping[int, str]] = {
    3: "Redirects are not followed. Save the address that it leads to.",
    4: "It refused the request. Its own log says why.",
    5: "It failed. Its own log says why.",
}


@dataclass(slots=True)
class _Lane:
    """What this process knows of one endpoint: how many tries are under way, how many may be, and whether more was due than was taken last."""

    breaker: Breaker = field(default_factory=Breaker)
    under_way: int = 0
    most: int = _FIRST_ROOM
    has_more: bool = True

    def room(self, now: float) -> int:
        """How many more tries may begin."""
        if self.breaker.wait_s(now):
            return 0
        most = 1 if self.breaker.is_open(now) else self.most
        return max(0, most - self.under_way)

    def begin(self, now: float) -> None:
        self.under_way += 1
        self.breaker.enter(now)

    def is_worth_a_look(self) -> bool:
        """Whether more may be due, and there is so much room for it that a claim is worth its price."""
        return self.has_more and self.most - self.under_way >= max(1, self.most // 4)

    def end(self, due: Due, tried: Tried, began: float, now: float) -> None:
        """An answer makes room for more, silence halves it."""
        self.under_way -= 1
        if tried.status_code is not None and tried.status_code < 500 and tried.status_code != 429:
            self.most = min(self.most + 1, _MOST_ROOM)
            self.breaker.note_answer()
        else:
            self.most = max(1, self.most // 2)
            self.breaker.note_silence(due.id, began, now)


class Sender:
    """The loop of one worker."""

    def __init__(
        self,
        db: Database,
        http: Http,
        keys: SigningKeys,
        *,
        timeout_s: float = TIMEOUT_S,
        lease_s: float = LEASE_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        assert lease_s > timeout_s, "a try that is still under way would be made twice"
        self._db = db
        self._http = http
        self._keys = keys
        self._timeout_s = timeout_s
        self._claims = Claims(db, lease_s)
        self.lease_s = lease_s
        self._monotonic = monotonic
        self._is_running = False
        self._lanes: dict[UUID, _Lane] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._settling: GroupCommit[Ended, None] = GroupCommit(db, settle)
        self._settling_plain: GroupCommit[Ended, None] = GroupCommit(db, settle_plain, one_statement=True)

    def wake(self) -> None:
        """Look at once: something may be due."""
        self._woken.set()

    def room(self, endpoints: Iterable[UUID]) -> dict[UUID, int]:
        """How many tries of each may begin without looking for what is due: none where more is due than was taken, or where nothing is sent from."""
        now, free = self._monotonic(), AT_ONCE - len(self._running)
        rooms: dict[UUID, int] = {}
        for id_ in endpoints if self._is_running else ():
            lane = self._lanes.get(id_)
            if lane is not None and not lane.has_more:
                rooms[id_] = max(0, min(lane.room(now), free))
                free -= rooms[id_]
        return rooms

    def begin(self, due: Sequence[Due]) -> None:
        """Try these, which are counted as tries."""
        now = self._monotonic()
        for one in due:
            lane = self._lanes.setdefault(one.endpoint_id, _Lane())
            lane.begin(now)
            task = asyncio.create_task(self._try(one, lane), context=Context())
            self._running.add(task)
            task.add_done_callback(self._ended)

    async def run(self, stop: asyncio.Event) -> None:
        """Send what is due until `stop` is set, then let what is under way end."""
        self._is_running = True
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self.wake())
        try:
            while not stop.is_set():
                beat()
                await self._look()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), PACE_S if self._claims.has_pace else LOOK_S)
                self._woken.clear()
        finally:
            self._is_running = False
            stopping.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=self._timeout_s)

    async def _look(self) -> None:
        """Take what there is room for. Whoever makes more room, or more to do, wakes: what is taken together costs least."""
        now, free = self._monotonic(), AT_ONCE - len(self._running)
        if free <= 0:
            return
        busy = {id_: (lane.room(now), lane.under_way) for id_, lane in self._lanes.items()}
        try:
            due = await self._claims.take(busy, _FIRST_ROOM, free)
        except GerbangError as error:
            log.warning("deliveries.claim_failed", code=error.code)
            return
        except Exception:  # a bug over one claim must not end the process: the next may be better
            log.exception("deliveries.claim_failed")
            await asyncio.sleep(AFTER_FAILURE_S)
            return
        self.begin(due)
        taken = Counter(one.endpoint_id for one in due)
        for id_, lane in self._lanes.items():
            room, _ = busy.get(id_, (_FIRST_ROOM, 0))
            lane.has_more = len(due) == free or taken[id_] >= room

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("deliveries.failed", why=f"{type(error).__name__}: {error}"[:_SHOWN_ERRORS])

    async def _try(self, due: Due, lane: _Lane) -> None:
        began = self._monotonic()
        try:
            keys = await self._keys.of(due.endpoint_id, due.signing)
        except GerbangError as error:  # nothing was sent, and whoever keeps the keys may be back in a moment
            lane.under_way -= 1
            log.warning("deliveries.no_key", endpoint=ids.show("ep", due.endpoint_id), code=error.code)
            async with self._db.transaction() as tx:
                await sending_store.give_back(tx, [due], NOT_NOW)
            return
        headers = {
            **signatures.headers(ids.show("evt", due.event_id), int(real_now().timestamp()), due.body, keys),
            "content-type": "application/json",
            "user-agent": "Gerbang",
        }
        tried, answered = await self._send(due, headers)
        lane.end(due, tried, began, self._monotonic())
        if lane.is_worth_a_look():
            self.wake()
        asked_s = retry_after_s(answered, real_now())
        wait = next_wait(due.profile, due.tries - due.earlier_tries, random.random(), asked_s)  # noqa: S311  spreads load
        ended = Ended(due, tried, wait, is_gone=tried.status_code == _GONE)
        is_plain = tried.is_good and not due.was_failing and not due.is_ordered
        await (self._settling_plain if is_plain else self._settling).submit(ended)
        if due.is_ordered:  # the next of its object waited for this
            self.wake()

    async def _send(self, due: Due, headers: Mapping[str, str]) -> tuple[Tried, Mapping[str, str]]:
        """One try and what became of it; the headers of its answer, if there was one."""
        try:
            answer = await self._http.send(
                "POST",
                due.url,
                headers=headers,
                body=due.body,
                timeout_s=self._timeout_s,
                limit_bytes=KEPT_BYTES,
                cut=True,
            )
        except CallFailed as error:
            seen = error.seen
            failed = Tried(
                at=due.taken_at,
                status_code=None,
                duration_ms=seen.total_ms,
                error=f"{error.code}: {error.detail}"[:_SHOWN_ERRORS],
                address=seen.address,
                timings=_timings(seen),
                request_headers=headers,
            )
            return failed, {}
        good = 200 <= answer.status < 300
        tried = Tried(
            at=due.taken_at,
            status_code=answer.status,
            duration_ms=answer.seen.total_ms,
            error=None if good else _refusal(answer.status),
            address=answer.seen.address,
            timings=_timings(answer.seen),
            request_headers=headers,
            response_headers=dict(list(answer.headers.items())[:50]),
            response_body=answer.body,
            is_cut=answer.is_cut,
        )
        return tried, answer.headers


def _refusal(status: int) -> str:
    """An answer that is none of success, and what whoever reads it can do."""
    said = _SAID.get(status) or _SAID_OF_CLASS.get(status // 100, "")
    return f"http_{status}: {said}" if said else f"http_{status}"


def _timings(seen: Seen) -> Mapping[str, int | None]:
    return {
        "dns_ms": seen.dns_ms,
        "connect_ms": seen.connect_ms,
        "tls_ms": seen.tls_ms,
        "first_byte_ms": seen.first_byte_ms,
        "total_ms": seen.total_ms,
    }
