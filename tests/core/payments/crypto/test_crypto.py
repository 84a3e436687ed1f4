"""Crypto on a real node: what came to a deposit address is seen, counted when it is deep enough, and taken back when the chain does.

Blocks come only when a test asks. Every story ends with the books compared (`verify`) and the ledger's lines as the chart says.
"""

import msgspec
import pytest

from gerbang.base import ids
from gerbang.core.payments.crypto.rates import NoRate
from gerbang.core.payments.model import (
    MethodChoice,
    MethodUnavailable,
    PaymentStatus,
)
from gerbang.ports.payment import Method
from tests import demo_accounts
from tests.anvil import needs_anvil
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.crypto_world import ETH, EXCHANGE, WALLET, CryptoWorld, asked_now, shown_by

pytestmark = needs_anvil


async def test_a_transfer_counts_when_it_is_deep_enough_and_the_books_hold_asset_and_price(
    crypto_world: CryptoWorld,
) -> None:
    details = await crypto_world.ask()
    assert shown_by(details).amount == "48500000"
    hash_ = await crypto_world.send(details)
    await crypto_world.core.watcher.look()
    assert await crypto_world.status(details) == "pending"
    (seen,) = await crypto_world.core.payments.chain(details.payment.id)
    assert (seen.transfer.transaction, seen.verdict, seen.confirmations, seen.required) == (hash_, "waits", 1, 2)
    await crypto_world.mine()
    paid = await crypto_world.now(details)
    assert (paid.payment.status, paid.payment.late, paid.attempts[0].received) == (
        PaymentStatus.PAID,
        False,
        48_500_000,
    )
    assert await crypto_world.moved(details.payment.id) == {
        (WALLET, EXCHANGE, "USDC"): 48_500_000,
        (EXCHANGE, "sales", "USD"): 4_850,
    }


async def test_every_attempt_has_an_address_of_its_own(crypto_world: CryptoWorld) -> None:
    addresses = [(await crypto_world.ask()).attempts[0].provider_reference for _ in range(5)]
    assert len(set(addresses)) == 5


async def test_the_owners_wallet_is_told_every_address_and_its_path(crypto_world: CryptoWorld) -> None:
    shown = [shown_by(await crypto_world.ask()).address for _ in range(2)]
    await crypto_world.send(await crypto_world.ask(), amount="7000000")
    await crypto_world.mine()
    deposits = await crypto_world.core.watcher.deposits()
    assert [one.address for one in deposits][:2] == shown
    assert [(one.number, one.path, one.received) for one in deposits] == [
        (0, "0/0", "0"),
        (1, "0/1", "0"),
        (2, "0/2", "7000000"),
    ]


async def test_two_parts_make_a_whole(crypto_world: CryptoWorld) -> None:
    """Attack 14: less in two transactions."""
    details = await crypto_world.ask()
    await crypto_world.send(details, amount="20000000")
    await crypto_world.mine()
    part = await crypto_world.now(details)
    assert (part.payment.status, part.payment.amount_captured) == (PaymentStatus.PART_PAID, 2_000)
    asked = asked_now(part)
    assert asked.amount == "28500000"
    assert asked.uri.endswith("&uint256=28500000")
    await crypto_world.send(details, amount=asked.amount)
    await crypto_world.mine()
    assert await crypto_world.status(details) == "paid"
    assert await crypto_world.moved(details.payment.id) == {
        (WALLET, EXCHANGE, "USDC"): 48_500_000,
        (EXCHANGE, "sales", "USD"): 4_850,
    }


async def test_what_was_seen_and_does_not_count_yet_is_not_asked_for_again(crypto_world: CryptoWorld) -> None:
    details = await crypto_world.ask()
    await crypto_world.send(details, amount="20000000")
    await crypto_world.core.watcher.look()
    seen = await crypto_world.now(details)
    assert (seen.payment.status, asked_now(seen).amount) == (PaymentStatus.PENDING, "28500000")
    await crypto_world.reorg(1, keep=False)
    assert asked_now(await crypto_world.now(details)).amount == "48500000"


async def test_a_reorg_that_takes_a_part_back_asks_for_the_whole_again(crypto_world: CryptoWorld) -> None:
    details = await crypto_world.ask()
    await crypto_world.send(details, amount="20000000")
    await crypto_world.mine()
    assert asked_now(await crypto_world.now(details)).amount == "28500000"
    await crypto_world.reorg(3, keep=False)
    assert asked_now(await crypto_world.now(details)).amount == "48500000"


