"""Every way in which the provider can fail, at every call that we make: nothing is charged, captured or given back twice (R8, F6)."""

import asyncio
from functools import partial

import pytest

from gerbang.base import ids
from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import OutcomeUnknown
from gerbang.core.payments.model import (
    AttemptStatus,
    MethodChoice,
    NotCancellable,
    PaymentDetail,
    PaymentStatus,
    RefundStatus,
)
from gerbang.core.payments.operator_actions import Decision
from tests.core.payments.provider_book import agrees, book_of, fault, quick

from .conftest import CARD, OPERATOR, VA, World

NOTHING_HAPPENED = ("timeout_before", "reset_before", "http_500")
IT_HAPPENED = ("timeout_after_effect", "reset_after_effect", "http_500_after_effect", "garbage", "truncated_json")
S = AttemptStatus


async def paid_card(world: World, amount: int = 150_000) -> PaymentDetail:
    made = (await world.create(choice=CARD, amount=amount)).details
    await world.pay(made)
    return await world.until(made.payment.id, PaymentStatus.PAID)


@pytest.mark.parametrize("choice", [VA, CARD], ids=["virtual_account", "card"])
async def test_a_lost_registration_is_given_up_and_only_a_new_one_is_shown(world: World, choice: MethodChoice) -> None:
    """R8: the provider cannot be asked about an order whose number we never learnt."""
    await quick(world)
    for kind in (*NOTHING_HAPPENED, *IT_HAPPENED, "duplicate_reference"):
        await fault(world, kind, "registration")
        made = (await world.create(choice=choice)).details
        await world.eventually(partial(has_instructions, world, made))
        details = await world.core.payments.get(made.payment.id)
        assert [a.status for a in details.attempts] == [S.ABANDONED, S.PENDING], kind
        assert [a.next_action is not None for a in details.attempts] == [False, True], kind

        await world.pay(details)
        await world.until(made.payment.id, PaymentStatus.PAID)
        await agrees(world, made.payment.id)


async def has_instructions(world: World, details: PaymentDetail) -> bool:
    latest = await world.core.payments.get(details.payment.id)
    return latest.attempts[-1].next_action is not None


async def test_a_letter_about_an_order_that_is_being_sent_does_not_keep_its_number_from_the_payer(world: World) -> None:
    """Found by chaos, seed 7: the inquiry after it said "open", and the attempt went on without instructions."""
    await fault(world, "timeout_after_effect", "registration", delay_s=5)
    made = (await world.create()).details
    assert made.attempts[0].status is S.SUBMITTING
    await world.control("nicepay/webhooks", reference=ids.show("att", made.attempts[0].id), tamper="status")
    await world.eventually(partial(has_instructions, world, made))
    details = await world.core.payments.get(made.payment.id)
    assert [a.status for a in details.attempts] == [S.ABANDONED, S.PENDING]


async def test_a_provider_that_takes_no_connection_gets_the_registration_once_when_it_is_back(world: World) -> None:
    await fault(world, "refuse", "", delay_s=2.5)  # R8: never left, so it is sent again
    made = (await world.create()).details
    await world.eventually(lambda: has_instructions(world, made))
    details = await world.core.payments.get(made.payment.id)
    assert [a.status for a in details.attempts] == [S.PENDING]
    assert (await book_of(world, details)).registered == 1


async def test_a_slow_answer_is_waited_for_by_the_queue_when_the_request_no_longer_does(world: World) -> None:  # R4
    await fault(world, "slow", "registration", delay_s=4)
    made = (await world.create(key="slow")).details  # the request waits three seconds
    again = (await world.create(key="slow")).details
    assert again.payment.id == made.payment.id
    await world.eventually(lambda: has_instructions(world, made))
    assert await world.registrations() == 1


async def test_a_registration_with_another_amount_is_held_for_a_person(world: World) -> None:
    await fault(world, "wrong_amount", "registration")
    made = (await world.create()).details
    assert made.payment.status is PaymentStatus.HELD
    assert made.attempts[0].failure is not None
    assert await world.lines(made.payment.id) == []


