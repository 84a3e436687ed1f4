"""The hosted pages: where the browser arrives, card form and 3-D Secure step. Plain HTML, no script; other methods are in apps.py.

Source: notes 5.3 and 5.4. Between two pages the browser carries what was chosen (masked card, issuer's answer): nothing secret is in it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from msgspec.structs import replace

from gerbang.ports.simulator import Outcome, Request
from gerbang.providers.nicepay.simulator import apps, bankless, html
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.browser import form, home, not_found, page, query, way_back
from gerbang.providers.nicepay.simulator.cards import find, is_expired
from gerbang.providers.nicepay.simulator.notify import notification
from gerbang.providers.nicepay.simulator.orders import (
    CARD,
    IN_AN_APP,
    VIRTUAL_ACCOUNT,
    Declined,
    Order,
    Paid,
    State,
)
from gerbang.providers.nicepay.simulator.partners import SHOPEEPAY
from gerbang.providers.nicepay.simulator.refusals import MESSAGES, Refused
from gerbang.providers.nicepay.simulator.world import World

_THREE_D_SECURE_FAILED: Final = "9117"
_HIDDEN_FROM_JOURNAL: Final = frozenset({"cardNo", "cardCvv"})


def without_card(request: Request, outcome: Outcome) -> Outcome:
    """The outcome, and how the journal may keep the request: whatever was typed as a card number or CVV is not in it."""
    return replace(outcome, journal_body=_masked(form(request)), journal_query=_masked(query(request)))


def payment(world: World, request: Request, now: datetime) -> Outcome:
    """Where the browser arrives: the card form, the partner's page, the account's number, or what became of the order."""
    order = world.book.get(query(request).get("tXid", ""))
    if order is None:
        return not_found()
    if order.method == VIRTUAL_ACCOUNT:
        return bankless.arrive(order, request)
    if order.state is not State.OPEN:
        return page(html.ended(order, way_back(order, order.return_url)))
    if not order.is_card:
        return apps.arrive(world, order, request, order.return_url, now)
    return page(html.card_form(order, f"{request.base_url}/redirect/v2/card"))


def direct_payment(world: World, request: Request, now: datetime) -> Outcome:
    """/direct/v2/payment: the merchant's own page sent the browser here, signed; a card's number is in query or form."""
    values = {**query(request), **form(request)}
    order = world.book.get(values.get("tXid", ""))
    if order is None:
        raise Refused("8005")
    key = world.merchants[order.imid].merchant_key
    parts = (values.get("timeStamp", ""), order.imid, order.reference, str(order.amount), key)
    world.check_token(values.get("merchantToken", ""), *parts)
    read.check_time_stamp(values, now, world.quirks)
    if order.method in IN_AN_APP:
        back = values.get("callBackUrl") or order.return_url
        if order.state is not State.OPEN:
            return page(html.ended(order, way_back(order, back)))
        if order.partner == SHOPEEPAY and values.get("returnJsonFormat") == "1":
            return Outcome(world.success(apps.addresses(order, request)))
        return apps.arrive(world, order, request, back, now)
    if not order.is_card:
        raise Refused("9003")
    if order.state is not State.OPEN:
        raise Refused("9127")
    return _to_secure(order, values, request, now)


def card(world: World, request: Request, now: datetime) -> Outcome:
    """The card form came back: on to 3-D Secure, or the form again with what is wrong."""
    values = form(request)
    order = world.book.get(values.get("tXid", ""))
    if order is None or order.state is not State.OPEN:
        return not_found() if order is None else page(html.ended(order, way_back(order, "")))
    try:
        return _to_secure(order, values, request, now)
    except Refused as refused:
        return page(html.card_form(order, f"{request.base_url}/redirect/v2/card", MESSAGES[refused.code]))


def secure(world: World, request: Request, now: datetime) -> Outcome:
    """The 3-D Secure step came back: the issuer decides, the browser goes home, and NICEPAY tells the merchant."""
    values = form(request)
    order = world.book.get(values.get("tXid", ""))
    if order is None:
        return not_found()
    back = values.get("callBackUrl") or order.return_url
    if order.state is not State.OPEN:
        return page(html.ended(order, way_back(order, back)))
    code = values.get("outcome", "") if values.get("decision") == "approve" else _THREE_D_SECURE_FAILED
    who = (order.txid, order.reference, order.amount, now)
    chosen = (values.get("card", ""), values.get("expiry", ""))
    if code:
        declined = Declined(*who, code if code in MESSAGES else "05", *chosen)
        return Outcome(home(world.book.apply(declined), back), (declined,))
    paid = Paid(*who, CARD, *chosen)
    order = world.book.apply(paid)
    return Outcome(home(order, back), (paid,), (notification(world, order, now),))


def _to_secure(order: Order, values: Mapping[str, str], request: Request, now: datetime) -> Outcome:
    known = find(values.get("cardNo", ""))
    expiry = values.get("cardExpYymm", "").strip()
    if known is None or not values.get("cardCvv", "").strip().isdigit():
        raise Refused("9110")
    if len(expiry) != 4 or not expiry.isdigit() or not "01" <= expiry[2:] <= "12":
        raise Refused("9160")
    hidden = {
        "tXid": order.txid,
        "card": known.masked,
        "expiry": expiry,
        "outcome": "54" if is_expired(expiry, now) else known.code,
        "callBackUrl": values.get("callBackUrl", order.return_url),
    }
    return page(html.secure_form(order, f"{request.base_url}/redirect/v2/secure", hidden))


def _masked(values: Mapping[str, str]) -> bytes:
    return urlencode({k: "(not kept)" if k in _HIDDEN_FROM_JOURNAL else v for k, v in values.items()}).encode()
