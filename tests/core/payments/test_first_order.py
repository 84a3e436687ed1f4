"""Money in and money back by virtual account and card, against the NICEPAY simulator, with the ledger line by line."""

import asyncio

from gerbang.base import ids
from gerbang.core.payments.model import AttemptStatus, MethodChoice, PaymentStatus, RefundStatus
from gerbang.ports.next_action import DisplayVirtualAccount, Redirect
from gerbang.ports.payment import Method
from tests import demo_accounts

from .conftest import CARD, OPERATOR, World

CLEARING = "clearing:nicepay-uji"


async def test_a_virtual_account_is_paid_once_the_provider_says_so_when_asked(world: World) -> None:
    made = (await world.create()).details
    assert made.payment.status is PaymentStatus.PENDING
    assert isinstance(made.attempts[0].next_action, DisplayVirtualAccount)

    await world.pay(made)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)

    assert (paid.payment.amount_captured, paid.payment.late) == (150_000, False)
    assert await world.lines(made.payment.id) == [(CLEARING, "sales", 150_000)]
    journal = await world.control("journal?provider=nicepay", "GET")
    routes = [entry["route"] for entry in reversed(journal["data"])]
    assert any("registration" in r for r in routes)
    assert any("inquiry" in r for r in routes)


async def test_with_notifications_lost_nothing_is_paid_until_the_sweep_asks(world: World) -> None:
    made = (await world.create()).details
    await world.control("nicepay/webhooks", reference=ids.show("att", made.attempts[0].id), drop=True)
    await world.pay(made)
    await asyncio.sleep(1)
    assert (await world.core.payments.get(made.payment.id)).payment.status is PaymentStatus.PENDING

    await world.advance(61)
    await world.until(made.payment.id, PaymentStatus.PAID)


async def test_fifty_requests_with_one_key_make_one_payment_and_one_registration(world: World) -> None:  # R1
    outcomes = await asyncio.gather(*(world.create(key="one-key") for _ in range(50)))
    assert len({outcome.details.payment.id for outcome in outcomes}) == 1
    assert sum(not outcome.replayed for outcome in outcomes) == 1
    assert await world.registrations() == 1


async def test_a_lost_answer_ends_with_one_number_shown_and_money_on_either_found(world: World) -> None:  # R8
    await world.control("nicepay/faults", "PUT", kind="timeout_after_effect", route="registration", count=1, delay_s=1)
    await world.core.connections.update(
        "test",
        "nicepay-uji",
        settings={**(await world.core.connections.get("nicepay-uji")).settings, "timeout_s": "1"},
        secrets=(await world.core.connections.get("nicepay-uji")).secrets,
        enabled=True,
    )
    made = (await world.create()).details
    details = await world.until(made.payment.id, PaymentStatus.PENDING)
    assert [a.status for a in details.attempts] == [AttemptStatus.ABANDONED, AttemptStatus.PENDING]
    assert [a.next_action is not None for a in details.attempts] == [False, True]

    await world.control("nicepay/pay", reference=ids.show("att", details.attempts[0].id))
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert paid.attempts[0].status is AttemptStatus.CAPTURED


async def test_money_on_both_numbers_puts_the_second_to_the_payers_credit(world: World) -> None:
    made = (await world.create()).details
    again = await world.core.payments.add_attempt(
        OPERATOR, made.payment.id, MethodChoice(Method.VIRTUAL_ACCOUNT, {"bank": "BRI"}), world.key()
    )
    first, second = again.details.attempts
    await world.control("nicepay/pay", reference=ids.show("att", second.id))
    await world.until(made.payment.id, PaymentStatus.PAID)
    closed = await world.core.payments.get(made.payment.id)
    assert closed.attempts[0].status is AttemptStatus.CANCELLED
    assert first.id == closed.attempts[0].id


async def test_a_card_goes_to_the_hosted_page_and_its_refund_comes_back_from_the_provider(world: World) -> None:
    made = (await world.create(choice=CARD)).details
    assert isinstance(made.attempts[0].next_action, Redirect)
    await world.pay(made)
    await world.until(made.payment.id, PaymentStatus.PAID)

    await world.core.payments.refund(OPERATOR, made.payment.id, 50_000, "broken jar", None, world.key())
    part = await world.until(made.payment.id, PaymentStatus.PARTIALLY_REFUNDED)
    assert part.refunds[0].status is RefundStatus.SUCCEEDED
    assert await world.lines(made.payment.id) == [
        (CLEARING, "sales", 150_000),
        ("refunds", "refunds_payable", 50_000),
        ("refunds_payable", CLEARING, 50_000),
    ]


async def test_a_paid_virtual_account_is_given_back_by_a_persons_transfer(world: World) -> None:
    made = (await world.create()).details
    await world.pay(made)
    await world.until(made.payment.id, PaymentStatus.PAID)

    refund = (
        await world.core.payments.refund(OPERATOR, made.payment.id, None, "changed mind", None, world.key())
    ).refund
    assert refund.status is RefundStatus.AWAITING_TRANSFER
    await world.core.payments.settle_refund(OPERATOR, refund.id, "BCA-20261123-1")
    back = await world.until(made.payment.id, PaymentStatus.REFUNDED)
    assert back.payment.amount_refunded == 150_000
    assert await world.lines(made.payment.id) == [
        (CLEARING, "sales", 150_000),
        ("refunds", "refunds_payable", 150_000),
        ("refunds_payable", "bank", 150_000),
    ]


async def test_cancel_closes_the_number_at_the_provider(world: World) -> None:
    made = (await world.create()).details
    cancelled = await world.core.payments.cancel(OPERATOR, made.payment.id)
    assert cancelled.payment.status is PaymentStatus.CANCELLED


async def test_an_unpaid_number_expires_when_the_provider_says_so(world: World) -> None:
    made = (await world.create()).details
    await world.advance(86_400 + 60)
    await world.until(made.payment.id, PaymentStatus.EXPIRED)


async def test_an_unpaid_card_expires_at_our_deadline_for_its_provider_knows_no_end_and_late_money_counts(
    world: World,
) -> None:
    made = (await world.create(choice=CARD)).details
    await world.advance(86_400 + 60)
    expired = await world.until(made.payment.id, PaymentStatus.EXPIRED)
    assert expired.attempts[0].status is AttemptStatus.EXPIRED

    await world.pay(made)
    paid = await world.until(made.payment.id, PaymentStatus.PAID)
    assert (paid.payment.late, paid.payment.amount_captured) == (True, 150_000)
    assert await world.lines(made.payment.id) == [(CLEARING, "sales", 150_000)]


async def test_a_demo_of_yesterday_learns_the_methods_of_today(world: World) -> None:
    await world.core.connections.switch("test", demo_accounts.SECOND, enabled=False)
    known = await world.core.connections.get("nicepay-uji")
    two = {name: known.settings[name] for name in ("base_url", "imid_virtual_account", "imid_card")}
    keys = {name: known.secrets[name] for name in ("merchant_key_virtual_account", "merchant_key_card")}
    await world.core.connections.update("test", "nicepay-uji", settings=two, secrets=keys, enabled=True)
    assert {offer.method for offer in await world.core.payments.methods(150_000, "IDR")} == {
        Method.VIRTUAL_ACCOUNT,
        Method.CARD,
    }

    await demo_accounts.connect(demo_accounts.NICEPAY, world.core.connections, world.core.secrets, world.core.settings)
    made = (await world.create(choice=MethodChoice(Method.QRIS, {}))).details
    await world.pay(made)
    await world.until(made.payment.id, PaymentStatus.PAID)
