"""Orders by the API: found by every filter, page by page, shown whole, and hidden from whoever may not see them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.money import Money
from gerbang.core.orders.claim_intake import take_claims
from gerbang.core.orders.intake import take_reads
from gerbang.ports.marketplace_orders import (
    Address,
    Buyer,
    Claim,
    ClaimKind,
    ClaimLine,
    ClaimStatus,
    ItemStatus,
    MarketplaceItem,
    MarketplaceOrder,
    OrderHead,
)
from gerbang.sandbox.app import Sandbox
from tests.web.conftest import Edge

pytestmark = pytest.mark.asyncio(loop_scope="module")
_S = ItemStatus
AT = datetime(2026, 11, 11, 3, tzinfo=UTC)
SHOPS = {"pasar-1": ("id", "IDR"), "pasar-2": ("sg", "SGD")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def edge(one_shop: tuple[Edge, Sandbox]) -> Edge:
    """With an app of a marketplace and two shops below it, which nobody asks."""
    edge, services = one_shop[0], one_shop[0].services
    await services.secrets.put("service/pasar/app_secret", b"s", overlap_s=0, actor="test")
    settings, secrets = (
        {"app_key": "100200", "base_url": "http://127.0.0.1:9/rest", "auth_url": "http://127.0.0.1:9"},
        {},
    )
    app = {"app_secret": "service/pasar/app_secret"}
    await services.connections.create("test", "pasar", "lazada", livemode=False, settings=settings, secrets=app)
    for seller, (name, (site, _)) in zip(("11", "22"), SHOPS.items(), strict=True):
        for token in ("access_token", "refresh_token"):
            secrets[token] = f"service/{name}/{token}"
            await services.secrets.put(secrets[token], b"t", overlap_s=0, actor="test")
        own = {"site": site, "seller_id": seller, "account": "a@example.com"}
        await services.connections.create(
            "test", name, "lazada", livemode=False, settings=own, secrets=dict(secrets), parent="pasar"
        )
    return edge


async def heard(
    edge: Edge,
    number: str,
    *statuses: ItemStatus,
    shop: str = "pasar-1",
    minutes: int = 0,
    buyer: str = "Sari Wulandari",
) -> str:
    """An order of a shop with an item of each status; its id here."""
    at, currency = AT + timedelta(minutes=minutes), SHOPS[shop][1]
    price, nothing = Money(149_000, currency), Money(0, currency)
    items = tuple(
        MarketplaceItem(
            id=f"{number}-{n}",
            status=status,
            said=status.value,
            sku="KOPI-250",
            product="1",
            variant="2",
            name="Kopi Gayo 250 g",
            version=at,
            created_at=at,
            price=price,
            paid=price,
            package="FP1" if status is _S.PACKED else "",
            ship_by=at + timedelta(days=1),
        )
        for n, status in enumerate(statuses or (_S.PENDING,))
    )
    head = OrderHead(
        id=number,
        number=number,
        version=at,
        created_at=at,
        price=Money(149_000 * len(items), currency),
        total=Money(149_000 * len(items), currency),
        shipping_fee=nothing,
        seller_voucher=nothing,
        platform_voucher=nothing,
        payment_method="COD",
        is_cod=True,
        warehouse="dropshipping",
        buyer=Buyer(id="77", name=buyer, shipping=Address(name=buyer, phone="61****7", city="Bandung")),
    )
    place = await edge.services.connections.get(shop)
    async with edge.services.db.transaction() as tx:
        (order,) = await take_reads(tx, place, [MarketplaceOrder(head=head, items=items)], read_at=at, source="push")
    return ids.show("ord", order.id)


def number() -> str:
    return f"26{ids.new().int % 10**13:013}"


async def listed(edge: Edge, who: str = "support", **filters: Any) -> list[str]:
    """Every page of a list."""
    found, cursor = [], None
    while True:
        page = await edge.get("/v1/orders", who, **filters, **({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        found += [one["id"] for one in page.json()["data"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return found


async def test_an_order_is_shown_whole_with_items_parcels_and_who_buys(edge: Edge) -> None:
    name = number()
    one = await heard(edge, name, _S.PACKED, _S.PENDING)
    shown = (await edge.get(f"/v1/orders/{one}", "support")).json()
    about = ("channel", "connection", "external_id", "status", "currency", "total", "cod", "payment_method")
    assert [shown[word] for word in about] == ["lazada", "pasar-1", name, "pending", "IDR", 298_000, True, "COD"]
    assert [(i["external_id"], i["status"], i["price"], i["quantity"]) for i in shown["items"]] == [
        (f"{name}-0", "packed", 149_000, 1),
        (f"{name}-1", "pending", 149_000, 1),
    ]
    (parcel,) = shown["packages"]
    assert (parcel["id"], parcel["items"]) == ("FP1", [shown["items"][0]["id"]])
    assert (shown["buyer"]["name"], shown["buyer"]["phone"]) == ("Sari Wulandari", "61****7")
    (moment,) = (await edge.get(f"/v1/orders/{one}/timeline", "support")).json()["data"]
    assert (moment["kind"], moment["detail"]["source"]) == ("order.created", "push")
    assert (await edge.get("/v1/orders", "support", external_id=name)).json()["data"] == [shown]


async def test_every_filter_finds_its_orders_newest_first_and_page_by_page(edge: Edge) -> None:
    basket = number()
    new = await heard(edge, basket, _S.PENDING, shop="pasar-1", minutes=40)
    other = await heard(edge, basket, _S.DELIVERED, shop="pasar-2", minutes=30)
    old = await heard(edge, number(), _S.CANCELLED, shop="pasar-1", minutes=20)
    mine = {new, other, old}

    async def found(**filters: Any) -> list[str]:
        return [one for one in await listed(edge, limit="1", **filters) if one in mine]

    assert await found() == [new, other, old]
    assert await found(external_id=basket) == [new, other]
    assert await found(external_id=basket, shop="pasar-2") == [other]
    assert await found(shop="pasar-1") == await found(connection="pasar-1") == [new, old]
    assert await found(connection="pasar") == await found(channel="lazada") == [new, other, old]
    assert await found(status="cancelled") == await found(connection="pasar", status="cancelled") == [old]
    assert await found(channel="own") == await found(shop="pasar-1", connection="pasar-2") == []
    assert await found(created_after=(AT + timedelta(minutes=30)).isoformat()) == [new, other]
    assert await found(created_before=(AT + timedelta(minutes=30)).isoformat()) == [old]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "asleep"),
        ("channel", "tokopedia"),
        ("connection", "nicepay-uji"),
        ("shop", "pasar"),
        ("created_after", "noon"),
        ("cursor", "x"),
    ],
)
async def test_a_filter_that_means_nothing_here_is_refused_beside_its_name(edge: Edge, name: str, value: str) -> None:
    answer = await edge.get("/v1/orders", "support", **{name: value})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [f"/{name}"]


async def test_what_is_no_order_is_not_found(edge: Edge) -> None:
    for path in ("ord_01KC3VM8R1T3W5Y7A9C2E4G6J8", "pay_01KC3VM8R1T3W5Y7A9C2E4G6J8", "x"):
        for more in ("", "/timeline"):
            answer = await edge.get(f"/v1/orders/{path}{more}", "support")
            assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")


async def test_customers_see_no_orders(edge: Edge) -> None:
    one = await heard(edge, number())
    for path in ("/v1/orders", f"/v1/orders/{one}", f"/v1/orders/{one}/timeline"):
        assert (await edge.get(path, "customer")).status_code == 403


async def test_who_bought_is_shown_and_erased_with_the_customer_and_never_written_again(edge: Edge) -> None:
    customer = (await edge.post("/v1/customers", "admin", {"name": "Dewi Lestari"}, key="new")).json()["id"]
    name = number()
    one = await heard(edge, name, buyer="Dewi Lestari")
    async with edge.services.db.transaction() as tx:
        await tx.execute(
            "UPDATE order_buyers SET customer_id = $1 WHERE order_id = $2",
            ids.read("cus", customer),
            ids.read("ord", one),
        )
    told = (await edge.get(f"/v1/customers/{customer}/export")).json()["data"]["order_buyers"]
    assert [(row["order"], row["name"]) for row in told] == [(one, "Dewi Lestari")]
    erased = (await edge.post(f"/v1/customers/{customer}/erase")).json()["erased"]["order_buyers"]
    assert erased == {"rows": 1, "waiting": 0}
    await heard(edge, name, _S.PACKED, minutes=5, buyer="Dewi Lestari")
    shown = await edge.get(f"/v1/orders/{one}")
    assert shown.json()["status"] == "packed"
    assert "Dewi" not in shown.text


async def test_what_is_asked_of_a_marketplace_needs_a_key_and_is_refused_beside_what_is_wrong(edge: Edge) -> None:
    one = await heard(edge, number(), _S.PENDING, _S.PACKED)
    shown = (await edge.get(f"/v1/orders/{one}")).json()
    pending, packed = (item["id"] for item in shown["items"])
    other = (await edge.get(f"/v1/orders/{await heard(edge, number())}")).json()["items"][0]["id"]

    async def asked(act: str, body: dict[str, Any], who: str = "developer") -> tuple[int, str, list[str]]:
        answer = await edge.post(f"/v1/orders/{one}/{act}", who, body, key="new")
        told = answer.json()
        return answer.status_code, told["code"], [each["pointer"] for each in told.get("errors", ())]

    assert (await edge.post(f"/v1/orders/{one}/pack", "developer", {})).status_code == 400
    assert (await asked("pack", {}, "support"))[:2] == (403, "forbidden")
    assert await asked("pack", {"items": [pending, other, "x"]}) == (422, "unknown_items", ["/items/2"])
    assert await asked("pack", {"items": [pending, other]}) == (422, "unknown_items", ["/items/1"])
    assert await asked("pack", {"items": [packed]}) == (409, "items_not_allowed", ["/items/0"])
    assert await asked("pack", {"items": []}) == (422, "invalid_request", ["/items"])
    assert await asked("ship", {"packages": ["FP9"]}) == (422, "unknown_items", ["/packages/0"])
    assert await asked("cancel", {"items": [other]}) == (422, "invalid_request", ["/reason"])
    assert await asked("invoice-number", {"number": ""}) == (422, "invalid_request", ["/number"])
    nobodys = await edge.post("/v1/orders/ord_01KC3VM8R1T3W5Y7A9C2E4G6J8/pack", "developer", {}, key="new")
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "order_not_found")
    for query, status in (
        ({"type": "invoice"}, 502),
        ({"type": "label", "package": "FP9"}, 422),
        ({"type": "x"}, 422),
    ):
        assert (await edge.get(f"/v1/orders/{one}/documents", "developer", **query)).status_code == status


async def test_a_marketplace_that_cannot_be_reached_leaves_the_wish_open_and_a_second_one_waits(edge: Edge) -> None:
    one = await heard(edge, number())
    path, key = f"/v1/orders/{one}/pack", ids.new().hex
    first = await edge.post(path, "developer", {}, key=key)
    assert (first.status_code, first.json()["operation"]["status"]) == (202, "requested")
    again = await edge.post(path, "developer", {}, key=key)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (202, "true")
    other = await edge.post(path, "developer", {}, key="new")
    assert (other.status_code, other.json()["code"]) == (409, "order_busy")
    (told,) = (await edge.get(f"/v1/orders/{one}/operations", "support")).json()["data"]
    assert told == again.json()["operation"]


async def test_an_order_of_ones_own_is_made_once_and_every_fault_stands_beside_what_was_sent(edge: Edge) -> None:
    coffee = f"K-{ids.new().hex[-8:]}"
    await edge.post("/v1/products", "admin", {"sku": coffee, "name": "Kopi"}, key="new")
    await edge.client.put(f"/v1/products/{coffee}/stock", json={"quantity": 3}, headers=edge.headers("admin"))
    body = {
        "external_id": f"LBG-{coffee}",
        "lines": [{"sku": coffee, "quantity": 2, "price": 89_000, "name": "Kopi Gayo 250 g"}],
        "customer": {"name": "Sari Wulandari", "phone": "0812 3456 7890", "address": {"city": "Sleman"}},
        "cod": True,
    }
    key = ids.new().hex
    first = await edge.post("/v1/orders", "developer", body, key=key)
    assert first.status_code == 201, first.text
    one = first.json()
    about = ("channel", "connection", "external_id", "status", "total", "currency", "cod_status", "payment")
    assert [one[name] for name in about] == ["own", None, f"LBG-{coffee}", "pending", 178_000, "IDR", "owed", None]
    assert (one["buyer"]["phone"], one["buyer"]["shipping"]["city"]) == ("+6281234567890", "Sleman")
    again = await edge.post("/v1/orders", "developer", body, key=key)
    assert (again.json()["id"], again.headers["idempotent-replayed"]) == (one["id"], "true")
    assert one["id"] in await listed(edge, channel="own")

    async def refused(**more: Any) -> tuple[int, str, list[str]]:
        answer = await edge.post("/v1/orders", "developer", {**body, "external_id": None, **more}, key="new")
        told = answer.json()
        return answer.status_code, told["code"], [each["pointer"] for each in told["errors"]]

    line = body["lines"][0]  # type: ignore[index]  # a body is of many types
    assert await refused() == (409, "out_of_stock", ["/lines/0/quantity"])
    assert await refused(lines=[line, {**line, "sku": "nothing"}]) == (422, "unknown_sku", ["/lines/1/sku"])
    assert await refused(lines=[]) == (422, "invalid_request", ["/lines"])
    below = [{**line, "quantity": -1, "price": -5}]
    assert await refused(lines=below) == (422, "invalid_request", ["/lines/0/quantity", "/lines/0/price"])
    faults = {"payment": "x", "customer": {"id": "y", "email": "z"}}
    assert await refused(**faults) == (422, "invalid_request", ["/cod", "/customer/email", "/customer/id", "/payment"])
    nobodys = "pay_01KC3V9Q2M8RZ4T6W1X5Y7A9BC"
    assert await refused(cod=False, payment=nobodys) == (422, "invalid_order", ["/payment"])
    assert (await edge.post("/v1/orders", "developer", body)).status_code == 400
    assert (await edge.post("/v1/orders", "support", body, key="new")).status_code == 403

    packed = await edge.post(f"/v1/orders/{one['id']}/pack", "developer", {}, key="new")
    assert (packed.status_code, packed.json()["status"]) == (200, "packed")
    early = await edge.post(f"/v1/orders/{one['id']}/cod", "developer", {"status": "collected"})
    assert (early.status_code, early.json()["code"]) == (409, "cod_not_now")
    await edge.post(f"/v1/orders/{one['id']}/ship", "developer", {}, key="new")
    paper = await edge.get(f"/v1/orders/{one['id']}/documents", "developer", type="invoice")
    assert (paper.headers["content-type"], paper.content[:4]) == ("application/pdf", b"%PDF")
    done = await edge.post(f"/v1/orders/{one['id']}/cod", "developer", {"status": "collected"})
    assert (done.json()["status"], done.json()["cod_status"]) == ("delivered", "collected")


async def test_a_claim_is_shown_with_its_order_and_answered_by_whoever_may_pack(edge: Edge) -> None:
    one, other, name = await heard(edge, "C1", _S.DELIVERED), await heard(edge, number()), number()
    asked = ClaimLine(
        id="L1",
        item="C1-0",
        status=ClaimStatus.REQUESTED,
        said="RTM_INIT",
        refund=Money(149_000, "IDR"),
        decide_by=None,
    )
    claim = Claim(id=name, order="C1", kind=ClaimKind.RETURN, to_seller=True, lines=(asked,), version=AT)
    async with edge.services.db.transaction() as tx:
        shop = await edge.services.connections.get("pasar-1")
        assert await take_claims(tx, shop, [claim, replace(claim, order="none")], read_at=AT, source="push") == ["none"]
    path = f"/v1/orders/{one}/claims"
    (shown,) = (await edge.get(path, "support")).json()["data"]
    assert (shown["waits"], shown["refund"], shown["lines"][0]["answers"]) == (True, 149_000, ["accept", "refuse"])
    place = f"{path}/{shown['id']}"
    assert (await edge.get(place, "support")).json() == shown
    strange = await edge.get(f"/v1/orders/{other}/claims/{shown['id']}", "support")
    assert (strange.status_code, strange.json()["code"]) == (404, "claim_not_found")
    assert (await edge.get(f"/v1/orders/{other}/claims", "support")).json()["data"] == []
    assert (await edge.post(f"{place}/accept", "developer", {})).status_code == 400
    for act, body, who, status, code in (
        ("accept", {}, "support", 403, "forbidden"),
        ("accept", {"lines": ["9"]}, "developer", 422, "invalid_claim_answer"),
        ("refuse", {}, "developer", 422, "invalid_claim_answer"),
        ("refuse", {"images": ["http://x"]}, "developer", 422, "invalid_request"),
        ("receive", {"restock": True}, "developer", 409, "claim_not_open"),
    ):
        answer = await edge.post(f"{place}/{act}", who, body, key="new")
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    first = await edge.post(f"{place}/accept", "developer", {}, key="new")
    assert (first.status_code, first.json()["answer"]["status"]) == (202, "requested"), first.text
    busy = await edge.post(f"{place}/accept", "developer", {}, key="new")
    assert (busy.status_code, busy.json()["code"]) == (409, "claim_busy")
