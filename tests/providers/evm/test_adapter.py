"""The own wallet as a payment provider: what it declares, and what a submission shows the payer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from gerbang.base import ids
from gerbang.base.http import ProviderRefused, Unreachable
from gerbang.base.money import Money
from gerbang.ports.facts import Accepted, Declined
from gerbang.ports.next_action import DisplayCrypto
from gerbang.ports.payment import (
    Account,
    Lookup,
    Method,
    Payer,
    Quote,
    RefundRequest,
    Submission,
    SubmissionEffect,
    SubmittedAttempt,
)
from gerbang.providers.evm.adapter import EvmPayments
from gerbang.providers.evm.chain import EvmChain
from gerbang.sandbox.chain.local import USDC, LocalChain, transfer
from tests.anvil import local_chain, needs_anvil
from tests.providers.evm.proxy import Proxy
from tests.providers.evm.world import account

NOW = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=30)
FIRST = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


def submission(asset: str = "USDC", amount: str = "12500000", network: str = "base", number: int = 0) -> Submission:
    decimals = 18 if asset == "ETH" else 6
    quote = Quote(
        asset=asset,
        network=network,
        decimals=decimals,
        amount=amount,
        rate="1",
        source="fixed",
        spread_bp=0,
        tolerance="0",
        holder=f"wallet:{network}:{asset}",
        locked_at=NOW,
        expires_at=UNTIL,
    )
    return Submission(
        attempt=ids.new(),
        reference="att_1",
        payment="pay_1",
        method=Method.CRYPTO,
        options={"asset": asset, "network": network},
        amount=Money(1_250, "USD"),
        description="Kopi",
        payer=Payer(),
        return_url="",
        expires_at=UNTIL,
        now=NOW,
        quote=quote,
        number=number,
    )


def test_the_terms_say_what_a_lost_answer_and_a_refund_mean(payments: EvmPayments) -> None:
    (terms,) = payments.terms(account("https://a.example"))
    assert (terms.method, terms.effect, terms.lookup) == (Method.CRYPTO, SubmissionEffect.INSTRUCTS, Lookup.NONE)
    assert (terms.wallet, terms.cancel, terms.refund) == (FIRST.lower(), False, False)
    assert [(one.asset, one.network, one.decimals) for one in terms.assets] == [
        ("USDC", "base", 6),
        ("ETH", "base", 18),
    ]
    assert all(0 < one.least < one.most for one in terms.assets)
    assert terms.assets[0].title == "USDC · Base"


@needs_anvil
async def test_a_token_payment_shows_address_amount_and_link(payments: EvmPayments, base: Account) -> None:
    (fact,) = await payments.submit(base, submission())
    uri = f"ethereum:{USDC}@8453/transfer?address={FIRST}&uint256=12500000"
    assert fact == Accepted(FIRST.lower(), DisplayCrypto("base", "USDC", FIRST, "12500000", uri), UNTIL)


@needs_anvil
async def test_a_coin_payment_has_the_value_in_its_link(payments: EvmPayments, base: Account) -> None:
    (fact,) = await payments.submit(base, submission("ETH", "1000000000000000", number=1))
    assert isinstance(fact, Accepted)
    assert isinstance(fact.next_action, DisplayCrypto)
    assert fact.next_action.uri == "ethereum:0x70997970C51812dc3A010C7d01b50e0d17dc79C8@8453?value=1000000000000000"


@needs_anvil
async def test_what_is_sent_to_the_address_shown_is_seen_as_sent(
    payments: EvmPayments, chain: EvmChain, base: Account, local: LocalChain
) -> None:
    (fact,) = await payments.submit(base, submission(number=7))
    assert isinstance(fact, Accepted)
    assert isinstance(fact.next_action, DisplayCrypto)
    await local.send([transfer("USDC", fact.next_action.address, int(fact.next_action.amount))])
    (seen,) = (await chain.transfers(base, [fact.reference], 0, await local.head())).transfers
    assert (seen.recipient, str(seen.amount), seen.contract) == (fact.reference, fact.next_action.amount, USDC.lower())


@needs_anvil
async def test_the_same_number_is_the_same_address_however_often_it_is_submitted(
    payments: EvmPayments, base: Account
) -> None:
    order = submission(number=41)
    assert await payments.submit(base, order) == await payments.submit(base, order)
    assert await payments.submit(base, submission(number=42)) != await payments.submit(base, order)


async def test_without_a_node_nobody_would_see_the_money_so_nothing_is_shown(payments: EvmPayments) -> None:
    """R8: nothing is registered anywhere, so whatever failed may be done again."""
    with pytest.raises(Unreachable):
        await payments.submit(account("http://127.0.0.1:9"), submission())


@needs_anvil
@pytest.mark.parametrize("break_", [lambda p: setattr(p, "status", 502), lambda p: setattr(p, "twist", lambda _: b"x")])
async def test_an_unclear_answer_of_a_node_may_be_asked_again(
    payments: EvmPayments, proxied: Proxy, break_: Callable[[Proxy], None]
) -> None:
    proxied.twist = lambda _: b"<html>"
    break_(proxied)
    with pytest.raises(Unreachable):
        await payments.submit(account(proxied.url), submission())


@needs_anvil
async def test_a_node_of_another_chain_is_refused_before_an_address_is_shown(payments: EvmPayments) -> None:
    async with local_chain(chain_id=1) as wrong:
        with pytest.raises(ProviderRefused) as refused:
            await payments.submit(account(wrong.url), submission())
    assert refused.value.hint


@pytest.mark.parametrize("order", [submission("USDT"), submission(network="polygon")])
async def test_what_the_connection_does_not_take_is_declined(payments: EvmPayments, order: Submission) -> None:
    (fact,) = await payments.submit(account("http://127.0.0.1:9"), order)
    assert isinstance(fact, Declined)


async def test_nothing_is_asked_cancelled_or_given_back_anywhere(payments: EvmPayments) -> None:
    here, options = account("http://127.0.0.1:9"), {"asset": "USDC", "network": "base"}
    submitted = SubmittedAttempt(
        attempt=ids.new(),
        reference="att_1",
        provider_reference=FIRST,
        method=Method.CRYPTO,
        options=options,
        amount=Money(1, "USD"),
        captured=0,
        refunded=0,
        now=NOW,
    )
    assert not await payments.inquire(here, submitted)
    assert not await payments.cancel(here, submitted)
    (fact,) = await payments.refund(here, submitted, RefundRequest(ids.new(), Money(1, "USD"), full=True, reason=""))
    assert isinstance(fact, Declined)
