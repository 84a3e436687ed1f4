"""SNAP's adapter against the NICEPAY simulator over HTTP: the conformance suite in every mood, and every fault at every call.

Where NICEPAY's documents are silent or contradict each other the simulator has a switch, and the adapter must live with each position.
"""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.ports.facts import Accepted, Cancelled, Captured, Declined, Expired, Mismatched, RefundSettled, Reversed
from gerbang.ports.next_action import Wait
from gerbang.ports.payment import Method
from gerbang.ports.webhook import Hint, Rejection, Verified, WebhookRequest
from gerbang.providers.nicepay.snap.adapter import SnapPayments
from gerbang.providers.nicepay.snap.webhook import SnapWebhook
from tests.conftest import in_memory
from tests.providers import faults
from tests.providers.conformance import (
    AMOUNT,
    NOW,
    Choice,
    PaymentConformance,
    Stage,
    _given_back,
    _paid,
    _refund_request,
    _submission,
    _submitted,
    _submitted_attempt,
)
from tests.providers.faults import Fault, failing, meeting
from tests.providers.nicepay.behaviours import Mood
from tests.providers.nicepay.simulated import Place
from tests.providers.nicepay.snap import simulated
from tests.providers.nicepay.snap.simulated import (
    ACCOUNT,
    CASES,
    CODE,
    EVERY,
    GIVEN_BACK,
    MOODS,
    PHONE,
    QUESTIONS,
    WALLET,
    SnapStage,
)
from tests.sandbox.receiver import Receiver, receiving

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A call that comes twice is refused the second time, by its X-EXTERNAL-ID.
FAULTS = [replace(one, ends_in=OutcomeUnknown) if one.kind == "duplicate_reference" else one for one in faults.FAULTS]


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
async def provider() -> AsyncIterator[SnapPayments]:
    http = Http()
    yield SnapPayments(http)
    await http.close()


@pytest.fixture(params=[Mood("defaults")], ids=str)
def mood(request: pytest.FixtureRequest) -> Mood:
    chosen: Mood = request.param
    return chosen


@pytest_asyncio.fixture(loop_scope="module")
async def stage(place: Place, provider: SnapPayments, shop: Receiver, mood: Mood) -> SnapStage:
    one = SnapStage(place, provider, mood, shop.url)
    await one.set_up()
    return one


class TestConformance(PaymentConformance):
    """Inherited whole, but for refunds that a mood delays or refuses, and what is tried beside them."""

    questions = QUESTIONS
    parameters = ("mood", "choice")

    @classmethod
    def cases(cls, question: str) -> list[pytest.ParameterSet]:
        return [case.parameters for case in CASES if case.question == question]

    async def test_a_full_refund_settles_or_is_declined_as_the_terms_say(self, stage: Stage, choice: Choice) -> None:
        if how(stage) == "at_once" or choice is ACCOUNT:
            await super().test_a_full_refund_settles_or_is_declined_as_the_terms_say(stage, choice)
            return
        submitted = await _paid(stage, choice)
        refund_request = _refund_request(submitted, AMOUNT)
        (fact,) = await stage.provider.refund(stage.account, submitted, refund_request)
        taken = Accepted(ids.show("ref", refund_request.refund))
        if how(stage) == "refused":
            assert isinstance(fact, Declined)
            assert (fact.code, fact.reason, fact.provider_code[:3]) == (
                "insufficient_funds",
                "Insufficient Funds",
                "403",
            )
        else:
            assert fact == taken

    async def test_a_lost_answer_to_a_refund_gives_the_money_back_once(self, stage: Stage, choice: Choice) -> None:
        if how(stage) == "at_once":
            await super().test_a_lost_answer_to_a_refund_gives_the_money_back_once(stage, choice)
            return
        submitted = await _paid(stage, choice)
        await stage.lose_next_answer()
        with pytest.raises(OutcomeUnknown):
            await stage.provider.refund(stage.account, submitted, _refund_request(submitted, AMOUNT))
        assert _given_back(await stage.provider.inquire(stage.account, submitted)) == 0

    async def test_what_it_posts_is_verified_and_names_the_attempt(self, stage: SnapStage, choice: Choice) -> None:
        """R15, R20."""
        submitted = await _paid(stage, choice)
        headers, body = await stage.posted(submitted.reference)
        webhook, account = SnapWebhook(), stage.account
        genuine = webhook.verify(account, WebhookRequest(headers, body), time.time())
        assert isinstance(genuine, Verified), genuine
        assert (genuine.subject, genuine.type) == (submitted.reference, f"{choice[0]}.paid")
        assert genuine.reply is not None
        assert genuine.reply.status == 200
        assert webhook.read(account, WebhookRequest(headers, body)) == Hint(
            submitted.attempt, submitted.provider_reference
        )
        late = time.time() + 301
        assert webhook.verify(account, WebhookRequest(headers, body), late) is Rejection.STALE

    async def test_an_order_that_ended_unpaid_is_over(self, stage: SnapStage, choice: Choice) -> None:
        submitted = await _submitted(stage, choice)
        await stage.place.post("nicepay/expire", reference=submitted.reference)
        (fact,) = await stage.provider.inquire(stage.account, submitted)
        assert fact == Expired()

    async def test_anothers_txid_is_never_taken_for_ours(self, stage: SnapStage, choice: Choice) -> None:
        """R20: nobody signed what a notification names."""
        paid, mine = await _paid(stage, choice), _submitted_attempt(_submission(stage, choice), "")
        hinted = replace(mine, provider_reference=paid.provider_reference)
        try:
            found = await stage.provider.inquire(stage.account, hinted)
        except (OutcomeUnknown, ProviderRefused):
            return
        assert not any(isinstance(fact, Captured) for fact in found)


