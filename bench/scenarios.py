"""W1 to W4: what each side does in one round. Interleaving, medians and ratios are bench/run.py's matter.

A scenario of Gerbang ends by reading back what it acknowledged: without that there is no number.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from bench import judging, ours, reference, seeding, usual
from bench.cluster import Cluster
from bench.cpu import spent_us, tree_cpu_s
from bench.load import shots
from bench.load.closed import Plan, Round, Shot, fire
from bench.reference import Reference
from bench.sides import NoScore, Sample, sample_of
from gerbang.base import ids

CONNECTIONS: Final = 64
_NOBODY: Final = "att_" + "0" * 26
_READABLE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that runs, and how long one measurement lasts, in seconds."""

    cluster: Cluster
    usual: usual.Usual
    ours: ours.Gerbang
    seconds: float


class Scenario(Protocol):
    """One yardstick. `reference` and `naive` return None where there is nothing to compare with."""

    async def reference(self) -> Reference | None:
        """PostgreSQL's own limit."""

    async def naive(self) -> Sample | None:
        """The usual way."""

    async def gerbang(self) -> Sample:
        """Gerbang. Raises NoScore."""


@dataclass(slots=True)
class Ingest:
    """W1: webhooks about nothing known, so that only keeping them is measured. No worker runs."""

    bench: Bench

    async def reference(self) -> Reference:
        """One-row inserts."""
        return await reference.measure(self.bench.cluster, "insert", self.bench.seconds)

    async def naive(self) -> Sample:
        """One commit per request."""
        wanted = _events(int(1_500 * self.bench.seconds))
        return sample_of(await _fire(self.bench, self.bench.usual.port, shots.hooks(self.bench.usual.secret, wanted)))

    async def gerbang(self) -> Sample:
        """Shared commits; every acknowledged event must be there once."""
        await ours.clear(self.bench.cluster)
        wanted = shots.hooks(self.bench.ours.secret, _events(int(30_000 * self.bench.seconds)))
        result = await _fire(self.bench, self.bench.ours.port, wanted)
        await judging.every_event_kept(self.bench.cluster, result.acknowledged)
        return sample_of(result)


@dataclass(slots=True)
class Processing:
    """W2: two workers meet a backlog of stored events, one for each of as many pending payments."""

    bench: Bench

    async def reference(self) -> Reference:
        """The same transaction, row by row."""
        return await reference.measure(self.bench.cluster, "process", self.bench.seconds)

    async def naive(self) -> Sample:
        """One event at a time."""
        await self.bench.usual.backlog(int(1_000 * self.bench.seconds))
        usually, seconds = self.bench.usual, self.bench.seconds
        async with usually.worker("usual-worker", seconds) as one, usually.worker("usual-worker-2", seconds) as other:
            await asyncio.gather(one.ended(), other.ended())
            return Sample(usual.processed(one.log) + usual.processed(other.log))

    async def gerbang(self) -> Sample:
        """Batches; every payment must be paid once."""
        cluster, count = self.bench.cluster, int(6_000 * self.bench.seconds)
        await ours.clear(cluster)
        made = await seeding.pending_payments(cluster, count)
        await seeding.waiting_events(cluster, [attempt for _, attempt in made], self.bench.ours.secret)
        await ours.settle_statistics(cluster)
        await ours.hold_inbox(cluster)
        async with self.bench.ours.workers():
            before_s = tree_cpu_s()
            await ours.release_inbox(cluster)
            await judging.worked_off(cluster)
            cpu_us = spent_us(before_s, count)
        await judging.every_payment_paid(cluster, [payment for payment, _ in made])
        return Sample(await judging.processing_rate(cluster), cpu_us=cpu_us)


@dataclass(slots=True)
class Read:
    """W3: one payment by id, by somebody whose token is checked."""

    bench: Bench
    _payments: list[str] = field(default_factory=list)

    async def reference(self) -> Reference:
        """A SELECT by primary key."""
        return await reference.measure(self.bench.cluster, "select", self.bench.seconds)

    async def naive(self) -> Sample:
        """A token decoded and an ORM query for each request."""
        payments = await self.bench.usual.payments()
        wanted = shots.reads(self.bench.usual.token, payments, int(3_000 * self.bench.seconds))
        return sample_of(await _fire(self.bench, self.bench.usual.port, wanted, _the_one_asked_for))

    async def gerbang(self) -> Sample:
        """The same question to Gerbang; every answer must be about the payment asked for."""
        await ours.clear(self.bench.cluster)
        made = await seeding.pending_payments(self.bench.cluster, _READABLE)
        await ours.settle_statistics(self.bench.cluster)
        payments = [ids.show("pay", payment) for payment, _ in made]
        wanted = shots.reads(await self.bench.ours.token(), payments, int(40_000 * self.bench.seconds))
        return sample_of(await _fire(self.bench, self.bench.ours.port, wanted, _the_one_asked_for))


@dataclass(slots=True)
class Create:
    """W4: a payment is made and registered at the provider before the answer. Worker and API run, as they would."""

    bench: Bench

    async def reference(self) -> None:
        """Nothing in PostgreSQL calls a provider."""

    async def naive(self) -> Sample:
        """Insert, commit, httpx, update, commit."""
        wanted = shots.creates(self.bench.usual.token, _keys(int(1_000 * self.bench.seconds)), {})
        return sample_of(await _fire(self.bench, self.bench.usual.port, wanted))

    async def gerbang(self) -> Sample:
        """The same; every payment must exist once, registered by one attempt."""
        await ours.clear(self.bench.cluster)
        extra = {"method_options": {"bank": "BCA"}, "connection": ours.CONNECTION}
        wanted = shots.creates(self.bench.ours.api_key, _keys(int(6_000 * self.bench.seconds)), extra)
        async with self.bench.ours.workers():
            result = await _fire(self.bench, self.bench.ours.port, wanted, _made_and_sent)
        made = [json.loads(result.bodies[key])["id"] for key in result.acknowledged]
        await judging.every_creation_kept(self.bench.cluster, made, result.acknowledged)
        return sample_of(result)


async def _fire(
    bench: Bench, port: int, wanted: list[Shot], check: Callable[[str, bytes], bool] | None = None
) -> Round:
    """Run the closed loop in a thread, then let `check` look at every answer that was kept."""
    plan = Plan(port, CONNECTIONS, bench.seconds, keep_bodies=check is not None)
    before_s = tree_cpu_s()
    result = await asyncio.to_thread(fire, plan, wanted)
    result.cpu_us = spent_us(before_s, len(result.acknowledged))
    if check is not None:
        for shot in result.acknowledged:
            if not check(shot, result.bodies[shot]):
                raise NoScore(f"the answer to {shot} is not what was asked for: {result.bodies[shot][:200]!r}")
    return result


def _the_one_asked_for(payment: str, body: bytes) -> bool:
    return f'"id":"{payment}"'.encode() in body


def _made_and_sent(_key: str, body: bytes) -> bool:
    return b'"status":"pending"' in body


def _events(count: int) -> list[tuple[str, str]]:
    run = secrets.token_hex(6)
    return [(f"evt-{run}-{n}", _NOBODY) for n in range(count)]


def _keys(count: int) -> list[str]:
    run = secrets.token_hex(8)
    return [f"{run}-{n}" for n in range(count)]