async def test_the_next_attempt_asks_for_the_rest_and_together_they_pay(crypto_world: CryptoWorld) -> None:
    details = await crypto_world.ask()
    await crypto_world.send(details, amount="20000000")
    await crypto_world.mine()
    again = (
        await crypto_world.core.payments.add_attempt(OPERATOR, details.payment.id, ETH, crypto_world.key())
    ).details
    second = again.attempts[-1]
    assert second.amount == 2_850
    await crypto_world.send(again, token="ETH")
    await crypto_world.mine()
    paid = await crypto_world.now(details)
    assert (paid.payment.status, paid.payment.amount_excess) == (PaymentStatus.PAID, 0)


async def test_a_surplus_stands_to_the_payers_credit(crypto_world: CryptoWorld) -> None:
    details = await crypto_world.ask()
    await crypto_world.send(details, amount="50000000")
    await crypto_world.mine()
    paid = await crypto_world.now(details)
    assert (paid.payment.status, paid.payment.amount_excess) == (PaymentStatus.PAID, 150)
    assert (await crypto_world.moved(details.payment.id))[EXCHANGE, "payer_credit", "USD"] == 150


async def test_a_fake_token_and_an_empty_transfer_are_shown_and_never_count(crypto_world: CryptoWorld) -> None:
    """Attacks 1 to 3: a perfect Transfer of a look-alike, and one of nothing."""
    details = await crypto_world.ask()
    await crypto_world.send(details, token="FAKE")
    await crypto_world.send(details, amount="0")
    await crypto_world.mine(3)
    assert await crypto_world.status(details) == "pending"
    verdicts = {one.verdict for one in await crypto_world.core.payments.chain(details.payment.id)}
    assert verdicts == {"unknown_token"}
    assert await crypto_world.moved(details.payment.id) == {}


async def test_the_coin_instead_of_the_token_is_held_for_a_person(crypto_world: CryptoWorld) -> None:
    """Attack 8's kin: something of worth, and not what was asked for."""
    details = await crypto_world.ask()
    await crypto_world.send(details, token="ETH", amount="1000000000000000")
    await crypto_world.mine()
    held = await crypto_world.now(details)
    assert held.payment.status is PaymentStatus.HELD
    failure = held.attempts[0].failure
    assert failure is not None
    assert "ETH came on base; asked for was USDC on base" in failure.detail
    assert await crypto_world.moved(details.payment.id) == {}


async def test_the_coin_is_taken_where_it_was_asked_for(crypto_world: CryptoWorld) -> None:
    details = await crypto_world.ask(choice=ETH)
    assert shown_by(details).amount == "19400000000000000"
    await crypto_world.send(details, token="ETH")
    await crypto_world.mine()
    assert await crypto_world.status(details) == "paid"
    assert (await crypto_world.moved(details.payment.id))[
        "wallet:base:ETH", "exchange:ETH", "ETH"
    ] == 19_400_000_000_000_000


@pytest.mark.parametrize("depth", [1, 2, 3])
async def test_a_reorg_that_drops_the_transfer_takes_the_money_back(crypto_world: CryptoWorld, depth: int) -> None:
    """Attack 11: gone. Reversing lines, pending again, never a deleted row."""
    details = await crypto_world.ask()
    await crypto_world.send(details)
    await crypto_world.mine(depth)
    was_paid = await crypto_world.status(details) == "paid"
    assert was_paid is (depth >= 1)
    await crypto_world.reorg(depth + 1, keep=False)
    taken_back = await crypto_world.now(details)
    failure = taken_back.attempts[0].failure
    assert (taken_back.payment.status, failure and failure.code) == (PaymentStatus.PENDING, "transfer_dropped")
    assert taken_back.attempts[0].expires_at == details.attempts[0].expires_at
    assert await crypto_world.moved(details.payment.id) == {}
    (gone,) = await crypto_world.core.payments.chain(details.payment.id)
    assert gone.verdict == "gone"
    async with crypto_world.core.db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM announcements WHERE type = 'payment.retracted'") == 1
    await crypto_world.send(details)  # the payer sends it again
    await crypto_world.mine()
    again = await crypto_world.now(details)
    assert (again.payment.status, again.attempts[0].failure) == (PaymentStatus.PAID, None)


@pytest.mark.parametrize("depth", [1, 2, 3])
async def test_a_reorg_that_moves_the_transfer_counts_its_depth_anew_and_the_money_once(
    crypto_world: CryptoWorld, depth: int
) -> None:
    """Attack 11: moved."""
    details = await crypto_world.ask()
    await crypto_world.send(details)
    await crypto_world.mine(depth)
    await crypto_world.reorg(depth + 1, keep=True)
    await crypto_world.mine(2)
    paid = await crypto_world.now(details)
    assert (paid.payment.status, paid.payment.amount_captured, paid.payment.amount_excess) == (
        PaymentStatus.PAID,
        4_850,
        0,
    )
    assert await crypto_world.moved(details.payment.id) == {
        (WALLET, EXCHANGE, "USDC"): 48_500_000,
        (EXCHANGE, "sales", "USD"): 4_850,
    }


