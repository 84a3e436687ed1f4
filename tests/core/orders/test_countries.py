"""An order from its buyer to its carrier in each of the six countries of the marketplace: one table, one core."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gerbang.cli.ports import free_port
from gerbang.core.orders.operation_model import OperationKind, OperationStatus
from gerbang.core.orders.operations import Wanted
from gerbang.ports.marketplace_orders import ItemStatus
from tests.conftest import FreshDatabase
from tests.core.orders.world import EVERY_SHOP, OPERATOR, World, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")
# The shop, its currency, and the price of 85,000.00 and a twentieth of it for shipping, in the currency's minor units: rupiah and dong have none.
COUNTRIES = (
    ("pasar-1", "id", "IDR", 89_250),
    ("pasar-2", "sg", "SGD", 89_250_00),
    ("pasar-3", "my", "MYR", 89_250_00),
    ("pasar-4", "vn", "VND", 89_250),
    ("pasar-5", "th", "THB", 89_250_00),
    ("pasar-6", "ph", "PHP", 89_250_00),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("countries")
    async with opened(module_database, folder, free_port(), free_port(), EVERY_SHOP) as one:
        yield one


@pytest.mark.parametrize(("shop", "country", "currency", "total"), COUNTRIES, ids=[one[1] for one in COUNTRIES])
async def test_an_order_leaves_packed_and_its_country_agrees(
    world: World, shop: str, country: str, currency: str, total: int
) -> None:
    one = await world.bought(shop)
    assert (one.order.currency, one.order.total, one.order.status) == (currency, total, ItemStatus.PENDING)
    for kind, status in ((OperationKind.PACK, "packed"), (OperationKind.SHIP, "ready_to_ship")):
        done = await world.orders.operations.ask(OPERATOR, one.order.id, Wanted(kind), world.key())
        assert (done.operation.status, done.order.order.status.value) == (OperationStatus.DONE, status)
        assert await world.market.statuses(one.order.external_id, country) == [status]
    label = await world.orders.documents.label(OPERATOR, one.order.id, None)
    assert label.body.startswith(b"%PDF")
    await world.market.control("scan", shop=f"toko-{country}", order=one.order.external_id, kind="shipped")
    shipped = await world.until(one.order.external_id, shop, status=ItemStatus.SHIPPED)
    assert [item.detail.carrier for item in shipped.items] != [None]
