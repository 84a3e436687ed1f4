"""Statements are read to their end, each line is booked once, and what is in doubt is held."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from gerbang.core.payments.verification import service as payments_verification
from gerbang.core.queue.model import LeaseLost
from gerbang.core.settlements import store
from gerbang.core.settlements.model import LineFilters, LineStatus, PaidPrice
from gerbang.core.settlements.service import tell_paid
from tests.core.connections.shop_world import World, running, someone, world
from tests.core.settlements.statements import TODAY, Statements, days_ago, row, statements

__all__ = ["running", "statements", "world"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
SALE = ("Item Price Credit", "100000.00")
SOLD: dict[str, int] = {"sales": -90_000, "fees": 6_000, "shipping": 0, "clearing": 84_000}


def sold(order: str = "260", **more: Any) -> list[dict[str, Any]]:
    """A parcel that was delivered: 100.000 less a voucher of 10.000, commission, payment fee, carriage paid and taken."""
    named = {"order_no": order, "orderItem_no": f"{order}1", **more}
    return [
        row(*SALE, **named),
        row("Promotional Charges Vouchers", "-10000.00", **named),
        row("Commission", "-4500.00", **named),
        row("Payment Fee", "-1500.00", **named),
        row("Shipping Fee (Paid By Customer)", "12000.00", **named),
        row("Shipping Fee Voucher (by Lazada)", "-12000.00", **named),
    ]


async def test_each_line_is_booked_once_whatever_the_pages_do(statements: Statements) -> None:
    statements.rows = sold()
    statements.page, statements.repeats = (
        4,
        1,
    )  # a page that is half of one, and the first page once more in the place of the second
    await statements.round()
    assert await statements.balances() == SOLD
    before = len(statements.asked)
    await statements.round()
    assert await statements.balances() == SOLD
    assert len(await statements.lines()) == 6
    offsets = [one.query["offset"] for one in statements.asked[before:] if "offset" in one.query]
    assert offsets == ["0", "4", "6"]
    assert (await payments_verification.verify(statements.world.core.db))[1] == []


async def test_whoever_dies_between_the_page_and_its_commit_leaves_nothing_and_is_followed(
    statements: Statements,
) -> None:
    statements.rows = sold()
    while not any("offset" in one.query and one.query["end_time"] >= TODAY.isoformat() for one in statements.asked):
        job = await statements.job()
        assert job is not None
        await statements.world.sql(
            "UPDATE jobs SET tries = tries + 1 WHERE id = $1 RETURNING 1", job.id
        )  # another took it
        with pytest.raises(LeaseLost):
            await statements.settlements.reading.handle(job)
        assert await statements.balances() == {}
        await statements.world.sql("UPDATE jobs SET lease_until = NULL WHERE id = $1 RETURNING 1", job.id)
        await statements.step()
    await statements.round()
    assert await statements.balances() == SOLD


async def test_old_days_are_read_fifteen_at_once_and_later_rounds_only_the_last_days(statements: Statements) -> None:
    statements.rows = sold(transaction_date=days_ago(80))
    await statements.round()
    assert (await statements.balances())["sales"] == -90_000
    assert len([one for one in statements.asked if one.query.get("offset") == "0"]) == 7
    statements.asked.clear()
    await statements.round()
    (asked,) = [one for one in statements.asked if "offset" in one.query]
    assert (TODAY - date.fromisoformat(asked.query["start_time"])).days <= 2


@pytest.mark.parametrize("told", ["-10000000.00", "-5000000.00", "-1000.00"])
async def test_a_refund_in_another_unit_is_held_and_never_booked(statements: Statements, told: str) -> None:
    statements.rows = [*sold(), row("Reversal Item Price", told)]
    await statements.round()
    assert await statements.balances() == SOLD
    (held,) = await statements.told("settlement.held")
    assert (held["why"], held["amount"], held["paid"]) == ("hundredfold", int(float(told)), 100_000)
    await statements.round()
    assert len(await statements.told("settlement.held")) == 1


async def test_a_refund_and_its_reversal_are_booked_against_each_other(statements: Statements) -> None:
    statements.rows = [*sold(), row("Reversal Item Price", "-100000.00"), row("Reversal Commission", "4500.00")]
    await statements.round()
    assert (await statements.balances())["refunds"] == 100_000
    assert (await statements.balances())["fees"] == 1_500
    statements.rows.append(row("Reversal Item Price", "100000.00"))
    await statements.round()
    assert (await statements.balances())["refunds"] == 0


async def test_a_refund_of_an_item_that_nobody_knows_waits_for_what_orders_say(statements: Statements) -> None:
    statements.rows = [row("Reversal Item Price", "-100000.00", order_no="7", orderItem_no="71")]
    await statements.round()
    assert await statements.balances() == {}
    assert (await statements.told("settlement.held"))[0]["why"] == "nothing_known"
    price = PaidPrice(statements.shop.id, "7", "71", 90_000, "IDR")
    async with statements.world.core.db.transaction() as tx:
        await tell_paid(tx, [price, price])
    await statements.round()
    assert await statements.balances() == {"refunds": 100_000, "clearing": -100_000}
    await statements.round()
    assert await statements.balances() == {"refunds": 100_000, "clearing": -100_000}


async def test_what_orders_say_counts_before_the_line_of_the_sale(statements: Statements) -> None:
    async with statements.world.core.db.transaction() as tx:
        await tell_paid(tx, [PaidPrice(statements.shop.id, "260", "2601", 1_000, "IDR")])
    statements.rows = [*sold(), row("Reversal Item Price", "-100000.00")]
    await statements.round()
    assert (await statements.told("settlement.held"))[0]["paid"] == 1_000


async def test_a_kind_that_nobody_knows_is_booked_apart_and_told_once(statements: Statements) -> None:
    statements.rows = [row("Free Parcel Insurance", "-100.00"), row("Free Parcel Insurance", "-200.00")]
    await statements.round()
    statements.rows.append(row("Free Parcel Insurance", "-300.00"))
    await statements.round()
    assert await statements.balances() == {"unclassified": 600, "clearing": -600}
    assert [one["kind_said"] for one in await statements.told("settlement.kind_unknown")] == ["Free Parcel Insurance"]


async def test_a_line_that_is_told_again_with_another_amount_is_told_once_and_what_was_booked_stands(
    statements: Statements,
) -> None:
    statements.rows = [row(*SALE)]
    await statements.round()
    statements.rows[0] |= {"amount": "1.00"}
    for _ in range(2):
        await statements.round()
    assert await statements.balances() == {"sales": -100_000, "clearing": 100_000}
    (changed,) = await statements.told("settlement.changed")
    assert (changed["was"], changed["amount"]) == (100_000, 1)


async def test_a_payout_is_booked_once_when_it_is_paid_and_its_lines_come_under_it(statements: Statements) -> None:
    statements.rows = sold(transaction_date=days_ago(10))
    await statements.round()
    payout = {"statement_number": "S1", "payout": "84000.00 IDR", "paid": 0, "created_at": TODAY.isoformat()}
    statements.payouts = [payout]
    for one in statements.rows:
        one["statement"] = "S1"
    await statements.round()
    assert {one[3] for one in await statements.lines()} == {"S1"}  # read again from the oldest that was in none
    assert await statements.balances() == SOLD
    for _ in range(2):
        payout["paid"] = 1
        await statements.round()
    assert await statements.balances() == {**SOLD, "clearing": 0, "bank": 84_000}
    assert [one["amount"] for one in await statements.told("payout.received")] == [84_000]
    payout["payout"] = "1.00 IDR"
    for _ in range(2):
        await statements.round()
    assert (await statements.balances())["bank"] == 84_000
    assert len(await statements.told("settlement.changed")) == 1


async def test_a_line_that_names_a_period_comes_under_the_payout_that_was_made_after_it(statements: Statements) -> None:
    week = f"{days_ago(12)} - {days_ago(6)}"
    statements.rows = sold(transaction_date=days_ago(10), statement=week)
    await statements.round()
    assert {one[3] for one in await statements.lines()} == {""}
    made = {"statement_number": "S9", "payout": "84000.00 IDR", "paid": 1}
    statements.payouts = [{**made, "created_at": (TODAY - timedelta(days=5)).isoformat()}]
    await statements.round()
    assert {one[3] for one in await statements.lines()} == {"S9"}


async def test_a_marketplace_that_refuses_is_asked_later_and_said_to_be_failing(statements: Statements) -> None:
    statements.instead = "1000"
    for _ in range(3):
        await statements.round()
    assert len(statements.asked) == 3
    assert statements.shop.id in str(await statements.settlements.failing())
    statements.instead, statements.rows = "", sold()
    await statements.round()
    assert await statements.settlements.failing() is None
    assert await statements.balances() == SOLD


async def test_two_shops_under_one_app_have_accounts_of_their_own(world: World) -> None:
    app = await world.app()
    first, second = [Statements(world, await world.connected(app, seller)) for seller in ("9001", "9002")]
    for one, order in ((first, "260"), (second, "260")):  # the same numbers in both
        one.rows = sold(order)
        world.market.gateway.by = one.answer
        await one.settlements.run_once()
        await one.round()
    assert await first.balances() == await second.balances() == SOLD


async def test_a_decision_waits_for_the_reading_that_counts_the_line(statements: Statements) -> None:
    statements.rows = [*sold(), row("Reversal Item Price", "-10000000.00")]
    await statements.round()
    world, overview = statements.world, statements.settlements.overview
    (line,) = (await overview.lines(LineFilters(connection=statements.shop.id, status=LineStatus.HELD), None, 5)).lines
    async with world.core.db.transaction() as tx:  # a round that has read the line, and not yet counted it
        await store.lock_reading(tx, statements.shop.id)
        deciding = asyncio.create_task(overview.decide(someone(), line.line.id, -100_000))
        done, _ = await asyncio.wait([deciding], timeout=0.2)
        assert not done
    assert (await deciding).line.booked == -100_000
    assert await statements.balances() == {**SOLD, "refunds": 100_000, "clearing": -16_000}


async def test_a_line_that_cannot_be_read_is_kept_once_and_told_and_the_others_are_booked(
    statements: Statements,
) -> None:
    statements.rows = [*sold(), row("Item Price Credit", "a lot", order_no="261")]
    for _ in range(2):
        await statements.round()
    assert await statements.balances() == SOLD
    kept = "SELECT count(*) FROM settlement_unreadable WHERE connection = $1 AND order_number = '261'"
    assert await statements.world.sql(kept, statements.shop.id) == 1
    told = await statements.settlements.failing()
    assert told is not None
    assert "order 261" in told
    assert "seller centre" in told
