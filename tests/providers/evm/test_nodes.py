"""Several nodes, and nodes that refuse, lag or lie: who is asked, who is believed, and what is raised."""

from typing import Any

import pytest

from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.payment import Account
from gerbang.providers.evm.chain import EvmChain
from gerbang.sandbox.chain.local import LocalChain
from tests.anvil import local_chain, needs_anvil
from tests.providers.evm.proxy import Call, Proxy, proxy
from tests.providers.evm.world import OTHER, SHOP, World, account

pytestmark = needs_anvil
NOBODY = "http://127.0.0.1:9"


def refusing(method: str, **error: Any) -> Any:
    return lambda call: {"error": error} if call["method"] == method else None


def at_most(blocks: int, message: str, code: int = -32000) -> Any:
    """A node whose plan allows so many blocks a question."""

    def twist(call: Call) -> Any:
        if call["method"] != "eth_getLogs":
            return None
        asked = call["params"][0]
        span = int(asked["toBlock"], 16) - int(asked["fromBlock"], 16) + 1
        return {"error": {"code": code, "message": message}} if span > blocks else None

    return twist


async def test_a_dead_first_node_is_passed_over_and_the_next_is_asked_first_from_then_on(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    both = account(NOBODY, proxied.url)
    assert (await chain.head(both)).number == await world.local.head()
    proxied.heard.clear()
    await chain.head(both)
    assert proxied.methods() == ["eth_getBlockByNumber"] * 2


async def test_nobody_there_is_unreachable(chain: EvmChain) -> None:
    with pytest.raises(Unreachable):
        await chain.head(account(NOBODY))


async def test_a_node_of_another_chain_is_worth_nothing(chain: EvmChain, world: World) -> None:
    async with local_chain(chain_id=1) as wrong:
        with pytest.raises(ProviderRefused) as refused:
            await chain.head(account(wrong.url))
        assert "chain 1," in refused.value.detail
        assert "chain 8453" in refused.value.detail
        assert refused.value.hint
        assert (await chain.head(account(wrong.url, world.local.url))).number == await world.local.head()


async def test_the_chain_is_proven_at_first_use_and_again_after_a_failure(
    chain: EvmChain, local: LocalChain, proxied: Proxy
) -> None:
    here = account(proxied.url)
    await chain.head(here)
    await chain.head(here)
    assert proxied.methods().count("eth_chainId") == 1
    proxied.status, proxied.twist = 500, lambda _: b"gateway"
    with pytest.raises(OutcomeUnknown):
        await chain.head(here)
    proxied.status, proxied.twist = 200, lambda call: {"result": "0x1"} if call["method"] == "eth_chainId" else None
    with pytest.raises(ProviderRefused):
        await chain.head(here)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("query returned more than 10000 results", -32000),
        ("limit exceeded", -32005),
        ("Too many results", -32602),
        ("eth_getLogs block range is limited", -32000),
    ],
)
async def test_a_range_that_is_too_much_is_halved_until_it_is_taken(
    chain: EvmChain, world: World, proxied: Proxy, message: str, code: int
) -> None:
    for amount in (1, 2, 3):
        await world.pay(amount)
        await world.local.mine(5)
    proxied.twist = at_most(2, message, code)
    found = (await chain.transfers(account(proxied.url), [SHOP], 0, await world.local.head())).transfers
    assert [one.amount for one in found] == [1, 2, 3]


async def test_the_plans_range_saves_the_refusals(chain: EvmChain, world: World, proxied: Proxy) -> None:
    await world.pay(1)
    proxied.twist = at_most(2, "block range exceeded")
    narrow = account(proxied.url, log_range="2", assets="USDC")
    head = await world.local.head()
    assert len((await chain.transfers(narrow, [SHOP], 0, head)).transfers) == 1
    assert proxied.methods().count("eth_getLogs") == head // 2 + 1


