"""Products with their stock, and what becomes of each SKU of a batch that is written; statement lines and payouts."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from gerbang.base.money import Money
from gerbang.ports.marketplace import RateLimited, Refused, TooMuchData, Why
from gerbang.ports.marketplace_catalogue import FeeKind, PriceWish, Stock, StockVerdict, StockWish
from gerbang.providers.lazada import finance
from gerbang.providers.lazada.adapter import LazadaMarketplace
from tests.providers.lazada import gateway as other_side
from tests.providers.lazada.gateway import Gateway, data, refusal
from tests.providers.lazada.rows import as_texts, changed

SKU: dict[str, Any] = {
    "SkuId": 12761620980,
    "SellerSku": "KOPI-250",
    "ShopSku": "6718170187_ID-12761620980",
    "Status": "active",
    "quantity": 20,
    "Available": 15,
    "price": 149000.0,
    "special_price": 0.0,
    "Images": ["https://id-live.slatic.net/p/kopi.jpg"],
}
PRODUCT: dict[str, Any] = {
    "item_id": 6718170187,
    "attributes": {"name": "Kopi Gayo 250 g"},
    "images": '["https://id-live.slatic.net/p/all.jpg"]',
    "skus": [SKU],
}
SELLABLE, PRICE = "/product/stock/sellable/update", "/product/price_quantity/update"


@pytest.mark.parametrize("form", [lambda row: row, as_texts], ids=["types", "texts"])
async def test_a_product_is_read_by_its_variants(lazada: LazadaMarketplace, gateway: Gateway, form: Any) -> None:
    gateway.answers["/products/get"] = form(data({"total_products": 51, "products": [PRODUCT]}))
    since = datetime(2025, 1, 15, tzinfo=timezone(timedelta(hours=7)))
    page = await lazada.products(other_side.shop(gateway), since)
    (one,) = page.skus
    assert (one.product, one.variant, one.sku, one.name, one.is_active) == (
        "6718170187",
        "12761620980",
        "KOPI-250",
        "Kopi Gayo 250 g",
        True,
    )
    assert (one.price, one.special_price) == (Money(149_000, "IDR"), None)
    assert one.stock == (Stock("dropshipping", 15, occupied=5),)
    assert one.image.endswith("kopi.jpg")
    assert (page.next, page.is_cut) == ("1", False)
    assert gateway.heard[0].query["update_after"] == "2025-01-15T00:00:00+0700"
    assert gateway.heard[0].query["filter"] == "all"


async def test_stock_is_told_by_warehouse_and_lazadas_own_is_read_only(
    lazada: LazadaMarketplace, gateway: Gateway
) -> None:
    own = {"warehouseCode": "jkt", "totalQuantity": 10, "withholdQuantity": 2, "occupyQuantity": 3}
    more = {
        "multiWarehouseInventories": [own, {"warehouseCode": "sub", "sellableQuantity": 4, "totalQuantity": 4}],
        "fblWarehouseInventories": [{"warehouseCode": "fbl", "totalQuantity": 7}],
    }
    rows = [{**PRODUCT, "skus": [changed(SKU, **more), changed(SKU, price="1.25")]}]
    gateway.answers["/products/get"] = data({"total_products": 1, "products": rows})
    page = await lazada.products(other_side.shop(gateway), None)
    assert page.skus[0].stock == (
        Stock("jkt", 5, withheld=2, occupied=3),
        Stock("sub", 4),
        Stock("fbl", 7, read_only=True),
    )
    assert [one.order for one in page.unreadable] == ["6718170187"]
    assert page.next == ""


async def test_a_list_that_lazada_cuts_says_so(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/products/get"] = data({"total_products": 12_000, "products": [PRODUCT] * 2})
    assert (await lazada.products(other_side.shop(gateway), None, "9990")).next == "9992"
    last = await lazada.products(other_side.shop(gateway), None, "10000")
    assert (last.next, last.is_cut) == ("", True)


async def test_free_stock_is_set_by_the_call_that_means_free_stock(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers[SELLABLE] = data({})
    wishes = [StockWish("1", "11", 20), StockWish("2", "22", 5, "a&b")]
    found = await lazada.set_sellable(other_side.shop(gateway), wishes)
    assert [(one.variant, one.verdict, one.warehouse) for one in found] == [
        ("11", StockVerdict.DONE, ""),
        ("22", StockVerdict.DONE, "a&b"),
    ]
    assert gateway.heard[0].form["payload"] == (
        "<Request><Product><Skus><Sku><ItemId>1</ItemId><SkuId>11</SkuId><SellableQuantity>20</SellableQuantity></Sku>"
        "<Sku><ItemId>2</ItemId><SkuId>22</SkuId><MultiWarehouseInventories><MultiWarehouseInventory>"
        "<WarehouseCode>a&amp;b</WarehouseCode><SellableQuantity>5</SellableQuantity>"
        "</MultiWarehouseInventory></MultiWarehouseInventories></Sku></Skus></Product></Request>"
    )


async def test_a_batch_that_failed_says_which_and_the_others_are_read_back(
    lazada: LazadaMarketplace, gateway: Gateway
) -> None:
    details = [
        {"message": "campaign lock", "sku_id": 11, "code": "4170"},
        {"message": "SkuId 22: semi managed", "code": "4225"},
        {"field": "SkuId_3_33", "message": "x", "error_code": "4147"},
    ]
    gateway.answers[SELLABLE] = {**refusal("501"), "detail": details}
    wishes = [StockWish(n, n * 2, 1) for n in ("1", "2", "3", "4")]
    found = await lazada.set_sellable(other_side.shop(gateway), wishes)
    verdicts = [StockVerdict.LOCKED, StockVerdict.NOT_MINE, StockVerdict.BUSY, StockVerdict.UNCLEAR]
    assert [one.verdict for one in found] == verdicts


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("4170", StockVerdict.LOCKED), ("4225", StockVerdict.NOT_MINE), ("4104", StockVerdict.REFUSED)],
)
async def test_a_single_sku_is_told_by_the_code_itself(
    lazada: LazadaMarketplace, gateway: Gateway, code: str, verdict: StockVerdict
) -> None:
    gateway.answers[PRICE] = refusal(code)
    (found,) = await lazada.set_price(other_side.shop(gateway), [PriceWish("1", "11", Money(109_900, "SGD"))])
    assert found.verdict is verdict
    assert "<Price>1099.00</Price>" in gateway.heard[0].form["payload"]
    assert "Quantity" not in gateway.heard[0].form["payload"]


@pytest.mark.parametrize(
    ("code", "error"), [("204", TooMuchData), ("901", RateLimited), ("IllegalAccessToken", Refused)]
)
async def test_what_is_no_matter_of_one_sku_is_the_whole_batchs(
    lazada: LazadaMarketplace, gateway: Gateway, code: str, error: type[Exception]
) -> None:
    gateway.answers[SELLABLE] = refusal(code)
    with pytest.raises(error):
        await lazada.set_sellable(other_side.shop(gateway), [StockWish("1", "11", 1)])


LINE: dict[str, Any] = {
    "transaction_number": "ID-1",
    "transaction_date": "17 May 2016",
    "amount": "-620.00",
    "fee_type": "13",
    "fee_name": "Payment Fee",
    "paid_status": "Not paid",
    "order_no": "10",
    "orderItem_no": "1",
    "statement": "11 May 2016 - 17 May 2016",
}


async def test_a_statement_line_is_read(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    bad = changed(LINE, amount="0.5", order_no="11")
    gateway.answers["/finance/transaction/details/get"] = data([LINE, bad])
    page = await lazada.finance_lines(other_side.shop(gateway), date(2016, 5, 11), date(2016, 5, 17))
    (line,) = page.lines
    assert (line.id, line.on, line.kind, line.amount) == ("ID-1:13:1", "2016-05-17", FeeKind.PAYMENT_FEE, -620)
    assert (line.currency, line.order, line.item, line.is_paid) == ("IDR", "10", "1", False)
    assert (line.statement, line.until) == ("11 May 2016 - 17 May 2016", "2016-05-17")
    assert [one.order for one in page.unreadable] == ["11"]
    gateway.answers["/finance/transaction/details/get"] = data([])
    after = await lazada.finance_lines(other_side.shop(gateway), date(2016, 5, 11), date(2016, 5, 17), page.next or 0)
    assert (page.next, after.next) == (2, None)  # a short page may be half of one
    heard = gateway.heard[0].query
    assert (heard["start_time"], heard["end_time"], heard["trans_type"]) == ("2016-05-11", "2016-05-17", "-1")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Item Price Credit", FeeKind.SALE),
        ("Commission", FeeKind.COMMISSION),
        ("Reversal Commission", FeeKind.COMMISSION),
        ("Reversal Item Price", FeeKind.REFUND),
        ("Shipping Fee (Paid By Customer)", FeeKind.SHIPPING_PAID_BY_BUYER),
        ("Shipping Fee Voucher (by Lazada)", FeeKind.SHIPPING_SUBSIDY),
        ("Reversal Shipping Fee", FeeKind.SHIPPING_CHARGED),
        ("Promotional Charges Vouchers", FeeKind.SELLER_VOUCHER),
        ("Lazada Voucher", FeeKind.PLATFORM_VOUCHER),
        ("COD Fee", FeeKind.CASH_ON_DELIVERY),
        ("Failed Delivery Fee", FeeKind.FAILED_DELIVERY),
        ("Return Shipping Fee", FeeKind.FAILED_DELIVERY),
        ("Wrong Weight Adjustment", FeeKind.ADJUSTMENT),
        ("Lazada Bonus", FeeKind.OTHER),
        ("", FeeKind.OTHER),
    ],
)
def test_a_fee_that_is_not_known_is_other(said: str, kind: FeeKind) -> None:
    assert finance.kind_of(said) is kind


async def test_a_payout_names_its_currency_inside_its_amount(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    one = {
        "statement_number": "S1",
        "payout": "3962.41 EUR",
        "paid": 1,
        "created_at": "2016-05-17",
        "opening_balance": "0.00",
    }
    gateway.answers["/finance/payout/status/get"] = data([one, {**one, "payout": "150000.00", "paid": "0"}])
    first, second = await lazada.payouts(other_side.shop(gateway), date(2016, 5, 1))
    assert (first.amount, first.currency, first.is_paid, first.opening, first.closing) == (
        396_241,
        "EUR",
        True,
        0,
        None,
    )
    assert (second.amount, second.currency, second.is_paid) == (150_000, "IDR", False)


async def test_a_payout_that_is_no_amount_is_told(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/finance/payout/status/get"] = data([{"payout": "soon"}])
    with pytest.raises(Refused) as refused:
        await lazada.payouts(other_side.shop(gateway), date(2016, 5, 1))
    assert refused.value.why is Why.UNREADABLE


async def test_a_shop_says_who_it_is(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/seller/get"] = data(
        {"seller_id": 1234567, "name": "Toko Lumbung", "status": "ACTIVE", "short_code": "IDXXX"}
    )
    found = await lazada.shop(other_side.shop(gateway))
    assert (found.seller, found.site, found.name, found.is_active, found.code) == (
        "1234567",
        "id",
        "Toko Lumbung",
        True,
        "IDXXX",
    )
