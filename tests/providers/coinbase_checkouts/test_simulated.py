"""The real adapter against the Coinbase simulator over HTTP: the conformance suite in every mood, and every fault at every call.

Where Coinbase's documents are silent the simulator has a switch, and the adapter must live with each of its positions.
"""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from gerbang.base.http import Http, OutcomeUnknown, Unreachable
from gerbang.ports.facts import Accepted, Cancelled, Claimed, Declined, Fact, Mismatched, RefundSettled
from gerbang.ports.next_action import DisplayCrypto, Redirect
from gerbang.ports.payment import Method
from gerbang.ports.webhook import Hint, Rejection, SignedFacts, Verified, WebhookRequest
from gerbang.providers.coinbase_checkouts.adapter import CheckoutPayments
from gerbang.providers.coinbase_checkouts.webhook import CheckoutWebhook
from tests.conftest import in_memory
from tests.providers.coinbase_checkouts import simulated
from tests.providers.coinbase_checkouts.orders import CRYPTO, HASH
from tests.providers.coinbase_checkouts.simulated import Mood, Place, SimulatedStage, each_position, mixtures
from tests.providers.conformance import (
    AMOUNT,
    QUESTIONS,
    Choice,
    Operation,
    PaymentConformance,
    Question,
    Stage,
    _given_back,
    _paid,
    _refund_request,
    _submission,
    _submitted,
    _whole,
)
from tests.providers.faults import FAULTS, Fault, failing
from tests.sandbox.receiver import Receiver, receiving

pytestmark = pytest.mark.asyncio(loop_scope="module")