async def test_an_inquiry_without_a_clear_answer_is_asked_again(world: World) -> None:  # R8, O7
    """The queue waits before it asks again, so all are tried before any is waited for."""
    await quick(world)
    made = []
    for kind in (*NOTHING_HAPPENED, *IT_HAPPENED):
        made.append((await world.create()).details)
        await fault(world, kind, "inquiry")
        await world.pay(made[-1])
        await world.eventually(partial(has_struck, world, kind))
    for details in made:
        paid = await world.until(details.payment.id, PaymentStatus.PAID)
        assert paid.payment.amount_captured == 150_000
        await agrees(world, details.payment.id)
        assert len(await world.lines(details.payment.id)) == 1


async def has_struck(world: World, kind: str) -> bool:
    armed = (await world.control("nicepay/faults", "GET"))["data"]
    return [one["left"] for one in armed if one["kind"] == kind] == [0]


async def test_a_cancel_whose_answer_was_lost_is_looked_up(world: World) -> None:
    await quick(world)
    for kind in (*IT_HAPPENED, "duplicate_reference"):
        made = (await world.create()).details
        await fault(world, kind, "cancel")
        details = await world.core.payments.cancel(OPERATOR, made.payment.id)
        assert details.payment.status is PaymentStatus.CANCELLED, kind
        assert details.attempts[0].status in {S.CANCELLED, S.EXPIRED}, kind


async def test_a_cancel_that_did_not_happen_is_said_to_have_failed_and_works_the_next_time(world: World) -> None:
    await quick(world)
    for kind in NOTHING_HAPPENED:
        made = (await world.create()).details
        await fault(world, kind, "cancel")
        with pytest.raises(UpstreamFailed):
            await world.core.payments.cancel(OPERATOR, made.payment.id)
        assert (await world.core.payments.get(made.payment.id)).payment.status is PaymentStatus.PENDING, kind
        details = await world.core.payments.cancel(OPERATOR, made.payment.id)
        assert details.payment.status is PaymentStatus.CANCELLED, kind


async def test_a_cancel_that_nobody_confirmed_leaves_a_trace_of_who_asked_and_holds_no_request(world: World) -> None:
    await quick(world)
    made = (await world.create()).details
    await fault(world, "timeout_before", "cancel")
    await fault(world, "timeout_before", "inquiry")
    world.core.payments.context.create_wait_s = 0.3
    with pytest.raises(OutcomeUnknown) as refused:
        await world.core.payments.cancel(OPERATOR, made.payment.id)
    assert "cancel it again" in str(refused.value.hint)

    async def told() -> bool:
        lines = await world.core.payments.timeline(made.payment.id)
        return [(one.kind, one.actor) for one in lines if "cancel" in one.kind] == [
            ("payment.cancel_failed", OPERATOR.label)
        ]

    await world.eventually(told)


async def test_a_refund_whose_answer_was_lost_is_found_and_not_sent_again(world: World) -> None:  # R8
    await quick(world)
    for kind in (*IT_HAPPENED, "wrong_amount"):
        made = await paid_card(world)
        await fault(world, kind, "cancel")
        await world.core.payments.refund(OPERATOR, made.payment.id, 50_000, "broken jar", None, world.key())
        back = await world.until(made.payment.id, PaymentStatus.PARTIALLY_REFUNDED)
        assert [r.status for r in back.refunds] == [RefundStatus.SUCCEEDED], kind
        assert (await book_of(world, back)).refunds == [50_000], kind
        await agrees(world, made.payment.id)


async def test_a_refund_whose_look_up_fails_too_is_looked_up_later(world: World) -> None:  # O7
    made = await paid_card(world)
    await fault(world, "garbage", "cancel")
    await fault(world, "http_500", "inquiry")
    await world.core.payments.refund(OPERATOR, made.payment.id, None, "never arrived", None, world.key())
    await world.eventually(lambda: refund_is(world, made, RefundStatus.UNKNOWN))
    await world.advance(61)
    back = await world.until(made.payment.id, PaymentStatus.REFUNDED)
    assert (await book_of(world, back)).refunds == [150_000]


async def refund_is(world: World, details: PaymentDetail, status: RefundStatus) -> bool:
    return {r.status for r in (await world.core.payments.get(details.payment.id)).refunds} == {status}


