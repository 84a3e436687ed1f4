"""The console's search: from an id to its page, and from any other name of a payment, a customer, an order or a product to it, or to the list of those that have it."""

import contextlib
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Request, Response, get

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.catalogue.model import READ as READ_PRODUCTS
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.customers.model import READ
from gerbang.core.customers.service import Customers
from gerbang.core.identity.model import Caller
from gerbang.core.orders.model import READ as READ_ORDERS
from gerbang.core.orders.service import Orders
from gerbang.web.console import requests
from gerbang.web.console.page_frame import operator
from gerbang.web.input.cleaning import cleaned
from gerbang.web.pages import see_other, services_of

MOST: Final = 50
_PAGES: Final = {
    "ord": "/console/orders",
    "clm": "/console/claims",
    "pyo": "/console/payouts",
    "wav": "/console/pack/waves",
}


def wanted(request: Request[Any, Any, Any]) -> str:
    """What is looked for."""
    return cleaned("q", request.query_params.get("q", ""))[:120]


@get("/console/find")
async def find(request: Request[Any, Any, Any]) -> Response[None]:
    """To the page of the one thing that is meant; otherwise to the list of the payments that may be."""
    caller = operator(request, "payments:read")
    text = wanted(request)
    if not text:
        return see_other("/console/payments")
    try:
        place = await _by_id(request, text, entries=caller.may("audit:read"))
    except NotFound:
        place = None
    if place is None:
        found = await services_of(request).payments.find(text, 2)
        place = _payment(found[0].payment.id) if len(found) == 1 else None
        if place is None and caller.may(READ):
            place = await _of_customer(request, text)
        if not found and place is None:
            place = await _of_order(request, caller, text)
        if not found and place is None:
            place = await _of_request(request, text, entries=caller.may("audit:read"))
    return see_other(place or f"/console/payments?{urlencode({'q': text})}")


async def _by_id(request: Request[Any, Any, Any], text: str, *, entries: bool = False) -> str | None:
    """The page of what has this id, in large letters or small; None for what is no id of ours. Raises NotFound. `entries`: whether the reader
    may look into the audit trail.
    """
    payments = services_of(request).payments
    kind, _, rest = text.partition("_")
    kind, exact = kind.lower(), f"{kind.lower()}_{rest.upper()}"
    match kind:
        case "evt":
            return f"/console/webhooks/{ids.show('evt', ids.read('evt', exact))}"
        case "pay":
            return _payment((await payments.get(ids.read("pay", exact))).payment.id)
        case "att":
            return _payment(await payments.payment_of_attempt(ids.read("att", exact)))
        case "ref":
            return _payment((await payments.refund_of(ids.read("ref", exact))).payment_id)
        case "cus":
            return customer_page(ids.read("cus", exact))
        case "ep":
            return f"/console/endpoints/{ids.show('ep', ids.read('ep', exact))}"
        case "dlv":
            return f"/console/deliveries/{ids.show('dlv', ids.read('dlv', exact))}"
        case "ord" | "clm" | "pyo" | "wav":
            return f"{_PAGES[kind]}/{ids.show(kind, ids.read(kind, exact))}"
        case "req":
            return await _of_request(request, exact, entries=entries)
        case _:
            return None


async def _of_customer(request: Request[Any, Any, Any], text: str) -> str | None:
    """The one customer whom this means, whose page tells all their payments; None for several, or nobody."""
    found = await services_of(request).service(Customers).find(text, 2)
    return customer_page(found[0].id) if len(found) == 1 else None


async def _of_order(request: Request[Any, Any, Any], caller: Caller, text: str) -> str | None:
    """The order that a number means, its own, a parcel's or one for tracking, or the list of those of several shops; otherwise the product of this SKU."""
    services = services_of(request)
    found = await services.service(Orders).scanned(text) if caller.may(READ_ORDERS) else ()
    if len(found) == 1:
        return f"{_PAGES['ord']}/{ids.show('ord', found[0].order.id)}"
    if found:
        return f"{_PAGES['ord']}?{urlencode({'external_id': found[0].order.external_id})}"
    if caller.may(READ_PRODUCTS):
        with contextlib.suppress(NotFound):
            return f"/console/stock/{quote((await services.service(Catalogue).get(text)).sku, safe='')}"
    return None


def customer_page(id_: UUID) -> str:
    """Where a customer is shown."""
    return f"/console/customers/{ids.show('cus', id_)}"


async def _of_request(request: Request[Any, Any, Any], request_id: str, *, entries: bool) -> str | None:
    """The payment that a request did something to, by the audit trail: an error's page names its request. Otherwise what else it did, for
    whoever may read that.
    """
    found = await services_of(request).audit.of_request(request_id, requests.MOST)
    for entry in found:
        if entry.object.partition("_")[0] in ("pay", "ref", "att"):
            return await _by_id(request, entry.object)
    return f"/console/requests/{quote(request_id, safe='')}" if found and entries else None


def _payment(payment_id: Any) -> str:
    return f"/console/payments/{ids.show('pay', payment_id)}"


HANDLERS: Final = [find]
