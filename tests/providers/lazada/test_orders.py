"""Orders and units as Lazada tells them, in our words: both forms of its types, both of its dates, and money to the last unit."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.base.money import EXPONENTS, Money
from gerbang.ports.marketplace import Refused, Why
from gerbang.ports.marketplace_orders import Fulfilment, ItemStatus, MarketplaceOrder, OrderHead, Unreadable
from gerbang.providers.lazada import orders, wire
from gerbang.providers.lazada.account import SITES
from gerbang.providers.lazada.adapter import LazadaMarketplace
from gerbang.providers.lazada.wire import UnreadableValue
from tests.providers.lazada import gateway as other_side
from tests.providers.lazada.gateway import Gateway, data, refusal
from tests.providers.lazada.rows import ITEM, ORDER, as_texts, changed

JAKARTA = timezone(timedelta(hours=7))
MONEY = st.integers(min_value=0, max_value=10**13)


def told(row: dict[str, Any]) -> Any:
    """As it comes off the wire."""
    return wire.decode(json.dumps(row).encode())


def head(**fields: Any) -> OrderHead:
    return orders.head(told(changed(ORDER, **fields)), "id")


@pytest.mark.parametrize("form", [lambda row: row, as_texts], ids=["types", "texts"])
def test_an_order_is_read_in_both_forms(form: Any) -> None:
    read = orders.head(told(form(ORDER)), "id")
    assert (read.id, read.number, read.is_cod) == ("560694402192001", "560694402192001", True)
    assert read.version == datetime(2025, 1, 15, 2, 30, tzinfo=UTC)
    assert read.price == Money(298_000, "IDR")
    assert read.total == Money(257_000, "IDR")
    assert (read.seller_voucher, read.platform_voucher) == (Money(20_000, "IDR"), Money(30_000, "IDR"))
    assert read.statuses == ("pending", "canceled")
    assert read.buyer.shipping.name == "Budi Santoso"
    assert read.buyer.shipping.lines == ("Jl. Melati 1", "DKI Jakarta", "Kota Jakarta Selatan", "Tebet", "Tebet Timur")
    assert read.buyer.billing.phone == "62****89"


@pytest.mark.parametrize("form", [lambda row: row, as_texts], ids=["types", "texts"])
def test_a_unit_is_read_in_both_forms(form: Any) -> None:
    read = orders.item(told(form(ITEM)), "id")
    assert (read.id, read.status, read.said) == ("560694402292001", ItemStatus.PENDING, "pending")
    assert (read.price, read.paid) == (Money(149_000, "IDR"), Money(124_000, "IDR"))
    assert (read.seller_voucher, read.platform_voucher) == (Money(10_000, "IDR"), Money(15_000, "IDR"))
    assert read.ship_by == datetime(2025, 1, 16, 23, 59, 59, tzinfo=JAKARTA)
    assert read.paid_at == datetime(2025, 1, 14, 3, 0, 5, tzinfo=UTC)
    assert read.cancel_request is not None
    assert read.cancel_request.claim == "658960600102006"
    assert read.cancel_request.decide_by == datetime(2025, 1, 16, 2, 50, tzinfo=UTC)
    assert (read.fulfilment, read.is_preorder, read.package) == (Fulfilment.CARRIER, False, "")


@pytest.mark.parametrize("spelling", ["addressDsitrict", "addressDistrict"])
def test_the_district_is_read_in_both_spellings(spelling: str) -> None:
    place = {"address1": "Jl. Melati 1", spelling: "Tebet Timur"}
    assert head(address_shipping=place).buyer.shipping.lines == ("Jl. Melati 1", "Tebet Timur")


STATUSES = {
    "unpaid": "unpaid",
    "pending": "pending",
    "repacked": "repacked",
    "packed": "packed",
    "ready_to_ship_pending": "ready_to_ship",
    "ready_to_ship": "ready_to_ship",
    "shipped": "shipped",
    "delivered": "delivered",
    "failed_delivery": "failed",
    "failed": "failed",
    "lost_by_3pl": "lost",
    "lost": "lost",
    "damaged_by_3pl": "damaged",
    "returned": "returned",
    "canceled": "cancelled",
    "CANCELLED": "cancelled",
    "shipped_back": "returning",
    "shipped_back_success": "returned",
    "shipped_back_failed": "failed",
    "package_scrapped": "scrapped",
    "INFO_ST_DOMESTIC_NEW": "unknown",
    "": "unknown",
}


@pytest.mark.parametrize(("said", "ours"), STATUSES.items())
def test_every_status_has_one_of_ours_and_keeps_its_word(said: str, ours: str) -> None:
    read = orders.item(told(changed(ITEM, status=said)), "id")
    assert (read.status.value, read.said) == (ours, said)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"is_digital": 1}, Fulfilment.DIGITAL),
        ({"shipping_provider_type": "DIGITAL"}, Fulfilment.DIGITAL),
        ({"is_fbl": "1"}, Fulfilment.MARKETPLACE),
        ({"shipping_type": "Warehouse"}, Fulfilment.MARKETPLACE),
        ({"delivery_option_sof": "1"}, Fulfilment.OWN_FLEET),
        ({"shipping_provider_type": "PICKUP_IN_STORE"}, Fulfilment.PICKUP),
    ],
)
def test_who_brings_a_unit_is_told_by_several_fields(fields: dict[str, Any], wanted: Fulfilment) -> None:
    assert orders.item(told(changed(ITEM, **fields)), "id").fulfilment is wanted


@pytest.mark.parametrize(
    "fields",
    [
        {"price": "298000.50"},
        {"price": ""},
        {"price": "-1.00"},
        {"price": "viele"},
        {"price": "NaN"},
        {"price": "1e400"},
        {"voucher": "400000.00"},
        {"order_id": ""},
        {"created_at": ""},
        {"updated_at": "yesterday"},
    ],
)
def test_what_cannot_be_is_refused_and_never_rounded(fields: dict[str, Any]) -> None:
    with pytest.raises(UnreadableValue):
        head(**fields)


@given(amount=MONEY, site=st.sampled_from(sorted(SITES)))
def test_any_amount_comes_back_as_it_went_out(amount: int, site: str) -> None:
    currency = SITES[site].currency
    assert wire.minor(wire.major(Money(amount, currency)), currency) == amount
    assert wire.minor(f"{Decimal(amount).scaleb(-EXPONENTS[currency]):.2f}", currency) == amount


@given(amount=MONEY, rest=st.integers(min_value=1, max_value=99), site=st.sampled_from(sorted(SITES)))
def test_a_fraction_of_the_smallest_unit_is_always_refused(amount: int, rest: int, site: str) -> None:
    currency = SITES[site].currency
    whole, places = wire.major(Money(amount, currency)), EXPONENTS[currency]
    with pytest.raises(UnreadableValue, match="fraction"):
        wire.minor(f"{whole}{'' if places else '.'}{rest:02d}", currency)


@given(text=st.text(max_size=30))
def test_no_text_breaks_the_reading_of_money_or_time(text: str) -> None:
    for read in (lambda: wire.minor(text, "SGD"), lambda: wire.moment({"at": text}, "at")):
        try:
            read()
        except UnreadableValue:
            continue


@given(
    at=st.datetimes(min_value=datetime(2012, 1, 1), max_value=datetime(2099, 1, 1)),  # noqa: DTZ001  the zone is drawn apart
    site=st.sampled_from(sorted(SITES)),
)
def test_a_time_is_the_same_in_every_form(at: datetime, site: str) -> None:
    hours = SITES[site].ahead_h
    local = at.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    seconds = int(local.timestamp())
    forms: list[Any] = [
        local.isoformat(),
        local.strftime("%Y-%m-%d %H:%M:%S %z"),
        local.strftime("%Y-%m-%dT%H:%M:%S%z"),
        local.strftime("%Y-%m-%d %H:%M:%S"),
        seconds,
        str(seconds),
        seconds * 1000,
        str(seconds * 1000),
    ]
    assert {wire.moment({"at": form}, "at", hours) for form in forms} == {local}


async def test_units_of_many_orders_come_by_one_call(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    known = [head(order_id=id_) for id_ in ("1", "2", "3", "4")]
    rows: list[dict[str, Any]] = [
        {"order_id": 2, "order_number": 2, "order_items": [ITEM, changed(ITEM, order_item_id=7, status="canceled")]},
        {"order_id": "1", "order_items": [changed(ITEM, updated_at="2025-01-16 00:00:00 +0700")]},
        {"order_id": "3", "order_items": [changed(ITEM, item_price="0.50")]},
    ]
    gateway.answers["/orders/items/get"] = data(rows)
    first, second, third, fourth = await lazada.with_items(other_side.shop(gateway), known)
    assert gateway.heard[0].query["order_ids"] == "[1,2,3,4]"
    assert isinstance(first, MarketplaceOrder)
    assert first.version == datetime(2025, 1, 15, 17, 0, tzinfo=UTC)
    assert isinstance(second, MarketplaceOrder)
    assert [one.status for one in second.items] == [ItemStatus.PENDING, ItemStatus.CANCELLED]
    assert third == Unreadable("3", "item_price has a fraction of the smallest unit of IDR")
    assert fourth == Unreadable("4", "no unit of it was told")


async def test_one_order_is_read_whole(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    single = changed(ORDER, order_id=560694402192001, created_at="2025-01-14 10:00:00 +0700", gift_option=False)
    gateway.answers = {"/order/get": data(single), "/order/items/get": data([ITEM])}
    read = await lazada.order(other_side.shop(gateway), "560694402192001")
    assert (read.head.id, len(read.items)) == ("560694402192001", 1)


async def test_an_order_of_another_shop_is_not_found(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/order/get"] = refusal("16")
    with pytest.raises(Refused) as refused:
        await lazada.order(other_side.shop(gateway), "1")
    assert refused.value.why is Why.NOT_FOUND