@pytest.mark.parametrize("mood", MOODS, ids=str, indirect=True)
class TestStories:
    """What the suite of every provider does not know of."""

    async def test_a_payer_who_refuses_is_a_decline(self, stage: SnapStage) -> None:
        submitted = await _submitted(stage, WALLET)
        await stage.place.post("nicepay/decline", reference=submitted.reference)
        (fact,) = await stage.provider.inquire(stage.account, submitted)
        assert isinstance(fact, Declined)
        assert fact.code == "payment_declined"

    async def test_a_deposit_that_the_bank_takes_back_is_told_as_each_table_says(self, stage: SnapStage) -> None:
        submitted = await _paid(stage, ACCOUNT)
        await stage.place.post("nicepay/refund", reference=submitted.reference)
        found = await stage.provider.inquire(stage.account, submitted)
        if stage.mood.says("snap_account_table") == "b":
            assert [type(fact) for fact in found] == [Reversed]
        elif stage.mood.says("snap_status_words") == "told":
            assert [type(fact) for fact in found] == [Captured, RefundSettled]
        else:
            assert found == (Expired(),)  # 04 without words: over, and the log has an alert

    async def test_an_order_whose_answer_was_lost_is_found_by_our_reference(self, stage: SnapStage) -> None:
        """R8: OVO asks the payer at once, so it is never sent again."""
        for choice in (PHONE, WALLET):
            submission = _submission(stage, choice)
            await stage.lose_next_answer()
            with pytest.raises(OutcomeUnknown):
                await stage.provider.submit(stage.account, submission)
            lost = _submitted_attempt(submission, "")
            if not stage.is_reached_by(choice[0]):
                (fact,) = await stage.provider.inquire(stage.account, lost)
                assert isinstance(fact, Mismatched)
                continue
            (fact,) = await stage.provider.inquire(stage.account, lost)
            if choice is PHONE:
                assert isinstance(fact, Accepted)
                assert fact.next_action == Wait()
            else:
                assert isinstance(fact, Declined)
                assert fact.code == "answer_lost"
            await stage.place.post("nicepay/pay", reference=submission.reference)
            accepted, captured = await stage.provider.inquire(stage.account, lost)
            assert isinstance(accepted, Accepted)
            assert len(accepted.reference) == 30
            assert isinstance(captured, Captured)
            assert captured.total == AMOUNT

    async def test_an_order_that_never_arrived_is_over_once_none_can_be_on_its_way(self, stage: SnapStage) -> None:
        lost = _submitted_attempt(_submission(stage, PHONE), "")
        if not stage.is_reached_by(Method.EWALLET):
            return
        assert not await stage.provider.inquire(stage.account, lost)
        later = replace(lost, now=NOW + timedelta(minutes=2))
        (fact,) = await stage.provider.inquire(stage.account, later)
        assert isinstance(fact, Declined)
        assert fact.code == "not_registered"


async def test_a_clear_no_is_a_decline(stage: SnapStage) -> None:
    for choice in (ACCOUNT, CODE, WALLET):
        await stage.arm("says_no", "/api/")
        (fact,) = await stage.provider.submit(stage.account, _submission(stage, choice))
        assert isinstance(fact, Declined), choice


