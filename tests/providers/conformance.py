"""What every payment provider must do, whatever its wire: a provider's test class inherits PaymentConformance, says its ways to pay, and
has a fixture `stage`, which sets the provider's other side (a scripted server, a simulator in one of its moods).

Nothing here knows a provider. A question that a way to pay cannot be asked is not generated for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, Protocol

import pytest

from gerbang.base import ids
from gerbang.base.http import OutcomeUnknown, ProviderRefused, Unreachable
from gerbang.base.money import Money
from gerbang.ports.facts import Accepted, Cancelled, Captured, Claimed, Declined, Expired, Fact, RefundSettled
from gerbang.ports.next_action import NextAction
from gerbang.ports.payment import (
    Account,
    Method,
    MethodTerms,
    Payer,
    PaymentProvider,
    Quote,
    RefundRequest,
    Submission,
    SubmittedAttempt,
)

NOW = datetime(2025, 1, 15, 2, 30, tzinfo=UTC)
AMOUNT = 150_000
NUMBER = 7  # of the deposit address, where a method wants one
CAME_IN = (Captured, Claimed)  # on the provider's word, or to be confirmed by our own node

Choice = tuple[Method, Mapping[str, str]]


class Operation(StrEnum):
    """What a provider does for us, as far as its answers can differ from one to another."""

    REGISTRATION = "registration"
    INQUIRY = "inquiry"
    CANCEL = "cancel"
    REFUND = "refund"
    NOTIFICATION = "notification"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to pay: what is chosen, and its terms."""

    name: str
    choice: Choice
    terms: MethodTerms


def ways_to_pay(terms: Sequence[MethodTerms], **choices: Choice) -> list[Way]:
    """Ways to pay by their names, each with the terms of its method."""
    known = {one.method: one for one in terms if one.offered}
    return [Way(name, choice, known[choice[0]]) for name, choice in choices.items()]


@dataclass(frozen=True, slots=True)
class Question:
    """The operation that it is about (None: nothing is said to the provider), and the ways to pay that it can be asked of."""

    about: Operation | None
    is_for: Callable[[Way], bool] = lambda _: True


_CLOSED_BY_US: Final = Question(Operation.CANCEL, lambda way: way.terms.cancel)
QUESTIONS: Final[Mapping[str, Question]] = {
    "test_terms_can_be_believed": Question(Operation.REGISTRATION),
    "test_a_submission_is_accepted_and_says_what_the_payer_must_do": Question(Operation.REGISTRATION),
    "test_an_unpaid_order_has_nothing_to_tell": Question(Operation.INQUIRY),
    "test_a_paid_order_is_captured_in_full_however_often_one_asks": Question(
        Operation.INQUIRY, lambda way: not way.terms.wallet
    ),
    "test_an_unpaid_order_can_be_closed_where_the_terms_say_so": _CLOSED_BY_US,
    "test_a_cancel_of_a_paid_order_tells_that_it_is_paid_and_gives_nothing_back": _CLOSED_BY_US,
    "test_a_full_refund_settles_or_is_declined_as_the_terms_say": Question(Operation.REFUND),
    "test_a_part_can_be_given_back_where_the_terms_say_so": Question(
        Operation.REFUND, lambda way: way.terms.partial_refund
    ),
    "test_a_lost_answer_to_a_submission_is_unknown_and_never_makes_two_orders": Question(
        Operation.REGISTRATION, lambda way: not way.terms.wallet
    ),
    "test_a_lost_answer_to_a_refund_gives_the_money_back_once": Question(
        Operation.REFUND, lambda way: way.terms.refund
    ),
    "test_a_lost_answer_to_a_cancel_ends_in_the_truth": _CLOSED_BY_US,
    "test_what_never_left_is_unreachable_and_so_may_be_sent_again": Question(None),
    "test_wrong_credentials_are_a_refusal_of_the_call_and_not_a_decline": Question(Operation.REGISTRATION),
}


