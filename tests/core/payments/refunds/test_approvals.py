"""Refunds above the limit wait for a second person, who decides once, about exactly what was seen (R38, R64)."""

import asyncio
from collections.abc import Awaitable
from uuid import UUID

import pytest

from gerbang.base import ids
from gerbang.core.identity import store as identity_store
from gerbang.core.identity.model import Caller, Role, StepUpRequired
from gerbang.core.payments.model import Destination, PaymentStatus, Refund, RefundNotAwaitingTransfer, RefundStatus
from gerbang.core.payments.refunds.model import (
    Approval,
    ApprovalDecided,
    ApprovalNeedsAPerson,
    AskedForItThemselves,
    DestinationChanged,
    read_rules,
)
from gerbang.nouns import NOUNS
from gerbang.web.checkout.checkout_state import refunds_by_state
from gerbang.web.views.payer import payer_payment_view
from gerbang.web.views.payments import no_steps
from tests.core.payments.conftest import OPERATOR, World

COLLEAGUE, THIRD = (
    Caller("user", f"user:usr_{name}", permissions=NOUNS.roles().of(Role.FINANCE), session_id=ids.new())
    for name in ("second", "third")
)
KEY = Caller("api_key", "key:key_test", permissions=NOUNS.roles().of(Role.ADMIN))
ACCOUNT, OTHER = Destination("BNI", "0341882288", "Sari"), Destination("BCA", "9990001114", "Orang Lain")


async def signed_in(world: World, *callers: Caller) -> None:
    """Have these people given their password just now."""
    async with world.core.db.transaction() as tx:
        for one in callers:
            user = ids.new()
            await identity_store.add_user(tx, user, f"{user.hex}@lumbung.example", "Ratih", "id", "customer", "-")
            assert one.session_id is not None
            await identity_store.add_family(tx, one.session_id, user)


async def paid(world: World) -> UUID:
    """A paid payment, where a second person must agree to more than Rp 100.000."""
    world.core.payments.context.refund_rules = read_rules("auto", "IDR=100000 USD=1")
    await signed_in(world, COLLEAGUE, THIRD)
    details = (await world.create()).details
    await world.pay(details)
    await world.until(details.payment.id, PaymentStatus.PAID)
    return details.payment.id


async def asked(
    world: World, amount: int, to: Destination | None = None, payment: UUID | None = None
) -> tuple[Refund, Approval | None]:
    payment = payment or await paid(world)
    made = await world.core.payments.refund(OPERATOR, payment, amount, "returned", to, world.key())
    return made.refund, await world.core.payments.approval_of_refund(made.refund.id)


async def now(world: World, refund: Refund) -> tuple[RefundStatus, str]:
    known = await world.core.payments.refund_of(refund.id)
    return known.status, known.approval


async def refused(doing: "Awaitable[object]", kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await doing


async def test_what_is_above_the_limit_waits_and_the_second_persons_word_lets_it_go_on_once(world: World) -> None:
    refund, approval = await asked(world, 150_000)
    assert approval is not None
    assert await now(world, refund) == (RefundStatus.REQUESTED, "pending")
    payments = world.core.payments
    details = await payments.get(refund.payment_id)
    assert payer_payment_view(details, checkout_url=None, steps=no_steps).refunds == []  # nothing was promised yet
    assert refunds_by_state(details.refunds)["coming"] == ()
    await refused(payments.settle_refund(COLLEAGUE, refund.id, "TRX-1"), RefundNotAwaitingTransfer)
    await refused(payments.decide_approval(OPERATOR, approval.id, approve=True, note=""), AskedForItThemselves)
    await refused(payments.decide_approval(KEY, approval.id, approve=True, note=""), ApprovalNeedsAPerson)
    both = await asyncio.gather(
        payments.decide_approval(COLLEAGUE, approval.id, approve=True, note=""),
        payments.decide_approval(THIRD, approval.id, approve=False, note="too much"),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, ApprovalDecided) for one in both) == [False, True]
    decided = await payments.approval_of(approval.id)
    assert (await now(world, refund))[1] == decided.status
    kinds = [moment.kind for moment in await payments.timeline(refund.payment_id)]
    assert kinds.count("refund.approval_approved") + kinds.count("refund.approval_refused") == 1


