"""What a charge means, state by state and in both generations: the table, money, and what must not be believed."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.facts import Accepted, Cancelled, Captured, Claimed, Declined, Expired, Fact, Mismatched
from gerbang.ports.next_action import DisplayCrypto, Redirect
from gerbang.ports.payment import Account
from gerbang.providers.coinbase_commerce import facts, states, wire
from tests.providers.coinbase_commerce.charges import (
    AMOUNT,
    NOW,
    PAYER,
    RECIPIENT,
    TX,
    account,
    intent,
    legacy_charge,
    payment,
    quote,
    submission,
    submitted,
    success,
    timeline,
    web3_charge,
)

VERIFY = account()
TRUST = account(onchain="trust_processor")
SEEN_AT = datetime(2026, 1, 15, 10, 1, 30, tzinfo=UTC)
CLAIM = Claimed(
    total=AMOUNT, currency="USDC", network="base", transaction=TX, recipient=RECIPIENT, onchain=99_000_000, at=SEEN_AT
)
ORDER = submission()


def read(values: dict[str, Any]) -> wire.Charge:
    return msgspec.convert(msgspec.json.decode(msgspec.json.encode(values)), wire.Charge)


def told(charge: dict[str, Any], connection: Account = VERIFY) -> Sequence[Fact]:
    return facts.told(connection, read(charge)).facts


def web3(*words: str, **changes: Any) -> dict[str, Any]:
    return web3_charge(ORDER.reference, *words, paid=True, **changes)


@pytest.mark.parametrize(
    ("words", "verified", "trusted"),
    [
        (("NEW",), (), ()),
        (("NEW", "SIGNED"), (), ()),
        (("NEW", "SIGNED", "PENDING"), (CLAIM,), ()),
        (("NEW", "SIGNED", "PENDING", "COMPLETED"), (CLAIM,), (Captured(AMOUNT, "USDC", SEEN_AT),)),
        (("NEW", "EXPIRED"), (Expired(),), (Expired(),)),
        (("NEW", "FAILED"), (Declined("payment_failed", "failed"),), (Declined("payment_failed", "failed"),)),
        (("NEW", "SOMETHING"), (), ()),
        ((), (), ()),
    ],
)
def test_the_last_word_of_an_onchain_charge_is_its_state(
    words: tuple[str, ...], verified: tuple[Fact, ...], trusted: tuple[Fact, ...]
) -> None:
    """PENDING means that the merchant holds the money: our own node may look at once, the processor's word counts when it is final."""
    charge = web3() | {"timeline": timeline(*words)}
    assert tuple(told(charge)) == verified
    assert tuple(told(charge, TRUST)) == trusted


def test_a_word_that_is_in_no_table_is_told_to_the_operators() -> None:
    assert "SOMETHING" in facts.told(VERIFY, read(web3("NEW", "SOMETHING"))).oddity
    assert facts.told(VERIFY, read(web3("NEW"))).oddity == ""


def test_a_paid_charge_that_names_no_transfer_is_no_money_and_is_told_to_the_operators() -> None:
    finding = facts.told(VERIFY, read(web3_charge(ORDER.reference, "COMPLETED")))
    assert (finding.facts, bool(finding.oddity)) == ((), True)


def changed(**changes: Any) -> dict[str, Any]:
    return {"transfer_intent": intent(), "success_events": success(), "failure_events": []} | changes


WRONG: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "signed by somebody else": (changed(transfer_intent=intent(key=b"\x43" * 32)), {}),
    "signed for another chain": (
        changed(transfer_intent=intent(1) | {"metadata": intent()["metadata"]}),
        {},
    ),
    "paid on another chain": (changed(success_events=success(chain_id=137)), {}),
    "a chain that nobody knows": (changed(transfer_intent=intent(5), success_events=success(chain_id=5)), {}),
    "another token": (changed(transfer_intent=intent(currency="0x" + "77" * 20)), {}),
    "paid to somebody else": (changed(success_events=success(recipient=PAYER)), {}),
    "another settlement address": (changed(), {"recipient": PAYER}),
    "another operator": (changed(), {"operator": PAYER}),
    "two transactions": (changed(success_events=[*success(), *success(tx_hsh="0x" + "cd" * 32)]), {}),
    "no hash": (changed(success_events=success(tx_hsh="0x1234")), {}),
    "an amount that is none": (
        changed(transfer_intent={**intent(), "call_data": intent()["call_data"] | {"fee_amount": "-5"}}),
        {},
    ),
    "no signature": (
        changed(transfer_intent={**intent(), "call_data": intent()["call_data"] | {"signature": None}}),
        {},
    ),
    "no deadline": (
        changed(transfer_intent={**intent(), "call_data": intent()["call_data"] | {"deadline": "soon"}}),
        {},
    ),
    "no payer": (changed(transfer_intent={**intent(), "metadata": intent()["metadata"] | {"sender": None}}), {}),
}


