"""The closed loop: N keep-alive connections, each sends its next request when the last one is answered.

Plain sockets under one selector, because on two cores every microsecond spent here is taken from the server. What
is deliberately not here: building requests (they are ready before the clock starts) and judging the answers.
"""

from __future__ import annotations

import gc
import selectors
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter, time

from bench.load.answers import Answer, read_answer

_READ_BYTES = 65_536
_PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Shot:
    """One request, ready to send, and the id by which its effect is found again."""

    id: str
    wire: bytes


@dataclass(slots=True)
class Round:
    """What one round saw. Latencies in seconds, in order of answering; `sent_at` is wall-clock time by id.

    `cpu_us` is processor time per acknowledged request by part (bench/cpu.py), where somebody looked.
    """

    elapsed_s: float = 0.0
    cpu_us: dict[str, float] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    sent_at: dict[str, float] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Acknowledged requests per second."""
        return len(self.acknowledged) / self.elapsed_s if self.elapsed_s else 0.0


@dataclass(slots=True)
class _Lane:
    line: socket.socket
    shot: Shot
    started: float
    heard: bytes = b""


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard and how long. `keep_bodies` and `keep_times` cost a little, so they are asked for."""

    port: int
    connections: int
    seconds: float
    keep_bodies: bool = False
    keep_times: bool = False


def fire(plan: Plan, shots: Iterable[Shot]) -> Round:
    """Send `shots` until they or the time run out, and return what was answered.

    A connection that breaks costs its request (kept in `unanswered`) and is not opened again.
    """
    result = Round()
    supply = iter(shots)
    with selectors.DefaultSelector() as selector:
        began = perf_counter()
        for _ in range(plan.connections):
            _open_lane(plan, selector, supply, result)
        _collect_quietly(plan, selector, supply, result, began + plan.seconds)
        result.elapsed_s = perf_counter() - began
        for key in list(selector.get_map().values()):
            result.unanswered.append(key.data.shot.id)
            key.data.line.close()
    return result


def _collect_quietly(
    plan: Plan, selector: selectors.BaseSelector, supply: Iterator[Shot], result: Round, deadline: float
) -> None:
    """Run the loop without the garbage collector, which would stop it at random for nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        _loop(plan, selector, supply, result, deadline)
    finally:
        if was_enabled:
            gc.enable()


def _loop(plan: Plan, selector: selectors.BaseSelector, supply: Iterator[Shot], result: Round, deadline: float) -> None:
    while selector.get_map():
        events = selector.select(1.0)
        now = perf_counter()
        if now > deadline + _PATIENCE_S:
            return
        for key, _ in events:
            lane: _Lane = key.data
            answer = _hear(lane)
            if answer is None:
                continue
            if isinstance(answer, OSError):
                result.unanswered.append(lane.shot.id)
                _close(selector, lane)
                continue
            _note(plan, lane, answer, result)
            shot = next(supply, None) if now < deadline else None
            if shot is None:
                _close(selector, lane)
            else:
                _send(plan, lane, shot, result)


def _open_lane(plan: Plan, selector: selectors.BaseSelector, supply: Iterator[Shot], result: Round) -> None:
    shot = next(supply, None)
    if shot is None:
        return
    line = socket.create_connection(("127.0.0.1", plan.port), timeout=5)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setblocking(False)
    lane = _Lane(line, shot, 0.0)
    selector.register(line, selectors.EVENT_READ, lane)
    _send(plan, lane, shot, result)


def _send(plan: Plan, lane: _Lane, shot: Shot, result: Round) -> None:
    lane.shot = shot
    lane.heard = b""
    lane.started = perf_counter()
    if plan.keep_times:
        result.sent_at[shot.id] = time()
    try:
        lane.line.send(shot.wire)
    except OSError:
        lane.line.shutdown(socket.SHUT_RD)  # the selector reports the broken line, and `_hear` its end


def _hear(lane: _Lane) -> Answer | OSError | None:
    try:
        data = lane.line.recv(_READ_BYTES)
    except BlockingIOError:
        return None
    except OSError as error:
        return error
    if not data:
        return ConnectionResetError("closed by the server")
    lane.heard = lane.heard + data if lane.heard else data
    return read_answer(lane.heard)


def _note(plan: Plan, lane: _Lane, answer: Answer, result: Round) -> None:
    result.latencies_s.append(perf_counter() - lane.started)
    if 200 <= answer.status < 300:
        result.acknowledged.append(lane.shot.id)
    else:
        result.refused.append((lane.shot.id, answer.status))
    if plan.keep_bodies:
        result.bodies[lane.shot.id] = answer.body


def _close(selector: selectors.BaseSelector, lane: _Lane) -> None:
    selector.unregister(lane.line)
    lane.line.close()


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of `values` lie; 0.0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
