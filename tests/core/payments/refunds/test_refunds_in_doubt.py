"""A refund that its provider does at its leisure, or never: asked for once, looked for, and after a day a person's to decide (R8)."""

from functools import partial
from typing import Final

import pytest

from gerbang.core.payments.model import (
    MethodChoice,
    PaymentDetail,
    PaymentStatus,
    Refund,
    RefundNotInDoubt,
    RefundStatus,
    in_doubt,
)
from gerbang.core.payments.refunds.requesting import RefundDecision
from gerbang.ports.payment import Method
from tests import demo_accounts
from tests.core.payments.conftest import OPERATOR, World
from tests.core.payments.provider_book import agrees, book_of, fault

QRIS: Final = MethodChoice(Method.QRIS, {}, demo_accounts.SNAP)
ASK, LOOK = "/qr-mpm-refund", "/qr-mpm-query"
DAY_S: Final = 86_400


async def paid(world: World, **moods: str) -> PaymentDetail:
    """A paid code by SNAP, at a NICEPAY of these moods."""
    await demo_accounts.connect(demo_accounts.SNAP, world.core.connections, world.core.secrets, world.core.settings)
    await world.control("nicepay/quirks", "PUT", **moods)
    made = (await world.create(choice=QRIS)).details
    await world.pay(made)
    return await world.until(made.payment.id, PaymentStatus.PAID)


async def calls(world: World, route: str) -> int:
    journal = await world.control("journal?provider=nicepay&limit=1000", "GET")
    return sum(one["direction"] == "in" and one["route"].endswith(route) for one in journal["data"])


async def refund_of(world: World, details: PaymentDetail) -> Refund:
    (refund,) = (await world.core.payments.get(details.payment.id)).refunds
    return refund


async def refunded(world: World, details: PaymentDetail, status: RefundStatus) -> Refund:
    """All of it, asked back, and what is known of that first."""
    await world.core.payments.refund(OPERATOR, details.payment.id, None, "Kopi habis", None, world.key())

    async def is_known() -> bool:
        return (await refund_of(world, details)).status is status

    await world.eventually(is_known)
    return await refund_of(world, details)


async def later(world: World, seconds: int) -> None:
    """Time passes, and NICEPAY is looked at again; whoever looks is done with it before and after."""
    await world.eventually(lambda: rests(world))
    before = await calls(world, LOOK)
    await world.advance(seconds)

    async def looked() -> bool:
        return await calls(world, LOOK) > before and await rests(world)

    await world.eventually(looked)


async def rests(world: World) -> bool:
    async with world.core.db.reading() as tx:
        held: int = await tx.fetchval("SELECT count(*) FROM jobs WHERE lease_until IS NOT NULL")
    return held == 0


async def doubted(world: World, details: PaymentDetail) -> bool:
    return in_doubt(await refund_of(world, details))


async def told(world: World, details: PaymentDetail) -> int:
    async with world.core.db.reading() as tx:
        count: int = await tx.fetchval(
            "SELECT count(*) FROM announcements WHERE type = 'refund.unknown' AND object_id = $1", details.payment.id
        )
    return count


async def test_a_refund_that_takes_its_time_is_asked_for_once_and_seen_when_it_is_done(world: World) -> None:
    details = await paid(world, snap_refund="later")
    await refunded(world, details, RefundStatus.SUBMITTED)

    async def is_answered() -> bool:
        return (await refund_of(world, details)).provider_reference is not None

    await world.eventually(is_answered)  # it is submitted before it is answered
    await later(world, 61)
    back = await world.until(details.payment.id, PaymentStatus.REFUNDED)
    assert (back.refunds[0].status, back.refunds[0].failure) == (RefundStatus.SUCCEEDED, None)
    assert await calls(world, ASK) == 1
    await agrees(world, details.payment.id)


