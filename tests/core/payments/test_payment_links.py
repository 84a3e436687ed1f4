"""A payment's link on its way: mailed once a key, refused where it would lead nowhere, and the first opening written down once."""

import asyncio

import pytest
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.core.idempotency.model import IdempotencyKeyReused
from gerbang.core.payments import payment_links
from gerbang.core.payments.model import (
    LINK_OPENED,
    LINK_SENT,
    NewPayment,
    PaymentClosed,
    PaymentDetail,
    PaymentNotFound,
    PaymentStatus,
    takes_money,
)
from gerbang.core.payments.permissions import payer_caller
from gerbang.core.payments.reach import PayerUnreachable
from gerbang.ports.payment import Payer

from .conftest import OPERATOR, World


async def announced(world: World, details: PaymentDetail, type_: str = "payment.link") -> int:
    async with world.core.db.reading() as tx:
        count: int = await tx.fetchval(
            "SELECT count(*) FROM announcements WHERE type = $2 AND object_id = $1", details.payment.id, type_
        )
    return count


async def kinds(world: World, details: PaymentDetail) -> list[str]:
    return [moment.kind for moment in await world.core.payments.timeline(details.payment.id)]


async def test_twenty_clicks_on_one_form_mail_the_link_once(world: World) -> None:
    details = (await world.create(choice=None)).details
    key = world.key("one-form")
    outcomes = await asyncio.gather(
        *(world.core.payments.send_link(OPERATOR, details.payment.id, key) for _ in range(20))
    )
    assert sum(not outcome.replayed for outcome in outcomes) == 1
    assert await announced(world, details) == 1
    assert (await kinds(world, details)).count(LINK_SENT) == 1


async def test_sending_on_purpose_a_second_time_is_another_mail(world: World) -> None:
    details = (await world.create(choice=None)).details
    for _ in range(2):
        await world.core.payments.send_link(OPERATOR, details.payment.id, world.key())
    assert await announced(world, details) == 2


async def test_a_key_of_another_payment_sends_nothing(world: World) -> None:
    """R2"""
    one, other = (await world.create(choice=None)).details, (await world.create(choice=None)).details
    key = world.key("shared")
    await world.core.payments.send_link(OPERATOR, one.payment.id, key)
    with pytest.raises(IdempotencyKeyReused):
        await world.core.payments.send_link(OPERATOR, other.payment.id, key)
    assert await announced(world, other) == 0


async def test_a_link_that_leads_nowhere_is_not_mailed(world: World) -> None:
    details = (await world.create(choice=None)).details
    await world.core.payments.cancel(OPERATOR, details.payment.id)
    with pytest.raises(PaymentClosed):
        await world.core.payments.send_link(OPERATOR, details.payment.id, world.key())
    late = (await world.create(choice=None)).details
    await world.advance(86_401)
    with pytest.raises(PaymentClosed):
        await world.core.payments.send_link(OPERATOR, late.payment.id, world.key())
    with pytest.raises(PaymentNotFound):
        await world.core.payments.send_link(OPERATOR, ids.new(), world.key())
    assert await announced(world, details) + await announced(world, late) == 0


async def test_without_an_address_nothing_is_sent_and_a_later_try_with_the_same_key_is_no_replay(world: World) -> None:
    new = NewPayment(150_000, "IDR", "Kopi Gayo", payer=Payer("Sari"))
    details = (await world.core.payments.create(OPERATOR, new, world.key())).details
    for _ in range(2):
        with pytest.raises(PayerUnreachable):
            await world.core.payments.send_link(OPERATOR, details.payment.id, world.key("same"))
    assert await announced(world, details) == 0
    assert LINK_SENT not in await kinds(world, details)


async def test_ten_tabs_at_once_are_one_first_opening(world: World) -> None:
    details = (await world.create(choice=None)).details
    payer = payer_caller(details.payment.id)
    await asyncio.gather(
        *(payment_links.note_opened(world.core.payments.context, payer, details.payment.id) for _ in range(10))
    )
    opened = [m for m in await world.core.payments.timeline(details.payment.id) if m.kind == LINK_OPENED]
    assert [moment.actor for moment in opened] == [payer.label]
    assert await announced(world, details, "payment.opened") == 1


async def test_a_payment_takes_money_while_it_is_owed_and_its_time_runs(world: World) -> None:
    payment = (await world.create(choice=None)).details.payment
    owed = {status for status in PaymentStatus if takes_money(replace(payment, status=status), payment.created_at)}
    assert owed == {PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.PART_PAID, PaymentStatus.FAILED}
    assert not takes_money(payment, payment.expires_at)
