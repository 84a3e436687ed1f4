"""Where the payer agrees outside a card form: a wallet's app or page, a lender's, a bank's; a QR; the counter of a shop.

Source: notes 5.3, 5.4 and 7.4. The browser arrives, the order is under way, the payer decides, the browser goes home by an unsigned redirect.
OVO alone shows nothing of its own: the request is pushed to the phone, and this page only waits.
"""

from collections.abc import Mapping
from datetime import datetime

from gerbang.ports.simulator import Outcome, Request
from gerbang.providers.nicepay.simulator import html
from gerbang.providers.nicepay.simulator.browser import form, home, not_found, page, way_back
from gerbang.providers.nicepay.simulator.notify import notification
from gerbang.providers.nicepay.simulator.orders import (
    DIRECT_DEBIT,
    IN_AN_APP,
    VIRTUAL_ACCOUNT,
    Declined,
    Order,
    Paid,
    Started,
    State,
)
from gerbang.providers.nicepay.simulator.partners import REFUSED_BY_PAYER
from gerbang.providers.nicepay.simulator.world import World


def arrive(world: World, order: Order, request: Request, back: str, now: datetime) -> Outcome:
    """The partner's page of an open order; the first time it is opened, the order is under way."""
    action = f"{request.base_url}/redirect/v2/decide"
    if order.method not in IN_AN_APP:
        return page(html.counter_or_qr(order, action))
    started = () if order.started_at else (Started(order.txid, order.reference, order.amount, now),)
    for one in started:
        order = world.book.apply(one)
    return Outcome(page(html.app(order, action, back)).answer, started)


def addresses(order: Order, request: Request) -> dict[str, str]:
    """What ShopeePay answers a machine instead of a page: where its payer goes on the web, and in the app."""
    page_of_order = f"{request.base_url}/redirect/v2/payment?tXid={order.txid}"
    return {"tXid": order.txid, "redirectUrlHttp": page_of_order, "redirectUrlApp": page_of_order}


def qr_page(world: World, request: Request, txid: str) -> Outcome:
    """qrUrl: in the sandbox the QR is paid on this page (notes 7.4)."""
    order = world.book.get(txid)
    if order is None:
        return not_found()
    if order.state is not State.OPEN:
        return page(html.ended(order, ""))
    return page(html.counter_or_qr(order, f"{request.base_url}/redirect/v2/decide"))


def decide(world: World, request: Request, now: datetime) -> Outcome:
    """The payer, or the clerk, pressed a button: pay, refuse, or look the code up."""
    values = form(request)
    order = world.book.get(values.get("tXid", ""))
    if order is None or order.is_card or order.method == VIRTUAL_ACCOUNT:
        return not_found()
    back = values.get("callBackUrl") or order.return_url
    if order.state is not State.OPEN:
        return page(html.ended(order, way_back(order, back)))
    who = (order.txid, order.reference, order.amount, now)
    match values.get("decision"):
        case "approve" if _must_first_arrive(order, values):
            return arrive(world, order, request, back, now)
        case "approve":
            paid = Paid(*who, order.method)
            order = world.book.apply(paid)
            return Outcome(home(order, back), (paid,), (notification(world, order, now),))
        case "refuse" if order.gives_back:
            declined = Declined(*who, REFUSED_BY_PAYER[order.method])
            return Outcome(home(world.book.apply(declined), back), (declined,))
        case "begin":
            started = Started(*who)
            order = world.book.apply(started)
            return Outcome(arrive(world, order, request, back, now).answer, (started,))
        case _:
            return arrive(world, order, request, back, now)


def _must_first_arrive(order: Order, values: Mapping[str, str]) -> bool:
    """Nobody agrees to what nobody has opened, and Jenius wants to know whose account it is."""
    unopened = order.method in IN_AN_APP and order.started_at is None
    return unopened or (order.method == DIRECT_DEBIT and not values.get("cashtag", "").strip())