CENT = 10_000  # base units of USDC
CHOICE: Choice = (Method.CRYPTO, CRYPTO)
ASKED = {
    **QUESTIONS,
    "test_two_parts_are_told_apart_and_the_second_is_the_rest": Question(Operation.REFUND),
    "test_the_payer_is_shown_an_address_or_their_page": Question(Operation.REGISTRATION),
    "test_what_it_posts_is_verified_and_says_what_an_inquiry_says": Question(Operation.NOTIFICATION),
    "test_a_refund_is_hinted_at": Question(Operation.NOTIFICATION),
}
MOODS = [*each_position(), *mixtures(8, seed=20261125)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(shop: Receiver) -> AsyncIterator[Place]:
    with TemporaryDirectory(prefix="gerbang-test-", dir=in_memory()) as folder:
        async with simulated.place(Path(folder), shop.url) as one:
            yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[CheckoutPayments]:
    http = Http()
    yield CheckoutPayments(http)
    await http.close()


@pytest.fixture(params=[Mood("defaults")], ids=str)
def mood(request: pytest.FixtureRequest) -> Mood:
    chosen: Mood = request.param
    return chosen


@pytest.fixture
def choice() -> Choice:
    return CHOICE


@pytest_asyncio.fixture(loop_scope="module")
async def stage(place: Place, provider: CheckoutPayments, mood: Mood) -> SimulatedStage:
    one = SimulatedStage(place, provider, mood, trusting=mood.says("transaction_hash") == "absent")
    await one.set_up()
    return one


class TestConformance(PaymentConformance):
    """Inherited whole, but for what may take its time or fail at Coinbase, and for a second checkout that costs nothing."""

    questions = ASKED
    parameters = ("mood",)

    @classmethod
    def cases(cls, question: str) -> list[pytest.ParameterSet]:
        """Everything in every mood; two parts where refunds come to a good end at once."""
        moods = [mood for mood in MOODS if mood.gives_back_at_once] if question.startswith("test_two_parts") else MOODS
        return [pytest.param(mood, id=str(mood)) for mood in moods]

    async def lose_answer_to_refund(self, stage: Stage) -> None:
        assert isinstance(stage, SimulatedStage)
        await stage.arm("reset_after_effect", "/refund")

    async def test_a_lost_answer_to_a_submission_is_unknown_and_never_makes_two_orders(
        self, stage: Stage, choice: Choice
    ) -> None:
        assert isinstance(stage, SimulatedStage)
        if stage.mood.says("idempotency") == "replayed":
            await super().test_a_lost_answer_to_a_submission_is_unknown_and_never_makes_two_orders(stage, choice)
            return
        await stage.lose_next_answer()  # the lost one was shown to nobody, and expires
        with pytest.raises(OutcomeUnknown):
            await stage.provider.submit(stage.account, _submission(stage, choice))

    async def test_a_full_refund_settles_or_is_declined_as_the_terms_say(self, stage: Stage, choice: Choice) -> None:
        assert isinstance(stage, SimulatedStage)
        if stage.mood.gives_back_at_once:
            await super().test_a_full_refund_settles_or_is_declined_as_the_terms_say(stage, choice)
            return
        await self._slow_or_failing(stage, AMOUNT)

    async def test_a_part_can_be_given_back_where_the_terms_say_so(self, stage: Stage, choice: Choice) -> None:
        assert isinstance(stage, SimulatedStage)
        if stage.mood.gives_back_at_once:
            await super().test_a_part_can_be_given_back_where_the_terms_say_so(stage, choice)
            return
        await self._slow_or_failing(stage, 50_000)

    async def test_a_lost_answer_to_a_refund_gives_the_money_back_once(self, stage: Stage, choice: Choice) -> None:
        assert isinstance(stage, SimulatedStage)
        if stage.mood.gives_back_at_once:
            await super().test_a_lost_answer_to_a_refund_gives_the_money_back_once(stage, choice)
            return
        await self.lose_answer_to_refund(stage)
        await self._slow_or_failing(stage, AMOUNT)

    async def _slow_or_failing(self, stage: SimulatedStage, amount: int) -> None:
        """PENDING is no fact yet; asked for again it is found and not sent twice; in the end it has settled, or failed."""
        submitted = await _paid(stage, CHOICE)
        refund_request = _refund_request(submitted, amount)
        for _ in range(2):
            with doubtful(stage):
                first = await stage.provider.refund(stage.account, submitted, refund_request)
                assert not first or isinstance(first[0], Declined), first
        assert await stage.going_back(submitted.provider_reference) in {0, amount * CENT}  # never twice
        await stage.settle()
        with doubtful(stage):
            found: tuple[Fact, ...] = tuple(await stage.provider.refund(stage.account, submitted, refund_request))
            if stage.mood.says("refund_outcome") == "failed":
                assert isinstance(found[0], Declined)
                assert _given_back(await stage.provider.inquire(stage.account, submitted)) == 0
            else:
                assert (
                    _given_back(found) == _given_back(await stage.provider.inquire(stage.account, submitted)) == amount
                )

    async def test_two_parts_are_told_apart_and_the_second_is_the_rest(self, stage: SimulatedStage) -> None:
        submitted = await _paid(stage, CHOICE)
        (first,) = await stage.provider.refund(stage.account, submitted, _refund_request(submitted, 75_000))
        assert isinstance(first, RefundSettled)
        assert first.total == 75_000
        after = replace(submitted, refunded=75_000)
        (second,) = await stage.provider.refund(stage.account, after, _refund_request(after, 75_000))
        assert isinstance(second, RefundSettled)
        assert (second.total, await stage.state(submitted.reference)) == (AMOUNT, "refunded")
        assert await stage.refunds(submitted.provider_reference) == [750_000_000, 750_000_000]

    async def test_the_payer_is_shown_an_address_or_their_page(self, stage: SimulatedStage) -> None:
        (fact,) = await stage.provider.submit(stage.account, _submission(stage, CHOICE))
        assert isinstance(fact, Accepted)
        told = stage.mood.says("address_at_creation") == "told"
        assert isinstance(fact.next_action, DisplayCrypto if told else Redirect)

    async def test_what_it_posts_is_verified_and_says_what_an_inquiry_says(self, stage: SimulatedStage) -> None:
        """R15, R20."""
        submitted = await _paid(stage, CHOICE)
        line = await stage.posted(submitted.reference, "checkout.payment.success")
        incoming, webhook = WebhookRequest(dict(line["headers"]), line["body"].encode()), CheckoutWebhook()
        genuine = webhook.verify(stage.account, incoming, time.time())
        assert isinstance(genuine, Verified)
        assert (genuine.subject, genuine.type) == (submitted.reference, "checkout.payment.success")
        heard = webhook.read(stage.account, incoming)
        assert isinstance(heard, SignedFacts)
        accepted, *facts = heard.facts
        assert accepted == Accepted(submitted.provider_reference)
        assert facts == list(await stage.provider.inquire(stage.account, submitted))
        forged = WebhookRequest(incoming.headers, incoming.body.replace(b'"currency":"USDC"', b'"currency":"USDT"'))
        assert webhook.verify(stage.account, forged, time.time()) is Rejection.FORGED

    async def test_a_refund_is_hinted_at(self, stage: SimulatedStage) -> None:
        submitted = await _paid(stage, CHOICE)
        await stage.place.post("coinbase-business/refund", reference=submitted.reference)
        await stage.settle()
        kind = "failed" if stage.mood.says("refund_outcome") == "failed" else "success"
        line = await stage.posted(submitted.reference, f"checkout.refund.{kind}")
        incoming = WebhookRequest(dict(line["headers"]), line["body"].encode())
        assert CheckoutWebhook().read(stage.account, incoming) == Hint(submitted.attempt, submitted.provider_reference)
        back = _given_back(await stage.provider.inquire(stage.account, submitted))
        assert back == (0 if kind == "failed" else AMOUNT)


async def test_a_lie_is_validly_signed_and_the_api_does_not_repeat_it(stage: SimulatedStage) -> None:
    submitted = await _submitted(stage, CHOICE)
    await stage.place.post("coinbase-business/lie", reference=submitted.reference)
    line = await stage.posted(submitted.reference, "checkout.payment.success")
    incoming = WebhookRequest(dict(line["headers"]), line["body"].encode())
    assert isinstance(CheckoutWebhook().verify(stage.account, incoming, time.time()), Verified)
    heard = CheckoutWebhook().read(stage.account, incoming)
    assert isinstance(heard, SignedFacts)
    assert isinstance(heard.facts[1], Claimed)
    assert heard.facts[1].transaction != HASH
    assert not await stage.provider.inquire(stage.account, submitted)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
class TestFaults:
    """R8: what each fault makes of each call, and that the next call finds the truth."""

    async def test_at_creation(self, stage: SimulatedStage, fault: Fault) -> None:
        submission = _submission(stage, CHOICE)
        await stage.arm(fault.kind)
        with failing(fault.ends_in):
            (fact,) = await stage.provider.submit(stage.account, submission)
            assert isinstance(fact, Mismatched if fault.kind == "wrong_amount" else Accepted)
        await stage.calm()
        assert await stage.registered(submission.reference) == int(fault.happened)
        (fact,) = await stage.provider.submit(stage.account, submission)
        assert isinstance(fact, Accepted)
        assert await stage.registered(submission.reference) == 1

    async def test_at_inquiry(self, stage: SimulatedStage, fault: Fault) -> None:
        submitted = await _paid(stage, CHOICE)
        await stage.arm(fault.kind)
        with failing(fault.ends_in):
            (fact,) = await stage.provider.inquire(stage.account, submitted)
            assert isinstance(fact, Mismatched if fault.kind == "wrong_amount" else Claimed)
        await stage.calm()
        (fact,) = await stage.provider.inquire(stage.account, submitted)
        assert isinstance(fact, Claimed)
        assert (fact.total, fact.currency) == _whole(submitted)

    async def test_at_a_cancel(self, stage: SimulatedStage, fault: Fault) -> None:
        submitted = await _submitted(stage, CHOICE)
        await stage.arm(fault.kind, route="/deactivate")
        with failing(None if fault.happened else fault.ends_in):
            (fact,) = await stage.provider.cancel(stage.account, submitted)
            assert isinstance(fact, Mismatched if fault.kind == "wrong_amount" else Cancelled)
        await stage.calm()
        assert await stage.state(submitted.reference) == ("cancelled" if fault.happened else "open")
        assert await stage.provider.cancel(stage.account, submitted) == (Cancelled(),)

    async def test_at_a_refund(self, stage: SimulatedStage, fault: Fault) -> None:
        await self._refund(stage, fault, AMOUNT)

    async def test_at_a_part(self, stage: SimulatedStage, fault: Fault) -> None:
        await self._refund(stage, fault, 50_000)

    async def _refund(self, stage: SimulatedStage, fault: Fault, amount: int) -> None:
        submitted = await _paid(stage, CHOICE)
        refund_request = _refund_request(submitted, amount)
        await stage.arm(fault.kind, route="/refund")
        refused = fault.kind == "refuse"  # the door is shut for the first look already, so nothing was sent
        with failing(None if fault.happened else Unreachable if refused else OutcomeUnknown):
            (fact,) = await stage.provider.refund(stage.account, submitted, refund_request)
            assert isinstance(fact, RefundSettled)
            assert fact.total == amount
        await stage.calm()
        assert len(await stage.refunds(submitted.provider_reference)) == int(fault.happened)
        (fact,) = await stage.provider.refund(stage.account, submitted, refund_request)
        assert isinstance(fact, RefundSettled)
        assert fact.total == amount
        assert len(await stage.refunds(submitted.provider_reference)) == 1

    async def test_at_the_look_before_a_refund(self, stage: SimulatedStage, fault: Fault) -> None:
        submitted = await _paid(stage, CHOICE)
        await stage.arm(fault.kind)
        goes_on = fault.ends_in is None
        with failing(None if goes_on else Unreachable):
            (fact,) = await stage.provider.refund(stage.account, submitted, _refund_request(submitted, AMOUNT))
            assert isinstance(fact, RefundSettled)
        await stage.calm()
        assert len(await stage.refunds(submitted.provider_reference)) == int(goes_on)


@contextmanager
def doubtful(stage: SimulatedStage) -> Iterator[None]:
    """Where Coinbase keeps the answer to itself, not knowing is right."""
    try:
        yield
    except OutcomeUnknown:
        assert stage.mood.says("refund_reason") == "absent", "everything was told"
