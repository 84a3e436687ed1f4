"""Payouts and lines of statements by the API: explained, found by every filter page by page, decided about, and hidden from whoever may not see them."""

import csv
import io
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from gerbang.base import ids
from gerbang.core.settlements import verification
from gerbang.core.settlements.model import PaidPrice
from gerbang.core.settlements.service import tell_paid
from gerbang.ports.marketplace_catalogue import FeeKind
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge
from tests.web.statements import line, market, payout, sold, taken

pytestmark = pytest.mark.asyncio(loop_scope="module")
APP = "cair"
NOBODY = UUID(int=7)  # the same in each process, or side by side they would have different tests
ONE, TWO = f"{APP}-1", f"{APP}-2"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(one_shop: tuple[Edge, Sandbox]) -> Edge:
    await market(one_shop[0], APP)
    return one_shop[0]


async def everything(edge: Edge, path: str, **filters: Any) -> list[dict[str, Any]]:
    """Every page of a list."""
    found, cursor = [], None
    while True:
        page = await edge.get(path, "finance", **filters, **({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        found += page.json()["data"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return found


async def payout_of(edge: Edge, shop: str, statement: str) -> dict[str, Any]:
    (one,) = [one for one in await everything(edge, "/v1/payouts", connection=shop) if one["statement"] == statement]
    return one


async def test_a_payout_says_what_it_is_made_of_and_its_lines_are_found(edge: Edge) -> None:
    await taken(edge, ONE, sold("S1"), payout("S1", 94_000))
    one = await payout_of(edge, ONE, "S1")
    assert (one["amount"], one["paid"], one["difference"], one["difference_why"]) == (94_000, True, 0, "none")
    sums = {of["kind"]: (of["amount"], of["lines"]) for of in one["sums"]}
    assert sums == {"sale": (100_000, 1), "commission": (-4_500, 1), "payment_fee": (-1_500, 1)}
    assert (await edge.get(f"/v1/payouts/{one['id']}", "finance")).json() == one
    lines = await everything(edge, "/v1/settlements", payout=one["id"], limit=2)
    assert sorted(of["amount"] for of in lines) == [-4_500, -1_500, 100_000]
    assert {(of["payout"], of["status"], of["paid_out"]) for of in lines} == {(one["id"], "booked", True)}
    assert (await edge.get(f"/v1/settlements/{lines[0]['id']}", "finance")).json() == lines[0]


async def test_the_lines_of_a_payout_are_a_file_for_a_spreadsheet(edge: Edge) -> None:
    formula = line(FeeKind.OTHER, -1, "S5", said="=cmd()")
    await taken(edge, ONE, [*sold("S5"), formula], payout("S5", 93_999))
    one = await payout_of(edge, ONE, "S5")
    where = f"/v1/payouts/{one['id']}/csv"
    told = await edge.get(where, "finance")
    assert (told.headers["content-type"], "link" in told.headers) == ("text/csv; charset=utf-8", False)
    rows = list(csv.DictReader(io.StringIO(told.content.decode("utf-8-sig"))))
    assert sorted(float(row["amount"]) for row in rows) == [-4_500, -1_500, -1, 100_000]
    assert [row["said"] for row in rows if row["kind"] == "other"] == ["'=cmd()"]
    rest = (await edge.get(where, "finance", after=rows[1]["line"])).content.decode("utf-8-sig")
    assert [row["line"] for row in csv.DictReader(io.StringIO(rest))] == [row["line"] for row in rows[2:]]
    assert (await edge.get(where, "support")).status_code == 403
    assert (await edge.get(f"/v1/payouts/{ids.show('pyo', ids.new())}/csv", "finance")).status_code == 404


async def test_what_its_lines_do_not_come_to_stands_there_with_its_name(edge: Edge) -> None:
    await taken(edge, TWO, [], payout("X1", 50_000, paid=False))
    one = await payout_of(edge, TWO, "X1")
    assert (one["difference"], one["difference_why"], one["paid_at"]) == (50_000, "no_lines", None)
    await taken(edge, TWO, sold("X1"))
    one = await payout_of(edge, TWO, "X1")
    assert (one["difference"], one["difference_why"]) == (-44_000, "lines_differ")


async def test_every_filter_finds_its_own_and_pages_lose_nothing(edge: Edge) -> None:
    order = ids.new().hex[:12]
    await taken(edge, ONE, sold("S7", order), payout("S7", 94_000, paid=False), payout("S8", 1))
    await taken(edge, TWO, [line(FeeKind.OTHER, -7, "", order)])
    by = {
        "/v1/payouts": [
            {},
            {"paid": "true"},
            {"paid": "false"},
            {"connection": ONE},
            {"connection": TWO, "paid": "false"},
        ],
        "/v1/settlements": [
            {},
            {"order": order},
            {"order": order, "connection": TWO},
            {"kind": "other"},
            {"kind": "sale", "connection": ONE},
            {"status": "booked"},
            {"status": "held"},
            {"connection": TWO},
        ],
    }
    for path, asked in by.items():
        whole = await everything(edge, path, limit=100)
        assert [one["id"] for one in whole] == sorted((one["id"] for one in whole), reverse=True)
        for filters in asked:
            found = await everything(edge, path, limit=1, **filters)
            text = {name: value if name != "paid" else value == "true" for name, value in filters.items()}
            assert found == [one for one in whole if all(one[name] == value for name, value in text.items())], filters
            assert found or filters == {"status": "held"}


async def test_a_line_that_is_held_is_decided_about_once_by_who_may(edge: Edge) -> None:
    back = [line(FeeKind.REFUND, -10_000_000, "S20", "261"), line(FeeKind.REFUND, -10_000_000, "S20", "262")]
    await taken(edge, ONE, [*sold("S20", "261"), *sold("S20", "262"), *back], payout("S20", 88_000))
    first, second = await everything(edge, "/v1/settlements", status="held")
    assert (first["why"], first["booked"]) == ("hundredfold", 0)
    assert (await payout_of(edge, ONE, "S20"))["held"] == -20_000_000
    where = f"/v1/settlements/{first['id']}/decide"
    assert (await edge.post(where, "support", {"decision": "book"})).status_code == 403
    for body, pointer in (
        ({"decision": "book", "amount": 100_000}, "/amount"),
        ({"decision": "book", "amount": 0}, "/amount"),
        ({"decision": "set_aside", "amount": -1}, "/amount"),
        ({"decision": "perhaps"}, "/decision"),
    ):
        refused = await edge.post(where, "finance", body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text
    done = await edge.post(where, "finance", {"decision": "book", "amount": -100_000})
    assert (done.status_code, done.json()["status"], done.json()["booked"]) == (200, "booked", -100_000)
    again = await edge.post(where, "finance", {"decision": "book"})
    assert (again.status_code, again.json()["code"]) == (409, "settlement_line_not_held")
    aside = await edge.post(f"/v1/settlements/{second['id']}/decide", "finance", {"decision": "set_aside"})
    assert (aside.json()["status"], aside.json()["booked"]) == ("noted", 0)
    one = await payout_of(edge, ONE, "S20")
    assert (one["held"], one["difference"], one["difference_why"]) == (0, 0, "none")
    assert len(await edge.audited("settlement.set_aside")) == 1
    assert await verification.verify(edge.services.db) == []


async def test_an_order_is_settled_when_its_lines_are_what_was_paid(edge: Edge) -> None:
    await taken(edge, ONE, sold("S30", "300"), payout("S30", 94_000))
    where = f"/v1/settlements/orders/{ONE}/300"
    assert (await edge.get(where, "finance")).json()["difference_why"] == "price_not_told"
    async with edge.services.db.transaction() as tx:
        await tell_paid(tx, [PaidPrice(ONE, "300", "3001", 85_000, "IDR", platform_voucher=15_000)])
    one = (await edge.get(where, "finance")).json()
    assert (one["state"], one["expected"], one["sold"], one["net"]) == ("settled", 100_000, 100_000, 94_000)
    assert len(one["lines"]) == 3
    nothing = (await edge.get(f"/v1/settlements/orders/{TWO}/300", "finance")).json()
    assert (nothing["state"], nothing["lines"]) == ("open", [])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/payouts/pyo_nothing", 404, "payout_not_found"),
        (f"/v1/payouts/{ids.show('pyo', NOBODY)}", 404, "payout_not_found"),
        (f"/v1/settlements/{ids.show('stl', NOBODY)}", 404, "settlement_line_not_found"),
        ("/v1/settlements/stl_nothing", 404, "settlement_line_not_found"),
        (f"/v1/settlements?payout={ids.show('pyo', NOBODY)}", 422, "invalid_request"),
        ("/v1/payouts?connection=nobody", 422, "invalid_request"),
        ("/v1/settlements?kind=gift", 422, "invalid_request"),
        ("/v1/settlements/orders/nobody/1", 404, "connection_not_found"),
    ],
)
async def test_what_is_not_there_is_told(edge: Edge, path: str, status: int, code: str) -> None:
    answer = await edge.client.get(path, headers=edge.headers("finance"))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_who_may_not_see_money_sees_none(edge: Edge) -> None:
    for path in ("/v1/payouts", "/v1/settlements", f"/v1/settlements/orders/{ONE}/260"):
        assert (await edge.get(path, "support")).status_code == 403
        assert (await edge.client.get(path)).status_code == 401
