"""Lazada as a marketplace: which call is made for what, and in which order. What the words mean stands in the modules beside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal

from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.marketplace import Refused, ShopProfile, Why
from gerbang.ports.marketplace_catalogue import FinanceLines, Payout, PriceWish, Products, StockOutcome, StockWish
from gerbang.ports.marketplace_orders import (
    CancelOptions,
    CancelOutcome,
    CancelReason,
    Carriers,
    ChangedOrders,
    Claims,
    Decision,
    Label,
    MarketplaceOrder,
    OrderCursor,
    OrderHead,
    Packing,
    PackOutcome,
    ShipOutcome,
    Unreadable,
)
from gerbang.ports.payment import Account
from gerbang.providers.lazada import catalogue, claims, finance, order_walk, orders, parcels, wire
from gerbang.providers.lazada.account import SITES, shop_endpoint, site
from gerbang.providers.lazada.client import Client
from gerbang.providers.lazada.codes import Family
from gerbang.providers.lazada.wire import Row, UnreadableValue


class LazadaMarketplace:
    """Implements ports.marketplace.Marketplace."""

    def __init__(self, http: Http) -> None:
        self._client = Client(http)

    async def changed_orders(
        self, account: Account, since: datetime | OrderCursor, *, created: bool = False
    ) -> ChangedOrders:
        own, cursor = site(account), order_walk.start(since)
        asked = order_walk.parameters(cursor, created=created, ahead_h=SITES[own].ahead_h)
        data = wire.row((await self._get(account, "/orders/get", Family.ORDERS, asked)).get("data"))
        return order_walk.step(cursor, _page(data, own), created=created)

    async def with_items(self, account: Account, heads: Sequence[OrderHead]) -> Sequence[MarketplaceOrder | Unreadable]:
        asked = {"order_ids": claims.lines_of([one.id for one in heads])}
        told = await self._get(account, "/orders/items/get", Family.ORDERS, asked)
        found = orders.items_by_order(told.get("data"))
        return [orders.whole(one, found.get(one.id, []), site(account)) for one in heads]

    async def order(self, account: Account, order: str) -> MarketplaceOrder:
        asked = {"order_id": order}
        data = (await self._get(account, "/order/get", Family.ORDERS, asked)).get("data")
        try:
            head = orders.head(wire.row(data), site(account))
        except UnreadableValue as error:
            raise _unreadable(str(error)) from error
        items = await self._get(account, "/order/items/get", Family.ORDERS, asked)
        found = orders.whole(head, wire.rows(items.get("data")), site(account))
        if isinstance(found, Unreadable):
            raise _unreadable(found.why)
        return found

    async def carriers(self, account: Account, packing: Packing) -> Carriers:
        asked = {"getShipmentProvidersReq": parcels.carriers_request(packing)}
        told = await self._get(account, "/order/shipment/providers/get", Family.PARCELS, asked)
        return parcels.carriers(_data(told))

    async def pack(self, account: Account, packings: Sequence[Packing]) -> Sequence[PackOutcome]:
        told = await self._post(account, "/order/fulfill/pack", {"packReq": parcels.pack_request(packings)})
        return parcels.packed(_data(told), packings)

    async def ship(self, account: Account, packages: Sequence[str]) -> Sequence[ShipOutcome]:
        return await self._packages(account, "/order/package/rts", "readyToShipReq", packages)

    async def repack(self, account: Account, packages: Sequence[str]) -> Sequence[ShipOutcome]:
        return await self._packages(account, "/order/package/repack", "rePackReq", packages)

    async def delivered(self, account: Account, packages: Sequence[str]) -> Sequence[ShipOutcome]:
        return await self._packages(account, "/order/package/sof/delivered", "dbsDeliveryReq", packages)

    async def failed_delivery(self, account: Account, packages: Sequence[str]) -> Sequence[ShipOutcome]:
        return await self._packages(account, "/order/package/sof/failed_delivery", "dbsFailedDeliveryReq", packages)

    async def digital_delivered(self, account: Account, order: str, items: Sequence[str]) -> Sequence[ShipOutcome]:
        asked = {"digitalDeliveryReq": parcels.digital_request(order, items)}
        told = await self._post(account, "/order/digital/delivered", asked)
        return parcels.digitally_delivered(_data(told), order, items)

    async def label(self, account: Account, packages: Sequence[str]) -> Label:
        asked = {"getDocumentReq": parcels.packages_request(packages, doc_type="PDF")}
        found = parcels.label(_data(await self._get(account, "/order/package/document/get", Family.PARCELS, asked)))
        if found.body:
            return found
        at = shop_endpoint(account)
        if at.base_url.startswith("https://") and not found.url.startswith("https://"):
            raise OutcomeUnknown("Lazada's link to the labels is not encrypted.")
        body = await self._client.fetch(found.url, at.timeout_s)
        if not body.startswith(parcels.PDF):
            raise OutcomeUnknown("Lazada's link to the labels leads to no PDF.")
        return Label(found.content_type, body)

    async def invoice(self, account: Account, items: Sequence[str]) -> Label:
        asked = {"doc_type": "invoice", "order_item_ids": wire.json(wire.ids(list(items)))}
        return parcels.invoice(_data(await self._get(account, "/order/document/get", Family.ORDERS, asked)))

    async def set_invoice_number(self, account: Account, item: str, number: str) -> None:
        await self._post(account, "/order/invoice_number/set", {"order_item_id": item, "invoice_number": number})

    async def cancel_options(self, account: Account, order: str, items: Sequence[str]) -> CancelOptions:
        asked = {"order_id": order, "order_item_id_list": claims.lines_of(items)}
        told = await self._get(account, "/order/reverse/cancel/validate", Family.CLAIMS, asked)
        return claims.options(_data(told))

    async def cancel(self, account: Account, order: str, items: Sequence[str], reason: str) -> CancelOutcome:
        asked = {"order_id": order, "order_item_id_list": claims.lines_of(items), "reason_id": reason}
        return claims.outcome(_data(await self._get(account, "/order/reverse/cancel/create", Family.CLAIMS, asked)))

    async def claims(self, account: Account, since: datetime | None, page: int = 1, *, order: str = "") -> Claims:
        asked = claims.list_parameters(since, page, order)
        told = await self._get(account, "/reverse/getreverseordersforseller", Family.CLAIMS, asked)
        return claims.claims(wire.row(told.get("result")), site(account), page)

    async def refusal_reasons(self, account: Account, line: str) -> Sequence[CancelReason]:
        told = await self._get(account, "/order/reverse/reason/list", Family.CLAIMS, {"reverse_order_line_id": line})
        return claims.reasons(told.get("data"))

    async def decide(self, account: Account, decision: Decision) -> None:
        path, asked = claims.decision(decision)
        await self._get(account, path, Family.CLAIMS, asked)

    async def products(self, account: Account, since: datetime | None, after: str = "") -> Products:
        told = await self._get(account, "/products/get", Family.PRODUCTS, catalogue.list_parameters(since, after))
        return catalogue.products(_data(told), site(account), after)

    async def set_sellable(self, account: Account, wishes: Sequence[StockWish]) -> Sequence[StockOutcome]:
        return await self._batch(account, "/product/stock/sellable/update", catalogue.stock_payload(wishes), wishes)

    async def set_price(self, account: Account, wishes: Sequence[PriceWish]) -> Sequence[StockOutcome]:
        return await self._batch(account, "/product/price_quantity/update", catalogue.price_payload(wishes), wishes)

    async def finance_lines(self, account: Account, first: date, last: date, offset: int = 0) -> FinanceLines:
        asked = {
            "start_time": first.isoformat(),
            "end_time": last.isoformat(),
            "trans_type": "-1",
            "offset": str(offset),
            "limit": str(finance.PAGE),
        }
        told = await self._get(account, "/finance/transaction/details/get", Family.FINANCE, asked)
        return finance.lines(told.get("data"), site(account), offset)

    async def payouts(self, account: Account, since: date) -> Sequence[Payout]:
        asked = {"created_after": since.isoformat()}
        told = await self._get(account, "/finance/payout/status/get", Family.FINANCE, asked)
        try:
            return [finance.payout(one, site(account)) for one in wire.rows(told.get("data"))]
        except UnreadableValue as error:
            raise _unreadable(str(error)) from error

    async def shop(self, account: Account) -> ShopProfile:
        data = _data(await self._get(account, "/seller/get", Family.ORDERS, {}))
        said = wire.text(data, "status")
        return ShopProfile(
            seller=wire.text(data, "seller_id"),
            site=site(account),
            name=wire.text(data, "name"),
            is_active=said.upper() == "ACTIVE",
            said=wire.printable(said, 60),
            code=wire.text(data, "short_code"),
        )

    async def _packages(self, account: Account, path: str, name: str, packages: Sequence[str]) -> Sequence[ShipOutcome]:
        told = await self._post(account, path, {name: parcels.packages_request(packages)})
        return parcels.shipped(_data(told), packages)

    async def _batch(
        self, account: Account, path: str, payload: str, wishes: Sequence[StockWish] | Sequence[PriceWish]
    ) -> Sequence[StockOutcome]:
        told = await self._call(account, "POST", path, Family.PRODUCTS, {"payload": payload}, partial=True)
        return catalogue.outcomes(told, wishes)

    async def _get(self, account: Account, path: str, family: Family, asked: Mapping[str, str]) -> Row:
        return await self._call(account, "GET", path, family, asked)

    async def _post(self, account: Account, path: str, asked: Mapping[str, str]) -> Row:
        return await self._call(account, "POST", path, Family.PARCELS, asked, partial=True)

    async def _call(
        self,
        account: Account,
        method: Literal["GET", "POST"],
        path: str,
        family: Family,
        asked: Mapping[str, str],
        *,
        partial: bool = False,
    ) -> Row:
        return await self._client.call(shop_endpoint(account), method, path, family, asked, partial=partial)


def _data(envelope: Row) -> Row:
    """What the answer holds, wherever this call puts it."""
    return wire.row(envelope.get("data")) or wire.row(wire.row(envelope.get("result")).get("data"))


def _page(data: Row, own: str) -> order_walk.Page:
    """A page of the list, with those apart that cannot be read."""
    heads: list[OrderHead] = []
    unreadable: list[Unreadable] = []
    listed = wire.rows(data.get("orders"))
    for one in listed:
        try:
            heads.append(orders.head(one, own))
        except UnreadableValue as error:
            unreadable.append(Unreadable(wire.text(one, "order_id"), str(error)))
    total = wire.number(data, "countTotal", "count_total")
    is_full = len(listed) >= order_walk.LIMIT
    return order_walk.Page(heads, unreadable, len(listed) + is_full if total is None else total)


def _unreadable(why: str) -> Refused:
    return Refused(f"Lazada told what cannot be: {why}.", Why.UNREADABLE)