@pytest.mark.parametrize("name", list(WRONG))
@pytest.mark.parametrize("onchain", ["verify", "trust_processor"])
def test_money_that_does_not_fit_its_intent_is_held_for_a_person(name: str, onchain: str) -> None:
    data, settings = WRONG[name]
    (fact,) = told(web3("COMPLETED", web3_data=data), account(onchain=onchain, **settings))
    assert isinstance(fact, Mismatched)


def test_pinned_addresses_fit_in_any_spelling() -> None:
    pinned = account(recipient=RECIPIENT.upper().replace("0X", "0x"), operator=intent()["call_data"]["operator"])
    assert tuple(told(web3("COMPLETED"), pinned)) == (CLAIM,)


@pytest.mark.parametrize(
    ("words", "amount", "total"),
    [
        ("COMPLETED", "100.000000", 100_000_000),
        ("RESOLVED", "99", 99_000_000),
        ("UNRESOLVED UNDERPAID", "40.5", 40_500_000),
        ("UNRESOLVED OVERPAID", "140", 140_000_000),
        ("UNRESOLVED DELAYED", "100", 100_000_000),
    ],
)
def test_legacy_money_is_worth_what_came(words: str, amount: str, total: int) -> None:
    charge = legacy_charge(ORDER.reference, "NEW", words, payments=(payment(amount),))
    (claim,) = told(charge)
    assert isinstance(claim, Claimed)
    assert (claim.total, claim.onchain, claim.network, claim.recipient) == (total, total, "ethereum", RECIPIENT)
    (captured,) = told(charge, TRUST)
    assert isinstance(captured, Captured)
    assert captured.total == total


def test_several_legacy_payments_are_one_claim_each_and_one_total() -> None:
    other = "0x" + "cd" * 32
    charge = legacy_charge(
        ORDER.reference, "UNRESOLVED MULTIPLE", payments=(payment("60"), payment("40", transaction=other))
    )
    found = [fact for fact in told(charge) if isinstance(fact, Claimed)]
    assert [(one.total, one.transaction) for one in found] == [(60_000_000, TX), (40_000_000, other)]
    (captured,) = told(charge, TRUST)
    assert isinstance(captured, Captured)
    assert captured.total == 100_000_000


def test_an_unconfirmed_legacy_payment_is_claimed_and_not_trusted() -> None:
    charge = legacy_charge(ORDER.reference, "PENDING", payments=(payment("100", "PENDING"),))
    assert [type(fact) for fact in told(charge)] == [Claimed]
    assert told(charge, TRUST) == ()


@pytest.mark.parametrize("word", ["UNRESOLVED OTHER", "UNRESOLVED MANUAL"])
def test_what_commerce_itself_cannot_name_needs_a_person(word: str) -> None:
    (fact,) = told(legacy_charge(ORDER.reference, "PENDING", word, payments=(payment("100"),)))
    assert isinstance(fact, Mismatched)


@pytest.mark.parametrize(
    "one", [payment("0.03", currency="ETH"), payment("1.0000001"), payment("a lot"), payment("-1"), payment("NaN")]
)
def test_legacy_money_in_another_coin_or_of_no_amount_needs_a_person(one: dict[str, Any]) -> None:
    (fact,) = told(legacy_charge(ORDER.reference, "COMPLETED", payments=(one,)))
    assert isinstance(fact, Mismatched)


def test_legacy_charges_end_without_money() -> None:
    assert tuple(told(legacy_charge(ORDER.reference, "NEW", "EXPIRED"))) == (Expired(),)
    assert tuple(told(legacy_charge(ORDER.reference, "NEW", "CANCELED"))) == (Cancelled(),)
    assert "which transfer" in facts.told(VERIFY, read(legacy_charge(ORDER.reference, "COMPLETED"))).oddity


def test_every_status_of_both_generations_is_in_the_table() -> None:
    contexts = ("UNDERPAID", "OVERPAID", "DELAYED", "MULTIPLE", "MANUAL", "OTHER")
    plain = ("NEW", "SIGNED", "PENDING", "COMPLETED", "EXPIRED", "FAILED", "RESOLVED", "CANCELED")
    assert set(states.STATES) == {*plain, *(f"UNRESOLVED {context}" for context in contexts)}
    assert states.state(read(legacy_charge("", "COMPLETED MANUAL"))) is states.State.PAID
    assert states.state(read(legacy_charge("", "UNRESOLVED NEWER"))) is None