class TestFaults:
    """R8: what each fault makes of each call, and that the next call finds the truth."""

    @meeting(EVERY, FAULTS)
    async def test_at_the_access_token_nothing_was_sent(self, stage: SnapStage, choice: Choice, fault: Fault) -> None:
        fresh = SnapPayments(Http())
        submission = _submission(stage, choice)
        await stage.arm(fault.kind, "/access-token")
        harmless = fault.kind in {"slow", "wrong_amount", "duplicate_reference"}
        with failing(None if harmless else Unreachable):
            await fresh.submit(stage.account, submission)
        await stage.calm()
        assert await stage.registered(submission.reference) == int(harmless)
        await fresh._client._http.close()

    @meeting(EVERY, FAULTS)
    async def test_at_registration(self, stage: SnapStage, choice: Choice, fault: Fault) -> None:
        submission = _submission(stage, choice)
        await warm(stage)
        await stage.arm(fault.kind, "/api/")
        with failing(fault.ends_in):
            (fact,) = await stage.provider.submit(stage.account, submission)
            told = fault.kind == "wrong_amount" and choice is ACCOUNT  # the others' answers name no amount
            assert isinstance(fact, Mismatched if told else Accepted)
        await stage.calm()
        assert await stage.registered(submission.reference) == int(fault.happened)
        with failing(OutcomeUnknown if fault.happened else None):
            await stage.provider.submit(stage.account, submission)
        assert await stage.registered(submission.reference) == 1

    @meeting(EVERY, FAULTS)
    async def test_at_inquiry(self, stage: SnapStage, choice: Choice, fault: Fault) -> None:
        submitted = await _paid(stage, choice)
        await stage.arm(fault.kind, "/api/")
        with failing(fault.ends_in):
            (fact,) = await stage.provider.inquire(stage.account, submitted)
            assert isinstance(fact, Captured)
            assert fact.total == (AMOUNT + 1 if fault.kind == "wrong_amount" else AMOUNT)
        await stage.calm()
        (fact,) = await stage.provider.inquire(stage.account, submitted)
        assert isinstance(fact, Captured)
        assert fact.total == AMOUNT

    @meeting({"virtual_account": ACCOUNT}, FAULTS)
    async def test_at_the_delete_of_an_account(self, stage: SnapStage, choice: Choice, fault: Fault) -> None:
        """A lost answer is looked up; a DELETE is sent once, like everything else."""
        submitted = await _submitted(stage, choice)
        await stage.arm(fault.kind, "/delete-va")
        with failing(None if fault.happened else fault.ends_in):
            found = await stage.provider.cancel(stage.account, submitted)
            assert [type(fact) for fact in found] in ([Cancelled], [Expired])
        await stage.calm()
        assert await stage.state(submitted.reference) == ("cancelled" if fault.happened else "open")
        found = await stage.provider.cancel(stage.account, submitted)
        assert [type(fact) for fact in found] in ([Cancelled], [Expired])
        assert await stage.state(submitted.reference) == "cancelled"

    @meeting(GIVEN_BACK, FAULTS)
    async def test_at_a_refund(self, stage: SnapStage, choice: Choice, fault: Fault) -> None:
        submitted = await _paid(stage, choice)
        refund_request = _refund_request(submitted, AMOUNT)
        await stage.arm(fault.kind, "refund")
        with failing(None if fault.happened else fault.ends_in):
            (fact,) = await stage.provider.refund(stage.account, submitted, refund_request)
            assert isinstance(fact, RefundSettled)
            assert fact.total == AMOUNT
        await stage.calm()
        back = "refunded" if choice is CODE else "voided"  # a QR payment is never voided
        assert await stage.state(submitted.reference) == (back if fault.happened else "paid")
        (fact,) = await stage.provider.refund(stage.account, submitted, refund_request)
        assert isinstance(fact, RefundSettled)
        assert fact.total == AMOUNT


SLOWLY = product(("later", "fails_later"), ("duplicate", "not_permitted"))
SLOW = [Mood(f"{slow}-{again}", {"snap_refund": slow, "snap_refund_again": again}) for slow, again in SLOWLY]


@pytest.mark.parametrize("mood", SLOW, ids=str, indirect=True)
async def test_a_refund_that_takes_its_time_is_taken_until_it_shows_and_is_never_made_twice(stage: SnapStage) -> None:
    """Whatever is said to a second ask while the first is under way: it is not the first one's refusal."""
    submitted = await _paid(stage, CODE)
    refund_request = _refund_request(submitted, AMOUNT)
    taken = (Accepted(ids.show("ref", refund_request.refund)),)
    assert await stage.provider.refund(stage.account, submitted, refund_request) == taken
    with failing(OutcomeUnknown if stage.mood.says("snap_refund_again") == "not_permitted" else None):
        assert await stage.provider.refund(stage.account, submitted, replace(refund_request, again=True)) == taken
    for again, error in ((False, ProviderRefused), (True, OutcomeUnknown)):
        with failing(error):
            await stage.provider.refund(stage.with_wrong_credentials(), submitted, replace(refund_request, again=again))
    await stage.place.post("clock", advance_s=61)
    found = await stage.provider.inquire(stage.account, submitted)
    if stage.mood.says("snap_refund") == "later":
        assert [type(fact) for fact in found] == [Captured, RefundSettled]
    else:
        assert [type(fact) for fact in found] == [Captured]


async def test_an_account_paid_with_another_amount_is_told_with_it(stage: SnapStage) -> None:
    submitted = await _submitted(stage, ACCOUNT)
    await stage.place.post("nicepay/pay", reference=submitted.reference, amount=100_000)
    (fact,) = await stage.provider.inquire(stage.account, submitted)
    assert isinstance(fact, Captured)
    assert fact.total == 100_000


async def test_ovo_without_a_phone_number_is_declined_before_anything_is_sent(stage: SnapStage) -> None:
    submission = _submission(stage, PHONE)
    unknown = replace(submission, payer=replace(submission.payer, phone=""))
    (fact,) = await stage.provider.submit(stage.account, unknown)
    assert isinstance(fact, Declined)
    assert fact.code == "phone_needed"
    assert await stage.registered(submission.reference) == 0


def how(stage: Stage) -> str:
    assert isinstance(stage, SnapStage)
    return stage.mood.says("snap_refund")


async def warm(stage: SnapStage) -> None:
    """See to it that the access token is there."""
    await _submitted(stage, CODE)