class Stage(Protocol):
    """The provider's other side. References are ours (`att_…`)."""

    @property
    def provider(self) -> PaymentProvider: ...
    @property
    def account(self) -> Account: ...

    def unreachable(self) -> Account:
        """The same connection, pointing to where nobody listens."""
        ...

    def with_wrong_credentials(self) -> Account:
        """The same connection with credentials that the provider refuses."""
        ...

    async def pay(self, reference: str) -> None:
        """The payer pays all of it."""
        ...

    async def lose_next_answer(self) -> None:
        """The next request takes effect, and its answer never arrives."""
        ...

    async def registered(self, reference: str) -> int:
        """How many orders the provider keeps under this reference."""
        ...


class PaymentConformance:
    """One story per test; none says how the provider does it. A provider with moods overrides `cases`, and names what they set."""

    questions: ClassVar[Mapping[str, Question]] = QUESTIONS
    ways: ClassVar[Sequence[Way]] = ()
    parameters: ClassVar[Sequence[str]] = ("choice",)

    @classmethod
    def cases(cls, question: str) -> list[pytest.ParameterSet]:
        """With which parameters a question is asked; none at all and it is not there."""
        known = cls.questions[question]
        return [pytest.param(way.choice, id=way.name) for way in cls.ways if known.is_for(way)]

    def __init_subclass__(cls) -> None:
        for question in cls.questions:
            if not cls.cases(question):
                setattr(cls, question, None)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        metafunc.parametrize(self.parameters, self.cases(metafunc.function.__name__))

    async def test_terms_can_be_believed(self, stage: Stage, choice: Choice) -> None:
        terms = stage.provider.terms(stage.account)
        offered = [one.method for one in terms if one.offered]
        assert len(set(offered)) == len(offered)
        assert len({(one.method, one.dialect) for one in terms}) == len(terms)
        mine = _terms(stage, choice)
        assert 0 < mine.least <= mine.most
        assert (mine.method is Method.CRYPTO) == bool(mine.assets) == (not mine.currency)
        assert all(0 < one.least <= one.most for one in mine.assets)
        assert (mine.option is None) == (not mine.options)
        assert mine.refund or not mine.partial_refund
        if mine.option:
            assert choice[1][mine.option] in {one.name for one in mine.options}

    async def test_a_submission_is_accepted_and_says_what_the_payer_must_do(self, stage: Stage, choice: Choice) -> None:
        accepted = await _accepted(stage, _submission(stage, choice))
        assert accepted.reference
        assert accepted.next_action is not None
        assert accepted.expires_at is None or accepted.expires_at > NOW

    async def test_an_unpaid_order_has_nothing_to_tell(self, stage: Stage, choice: Choice) -> None:
        assert not await stage.provider.inquire(stage.account, await _submitted(stage, choice))

    async def test_a_paid_order_is_captured_in_full_however_often_one_asks(self, stage: Stage, choice: Choice) -> None:
        submitted = await _paid(stage, choice)
        for _ in range(2):
            (fact,) = await stage.provider.inquire(stage.account, submitted)
            assert isinstance(fact, CAME_IN)
            assert (fact.total, fact.currency) == _whole(submitted)

    async def test_an_unpaid_order_can_be_closed_where_the_terms_say_so(self, stage: Stage, choice: Choice) -> None:
        submitted = await _submitted(stage, choice)
        found = await stage.provider.cancel(stage.account, submitted)
        assert all(isinstance(fact, Cancelled | Expired) for fact in found)
        after = await stage.provider.inquire(stage.account, submitted)
        assert not any(isinstance(fact, CAME_IN) for fact in after)

    async def test_a_cancel_of_a_paid_order_tells_that_it_is_paid_and_gives_nothing_back(
        self, stage: Stage, choice: Choice
    ) -> None:
        submitted = await _paid(stage, choice)
        found = await stage.provider.cancel(stage.account, replace(submitted, captured=0))
        assert any(isinstance(fact, CAME_IN) and fact.total == _whole(submitted)[0] for fact in found)
        assert not any(isinstance(fact, Cancelled | RefundSettled) for fact in found)
        assert _given_back(await stage.provider.inquire(stage.account, submitted)) == 0

    async def test_a_full_refund_settles_or_is_declined_as_the_terms_say(self, stage: Stage, choice: Choice) -> None:
        submitted = await _paid(stage, choice)
        (fact,) = await stage.provider.refund(stage.account, submitted, _refund_request(submitted, AMOUNT))
        if not _terms(stage, choice).refund:
            assert isinstance(fact, Declined)
            return
        assert isinstance(fact, RefundSettled)
        assert (fact.total, fact.currency) == (AMOUNT, submitted.amount.currency)
        assert _given_back(await stage.provider.inquire(stage.account, submitted)) == AMOUNT

    async def test_a_part_can_be_given_back_where_the_terms_say_so(self, stage: Stage, choice: Choice) -> None:
        submitted = await _paid(stage, choice)
        (fact,) = await stage.provider.refund(stage.account, submitted, _refund_request(submitted, 50_000))
        assert isinstance(fact, RefundSettled)
        assert fact.total == 50_000
        after = await stage.provider.inquire(stage.account, replace(submitted, refunded=50_000))
        assert _given_back(after) == 50_000

    async def test_a_lost_answer_to_a_submission_is_unknown_and_never_makes_two_orders(
        self, stage: Stage, choice: Choice
    ) -> None:
        """R8: looked up, abandoned or held, but never guessed. An adapter may look it up by itself; only what is unknown is sent again here."""
        submission = _submission(stage, choice)
        await stage.lose_next_answer()
        found: Sequence[Fact] = ()
        for _ in range(2):
            try:
                found = found or await stage.provider.submit(stage.account, submission)
            except OutcomeUnknown:
                continue
        assert all(isinstance(fact, Accepted) for fact in found)
        assert await stage.registered(submission.reference) == 1

    async def test_a_lost_answer_to_a_refund_gives_the_money_back_once(self, stage: Stage, choice: Choice) -> None:
        """R8: the transaction itself says what went back."""
        submitted = await _paid(stage, choice)
        await self.lose_answer_to_refund(stage)
        try:
            found: Sequence[Fact] = await stage.provider.refund(
                stage.account, submitted, _refund_request(submitted, AMOUNT)
            )
        except OutcomeUnknown:
            found = await stage.provider.inquire(stage.account, submitted)
        assert _given_back(found) == AMOUNT
        assert _given_back(await stage.provider.inquire(stage.account, submitted)) == AMOUNT

    async def lose_answer_to_refund(self, stage: Stage) -> None:
        """For a provider that looks before it gives back, the next answer is another one."""
        await stage.lose_next_answer()

    async def test_a_lost_answer_to_a_cancel_ends_in_the_truth(self, stage: Stage, choice: Choice) -> None:
        submitted = await _submitted(stage, choice)
        await stage.lose_next_answer()
        try:
            found = await stage.provider.cancel(stage.account, submitted)
        except OutcomeUnknown:
            found = await stage.provider.cancel(stage.account, submitted)
        assert all(isinstance(fact, Cancelled | Expired) for fact in found)

    async def test_what_never_left_is_unreachable_and_so_may_be_sent_again(self, stage: Stage, choice: Choice) -> None:
        """R8: connect refused."""
        provider, nowhere, submission = stage.provider, stage.unreachable(), _submission(stage, choice)
        submitted = _submitted_attempt(submission, "X" * 30)
        with pytest.raises(Unreachable):
            await provider.submit(nowhere, submission)
        if not _terms(stage, choice).wallet:
            with pytest.raises(Unreachable):
                await provider.inquire(nowhere, submitted)
        if _terms(stage, choice).cancel:
            with pytest.raises(Unreachable):
                await provider.cancel(nowhere, submitted)
        if _terms(stage, choice).refund:
            with pytest.raises(Unreachable):
                await provider.refund(nowhere, replace(submitted, captured=AMOUNT), _refund_request(submitted, AMOUNT))

    async def test_wrong_credentials_are_a_refusal_of_the_call_and_not_a_decline(
        self, stage: Stage, choice: Choice
    ) -> None:
        submission = _submission(stage, choice)
        with pytest.raises(ProviderRefused) as refused:
            await stage.provider.submit(stage.with_wrong_credentials(), submission)
        assert refused.value.hint
        assert await stage.registered(submission.reference) == 0


