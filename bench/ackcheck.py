"""PostgreSQL dies by SIGKILL while webhooks come in; afterwards no acknowledged event may be missing. Measures no speed.

`python -m bench.ackcheck [--seconds 20] [--kills 3] [--seed N]`; ends with status 1 when something was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bench import cluster, judging, ours
from bench.cluster import Cluster
from bench.load.closed import Plan, Round, Shot, fire
from bench.load.shots import hooks
from bench.processes import child, free_port
from bench.sides import NoScore
from gerbang.base import log

_CONNECTIONS: Final = 32
_QUIET_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one check saw; `lost` says what is missing or doubled, or is empty."""

    seed: int
    kills: int
    acknowledged: int
    not_acknowledged: int
    lost: str


async def check(seconds: float, kills: int, seed: int) -> Verdict:
    """Load Gerbang's hooks for `seconds`, kill PostgreSQL `kills` times meanwhile, and compare."""
    chance = random.Random(seed)
    provider_port = free_port()
    provider = ("bench.provider.server", "--port", str(provider_port))
    async with cluster.running() as server, child("provider", provider, {}, server.folder):
        async with ours.running(server, provider_port) as gerbang:
            plan = Plan(gerbang.port, _CONNECTIONS, seconds)
            load = asyncio.create_task(asyncio.to_thread(fire, plan, _endless(gerbang.secret)))
            await _kill_at_random(server, seconds, kills, chance)
            result = await load
            lost = await _missing(server, result)
        refused = len(result.refused) + len(result.unanswered)
        return Verdict(seed, kills, len(result.acknowledged), refused, lost)


async def _kill_at_random(server: Cluster, seconds: float, kills: int, chance: random.Random) -> None:
    """Spread the kills over the load, each at a random moment of its own share of the time."""
    share = (seconds - _QUIET_S) / max(1, kills)
    for _ in range(kills):
        wait = chance.uniform(0.3, 0.8) * share
        await asyncio.sleep(wait)
        await server.kill()
        await server.restart()
        await asyncio.sleep(share - wait)


async def _missing(server: Cluster, result: Round) -> str:
    if not result.acknowledged:
        return "nothing was acknowledged at all"
    try:
        await judging.every_event_kept(server, result.acknowledged)
    except NoScore as reason:
        return str(reason)
    return ""


def _endless(secret: bytes) -> Iterator[Shot]:
    """Made one by one: how many an outage swallows cannot be known before."""
    run, number = secrets.token_hex(6), 0
    while True:
        yield from hooks(secret, [(f"evt-{run}-{number}", "att_" + "0" * 26)])
        number += 1


def main() -> None:
    """Check once and say what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked = parser.parse_args()
    log.set_up("error", as_json=False)
    verdict = asyncio.run(check(asked.seconds, asked.kills, asked.seed))
    print(
        f"seed {verdict.seed}: {verdict.kills} kills, {verdict.acknowledged} acknowledged,"
        f" {verdict.not_acknowledged} not acknowledged, lost: {verdict.lost or 'none'}"
    )
    sys.exit(1 if verdict.lost else 0)


if __name__ == "__main__":
    main()
