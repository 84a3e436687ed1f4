"""E2E: webhooks come in on a steady beat while the worker processes them; the lag of each is read from commit times.

The beat is a multiple of pgbench's rate for the processing transaction: the highest of `LADDER` that keeps the lag's p99.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from bench import judging, ours, reference, seeding
from bench.cpu import spent_us, tree_cpu_s
from bench.goals import GOALS
from bench.load import shots
from bench.load.closed import Plan
from bench.load.paced import fire_on_beat
from bench.reference import Reference
from bench.scenarios import CONNECTIONS, Bench
from bench.sides import NoScore, Sample, sample_of
from gerbang.base import ids

LADDER: Final = (4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5)
_PROBE_S: Final = 3.0
_WARM_UP_S: Final = 1.0
_KEEPS_UP: Final = 0.97


@dataclass(slots=True)
class Together:
    """Ingest and processing at once. The multiple is found in the first round and kept for the others."""

    bench: Bench
    multiple: float = 0.0
    _reference: float = 0.0

    async def reference(self) -> Reference:
        """The processing transaction, row by row."""
        found = await reference.measure(self.bench.cluster, "process", self.bench.seconds)
        self._reference = found.rate
        return found

    async def naive(self) -> None:
        """Not compared: W1 and W2 already say it."""

    async def gerbang(self) -> Sample:
        """One round at the multiple that holds."""
        if not self.multiple:
            self.multiple = await self._highest()
        return await self._round(self.multiple * self._reference, self.bench.seconds)

    async def _highest(self) -> float:
        for multiple in LADDER:
            found = await self._round(multiple * self._reference, _PROBE_S)
            if holds(found, multiple * self._reference):
                return multiple
        return LADDER[-1]

    async def _round(self, rate: float, seconds: float) -> Sample:
        cluster = self.bench.cluster
        await ours.clear(cluster)
        warm, count = int(rate * _WARM_UP_S), int(rate * seconds)
        made = await seeding.pending_payments(cluster, warm + count)
        await ours.settle_statistics(cluster)
        wanted = shots.hooks(
            self.bench.ours.secret, [(f"evt-{attempt}", ids.show("att", attempt)) for _, attempt in made]
        )
        plan = Plan(self.bench.ours.port, CONNECTIONS, seconds, keep_times=True)
        async with self.bench.ours.workers():
            await asyncio.to_thread(fire_on_beat, replace(plan, seconds=_WARM_UP_S), wanted[:warm], rate / 2)
            await judging.worked_off(cluster)
            before_s = tree_cpu_s()
            result = await asyncio.to_thread(fire_on_beat, plan, wanted[warm:], rate)
            if not result.acknowledged:
                raise NoScore("nothing was acknowledged")
            await judging.worked_off(cluster)
            result.cpu_us = spent_us(before_s, len(result.acknowledged))
        payments = {f"evt-{attempt}": payment for payment, attempt in made}
        await judging.every_event_kept(cluster, result.acknowledged)
        await judging.every_payment_paid(cluster, [payments[event] for event in result.acknowledged])
        lag_p50_ms, lag_p99_ms = await judging.lags_ms(cluster, result.sent_at)
        return replace(sample_of(result), lag_p50_ms=lag_p50_ms, lag_p99_ms=lag_p99_ms)


def holds(found: Sample, rate: float) -> bool:
    """Return whether the beat was kept and the lag stayed within its goal."""
    most = GOALS["E2E"].lag_p99_ms
    assert most is not None, "the goal of E2E has a lag"
    return found.rate >= _KEEPS_UP * rate and (found.lag_p99_ms or most + 1) <= most
