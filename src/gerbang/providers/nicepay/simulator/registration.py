"""POST /direct/v2/registration and /redirect/v2/registration: checks in one fixed order, then the order stands.

Source: notes 3.5, 4, 5.1, 5.2 and 5.4. The order of the checks is not documented; ours is: who, amount, time, what is missing, token,
lengths, method, reference, cart, then what the method itself asks (particulars.py).
"""

from datetime import datetime
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Outcome, Request
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.fields import Fields, text
from gerbang.providers.nicepay.simulator.orders import (
    ANY_METHOD,
    CARD,
    CONVENIENCE_STORE,
    EWALLET,
    QRIS,
    VIRTUAL_ACCOUNT,
    Order,
    Registered,
    State,
)
from gerbang.providers.nicepay.simulator.particulars import particulars
from gerbang.providers.nicepay.simulator.partners import LINKAJA, METHOD_NAMES
from gerbang.providers.nicepay.simulator.refusals import Refused
from gerbang.providers.nicepay.simulator.world import Merchant, World

_MISSING: Final = {
    "currency": "9013",
    "referenceNo": "9014",
    "goodsNm": "9015",
    "billingNm": "9016",
    "billingPhone": "9017",
    "billingEmail": "9018",
    "callBackUrl": "9019",
    "dbProcessUrl": "9020",
    "userIP": "9024",
    "billingCity": "9025",
    "billingState": "9026",
    "billingPostCd": "9027",
    "billingCountry": "9028",
}
_WANT_USER_IP: Final = frozenset({CARD, EWALLET})
_ENDED_UNPAID: Final = frozenset({State.EXPIRED, State.CANCELLED, State.DECLINED})


def register(world: World, request: Request, now: datetime, *, redirect: bool) -> Outcome:
    """One new order, or Refused."""
    fields = read.read(request, QRIS if world.quirks.qris_request != "json" else "")
    if world.quirks.qris_request == "form" and text(fields, "payMethod") == QRIS and read.is_json(request):
        raise Refused("9001")
    merchant = world.merchant(text(fields, "iMid"))
    amount = read.amount(fields, world.quirks)
    stamp = read.check_time_stamp(fields, now, world.quirks)
    _check_present(fields, redirect=redirect)
    parts = (stamp, merchant.imid, text(fields, "referenceNo"), text(fields, "amt"), merchant.merchant_key)
    world.check_token(text(fields, "merchantToken"), *parts)
    _check_lengths(world, fields)
    _check_method(merchant, text(fields, "payMethod"), redirect=redirect)
    _check_reference(world, merchant, text(fields, "referenceNo"))
    _check_cart(world, fields, amount)
    order = _order(world, fields, merchant, amount, now, hosted=redirect)
    world.book.apply(registered := Registered(order.txid, order.reference, order.amount, order))
    answer = _hosted_answer(world, order, request.base_url) if redirect else _direct_answer(order, request.base_url)
    return Outcome(world.success(answer), (registered,))


def _check_present(fields: Fields, *, redirect: bool) -> None:
    for name, code in _MISSING.items():
        if name == "callBackUrl" and not redirect:
            continue
        if name == "userIP" and fields.get("payMethod") not in _WANT_USER_IP:
            continue
        if not text(fields, name):
            raise Refused(code)


def _check_lengths(world: World, fields: Fields) -> None:
    if len(text(fields, "referenceNo")) > 40:
        raise Refused("9109" if text(fields, "payMethod") == CARD else "9207")
    if text(fields, "currency") != "IDR" or len(text(fields, "goodsNm")) > 100:
        raise Refused("9001")
    if len(text(fields, "billingNm")) > int(world.quirks.billing_name_length):
        raise Refused("9001")
    if max(len(text(fields, name)) for name in ("dbProcessUrl", "callBackUrl")) > 255:
        raise Refused("9001")
    if len(text(fields, "description")) > 100:
        raise Refused("9001")


def _check_method(merchant: Merchant, method: str, *, redirect: bool) -> None:
    if method == ANY_METHOD and redirect:
        return
    if method not in merchant.methods or method not in METHOD_NAMES:
        raise Refused("9012")


def _check_reference(world: World, merchant: Merchant, reference: str) -> None:
    order = world.book.of_merchant(merchant.imid, reference)
    if order is None:
        return
    if world.quirks.reference_after_end == "refused" or order.state not in _ENDED_UNPAID:
        raise Refused("9009")


def _check_cart(world: World, fields: Fields, amount: int) -> None:
    """The cartData field is JSON inside a JSON string; when it names items, their goods_amt must add up to amt (for LinkAja each
    times its quantity).
    """
    if not fields.get("cartData"):
        return
    try:
        cart = msgspec.json.decode(text(fields, "cartData"), type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused("9022") from error
    items = cart.get("item")
    if isinstance(items, dict):
        if world.quirks.cart_item_object == "refused":
            raise Refused("9022")
        items = [items]
    if not items:
        return
    try:
        by_piece = text(fields, "mitraCd") == LINKAJA
        total = sum(int(item["goods_amt"]) * (int(item.get("goods_quantity", 1)) if by_piece else 1) for item in items)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("9023") from error
    if total != amount:
        raise Refused("9023")


def _order(world: World, fields: Fields, merchant: Merchant, amount: int, now: datetime, *, hosted: bool) -> Order:
    return Order(
        imid=merchant.imid,
        method=text(fields, "payMethod"),
        reference=text(fields, "referenceNo"),
        amount=amount,
        currency=text(fields, "currency"),
        goods=text(fields, "goodsNm"),
        buyer=text(fields, "billingNm"),
        description=text(fields, "description"),
        notify_url=text(fields, "dbProcessUrl"),
        return_url=text(fields, "callBackUrl"),
        registered_at=now,
        **particulars(world, fields, merchant, amount, now, hosted=hosted),
    )


def _direct_answer(order: Order, base_url: str) -> dict[str, Any]:
    """Field names and their order as in the sample of 5.1; the QRIS fields follow where there are any."""
    account, code = order.method == VIRTUAL_ACCOUNT, order.method == CONVENIENCE_STORE
    answer = {
        "tXid": order.txid,
        "referenceNo": order.reference,
        "payMethod": order.method,
        "amt": str(order.amount),
        "transDt": read.day(order.registered_at),
        "transTm": read.clock(order.registered_at),
        "description": order.description,
        "bankCd": order.bank or None,
        "vacctNo": order.number or None if account else None,
        "mitraCd": order.partner or None,
        "payNo": order.number if code else None,
        "currency": order.currency,
        "goodsNm": order.goods,
        "billingNm": order.buyer,
        "vacctValidDt": read.day(order.valid_until) if account else None,
        "vacctValidTm": read.clock(order.valid_until) if account else None,
        "payValidDt": read.day(order.valid_until) if code else None,
        "payValidTm": read.clock(order.valid_until) if code else None,
    }
    if order.method != QRIS:
        return answer
    qr = {"qrContent": order.number, "qrUrl": f"{base_url}/api/generateQrisImage/{order.txid}"}
    return {**answer, **qr, "paymentExpDt": read.day(order.valid_until), "paymentExpTm": read.clock(order.valid_until)}


def _hosted_answer(world: World, order: Order, base_url: str) -> dict[str, Any]:
    page = f"{base_url}/redirect/v2/payment"
    if world.quirks.payment_url == "with_txid":
        page += f"?tXid={order.txid}"
    return {**_direct_answer(order, base_url), "paymentURL": page}
