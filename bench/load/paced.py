"""The open loop: requests leave on a fixed beat, whether or not earlier ones were answered, and wait is counted from the beat.

So a server that stalls is not excused (the "coordinated omission" of closed loops).
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Sequence
from time import perf_counter, time

from bench.load.answers import read_answer
from bench.load.closed import Plan, Round, Shot

_READ_BYTES = 65_536
_PATIENCE_S = 20.0


class _Lane:
    """One keep-alive connection and the request under way on it."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.line.setblocking(False)
        self.shot: Shot | None = None
        self.due = 0.0
        self.heard = b""


class _Beat:
    """The state of one paced round."""

    def __init__(self, plan: Plan, shots: Sequence[Shot], rate: float) -> None:
        self._plan = plan
        self._shots = shots
        self._rate = rate
        self._next = 0
        self._selector = selectors.DefaultSelector()
        self._free = [_Lane(plan.port) for _ in range(plan.connections)]
        self._lanes = list(self._free)
        for lane in self._lanes:
            self._selector.register(lane.line, selectors.EVENT_READ, lane)
        self.result = Round()

    def run(self) -> Round:
        """Send on the beat until the time or the shots run out, then wait for what is under way."""
        began = perf_counter()
        last = min(len(self._shots), int(self._rate * self._plan.seconds))
        while self._next < last or len(self._free) < len(self._lanes):
            now = perf_counter()
            if now > began + self._plan.seconds + _PATIENCE_S or not self._lanes:
                break
            while self._next < last and self._free and began + self._next / self._rate <= now:
                self._send(began)
            self._collect(self._wait_s(began, last))
        self.result.elapsed_s = perf_counter() - began
        for lane in self._lanes:
            if lane.shot is not None:
                self.result.unanswered.append(lane.shot.id)
            lane.line.close()
        self._selector.close()
        return self.result

    def _wait_s(self, began: float, last: int) -> float:
        if self._next >= last or not self._free:
            return 0.5
        return max(0.0, began + self._next / self._rate - perf_counter())

    def _send(self, began: float) -> None:
        lane, shot = self._free.pop(), self._shots[self._next]
        lane.shot, lane.heard, lane.due = shot, b"", began + self._next / self._rate
        self._next += 1
        if self._plan.keep_times:
            self.result.sent_at[shot.id] = time() - (perf_counter() - lane.due)
        lane.line.send(shot.wire)

    def _collect(self, wait_s: float) -> None:
        for key, _ in self._selector.select(wait_s):
            lane: _Lane = key.data
            data = lane.line.recv(_READ_BYTES)
            if not data:
                self._lose(lane)
                continue
            lane.heard += data
            answer = read_answer(lane.heard)
            if answer is None or lane.shot is None:
                continue
            self.result.latencies_s.append(perf_counter() - lane.due)
            if 200 <= answer.status < 300:
                self.result.acknowledged.append(lane.shot.id)
            else:
                self.result.refused.append((lane.shot.id, answer.status))
            if self._plan.keep_bodies:
                self.result.bodies[lane.shot.id] = answer.body
            lane.shot = None
            self._free.append(lane)

    def _lose(self, lane: _Lane) -> None:
        if lane.shot is not None:
            self.result.unanswered.append(lane.shot.id)
        self._selector.unregister(lane.line)
        lane.line.close()
        self._lanes.remove(lane)
        if lane in self._free:
            self._free.remove(lane)


def fire_on_beat(plan: Plan, shots: Sequence[Shot], rate: float) -> Round:
    """Send `rate` shots a second for `plan.seconds`; latencies count from when each was due."""
    return _Beat(plan, shots, rate).run()
