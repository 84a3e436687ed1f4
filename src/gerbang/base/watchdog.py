"""A thread that sees whether this process makes progress: says so when it does not, and ends it when that lasts (R57).

What is watched is the event loop and every lane: a loop that turns by itself, or a step in it that ends, is a beat. A lane's beats are counted
by whoever reads, writes or calls the outside in it, so that nobody has to know how long a turn may take.
"""

import asyncio
import contextlib
import faulthandler
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final, TypeVar

import structlog

from gerbang.base.log import hide_in_text
from gerbang.base.service_manager import ServiceManager

log = structlog.get_logger()
R = TypeVar("R")
STUCK: Final = 70  # EX_SOFTWARE of sysexits.h
LOOP: Final = "event loop"
_LOOK_S: Final = 1.0
_BEAT_S: Final = 0.5
_SAY_S: Final = 2.0
_STOP_SPARE_S: Final = 10.0  # to close what is open, after what was under way had its time


@dataclass(slots=True, eq=False)
class Lane:
    """One loop. `fatal` when it cannot go on without a new process; `age_s` is how long it has not moved, as the thread saw it."""

    name: str
    fatal: bool = True
    task: "asyncio.Task[Any] | None" = None
    beats: int = 0
    seen: int = -1
    age_s: float = 0.0
    told: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """After how many seconds without a beat a lane is called stuck, and after how many the process ends; after `spare_s` more of its own
    processor time it is ended even where this thread cannot run.
    """

    stuck_s: float = 20.0
    end_s: float = 45.0
    spare_s: float = 10.0


