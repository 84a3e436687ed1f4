"""What came in time and what did not, and when an attempt is over whose money was taken back: pure, on aggregates that nobody saves."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from gerbang.core.payments.applying_facts import FactReport, apply_report
from gerbang.core.payments.crypto.transfers import ClassifiedTransfer, State, facts
from gerbang.core.payments.model import Attempt, AttemptStatus
from gerbang.core.payments.unit_of_work import PaymentAggregate, PaymentEffects
from gerbang.ports.facts import Captured, Fact, Reversed
from tests.core.payments.crypto.test_transfers import ATTEMPT, LATER, MINED

from .test_machine import ID, NOW, a_payment, an_attempt

S = AttemptStatus
DEADLINE = NOW + timedelta(days=1)
AFTER = DEADLINE + timedelta(hours=1)


def heard(attempt: Attempt, now: datetime, *said: Sequence[Fact]) -> PaymentAggregate:
    aggregate = PaymentAggregate(a_payment(), now, PaymentEffects())
    aggregate.put_attempt(attempt)
    for one in said:
        apply_report(aggregate, FactReport(ID, one, "inquiry", asked_at=now))
    return aggregate


def test_a_surplus_after_the_deadline_makes_nothing_late_that_was_paid_in_time() -> None:
    in_time, too_late = Captured(150_000, "IDR", NOW), Captured(170_000, "IDR", AFTER)
    assert not heard(an_attempt(S.PENDING), AFTER, [in_time], [too_late]).payment.late


def test_the_whole_after_the_deadline_is_late() -> None:
    assert heard(an_attempt(S.PENDING), AFTER, [Captured(170_000, "IDR", AFTER)]).payment.late


def test_a_rest_after_the_deadline_is_late() -> None:
    part, rest = Captured(100_000, "IDR", NOW), Captured(150_000, "IDR", AFTER)
    assert heard(an_attempt(S.PENDING), AFTER, [part], [rest]).payment.late


def test_coins_that_came_in_time_are_in_time_whenever_a_surplus_comes() -> None:
    """Our node was away, and sees both at once."""
    transfers = [MINED, dataclasses.replace(MINED, transaction="0x8", at=LATER + timedelta(hours=1))]
    judged = [
        ClassifiedTransfer(
            attempt=ATTEMPT.id,
            chain_id=8_453,
            network="base",
            asset="USDC",
            transfer=one,
            state=State.COUNTED,
            verdict="counts",
            confirmations=10,
            required=10,
        )
        for one in transfers
    ]
    assert facts(ATTEMPT, judged) == [Captured(2_000_000, "USDC", MINED.at)]


def test_a_payment_that_the_bank_took_back_is_over_after_its_deadline() -> None:
    taken_back = Reversed("The bank reversed the deposit.")
    in_time = heard(an_attempt(S.CAPTURED), NOW, [taken_back], [taken_back])
    assert in_time.attempts[ID].status is S.PENDING
    after = heard(an_attempt(S.CAPTURED), AFTER, [taken_back])
    later = heard(in_time.attempts[ID], AFTER, [taken_back])
    for one in (after.attempts[ID], later.attempts[ID]):
        assert (one.status, one.failure and one.failure.code) == (S.EXPIRED, "transfer_reversed")


def test_money_that_comes_again_after_that_counts() -> None:
    again = Captured(150_000, "IDR", AFTER)
    after = heard(an_attempt(S.CAPTURED), AFTER, [Reversed("reversed")], [again])
    assert (after.attempts[ID].status, after.attempts[ID].captured) == (S.CAPTURED, 150_000)