async def test_parts_below_the_limit_add_up_to_it(world: World) -> None:
    payment = await paid(world)
    first, none = await asked(world, 60_000, payment=payment)
    second, approval = await asked(world, 60_000, payment=payment)
    assert (first.status, none) == (RefundStatus.AWAITING_TRANSFER, None)
    assert approval is not None
    assert await now(world, second) == (RefundStatus.REQUESTED, "pending")


async def test_what_is_refused_or_lapses_frees_the_money(world: World) -> None:
    payment = await paid(world)
    refund, approval = await asked(world, 150_000, payment=payment)
    assert approval is not None
    await world.core.payments.decide_approval(COLLEAGUE, approval.id, approve=False, note="no photo")
    assert await now(world, refund) == (RefundStatus.FAILED, "refused")
    again, _ = await asked(world, 150_000, payment=payment)
    await world.advance(86_400 + 60)
    await world.eventually(lambda: lapsed(world, again))
    third, _ = await asked(world, 150_000, payment=payment)
    assert (await now(world, third))[1] == "pending"


async def lapsed(world: World, refund: Refund) -> bool:
    return await now(world, refund) == (RefundStatus.FAILED, "expired")


async def test_an_approval_lapses_when_the_account_changes_before_the_money_is_sent(world: World) -> None:
    """R62: what was approved is what is paid."""
    refund, approval = await asked(world, 150_000, ACCOUNT)
    assert approval is not None
    assert approval.destination_version == 1
    payments, payer = world.core.payments, Caller("payer", f"payer:{ids.show('ref', refund.id)}")
    await payments.decide_approval(COLLEAGUE, approval.id, approve=True, note="")
    assert await now(world, refund) == (RefundStatus.AWAITING_TRANSFER, "approved")
    await payments.name_destination(payer, refund.id, OTHER, seen=1)
    assert await now(world, refund) == (RefundStatus.REQUESTED, "pending")
    anew = await payments.approval_of_refund(refund.id)
    assert anew is not None
    assert (anew.id != approval.id, anew.destination_version) == (True, 2)
    stale = payments.decide_approval(COLLEAGUE, anew.id, approve=True, note="", seen="0" * 16)
    await refused(stale, DestinationChanged)
    await payments.decide_approval(COLLEAGUE, anew.id, approve=True, note="")
    done = await payments.settle_refund(COLLEAGUE, refund.id, "TRX-1", 2)
    assert done.status is RefundStatus.SUCCEEDED


@pytest.mark.parametrize("who", ["operator", "payer"])
async def test_an_approval_lapses_when_an_operator_names_the_account_after_it_and_not_when_the_payer_does(
    world: World, who: str
) -> None:
    refund, approval = await asked(world, 150_000)
    assert approval is not None
    payments, payer = world.core.payments, Caller("payer", f"payer:{ids.show('ref', refund.id)}")
    await payments.decide_approval(COLLEAGUE, approval.id, approve=True, note="")
    await payments.name_destination(COLLEAGUE if who == "operator" else payer, refund.id, ACCOUNT)
    stands = (RefundStatus.REQUESTED, "pending") if who == "operator" else (RefundStatus.AWAITING_TRANSFER, "approved")
    assert await now(world, refund) == stands


async def test_who_gave_the_password_long_ago_gives_it_again_before_they_approve_and_not_before_they_refuse(
    world: World,
) -> None:
    """R38"""
    refund, approval = await asked(world, 150_000)
    assert approval is not None
    async with world.core.db.transaction() as tx:
        await tx.execute("UPDATE session_families SET created_at = created_at - interval '6 minutes'")
    payments = world.core.payments
    await refused(payments.decide_approval(COLLEAGUE, approval.id, approve=True, note=""), StepUpRequired)
    no = await payments.decide_approval(THIRD, approval.id, approve=False, note="too much")
    assert no.status == "refused"
    _, again = await asked(world, 150_000, payment=refund.payment_id)
    assert again is not None
    async with world.core.db.transaction() as tx:
        assert COLLEAGUE.session_id is not None
        await identity_store.prove_family(tx, COLLEAGUE.session_id)
    assert (await payments.decide_approval(COLLEAGUE, again.id, approve=True, note="")).status == "approved"