@dataclass(slots=True, eq=False)
class Watchdog:
    """The watch of one process. `end` ends it at once, whatever else runs; `stop` is set when the process is asked to stop."""

    drain_s: float = 10.0
    manager: ServiceManager = field(default_factory=ServiceManager)
    limits: Limits = field(default_factory=Limits)
    end: Callable[[int], object] = os._exit
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _lanes: list[Lane] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _main: int = 0
    _stopping_s: float | None = None
    _done: threading.Event = field(default_factory=threading.Event)
    _pinged_s: float = 0.0

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Watch for the length of the block; call it in the running loop, in the thread that runs it."""
        self._loop, self._main = asyncio.get_running_loop(), threading.get_ident()
        turning = Lane(LOOP)
        self._lanes.append(turning)
        token = _WATCHDOG.set(self)
        self._beat(turning)
        if self.end is os._exit:
            faulthandler.register(signal.SIGPROF, all_threads=True, chain=True)
        self._arm_backstop()
        thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            self._disarm_backstop()
            self._lanes.remove(turning)
            _WATCHDOG.reset(token)

    def ready(self) -> None:
        """The process has begun its work."""
        self.manager.tell("READY=1")

    def ask_to_stop(self) -> None:
        """Safe in a signal handler, also where the loop does not turn: the thread then ends the process in its time."""
        if self._stopping_s is None:
            self._stopping_s = 0.0
            self.manager.tell("STOPPING=1")
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: we are ending
                self._loop.call_soon_threadsafe(self.stop.set)

    def stuck(self) -> Mapping[str, float]:
        """The lanes that have not moved for too long, and for how many seconds."""
        return {lane.name: lane.age_s for lane in list(self._lanes) if lane.age_s >= self.limits.stuck_s}

    def ages(self) -> Mapping[str, float]:
        """How many seconds each lane has not moved."""
        return {lane.name: lane.age_s for lane in list(self._lanes)}

    @contextlib.contextmanager
    def lane(self, name: str, *, fatal: bool) -> Iterator[Lane]:
        """A lane for the length of the block, for this task and those that it starts."""
        lane = Lane(name, fatal, asyncio.current_task())
        self._lanes.append(lane)
        token = _LANE.set(lane)
        try:
            yield lane
        finally:
            _LANE.reset(token)
            self._lanes.remove(lane)

    def _beat(self, lane: Lane) -> None:
        lane.beats += 1
        if self._loop is not None and not self._done.is_set():
            self._loop.call_later(_BEAT_S, self._beat, lane)

    # ── the thread ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _watch(self) -> None:
        last = time.monotonic()
        while not self._done.wait(_LOOK_S):
            now = time.monotonic()
            # A process that was paused has not been stuck: what a look missed counts as one look, for the loop had no turn either.
            passed_s, last = min(now - last, _LOOK_S), now
            try:
                self._look(passed_s)
            except Exception:  # whoever watches must not be the one that stops
                log.exception("watchdog.failed")

    def _look(self, passed_s: float) -> None:
        self._arm_backstop()
        for lane in list(self._lanes):
            lane.age_s = lane.age_s + passed_s if lane.beats == lane.seen else 0.0
            lane.seen = lane.beats
            if self._stopping_s is None:
                self._judge(lane)
        if self._stopping_s is not None:
            self._judge_stop(passed_s)
        self._pinged_s += passed_s
        if (
            self.manager.patience_s
            and self._pinged_s >= self.manager.patience_s / 2 - _LOOK_S
            and not self._is_ending()
        ):
            self._pinged_s = 0.0
            self.manager.tell("WATCHDOG=1")

    def _arm_backstop(self) -> None:
        """Where something holds the interpreter itself, this thread does not run either: the kernel then ends the process by SIGPROF, whose
        handler in C writes where it was. What is counted is the process's own time: one that is paused spends none, however long.
        """
        if self.end is os._exit:
            signal.setitimer(signal.ITIMER_PROF, self.limits.end_s + self.limits.spare_s)

    def _disarm_backstop(self) -> None:
        if self.end is os._exit:
            signal.setitimer(signal.ITIMER_PROF, 0)
            faulthandler.unregister(signal.SIGPROF)

    def _is_ending(self) -> bool:
        return any(lane.fatal and lane.age_s >= self.limits.stuck_s for lane in list(self._lanes))

    def _judge_stop(self, passed_s: float) -> None:
        assert self._stopping_s is not None, "nobody asked us to stop"
        self._stopping_s += passed_s
        turns_not_s = next((lane.age_s for lane in list(self._lanes) if lane.name == LOOP), 0.0)
        if self._stopping_s > 2 * self.drain_s + _STOP_SPARE_S or min(turns_not_s, self._stopping_s) > self.drain_s:
            self._end(f"it was asked to stop {self._stopping_s:.0f} s ago", self._where(None))

    def _judge(self, lane: Lane) -> None:
        if lane.age_s < self.limits.stuck_s:
            if lane.told:
                lane.told = False
                self._say(log.warning, "watchdog.moves_again", lane=lane.name)
            return
        if not lane.told:
            lane.told = True
            self._say(log.error, "watchdog.stuck", lane=lane.name, for_s=round(lane.age_s), stack=self._where(lane))
        if lane.fatal and lane.age_s >= self.limits.end_s:
            self._end(f"the {lane.name} has not moved for {lane.age_s:.0f} s", self._where(lane))

    def _where(self, lane: Lane | None) -> str:
        """Where the main thread is, and where the lane waits: files, lines and names, no values."""
        main = sys._current_frames().get(self._main)  # noqa: SLF001  the one way to see where another thread is
        lines = ["main thread:\n", *(traceback.format_stack(main) if main else [])]
        if lane is not None and lane.task is not None:
            lines += [f"{lane.name}:\n", *traceback.StackSummary.extract(_waiting(lane.task)).format()]
        return hide_in_text("".join(lines))

    def _end(self, why: str, stack: str) -> None:
        self._say(log.critical, "watchdog.end", why=why, status=STUCK, stack=stack)
        self.end(STUCK)

    def _say(self, tell: Callable[..., object], event: str, **fields: object) -> None:
        """In a thread of its own: what is stuck may hold the log."""
        saying = threading.Thread(target=lambda: tell(event, **fields), daemon=True)
        saying.start()
        saying.join(_SAY_S)


_WATCHDOG: ContextVar[Watchdog | None] = ContextVar("watchdog", default=None)
_LANE: ContextVar[Lane | None] = ContextVar("lane", default=None)


@contextlib.contextmanager
def lane(name: str, *, fatal: bool = True) -> Iterator[None]:
    """A lane of this process's watchdog, where there is one, for the length of the block."""
    dog = _WATCHDOG.get()
    with dog.lane(name, fatal=fatal) if dog is not None else contextlib.nullcontext():
        yield


async def watched(name: str, loop: Callable[[], Awaitable[R]], *, fatal: bool = True) -> R:
    """Run a loop as a lane."""
    with lane(name, fatal=fatal):
        return await loop()


def beat() -> None:
    """The lane that this is called in has moved."""
    if (lane := _LANE.get()) is not None:
        lane.beats += 1


def _waiting(task: "asyncio.Task[Any]") -> Iterator[tuple[FrameType, int]]:
    """The frames of a task that waits, from its own down to what it waits for."""
    at: Any = task.get_coro()
    while at is not None:
        frame = getattr(at, "cr_frame", None) or getattr(at, "gi_frame", None) or getattr(at, "ag_frame", None)
        if frame is not None:
            yield frame, frame.f_lineno
        at = getattr(at, "cr_await", None) or getattr(at, "gi_yieldfrom", None) or getattr(at, "ag_await", None)
