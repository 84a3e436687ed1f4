"""Webhooks to the shop, from the commit of their cause to the receiver on this machine: how many a second, how soon, and beside a dead endpoint's queue.

`python -m bench.deliveries`. Payments are announced as their changes announce them; the product's own worker takes, renders, signs and sends. Every
event must arrive: else there is no score.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, time
from typing import Any, Final
from uuid import UUID

from rich.console import Console

from bench import cluster, ours, report, seeding
from bench.cluster import connected
from bench.cpu import spent_us, tree_cpu_s
from bench.load.closed import percentile
from bench.processes import ChildFailed, ChildProcess, child, free_port
from bench.sides import NoScore
from gerbang import app
from gerbang.base import ids, log
from gerbang.base.db import Database
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.endpoints.service import Endpoints, NewEndpoint
from gerbang.core.identity.model import system_caller
from gerbang.core.payments.model import PAYMENT
from gerbang.providers.sealed import ensure_root_key
from gerbang.settings import Settings

_PAYMENTS: Final = 500
_BEAT: Final = 300
_LOT: Final = 200
_QUEUED: Final = 100_000
_PATIENCE_S: Final = 120.0
_WARM_UP_S: Final = 3.0
_GOALS: Final = {"goal_rate": 1_000, "goal_p50_ms": 10, "goal_p95_ms": 50, "goal_grows": 1.2, "goal_memory_mb": 50}


@dataclass(slots=True)
class Shop:
    """A worker that sends, a receiver, and payments that something happens to."""

    db: Database
    port: int
    worker: ChildProcess
    payments: Sequence[UUID]

    async def announce(self, type_: str, count: int) -> dict[str, float]:
        """So many events in one transaction; when that began, by the ids that receivers see."""
        began, made, now = time(), ids.several(count), datetime.now(UTC)
        about = [self.payments[n % len(self.payments)] for n in range(count)]
        async with self.db.transaction() as tx:
            told = zip(about, made, strict=True)
            await announce(tx, [Announcement(type_, ObjectRef(PAYMENT, pay), {}, now, 1, id_) for pay, id_ in told])
        return {ids.show("evt", one): began for one in made}

    async def arrived(self, wanted: Mapping[str, float]) -> dict[str, float]:
        """When each came first, once all have. Raises NoScore for one that never does."""
        first: dict[str, float] = {}
        ends = monotonic() + _PATIENCE_S
        while missing := wanted.keys() - first.keys():
            if monotonic() > ends:
                raise NoScore(f"{len(missing)} of {len(wanted)} events never came: {self.worker.last_words()[-600:]}")
            await asyncio.sleep(0.3)
            seen = await asyncio.to_thread(_seen, self.port)
            first = {event: min(times) for event, times in seen.items()} | first
        return first

    async def on_a_beat(self, type_: str, seconds: float) -> list[float]:
        """Milliseconds from before the commit until the receiver has it, of `_BEAT` events a second, each in a transaction of its own."""
        sent: dict[str, float] = {}
        began = monotonic()
        for n in range(int(_BEAT * seconds)):
            await asyncio.sleep(max(0.0, began + n / _BEAT - monotonic()))
            sent |= await self.announce(type_, 1)
        came = await self.arrived(sent)
        return [1_000 * (came[event] - at) for event, at in sent.items()]


def _seen(port: int) -> dict[str, list[float]]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", "/seen")
    found: dict[str, list[float]] = json.loads(line.getresponse().read())
    line.close()
    return found


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[tuple[Shop, Settings]]:
    """PostgreSQL, one worker, and a receiver that hears of `payment.paid`."""
    port = free_port()
    async with cluster.running() as server, connected(server.dsn()) as db:
        settings = ours.settings_for(server)
        ensure_root_key(settings.root_key_path, create=True)
        made = await seeding.pending_payments(server, _PAYMENTS)
        environment = ours.environment_of(settings) | {"GERBANG_ALLOWED_PRIVATE_TARGETS": "127.0.0.0/8"}
        await _endpoint(settings, f"http://127.0.0.1:{port}/hook", "payment.paid")
        async with (
            child("receiver", ("bench.provider.receiver", "--port", str(port)), {}, server.folder) as receiver,
            child("work", ("bench.ours", "work"), environment, server.folder) as worker,
        ):
            await receiver.answering(port, "/seen")
            shop = Shop(db, port, worker, [payment for payment, _ in made])
            await shop.arrived(await shop.announce("payment.paid", 1))
            await shop.on_a_beat("payment.paid", _WARM_UP_S)
            yield shop, settings


async def _endpoint(settings: Settings, url: str, events: str) -> UUID:
    allowed = settings.model_copy(update={"allowed_private_targets": ("127.0.0.0/8",)})
    async with app.core(allowed, "bench", ours.WITH_BENCH) as parts:
        made, _ = await parts.service(Endpoints).create(system_caller("bench"), NewEndpoint(url, [events]))
    return made.id


async def sustained(shop: Shop, count: int) -> dict[str, Any]:
    """Announced all at once: from the first that came to the last."""
    before = tree_cpu_s()
    sent: dict[str, float] = {}
    for _ in range(count // _LOT):
        sent |= await shop.announce("payment.paid", _LOT)
    came = sorted((await shop.arrived(sent)).values())
    rate = (len(came) - 1) / (came[-1] - came[0])
    return {"rate": rate, "events": len(came), "cpu_us": spent_us(before, len(came))}


async def soon(shop: Shop, seconds: float) -> dict[str, Any]:
    """From the commit to the receiver."""
    took = await shop.on_a_beat("payment.paid", seconds)
    return {f"p{share}_ms": percentile(took, share / 100) for share in (50, 95, 99)}


async def beside_a_dead_one(shop: Shop, settings: Settings, seconds: float) -> dict[str, Any]:
    """The same, with a hundred thousand events for an endpoint at which nobody listens."""
    alone, memory_mb = await soon(shop, seconds), _memory_mb(shop.worker.pid)
    dead = await _endpoint(settings, f"http://127.0.0.1:{free_port()}/", "payment.disputed")
    async with shop.db.transaction() as tx:
        await tx.execute(
            """
            WITH made AS (
                INSERT INTO outgoing_messages (event_id, body) SELECT gen_random_uuid(), convert_to(repeat('x', 2000), 'UTF8')
                FROM generate_series(1, $2) RETURNING event_id)
            INSERT INTO deliveries (id, endpoint_id, event_id, type, object_type, object_id, sequence, next_attempt_at)
            SELECT gen_random_uuid(), $1, event_id, 'payment.paid', 'payment', gen_random_uuid(), 1, business_now() FROM made
            """,
            dead,
            _QUEUED,
        )
    async with shop.db.autocommit() as tx:
        await tx.execute("VACUUM (ANALYZE) deliveries")
    await shop.on_a_beat("payment.paid", _WARM_UP_S)
    beside = await soon(shop, seconds)
    return {
        "alone_p95_ms": alone["p95_ms"],
        "beside_p95_ms": beside["p95_ms"],
        "grows": beside["p95_ms"] / alone["p95_ms"],
        "memory_mb": _memory_mb(shop.worker.pid) - memory_mb,
    }


def _memory_mb(pid: int) -> float:
    """The resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1_000