def _terms(stage: Stage, choice: Choice) -> MethodTerms:
    (mine,) = [one for one in stage.provider.terms(stage.account) if one.method is choice[0] and one.offered]
    return mine


def _submission(stage: Stage, choice: Choice) -> Submission:
    attempt, terms = ids.new(), _terms(stage, choice)
    return Submission(
        attempt=attempt,
        reference=ids.show("att", attempt),
        payment=ids.show("pay", ids.new()),
        method=choice[0],
        options=choice[1],
        amount=Money(AMOUNT, "USD" if terms.assets else "IDR"),
        description="Kopi Gayo 1 kg",
        payer=Payer(name="Budi Santoso", email="budi@example.com", phone="+62 812-3456-7890", ip="203.0.113.7"),
        return_url="https://shop.example.com/back",
        expires_at=NOW + timedelta(days=1),
        now=NOW,
        quote=_quote(terms, choice) if terms.assets else None,
        number=NUMBER if terms.wallet else None,
        dialect=terms.dialect,
    )


def _quote(terms: MethodTerms, choice: Choice) -> Quote:
    """The price in the asset chosen, which is worth one dollar here whatever it is."""
    (asset,) = [one for one in terms.assets if (one.asset, one.network) == (choice[1]["asset"], choice[1]["network"])]
    amount = str(AMOUNT * 10 ** (asset.decimals - 2))
    until = NOW + timedelta(minutes=30)
    return Quote(
        asset=asset.asset,
        network=asset.network,
        decimals=asset.decimals,
        amount=amount,
        rate="1",
        source="fixed",
        spread_bp=0,
        tolerance="0",
        holder="clearing:test",
        locked_at=NOW,
        expires_at=until,
    )


