"""The hosted pages: card form, 3-D Secure step, and the way back to the shop by an unsigned redirect. Plain HTML, no script.

Source: notes 5.3 and 5.4. Between two pages the browser carries what was chosen (masked card, issuer's answer): nothing secret is in it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from gerbang.ports.simulator import Answer, Outcome, Request
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator import html
from gerbang.providers.nicepay.simulator.cards import card_fields, find, is_expired
from gerbang.providers.nicepay.simulator.notify import notification
from gerbang.providers.nicepay.simulator.orders import CARD, Declined, Order, Paid, State
from gerbang.providers.nicepay.simulator.refusals import MESSAGES, SUCCESS, Refused
from gerbang.providers.nicepay.simulator.world import World

_THREE_D_SECURE_FAILED: Final = "9117"
_HIDDEN_FROM_JOURNAL: Final = frozenset({"cardNo", "cardCvv"})


def without_card(request: Request, outcome: Outcome) -> Outcome:
    """The outcome, and how the journal may keep the request: whatever was typed as a card number or CVV is not in it."""
    return replace(outcome, journal_body=_masked(_form(request)), journal_query=_masked(_query(request)))


def payment(world: World, request: Request) -> Outcome:
    """Where the browser arrives: the card form, the account's number, or what became of the order."""
    order = world.book.get(_query(request).get("tXid", ""))
    if order is None:
        return _page(html.message("Transaksi tidak ditemukan", "Transaction not found"), 404)
    if not order.is_card:
        return _page(html.account(order))
    if order.state is not State.OPEN:
        return _page(html.ended(order, _way_back(order, order.return_url)))
    return _page(html.card_form(order, f"{request.base_url}/redirect/v2/card"))


def direct_payment(world: World, request: Request, now: datetime) -> Outcome:
    """/direct/v2/payment: the merchant's own page sent the browser here with the card in query or form."""
    values = {**_query(request), **_form(request)}
    order = world.book.get(values.get("tXid", ""))
    if order is None:
        raise Refused("8005")
    key = world.merchants[order.imid].merchant_key
    parts = (values.get("timeStamp", ""), order.imid, order.reference, str(order.amount), key)
    world.check_token(values.get("merchantToken", ""), *parts)
    if order.state is not State.OPEN:
        raise Refused("9127")
    return _to_secure(order, values, request, now)


def card(world: World, request: Request, now: datetime) -> Outcome:
    """The card form came back: on to 3-D Secure, or the form again with what is wrong."""
    values = _form(request)
    order = world.book.get(values.get("tXid", ""))
    if order is None or order.state is not State.OPEN:
        return payment(world, request) if order is None else _page(html.ended(order, _way_back(order, "")))
    try:
        return _to_secure(order, values, request, now)
    except Refused as refused:
        return _page(html.card_form(order, f"{request.base_url}/redirect/v2/card", MESSAGES[refused.code]))


def secure(world: World, request: Request, now: datetime) -> Outcome:
    """The 3-D Secure step came back: the issuer decides, the browser goes home, and NICEPAY tells the merchant."""
    values = _form(request)
    order = world.book.get(values.get("tXid", ""))
    if order is None:
        return _page(html.message("Transaksi tidak ditemukan", "Transaction not found"), 404)
    home = values.get("callBackUrl") or order.return_url
    if order.state is not State.OPEN:
        return _page(html.ended(order, _way_back(order, home)))
    code = values.get("outcome", "") if values.get("decision") == "approve" else _THREE_D_SECURE_FAILED
    who = (order.txid, order.reference, order.amount, now)
    chosen = (values.get("card", ""), values.get("expiry", ""))
    if code:
        declined = Declined(*who, code if code in MESSAGES else "05", *chosen)
        return Outcome(_home(world.book.apply(declined), home), (declined,))
    paid = Paid(*who, CARD, *chosen)
    order = world.book.apply(paid)
    return Outcome(_home(order, home), (paid,), (notification(world, order, now),))


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
    return _page(html.secure_form(order, f"{request.base_url}/redirect/v2/secure", hidden))


def _home(order: Order, url: str) -> Answer:
    address = _way_back(order, url)
    if not address:
        return Answer(200, html.ended(order, ""), html.HEADERS)
    return Answer(303, b"", (("location", address), ("content-length", "0")))


def _way_back(order: Order, url: str) -> str:
    """The shop's callBackUrl with the result in its query: unsigned, for display only (5.3)."""
    if not url:
        return ""
    code = order.decline_code or SUCCESS
    when = order.paid_at or order.ended_at
    values = {
        "resultCd": code,
        "resultMsg": MESSAGES.get(code, "Declined."),
        "tXid": order.txid,
        "referenceNo": order.reference,
        "payMethod": order.method,
        "amt": str(order.amount),
        "currency": order.currency,
        "goodsNm": order.goods,
        "billingNm": order.buyer,
        "transDt": read.day(when),
        "transTm": read.clock(when),
        "description": order.description,
        **card_fields(order),
    }
    query = urlencode({name: value for name, value in values.items() if value is not None})
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _page(page: bytes, status: int = 200) -> Outcome:
    return Outcome(Answer(status, page, html.HEADERS))


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query.decode("utf-8", "replace"), keep_blank_values=True))


def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _masked(values: Mapping[str, str]) -> bytes:
    return urlencode({k: "(not kept)" if k in _HIDDEN_FROM_JOURNAL else v for k, v in values.items()}).encode()
