"""The real adapter against the simulator over HTTP: the conformance suite in every mood, and every fault at every call.

Where Commerce's documents are silent the simulator has a switch, and the adapter must live with each of its positions.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.facts import Accepted, Cancelled, Captured, Claimed, Declined, Expired, Fact, Mismatched
from gerbang.ports.next_action import Redirect
from gerbang.ports.payment import Method
from gerbang.providers.coinbase_commerce.adapter import CommercePayments
from tests.conftest import in_memory
from tests.providers.coinbase_commerce import simulated
from tests.providers.coinbase_commerce.charges import account
from tests.providers.coinbase_commerce.simulated import (
    CHOICES,
    RECIPIENT,
    Mood,
    Place,
    SimulatedStage,
    each_alone,
    mixtures,
)
from tests.providers.conformance import Choice, PaymentConformance, _paid, _submission, _submitted, ways_to_pay
from tests.providers.faults import FAULTS, Fault, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")

WEB3: Choice = (Method.CRYPTO, {"asset": "USDC", "network": "base"})
LEGACY_USDC: Choice = (Method.CRYPTO, {"asset": "USDC", "network": "ethereum"})
LEGACY_ETH: Choice = (Method.CRYPTO, {"asset": "ETH", "network": "ethereum"})
WHOLE = 1_500_000_000
TERMS = CommercePayments(Http()).terms
WAYS = [
    *ways_to_pay(TERMS(account("", generation="web3")), onchain=WEB3),
    *ways_to_pay(TERMS(account("", generation="legacy")), legacy_usdc=LEGACY_USDC, legacy_eth=LEGACY_ETH),
]
EVERY = {way.name: way.choice for way in WAYS}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Place]:
    with TemporaryDirectory(prefix="gerbang-test-", dir=in_memory()) as folder:
        async with simulated.place(Path(folder)) as one:
            yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[CommercePayments]:
    http = Http()
    yield CommercePayments(http)
    await http.close()


@pytest.fixture(params=[Mood("defaults")], ids=str)
def mood(request: pytest.FixtureRequest) -> Mood:
    chosen: Mood = request.param
    return chosen


@pytest.fixture(params=[WEB3, LEGACY_USDC, LEGACY_ETH], ids=["onchain", "legacy_usdc", "legacy_eth"])
def choice(request: pytest.FixtureRequest) -> Choice:
    chosen: Choice = request.param
    return chosen


@pytest_asyncio.fixture(loop_scope="module")
async def stage(place: Place, provider: CommercePayments, mood: Mood, choice: Choice) -> AsyncIterator[SimulatedStage]:
    one = SimulatedStage(place, provider, mood, "web3" if choice is WEB3 else "legacy")
    await one.set_up()
    yield one
    await one.calm()


VERIFIED = Mood("verified", onchain="verify")


MOODS = [*each_alone(), VERIFIED, *mixtures(2026, 4)]


class TestConformance(PaymentConformance):
    """Inherited whole."""

    ways = WAYS
    parameters = ("mood", "choice")

    @classmethod
    def cases(cls, question: str) -> list[pytest.ParameterSet]:
        asked = [way for way in cls.ways if cls.questions[question].is_for(way)]
        return [pytest.param(mood, way.choice, id=f"{mood}-{way.name}") for mood in MOODS for way in asked]


@meeting(EVERY)
async def test_a_fault_at_the_creation_is_never_taken_for_more_than_it_says(
    stage: SimulatedStage, choice: Choice, fault: Fault
) -> None:
    """R8 and F6: what happened is found by our reference, what did not is said to be unknown, and nothing is made twice by us."""
    submission = _submission(stage, choice)
    await stage.arm(fault.kind)
    found: tuple[Fact, ...] = ()
    try:
        found = tuple(await stage.provider.submit(stage.account, submission))
    except (OutcomeUnknown, Unreachable):
        assert not fault.happened
    await stage.calm()
    made = 0 if not found else 2 if fault.kind == "duplicate_reference" else 1
    assert await stage.registered(submission.reference) == made
    if fault.kind == "wrong_amount":
        assert [type(fact) for fact in found] == [Mismatched]
    elif found:
        assert [type(fact) for fact in found] == [Accepted]


@meeting(EVERY)
async def test_a_fault_at_an_inquiry_costs_nothing_but_the_answer(
    stage: SimulatedStage, choice: Choice, fault: Fault
) -> None:
    submitted = await _paid(stage, choice)
    await stage.arm(fault.kind)
    with contextlib.suppress(OutcomeUnknown, Unreachable):
        found = await stage.provider.inquire(stage.account, submitted)
        assert [type(fact) for fact in found] == [Mismatched if fault.kind == "wrong_amount" else Captured]
    await stage.calm()
    (fact,) = await stage.provider.inquire(stage.account, submitted)
    assert isinstance(fact, Captured)


@meeting({"legacy": LEGACY_USDC}, [fault for fault in FAULTS if fault.kind != "wrong_amount"])
async def test_a_fault_at_a_cancel_ends_in_the_truth(stage: SimulatedStage, choice: Choice, fault: Fault) -> None:
    submitted = await _submitted(stage, choice)
    await stage.arm(fault.kind)
    try:
        found = await stage.provider.cancel(stage.account, submitted)
    except (OutcomeUnknown, Unreachable):
        await stage.calm()
        found = await stage.provider.cancel(stage.account, submitted)
    assert [type(fact) for fact in found] == [Cancelled]
    assert await stage.state(submitted.reference) == "canceled"


@pytest.mark.parametrize("mood", [VERIFIED], ids=str, indirect=True)
@pytest.mark.parametrize("choice", [WEB3], ids=["onchain"], indirect=True)
class TestVerified:
    async def test_what_the_payer_gave_is_claimed_and_what_reaches_the_merchant_is_to_be_seen(
        self, stage: SimulatedStage, choice: Choice
    ) -> None:
        submitted = await _paid(stage, choice)
        (claim,) = await stage.provider.inquire(stage.account, submitted)
        assert isinstance(claim, Claimed)
        assert (claim.total, claim.currency, claim.network) == (WHOLE, "USDC", "base")
        assert (claim.onchain, claim.recipient) == (WHOLE - WHOLE // 100, RECIPIENT)
        assert claim.transaction.startswith("0x")
        assert len(claim.transaction) == 66

    async def test_a_lie_is_claimed_too_and_so_is_our_nodes_to_find_out(
        self, stage: SimulatedStage, choice: Choice
    ) -> None:
        submitted = await _submitted(stage, choice)
        await stage.place.post("coinbase-commerce/lie", reference=submitted.reference)
        (claim,) = await stage.provider.inquire(stage.account, submitted)
        assert isinstance(claim, Claimed)

    async def test_money_is_claimed_before_commerce_calls_it_final(self, stage: SimulatedStage, choice: Choice) -> None:
        await stage.place.put("quirks", completion="after_14_minutes")
        submitted = await _submitted(stage, choice)
        await stage.place.post("coinbase-commerce/pay", reference=submitted.reference, transaction="0x" + "ab" * 32)
        assert await stage.state(submitted.reference) == "pending"
        assert [type(fact) for fact in await stage.provider.inquire(stage.account, submitted)] == [Claimed]
        trusting = replace(stage.account, settings={**stage.account.settings, "onchain": "trust_processor"})
        assert not await stage.provider.inquire(trusting, submitted)
        await stage.place.pass_time(900)
        assert [type(fact) for fact in await stage.provider.inquire(trusting, submitted)] == [Captured]


@pytest.mark.parametrize("choice", [WEB3], ids=["onchain"], indirect=True)
async def test_an_onchain_payer_is_sent_to_a_page_that_shows_the_amount(stage: SimulatedStage, choice: Choice) -> None:
    (fact,) = await stage.provider.submit(stage.account, _submission(stage, choice))
    assert isinstance(fact, Accepted)
    assert isinstance(fact.next_action, Redirect)
    page = await stage.place.control.get(fact.next_action.url)
    assert page.status_code == 200
    assert "1500.000000 USDC" in page.text


@pytest.mark.parametrize("choice", [WEB3], ids=["onchain"], indirect=True)
async def test_a_failed_and_an_expired_charge_end(stage: SimulatedStage, choice: Choice) -> None:
    one = await _submitted(stage, choice)
    await stage.place.post("coinbase-commerce/decline", reference=one.reference, reason="ExpiredIntent")
    assert await stage.provider.inquire(stage.account, one) == (Declined("payment_failed", "ExpiredIntent"),)
    other = await _submitted(stage, choice)
    await stage.place.pass_time(48 * 3600 + 1)
    assert await stage.provider.inquire(stage.account, other) == (Expired(),)
    await stage.place.pass_time(-48 * 3600 - 1)


@pytest.mark.parametrize("choice", [LEGACY_USDC], ids=["legacy"], indirect=True)
async def test_legacy_money_counts_for_what_it_is_worth(stage: SimulatedStage, choice: Choice) -> None:
    async def totals(*amounts: int, late: bool = False) -> list[Fact]:
        submitted = await _submitted(stage, choice)
        if late:
            await stage.place.post("coinbase-commerce/expire", reference=submitted.reference)
        for amount in amounts:
            await stage.place.post("coinbase-commerce/pay", reference=submitted.reference, amount=amount, late=late)
        return list(await stage.provider.inquire(stage.account, submitted))

    for amounts, late in (((WHOLE - 1,), False), ((WHOLE + 1,), False), ((WHOLE,), True), ((1_000, WHOLE), False)):
        (fact,) = await totals(*amounts, late=late)
        assert isinstance(fact, Captured)
        assert fact.total == sum(amounts)


@pytest.mark.parametrize("choice", [LEGACY_USDC], ids=["legacy"], indirect=True)
async def test_what_commerce_cannot_name_is_held_until_the_merchant_resolves_it_there(
    stage: SimulatedStage, choice: Choice
) -> None:
    submitted = await _submitted(stage, choice)
    await stage.place.post("coinbase-commerce/pay", reference=submitted.reference, reason="OTHER")
    (fact,) = await stage.provider.inquire(stage.account, submitted)
    assert isinstance(fact, Mismatched)
    headers = {"x-cc-api-key": "key-legacy", "x-cc-version": "2018-03-22"}
    url = f"/coinbase-commerce/charges/{submitted.provider_reference}/resolve"
    assert (await stage.place.control.post(url, headers=headers)).status_code == 200
    (fact,) = await stage.provider.inquire(stage.account, submitted)
    assert isinstance(fact, Captured)


@pytest.mark.parametrize("closed", CHOICES["closed"][1:])
async def test_the_closed_service_is_a_refusal_that_says_so(stage: SimulatedStage, choice: Choice, closed: str) -> None:
    await stage.place.put("quirks", closed=closed)
    with pytest.raises(ProviderRefused, match="closed") as refused:
        await stage.provider.submit(stage.account, _submission(stage, choice))
    assert "Business Checkouts" in (refused.value.hint or "")


async def test_a_service_that_takes_no_price_in_crypto_makes_no_charge(stage: SimulatedStage, choice: Choice) -> None:
    await stage.place.put("quirks", crypto_local_price="refused")
    with pytest.raises(ProviderRefused):
        await stage.provider.submit(stage.account, _submission(stage, choice))
