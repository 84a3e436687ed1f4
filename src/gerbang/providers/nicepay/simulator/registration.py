"""POST /direct/v2/registration and /redirect/v2/registration: checks in one fixed order, then the order stands.

Source: notes 3.5, 4, 5.1, 5.2 and 5.4. The order of the checks is not documented; ours is: who, amount, time, what is missing, token,
lengths, method, reference, cart, then what the method itself asks.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Outcome, Request
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.fields import Fields, text
from gerbang.providers.nicepay.simulator.numbers import BANKS
from gerbang.providers.nicepay.simulator.orders import ANY_METHOD, CARD, VIRTUAL_ACCOUNT, Order, Registered, State
from gerbang.providers.nicepay.simulator.refusals import Refused
from gerbang.providers.nicepay.simulator.world import Merchant, World

_DEFAULT_VALIDITY: Final = timedelta(days=2)
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
_ENDED_UNPAID: Final = frozenset({State.EXPIRED, State.CANCELLED, State.DECLINED})


def register(world: World, request: Request, now: datetime, *, redirect: bool) -> Outcome:
    """One new order, or Refused."""
    fields = read.read(request)
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
    order = _order(world, fields, merchant, amount, now)
    world.book.apply(registered := Registered(order.txid, order.reference, order.amount, order))
    answer = _hosted_answer(world, order, request) if redirect else _direct_answer(order)
    return Outcome(world.success(answer), (registered,))


def _check_present(fields: Fields, *, redirect: bool) -> None:
    for name, code in _MISSING.items():
        if name == "callBackUrl" and not redirect:
            continue
        if name == "userIP" and fields.get("payMethod") != CARD:
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
    if method not in merchant.methods or method not in {CARD, VIRTUAL_ACCOUNT}:
        raise Refused("9012")


def _check_reference(world: World, merchant: Merchant, reference: str) -> None:
    order = world.book.of_merchant(merchant.imid, reference)
    if order is None:
        return
    if world.quirks.reference_after_end == "refused" or order.state not in _ENDED_UNPAID:
        raise Refused("9009")


def _check_cart(world: World, fields: Fields, amount: int) -> None:
    """The cartData field is JSON inside a JSON string; when it names items, their goods_amt must add up to amt."""
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
        total = sum(int(item["goods_amt"]) for item in items)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("9023") from error
    if total != amount:
        raise Refused("9023")


def _order(world: World, fields: Fields, merchant: Merchant, amount: int, now: datetime) -> Order:
    method = text(fields, "payMethod")
    account = _account(world, fields, merchant, amount, now) if method == VIRTUAL_ACCOUNT else {}
    if not account and amount < 1:
        raise Refused("9115")
    txid = account.pop("txid", None) or world.numbers.txid(merchant.imid, method, now)
    return Order(
        txid=txid,
        imid=merchant.imid,
        method=method,
        reference=text(fields, "referenceNo"),
        amount=amount,
        currency=text(fields, "currency"),
        goods=text(fields, "goodsNm"),
        buyer=text(fields, "billingNm"),
        description=text(fields, "description"),
        notify_url=text(fields, "dbProcessUrl"),
        return_url=text(fields, "callBackUrl"),
        registered_at=now,
        **account,
    )


def _account(world: World, fields: Fields, merchant: Merchant, amount: int, now: datetime) -> dict[str, Any]:
    bank = BANKS.get(code := text(fields, "bankCd"))
    if bank is None:
        raise Refused("9205")
    if amount < 1:
        raise Refused("9209")
    until = _valid_until(world, fields, now)
    customer = text(fields, "merFixAcctId")
    if customer:
        number = world.numbers.fixed_account(bank, customer, world.quirks)
        return {"number": number, "bank": code, "valid_until": until}
    txid, number = world.numbers.account(merchant.imid, bank, now, world.quirks)
    return {"txid": txid, "number": number, "bank": code, "valid_until": until}


def _valid_until(world: World, fields: Fields, now: datetime) -> datetime:
    """Both empty means two days from now; raises Refused 9210 or 9211 for a malformed, short or past one."""
    date, time = text(fields, "vacctValidDt"), text(fields, "vacctValidTm")
    if not date and not time:
        return now.replace(microsecond=0) + _DEFAULT_VALIDITY
    if len(date) != 8 or len(time) != 6:
        raise Refused("9211")
    until = read.moment(date, time)
    if until is None:
        raise Refused("9210")
    if until <= now:
        raise Refused(world.quirks.past_expiry)
    return until


def _direct_answer(order: Order) -> dict[str, Any]:
    """Field names and their order as in the sample of 5.1."""
    return {
        "tXid": order.txid,
        "referenceNo": order.reference,
        "payMethod": order.method,
        "amt": str(order.amount),
        "transDt": read.day(order.registered_at),
        "transTm": read.clock(order.registered_at),
        "description": order.description,
        "bankCd": order.bank or None,
        "vacctNo": order.number or None,
        "mitraCd": None,
        "payNo": None,
        "currency": order.currency,
        "goodsNm": order.goods,
        "billingNm": order.buyer,
        "vacctValidDt": read.day(order.valid_until),
        "vacctValidTm": read.clock(order.valid_until),
        "payValidDt": None,
        "payValidTm": None,
    }


def _hosted_answer(world: World, order: Order, request: Request) -> dict[str, Any]:
    page = f"{request.base_url}/redirect/v2/payment"
    if world.quirks.payment_url == "with_txid":
        page += f"?tXid={order.txid}"
    return {**_direct_answer(order), "paymentURL": page}
