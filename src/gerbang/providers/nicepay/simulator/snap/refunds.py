"""SNAP's refunds of wallets and QRIS (notes 7.3, 7.4): all of it at once, or later, or not, as a switch says."""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Answer, Outcome
from gerbang.providers.nicepay.simulator.cancellation import give_back
from gerbang.providers.nicepay.simulator.orders import (
    EWALLET,
    QRIS,
    Order,
    RefundBegun,
    Refunded,
    RefundFailed,
    State,
)
from gerbang.providers.nicepay.simulator.snap import authentication, registry
from gerbang.providers.nicepay.simulator.snap.authentication import Call
from gerbang.providers.nicepay.simulator.snap.refusals import Refused
from gerbang.providers.nicepay.simulator.world import World

_TAKES: Final = timedelta(minutes=1)  # a refund that is not done at once


def wallet(world: World, call: Call) -> Outcome:
    return _refund(world, call, EWALLET)


def qris(world: World, call: Call) -> Outcome:
    return _refund(world, call, QRIS)


def _refund(world: World, call: Call, method: str) -> Outcome:
    registry.check_merchant(call)
    number, amount = (
        authentication.needed(call.fields, "partnerRefundNo", 64),
        authentication.amount(call.fields, "refundAmount"),
    )
    order = registry.original(world, call, method)
    if order is None:
        raise registry.not_found()
    _check(world, order, number, amount)
    how = world.quirks.snap_refund
    if how == "refused":
        raise Refused("40314", "Insufficient Funds")
    change = (
        msgspec.structs.replace(give_back(order, amount, call.now), number=number)
        if how == "at_once"
        else RefundBegun(order.txid, order.reference, amount, call.now + _TAKES, number, fails=how == "fails_later")
    )
    world.book.apply(change)
    answer: dict[str, Any] = {
        "originalPartnerReferenceNo": order.reference,
        "originalReferenceNo": order.txid,
        "refundNo": world.numbers.txid(order.imid, method, call.now),
        "partnerRefundNo": number,
        "refundAmount": authentication.money(amount),
        "refundTime": registry.iso(call.now),
    }
    if isinstance(change, Refunded):
        return Outcome(authentication.done(call.service, answer), (change,))
    going = {"responseCode": f"202{call.service}00", "responseMessage": "Request In Progress", **answer}
    return Outcome(Answer(202, msgspec.json.encode(going)), (change,))


def ended(order: Order, now: datetime) -> Refunded | RefundFailed:
    """What becomes of a refund whose time has come."""
    if order.refund_fails:
        return RefundFailed(order.txid, order.reference, order.paid_amount, now)
    return give_back(order, order.paid_amount, now)


def _check(world: World, order: Order, number: str, amount: int) -> None:
    if number == order.refund_number and world.quirks.snap_refund_again == "duplicate":
        raise Refused("40901", "Duplicate partnerRefundNo")
    if order.state is not State.PAID or order.refund_due_at is not None:
        raise Refused("40315", "Transaction Not Permitted [state]")
    if amount > order.paid_amount - order.refunded_amount:
        raise Refused("40302", "Exceeds Transaction Amount Limit")
    if amount != order.paid_amount:
        raise Refused("40315", "Transaction Not Permitted [partial refund]")
