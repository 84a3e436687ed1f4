"""The real adapter against the NICEPAY simulator over HTTP: the conformance suite in every mood, and every fault at every call.

Where NICEPAY's documents are silent the simulator has a switch, and the adapter must live with each of its positions.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.facts import Accepted, Cancelled, Captured, Declined, Expired, Mismatched, RefundSettled
from gerbang.ports.next_action import Redirect
from gerbang.ports.webhook import Hint, Rejection, Verified, WebhookRequest
from gerbang.providers.nicepay.adapter import NicepayPayments
from gerbang.providers.nicepay.webhook import NicepayWebhook
from tests.conftest import in_memory
from tests.providers.conformance import (
    AMOUNT,
    Choice,
    PaymentConformance,
    Stage,
    _paid,
    _refund_request,
    _submission,
    _submitted,
)
from tests.providers.faults import Fault, failing, meeting
from tests.providers.nicepay import simulated
from tests.providers.nicepay.behaviours import Mood
from tests.providers.nicepay.simulated import (
    ACCOUNT,
    CARD,
    CASES,
    DANA,
    EVERY,
    GIVEN_BACK,
    QUESTIONS,
    TO_A_NUMBER,
    Place,
    SimulatedStage,
)
from tests.sandbox.receiver import Receiver, receiving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Place]:
    with TemporaryDirectory(prefix="gerbang-test-", dir=in_memory()) as folder:
        async with simulated.place(Path(folder)) as one:
            yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[NicepayPayments]:
    http = Http()
    yield NicepayPayments(http)
    await http.close()


@pytest.fixture(params=[Mood("defaults")], ids=str)
def mood(request: pytest.FixtureRequest) -> Mood:
    chosen: Mood = request.param
    return chosen


@pytest_asyncio.fixture(loop_scope="module")
async def stage(place: Place, provider: NicepayPayments, shop: Receiver, mood: Mood) -> SimulatedStage:
    one = SimulatedStage(place, provider, mood, shop.url)
    await one.set_up()
    return one


class TestConformance(PaymentConformance):
    """Inherited whole, but for what NICEPAY may keep to itself: how much went back."""

    questions = QUESTIONS
    parameters = ("mood", "choice")

    @classmethod
    def cases(cls, question: str) -> list[pytest.ParameterSet]:
        return [case.parameters for case in CASES if case.question == question]

    async def test_a_full_refund_settles_or_is_declined_as_the_terms_say(self, stage: Stage, choice: Choice) -> None:
        with unanswered(is_silent(stage, choice, AMOUNT)):
            await super().test_a_full_refund_settles_or_is_declined_as_the_terms_say(stage, choice)

    async def test_a_part_can_be_given_back_where_the_terms_say_so(self, stage: Stage, choice: Choice) -> None:
        with unanswered(is_silent(stage, choice, 50_000)):
            await super().test_a_part_can_be_given_back_where_the_terms_say_so(stage, choice)

    async def test_a_lost_answer_to_a_refund_gives_the_money_back_once(self, stage: Stage, choice: Choice) -> None:
        with unanswered(is_silent(stage, choice, AMOUNT)):
            await super().test_a_lost_answer_to_a_refund_gives_the_money_back_once(stage, choice)

    async def test_the_rest_can_follow_a_part_or_is_declined(self, stage: SimulatedStage, choice: Choice) -> None:
        submitted = await _paid(stage, choice)
        await stage.provider.refund(stage.account, submitted, _refund_request(submitted, 50_000))
        after = replace(submitted, refunded=50_000)
        if stage.says("partial_refunds") == "many":
            (rest,) = await stage.provider.refund(stage.account, after, _refund_request(after, 100_000))
            assert isinstance(rest, RefundSettled)
            assert (rest.total, await stage.state(submitted.reference)) == (AMOUNT, stage.given_back_as(choice[0]))
            return
        with unanswered(
            stage.says("cancel_amount") == "absent" and stage.says("status_after_partial_refund") == "refund"
        ):
            (rest,) = await stage.provider.refund(stage.account, after, _refund_request(after, 100_000))
            assert isinstance(rest, Declined)
        assert await stage.state(submitted.reference) == "paid"

    async def test_what_it_posts_is_verified_and_names_the_attempt(self, stage: SimulatedStage, choice: Choice) -> None:
        """R15, R20."""
        submitted = await _paid(stage, choice)
        body = await stage.posted(submitted.reference)
        webhook, account = NicepayWebhook(), stage.account
        genuine = webhook.verify(account, WebhookRequest({}, body), 0.0)
        assert isinstance(genuine, Verified)
        assert (genuine.subject, genuine.type) == (submitted.reference, f"{choice[0]}.paid")
        assert webhook.read(account, WebhookRequest({}, body)) == Hint(submitted.attempt, submitted.provider_reference)
        forged = body.replace(b"amt=150000", b"amt=150001")
        assert webhook.verify(account, WebhookRequest({}, forged), 0.0) is Rejection.FORGED

    async def test_a_payer_who_is_refused_is_a_decline(self, stage: SimulatedStage, choice: Choice) -> None:
        submitted = await _submitted(stage, choice)
        await stage.place.post("nicepay/decline", reference=submitted.reference)
        (fact,) = await stage.provider.inquire(stage.account, submitted)
        assert isinstance(fact, Declined)
        named = {"insufficient_funds", "card_declined"}  # the documents of 2020 have no history that says why
        assert fact.code in (named if choice == CARD else {"payment_declined"})


class TestFaults:
    """R8: what each fault makes of each call, and that the next call finds the truth."""

    @meeting(EVERY)
    async def test_at_registration(self, stage: SimulatedStage, choice: Choice, fault: Fault) -> None:
        submission = _submission(stage, choice)
        await stage.arm(fault.kind)
        twice = fault.kind == "duplicate_reference"  # the second is answered, and it is refused
        with failing(OutcomeUnknown if twice else fault.ends_in):
            (fact,) = await stage.provider.submit(stage.account, submission)
            assert isinstance(fact, Mismatched if fault.kind == "wrong_amount" else Accepted)
        await stage.calm()
        assert await stage.registered(submission.reference) == int(fault.happened)
        with failing(OutcomeUnknown if fault.happened else None):
            await stage.provider.submit(stage.account, submission)
        assert await stage.registered(submission.reference) == 1

    @meeting(EVERY)
    async def test_at_inquiry(self, stage: SimulatedStage, choice: Choice, fault: Fault) -> None:
        submitted = await _paid(stage, choice)
        await stage.arm(fault.kind)
        with failing(fault.ends_in):
            (fact,) = await stage.provider.inquire(stage.account, submitted)
            told = AMOUNT + 1 if fault.kind == "wrong_amount" else AMOUNT
            assert isinstance(fact, Captured)
            assert fact.total == told
        await stage.calm()
        (fact,) = await stage.provider.inquire(stage.account, submitted)
        assert isinstance(fact, Captured)
        assert fact.total == AMOUNT

    @meeting(TO_A_NUMBER)
    async def test_at_the_cancel_of_an_unpaid_number(self, stage: SimulatedStage, choice: Choice, fault: Fault) -> None:
        submitted = await _submitted(stage, choice)
        await stage.arm(fault.kind, route="/cancel")
        with failing(None if fault.happened else fault.ends_in):
            found = await stage.provider.cancel(stage.account, submitted)
            assert [type(fact) for fact in found] in ([Cancelled], [Expired])
        await stage.calm()
        assert await stage.state(submitted.reference) == ("cancelled" if fault.happened else "open")
        found = await stage.provider.cancel(stage.account, submitted)
        assert [type(fact) for fact in found] in ([Cancelled], [Expired])
        assert await stage.state(submitted.reference) == "cancelled"

    @meeting({"card": CARD})
    async def test_at_the_cancel_of_an_unpaid_card(self, stage: SimulatedStage, choice: Choice, fault: Fault) -> None:
        """NICEPAY refuses it (9314), so whatever happens to the answer nothing may be said to be closed."""
        submitted = await _submitted(stage, choice)
        await stage.arm(fault.kind, route="/cancel")
        with failing(fault.ends_in):
            assert not await stage.provider.cancel(stage.account, submitted)
        await stage.calm()
        assert await stage.state(submitted.reference) == "open"

    @meeting(GIVEN_BACK)
    async def test_at_a_refund(self, stage: SimulatedStage, choice: Choice, fault: Fault) -> None:
        submitted = await _paid(stage, choice)
        await stage.arm(fault.kind, route="/cancel")
        with failing(None if fault.happened else fault.ends_in):
            (fact,) = await stage.provider.refund(stage.account, submitted, _refund_request(submitted, AMOUNT))
            assert isinstance(fact, RefundSettled)
            assert fact.total == AMOUNT
        await stage.calm()
        assert await stage.state(submitted.reference) == (stage.given_back_as(choice[0]) if fault.happened else "paid")
        (fact,) = await stage.provider.refund(stage.account, submitted, _refund_request(submitted, AMOUNT))
        assert isinstance(fact, RefundSettled)
        assert fact.total == AMOUNT

    @meeting({"card": CARD})
    async def test_at_a_partial_refund(self, stage: SimulatedStage, choice: Choice, fault: Fault) -> None:
        """A network that doubles the call doubles the refund, for NICEPAY has no key against it; the next inquiry tells."""
        submitted = await _paid(stage, choice)
        await stage.arm(fault.kind, route="/cancel")
        with failing(None if fault.happened else fault.ends_in):
            (fact,) = await stage.provider.refund(stage.account, submitted, _refund_request(submitted, 50_000))
            assert isinstance(fact, RefundSettled)
            assert fact.total == 50_000
        await stage.calm()
        back = 0 if not fault.happened else 100_000 if fault.kind == "duplicate_reference" else 50_000
        captured, *rest = await stage.provider.inquire(stage.account, submitted)
        assert isinstance(captured, Captured)
        assert rest == ([RefundSettled(back, "IDR")] if back else [])


@pytest.mark.parametrize(
    "mood",
    [Mood(f"inquiry={p}", {"inquiry_amount_when_mispaid": p}) for p in ("paid", "registered")],
    ids=str,
    indirect=True,
)
async def test_an_account_paid_with_another_amount_is_told_as_it_was_inquired(stage: SimulatedStage) -> None:
    """Which amount NICEPAY then gives is not documented; the adapter repeats what it is told, and the signed notification has its own."""
    submitted = await _submitted(stage, ACCOUNT)
    await stage.place.post("nicepay/pay", reference=submitted.reference, amount=100_000)
    (fact,) = await stage.provider.inquire(stage.account, submitted)
    assert isinstance(fact, Captured)
    assert fact.total == (100_000 if stage.says("inquiry_amount_when_mispaid") == "paid" else AMOUNT)
    assert b"&amt=100000&" in await stage.posted(submitted.reference)


@pytest.mark.parametrize(
    "mood", [Mood("five_minutes", {"timestamp_tolerance": "five_minutes"})], ids=str, indirect=True
)
@pytest.mark.parametrize(("hosted", "opens"), [("", False), ("ewallet", True)])
async def test_a_payment_link_grows_old_where_time_stamps_do_and_the_checkout_page_does_not(
    stage: SimulatedStage, hosted: str, opens: bool
) -> None:
    """Nobody documents how long a signed payment step may wait for its payer; the setting `hosted` bears with either answer."""
    submission = _submission(stage, DANA)
    account = replace(stage.account, settings={**stage.account.settings, "hosted": hosted})
    (fact,) = await stage.provider.submit(account, submission)
    assert isinstance(fact, Accepted)
    assert isinstance(fact.next_action, Redirect)
    page = await stage.place.control.get(fact.next_action.url)
    assert "Bayar dengan DANA" in page.text
    await stage.place.move_clock(600)
    try:
        page = await stage.place.control.get(fact.next_action.url)
    finally:
        await stage.place.move_clock(-600)
    assert ("Bayar dengan DANA" in page.text) is opens


def is_silent(stage: Stage, choice: Choice, amount: int) -> bool:
    assert isinstance(stage, SimulatedStage)
    return stage.is_silent_about(choice[0], amount)


@contextmanager
def unanswered(silent: bool) -> Iterator[None]:
    """Where NICEPAY keeps the answer to itself, not knowing is right."""
    with failing(OutcomeUnknown if silent else None):
        yield