def _whole(submitted: SubmittedAttempt) -> tuple[int, str]:
    """All that is owed, as a capture counts it: a crypto attempt in base units of its asset."""
    if submitted.quote is None:
        return submitted.amount.amount, submitted.amount.currency
    return int(submitted.quote.amount), submitted.quote.asset


def _submitted_attempt(
    submission: Submission, provider_reference: str, shown: NextAction | None = None
) -> SubmittedAttempt:
    return SubmittedAttempt(
        attempt=submission.attempt,
        reference=submission.reference,
        provider_reference=provider_reference,
        method=submission.method,
        options=submission.options,
        amount=submission.amount,
        captured=0,
        refunded=0,
        now=submission.now,
        quote=submission.quote,
        dialect=submission.dialect,
        next_action=shown,
        made_at=submission.now,
    )


async def _accepted(stage: Stage, submission: Submission) -> Accepted:
    (fact,) = await stage.provider.submit(stage.account, submission)
    assert isinstance(fact, Accepted), fact
    return fact


async def _submitted(stage: Stage, choice: Choice) -> SubmittedAttempt:
    submission = _submission(stage, choice)
    accepted = await _accepted(stage, submission)
    return _submitted_attempt(submission, accepted.reference, accepted.next_action)


async def _paid(stage: Stage, choice: Choice) -> SubmittedAttempt:
    submitted = await _submitted(stage, choice)
    await stage.pay(submitted.reference)
    return replace(submitted, captured=AMOUNT)


def _refund_request(submitted: SubmittedAttempt, amount: int) -> RefundRequest:
    return RefundRequest(
        ids.new(), Money(amount, submitted.amount.currency), amount == AMOUNT, "The customer sent it back"
    )


def _given_back(found: Sequence[Fact]) -> int:
    return max((fact.total for fact in found if isinstance(fact, RefundSettled)), default=0)
