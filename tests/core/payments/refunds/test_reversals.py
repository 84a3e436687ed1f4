"""Money that the bank takes back while it is being given back, and bills of which only a part came and goes back: nothing goes twice."""

from uuid import UUID

import pytest

from gerbang.base import ids
from gerbang.core.identity.model import Caller, Role
from gerbang.core.payments.model import (
    AttemptStatus,
    Filters,
    MethodChoice,
    NotCancellable,
    NotHeld,
    PaymentClosed,
    PaymentDetail,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from gerbang.core.payments.operator_actions import Decision
from gerbang.core.payments.refunds.model import ApprovalDecided, RefundsStopped, read_rules
from gerbang.nouns import NOUNS
from gerbang.ports.payment import Method
from tests.core.payments.conftest import OPERATOR, World

CLEARING = "clearing:nicepay-uji"
BRI = MethodChoice(Method.VIRTUAL_ACCOUNT, {"bank": "BRI"})
COLLEAGUE = Caller("user", "user:usr_second", permissions=NOUNS.roles().of(Role.FINANCE))
PAYER = Caller("payer", "payer:pay_1", permissions=frozenset({"payments:pay_own"}))


async def paid(world: World, amount: int = 92_000) -> PaymentDetail:
    made = (await world.create(amount=amount)).details
    await world.pay(made)
    return await world.until(made.payment.id, PaymentStatus.PAID)


async def refunded(world: World, payment: UUID, amount: int | None = None, *, settled: bool = False) -> Refund:
    made = await world.core.payments.refund(OPERATOR, payment, amount, "batal", None, world.key())
    if settled:
        await world.core.payments.settle_refund(OPERATOR, made.refund.id, "BCA-1")
    return await world.core.payments.refund_of(made.refund.id)


async def taken_back(world: World, details: PaymentDetail, number: int = 1) -> PaymentDetail:
    """The bank takes one deposit back."""
    await world.control("nicepay/refund", reference=ids.show("att", details.attempts[number - 1].id))
    return await world.until(details.payment.id, PaymentStatus.HELD)


async def ledger_sums(world: World, payment: UUID) -> dict[str, int]:
    """What each account has come to: debits less credits."""
    sums: dict[str, int] = {}
    for debit, credit, amount in await world.lines(payment):
        sums[debit] = sums.get(debit, 0) + amount
        sums[credit] = sums.get(credit, 0) - amount
    return {account: left for account, left in sums.items() if left}


async def test_a_deposit_taken_back_beside_a_waiting_transfer_is_held_and_cannot_be_paid_out(world: World) -> None:
    details = await paid(world)
    refund = await refunded(world, details.payment.id)
    assert refund.status is RefundStatus.AWAITING_TRANSFER
    await taken_back(world, details)
    held, _ = await world.core.payments.page(Filters(status="held"), None, 5)
    assert [one.payment.id for one in held] == [details.payment.id]
    assert (await world.core.payments.work_counts(100))["held"] == 1
    with pytest.raises(RefundsStopped):
        await world.core.payments.settle_refund(OPERATOR, refund.id, "BCA-1")
    with pytest.raises(RefundsStopped):
        await refunded(world, details.payment.id)
    told = (await world.core.payments.get(details.payment.id)).payment.sequence
    again = await world.core.payments.refresh(OPERATOR, details.payment.id)
    assert again.payment.sequence == told, "applying it again tells nobody twice"
    await world.core.payments.resolve(OPERATOR, details.payment.id, "release", "the bank shows the reversal")
    after = await world.core.payments.get(details.payment.id)
    assert (after.payment.status, after.payment.amount_captured) == (PaymentStatus.CANCELLED, 0)
    assert [one.status for one in after.refunds] == [RefundStatus.FAILED]
    assert await ledger_sums(world, details.payment.id) == {}


@pytest.mark.parametrize(
    ("decision", "status", "sums"),
    [
        ("accept", PaymentStatus.PARTIALLY_REFUNDED, {CLEARING: 92_000, "sales": -92_000, "refunds": 40_000, "bank": -40_000}),
        ("release", PaymentStatus.CREATED, {"dispute_loss": 40_000, "refunds": 40_000, "sales": -40_000, "bank": -40_000}),
    ],
)  # fmt: skip
async def test_after_a_refund_that_was_paid_out_a_person_says_whether_the_money_is_there(
    world: World, decision: Decision, status: PaymentStatus, sums: dict[str, int]
) -> None:
    details = await paid(world)
    await refunded(world, details.payment.id, 40_000, settled=True)
    await taken_back(world, details)
    await world.core.payments.resolve(OPERATOR, details.payment.id, decision, "seen at the bank")
    after = await world.core.payments.get(details.payment.id)
    assert after.payment.status is status
    assert await ledger_sums(world, details.payment.id) == sums


async def test_of_money_on_two_numbers_none_goes_back_once_the_bank_took_one_of_them(world: World) -> None:
    made = (await world.create(amount=92_000)).details
    both = (await world.core.payments.add_attempt(OPERATOR, made.payment.id, BRI, world.key())).details

    async def is_closed() -> bool:
        return (await world.core.payments.get(made.payment.id)).attempts[0].status is AttemptStatus.CANCELLED

    await world.eventually(is_closed)
    await world.pay(both)
    await world.until(made.payment.id, PaymentStatus.PAID)
    await world.control("nicepay/pay", reference=ids.show("att", both.attempts[0].id), late=True)

    async def is_twice() -> bool:
        return (await world.core.payments.get(made.payment.id)).payment.amount_excess > 0

    await world.eventually(is_twice)
    surplus = await refunded(world, made.payment.id, 92_000)
    other = 1 if surplus.attempt_id == both.attempts[1].id else 2
    await taken_back(world, both, other)
    with pytest.raises(RefundsStopped):
        await world.core.payments.settle_refund(OPERATOR, surplus.id, "BCA-1")
    await world.core.payments.resolve(OPERATOR, made.payment.id, "release", "gone")
    after = await world.core.payments.get(made.payment.id)
    assert (after.payment.status, after.payment.amount_captured, after.payment.amount_excess) == (
        PaymentStatus.PAID,
        92_000,
        0,
    )
    assert after.refunds[0].needs_attention


async def test_a_second_person_cannot_let_a_refund_go_while_the_payment_is_held(world: World) -> None:
    world.core.payments.context.refund_rules = read_rules("auto", "IDR=1000")
    details = await paid(world)
    refund = await refunded(world, details.payment.id)
    approval = await world.core.payments.approval_of_refund(refund.id)
    assert approval is not None
    await taken_back(world, details)
    with pytest.raises(RefundsStopped):
        await world.core.payments.decide_approval(COLLEAGUE, approval.id, approve=True, note="")
    await world.core.payments.resolve(OPERATOR, details.payment.id, "release", "gone")
    with pytest.raises(ApprovalDecided):
        await world.core.payments.decide_approval(COLLEAGUE, approval.id, approve=True, note="")


async def part_paid(world: World) -> PaymentDetail:
    made = (await world.create(amount=50_000)).details
    await world.pay(made, amount=20_000)
    return await world.until(made.payment.id, PaymentStatus.PART_PAID)


async def test_a_part_paid_bill_can_be_cancelled_and_what_came_becomes_a_refund(world: World) -> None:
    details = await part_paid(world)
    with pytest.raises(NotCancellable):
        await world.core.payments.cancel(PAYER, details.payment.id)
    closed = await world.core.payments.cancel(OPERATOR, details.payment.id)
    assert (closed.payment.status, closed.refunds[0].amount) == (PaymentStatus.CANCELLED, 20_000)
    await world.core.payments.settle_refund(OPERATOR, closed.refunds[0].id, "BCA-1")
    after = await world.core.payments.get(details.payment.id)
    assert (after.payment.status, after.payment.amount_refunded) == (PaymentStatus.REFUNDED, 20_000)


async def test_giving_back_all_of_a_part_closes_the_bill(world: World) -> None:
    details = await part_paid(world)
    refund = await refunded(world, details.payment.id)
    assert (await world.core.payments.get(details.payment.id)).payment.status is PaymentStatus.CANCELLED
    with pytest.raises(PaymentClosed):
        await world.core.payments.add_attempt(OPERATOR, details.payment.id, BRI, world.key())
    await world.core.payments.settle_refund(OPERATOR, refund.id, "BCA-1")
    assert (await world.core.payments.get(details.payment.id)).payment.status is PaymentStatus.REFUNDED


async def test_a_part_whose_time_is_over_waits_for_a_person_who_gives_it_back_and_closes_the_bill(world: World) -> None:
    details = await part_paid(world)
    assert (await world.core.payments.work_counts(9))["late"] == 0
    await world.advance(86_460)

    async def waits() -> bool:
        return (await world.core.payments.work_counts(9))["late"] == 1

    await world.eventually(waits)
    await world.core.payments.resolve(OPERATOR, details.payment.id, "refund", "too little, too late")
    after = await world.core.payments.get(details.payment.id)
    assert (after.payment.status, len(after.refunds)) == (PaymentStatus.CANCELLED, 1)
    with pytest.raises(NotHeld):
        await world.core.payments.resolve(OPERATOR, details.payment.id, "accept", "again")


async def test_a_part_that_is_partly_given_back_leaves_more_to_pay(world: World) -> None:
    details = await part_paid(world)
    waiting = await refunded(world, details.payment.id, 5_000)
    more = (await world.core.payments.add_attempt(OPERATOR, details.payment.id, BRI, world.key())).details
    assert more.attempts[1].amount == 35_000
    await world.pay(more)
    paid_up = await world.until(details.payment.id, PaymentStatus.PAID)
    assert (paid_up.payment.amount_captured, paid_up.payment.amount_excess) == (55_000, 0)
    async with world.core.db.transaction() as tx:
        await tx.execute("UPDATE refunds SET status = 'unknown', failure = 'lost' WHERE id = $1", waiting.id)
    await world.core.payments.resolve_refund(OPERATOR, waiting.id, "failed", "it never went")
    after = await world.core.payments.get(details.payment.id)
    assert (after.payment.status, after.payment.amount_excess) == (PaymentStatus.PAID, 5_000)
