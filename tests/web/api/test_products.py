"""Products by the API: made, counted, priced, listed page by page, and refused with pointers."""

from typing import Any

import httpx
import pytest

from gerbang.base import ids
from gerbang.sandbox.app import Sandbox
from gerbang.web.input.listings import MappingFileBody
from gerbang.web.input.validation import read_as
from tests.web.conftest import Edge

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def edge(one_shop: tuple[Edge, Sandbox]) -> Edge:
    return one_shop[0]


async def made(edge: Edge, **more: Any) -> str:
    sku = f"SKU-{ids.new().hex[-8:]}"
    answer = await edge.post("/v1/products", "developer", {"sku": sku, "name": "Kopi", **more}, key="new")
    assert answer.status_code == 201, answer.text
    return sku


async def put(edge: Edge, path: str, body: Any, who: str = "developer", method: str = "PUT") -> httpx.Response:
    return await edge.client.request(method, f"/v1/products/{path}", json=body, headers=edge.headers(who))


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.status_code in (409, 422), answer.text
    return [one["pointer"] for one in answer.json().get("errors", [])]


async def test_a_product_is_made_counted_and_priced(edge: Edge) -> None:
    sku = await made(edge, amount=85_000, currency="IDR")
    counted = (await put(edge, f"{sku}/stock", {"quantity": 64, "warehouse": "bantul"})).json()
    level = {"warehouse": "bantul", "quantity": 64, "reserved": 0, "available": 64, "fulfilled_by": None}
    assert (counted["stock"], counted["available"], counted["amount"]) == ([level], 64, 85_000)
    priced = await put(edge, f"{sku}/price", {"amount": 88_000, "currency": "IDR"})
    changed = await put(edge, sku, {"name": " Kopi  Gayo "}, method="PATCH")
    assert (priced.json()["amount"], changed.json()["name"]) == (88_000, "Kopi Gayo")
    bundle = await made(edge, components={sku: 4})
    shown = (await edge.get(f"/v1/products/{bundle}", "support")).json()
    assert (shown["available"], shown["components"]) == (16, [{"sku": sku, "quantity": 4}])
    await put(edge, f"{sku}/stock", {"quantity": 3})
    moved = (await edge.get(f"/v1/products/{sku}/movements", "support", limit=1)).json()
    assert [(one["kind"], one["change"], one["quantity"]) for one in moved["data"]] == [("set", -61, 3)]
    rest = await edge.get(f"/v1/products/{sku}/movements", "support", cursor=moved["next_cursor"])
    assert [(one["change"], one["quantity"]) for one in rest.json()["data"]] == [(64, 64)]
    assert rest.json()["next_cursor"] is None
    trail = [one["action"] for one in (await edge.get("/v1/audit", object=shown["id"])).json()["data"]]
    assert trail == ["product.created"]


async def test_products_are_listed_newest_first_and_found_by_their_sku(edge: Edge) -> None:
    first, second = await made(edge), await made(edge)
    page = (await edge.get("/v1/products", "support", limit=1)).json()
    assert [one["sku"] for one in page["data"]] == [second]
    onward = (await edge.get("/v1/products", "support", limit=1, cursor=page["next_cursor"])).json()
    assert [one["sku"] for one in onward["data"]] == [first]
    assert [one["sku"] for one in (await edge.get("/v1/products", sku=first)).json()["data"]] == [first]
    assert (await edge.get("/v1/products", sku="none")).json()["data"] == []


async def test_bad_input_is_refused_with_pointers_and_changes_nothing(edge: Edge) -> None:
    sku = await made(edge)
    bundle = await made(edge, components={sku: 1})
    assert pointers(await put(edge, f"{sku}/stock", {"quantity": -1, "warehouse": "a b"})) == [
        "/quantity",
        "/warehouse",
    ]
    assert pointers(await put(edge, f"{sku}/stock", {"quantity": 1.5})) == ["/quantity"]
    assert pointers(await put(edge, f"{sku}/price", {"amount": 0, "currency": "IDR"})) == ["/amount"]
    assert pointers(await put(edge, f"{sku}/price", {"amount": 1, "currency": "USDC"})) == ["/currency"]
    refused = await put(edge, f"{bundle}/stock", {"quantity": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "bundle_has_no_stock")
    unknown = await put(edge, "NO-SUCH/stock", {"quantity": 1})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "product_not_found")
    body = {"sku": "a b", "name": "", "amount": 1, "components": {"NO-SUCH": 0}}
    wrong = await edge.post("/v1/products", "developer", body, key="new")
    assert pointers(wrong) == ["/sku", "/name", "/components/NO-SUCH"]
    alone = await edge.post("/v1/products", "developer", {"sku": "A", "name": "Kopi", "amount": 1}, key="new")
    assert pointers(alone) == ["/currency"]
    assert pointers(await put(edge, sku, {"components": {"NO-SUCH": 1}}, method="PATCH")) == ["/components/NO-SUCH"]
    taken = await edge.post("/v1/products", "developer", {"sku": sku, "name": "Teh"}, key="new")
    assert (taken.status_code, taken.json()["code"]) == (409, "sku_taken")
    assert (await put(edge, f"{sku}/stock", {"quantity": 1}, who="support")).status_code == 403
    assert (await edge.get(f"/v1/products/{sku}")).json()["stock"] == []


async def test_what_is_asked_of_a_shop_that_is_none_is_refused_and_bad_input_is_pointed_at(edge: Edge) -> None:
    for method, path, body in (
        ("GET", "stock-rules", None),
        ("PUT", "stock-rules", {"buffer": 5, "warehouses": {}}),
        ("POST", "imports", {"makes_products": True}),
        ("POST", "check", None),
        ("POST", "listings/csv", {"csv": "seller_sku,sku\nA,B", "dry_run": True}),
    ):
        for shop in ("nicepay-uji", "nobody"):
            headers = edge.headers("admin", "new")
            asked = await edge.client.request(method, f"/v1/shops/{shop}/{path}", json=body, headers=headers)
            assert (asked.status_code, asked.json()["code"]) == (404, "no_such_shop"), path
    rules = {"buffer": -1, "warehouses": {"w1": "a b", "w2": 7}}
    wrong = await edge.client.put("/v1/shops/x/stock-rules", json=rules, headers=edge.headers("admin"))
    assert pointers(wrong) == ["/buffer", "/warehouses/w1", "/warehouses/w2"]
    for forgotten, said in (({}, "buffer"), ({"buffer": 0}, "warehouses"), ({"warehouses": {}}, "buffer")):
        missing = await edge.client.put("/v1/shops/x/stock-rules", json=forgotten, headers=edge.headers("admin"))
        assert (missing.status_code, said in missing.text) == (422, True), (
            "a forgotten field would give away the buffer"
        )
    long = await edge.post("/v1/shops/x/listings/csv", body={"csv": "x" * 100_001})
    assert pointers(long) == ["/csv"]
    for path in (f"listings/{ids.show('lst', ids.new())}", "listings/x", f"imports/{ids.show('imp', ids.new())}"):
        assert (await edge.get(f"/v1/{path}")).status_code == 404
    assert (await edge.get("/v1/listings", status="pending", connection="x")).json() == {
        "data": [],
        "next_cursor": None,
    }
    assert (await edge.get("/v1/listings", status="other")).status_code == 422


async def test_a_file_keeps_its_lines_and_columns_on_the_way_in() -> None:
    written = b'{"csv": "seller_sku\\tsku\\nA 1\\tB\\n"}'
    assert read_as(written, MappingFileBody).csv == "seller_sku\tsku\nA 1\tB\n"
