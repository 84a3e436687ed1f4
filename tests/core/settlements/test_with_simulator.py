"""The marketplace's own simulator with two shops under one app: what it pays out is in the ledger, and explained to the last unit."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gerbang.cli.ports import free_port
from gerbang.core.payments.verification import service as payments_verification
from gerbang.core.settlements import verification
from gerbang.core.settlements.explaining import Difference, OrderState
from gerbang.core.settlements.jobs import READ
from gerbang.core.settlements.model import LineStatus, PayoutFilters
from gerbang.core.settlements.overview import ExplainedPayout
from gerbang.core.settlements.service import Settlements
from gerbang.ports.marketplace_catalogue import FeeKind
from gerbang.ports.marketplace_orders import ItemStatus
from tests.conftest import FreshDatabase
from tests.core.orders.world import ID, SG, World, opened
from tests.providers.lazada.simulator.test_cancellation import decide, reverse_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHOPS = {ID: "id", SG: "sg"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with opened(module_database, tmp_path_factory.mktemp("settlements"), free_port(), free_port()) as one:
        assert await one.core.service(Settlements).run_once() == 2
        await read(one)
        yield one


async def read(world: World) -> None:
    """A round of both shops, by the worker."""
    began = await sql(world, "SELECT business_now()")
    await sql(world, "UPDATE jobs SET run_at = business_now() WHERE kind = $1 RETURNING 1", READ)
    world.core.wake()
    ends = time.monotonic() + 20
    while await sql(world, "SELECT count(*) FROM settlement_readings WHERE read_at > $1", began) < len(SHOPS):
        assert time.monotonic() < ends, "nobody reads"
        await asyncio.sleep(0.02)


async def sql(world: World, statement: str, *values: Any) -> Any:
    async with world.core.db.transaction() as tx:
        return await tx.fetchval(statement, *values)


async def pay_out(world: World, shop: str) -> ExplainedPayout:
    """A statement of all that is in none, and it as it is here once the round is over."""
    told = await world.market.control("pay-out", shop=f"toko-{SHOPS[shop]}")
    await read(world)
    payouts, _ = await world.core.service(Settlements).overview.payouts(PayoutFilters(shop), None, 10)
    (found,) = [one for one in payouts if one.payout.statement == told["statement"]]
    assert found.payout.amount == told["amount"] // (100 if found.payout.currency == "IDR" else 1)
    return found


async def balance(world: World, shop: str) -> int:
    """What the marketplace owes by the ledger."""
    return int(
        await sql(
            world,
            "SELECT coalesce(sum(CASE WHEN debit = $1 THEN amount ELSE -amount END), 0) FROM ledger_lines WHERE $1 IN (debit, credit)",
            f"clearing:{shop}",
        )
    )


async def test_what_two_shops_are_paid_is_explained_to_the_last_unit(world: World) -> None:
    orders = {shop: await world.market.delivered(site, sku="KOPI-250", quantity=2) for shop, site in SHOPS.items()}
    await read(world)
    owed = {shop: await balance(world, shop) for shop in SHOPS}
    for shop, order in orders.items():
        found = await pay_out(world, shop)
        assert (found.explanation.why, found.explanation.difference) == (Difference.NONE, 0)
        assert found.payout.amount == owed[shop] > 0
        assert {one.kind for one in found.explanation.sums} >= {FeeKind.SALE, FeeKind.COMMISSION, FeeKind.PAYMENT_FEE}
        assert await balance(world, shop) == 0
        overview = world.core.service(Settlements).overview
        await world.until(order, shop, status=ItemStatus.DELIVERED)  # what orders read is what settlements compare with
        settled, currency, lines = await overview.order(shop, order)
        assert {one.payout for one in lines} == {found.payout.id}
        assert currency == found.payout.currency
        assert (settled.state, settled.paid_out) == (OrderState.SETTLED, found.payout.amount)
    assert await verification.verify(world.core.db) == []
    assert (await payments_verification.verify(world.core.db))[1] == []


async def test_a_parcel_that_nobody_took_costs_and_is_carried_over_to_the_next_payout(world: World) -> None:
    order = await world.market.shipped("sg")
    await world.market.control("scan", shop="toko-sg", order=order, kind="failed")
    first = await pay_out(world, SG)
    assert (first.payout.amount, first.explanation.why) == (0, Difference.NONE)
    assert [one.kind for one in first.explanation.sums] == [FeeKind.FAILED_DELIVERY]
    assert first.explanation.kept_back == await balance(world, SG) < 0
    await world.market.delivered("sg")
    second = await pay_out(world, SG)
    assert (second.explanation.opening, second.explanation.why) == (first.explanation.kept_back, Difference.NONE)
    assert await balance(world, SG) == 0
    assert await verification.verify(world.core.db) == []


async def test_a_return_that_was_refunded_is_taken_back_with_its_commission_and_explained(world: World) -> None:
    for shop, site in SHOPS.items():
        order = await world.market.delivered(site, sku="KOPI-250")
        await pay_out(world, shop)
        await world.market.control("return", shop=f"toko-{site}", order=order)
        reverse = await reverse_of(world.market, order, site)
        assert await decide(world.market, reverse, "agreeReturn", site) == "0"
        for _ in range(2):
            await world.market.control("scan", shop=f"toko-{site}", order=order, kind="returned")
        assert await decide(world.market, reverse, "confirmDelivery", site) == "0"
        assert await decide(world.market, reverse, "agreeRefund", site) == "0"
        await world.market.delivered(site, sku="KOPI-250", quantity=2)
        found = await pay_out(world, shop)
        assert found.explanation.why is Difference.NONE
        sums = {one.kind: one for one in found.explanation.sums}
        assert sums[FeeKind.SALE].amount == -2 * sums[FeeKind.REFUND].amount
        assert sums[FeeKind.COMMISSION].lines == 3  # two are charged, one is given back
        assert await balance(world, shop) == 0
        _, _, lines = await world.core.service(Settlements).overview.order(shop, order)
        assert {one.line.status for one in lines} == {LineStatus.BOOKED}
    assert await verification.verify(world.core.db) == []
