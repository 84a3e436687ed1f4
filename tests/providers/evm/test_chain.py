"""What a chain adapter must see and must not believe, on a real node: the attacks of the on-chain notes, one test each."""

import pytest

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.chain import NATIVE_LOG, Transfer
from gerbang.ports.payment import Account
from gerbang.providers.evm.chain import EvmChain
from gerbang.sandbox.chain.local import FAKE, USDC
from tests.anvil import needs_anvil
from tests.providers.evm.world import OTHER, SHOP, World

pytestmark = needs_anvil


async def seen(chain: EvmChain, account: Account, world: World, *recipients: str) -> list[Transfer]:
    """Everything that ever came to these addresses."""
    return list((await chain.transfers(account, recipients or (SHOP,), 0, await world.local.head())).transfers)


async def test_a_transfer_is_seen_with_all_that_names_it(chain: EvmChain, base: Account, world: World) -> None:
    hash_ = await world.pay(12_500_000)
    (transfer,) = await seen(chain, base, world)
    receipt = await world.receipt(hash_)
    assert (transfer.transaction, transfer.contract, transfer.recipient) == (hash_, USDC.lower(), SHOP)
    assert (transfer.amount, transfer.sender) == (12_500_000, world.local.wallet.lower())
    assert (transfer.block, transfer.block_hash) == (int(receipt["blockNumber"], 16), receipt["blockHash"])
    assert transfer.at.tzinfo is not None
    network = chain.network(base)
    assert (asset := network.asset(transfer.contract)) is not None
    assert (asset.symbol, asset.decimals) == ("USDC", 6)


async def test_only_what_came_to_our_addresses_in_these_blocks_is_told(
    chain: EvmChain, base: Account, world: World
) -> None:
    await world.pay(1)
    await world.pay(2, OTHER)
    head = await world.local.head()
    await world.pay(3)
    assert [one.amount for one in await seen(chain, base, world)] == [1, 3]
    assert [
        one.amount for one in (await chain.transfers(base, [SHOP.upper().replace("X", "x")], 0, head)).transfers
    ] == [1]
    assert [one.amount for one in (await chain.transfers(base, [SHOP, OTHER], 0, head)).transfers] == [1, 2]
    assert not (await chain.transfers(base, [], 0, head)).transfers
    assert not (await chain.transfers(base, [SHOP], head, head - 1)).transfers


async def test_a_look_alike_token_is_seen_as_the_foreign_contract_that_it_is(
    chain: EvmChain, base: Account, world: World
) -> None:
    await world.pay(5_000_000, token="FAKE")
    (transfer,) = await seen(chain, base, world)
    assert transfer.contract == FAKE.lower()
    assert chain.network(base).asset(transfer.contract) is None


async def test_a_foreign_transfer_between_two_real_ones_of_one_transaction_is_told_apart(
    chain: EvmChain, base: Account, world: World
) -> None:
    await world.act("approve(address,uint256)", world.odd, 100)
    hash_ = await world.act("pay_two(address,address,address,uint256)", USDC, SHOP, OTHER, 7)
    mine = await seen(chain, base, world)
    assert [(one.contract == USDC.lower(), one.amount) for one in mine] == [(True, 7), (False, 7)]
    both = await seen(chain, base, world, SHOP, OTHER)
    assert len({(one.transaction, one.log) for one in both}) == 3
    assert {one.transaction for one in both} == {hash_}
    receipt = await chain.receipt(base, hash_)
    assert receipt is not None
    assert list(receipt.transfers) == both


async def test_a_transfer_of_nothing_is_ignored(chain: EvmChain, base: Account, world: World) -> None:
    await world.pay(0)
    await world.pay(0, token="ETH")
    assert not await seen(chain, base, world)


async def test_a_reverted_transaction_moved_nothing(chain: EvmChain, base: Account, world: World) -> None:
    hash_ = await world.raw(to=world.odd, data="0xdeadbeef", value=hex(5))
    receipt = await chain.receipt(base, hash_)
    assert receipt is not None
    assert (receipt.succeeded, receipt.transfers) == (False, ())
    assert not await seen(chain, base, world, world.odd)


async def test_what_arrived_counts_and_not_what_was_asked_for(chain: EvmChain, base: Account, world: World) -> None:
    await world.act("with_fee(address,uint256)", SHOP, 1_000)
    assert [one.amount for one in await seen(chain, base, world)] == [900]


