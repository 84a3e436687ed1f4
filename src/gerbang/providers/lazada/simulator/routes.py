"""Which path does what, by which method, and in which envelope it answers (notes 3, 6.2). A path that is not here is refused."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from gerbang.providers.lazada.simulator import (
    cancellation,
    documents,
    finance,
    fulfilment,
    order_reading,
    packing,
    products,
    returns,
    reverse_views,
    stock,
)
from gerbang.providers.lazada.simulator.access import Call
from gerbang.providers.lazada.simulator.world import Turn

Handler = Callable[[Call, Turn], Any]


class Route(NamedTuple):
    """`envelope`: where the answer stands: in `data`, in `result.data` with `success` beside it, spread in `result`, or nowhere."""

    methods: str
    handler: Handler
    envelope: str = "data"


_BOTH: Final = "GET POST"
ROUTES: Final[Mapping[str, Route]] = {
    "/orders/get": Route("GET", order_reading.orders),
    "/order/get": Route("GET", order_reading.order),
    "/order/items/get": Route("GET", order_reading.items),
    "/orders/items/get": Route("GET", order_reading.items_of_many),
    "/order/invoice_number/set": Route("POST", order_reading.invoice_number),
    "/order/shipment/providers/get": Route(_BOTH, fulfilment.providers, "result"),
    "/order/fulfill/pack": Route("POST", packing.pack, "result"),
    "/order/document/get": Route("GET", documents.document),
    "/order/package/document/get": Route(_BOTH, documents.labels, "result"),
    "/order/package/rts": Route("POST", fulfilment.ready_to_ship, "result"),
    "/order/package/repack": Route(_BOTH, fulfilment.repack, "result"),
    "/order/package/sof/delivered": Route("POST", fulfilment.own_fleet_delivered, "result"),
    "/order/package/sof/failed_delivery": Route("POST", fulfilment.own_fleet_failed, "result"),
    "/order/package/sof/status/update": Route("POST", fulfilment.own_fleet_status, "result"),
    "/order/digital/delivered": Route("POST", fulfilment.digital, "result"),
    "/logistic/order/trace": Route(_BOTH, fulfilment.trace, "spread"),
    "/order/reverse/cancel/validate": Route("GET", cancellation.validate),
    "/order/reverse/cancel/create": Route("GET", cancellation.create),
    "/order/reverse/cancel/seller/decide": Route("GET", cancellation.decide, "none"),
    "/reverse/getreverseordersforseller": Route(_BOTH, reverse_views.listed, "spread"),
    "/order/reverse/return/detail/list": Route("GET", reverse_views.detail),
    "/order/reverse/reason/list": Route("GET", reverse_views.reasons),
    "/order/reverse/return/update": Route("GET", returns.update, "none"),
    "/order/reverse/onlyrefund/seller/decide": Route("GET", returns.decide_refund, "none"),
    "/products/get": Route("GET", products.listed),
    "/product/item/get": Route("GET", products.one),
    "/product/price_quantity/update": Route("POST", stock.price_quantity),
    "/product/stock/sellable/update": Route("POST", stock.update_sellable),
    "/product/stock/sellable/adjust": Route("POST", stock.adjust_sellable),
    "/seller/get": Route("GET", products.seller),
    "/seller/warehouse/get": Route("GET", products.warehouses),
    "/finance/transaction/details/get": Route("GET", finance.transactions),
    "/finance/payout/status/get": Route("GET", finance.payouts),
}


def told(route: Route, found: Any) -> dict[str, Any]:
    """The answer of a call that was carried out."""
    match route.envelope:
        case "data":
            return {"data": found}
        case "result":
            return {"result": {"success": True, "data": found}}
        case "spread":
            return {"result": {"success": True, **found}}
        case _:
            return {}


def not_done(code: str) -> dict[str, Any]:
    """Code 0 outside, and no success inside."""
    message = packing.SAYS.get(code, "Error")
    return {"result": {"success": False, "error_code": code, "error_msg": message}}


def as_texts(found: Any) -> Any:
    """Every scalar a text, as the reference shows them."""
    if isinstance(found, dict):
        return {name: as_texts(value) for name, value in found.items()}
    if isinstance(found, list):
        return [as_texts(value) for value in found]
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, int | float) else found
