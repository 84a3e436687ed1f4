"""A wave of a hundred orders while its workers die: each order is packed by one call and each parcel shipped by one, and the wave ends by itself."""

import asyncio
import json
import re
import sys
from collections import Counter
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.chaos.deployment import Deployment
from tests.chaos.eleven import SHOPS
from tests.chaos.journal import Journal
from tests.chaos.shop import Shop

SEED = 20_261_201
ORDERS, KILLS, END_S = 100, 10, 400.0


@pytest.mark.full
def test_a_wave_of_a_hundred_packs_and_ships_each_order_once_whoever_dies() -> None:
    asyncio.run(_run(SEED))


async def _run(seed: int) -> None:
    house, rng = Deployment(2, {"order_poll_s": 20.0}), Random(seed)
    await house.open()
    journal = Journal(house.data / "client.jsonl")
    shop, is_good = Shop(house, journal, rng), False
    try:
        numbers = await _bought(shop)
        wave = await shop.call("POST", "/v1/waves", key="wave", body={"orders": list(numbers.values())})
        packed = await _until(shop, rng, wave["id"], "done", KILLS // 2)
        assert (packed["packed"], packed["failed"], packed["printed"]) == (ORDERS, 0, ORDERS), Counter(
            (one["code"], one["reason"]) for one in packed["failures"]
        )
        await shop.call("POST", f"/v1/waves/{wave['id']}/ship", key="ship", body={})
        shipped = await _until(shop, rng, wave["id"], "shipped", KILLS - KILLS // 2)
        assert (shipped["shipped"], shipped["failures"]) == (ORDERS, []), shipped
        packs, ships = _asked(house.data, set(numbers))
        assert packs == Counter(dict.fromkeys(numbers, 1)), packs.most_common(5)
        assert len(ships) == ORDERS, len(ships)
        assert set(ships.values()) == {1}, ships.most_common(5)
        is_good = True
    finally:
        await shop.close()
        journal.close()
        await house.close(keep_data=not is_good)


async def _bought(shop: Shop) -> dict[str, str]:
    """The marketplace's number of each order, and our id."""
    made = [
        await shop.control("lazada/order", shop=SHOPS[place % 2], items=[{"sku": f"GELOMBANG-{place}", "quantity": 1}])
        for place in range(ORDERS)
    ]
    wanted, ends = {str(one["order_id"]) for one in made}, monotonic() + 60
    while True:
        known = {one["external_id"]: one["id"] for one in await shop.all_of("/v1/orders", limit=100)}
        if wanted <= known.keys():
            return {number: known[number] for number in wanted}
        assert monotonic() < ends, f"{len(wanted - known.keys())} orders did not come"
        await asyncio.sleep(0.5)


async def _until(shop: Shop, rng: Random, wave: str, status: str, kills: int) -> Any:
    """The wave when it stands so; workers are killed at random until then."""
    began, left = monotonic(), kills
    while True:
        now = await shop.call("GET", f"/v1/waves/{wave}")
        if now["status"] == status:
            sys.stderr.write(f"{status} after {monotonic() - began:.1f} s and {kills - left} kills\n")
            return now
        assert monotonic() - began < END_S, now
        if left:
            shop.house.kill(rng.choice(shop.house.workers))
            left -= 1
        await asyncio.sleep(rng.uniform(0.2, 1.5))


def _asked(data: Path, numbers: set[str]) -> tuple[Counter[str], Counter[str]]:
    """How often each order was in a call that packs, and each parcel in one that ships."""
    packs, ships = Counter[str](), Counter[str]()
    for line in (data / "sandbox" / "journal.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["direction"] != "in" or entry["provider"] != "lazada":
            continue
        said = unquote_plus(f"{entry.get('query', '')}&{entry.get('body', '')}")
        if entry["route"].endswith("/order/fulfill/pack"):
            packs.update(one for one in re.findall(r'"order_id":"?(\d+)', said) if one in numbers)
        if entry["route"].endswith("/order/package/rts"):
            ships.update(re.findall(r'"package_id":"([^"]+)"', said))
    return packs, ships
