"""Pages of a noun that the console has never heard of: a parcel. What it declares and hands over is all that it takes."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from litestar import Request, Response, Router, get
from litestar.params import FromPath

from gerbang.base.errors import GerbangError
from gerbang.core.identity.model import Role
from gerbang.sandbox.app import Sandbox
from gerbang.web import policy_rows
from gerbang.web.assembly import assemble
from gerbang.web.console import listing, objects
from gerbang.web.console.charts import Slot
from gerbang.web.console.listing import Cell, Column, Filter, ListPage, Row
from gerbang.web.console.objects import Action, Crumb, Fact, Facts, ObjectPage, Step
from gerbang.web.console.page_frame import operator
from gerbang.web.pages import page_error
from tests.web.conftest import Edge, one_shop
from tests.web.console.test_operators import signed_in

__all__ = ["one_shop"]
NOW: Final = datetime(2026, 11, 23, 7, tzinfo=UTC)


# ── the noun, as somebody adds it ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Parcel:
    id: str
    status: str
    to: str


PARCELS: Final = [Parcel(f"par_{n:02}", ("pending", "paid")[n % 2], f"Sari <{n}>") for n in range(60)]
PAGE: Final = ListPage(
    name="payments",
    path="/console/parcels",
    title="nav.orders",
    caption="nav.orders",
    columns=(
        Column("status", "pays.status", "a1"),
        Column("id", "pays.order", "a2", "mono"),
        Column("to", "pays.payer", "b1", "wrap"),
        Column("day", "pays.note", "b2"),
    ),
    filters=(
        Filter("status", "pays.status", "tabs", ("pending", "paid"), "status."),
        Filter("after", "pays.after", "day"),
    ),
    empty="pays.empty",
    command="gerbang parcels add",
    watch="payments",
)


@get("/console/parcels")
async def parcels(request: Request[Any, Any, Any]) -> Response[bytes]:
    operator(request, "payments:read")
    asked = await listing.read(request, PAGE)
    place = asked.place[1].int if asked.place else 0
    found = [one for one in PARCELS[place:] if asked.word("status") in (None, one.status)] if not asked.wrong else []
    shown, onward = listing.part_of(found, lambda one: (NOW, UUID(int=PARCELS.index(one) + 1)))
    rows = [
        Row(
            one.id,
            {
                "status": Cell(one.status, mark=one.status),
                "id": Cell(one.id, href=f"/console/parcels/{one.id}"),
                "to": Cell(one.to),
                "day": Cell("3", slots=(Slot(2), Slot(0), Slot(1, 1))),
            },
        )
        for one in shown
    ]
    return await listing.show_list(request, asked, rows, onward)


@get("/console/parcels/{parcel:str}")
async def parcel(request: Request[Any, Any, Any], parcel: FromPath[str]) -> Response[bytes]:
    caller = operator(request, "payments:read")
    one = next(one for one in PARCELS if one.id == parcel)
    page = ObjectPage(
        name="payments",
        id=one.id,
        crumb=Crumb("Parcels", "/console/parcels"),
        heading=one.to,
        mark=one.status,
        word=one.status,
        actions=objects.allowed(
            caller,
            ("payments:read", Action("Track", "/console/parcels")),
            ("payments:cancel", Action("Stop…", "/console/parcels", look="bad")),
        ),
        facts=(Facts("Where", (Fact("Address", one.to), Fact("Number", one.id, copy="number"))),),
        steps=(Step(NOW, "from", "Came in"), Step(NOW, "ins", "Packed", good=True)),
    )
    return await objects.show_object(request, page)


HANDLERS: Final = [
    Router(
        path="/",
        route_handlers=[parcels, parcel],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
ROWS: Final = [
    policy_rows.Row("GET", path, policy_rows.Who.ANYONE, rate=policy_rows.Rate.PAGE)
    for path in ("/console/parcels", "/console/parcels/{parcel}")
]

# ── what it is worth ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(one_shop: tuple[Edge, Sandbox]) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody of support, at a Gerbang with parcels."""
    edge = one_shop[0]
    known = await signed_in(edge, Role.SUPPORT)
    gateway = assemble(replace(edge.services, routes=tuple(HANDLERS), policy=tuple(ROWS)))

    async def served(scope: Any, receive: Any, send: Any) -> None:
        await gateway({**scope, "state": {}}, receive, send)

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(served), base_url=edge.url, cookies=known.cookies
    ) as browser:
        yield browser
    await known.aclose()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_list_has_filters_paging_and_cells_from_what_was_declared(desk: httpx.AsyncClient) -> None:
    first = (await desk.get("/console/parcels?lang=en")).text
    assert first.count("data-row") == 50
    assert "Sari &lt;1&gt;" in first
    assert first.count('<svg class="spark"') == 50
    older = re.search(r'href="([^"]*cursor=[^"]*)" rel="next"', first)
    assert older
    assert (await desk.get(older[1].replace("&amp;", "&"))).text.count("data-row") == 10
    paid = (await desk.get("/console/parcels?status=paid")).text
    assert (paid.count("data-row"), 'status=paid" aria-current="true"' in paid) == (30, True)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_filter_that_nothing_can_match_is_told_beside_its_field_with_what_was_typed(
    desk: httpx.AsyncClient,
) -> None:
    for field, value in (("status", "lost"), ("after", "yesterday")):
        answer = await desk.get("/console/parcels?" + urlencode({field: value}))
        told = [answer.status_code, f'id="e-{field}"' in answer.text, value in answer.text]
        assert told == [422, True, True], field


@pytest.mark.asyncio(loop_scope="module")
async def test_an_object_shows_its_facts_its_timeline_and_only_what_may_be_done(desk: httpx.AsyncClient) -> None:
    page = (await desk.get("/console/parcels/par_03")).text
    said = [words in page for words in ("Sari &lt;3&gt;", "Track", "Stop…", "Came in", "Packed", 'data-copy="par_03"')]
    assert said == [True, True, False, True, True, True]


@pytest.mark.asyncio(loop_scope="module")
async def test_an_open_page_is_given_the_part_that_changes_and_no_frame(desk: httpx.AsyncClient) -> None:
    part = (await desk.get("/console/parcels?status=paid", headers={"hx-request": "true"})).text
    assert part.count("data-row") == 30
    assert [words in part for words in ("<html", "<form", "hx-", 'id="waiting"')] == [False, False, False, True]
    page = (await desk.get("/console/parcels?status=paid&done=asked")).text
    assert 'hx-get="/console/parcels?status=paid"' in page