def test_an_onchain_charge_sends_the_payer_to_its_page_until_the_quote_ends() -> None:
    found = facts.accepted(VERIFY, ORDER, read(web3_charge(ORDER.reference)))
    assert isinstance(found, Accepted)
    assert found.next_action == Redirect("https://commerce.coinbase.com/pay/00000000-0000-4000-8000-000000000001")
    assert ORDER.quote is not None
    assert found.expires_at == ORDER.quote.expires_at


def test_a_legacy_charge_shows_address_and_exact_amount() -> None:
    order = submission(quote(network="ethereum"))
    found = facts.accepted(account(generation="legacy"), order, read(legacy_charge(order.reference)))
    assert isinstance(found, Accepted)
    assert found.next_action == DisplayCrypto(
        network="ethereum",
        asset="USDC",
        address=RECIPIENT,
        amount="100000000",
        uri=f"ethereum:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48@1/transfer?address={RECIPIENT}&uint256=100000000",
        page="https://commerce.coinbase.com/charges/TEST1234",
    )


def test_a_legacy_charge_in_ether_is_priced_in_ether() -> None:
    order = submission(quote("ETH", "ethereum", 33_333_000_000_000_000))
    assert order.quote is not None
    assert facts.local_price(order.quote) == wire.Price("0.033333000000000000", "ETH")
    local = {"amount": "0.033333", "currency": "ETH"}
    charge = legacy_charge(order.reference, pricing={"local": local, "ethereum": local})
    found = facts.accepted(account(generation="legacy"), order, read(charge))
    assert isinstance(found, Accepted)
    assert isinstance(found.next_action, DisplayCrypto)
    assert (found.next_action.address, found.next_action.uri) == (PAYER, f"ethereum:{PAYER}@1?value=33333000000000000")


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata": {"attempt": "att_somebody_else"}},
        {"pricing": {"local": {"amount": "100.01", "currency": "USDC"}}},
        {"pricing": {"local": {"amount": "100.000000", "currency": "USD"}}},
        {"pricing": None},
    ],
)
def test_a_charge_for_something_else_than_asked_is_held(changes: dict[str, Any]) -> None:
    assert isinstance(facts.accepted(VERIFY, ORDER, read(web3_charge(ORDER.reference) | changes)), Mismatched)
    finding = facts.inquired(VERIFY, submitted(ORDER), read(web3("COMPLETED") | changes))
    assert [type(fact) for fact in finding.facts] == [Mismatched]


@pytest.mark.parametrize("changes", [{"hosted_url": None}, {"hosted_url": "javascript:1"}, {"id": None, "code": ""}])
def test_a_charge_that_cannot_be_paid_or_asked_about_is_no_answer(changes: dict[str, Any]) -> None:
    live = account("https://api.commerce.coinbase.com")
    with pytest.raises(OutcomeUnknown):
        facts.accepted(live, ORDER, read(web3_charge(ORDER.reference) | changes))


def test_a_legacy_charge_without_an_address_or_with_another_amount_is_not_shown() -> None:
    order, legacy = submission(quote(network="ethereum")), account(generation="legacy")
    with pytest.raises(OutcomeUnknown):
        facts.accepted(legacy, order, read(legacy_charge(order.reference, addresses={})))
    charge = legacy_charge(order.reference)
    charge["pricing"]["usdc"] = {"amount": "100.5", "currency": "USDC"}
    assert isinstance(facts.accepted(legacy, order, read(charge)), Mismatched)


def test_an_inquiry_that_does_not_say_whose_charge_it_is_is_no_answer() -> None:
    with pytest.raises(OutcomeUnknown):
        facts.inquired(VERIFY, submitted(ORDER), read(web3("COMPLETED", metadata=None)))


def test_the_reason_of_a_failure_is_theirs() -> None:
    data = changed(success_events=[], failure_events=[{"reason": "Expired\nIntent"}])
    assert tuple(told(web3("FAILED", web3_data=data))) == (Declined("payment_failed", "ExpiredIntent"),)


def test_the_quote_outlives_no_charge_that_ends_sooner() -> None:
    found = facts.accepted(VERIFY, ORDER, read(web3_charge(ORDER.reference, expires_at="2026-01-15T10:10:00Z")))
    assert isinstance(found, Accepted)
    assert found.expires_at == NOW.replace(minute=10)


def test_all_orders_of_the_snapshots_of_one_life_claim_the_same() -> None:
    """R18: what is claimed is a set of transactions with totals, whichever snapshot comes last."""
    life = [told(web3(*words)) for words in (("NEW",), ("NEW", "SIGNED"), ("PENDING",), ("PENDING", "COMPLETED"))]
    ends = {frozenset(fact for found in order for fact in found) for order in itertools.permutations(life)}
    assert ends == {frozenset({CLAIM})}
