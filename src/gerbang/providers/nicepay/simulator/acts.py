"""What people do in the simulated world, outside the merchant's API: the payer pays, the bank reverses, time runs out."""

from datetime import datetime
from typing import Final

from gerbang.ports.simulator import Act, Impossible
from gerbang.providers.nicepay.simulator.cancellation import give_back
from gerbang.providers.nicepay.simulator.cards import EXPIRY, TEST_CARDS
from gerbang.providers.nicepay.simulator.orders import (
    ANY_METHOD,
    CARD,
    CONVENIENCE_STORE,
    EWALLET,
    QRIS,
    VIRTUAL_ACCOUNT,
    Cancelled,
    Change,
    Declined,
    Expired,
    Order,
    Paid,
    Refunded,
    State,
)
from gerbang.providers.nicepay.simulator.partners import METHOD_NAMES, REFUSED_BY_PAYER
from gerbang.providers.nicepay.simulator.refusals import MESSAGES
from gerbang.providers.nicepay.simulator.world import World

_EXPIRE: Final = frozenset({VIRTUAL_ACCOUNT, CONVENIENCE_STORE, EWALLET, QRIS})
_ARE_CLOSED: Final = frozenset({VIRTUAL_ACCOUNT, CONVENIENCE_STORE})
_LATE: Final = frozenset({State.EXPIRED, State.CANCELLED})


def find(world: World, act: Act) -> Order:
    """The order that the act names, by reference, tXid, number or payment; raises Impossible not_found."""
    order = None
    if act.reference:
        order = world.book.of_reference(act.reference)
    elif act.number:
        order = world.book.of_number(act.number)
    elif act.payment:
        order = world.book.of_description(act.payment)
    if order is None:
        raise Impossible("not_found", "No order here has this reference, number or payment.")
    return order


def decide(order: Order, action: str, act: Act, now: datetime) -> Change:
    """What the act does to the order; raises Impossible conflict where the real world would not let it happen."""
    match action:
        case "pay":
            return _pay(order, act, now)
        case "decline":
            return _decline(order, act, now)
        case "expire":
            return Expired(*_who(_open(order, _EXPIRE, "expire")), now)
        case "cancel":
            if order.state is State.PAID:
                return _refund(order, act, now)
            return Cancelled(*_who(_open(order, _ARE_CLOSED, "be cancelled")), now)
        case "refund":
            return _refund(order, act, now)
        case "dispute":
            raise Impossible("invalid", "NICEPAY's API tells of no disputes; a bank's reversal is `refund`.")
        case _:
            raise Impossible("invalid", f"There is no act named {action}.")


def _who(order: Order) -> tuple[str, str, int]:
    return order.txid, order.reference, order.amount


def _open(order: Order, methods: frozenset[str], verb: str) -> Order:
    if order.method not in methods:
        name = METHOD_NAMES[order.method]
        raise Impossible("conflict", f"A {name} order does not {verb}: it stays open until it is paid or declined.")
    if order.state is not State.OPEN:
        raise Impossible("conflict", f"This order is {order.state.value}.")
    return order


def _pay(order: Order, act: Act, now: datetime) -> Paid:
    if order.state in _LATE and not act.late:
        raise Impossible(
            "conflict", f"This order is {order.state.value}. Money that comes all the same: add late=true."
        )
    if order.state is not State.OPEN and order.state not in _LATE:
        raise Impossible("conflict", f"This order is {order.state.value}.")
    if order.method == VIRTUAL_ACCOUNT and not order.number:
        raise Impossible("conflict", "The payer has chosen no bank yet: open the page of the order.")
    amount = order.amount if act.amount is None else act.amount
    if amount < 1:
        raise Impossible("invalid", "The amount must be above zero.")
    method = CARD if order.method == ANY_METHOD else order.method
    card, expiry = (TEST_CARDS[0].masked, EXPIRY) if order.is_card else ("", "")
    return Paid(
        txid=order.txid, reference=order.reference, amount=amount, at=now, method=method, card=card, card_expiry=expiry
    )


def _decline(order: Order, act: Act, now: datetime) -> Declined:
    if not order.gives_back:
        raise Impossible("conflict", "A number or a code cannot be declined: nobody is asked.")
    if order.state is not State.OPEN:
        raise Impossible("conflict", f"This order is {order.state.value}.")
    code = act.reason or REFUSED_BY_PAYER.get(order.method, "51")
    if code not in MESSAGES:
        raise Impossible("invalid", f"{code} is not a code of this simulator; 51, 05, 54 and 9117 are.")
    card, expiry = (TEST_CARDS[1].masked, EXPIRY) if order.is_card else ("", "")
    return Declined(*_who(order), now, code, card, expiry)


def _refund(order: Order, act: Act, now: datetime) -> Refunded:
    """Given back as by the merchant's back office; a virtual account's deposit is reversed whole by the bank, cash never."""
    if order.state is not State.PAID:
        raise Impossible("conflict", f"This order is {order.state.value}.")
    left = order.paid_amount - order.refunded_amount
    amount = left if act.amount is None else act.amount
    if not 0 < amount <= left:
        raise Impossible("conflict", f"Between 1 and {left} can be given back.")
    if order.gives_back:
        return give_back(order, amount, now)
    if order.method == CONVENIENCE_STORE:
        raise Impossible("conflict", "Cash that was paid at a counter does not come back from there.")
    if amount != left:
        raise Impossible("conflict", "A bank reverses the whole deposit.")
    return Refunded(order.txid, order.reference, amount, now, State.REVERSED)
