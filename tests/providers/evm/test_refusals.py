"""Nodes that refuse in their own words: whatever is refused of several blocks is asked for in smaller pieces, and what was learned is kept."""

import json
import time
from typing import Any

import pytest

from gerbang.base.http import OutcomeUnknown, ProviderRefused
from gerbang.providers.evm.chain import EvmChain
from gerbang.sandbox.chain.local import LocalChain
from tests.anvil import needs_anvil
from tests.providers.evm.proxy import Call, Proxy
from tests.providers.evm.world import SHOP, World, account

pytestmark = needs_anvil


def span(call: Call) -> int:
    """How many blocks a question about logs is about; 0 of any other."""
    if call["method"] != "eth_getLogs":
        return 0
    asked = call["params"][0]
    return int(asked["toBlock"], 16) - int(asked["fromBlock"], 16) + 1


def error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


# What nodes of these services say; the numbers are theirs.
SAID: dict[str, dict[str, Any] | bytes] = {
    "infura": error(-32602, "range 23 exceeds limit of 10"),
    "infura results": error(-32005, "query returned more than 10000 results. Try with this block range [0x1, 0x2]."),
    "quicknode": error(-32614, "eth_getLogs is limited to a 10,000 range"),
    "alchemy": error(
        -32600, "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range."
    ),
    "drpc": error(35, "ranges over 10000 blocks are not supported on freetier"),
    "pocket": error(-31002, "invalid request"),
    "ankr": error(-32062, "Block range is too large"),
    "publicnode": error(-32701, "exceed maximum block range: 50000"),
    "parity": error(-32000, "One of the blocks specified in filter cannot be found."),
    "internal": error(-32603, "Internal error"),
    "method": error(-32601, "the method is not available"),
    "html": b"<html>503 Service Temporarily Unavailable</html>",
    "text": b"Block range limit exceeded",
    "nothing": b"",
    "no error": b'{"message":"bad request"}',
}
STATUSES = (200, 400, 403, 413, 500, 503)


@pytest.mark.parametrize(("who", "status"), [(who, STATUSES[at % 6]) for at, who in enumerate(SAID)])
async def test_a_refusal_of_several_blocks_is_halved_whatever_it_says(
    chain: EvmChain, world: World, proxied: Proxy, who: str, status: int
) -> None:
    for amount in (1, 2, 3):
        await world.pay(amount)
        await world.local.mine(9)
    proxied.twist = lambda call: SAID[who] if span(call) > 5 else None
    proxied.status_of = lambda call: status if span(call) > 5 else 200
    head = await world.local.head()
    reading = await chain.transfers(account(proxied.url, assets="USDC"), [SHOP], 0, head)
    assert ([one.amount for one in reading.transfers], reading.last) == ([1, 2, 3], head)