_Taking = Callable[[], Awaitable[dict[str, Any]]]
_Line = Callable[[Mapping[str, Any]], str]


async def measure(seconds: float, count: int, console: Console) -> dict[str, Any]:
    """All three, as they stand in the results; each is told and saved as soon as it is there."""
    found: dict[str, Any] = dict(_GOALS)
    try:
        async with running() as (shop, settings):
            parts: Sequence[tuple[str, _Taking, _Line]] = (
                ("soon", lambda: soon(shop, seconds), _soon_line),
                ("sustained", lambda: sustained(shop, count), _sustained_line),
                ("dead", lambda: beside_a_dead_one(shop, settings, seconds), _dead_line),
            )
            for name, taking, line in parts:
                found[name] = await taking()
                console.print(line(found[name]), highlight=False)
                report.save({"deliveries": found})
    except (NoScore, ChildFailed) as reason:
        found["no_score"] = str(reason)
        console.print(f"webhooks out: NO SCORE, {reason}", highlight=False)
    return found


def _soon_line(found: Mapping[str, Any]) -> str:
    times = f"p50 {found['p50_ms']:.1f} ms (goal 10), p95 {found['p95_ms']:.1f} ms (goal 50)"
    return f"webhooks out, at {_BEAT}/s from before the commit to the receiver: {times}"


def _sustained_line(found: Mapping[str, Any]) -> str:
    shares = ", ".join(f"{part} {spent:.0f}" for part, spent in found["cpu_us"].items())
    return f"sustained with one worker: {found['rate']:,.0f}/s (goal 1,000), CPU µs each: {shares}"


def _dead_line(found: Mapping[str, Any]) -> str:
    times = f"p95 {found['alone_p95_ms']:.1f} → {found['beside_p95_ms']:.1f} ms, {found['grows']:.2f} × (goal 1.2)"
    return f"beside {_QUEUED:,} for a dead endpoint: {times}, worker's memory {found['memory_mb']:+.0f} MB (goal 50)"


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(prog="python -m bench.deliveries")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of one beat (%(default)s)")
    parser.add_argument("--events", type=int, default=20_000, help="events of the sustained rate (%(default)s)")
    asked = parser.parse_args()
    log.set_up("warning", as_json=False)
    report.save({"deliveries": asyncio.run(measure(asked.seconds, asked.events, Console()))})


if __name__ == "__main__":
    main()
