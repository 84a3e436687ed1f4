"""Money that comes twice, late, in parts, too much, or only in a forged letter: what is in is booked, what is not is not."""

from typing import Any

import pytest

from gerbang.base import ids
from gerbang.core.payments import amount_due
from gerbang.core.payments.model import (
    AttemptStatus,
    MethodChoice,
    NotRefundable,
    PaymentClosed,
    PaymentDetail,
    PaymentStatus,
    RefundStatus,
)
from gerbang.ports.payment import Method
from gerbang.web.views import payments as views
from tests.core.payments.provider_book import agrees, book_of, fault

from .conftest import CARD, OPERATOR, VA, World

CLEARING = "clearing:nicepay-uji"
BRI = MethodChoice(Method.VIRTUAL_ACCOUNT, {"bank": "BRI"})


async def pay_attempt(world: World, details: PaymentDetail, number: int, **more: Any) -> None:
    reference = ids.show("att", details.attempts[number - 1].id)
    await world.control("nicepay/pay", reference=reference, **more)


async def paid_twice(world: World) -> PaymentDetail:
    """A payment whose payer paid the second number, and then the first, which was closed."""
    made = (await world.create()).details
    both = (await world.core.payments.add_attempt(OPERATOR, made.payment.id, BRI, world.key())).details
    await world.eventually(lambda: first_is_closed(world, both))
    await pay_attempt(world, both, 2)
    await world.until(made.payment.id, PaymentStatus.PAID)
    await pay_attempt(world, both, 1, late=True)
    await world.eventually(lambda: has_excess(world, both))
    return await agrees(world, made.payment.id)


async def first_is_closed(world: World, details: PaymentDetail) -> bool:
    return (await world.core.payments.get(details.payment.id)).attempts[0].status is AttemptStatus.CANCELLED


async def has_excess(world: World, details: PaymentDetail) -> bool:
    return (await world.core.payments.get(details.payment.id)).payment.amount_excess > 0


async def test_money_on_both_numbers_is_a_sale_and_a_credit(world: World) -> None:
    details = await paid_twice(world)
    assert (details.payment.status, details.payment.late) == (PaymentStatus.PAID, False)
    assert (details.payment.amount_captured, details.payment.amount_excess) == (300_000, 150_000)
    lines = [(CLEARING, "sales", 150_000), (CLEARING, "payer_credit", 150_000)]
    assert await world.lines(details.payment.id) == lines


async def test_the_surplus_goes_back_first_and_leaves_the_payment_paid(world: World) -> None:
    details = await paid_twice(world)
    outcome = await world.core.payments.refund(OPERATOR, details.payment.id, 150_000, "paid twice", None, world.key())
    await world.core.payments.settle_refund(OPERATOR, outcome.refund.id, "BCA-1")
    after = await world.core.payments.get(details.payment.id)
    assert after.refunds[0].status is RefundStatus.SUCCEEDED
    assert (after.payment.status, after.payment.amount_refunded) == (PaymentStatus.PAID, 150_000)
    assert (await world.lines(details.payment.id))[2:] == [
        ("payer_credit", "refunds_payable", 150_000),
        ("refunds_payable", "bank", 150_000),
    ]


async def test_a_refund_without_an_amount_gives_back_all_that_is_left_over_every_attempt(world: World) -> None:
    details = await paid_twice(world)
    assert details.payment.excess_owed == 150_000
    key = world.key()
    first = await world.core.payments.refund(OPERATOR, details.payment.id, None, "shop closed", None, key)
    again = await world.core.payments.refund(OPERATOR, details.payment.id, None, "shop closed", None, key)
    parts = (first.refund, *first.others)
    assert [part.amount for part in parts] == [150_000, 150_000]
    assert len({part.attempt_id for part in parts}) == 2
    assert (again.refund.id, [one.id for one in again.others]) == (first.refund.id, [one.id for one in first.others])
    for part in parts:
        await world.core.payments.settle_refund(OPERATOR, part.id, f"BCA-{part.id}")
    after = await world.core.payments.get(details.payment.id)
    assert (after.payment.status, after.payment.amount_refunded, after.payment.excess_owed) == (
        PaymentStatus.REFUNDED,
        300_000,
        0,
    )
    with pytest.raises(NotRefundable):
        await world.core.payments.refund(OPERATOR, details.payment.id, None, "again", None, world.key())


