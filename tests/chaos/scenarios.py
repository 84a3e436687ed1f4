"""The faults F1 to F7. Each runs under load, counts what it did, and leaves its orders to come to their end by themselves."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from time import monotonic
from typing import Any, Final

from tests.chaos import strace
from tests.chaos.deployment import Deployment, Recovery
from tests.chaos.proxy import Proxy, Verdict
from tests.chaos.shop import Shop

CONNECTION: Final = "/v1/connections/nicepay-uji"
_PROVIDER_FAULTS: Final = (
    "timeout_after_effect",
    "reset_after_effect",
    "http_500_after_effect",
    "truncated_json",
    "garbage",
    "http_500",
    "reset_before",
    "timeout_before",
)


@dataclass(slots=True)
class Run:
    """What a scenario may touch. `kills` scales it; `seconds` bounds how long it goes on doing harm."""

    house: Deployment
    shop: Shop
    rng: Random
    kills: int
    seconds: float
    say: Callable[[str], None]
    faults: dict[str, int] = field(default_factory=dict)
    recoveries: dict[str, list[Recovery]] = field(default_factory=dict)

    def share(self, part: float, least: int) -> int:
        """A part of the wished number of kills."""
        return max(least, round(self.kills * part))


@contextlib.asynccontextmanager
async def _load(run: Run, scenario: str, every_s: float) -> Any:
    """Orders that keep coming while the block runs."""

    async def come() -> None:
        while True:
            run.shop.order(scenario)
            await asyncio.sleep(every_s * (0.5 + run.rng.random()))

    coming = asyncio.create_task(come())
    try:
        yield
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def kill_at_each_step(run: Run) -> int:
    """F1: kill -9 at seeded steps of create, pay, webhook and refund: the API process, then a worker."""
    if not strace.is_here():
        run.say("F1 NOT RUN: needs strace (Debian: apt-get install strace)")
        return 0
    api, worker = run.share(0.65, 2), run.share(0.35, 1)
    return await _sweep(run, "serve", api) + await _sweep(run, run.house.workers[0], worker)


async def _sweep(run: Run, name: str, kills: int) -> int:
    async with strace.counting(run.house.pid(name)) as counted:
        await asyncio.wait_for(asyncio.shield(run.shop.order("F1", card=True)), 60)
    run.say(f"F1 {name} makes {counted[0]} write-type calls for an order; killing at {kills} of them")
    steps = range(1, max(counted[0], 2) + 1)
    dead = 0
    for number in sorted(run.rng.sample(steps, min(kills, len(steps)))):
        pid = run.house.pid(name)
        async with strace.killing_at(pid, number):
            life = run.shop.order("F1", card=run.rng.random() < 0.8)
            await _until(partial(_is_over, run.house, name, pid, life), 15)
        dead += run.house.pid(name) != pid
        if name == "serve":
            await run.house.ready()
        await run.shop.control("clock", advance_s=30)  # a request that died is taken over after 25 s
        await _until(life.done, 4)
    return dead


def _is_over(house: Deployment, name: str, pid: int, life: "asyncio.Task[None]") -> bool:
    """The process has been killed (and started again), or the order came to its end without."""
    return house.pid(name) != pid or life.done()


async def kill_workers(run: Run) -> int:
    """F2: kill -9 of workers in mid-batch at random times."""
    kills = run.share(0.4, 3)
    ends = monotonic() + run.seconds
    done = 0
    async with _load(run, "F2", 0.25):
        while done < kills and monotonic() < ends:
            await asyncio.sleep(0.5 + run.rng.random() * 2)
            run.house.kill(run.rng.choice(run.house.workers))
            done += 1
    return done


async def stop_postgres(run: Run) -> int:
    """F3: `stop -m immediate` and start again, under load."""
    return await _break_postgres(run, "F3", run.house.stop_postgres, run.share(0.1, 1))


async def kill_postgres(run: Run) -> int:
    """F4: SIGKILL of every process of PostgreSQL, under load."""
    return await _break_postgres(run, "F4", run.house.kill_postgres, run.share(0.1, 1))


async def _break_postgres(run: Run, scenario: str, harm: Callable[[], Awaitable[None]], times: int) -> int:
    async with _load(run, scenario, 0.25):
        for _ in range(times):
            await asyncio.sleep(2 + run.rng.random() * 3)
            await harm()
            await asyncio.sleep(run.rng.random() * 2)
            await run.house.start_postgres()
            await run.house.recover()
        await asyncio.sleep(1)
    return times


async def lose_commits(run: Run) -> int:
    """F5: the connection to PostgreSQL breaks at COMMIT, before it arrives or after, so that nobody can tell."""
    proxy, wanted = Proxy(run.house.server.port), run.share(0.5, 4)
    await proxy.open()
    await run.house.through(proxy.port)

    def judge(chunk: bytes) -> Verdict:
        if b"COMMIT\x00" not in chunk or proxy.cuts >= wanted or run.rng.random() > 0.3:
            return Verdict.PASS
        return run.rng.choice([Verdict.CUT_BEFORE, Verdict.CUT_AFTER, Verdict.CUT_AFTER])

    proxy.judge = judge
    ends = monotonic() + run.seconds
    async with _load(run, "F5", 0.25):
        await _until(lambda: proxy.cuts >= wanted, ends - monotonic())
    proxy.judge = lambda _: Verdict.PASS
    await run.house.through(0)
    await proxy.close()
    return proxy.cuts


async def lose_answers(run: Run) -> int:
    """F6: the provider does it, and its answer never comes: by its own faults, and by a wire that breaks."""
    proxy = Proxy(run.house.sandbox_port)
    await proxy.open()
    before = (await run.shop.call("GET", CONNECTION))["settings"]
    settings = {**before, "timeout_s": "2", "base_url": f"http://127.0.0.1:{proxy.port}/nicepay"}
    await run.shop.call("PATCH", CONNECTION, body={"settings": settings})
    await asyncio.sleep(5)  # every process uses the change by then
    wanted = run.share(0.2, 2)
    kinds = run.rng.sample(_PROVIDER_FAULTS, min(len(_PROVIDER_FAULTS), run.share(0.2, 5)))
    proxy.judge, proxy.delay_s = _wire(run.rng, proxy, wanted), 0.05
    faults = [(kind, route) for kind in kinds for route in ("registration", "inquiry", "cancel")]
    async with _load(run, "F6", 0.3):
        for kind, route in faults:
            body = {"kind": kind, "route": route, "count": 1, "delay_s": 4}
            await run.shop.control("nicepay/faults", "PUT", **body)
            await asyncio.sleep(0.4)
        await asyncio.sleep(3)
    proxy.judge = lambda _: Verdict.PASS
    await run.shop.control("nicepay/faults", "DELETE")
    await run.shop.call("PATCH", CONNECTION, body={"settings": before})
    await asyncio.sleep(6)
    await proxy.close()
    return len(faults) + proxy.cuts


def _wire(rng: Random, proxy: Proxy, most: int) -> Callable[[bytes], Verdict]:
    def judge(chunk: bytes) -> Verdict:
        if not chunk.startswith(b"POST ") or proxy.cuts >= most or rng.random() > 0.15:
            return Verdict.PASS
        return rng.choice([Verdict.CUT_BEFORE, Verdict.CUT_AFTER])

    return judge


async def storm_of_letters(run: Run) -> int:
    """F7: every letter twenty times, shuffled, forged among them, between polls; and all again eight days later."""
    unpaid = [run.shop.order("F7", is_paid=False, card=False) for _ in range(3)]
    paid = [run.shop.order("F7") for _ in range(5)]
    await asyncio.gather(*unpaid)
    await settle(run, [*paid], 120)
    sent = 0
    for day in (0, 8):
        await run.shop.control("clock", advance_s=day * 86_400)
        for tamper in ("token", "amount", "status"):
            letters: dict[str, Any] = {
                "reference": "",
                "times": 2,
                "shuffle": True,
                "tamper": tamper,
                "seed": run.rng.randrange(1_000),
            }
            sent += ((await run.shop.control("nicepay/webhooks", **letters)) or {"scheduled": 0})["scheduled"]
        storm: dict[str, Any] = {"reference": "", "times": 20, "shuffle": True, "seed": run.rng.randrange(1_000)}
        sent += ((await run.shop.control("nicepay/webhooks", **storm)) or {"scheduled": 0})["scheduled"]
        payments = await run.shop.all_of("/v1/payments")
        for payment in run.rng.sample(payments, min(10, len(payments))):
            await run.shop.call("POST", f"/v1/payments/{payment['id']}/refresh", body={})
    return sent


async def settle(run: Run, lives: list["asyncio.Task[None]"], seconds: float) -> None:
    """Let business time run faster until these orders have come to their end. Nobody helps them."""
    ends = monotonic() + seconds
    while not all(life.done() for life in lives) and monotonic() < ends:
        await run.shop.control("clock", advance_s=20)
        await asyncio.sleep(1)


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    ends = monotonic() + seconds
    while not holds() and monotonic() < ends:
        await asyncio.sleep(0.05)


SCENARIOS: Final[Mapping[str, Callable[[Run], Awaitable[int]]]] = {
    "F1": kill_at_each_step,  # first: its steps are counted, so nothing else may be under way
    "F2": kill_workers,  # early: leases of the killed end in real time, while the others run
    "F3": stop_postgres,
    "F4": kill_postgres,
    "F5": lose_commits,
    "F6": lose_answers,
    "F7": storm_of_letters,  # last: it lets eight days pass
}