async def test_what_was_learned_of_a_node_saves_the_refusals_from_then_on(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    await world.local.mine(60)
    proxied.twist = lambda call: SAID["infura"] if span(call) > 10 else None
    here = account(proxied.url, assets="USDC")
    await chain.transfers(here, [SHOP], 0, 59)
    refused = sum(span(call) > 10 for call in proxied.heard)
    proxied.heard.clear()
    for _ in range(5):
        await chain.transfers(here, [SHOP], 0, 59)
    assert refused >= 1
    assert sum(span(call) > 10 for call in proxied.heard) == 0


async def test_a_node_that_takes_more_again_is_asked_for_more_again(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    await world.local.mine(100)
    here = account(proxied.url, assets="USDC")
    proxied.twist = lambda call: SAID["drpc"] if span(call) > 2 else None
    await chain.transfers(here, [SHOP], 0, 99)
    proxied.twist = lambda _: None
    for _ in range(8):
        await chain.transfers(here, [SHOP], 0, 99)
    assert max(map(span, proxied.heard[-40:])) > 5


async def test_what_was_read_before_a_node_failed_is_handed_back(chain: EvmChain, world: World, proxied: Proxy) -> None:
    await world.pay(1)
    await world.local.mine(30)
    narrow = account(proxied.url, assets="USDC", log_range="10")
    await chain.head(narrow)
    proxied.twist = lambda call: (
        error(-32000, "gone") if span(call) and int(call["params"][0]["toBlock"], 16) > 25 else None
    )
    reading = await chain.transfers(narrow, [SHOP], 0, 30)
    assert [one.amount for one in reading.transfers] == [1]
    assert 19 <= reading.last <= 25


async def test_a_node_that_is_asked_too_often_is_waited_for_and_not_asked_for_less(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    await world.pay(1)
    here, head = account(proxied.url, assets="USDC"), await world.local.head()
    await chain.head(here)
    said = [error(429, "Your app has exceeded its compute units per second capacity"), error(-32005, "rate limit")]
    proxied.twist = lambda call: said.pop() if span(call) and said else None
    began = time.monotonic()
    reading = await chain.transfers(here, [SHOP], 0, head)
    assert [one.amount for one in reading.transfers] == [1]
    assert [span(call) for call in proxied.heard if span(call)] == [head + 1] * 3
    assert time.monotonic() - began > 1.5


async def test_a_node_that_says_too_often_where_it_means_too_much_is_asked_for_half_each_time(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    await world.pay(1)
    await world.local.mine(6)
    here, head = account(proxied.url, assets="USDC"), await world.local.head()
    await chain.head(here)
    proxied.twist = lambda call: (
        error(-32005, "Too many requests: your plan allows less") if span(call) > (head + 1) // 2 else None
    )
    with pytest.raises(OutcomeUnknown):
        await chain.transfers(here, [SHOP], 0, head)
    reading = await chain.transfers(here, [SHOP], 0, head)
    assert ([one.amount for one in reading.transfers], reading.last) == ([1], head)


async def test_a_node_that_wants_a_long_pause_gets_it_and_another_is_asked(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    proxied.status_of, proxied.headers = lambda _: 429, {"retry-after": "30"}
    proxied.twist = lambda _: b"Too Many Requests"
    both = account(proxied.url, world.local.url)
    for _ in range(3):
        await chain.head(both)
    assert len(proxied.heard) == 1
    with pytest.raises(OutcomeUnknown):
        await chain.head(account(proxied.url))
    assert len(proxied.heard) == 1


async def test_a_range_that_takes_too_long_is_asked_for_in_pieces(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    await world.pay(1)
    await world.local.mine(60)
    proxied.delay_s = lambda call: 3.0 if span(call) > 8 else 0.0
    reading = await chain.transfers(account(proxied.url, assets="USDC", timeout_s="1"), [SHOP], 0, 50)
    assert ([one.amount for one in reading.transfers], reading.last) == ([1], 50)


async def test_a_node_that_refuses_every_log_has_not_taught_us_to_ask_for_little(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    await world.local.mine(60)
    here = account(proxied.url, assets="USDC")
    proxied.twist = lambda call: SAID["method"] if span(call) else None
    with pytest.raises(ProviderRefused):
        await chain.transfers(here, [SHOP], 0, 50)
    proxied.twist = lambda _: None
    proxied.heard.clear()
    await chain.transfers(here, [SHOP], 0, 50)
    assert [span(call) for call in proxied.heard if span(call)] == [51]


@pytest.mark.parametrize("most", [1, 3])
async def test_a_node_that_takes_small_batches_gets_small_ones(
    chain: EvmChain, world: World, proxied: Proxy, most: int
) -> None:
    for amount in range(1, 5):
        await world.pay(amount)
    proxied.most_in_batch, proxied.refusal = most, json.dumps({"error": "batch too large"}).encode()
    for _ in range(2):
        reading = await chain.transfers(account(proxied.url), [SHOP], 0, await world.local.head())
        assert [one.amount for one in reading.transfers] == [1, 2, 3, 4]


async def test_a_gateway_that_stumbles_over_the_tag_still_tells_the_newest_block(
    chain: EvmChain, local: LocalChain, proxied: Proxy
) -> None:
    proxied.twist = lambda call: b"<html>" if "finalized" in call["params"] else None
    head = await chain.head(account(proxied.url, finality="finalized"))
    assert (head.number, head.finalized) == (await local.head(), None)