async def test_a_refund_that_did_not_arrive_is_sent_again_after_two_looks(world: World) -> None:  # R8
    await quick(world)
    for kind in NOTHING_HAPPENED:
        made = await paid_card(world)
        await fault(world, kind, "cancel")
        await world.core.payments.refund(OPERATOR, made.payment.id, 50_000, "broken jar", None, world.key())
        await world.eventually(partial(refund_is, world, made, RefundStatus.UNKNOWN))
        for _ in range(2):
            await asyncio.sleep(0.7)
            await world.advance(61)
        back = await world.until(made.payment.id, PaymentStatus.PARTIALLY_REFUNDED)
        assert (await book_of(world, back)).refunds == [50_000], kind
        await agrees(world, made.payment.id)


async def test_a_refund_while_nobody_answers_the_door_is_sent_once_when_somebody_does(world: World) -> None:  # R8
    made = await paid_card(world)
    await fault(world, "refuse", "", delay_s=2.5)
    await world.core.payments.refund(OPERATOR, made.payment.id, None, "changed mind", None, world.key())
    back = await world.until(made.payment.id, PaymentStatus.REFUNDED, seconds=20)
    assert (await book_of(world, back)).refunds == [150_000]


async def test_a_refused_refund_fails_and_its_promise_is_reversed(world: World) -> None:
    made = await paid_card(world)
    await world.control("nicepay/quirks", "PUT", partial_refunds="once")
    for reason in ("first jar", "second jar"):
        await world.core.payments.refund(OPERATOR, made.payment.id, 50_000, reason, None, world.key())
        await world.eventually(lambda: nothing_under_way(world, made))
    details = await agrees(world, made.payment.id)
    assert [r.status for r in details.refunds] == [RefundStatus.SUCCEEDED, RefundStatus.FAILED]
    assert (details.payment.amount_refunded, details.attempts[0].refund_reserved) == (50_000, 0)
    assert (await world.lines(made.payment.id))[-1] == ("refunds_payable", "refunds", 50_000)


async def nothing_under_way(world: World, details: PaymentDetail) -> bool:
    over = {RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.AWAITING_TRANSFER}
    return all(r.status in over for r in (await world.core.payments.get(details.payment.id)).refunds)


async def test_a_full_refund_that_arrives_twice_gives_back_once(world: World) -> None:
    made = await paid_card(world)
    await fault(world, "duplicate_reference", "cancel")
    await world.core.payments.refund(OPERATOR, made.payment.id, None, "changed mind", None, world.key())
    back = await world.until(made.payment.id, PaymentStatus.REFUNDED)
    assert (await book_of(world, back)).refunds == [150_000]


@pytest.mark.parametrize(
    ("decision", "status"),
    [("accept", PaymentStatus.PAID), ("refund", PaymentStatus.PAID), ("release", PaymentStatus.CREATED)],
)
async def test_a_held_payment_ends_as_a_person_decides(world: World, decision: Decision, status: PaymentStatus) -> None:
    await fault(world, "wrong_amount", "registration")
    made = (await world.create()).details
    details = await world.core.payments.resolve(OPERATOR, made.payment.id, decision, "seen in the bank's list")
    assert details.payment.status is status
    assert (details.payment.amount_captured > 0) is (decision != "release")
    assert [r.status for r in details.refunds] == ([RefundStatus.AWAITING_TRANSFER] if decision == "refund" else [])
    moments = await world.core.payments.timeline(made.payment.id)
    assert any(m.detail.get("reason") == "seen in the bank's list" for m in moments)


async def test_a_held_card_without_a_transaction_is_given_back_by_transfer(world: World) -> None:
    await fault(world, "wrong_amount", "registration")
    made = (await world.create(choice=CARD)).details
    assert made.attempts[0].provider_reference is None
    details = await world.core.payments.resolve(OPERATOR, made.payment.id, "refund", "charged by mistake")
    assert [r.status for r in details.refunds] == [RefundStatus.AWAITING_TRANSFER]


async def test_a_cancel_that_finds_the_money_in_says_so_and_the_payment_is_paid(world: World) -> None:
    made = (await world.create()).details
    reference = ids.show("att", made.attempts[0].id)
    await world.control("nicepay/webhooks", reference=reference, drop=True)
    await world.pay(made)
    with pytest.raises(NotCancellable, match="paid"):
        await world.core.payments.cancel(OPERATOR, made.payment.id)
    details = await agrees(world, made.payment.id)
    assert details.payment.status is PaymentStatus.PAID