async def test_an_amount_that_no_single_attempt_holds_is_taken_from_several(world: World) -> None:
    details = await paid_twice(world)
    made = await world.core.payments.refund(OPERATOR, details.payment.id, 200_000, "part", None, world.key())
    assert [part.amount for part in (made.refund, *made.others)] == [150_000, 50_000]
    assert (await world.core.payments.get(details.payment.id)).payment.excess_owed == 0
    with pytest.raises(NotRefundable, match="At most 100000 IDR"):
        await world.core.payments.refund(OPERATOR, details.payment.id, 100_001, "more", None, world.key())


async def test_money_after_the_deadline_makes_the_payment_paid_and_late(world: World) -> None:  # R18
    made = (await world.create()).details
    await world.advance(86_400 + 60)
    await world.until(made.payment.id, PaymentStatus.EXPIRED)
    await pay_attempt(world, made, 1, late=True)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert paid.payment.late
    await agrees(world, made.payment.id)


async def test_late_money_is_found_by_the_sweep_when_no_letter_ever_comes(world: World) -> None:
    made = (await world.create()).details
    await world.control("nicepay/webhooks", reference="", drop=True)
    await world.advance(86_400 + 60)
    await world.until(made.payment.id, PaymentStatus.EXPIRED)
    await pay_attempt(world, made, 1, late=True)
    await world.advance(3_600)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert paid.payment.late
    await world.control("nicepay/webhooks", reference="", drop=False)


async def test_a_part_leaves_the_rest_to_be_paid_on_another_number(world: World) -> None:
    made = (await world.create()).details
    await pay_attempt(world, made, 1, amount=100_000)
    await world.until(made.payment.id, PaymentStatus.PART_PAID)
    both = (await world.core.payments.add_attempt(OPERATOR, made.payment.id, BRI, world.key())).details
    assert both.attempts[1].amount == 50_000
    await pay_attempt(world, both, 2)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert (paid.payment.amount_captured, paid.payment.amount_excess) == (150_000, 0)
    await agrees(world, made.payment.id)


async def test_a_part_on_the_old_number_closes_the_new_one_that_asks_for_the_whole(world: World) -> None:
    made = (await world.create()).details
    both = (await world.core.payments.add_attempt(OPERATOR, made.payment.id, BRI, world.key())).details
    await world.eventually(lambda: first_is_closed(world, both))
    await pay_attempt(world, both, 1, amount=100_000, late=True)
    await world.until(made.payment.id, PaymentStatus.PART_PAID)

    async def closed() -> bool:
        return (await world.core.payments.get(made.payment.id)).attempts[1].status is AttemptStatus.CANCELLED

    await world.eventually(closed)
    view = views.payment_view(await world.core.payments.get(made.payment.id), checkout_url=None)
    assert isinstance(view.next_action, views.ChooseMethod)
    assert [one.next_action for one in view.attempts] == [None, None]


async def test_too_much_is_sold_once_and_the_rest_stands_to_the_payers_credit(world: World) -> None:
    made = (await world.create()).details
    await pay_attempt(world, made, 1, amount=200_000)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert (paid.payment.amount_captured, paid.payment.amount_excess) == (200_000, 50_000)
    assert await world.lines(made.payment.id) == [(CLEARING, "sales", 150_000), (CLEARING, "payer_credit", 50_000)]


