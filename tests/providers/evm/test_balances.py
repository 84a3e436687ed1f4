"""What stands at many addresses, by each of the three ways to ask, and what is found of how it came, on a real node."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import vyper

from gerbang.ports.chain import NATIVE_LOG
from gerbang.providers.evm.balances import MULTICALL
from gerbang.providers.evm.chain import EvmChain
from gerbang.sandbox.chain.local import USDC
from tests.anvil import needs_anvil
from tests.providers.evm.proxy import Call, Proxy
from tests.providers.evm.world import OTHER, SHOP, World, account

pytestmark = needs_anvil
NOBODY = [f"0x{number:040x}" for number in range(0xABC000, 0xABC000 + 60)]
TOKEN = USDC.lower()


@cache
def _multicall() -> str:
    source = (Path(__file__).parent / "multicall.vy").read_text()
    code: str = vyper.compile_code(source, output_formats=["bytecode_runtime"])["bytecode_runtime"]
    return code


@pytest.mark.parametrize("way", ["multicall", "batch", "single"])
async def test_what_stands_at_many_addresses_is_asked_at_once_where_that_is_possible(
    chain: EvmChain, world: World, proxied: Proxy, way: str
) -> None:
    await world.pay(7)
    await world.pay(5, OTHER, token="ETH")
    if way == "multicall":
        await world.local.ask("anvil_setCode", MULTICALL, _multicall())
    proxied.knows_batches = way == "batch"
    here = account(proxied.url)
    await chain.head(here)
    proxied.heard.clear()
    found = await chain.balances(here, [SHOP, OTHER, *NOBODY])
    assert {key: value for key, value in found.items() if value} == {(SHOP, TOKEN): 7, (OTHER, ""): 5}
    assert len(found) == 2 * (2 + len(NOBODY))
    if way == "multicall":
        assert proxied.methods() == ["eth_getCode", "eth_call"]


async def test_a_multicall_that_a_node_will_not_carry_out_is_asked_for_one_by_one(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    await world.pay(7)
    await world.local.ask("anvil_setCode", MULTICALL, _multicall())

    def refuse(call: Call) -> Any:
        wide = call["method"] == "eth_call" and call["params"][0]["to"] == MULTICALL
        return {"error": {"code": -32000, "message": "out of gas"}} if wide else None

    proxied.twist = refuse
    assert (await chain.balances(account(proxied.url), [SHOP, OTHER]))[SHOP, TOKEN] == 7


async def test_what_came_is_found_where_the_balance_grew(chain: EvmChain, world: World, proxied: Proxy) -> None:
    await world.local.mine(50)
    first = await world.pay(7)
    await world.local.mine(60)
    second = await world.pay(8)
    coin = await world.pay(9, token="ETH")
    await world.local.mine(60)
    here, head = account(proxied.url, log_range="10"), await world.local.head()
    found = await chain.arrivals(here, SHOP, TOKEN, 1, head)
    assert sorted((one.transaction, one.amount) for one in found) == sorted([(first, 7), (second, 8)])
    assert proxied.methods().count("eth_getLogs") == 2
    (native,) = await chain.arrivals(here, SHOP, "", 1, head)
    assert (native.transaction, native.log, native.amount) == (coin, NATIVE_LOG, 9)


async def test_a_node_without_old_states_is_asked_for_the_logs(chain: EvmChain, world: World, proxied: Proxy) -> None:
    hash_ = await world.pay(7)
    await world.local.mine(40)

    def forgets(call: Call) -> Any:
        old = call["method"] in ("eth_call", "eth_getBalance") and call["params"][1] != "latest"
        return {"error": {"code": -32000, "message": "missing trie node"}} if old else None

    proxied.twist = forgets
    here, head = account(proxied.url), await world.local.head()
    assert [one.transaction for one in await chain.arrivals(here, SHOP, TOKEN, 0, head)] == [hash_]
    assert await chain.arrivals(here, SHOP, "", 0, head) == []


async def test_coins_that_a_contract_passed_on_show_in_the_balance_only(chain: EvmChain, world: World) -> None:
    await world.act("pass_on(address)", SHOP, value=9)
    here, head = account(world.local.url), await world.local.head()
    assert (await chain.balances(here, [SHOP]))[SHOP, ""] == 9
    assert await chain.arrivals(here, SHOP, "", 0, head) == []
