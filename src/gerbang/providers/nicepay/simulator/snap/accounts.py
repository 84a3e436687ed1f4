"""SNAP's virtual accounts: create, status, delete (notes 7.1, 7.2)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from gerbang.ports.simulator import Outcome
from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.numbers import BANKS, Bank
from gerbang.providers.nicepay.simulator.orders import VIRTUAL_ACCOUNT, Cancelled, Order, Registered, State
from gerbang.providers.nicepay.simulator.snap import authentication, registry, statuses
from gerbang.providers.nicepay.simulator.snap.authentication import Call
from gerbang.providers.nicepay.simulator.snap.refusals import Refused, malformed, missing
from gerbang.providers.nicepay.simulator.world import World

_TWO_DAYS: Final = timedelta(days=2)
_MAY_BE_EMPTY: Final = ("partnerServiceId", "customerNo", "virtualAccountNo")
_LONGEST: Final = {"partnerServiceId": 20, "customerNo": 40, "virtualAccountNo": 25}
_FEES: Final = ("msId", "msFee", "msFeeType", "mbFee", "mbFeeType")


def create(world: World, call: Call) -> Outcome:
    registry.check_active(call, VIRTUAL_ACCOUNT)
    for name in _MAY_BE_EMPTY:
        if name not in call.fields:
            raise missing(name)
    name, reference = (
        authentication.needed(call.fields, "virtualAccountName", 100),
        authentication.needed(call.fields, "trxId", 40),
    )
    amount, more = authentication.amount(call.fields, "totalAmount"), authentication.info(call.fields)
    bank = BANKS.get(code := authentication.needed(more, "bankCd", 4))
    if bank is None:
        raise malformed("bankCd")
    goods, notify = authentication.needed(more, "goodsNm", 200), authentication.needed(more, "dbProcessUrl", 255)
    registry.check_new(world, call, reference)
    until = _until(more, call.now)
    service, customer, fixed = _fixed(call.fields, bank)
    txid, number = world.numbers.account(call.merchant.imid, bank, call.now, world.quirks)
    number = fixed or number
    if world.book.number_is_taken(number):
        raise Refused("40900", "Conflict")
    order = Order(
        txid=txid,
        imid=call.merchant.imid,
        method=VIRTUAL_ACCOUNT,
        reference=reference,
        amount=amount,
        currency="IDR",
        goods=goods,
        buyer=name,
        description="",
        notify_url=notify,
        registered_at=call.now,
        bank=code,
        number=number,
        valid_until=until,
        snap=True,
        service=service,
        customer=customer,
    )
    world.book.apply(registered := Registered(txid, reference, amount, order))
    given = {fee: authentication.told(more, fee) for fee in _FEES}
    return Outcome(authentication.done(call.service, {"virtualAccountData": _data(order, given)}), (registered,))


def status(world: World, call: Call) -> Outcome:
    more = authentication.info(call.fields)
    order = _known(
        world,
        call,
        authentication.needed(more, "tXidVA", 30),
        authentication.told(more, "trxId"),
        authentication.amount(more, "totalAmount"),
    )
    _check_parts(call.fields, order)
    code, words = statuses.status(order, world.quirks)
    said = {"latestTransactionStatus": code, "transactionStatusDesc": words}
    beside, inside = said, said
    if world.quirks.snap_account_status == "inside":
        beside = {}
    elif world.quirks.snap_account_status == "beside":
        inside = {}
    data: dict[str, Any] = {"additionalInfo": inside}
    if world.quirks.snap_status_names == "told":
        data = _data(order, inside)
        if order.paid_at:
            data |= {"paidAmount": authentication.money(order.paid_amount), "trxDateTime": registry.iso(order.paid_at)}
    return Outcome(authentication.done(call.service, {"virtualAccountData": data, "additionalInfo": beside}))


def delete(world: World, call: Call) -> Outcome:
    more = authentication.info(call.fields)
    reference, txid = authentication.needed(call.fields, "trxId", 40), authentication.needed(more, "tXidVA", 30)
    order = _known(world, call, txid, reference, authentication.amount(more, "totalAmount"))
    _check_parts(call.fields, order)
    if order.state is State.PAID:
        raise Refused("40413", "Bill has been paid")
    if order.state is not State.OPEN:
        raise _invalid()
    world.book.apply(cancelled := Cancelled(order.txid, order.reference, order.amount, call.now))
    data = _data(order, {"cancelMessage": authentication.told(more, "cancelMessage")})
    return Outcome(authentication.done(call.service, {"virtualAccountData": data}), (cancelled,))


def _fixed(fields: Mapping[str, Any], bank: Bank) -> tuple[str, str, str]:
    """The parts of a fixed number and the number, all empty where NICEPAY is to choose: partnerServiceId, then customerNo (notes 7.1). Of a
    customer alone the bank's own prefix is before it. Raises Refused for what is too long, no digits, or does not go together.
    """
    service, customer, number = (authentication.told(fields, name) for name in _MAY_BE_EMPTY)
    for name, value in zip(_MAY_BE_EMPTY, (service, customer, number), strict=True):
        if len(value) > _LONGEST[name] or (value and not (value.isascii() and value.isdigit())):
            raise malformed(name)
    if not customer:
        if service:
            raise missing("customerNo")
        return "", "", number
    service = service or bank.prefix
    if number not in {"", service + customer}:
        raise malformed("virtualAccountNo")
    if len(service + customer) > _LONGEST["virtualAccountNo"]:
        raise malformed("customerNo")
    return service, customer, service + customer


def _check_parts(fields: Mapping[str, Any], order: Order) -> None:
    """Each part that a call names must be the order's; raises Refused."""
    for name, value in zip(_MAY_BE_EMPTY, (order.service, order.customer, order.number), strict=True):
        if authentication.told(fields, name) not in {"", value}:
            raise _invalid()


def _known(world: World, call: Call, txid: str, reference: str, amount: int) -> Order:
    order = world.book.get(txid)
    if order is None or order.imid != call.merchant.imid or order.method != VIRTUAL_ACCOUNT:
        raise _invalid()
    if (reference, amount) != (order.reference, order.amount) and world.quirks.snap_mismatch != "accepted":
        raise _invalid()
    return order


def _invalid() -> Refused:
    return Refused("40419", "Invalid Virtual Account")


def _data(order: Order, more: dict[str, str]) -> dict[str, Any]:
    return {
        "partnerServiceId": order.service,
        "customerNo": order.customer,
        "virtualAccountNo": order.number,
        "virtualAccountName": order.buyer,
        "trxId": order.reference,
        "totalAmount": authentication.money(order.amount),
        "additionalInfo": {
            "bankCd": order.bank,
            "tXidVA": order.txid,
            "goodsNm": order.goods,
            "vacctValidDt": read.day(order.valid_until),
            "vacctValidTm": read.clock(order.valid_until),
            **more,
        },
    }


def _until(more: Mapping[str, Any], now: datetime) -> datetime:
    """Both empty means two days from now; raises Refused for a malformed or past one."""
    date, time = authentication.told(more, "vacctValidDt"), authentication.told(more, "vacctValidTm")
    if not date and not time:
        return now.replace(microsecond=0) + _TWO_DAYS
    until = read.moment(date, time)
    if until is None or until <= now:
        raise malformed("vacctValidDt")
    return until
