"""The attempt's machine: every status with every fact, and any order of the same facts ending the same."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gerbang.core.payments.machine import advance, is_stopped, payment_status, standing
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    DisputeState,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from gerbang.ports.facts import (
    Accepted,
    ActionRequired,
    AnswerLost,
    Approved,
    Cancelled,
    Captured,
    Declined,
    DisputeClosed,
    Disputed,
    Expired,
    Fact,
    Mismatched,
    RefundSettled,
    Reversed,
)
from gerbang.ports.next_action import DisplayVirtualAccount
from gerbang.ports.payment import Lookup, Method, SubmissionEffect

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ID = UUID("0192a000-0000-7000-8000-000000000001")
S = AttemptStatus


def an_attempt(status: AttemptStatus = S.SUBMITTING, **changes: object) -> Attempt:
    base = Attempt(
        id=ID,
        payment_id=ID,
        number=1,
        status=status,
        method=Method.VIRTUAL_ACCOUNT,
        options={"bank": "BCA"},
        connection="nicepay",
        effect=SubmissionEffect.INSTRUCTS,
        lookup=Lookup.BY_THEIRS,
        amount=150_000,
        currency="IDR",
        captured=150_000 if status is S.CAPTURED else 0,
        refunded=0,
        refund_reserved=0,
        dispute=DisputeState.NONE,
        provider_reference=None,
        next_action=None,
        failure=None,
        asked_at=None,
        unsent=False,
        created_at=NOW,
        updated_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )
    return replace(base, **changes)


def a_payment(**changes: object) -> Payment:
    base = Payment(
        id=ID,
        status=PaymentStatus.CREATED,
        late=False,
        livemode=False,
        amount=150_000,
        currency="IDR",
        amount_captured=0,
        amount_refunded=0,
        amount_excess=0,
        description="Kopi",
        order_reference=None,
        owner_id=None,
        metadata={},
        items=(),
        return_url=None,
        sequence=0,
        created_at=NOW,
        updated_at=NOW,
        expires_at=NOW + timedelta(days=1),
        paid_at=None,
        cancelled_at=None,
    )
    return replace(base, **changes)


FACTS: dict[str, Fact] = {
    "accepted": Accepted("T1", DisplayVirtualAccount("BCA", "7001"), NOW + timedelta(days=1)),
    "action": ActionRequired("https://bank.example"),
    "approved": Approved(),
    "captured": Captured(150_000, "IDR"),
    "declined": Declined("insufficient_funds", "51"),
    "expired": Expired(),
    "cancelled": Cancelled(),
    "refunded": RefundSettled(150_000, "IDR"),
    "disputed": Disputed(),
    "won": DisputeClosed(won=True),
    "retracted": Reversed("reversal"),
    "mismatched": Mismatched("another order"),
    "lost": AnswerLost("timeout"),
}
# What each status becomes by each fact; a status that is not named stays as it is.
OPEN_MOVES = {
    "accepted": "pending", "action": "pending", "captured": "captured", "declined": "failed", "expired": "expired",
    "cancelled": "cancelled", "mismatched": "held",
}  # fmt: skip
EXPECTED: dict[AttemptStatus, dict[str, str]] = {
    S.CREATED: {**OPEN_MOVES, "lost": "abandoned"},
    S.SUBMITTING: {**OPEN_MOVES, "lost": "abandoned"},
    S.PENDING: OPEN_MOVES,
    S.UNKNOWN: OPEN_MOVES,
    S.EXPIRED: {"captured": "captured", "cancelled": "cancelled", "declined": "failed", "mismatched": "held"},
    S.CANCELLED: {"captured": "captured", "declined": "failed", "mismatched": "held"},
    S.FAILED: {"captured": "captured", "mismatched": "held"},
    S.HELD: {"captured": "captured"},
    S.ABANDONED: {"captured": "captured", "mismatched": "held"},
    S.CAPTURED: {"retracted": "pending"},
}


@pytest.mark.parametrize("status", list(S))
@pytest.mark.parametrize("name", list(FACTS))
def test_every_status_meets_every_fact(status: AttemptStatus, name: str) -> None:
    after = advance(an_attempt(status), FACTS[name])
    assert after.status.value == EXPECTED[status].get(name, status.value)


def test_a_lost_answer_means_what_the_method_declares() -> None:
    assert advance(an_attempt(), AnswerLost("")).status is S.ABANDONED
    assert advance(an_attempt(lookup=Lookup.BY_OUR_REFERENCE), AnswerLost("")).status is S.UNKNOWN
    assert advance(an_attempt(provider_reference="T1"), AnswerLost("")).status is S.UNKNOWN
    charging = an_attempt(effect=SubmissionEffect.MAY_CHARGE, lookup=Lookup.NONE)
    assert advance(charging, AnswerLost("")).status is S.HELD


def test_an_abandoned_attempt_is_still_listened_to() -> None:
    abandoned = advance(an_attempt(), AnswerLost("timeout"))
    known = advance(abandoned, Accepted("T1", DisplayVirtualAccount("BCA", "7001")))
    assert (known.status, known.provider_reference, known.next_action) == (S.ABANDONED, "T1", None)
    assert advance(known, Captured(150_000, "IDR")).status is S.CAPTURED


def test_a_smaller_total_after_a_larger_one_changes_nothing() -> None:
    captured = advance(an_attempt(S.PENDING), Captured(150_000, "IDR"))
    assert advance(captured, Captured(100_000, "IDR")) is captured


def test_money_in_another_currency_is_held() -> None:
    assert advance(an_attempt(S.PENDING), Captured(150_000, "USD")).status is S.HELD


def test_a_capture_that_was_partly_given_back_and_then_taken_back_waits_for_a_person() -> None:
    assert advance(an_attempt(S.CAPTURED, refunded=50_000), Reversed("reversal")).status is S.HELD


def test_a_part_keeps_the_attempt_payable_and_the_payment_part_paid() -> None:
    part = advance(an_attempt(S.PENDING), Captured(130_000, "IDR"))
    assert (part.status, part.captured) == (S.PENDING, 130_000)
    assert payment_status(a_payment(), [part], [], NOW) is PaymentStatus.PART_PAID


ORDER_FACTS = st.permutations(
    [
        FACTS["accepted"],
        Captured(100_000, "IDR"),
        FACTS["captured"],
        FACTS["declined"],
        FACTS["expired"],
        FACTS["cancelled"],
    ]
)


@given(ORDER_FACTS, st.integers(0, 6))
def test_any_order_of_the_same_facts_ends_the_same_even_doubled(facts: list[Fact], doubled: int) -> None:
    attempt = an_attempt()
    for fact in [*facts, *facts[:doubled]]:
        attempt = advance(attempt, fact)
    assert (attempt.status, attempt.captured, attempt.provider_reference) == (S.CAPTURED, 150_000, "T1")


@given(st.permutations([FACTS["accepted"], FACTS["declined"], FACTS["expired"], FACTS["cancelled"]]))
def test_without_money_the_highest_rung_wins_in_any_order(facts: list[Fact]) -> None:
    attempt = an_attempt()
    for fact in facts:
        attempt = advance(attempt, fact)
    assert attempt.status is S.FAILED


def a_refund(amount: int, status: RefundStatus = RefundStatus.SUCCEEDED, credit: int = 0) -> Refund:
    return Refund(
        id=ID,
        payment_id=ID,
        attempt_id=ID,
        status=status,
        amount=amount,
        currency="IDR",
        credit_amount=credit,
        reason="asked for",
        provider_reference=None,
        failure=None,
        requested_by="user:x",
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize(
    ("attempts", "refunds", "status"),
    [
        ([], [], PaymentStatus.CREATED),
        ([S.SUBMITTING], [], PaymentStatus.PENDING),
        ([S.CAPTURED], [], PaymentStatus.PAID),
        ([S.CAPTURED], [a_refund(50_000)], PaymentStatus.PARTIALLY_REFUNDED),
        ([S.CAPTURED], [a_refund(150_000)], PaymentStatus.REFUNDED),
        ([S.CAPTURED], [a_refund(150_000, RefundStatus.FAILED)], PaymentStatus.PAID),
        ([S.CAPTURED, S.CAPTURED], [a_refund(150_000, credit=150_000)], PaymentStatus.PAID),
        ([S.FAILED], [], PaymentStatus.FAILED),
        ([S.FAILED, S.PENDING], [], PaymentStatus.PENDING),
        ([S.EXPIRED], [], PaymentStatus.EXPIRED),
        ([S.UNKNOWN], [], PaymentStatus.UNKNOWN),
        ([S.HELD], [], PaymentStatus.HELD),
        ([S.HELD, S.CAPTURED], [], PaymentStatus.PAID),
        ([S.ABANDONED, S.PENDING], [], PaymentStatus.PENDING),
    ],
)
def test_a_payments_status_is_a_fold(attempts: list[S], refunds: list[Refund], status: PaymentStatus) -> None:
    made = [an_attempt(one, number=n) for n, one in enumerate(attempts, 1)]
    assert payment_status(a_payment(), made, refunds, NOW) is status


def test_what_went_back_of_a_part_pays_for_nothing_later() -> None:
    back = replace(a_refund(50_000), created_at=NOW - timedelta(hours=1))
    first = an_attempt(S.EXPIRED, captured=50_000, refunded=50_000)
    rest, all_of_it = (an_attempt(S.CAPTURED, number=2, captured=came) for came in (100_000, 150_000))
    assert payment_status(a_payment(), [first, rest], [back], NOW) is PaymentStatus.PART_PAID
    assert standing(a_payment(), [first, rest], [back], NOW) == (None, 50_000)
    assert payment_status(a_payment(), [first, all_of_it], [back], NOW) is PaymentStatus.PAID


def test_a_capture_taken_back_beside_a_refund_holds_the_payment_whatever_else_came() -> None:
    gone = advance(an_attempt(S.CAPTURED, refund_reserved=150_000), Reversed("reversal"))
    assert advance(gone, Reversed("reversal")) is gone
    assert payment_status(a_payment(), [gone, an_attempt(S.CAPTURED, number=2)], [], NOW) is PaymentStatus.HELD
    assert is_stopped(a_payment(), [gone])


def test_a_dispute_outranks_everything_until_it_is_closed() -> None:
    disputed = advance(an_attempt(S.CAPTURED), Disputed())
    assert payment_status(a_payment(), [disputed], [], NOW) is PaymentStatus.DISPUTED
    assert payment_status(a_payment(), [advance(disputed, DisputeClosed(won=True))], [], NOW) is PaymentStatus.PAID


def test_a_payment_without_money_expires_with_its_deadline_and_a_cancelled_one_stays_cancelled() -> None:
    later = NOW + timedelta(days=2)
    assert payment_status(a_payment(), [], [], later) is PaymentStatus.EXPIRED
    assert payment_status(a_payment(cancelled_at=NOW), [an_attempt(S.CANCELLED)], [], later) is PaymentStatus.CANCELLED


def test_what_was_cancelled_is_cancelled_though_a_provider_left_its_page_open() -> None:
    left_open = an_attempt(S.PENDING)
    assert payment_status(a_payment(cancelled_at=NOW), [left_open], [], NOW) is PaymentStatus.CANCELLED
    paid_after = advance(left_open, Captured(left_open.amount, "IDR"))
    assert payment_status(a_payment(cancelled_at=NOW), [paid_after], [], NOW) is PaymentStatus.PAID