async def test_money_after_the_quote_is_over_is_late_and_worth_what_the_payer_was_shown(
    crypto_world: CryptoWorld,
) -> None:
    """Attack 7: after expiry."""
    details = await crypto_world.ask()
    await crypto_world.advance(1_000)
    await crypto_world.mine()
    assert await crypto_world.status(details) == "expired"
    await crypto_world.send(details)
    await crypto_world.mine()
    paid = await crypto_world.now(details)
    assert (paid.payment.status, paid.payment.late, paid.payment.amount_captured) == (PaymentStatus.PAID, True, 4_850)


async def test_two_logs_of_one_transaction_pay_two_payments_each_once(crypto_world: CryptoWorld) -> None:
    """Attack 5: what names a transfer is its log, and one look after another credits it once."""
    one, other = await crypto_world.ask(), await crypto_world.ask()
    await crypto_world.send(one)
    await crypto_world.send(other)
    for _ in range(4):
        await crypto_world.mine()
    for details in (one, other):
        paid = await crypto_world.now(details)
        assert (paid.payment.status, paid.payment.amount_captured) == (PaymentStatus.PAID, 4_850)


async def test_killed_between_look_and_credit_it_is_credited_once(crypto_world: CryptoWorld) -> None:
    details = await crypto_world.ask()
    await crypto_world.send(details)
    await crypto_world.control("chain/mine", blocks=1)
    async with (
        crypto_world.owner.transaction() as tx
    ):  # what was seen cannot be written: the look ends in the middle, as by a kill
        await tx.execute("LOCK TABLE chain_transfers IN EXCLUSIVE MODE")
        await crypto_world.core.watcher.look()
    assert await crypto_world.status(details) == "pending"
    for _ in range(3):
        await crypto_world.core.watcher.look()
    paid = await crypto_world.now(details)
    assert (paid.payment.status, paid.payment.amount_captured) == (PaymentStatus.PAID, 4_850)


async def test_while_the_node_is_away_nothing_is_concluded(crypto_world: CryptoWorld) -> None:
    details = await crypto_world.ask()
    await crypto_world.send(details)
    connection = await crypto_world.core.connections.get(demo_accounts.WALLET)
    away = {**connection.settings, "rpc_urls": "http://127.0.0.1:9"}
    await crypto_world.core.connections.update("t", demo_accounts.WALLET, settings=away, secrets={}, enabled=True)
    await crypto_world.advance(1_000)
    await crypto_world.core.watcher.look()
    assert await crypto_world.status(details) == "pending"
    await crypto_world.core.connections.update(
        "t", demo_accounts.WALLET, settings=connection.settings, secrets={}, enabled=True
    )
    await crypto_world.mine()
    assert await crypto_world.status(details) == "paid"


async def test_prices_in_rupiah_are_not_paid_in_crypto(crypto_world: CryptoWorld) -> None:
    with pytest.raises(MethodUnavailable) as refused:
        await crypto_world.ask(150_000, "IDR")
    assert "IDR" in refused.value.detail
    assert [offer.method for offer in await crypto_world.core.payments.methods(150_000, "IDR") if offer.assets] == []


async def test_without_a_rate_there_is_no_quote_and_no_guess(crypto_world: CryptoWorld) -> None:
    with pytest.raises(NoRate):
        await crypto_world.ask(4_850, "EUR")


async def test_a_choice_names_asset_and_network(crypto_world: CryptoWorld) -> None:
    for options in (
        {},
        {"asset": "USDC"},
        {"asset": "USDC", "network": "ethereum"},
        {"asset": "DOGE", "network": "base"},
    ):
        with pytest.raises(MethodUnavailable) as refused:
            await crypto_world.ask(choice=MethodChoice(Method.CRYPTO, options))
        assert refused.value.errors[0].pointer == "/method_options/asset"
    (offer,) = [one for one in await crypto_world.core.payments.methods(4_850, "USD") if one.assets]
    assert [(one.asset, one.network, one.amount) for one in offer.assets] == [
        ("USDC", "base", 48_500_000),
        ("ETH", "base", 19_400_000_000_000_000),
    ]


async def test_the_trail_names_hash_amount_and_verdict(crypto_world: CryptoWorld) -> None:
    details = await crypto_world.ask()
    hash_ = await crypto_world.send(details)
    await crypto_world.mine()
    (moved,) = [
        one
        for one in await crypto_world.core.payments.timeline(details.payment.id)
        if one.kind == "payment.moved" and one.detail.get("source") == "chain"
    ]
    assert msgspec.json.decode(msgspec.json.encode(moved.detail))["seen"][0]["transaction"] == hash_
    assert ids.show("att", details.attempts[0].id) == moved.detail["attempt"]