async def test_logs_that_only_begin_like_a_transfer_are_ignored(chain: EvmChain, base: Account, world: World) -> None:
    hash_ = await world.act("malformed(address)", SHOP)
    assert len((await world.receipt(hash_))["logs"]) == 4
    assert not await seen(chain, base, world)


async def test_coins_are_seen_by_their_transaction_and_not_by_a_log(
    chain: EvmChain, base: Account, world: World
) -> None:
    hash_ = await world.pay(10**15, token="ETH")
    (transfer,) = await seen(chain, base, world)
    assert (transfer.transaction, transfer.log, transfer.contract) == (hash_, NATIVE_LOG, "")
    assert (transfer.amount, transfer.recipient) == (10**15, SHOP)


async def test_coins_that_are_no_asset_of_the_connection_are_not_looked_for(
    chain: EvmChain, base: Account, world: World
) -> None:
    await world.pay(10**15, token="ETH")
    usdc_only = Account(base.connection, False, {**base.settings, "assets": "USDC"}, {})
    assert not await seen(chain, usdc_only, world)


async def test_coins_that_a_contract_passes_on_do_not_show_as_the_readme_says(
    chain: EvmChain, base: Account, world: World
) -> None:
    await world.act("pass_on(address)", SHOP, value=9)
    assert int(await world.local.ask("eth_getBalance", SHOP, "latest"), 16) == 9
    assert not await seen(chain, base, world)


async def test_an_unknown_and_a_waiting_transaction_have_no_receipt(
    chain: EvmChain, base: Account, world: World
) -> None:
    assert await chain.receipt(base, "0x" + "00" * 32) is None
    await world.local.ask("evm_setAutomine", False)
    hash_ = await world.local.ask("eth_sendTransaction", {"from": world.local.wallet, "to": SHOP, "value": "0x1"})
    assert await chain.receipt(base, hash_) is None
    await world.local.ask("evm_mine")
    receipt = await chain.receipt(base, hash_)
    assert receipt is not None
    assert receipt.succeeded


async def test_a_replacement_has_another_hash_and_is_found_by_its_recipient(
    chain: EvmChain, base: Account, world: World
) -> None:
    await world.local.ask("evm_setAutomine", False)
    nonce = await world.local.ask("eth_getTransactionCount", world.local.wallet, "latest")
    slow = {
        "from": world.local.wallet,
        "to": SHOP,
        "value": "0x5",
        "nonce": nonce,
        "maxFeePerGas": hex(3 * 10**9),
        "maxPriorityFeePerGas": "0x1",
    }
    first = await world.local.ask("eth_sendTransaction", slow)
    second = await world.local.ask(
        "eth_sendTransaction", slow | {"maxFeePerGas": hex(9 * 10**9), "maxPriorityFeePerGas": hex(2 * 10**9)}
    )
    await world.local.ask("evm_mine")
    assert await chain.receipt(base, first) is None
    assert [one.transaction for one in await seen(chain, base, world)] == [second]


async def test_a_reorg_that_moves_a_transfer_keeps_its_name_and_changes_its_block(
    chain: EvmChain, base: Account, world: World
) -> None:
    await world.act("approve(address,uint256)", world.odd, 100)
    await world.act("pay_two(address,address,address,uint256)", USDC, OTHER, SHOP, 7)
    (before,) = await seen(chain, base, world)
    await world.local.reorg(1, again=True)
    (after,) = await seen(chain, base, world)
    assert (before.transaction, before.log, before.amount) == (after.transaction, after.log, after.amount)
    assert (after.block, before.block_hash == after.block_hash) == (before.block + 1, False)


async def test_a_reorg_that_drops_a_transfer_leaves_nothing(chain: EvmChain, base: Account, world: World) -> None:
    hash_ = await world.pay(7)
    await world.local.mine(3)
    await world.local.reorg(4, again=False)
    assert await chain.receipt(base, hash_) is None
    assert not await seen(chain, base, world)


async def test_the_head_says_how_far_and_what_is_final(chain: EvmChain, base: Account, world: World) -> None:
    await world.local.mine(5)
    head = await chain.head(base)
    assert (head.number, head.finalized) == (await world.local.head(), head.number - 2)


async def test_blocks_that_are_not_there_yet_are_no_empty_answer(chain: EvmChain, base: Account, world: World) -> None:
    head = await world.local.head()
    with pytest.raises(OutcomeUnknown):
        await chain.transfers(base, [SHOP], head, head + 1)
