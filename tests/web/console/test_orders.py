"""The console's pages of orders: the list with its filters in the address, one order with its items and buttons, in both languages."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from gerbang.core.identity.model import Role
from gerbang.ports.marketplace_orders import ItemStatus
from tests.web.api.test_orders import edge, heard, number
from tests.web.conftest import Edge
from tests.web.console.test_operators import signed_in

__all__ = ["edge"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
_S = ItemStatus


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def builder(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who may pack."""
    browser = await signed_in(edge, Role.DEVELOPER)
    yield browser
    await browser.aclose()


async def test_an_empty_list_teaches_how_a_shop_is_connected(builder: httpx.AsyncClient) -> None:
    page = (await builder.get("/console/orders?lang=en")).text
    assert "No order yet." in page
    assert "Connect a shop: Connections" in page
    assert 'href="/console/orders"' in (await builder.get("/console/payments")).text


async def test_the_list_shows_where_orders_stand_and_its_filters_stand_in_the_address(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    here, there = number(), number()
    one = await heard(edge, here, _S.PENDING, _S.PENDING, minutes=1)
    other = await heard(edge, there, _S.DELIVERED, shop="pasar-2", minutes=2)
    page = (await builder.get("/console/orders?lang=en")).text
    assert f'href="/console/orders/{one}"' in page
    assert page.index(there) < page.index(here), "newest first"
    assert "To be packed" in page
    assert "2 × KOPI-250" in page
    assert "S••• W•••" in page
    assert "Sari Wulandari" not in page
    only = (await builder.get("/console/orders?status=pending&shop=pasar-1")).text
    assert (here in only, there in only) == (True, False)
    assert other in (await builder.get("/console/orders?shop=pasar-2")).text
    wrong = await builder.get("/console/orders?status=asleep")
    assert wrong.status_code == 422
    assert 'class="err"' in wrong.text


async def test_an_order_shows_its_items_and_only_the_buttons_that_can_be_pressed(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    one = await heard(edge, number(), _S.PENDING, _S.PACKED, minutes=3)
    page = (await builder.get(f"/console/orders/{one}?lang=en")).text
    for words in ("To be packed", "Packed", "Parcel FP1", "Sari Wulandari", "Bandung", "took an order in"):
        assert words in page, words
    for act in ("pack", "ship"):
        assert f'action="/console/orders/{one}/{act}"' in page
    assert f'href="/console/orders/{one}/label"' in page
    done = await heard(edge, number(), _S.DELIVERED, minutes=4)
    over = (await builder.get(f"/console/orders/{done}")).text
    assert f"/console/orders/{done}/pack" not in over
    desk = await signed_in(edge, Role.SUPPORT)
    seen = (await desk.get(f"/console/orders/{one}")).text
    assert f"/console/orders/{one}/pack" not in seen
    assert (await desk.post(f"/console/orders/{one}/pack")).status_code == 403
    await desk.aclose()
    assert (await builder.get("/console/orders/ord_nothing")).status_code == 404


async def test_a_press_is_told_in_the_readers_language_whatever_comes_of_it(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    one = await heard(edge, number(), minutes=5)
    waits = await builder.post(f"/console/orders/{one}/pack")
    assert waits.headers["location"] == f"/console/orders/{one}?done=waits"
    assert "not sent twice" in (await builder.get(f"{waits.headers['location']}&lang=en")).text
    assert (await builder.post(f"/console/orders/{one}/pack")).headers["location"] == waits.headers["location"]
    refused = await builder.post(f"/console/orders/{one}/ship")
    assert refused.headers["location"].endswith("?done=refused&why=items_not_allowed")
    assert "tidak memungkinkan" in (await builder.get(f"{refused.headers['location']}&lang=id")).text
    label = await builder.get(f"/console/orders/{one}/label")
    assert label.headers["location"].endswith("?done=no_label&why=document_not_there")
    strange = await heard(edge, number(), _S.UNKNOWN, minutes=6)
    assert "Nothing is guessed" in (await builder.get(f"/console/orders/{strange}?lang=en")).text