async def test_one_block_with_too_much_in_it_is_asked_for_half_the_addresses(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    def few(call: Call) -> Any:
        if call["method"] == "eth_getLogs" and len(call["params"][0]["topics"][2]) > 1:
            return {"error": {"code": -32005, "message": "too many results"}}
        return None

    await world.pay(1)
    await world.pay(2, OTHER)
    proxied.twist = few
    found = (await chain.transfers(account(proxied.url), [SHOP, OTHER], 0, await world.local.head())).transfers
    assert [one.amount for one in found] == [1, 2]


async def test_an_answer_over_the_limit_is_halved_too(chain: EvmChain, world: World, proxied: Proxy) -> None:
    await world.pay(1)
    head = await world.local.head()

    def long(call: Call) -> Any:
        wide = (
            call["method"] == "eth_getLogs"
            and call["params"][0]["fromBlock"] == "0x0"
            and call["params"][0]["toBlock"] == hex(head)
        )
        return b" " * (16 << 20 | 1) if wide else None

    proxied.twist = long
    assert [one.amount for one in (await chain.transfers(account(proxied.url), [SHOP], 0, head)).transfers] == [1]


async def test_a_node_without_batches_is_asked_one_by_one(chain: EvmChain, world: World, proxied: Proxy) -> None:
    await world.pay(1)
    proxied.knows_batches = False
    assert len((await chain.transfers(account(proxied.url), [SHOP], 0, await world.local.head())).transfers) == 1


async def test_a_node_that_refuses_the_tag_knows_of_nothing_final(
    chain: EvmChain, local: LocalChain, proxied: Proxy
) -> None:
    proxied.twist = lambda call: (
        {"error": {"code": -32602, "message": "unknown block tag"}} if "finalized" in call["params"] else None
    )
    assert (await chain.head(account(proxied.url))).finalized is None


async def test_a_node_that_calls_its_newest_block_final_knows_of_nothing_final(
    chain: EvmChain, local: LocalChain, proxied: Proxy
) -> None:
    latest = await local.ask("eth_getBlockByNumber", "latest", False)
    proxied.twist = lambda call: {"result": latest} if "finalized" in call["params"] else None
    assert (await chain.head(account(proxied.url))).finalized is None


async def test_a_lagging_node_does_not_hide_what_another_has_shown(
    chain: EvmChain, world: World, proxied: Proxy
) -> None:
    hash_ = await world.pay(1)
    head = await world.local.head()
    behind = {
        "eth_blockNumber": {"result": hex(head - 3)},
        "eth_getTransactionReceipt": {"result": None},
        "eth_getLogs": {"result": []},
    }
    proxied.twist = lambda call: behind.get(call["method"])
    await chain.head(account(world.local.url))
    lagging = account(proxied.url)
    with pytest.raises(OutcomeUnknown):
        await chain.receipt(lagging, hash_)
    with pytest.raises(OutcomeUnknown):
        await chain.transfers(lagging, [SHOP], 0, head)
    assert await chain.receipt(account(proxied.url, world.local.url), hash_) is not None


async def test_a_large_sum_needs_two_nodes_that_say_the_same(chain: EvmChain, world: World, proxied: Proxy) -> None:
    hash_ = await world.pay(1)
    both = account(world.local.url, proxied.url)
    agreed = await chain.receipt(both, hash_, agreed=True)
    assert agreed == await chain.receipt(both, hash_)
    proxied.twist = lambda call: {"result": None} if call["method"] == "eth_getTransactionReceipt" else None
    with pytest.raises(OutcomeUnknown):
        await chain.receipt(both, hash_, agreed=True)


async def test_one_node_alone_cannot_agree(chain: EvmChain, base: Account, world: World) -> None:
    with pytest.raises(OutcomeUnknown):
        await chain.receipt(base, await world.pay(1), agreed=True)
    with pytest.raises(OutcomeUnknown):
        await chain.receipt(account(world.local.url, NOBODY), await world.pay(1), agreed=True)


async def test_two_nodes_of_different_chains_are_a_wrong_set_up(chain: EvmChain, world: World) -> None:
    async with local_chain(chain_id=1) as wrong:
        with pytest.raises(ProviderRefused):
            await chain.receipt(account(world.local.url, wrong.url), await world.pay(1), agreed=True)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, ProviderRefused), (403, ProviderRefused), (429, OutcomeUnknown), (502, OutcomeUnknown)]
)
async def test_what_a_gateway_says_instead_of_the_node(
    chain: EvmChain, local: LocalChain, proxied: Proxy, status: int, kind: type[Exception]
) -> None:
    proxied.status, proxied.twist = status, lambda _: b"<html>"
    with pytest.raises(kind):
        await chain.head(account(proxied.url))


@pytest.mark.parametrize(
    "said",
    [b"", b"[]", b"{}", b'{"id":1,"result":5}', b'{"id":1,"result":"0xzz"}', b'{"id":7,"result":"0x2105"}', b"\xff"],
)
async def test_rubbish_is_no_answer(chain: EvmChain, local: LocalChain, proxied: Proxy, said: bytes) -> None:
    proxied.twist = lambda _: said
    with pytest.raises((OutcomeUnknown, ProviderRefused)):
        await chain.head(account(proxied.url))


async def test_the_key_goes_into_the_address_and_into_no_message(
    chain: EvmChain, local: LocalChain, proxied: Proxy, http: Http
) -> None:
    here = account(proxied.url + "/v2/{rpc_key}")
    await chain.head(here)
    assert set(proxied.paths) == {"/v2/k3y"}
    proxied.status, proxied.twist = 401, lambda _: b"k3y is wrong"
    with pytest.raises(ProviderRefused) as refused:
        await chain.head(here)
    assert "k3y" not in f"{refused.value.detail}{refused.value.hint}"


async def test_two_proxies_do_not_share_a_proof(chain: EvmChain, local: LocalChain, proxied: Proxy) -> None:
    async with proxy(local.url) as second:
        await chain.head(account(proxied.url))
        await chain.head(account(second.url))
        assert "eth_chainId" in second.methods()
