"""Crypto in the books: a price in an asset, and what is given back leaves the wallet that it came into."""

import pytest

from gerbang.core.payments.model import BadDestination, CryptoAmount, Destination, RefundStatus
from tests.anvil import needs_anvil
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.crypto_world import ETH, EXCHANGE, WALLET, CryptoWorld, shown_by

pytestmark = needs_anvil


async def test_a_price_in_an_asset_is_asked_for_as_it_is_and_counted_in_it(crypto_world: CryptoWorld) -> None:
    details = await crypto_world.ask(12_345_678, "USDC")
    assert (shown_by(details).amount, details.attempts[0].quote.rate) == ("12345678", "1")  # type: ignore[union-attr]  # ask() saw it
    await crypto_world.send(details)
    await crypto_world.mine()
    assert await crypto_world.status(details) == "paid"
    refund = (
        await crypto_world.core.payments.refund(OPERATOR, details.payment.id, 345_678, "half", None, crypto_world.key())
    ).refund
    await crypto_world.core.payments.settle_refund(OPERATOR, refund.id, "0x1")
    assert await crypto_world.moved(details.payment.id) == {
        (WALLET, EXCHANGE, "USDC"): 12_000_000,
        (EXCHANGE, "sales", "USDC"): 12_345_678,
        ("refunds", "refunds_payable", "USDC"): 345_678,
        ("refunds_payable", EXCHANGE, "USDC"): 345_678,
    }


async def test_what_is_given_back_leaves_the_wallet_it_came_into(crypto_world: CryptoWorld) -> None:
    """In parts that do not divide evenly: together they are all that came."""
    details = await crypto_world.ask(3, choice=ETH)
    await crypto_world.send(details, token="ETH")
    await crypto_world.mine()
    payments, sent = crypto_world.core.payments, int(shown_by(details).amount)
    for amount, due in ((1, sent // 3), (None, sent - sent // 3)):
        refund = (
            await payments.refund(OPERATOR, details.payment.id, amount, "returned", None, crypto_world.key())
        ).refund
        assert refund.status is RefundStatus.AWAITING_TRANSFER
        assert await payments.coins_of(refund) == CryptoAmount("base", "ETH", due)
        with pytest.raises(BadDestination):
            await payments.name_destination(OPERATOR, refund.id, Destination("BCA", "0341882288", "Sari"))
        await payments.name_destination(OPERATOR, refund.id, Destination("", shown_by(details).address.lower(), ""))
        (named,) = await payments.destinations_of(refund.id)
        assert (named.to.account, named.named_by) == (shown_by(details).address, OPERATOR.label)
        await payments.settle_refund(OPERATOR, refund.id, f"0x{due:064x}", 1)
    assert await crypto_world.status(details) == "refunded"
    assert await crypto_world.moved(details.payment.id) == {
        ("exchange:ETH", "sales", "USD"): 3,
        ("refunds", "refunds_payable", "USD"): 3,
        ("refunds_payable", "exchange:ETH", "USD"): 3,
    }