async def test_a_forged_letter_with_a_valid_signature_pays_nothing(world: World) -> None:  # R20
    made = (await world.create()).details
    await world.control("nicepay/webhooks", reference=ids.show("att", made.attempts[0].id), tamper="status")
    await world.eventually(lambda: asked_after_a_letter(world, made))
    details = await agrees(world, made.payment.id)
    assert (details.payment.status, await world.lines(made.payment.id)) == (PaymentStatus.PENDING, [])


async def asked_after_a_letter(world: World, details: PaymentDetail) -> bool:
    moments = await world.core.payments.timeline(details.payment.id)
    kinds = [(m.kind, m.detail.get("source")) for m in moments]
    return ("webhook.received", None) in kinds and kinds[-1] == ("payment.heard", "inquiry")


async def test_a_letter_with_a_wrong_token_or_amount_is_refused_and_not_kept(world: World) -> None:  # R15
    made = (await world.create()).details
    for tamper in ("token", "amount"):
        await world.control("nicepay/webhooks", reference=ids.show("att", made.attempts[0].id), tamper=tamper)
    await world.eventually(lambda: rejected(world, 2))
    async with world.core.db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM inbox") == 0


async def rejected(world: World, least: int) -> bool:
    return len(await world.core.inbox.rejections()) >= least


async def test_a_hundred_letters_at_once_are_one_event_and_one_posting(world: World) -> None:  # R17, F7
    made = (await world.create()).details
    reference = ids.show("att", made.attempts[0].id)
    await pay_attempt(world, made, 1)
    await world.control("nicepay/webhooks", reference=reference, times=100, shuffle=True)
    await world.until(made.payment.id, PaymentStatus.PAID)
    await world.eventually(lambda: seen(world, 101))
    async with world.core.db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM inbox") == 1
    assert len(await world.lines(made.payment.id)) == 1
    await agrees(world, made.payment.id)


async def seen(world: World, times: int) -> bool:
    async with world.core.db.reading() as tx:
        return bool(await tx.fetchval("SELECT sum(times) FROM inbox_seen") == times)


async def test_a_letter_eight_days_late_changes_nothing(world: World) -> None:  # R18, F7
    made = (await world.create(choice=VA)).details
    await pay_attempt(world, made, 1)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    await world.advance(8 * 86_400)
    await world.control("nicepay/webhooks", reference=ids.show("att", made.attempts[0].id), times=3)
    await world.eventually(lambda: seen(world, 4))
    after = await agrees(world, made.payment.id)
    assert (after.payment.status, after.payment.late, after.payment.paid_at) == (
        PaymentStatus.PAID,
        False,
        paid.payment.paid_at,
    )


async def test_a_provider_that_names_more_than_was_asked_for_makes_a_credit_and_never_a_bigger_sale(
    world: World,
) -> None:
    made = (await world.create()).details
    await fault(world, "wrong_amount", "inquiry")
    await pay_attempt(world, made, 1)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert (await book_of(world, paid)).paid == 150_000
    assert await world.lines(made.payment.id) == [(CLEARING, "sales", 150_000), (CLEARING, "payer_credit", 1)]


async def test_money_after_a_cancellation_says_so_and_blames_no_deadline(world: World) -> None:
    made = (await world.create()).details
    await world.core.payments.cancel(OPERATOR, made.payment.id)
    await pay_attempt(world, made, 1, late=True)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert (paid.payment.late, amount_due.late_reason(paid.payment)) == (True, "cancelled")
    assert views.payment_view(paid, checkout_url=None).late_reason == "cancelled"


async def test_a_card_that_was_cancelled_is_cancelled_though_its_page_stays_open_at_the_provider(world: World) -> None:
    made = (await world.create(choice=CARD)).details
    cancelled = await world.core.payments.cancel(OPERATOR, made.payment.id)
    assert cancelled.payment.status is PaymentStatus.CANCELLED
    with pytest.raises(PaymentClosed):
        await world.core.payments.add_attempt(OPERATOR, made.payment.id, CARD, world.key())
    await pay_attempt(world, made, 1)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert (paid.payment.late, amount_due.late_reason(paid.payment)) == (True, "cancelled")
