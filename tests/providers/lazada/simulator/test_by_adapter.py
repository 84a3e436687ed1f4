"""The adapter and the simulator, which share no code, over the wire: an order's whole way in each country, and what goes wrong on it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.marketplace import RateLimited, Refused, SwitchedOff, TooMuchData, Why
from gerbang.ports.marketplace_catalogue import PriceWish, StockVerdict, StockWish
from gerbang.ports.marketplace_orders import (
    ClaimKind,
    ClaimStatus,
    Decision,
    ItemStatus,
    MarketplaceOrder,
    NotDone,
    Packed,
    Packing,
    Shipped,
    Unreadable,
)
from gerbang.ports.payment import Account
from gerbang.providers.lazada.account import SITES
from gerbang.providers.lazada.adapter import LazadaMarketplace
from gerbang.providers.lazada.authorisation import LazadaAuthorisation
from gerbang.providers.lazada.checking import probe
from tests.providers.lazada.simulated import COUNTRIES, KEY, SECRET, Lazada

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(slots=True)
class Side:
    """Our side of it."""

    adapter: LazadaMarketplace
    http: Http
    market: Lazada

    def shop(self, country: str = "id", token: str = "") -> Account:
        seller = str(1001 + COUNTRIES.index(country))
        base = f"{self.market.sandbox.url}/lazada/{{site}}/rest"
        settings = {"app_key": KEY, "base_url": base, "auth_url": f"{self.market.sandbox.url}/lazada-auth"}
        secrets = {"app_secret": [SECRET.encode()], "access_token": [(token or f"token-{country}").encode()]}
        return Account(f"toko-{country}", False, {**settings, "seller_id": seller, "site": country}, secrets)

    async def order(self, country: str = "id", **more: Any) -> MarketplaceOrder:
        id_ = await self.market.order(shop=f"toko-{country}", **more)
        return await self.adapter.order(self.shop(country), id_)

    async def pack(self, order: MarketplaceOrder, country: str = "id") -> Sequence[Packed]:
        wish = Packing(order.head.id, tuple(item.id for item in order.items))
        found = await self.adapter.pack(self.shop(country), [wish])
        packed = [one for one in found if isinstance(one, Packed)]
        assert len(packed) == len(found), found
        return packed


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def side(market: Lazada) -> AsyncIterator[Side]:
    http = Http()
    yield Side(LazadaMarketplace(http), http, market)
    await http.close()


@pytest.mark.parametrize("country", COUNTRIES)
async def test_an_order_goes_its_whole_way_in_each_country(side: Side, country: str) -> None:
    shop, adapter = side.shop(country), side.adapter
    began = datetime.now(UTC) - timedelta(minutes=5)
    order = await side.order(country, sku="KOPI-250", quantity=2)
    assert [item.status for item in order.items] == [ItemStatus.PENDING] * 2
    assert order.head.price.currency == SITES[country].currency
    assert sum(item.price.amount for item in order.items) == order.head.price.amount
    page = await adapter.changed_orders(shop, began)
    (head,) = [one for one in page.heads if one.id == order.head.id]
    (whole,) = await adapter.with_items(shop, [head])
    assert not isinstance(whole, Unreadable)
    assert {item.id for item in whole.items} == {item.id for item in order.items}

    packed = await side.pack(order, country)
    packages = sorted({one.package for one in packed})
    label = await adapter.label(shop, packages)
    assert label.body.startswith(b"%PDF")
    await adapter.set_invoice_number(shop, order.items[0].id, "INV-1")
    assert list(await adapter.ship(shop, packages)) == [Shipped(one) for one in packages]
    await side.market.control("scan", shop=f"toko-{country}", order=order.head.id, kind="shipped")
    await side.market.control("scan", shop=f"toko-{country}", order=order.head.id, kind="delivered")
    done = await adapter.order(shop, order.head.id)
    assert [(item.status, item.package in packages) for item in done.items] == [(ItemStatus.DELIVERED, True)] * 2
    assert done.version >= order.version


async def test_what_cannot_be_packed_says_so_unit_by_unit(side: Side) -> None:
    order = await side.order(sku="KOPI-250", quantity=2)
    await side.pack(order)
    wish = Packing(order.head.id, tuple(item.id for item in order.items))
    again = await side.adapter.pack(side.shop(), [wish])
    assert [(type(one), getattr(one, "code", "")) for one in again] == [(NotDone, "700026")] * 2
    ours = await side.adapter.order(side.shop(), order.head.id)
    assert all(item.package for item in ours.items)
    unknown = await side.adapter.ship(side.shop(), ["FP000000000000000"])
    assert [getattr(one, "code", "") for one in unknown] == ["600001"]


async def test_a_cancel_says_first_what_it_does(side: Side) -> None:
    order = await side.order(sku="KOPI-250")
    items = [item.id for item in order.items]
    options = await side.adapter.cancel_options(side.shop(), order.head.id, items)
    assert options.reasons
    outcome = await side.adapter.cancel(side.shop(), order.head.id, items, options.reasons[-1].id)
    assert outcome.is_taken
    after = await side.adapter.order(side.shop(), order.head.id)
    assert [item.status for item in after.items] == [ItemStatus.CANCELLED]


async def test_a_buyers_wish_to_cancel_is_decided(side: Side) -> None:
    order = await side.order(sku="KOPI-250")
    await side.market.control("cancel", shop="toko-id", order=order.head.id)
    asked = await side.adapter.order(side.shop(), order.head.id)
    request = asked.items[0].cancel_request
    assert request is not None
    assert request.decide_by is not None
    one = Decision(claim=request.claim, kind=ClaimKind.CANCEL, status=ClaimStatus.REQUESTED, answer="accept")
    await side.adapter.decide(side.shop(), one)
    with pytest.raises(Refused):
        await side.adapter.decide(side.shop(), one)


async def test_a_return_comes_back_and_is_refunded(side: Side) -> None:
    shop, adapter = side.shop(), side.adapter
    order_id = await side.market.delivered(sku="KOPI-250")
    await side.market.control("return", shop="toko-id", order=order_id)
    (claim,) = (await adapter.claims(shop, None, order=order_id)).claims
    assert (claim.order, claim.kind, claim.lines[0].status) == (order_id, ClaimKind.RETURN, ClaimStatus.REQUESTED)
    paid = (await adapter.order(shop, order_id)).items[0].paid
    assert claim.lines[0].refund == paid
    lines = tuple(line.id for line in claim.lines)
    answer = Decision(claim=claim.id, kind=claim.kind, status=claim.lines[0].status, answer="accept", lines=lines)
    await adapter.decide(shop, answer)
    (agreed,) = (await adapter.claims(shop, None, order=order_id)).claims
    assert agreed.lines[0].status is not ClaimStatus.REQUESTED


async def test_stock_and_price_are_written_and_read_back(side: Side) -> None:
    shop, adapter = side.shop("sg"), side.adapter
    products = {one.sku: one for one in (await adapter.products(shop, None)).skus}
    kopi, locked, semi = products["KOPI-250"], products["KAMPANYE"], products["SEMI"]
    wishes = [StockWish(kopi.product, kopi.variant, 7)]
    assert [one.verdict for one in await adapter.set_sellable(shop, wishes)] == [StockVerdict.DONE]
    after = {one.sku: one for one in (await adapter.products(shop, None)).skus}
    assert after["KOPI-250"].stock[0].sellable == 7
    prices = [PriceWish(kopi.product, kopi.variant, kopi.price), PriceWish(semi.product, semi.variant, semi.price)]
    verdicts = [one.verdict for one in await adapter.set_price(shop, prices)]
    assert verdicts[0] is not StockVerdict.REFUSED
    lowered = await adapter.set_sellable(shop, [StockWish(locked.product, locked.variant, 0)])
    assert lowered[0].verdict in (StockVerdict.LOCKED, StockVerdict.DONE)


async def test_a_payout_is_explained_by_its_lines(side: Side) -> None:
    shop = side.shop("sg")
    await side.market.delivered("sg", sku="KOPI-250")
    await side.market.control("pay-out", shop="toko-sg")
    today = datetime.now(UTC).date()
    lines = await side.adapter.finance_lines(shop, today - timedelta(days=7), today + timedelta(days=1))
    assert lines.lines
    assert lines.unreadable == ()
    payouts = await side.adapter.payouts(shop, today - timedelta(days=7))
    assert payouts
    assert sum(one.amount for one in payouts) == sum(one.amount for one in lines.lines if one.is_paid)


FAULTS = [
    ("998", SwitchedOff),
    ("ApiCallLimit", RateLimited),
    ("901", RateLimited),
    ("ServiceTimeout", TooMuchData),
    ("1000", OutcomeUnknown),
    ("IllegalTimestamp", Refused),
]


@pytest.mark.parametrize(("fault", "error"), FAULTS)
async def test_every_fault_of_the_platform_has_its_name(side: Side, fault: str, error: type[Exception]) -> None:
    side.adapter = LazadaMarketplace(side.http)  # in which nothing is banned
    order = await side.order("th", sku="KOPI-250")
    answer = await side.market.http.put("/control/lazada/faults", json={"kind": fault, "count": 1})
    assert answer.status_code == 200, answer.text
    with pytest.raises(error):
        await side.adapter.order(side.shop("th"), order.head.id)


@pytest.mark.parametrize("fault", ["half_page", "same_page"])
async def test_no_order_is_lost_to_a_page_that_is_not_what_it_says(side: Side, fault: str) -> None:
    shop, began = side.shop("vn"), datetime.now(UTC) - timedelta(seconds=5)
    made = {await side.market.order(shop="toko-vn", sku="KOPI-250") for _ in range(6)}
    answer = await side.market.http.put("/control/lazada/faults", json={"kind": fault, "count": 1})
    assert answer.status_code == 200, answer.text
    told: list[str] = []
    page = None
    for _ in range(20):
        try:
            page = await side.adapter.changed_orders(shop, page.next if page and page.next else began)
        except OutcomeUnknown:
            continue
        told += [one.id for one in page.heads]
        if page.next is None:
            break
    assert made <= set(told)


async def test_a_token_works_at_its_own_country_only(side: Side) -> None:
    order = await side.order("my", sku="KOPI-250")
    with pytest.raises(Refused) as refused:
        await side.adapter.order(side.shop("my", token="token-id"), order.head.id)
    assert refused.value.why in (Why.TOKEN_EXPIRED, Why.NOT_FOUND)


async def test_a_probe_of_each_shop_says_who_it_is(side: Side) -> None:
    for country in COUNTRIES:
        (found,) = await probe(side.http, side.shop(country), datetime.now(UTC))
        assert found.good is True, found


async def test_a_seller_lets_the_app_in_on_the_simulators_page_and_a_code_works_once(side: Side) -> None:
    authorisation = LazadaAuthorisation(side.http)
    address = authorisation.address(side.shop("ph"), "http://127.0.0.1/callback", "s3cret")
    page = await side.market.http.get(address)
    assert (page.status_code, "Toko ph" in page.text) == (200, True)
    gone = await side.market.http.post(address, data={"seller": "1006", "decision": "agree"})
    back = parse_qs(urlsplit(gone.headers["location"]).query)
    assert back["state"] == ["s3cret"]
    tokens = await authorisation.create(side.shop("ph"), back["code"][0])
    assert (tokens.site, dict(tokens.sellers), tokens.account) == ("ph", {"ph": "1006"}, "ph@toko.example")
    assert (await side.adapter.shop(side.shop("ph", token=tokens.access.decode()))).name == "Toko ph"
    with pytest.raises(Refused) as used:
        await authorisation.create(side.shop("ph"), back["code"][0])
    assert used.value.why is Why.CODE_USED


async def test_tokens_are_refreshed_at_the_simulators_auth_host(side: Side) -> None:
    tokens = await LazadaAuthorisation(side.http).refresh(side.shop("ph"), b"refresh-ph")
    assert (tokens.site, dict(tokens.sellers)) == ("ph", {"ph": "1006"})
    assert (await side.adapter.shop(side.shop("ph", token=tokens.access.decode()))).seller == "1006"
