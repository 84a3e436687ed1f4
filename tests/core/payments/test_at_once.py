"""Attempts, cancels and money at the same moment: in the end one attempt at most can be paid at the provider (R64)."""

import asyncio
from collections.abc import Sequence

from gerbang.base import ids
from gerbang.base.errors import GerbangError
from gerbang.core.payments.model import AttemptStatus, CreationResult, MethodChoice, PaymentDetail, PaymentStatus
from gerbang.ports.payment import Method
from tests.core.payments.provider_book import agrees, fault

from .conftest import CARD, OPERATOR, World

S = AttemptStatus
BANKS = ("BCA", "BRI", "MANDIRI")
QRIS = MethodChoice(Method.QRIS, {})


def va(bank: str) -> MethodChoice:
    return MethodChoice(Method.VIRTUAL_ACCOUNT, {"bank": bank})


async def add(world: World, details: PaymentDetail, choice: MethodChoice) -> CreationResult:
    return await world.core.payments.add_attempt(OPERATOR, details.payment.id, choice, world.key())


async def payable(world: World, details: PaymentDetail) -> list[str]:
    """Our references of the attempts that the provider would still take money for, by its own book: it is asked to take some."""
    taken = []
    for attempt in (await world.core.payments.get(details.payment.id)).attempts:
        reference = ids.show("att", attempt.id)
        try:
            await world.control("nicepay/pay", reference=reference)
        except AssertionError:
            continue
        taken.append(reference)
    return taken


async def settled(world: World, details: PaymentDetail, statuses: Sequence[AttemptStatus]) -> bool:
    latest = await world.core.payments.get(details.payment.id)
    return sorted(a.status for a in latest.attempts) == sorted(statuses)


async def test_three_attempts_at_the_same_moment_leave_one_that_can_be_paid(world: World) -> None:
    made = (await world.create(choice=None)).details
    await fault(world, "slow", "registration", count=3, delay_s=1)
    await asyncio.gather(*(add(world, made, va(bank)) for bank in BANKS))
    await world.eventually(lambda: settled(world, made, [S.CANCELLED, S.CANCELLED, S.PENDING]), seconds=60)
    latest = await world.core.payments.get(made.payment.id)
    assert latest.attempts[-1].status is S.PENDING
    assert await payable(world, made) == [ids.show("att", latest.attempts[-1].id)]
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert (paid.payment.amount_captured, paid.payment.amount_excess) == (150_000, 0)
    await agrees(world, made.payment.id)


async def test_the_same_way_chosen_in_three_tabs_or_by_three_calls_is_one_code_and_one_page(world: World) -> None:
    """NICEPAY can close no unpaid QRIS and no card page: a second one would stay payable beside the first."""
    for choice in (QRIS, CARD):
        made = (await world.create(choice=None)).details
        await asyncio.gather(*(add(world, made, choice) for _ in range(3)))
        again = (await add(world, made, choice)).details
        assert [a.status for a in again.attempts] == [S.PENDING]
        assert len(await payable(world, made)) == 1


async def test_one_whose_answer_is_lost_does_not_take_the_place_of_what_was_chosen_after_it(world: World) -> None:
    made = (await world.create(choice=None)).details
    await fault(world, "timeout_after_effect", "registration", delay_s=6)
    await asyncio.gather(add(world, made, va("BCA")), _a_moment_later(world, made, QRIS))
    await world.eventually(lambda: settled(world, made, [S.ABANDONED, S.PENDING]), seconds=40)
    latest = await world.core.payments.get(made.payment.id)
    assert [(a.method, a.status) for a in latest.attempts] == [
        (Method.VIRTUAL_ACCOUNT, S.ABANDONED),
        (Method.QRIS, S.PENDING),
    ]


async def _a_moment_later(world: World, made: PaymentDetail, choice: MethodChoice) -> None:
    await asyncio.sleep(0.5)
    await add(world, made, choice)


async def test_one_that_could_not_be_sent_yet_is_not_sent_any_more_once_another_was_chosen(world: World) -> None:
    made = (await world.create(choice=None)).details
    await fault(world, "refuse", "", delay_s=2.5)
    await add(world, made, va("BCA"))
    await add(world, made, QRIS)
    await world.eventually(lambda: settled(world, made, [S.CANCELLED, S.PENDING]), seconds=60)
    assert await payable(world, made) == [
        ids.show("att", (await world.core.payments.get(made.payment.id)).attempts[-1].id)
    ]


async def test_a_cancel_while_a_number_is_being_made_leaves_no_number_that_can_be_paid(world: World) -> None:
    made = (await world.create(choice=None)).details
    await fault(world, "slow", "registration", delay_s=1.5)
    await asyncio.gather(add(world, made, va("BCA")), _cancel_in(world, made, 0.5))

    async def closed_at_provider() -> bool:
        timeline = await world.core.payments.timeline(made.payment.id)
        return any(
            m.detail.get("source") == "cancel" and "Cancelled" in m.detail.get("facts", ()) for m in timeline[-1:]
        )

    await world.eventually(closed_at_provider)
    assert (await world.core.payments.get(made.payment.id)).payment.status is PaymentStatus.CANCELLED
    assert await payable(world, made) == []


async def _cancel_in(world: World, made: PaymentDetail, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await world.core.payments.cancel(OPERATOR, made.payment.id)


async def test_a_cancel_and_a_new_attempt_at_once_end_as_if_one_came_after_the_other(world: World) -> None:
    for _ in range(5):
        made = (await world.create()).details
        answers = await asyncio.gather(
            add(world, made, QRIS), world.core.payments.cancel(OPERATOR, made.payment.id), return_exceptions=True
        )
        assert all(isinstance(a, GerbangError | CreationResult | PaymentDetail) for a in answers), answers

        async def quiet(made: PaymentDetail = made) -> bool:
            latest = await world.core.payments.get(made.payment.id)
            return latest.payment.status is PaymentStatus.CANCELLED or [a.status for a in latest.attempts][1:] == [
                S.PENDING
            ]

        await world.eventually(quiet)


async def test_money_that_comes_late_by_one_way_closes_the_other(world: World) -> None:
    made = (await world.create(choice=va("BCA"))).details
    first = ids.show("att", made.attempts[0].id)
    await fault(world, "http_500", "cancel", count=50)  # it cannot be closed for now, and the payer has its number
    await add(world, made, va("BRI"))
    await world.control("nicepay/pay", reference=first)
    await world.until(made.payment.id, PaymentStatus.PAID)
    await world.control("nicepay/faults", "DELETE")
    await world.eventually(lambda: settled(world, made, [S.CAPTURED, S.CANCELLED]), seconds=30)
    assert await payable(world, made) == []
    await agrees(world, made.payment.id)


async def test_the_same_page_at_the_provider_chosen_again_is_the_one_that_is_open(world: World) -> None:
    made = (await world.create(choice=CARD)).details
    again = (await add(world, made, CARD)).details
    assert [one.id for one in again.attempts] == [made.attempts[0].id]
