"""The simulated Lazada's stock, prices and money on the wire: what is held and occupied, XML and JSON, partial success, pay-outs that add up."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.providers.lazada.simulated import Lazada

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOTAL, SELLABLE, ADJUST = (
    "/product/price_quantity/update",
    "/product/stock/sellable/update",
    "/product/stock/sellable/adjust",
)


async def sku(market: Lazada, name: str, country: str = "id") -> dict[str, Any]:
    """The SKU as /products/get shows it, with its item's number."""
    names = msgspec.json.encode([name]).decode()
    told = await market.get("/products/get", country, filter="all", sku_seller_list=names)
    [product] = told["data"]["products"]
    return {**product["skus"][0], "ItemId": product["item_id"]}


def xml(*rows: str) -> str:
    return f"<Request><Product><Skus>{''.join(f'<Sku>{row}</Sku>' for row in rows)}</Skus></Product></Request>"


def row(one: dict[str, Any], more: str) -> str:
    return f"<ItemId>{one['ItemId']}</ItemId><SkuId>{one['SkuId']}</SkuId>{more}"


def held(one: dict[str, Any]) -> tuple[int, int, int, int]:
    """Total, sellable, withheld, occupied: over all warehouses."""
    at = one["multiWarehouseInventories"]
    names = ("totalQuantity", "sellableQuantity", "withholdQuantity", "occupyQuantity")
    total, free, withhold, occupy = (sum(where[name] for where in at) for name in names)
    return total, free, withhold, occupy


async def test_stock_is_held_unpaid_occupied_paid_and_gone_when_ready(market: Lazada) -> None:
    seen = [held(await sku(market, "KOPI-250", "my"))]
    order_id = await market.order(shop="toko-my", kind="unpaid")
    seen.append(held(await sku(market, "KOPI-250", "my")))
    await market.control("pay", order=order_id)
    seen.append(held(await sku(market, "KOPI-250", "my")))
    [done] = await market.pack(order_id, "my")
    await market.ready(done["package_id"], country="my")
    seen.append(held(await sku(market, "KOPI-250", "my")))
    assert seen == [(20, 20, 0, 0), (20, 19, 1, 0), (20, 19, 0, 1), (19, 19, 0, 0)]


async def test_the_total_counts_what_is_occupied_and_the_sellable_does_not(market: Lazada) -> None:
    await market.order("KOPI-250", 2, shop="toko-sg")
    one = await sku(market, "KOPI-250", "sg")
    assert (await market.post(TOTAL, "sg", payload=xml(row(one, "<Quantity>10</Quantity>"))))["data"] == {}
    assert held(await sku(market, "KOPI-250", "sg")) == (10, 8, 0, 2)
    await market.post(SELLABLE, "sg", payload=xml(row(one, "<SellableQuantity>10</SellableQuantity>")))
    assert held(await sku(market, "KOPI-250", "sg")) == (12, 10, 0, 2)
    await market.post(ADJUST, "sg", payload=xml(row(one, "<SellableQuantity>-3</SellableQuantity>")))
    assert held(await sku(market, "KOPI-250", "sg")) == (9, 7, 0, 2)
    told = await market.post(ADJUST, "sg", payload=xml(row(one, "<SellableQuantity>-8</SellableQuantity>")))
    assert (told["code"], told["detail"][0]["code"]) == ("501", "212")


async def test_each_warehouse_has_its_own_stock(market: Lazada) -> None:
    one = await sku(market, "TEH-100")
    many = "<MultiWarehouseInventories><MultiWarehouseInventory><WarehouseCode>surabaya</WarehouseCode><Quantity>7</Quantity></MultiWarehouseInventory></MultiWarehouseInventories>"
    assert (await market.post(TOTAL, payload=xml(row(one, many))))["code"] == "0"
    after = (await sku(market, "TEH-100"))["multiWarehouseInventories"]
    assert [(at["warehouseCode"], at["sellableQuantity"]) for at in after] == [("dropshipping", 20), ("surabaya", 7)]


