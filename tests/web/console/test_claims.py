"""The console's pages of buyers' claims: the list with its countdown, one claim with what may be answered, and the questions before an answer."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.base.money import Money
from gerbang.core.identity.model import Role
from gerbang.core.orders.claim_intake import take_claims
from gerbang.core.orders.claims import Claims
from gerbang.core.orders.model import PREFIX
from gerbang.core.orders.service import Orders
from gerbang.ports.marketplace_orders import Claim, ClaimKind, ClaimLine, ClaimStatus, ItemStatus
from tests.web.api.test_orders import edge, heard, number
from tests.web.conftest import Edge
from tests.web.console.test_operators import signed_in

__all__ = ["edge"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def builder(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody who may answer."""
    browser = await signed_in(edge, Role.DEVELOPER)
    yield browser
    await browser.aclose()


async def claimed(
    edge: Edge,
    status: ClaimStatus = ClaimStatus.REQUESTED,
    refund: int = 149_000,
    *,
    kind: ClaimKind = ClaimKind.RETURN,
    to_seller: bool = True,
    shop: str = "pasar-1",
) -> tuple[str, str]:
    """A claim of an order of its own: both ids."""
    name, now = number(), edge.services.payments.context.clock.now()
    order = await heard(edge, name, ItemStatus.DELIVERED, shop=shop)
    line = ClaimLine(
        id="L1",
        item=f"{name}-0",
        status=status,
        said="RTM_INIT",
        refund=Money(refund, "IDR" if shop == "pasar-1" else "SGD"),
        reason="It is torn",
        decide_by=now + timedelta(hours=5, minutes=30),
    )
    claim = Claim(id=name, order=name, kind=kind, to_seller=to_seller, lines=(line,), version=now)
    async with edge.services.db.transaction() as tx:
        await take_claims(tx, await edge.services.connections.get(shop), [claim], read_at=now, source="push")
    (made,) = await edge.services.service(Claims).of_order(ids.read(PREFIX, order))
    return order, ids.show("clm", made.claim.id)


async def test_the_list_counts_down_and_filters_by_what_waits_and_by_shop(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    assert "No claim yet." in (await builder.get("/console/claims?lang=en")).text
    _, here = await claimed(edge)
    _, there = await claimed(edge, ClaimStatus.REFUNDED, shop="pasar-2")
    page = (await builder.get("/console/claims?lang=en")).text
    for words in (f"/console/claims/{here}", f"/console/claims/{there}", "5 h 29 min", "It is torn", "Refunded"):
        assert words in page, words
    waiting = (await builder.get("/console/claims?status=waiting&lang=id")).text
    assert (here in waiting, there in waiting) == (True, False)
    assert "5 jam 29 mnt" in waiting
    assert here not in (await builder.get("/console/claims?shop=pasar-2")).text
    assert (await builder.get("/console/claims?status=asleep")).status_code == 422


async def test_a_claim_offers_what_may_be_answered_and_stands_on_its_orders_page(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    order, one = await claimed(edge)
    page = (await builder.get(f"/console/claims/{one}?lang=en")).text
    assert f"/console/claims/{one}/accept" in page
    assert f"/console/claims/{one}/refuse" in page
    assert f"/console/claims/{one}/receive" not in page
    assert f"/console/orders/{order}" in page
    (item,) = (await edge.services.service(Orders).get(ids.read(PREFIX, order))).items
    assert (item.name in page, f"{item.sku} · L1" in page) == (True, True), "what comes back can be told from the page"
    assert f"/console/claims/{one}" in (await builder.get(f"/console/orders/{order}")).text
    desk = await signed_in(edge, Role.SUPPORT)
    seen = (await desk.get(f"/console/claims/{one}")).text
    assert f"/console/claims/{one}/accept" not in seen
    assert (await desk.get(f"/console/claims/{one}/accept")).status_code == 403
    await desk.aclose()
    _, theirs = await claimed(edge, to_seller=False)
    page = (await builder.get(f"/console/claims/{theirs}?lang=en")).text
    assert "it decides. Nothing is to be answered." in page
    assert (await builder.get(f"/console/claims/{theirs}/shrug")).status_code == 404


async def test_an_answer_is_asked_about_first_and_what_is_missing_is_told_beside_it(
    edge: Edge, builder: httpx.AsyncClient
) -> None:
    _, held = await claimed(edge, refund=1_490)
    assert "in doubt" in (await builder.get(f"/console/claims/{held}?lang=en")).text
    place = f"/console/claims/{held}/accept"
    assert "Did you compare it in the seller centre?" in (await builder.get(f"{place}?lang=en")).text
    for form in ({}, {"confirm": "no"}):
        assert (await builder.post(place, data={"key": ids.new().hex, **form})).status_code == 422
    answer = await builder.post(place, data={"key": ids.new().hex, "confirm": "yes"})
    assert answer.headers["location"] == f"/console/claims/{held}?done=waits"
    page = (await builder.get(f"/console/claims/{held}?done=waits&lang=en")).text
    assert "it is not sent twice" in page
    _, back = await claimed(edge, ClaimStatus.COMING_BACK)
    page = (await builder.get(f"/console/claims/{back}/receive?lang=id")).text
    assert "Masukkan lagi ke stok?" in page
    assert (await builder.post(f"/console/claims/{back}/receive", data={"key": "x"})).status_code == 422
    stock = await builder.post(f"/console/claims/{back}/receive", data={"key": "x", "restock": "yes"})
    assert "why=invalid_claim_answer" in stock.headers["location"], "nobody counts it here"
    _, alone = await claimed(edge, kind=ClaimKind.REFUND)
    bare = await builder.post(f"/console/claims/{alone}/refuse?lang=en", data={"key": "y", "comment": " "})
    assert (bare.status_code, "Write a comment." in bare.text) == (422, True)
