"""How a payer's browser comes to the hosted pages and goes home again: forms, queries, and the unsigned redirect (notes 5.3)."""

from urllib.parse import parse_qsl, urlencode

from gerbang.ports.simulator import Answer, Outcome, Request
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator import html
from gerbang.providers.nicepay.simulator.cards import card_fields
from gerbang.providers.nicepay.simulator.orders import Order
from gerbang.providers.nicepay.simulator.receipts import receipt
from gerbang.providers.nicepay.simulator.refusals import MESSAGES, SUCCESS


def query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query.decode("utf-8", "replace"), keep_blank_values=True))


def form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def page(content: bytes, status: int = 200) -> Outcome:
    return Outcome(Answer(status, content, html.HEADERS))


def not_found() -> Outcome:
    return page(html.message("Transaksi tidak ditemukan", "Transaction not found"), 404)


def home(order: Order, url: str) -> Answer:
    """The browser's way back, or a page that says the end where there is none."""
    address = way_back(order, url)
    if not address:
        return Answer(200, html.ended(order, ""), html.HEADERS)
    return Answer(303, b"", (("location", address), ("content-length", "0")))


def way_back(order: Order, url: str) -> str:
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
        **receipt(order),
    }
    told = urlencode({name: value for name, value in values.items() if value is not None})
    return f"{url}{'&' if '?' in url else '?'}{told}"