async def test_what_can_be_done_of_a_batch_is_done_and_the_rest_is_told(market: Lazada) -> None:
    good, locked, semi = [await sku(market, name, "vn") for name in ("KOPI-250", "KAMPANYE", "SEMI")]
    rows = [
        {"ItemId": str(good["ItemId"]), "SkuId": str(good["SkuId"]), "Quantity": "5", "Price": "90000.00"},
        {"ItemId": str(locked["ItemId"]), "SkuId": str(locked["SkuId"]), "Quantity": "9"},
        {"ItemId": str(semi["ItemId"]), "SkuId": str(semi["SkuId"]), "Quantity": "9"},
        {"SellerSku": "KOPI-250", "Quantity": "9"},
        {"ItemId": "1", "SkuId": "2", "Quantity": "9"},
        {"ItemId": str(good["ItemId"]), "SkuId": str(good["SkuId"]), "Price": "0.00"},
        {"ItemId": str(good["ItemId"]), "SkuId": str(good["SkuId"]), "Price": "1.005"},
        {"ItemId": str(good["ItemId"]), "SkuId": str(good["SkuId"]), "SalePrice": "99999.00"},
        {"ItemId": str(good["ItemId"]), "SkuId": str(good["SkuId"]), "Quantity": "-1"},
    ]
    told = await market.post(TOTAL, "vn", payload={"Request": {"Product": {"Skus": {"Sku": rows}}}})
    assert told["code"] == "501"
    assert [one["code"] for one in told["detail"]] == ["4170", "4225", "4193", "208", "4118", "4104", "4119", "5"]
    after = await sku(market, "KOPI-250", "vn")
    assert (held(after)[0], after["price"]) == (5, 90_000.0)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("<Request></Request>", "5"),
        ("<Request>", "5"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><Request/>', "5"),
        ('{"Request":{"Product":{"Skus":{"Sku":{"SkuId":"1"}}}}}', "5"),
        (xml(*["<SkuId>1</SkuId>"] * 51), "204"),
    ],
)
async def test_a_payload_that_is_none_has_its_code(market: Lazada, payload: str, code: str) -> None:
    assert (await market.post(TOTAL, payload=payload))["code"] == code


async def test_an_empty_payload_is_an_empty_request(market: Lazada) -> None:
    assert (await market.post(TOTAL, body="elsewhere"))["code"] == "30"


async def test_the_last_piece_is_sold_once(market: Lazada) -> None:
    one = await sku(market, "KOPI-250", "th")
    await market.post(TOTAL, "th", payload=xml(row(one, "<Quantity>1</Quantity>")))
    body = {"shop": "toko-th", "items": [{"sku": "KOPI-250"}]}
    assert [(await market.http.post("/control/lazada/order", json=body)).status_code for _ in range(2)] == [200, 409]


async def test_a_pay_out_is_the_sum_of_its_lines(market: Lazada) -> None:
    order_id = await market.delivered("ph", kind="cod voucher_seller voucher_platform")
    asked = {"start_time": "2026-10-01", "end_time": "2027-02-01"}
    before = (await market.get("/finance/transaction/details/get", "ph", **asked, trade_order_id=order_id))["data"]
    assert {one["fee_name"]: one["amount"] for one in before} == {
        "Item Price Credit": "85000.00",
        "Promotional Charges Vouchers": "-8500.00",
        "Commission": "-3825.00",
        "Payment Fee": "-1530.00",
        "Shipping Fee (Paid By Customer)": "4250.00",
        "Shipping Fee Voucher (by Lazada)": "-4250.00",
    }
    assert {one["paid_status"] for one in before} == {"Not paid"}
    made = await market.control("pay-out", shop="toko-ph")
    after = (await market.get("/finance/transaction/details/get", "ph", **asked))["data"]
    assert {(one["paid_status"], one["statement"]) for one in after} == {("Paid", made["statement"])}
    [payout] = (await market.get("/finance/payout/status/get", "ph", created_after="2026-10-01"))["data"]
    total = sum(Decimal(one["amount"]) for one in after)
    assert (payout["payout"], payout["paid"], payout["closing_balance"]) == (f"{total} PHP", 1, str(total))
    assert (await market.control("pay-out", shop="toko-ph"))["amount"] == 0


async def test_a_span_of_half_a_year_is_too_long(market: Lazada) -> None:
    asked = {"start_time": "2026-01-01", "end_time": "2026-07-01"}
    assert (await market.get("/finance/transaction/details/get", **asked))["code"] == "1000012"


async def test_the_shop_and_its_warehouses_are_told(market: Lazada) -> None:
    assert (await market.get("/seller/get", "vn"))["data"]["seller_id"] == 1004
    codes = [one["code"] for one in (await market.get("/seller/warehouse/get", "vn"))["data"]]
    assert codes == ["dropshipping", "fbl", "surabaya"]
