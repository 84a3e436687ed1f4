"""POST /direct/v2/cancel: an unpaid number or code is closed, anything else that is paid is voided or refunded (notes 3.5, 5.6, 10.1)."""

from datetime import datetime, timedelta
from typing import Final

from gerbang.ports.simulator import Outcome, Request, Webhook
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.fields import Fields, text
from gerbang.providers.nicepay.simulator.notify import notification
from gerbang.providers.nicepay.simulator.orders import (
    DIRECT_DEBIT,
    JAKARTA,
    QRIS,
    VIRTUAL_ACCOUNT,
    Cancelled,
    Change,
    Order,
    Refunded,
    State,
)
from gerbang.providers.nicepay.simulator.refusals import Refused
from gerbang.providers.nicepay.simulator.world import World

_LIMIT: Final = timedelta(days=90)
_FULL: Final = "1"
_PARTIAL: Final = "2"
_ONE_WORD: Final = {QRIS: State.REFUNDED, DIRECT_DEBIT: State.VOIDED}
_GIVEN_BACK: Final = frozenset({State.VOIDED, State.REFUNDED})


def cancel(world: World, request: Request, now: datetime) -> Outcome:
    fields = read.read(request)
    merchant = world.merchant(text(fields, "iMid"))
    stamp = read.check_time_stamp(fields, now, world.quirks)
    parts = (stamp, merchant.imid, text(fields, "tXid"), text(fields, "amt"), merchant.merchant_key)
    world.check_token(text(fields, "merchantToken"), *parts)
    kind, amount = _kind(fields), _amount(fields)
    order = world.transaction(fields)
    if text(fields, "payMethod") != order.method:
        raise Refused("9003")
    decide = _give_back if order.gives_back else _close
    change = decide(world, order, kind, amount, now)
    after = world.book.apply(change)
    return Outcome(world.success(_answer(world, after, amount, now)), (change,), _told(world, after, now))


def _kind(fields: Fields) -> str:
    kind = text(fields, "cancelType")
    if kind not in {_FULL, _PARTIAL}:
        raise Refused("9301")
    return kind


def _amount(fields: Fields) -> int:
    digits = text(fields, "amt")
    if not (digits.isascii() and digits.isdigit()):
        raise Refused("9312")
    if int(digits) < 1:
        raise Refused("9321")
    return int(digits)


def _close(world: World, order: Order, kind: str, amount: int, now: datetime) -> Change:
    if order.state is State.PAID:
        raise Refused("9330" if order.method == VIRTUAL_ACCOUNT else "9314")
    if order.state is State.CANCELLED:
        raise Refused(world.quirks.second_cancel)
    if order.state is not State.OPEN:
        raise Refused("9314")
    if amount > order.amount:
        raise Refused("9319")
    if kind == _PARTIAL or amount != order.amount:
        raise Refused("9318" if order.method == VIRTUAL_ACCOUNT else "9314")
    return Cancelled(order.txid, order.reference, order.amount, now)


def _give_back(world: World, order: Order, kind: str, amount: int, now: datetime) -> Change:
    if order.state in _GIVEN_BACK:
        raise Refused(world.quirks.second_cancel)
    if order.state is not State.PAID or order.paid_at is None:
        raise Refused("9314")
    if now - order.paid_at > _LIMIT:
        raise Refused("9334")
    if kind == _FULL and order.refunded_amount:
        raise Refused("9320")
    if amount > order.paid_amount - order.refunded_amount:
        raise Refused("9319")
    if kind == _FULL and amount != order.paid_amount:
        raise Refused("9314")
    if kind == _PARTIAL and not order.is_card and world.quirks.partial_refunds_elsewhere == "refused":
        raise Refused("9333")
    if kind == _PARTIAL and order.refunds and world.quirks.partial_refunds == "once":
        raise Refused("9317")
    return give_back(order, amount, now)


def give_back(order: Order, amount: int, now: datetime) -> Refunded:
    """Voided on the day of the payment in Jakarta, refunded later; two methods have one status for both."""
    paid = order.paid_at or now
    same_day = paid.astimezone(JAKARTA).date() == now.astimezone(JAKARTA).date()
    how = _ONE_WORD.get(order.method, State.VOIDED if same_day else State.REFUNDED)
    return Refunded(order.txid, order.reference, amount, now, how)


def _told(world: World, order: Order, now: datetime) -> tuple[Webhook, ...]:
    if world.quirks.notification_on_cancel == "none" or order.state not in _GIVEN_BACK:
        return ()
    return (notification(world, order, now),)


def _answer(world: World, order: Order, amount: int, now: datetime) -> dict[str, str | None]:
    return {
        "tXid": order.txid,
        "referenceNo": order.reference,
        "transDt": read.day(now),
        "transTm": read.clock(now),
        "description": order.description,
        "amt": str(amount),
        "canceltXid": world.numbers.txid(order.imid, order.method, now),
    }