@pytest.mark.parametrize("decision", ["returned", "failed"])
async def test_a_refund_that_never_shows_is_told_to_a_person_once_and_ends_as_they_say(
    world: World, decision: RefundDecision
) -> None:
    details = await paid(world, snap_refund="fails_later")
    refund = await refunded(world, details, RefundStatus.SUBMITTED)
    for _ in range(4):
        await later(world, 61)
    with pytest.raises(RefundNotInDoubt):
        await world.core.payments.resolve_refund(OPERATOR, refund.id, decision, "tried too early")
    assert await told(world, details) == 0
    await later(world, DAY_S)
    await world.eventually(partial(doubted, world, details))
    await later(world, 1_801)
    assert (await told(world, details), await calls(world, ASK)) == (1, 1)

    done = await world.core.payments.resolve_refund(OPERATOR, refund.id, decision, "seen in the back office")
    after = await world.core.payments.get(details.payment.id)
    back = 150_000 if decision == "returned" else 0
    assert done.status is (RefundStatus.SUCCEEDED if back else RefundStatus.FAILED)
    assert (after.payment.amount_refunded, after.attempts[0].refund_reserved) == (back, 0)
    last = ("refunds_payable", "clearing") if back else ("refunds_payable", "refunds")
    debit, credit, amount = (await world.lines(details.payment.id))[-1]
    assert (debit, credit.partition(":")[0], amount) == (*last, 150_000)
    with pytest.raises(RefundNotInDoubt):
        await world.core.payments.resolve_refund(OPERATOR, refund.id, decision, "once more")
    await world.advance(1_801)
    assert await calls(world, ASK) == 1


async def test_a_refund_that_a_person_gave_up_and_the_provider_made_all_the_same_is_in_the_books(world: World) -> None:
    details = await paid(world, snap_refund="fails_later")
    refund = await refunded(world, details, RefundStatus.SUBMITTED)
    await later(world, DAY_S)
    await world.eventually(partial(doubted, world, details))
    await world.core.payments.resolve_refund(OPERATOR, refund.id, "failed", "nothing in the back office")
    await world.control("nicepay/refund", reference=details.attempts[0].provider_reference)
    await world.core.payments.refresh(OPERATOR, details.payment.id)
    second = await world.core.payments.refund(OPERATOR, details.payment.id, None, "once more", None, world.key())
    back = await world.until(details.payment.id, PaymentStatus.REFUNDED)
    assert {one.id: one.status for one in back.refunds} == {
        refund.id: RefundStatus.FAILED,
        second.refund.id: RefundStatus.SUCCEEDED,
    }
    assert (await book_of(world, back)).refunds == [150_000]


async def test_a_refusal_after_a_lost_ask_does_not_say_that_the_first_one_failed(world: World) -> None:
    """The first may be under way: only a person can say that it is not."""
    details = await paid(world, snap_refund="refused")
    await fault(world, "http_500", "refund")
    await refunded(world, details, RefundStatus.UNKNOWN)
    for _ in range(2):
        await later(world, 61)
    await world.eventually(partial(asked_twice, world))
    await later(world, 61)
    assert (await refund_of(world, details)).status in (RefundStatus.UNKNOWN, RefundStatus.REQUESTED)
    await later(world, DAY_S)
    assert not await doubted(world, details), "a day alone says nothing: we may have been away"
    for _ in range(10):  # looks and asks take turns
        if not await doubted(world, details):
            await later(world, 61)
    await world.eventually(partial(doubted, world, details))
    asked = await calls(world, ASK)
    for _ in range(2):
        await later(world, 1_801)
    assert await calls(world, ASK) == asked, "what a person must decide is not sent again"
    assert (await book_of(world, details)).refunds == []


async def asked_twice(world: World) -> bool:
    return await calls(world, ASK) == 2


async def test_a_refusal_of_the_only_ask_is_a_refusal(world: World) -> None:
    details = await paid(world, snap_refund="refused")
    refund = await refunded(world, details, RefundStatus.FAILED)
    assert refund.failure is not None
    assert "insufficient_funds" in refund.failure


async def test_an_operator_who_asks_the_provider_sees_a_refund_that_is_done(world: World) -> None:
    details = await paid(world, snap_refund="later")
    await refunded(world, details, RefundStatus.SUBMITTED)
    looked = await calls(world, LOOK)
    await world.core.payments.refresh(OPERATOR, details.payment.id)
    assert await calls(world, LOOK) == looked + 1
