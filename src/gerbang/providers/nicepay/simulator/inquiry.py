"""POST /direct/v2/inquiry: what NICEPAY says of an order, in the words of whichever documents a switch follows (notes 3.4, 5.5)."""

from datetime import datetime
from typing import Any, Final

from gerbang.ports.simulator import Outcome, Request
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.cards import card_fields
from gerbang.providers.nicepay.simulator.fields import Fields, text
from gerbang.providers.nicepay.simulator.orders import (
    CONVENIENCE_STORE,
    DIRECT_DEBIT,
    EWALLET,
    IN_AN_APP,
    PAYLOAN,
    QRIS,
    VIRTUAL_ACCOUNT,
    Order,
    State,
)
from gerbang.providers.nicepay.simulator.quirks import Quirks
from gerbang.providers.nicepay.simulator.receipts import receipt
from gerbang.providers.nicepay.simulator.refusals import MESSAGES, Refused
from gerbang.providers.nicepay.simulator.world import World

_CARD: Final = {State.OPEN: "9", State.PAID: "0", State.DECLINED: "8", State.VOIDED: "1", State.REFUNDED: "2"}
_CARD_OF_2020: Final = {**_CARD, State.DECLINED: "1", State.VOIDED: "2"}
_NUMBER: Final = {State.OPEN: "3", State.PAID: "0", State.EXPIRED: "4", State.REVERSED: "1"}
_OTHERS: Final = {
    VIRTUAL_ACCOUNT: _NUMBER,
    CONVENIENCE_STORE: _NUMBER,
    DIRECT_DEBIT: {State.OPEN: "3", State.PAID: "0", State.DECLINED: "3", State.VOIDED: "1"},
    EWALLET: {**_CARD, State.OPEN: "3", State.EXPIRED: "5"},
    PAYLOAN: {**_CARD, State.OPEN: "3"},
    QRIS: {State.OPEN: "3", State.PAID: "0", State.REFUNDED: "2", State.EXPIRED: "5", State.DECLINED: "6"},
}
_STARTED: Final = {CONVENIENCE_STORE: "5", EWALLET: "4", QRIS: "4"}
_WORDS: Final = {State.OPEN: "init", State.VOIDED: "void", State.REFUNDED: "refund", State.CANCELLED: "cancel"}


def status(order: Order, quirks: Quirks) -> str:
    """The status digit of notes 3.4 and 10.1."""
    if order.state is State.CANCELLED:
        return quirks.cancelled_va_status
    if order.state is State.PAID and order.refunded_amount and quirks.status_after_partial_refund == "refund":
        return "1" if order.method == DIRECT_DEBIT else "2"
    if order.is_card:
        return (_CARD if quirks.card_statuses == "current" else _CARD_OF_2020)[order.state]
    if order.state is State.OPEN and order.started_at is not None:
        return _STARTED.get(order.method, "3")
    if order.state is State.OPEN and order.method in IN_AN_APP:
        return quirks.before_payment_step
    return _OTHERS[order.method][order.state]


def inquire(world: World, request: Request, now: datetime) -> Outcome:
    fields = read.read(request)
    merchant = world.merchant(text(fields, "iMid"))
    read.amount(fields, world.quirks)
    stamp = read.check_time_stamp(fields, now, world.quirks)
    if not text(fields, "referenceNo"):
        raise Refused("9014")
    if not text(fields, "tXid"):
        raise Refused("8005")
    parts = (stamp, merchant.imid, text(fields, "referenceNo"), text(fields, "amt"), merchant.merchant_key)
    world.check_token(text(fields, "merchantToken"), *parts)
    order = world.transaction(fields)
    _check_same(world.quirks, fields, order)
    word = _WORDS.get(order.state, order.state.value) if world.quirks.inquiry_message == "word" else "SUCCESS"
    return Outcome(world.success(_answer(order, world.quirks), word))


def _check_same(quirks: Quirks, fields: Fields, order: Order) -> None:
    same = text(fields, "referenceNo") == order.reference and int(text(fields, "amt")) == order.amount
    if not same and quirks.inquiry_mismatch != "accepted":
        raise Refused(quirks.inquiry_mismatch)


def _answer(order: Order, quirks: Quirks) -> dict[str, Any]:
    transaction = order.paid_at or (order.registered_at if quirks.trans_before_payment == "registration" else None)
    account = order.method == VIRTUAL_ACCOUNT
    mispaid = order.paid_amount if quirks.inquiry_amount_when_mispaid == "paid" else 0
    return {
        "tXid": order.txid,
        "iMid": order.imid,
        "referenceNo": order.reference,
        "payMethod": order.method,
        "amt": str(mispaid or order.amount),
        "cancelAmt": _cancelled(order, quirks),
        "reqDt": read.day(order.registered_at),
        "reqTm": read.clock(order.registered_at),
        "transDt": read.day(transaction),
        "transTm": read.clock(transaction),
        "depositDt": read.day(order.paid_at),
        "depositTm": read.clock(order.paid_at),
        "currency": order.currency,
        "goodsNm": order.goods,
        "billingNm": order.buyer,
        "status": status(order, quirks),
        "bankCd": order.bank or None,
        "vacctNo": order.number or None if account else None,
        "vacctValidDt": read.day(order.valid_until) if account else None,
        "vacctValidTm": read.clock(order.valid_until) if account else None,
        **_card(order, quirks),
        **receipt(order),
    }


def _cancelled(order: Order, quirks: Quirks) -> str | None:
    back = {"total": order.refunded_amount, "last": order.last_refund, "absent": None}[quirks.cancel_amount]
    return None if back is None else str(back)


def _card(order: Order, quirks: Quirks) -> dict[str, Any]:
    values: dict[str, Any] = {**card_fields(order), "acquStatus": None}
    if quirks.card_statuses == "of_2020" or not order.is_card:
        return values
    failures = []
    if order.decline_code:
        message = MESSAGES.get(order.decline_code, "Declined.")
        when = {"transDt": read.day(order.ended_at), "transTm": read.clock(order.ended_at)}
        failures = [{**when, "resultCd": order.decline_code, "resultMsg": message}]
    rrn = f"{int(order.txid[-14:]) % 10**12:012d}" if order.paid_at else None
    return {**values, "acquirerData": {"rrn": rrn} if rrn else None, "latestFailHistory": failures}
