"""A transaction's latestTransactionStatus and its words, in whichever generation of the documents a switch follows (notes 7.7)."""

from collections.abc import Mapping
from typing import Any, Final

from gerbang.providers.nicepay.simulator.orders import VIRTUAL_ACCOUNT, Order, State
from gerbang.providers.nicepay.simulator.quirks import Quirks

Row = tuple[str, str]
_ACCOUNT_A: Final[Mapping[State, Row]] = {
    State.OPEN: ("03", "Pending"),
    State.PAID: ("00", "Success"),
    State.REVERSED: ("04", "Refunded"),
    State.EXPIRED: ("05", "Expired"),
    State.CANCELLED: ("05", "Canceled"),
}
_ACCOUNT_B: Final[Mapping[State, Row]] = {
    State.OPEN: ("03", "Unpaid"),
    State.PAID: ("00", "Paid"),
    State.REVERSED: ("01", "Reversal"),
    State.EXPIRED: ("04", "Expired"),
    State.CANCELLED: ("04", "Canceled"),
}
_OTHERS: Final[Mapping[State, Row]] = {
    State.OPEN: ("03", "Pending"),
    State.PAID: ("00", "Success"),
    State.DECLINED: ("06", "Failed"),
    State.EXPIRED: ("05", "Expired"),
    State.CANCELLED: ("05", "Canceled"),
    State.REFUNDED: ("04", "Refunded"),
}


def one_more(values: Any) -> Any:
    """An answer in which every amount is a rupiah higher."""
    if not isinstance(values, dict):
        return values
    if values.keys() == {"value", "currency"}:
        return {**values, "value": f"{int(values['value'].partition('.')[0]) + 1}.00"}
    return {name: one_more(value) for name, value in values.items()}


def status(order: Order, quirks: Quirks) -> Row:
    """Code and description; the description may be kept back."""
    if order.method == VIRTUAL_ACCOUNT:
        code, words = (_ACCOUNT_A if quirks.snap_account_table == "a" else _ACCOUNT_B)[order.state]
    elif order.state is State.VOIDED:
        code, words = quirks.snap_void_status, "Refunded" if quirks.snap_void_status == "04" else "Canceled"
    else:
        code, words = _OTHERS[order.state]
    if code == "03" and order.method == "05" and order.started_at is None:
        code, words = "01", "Initiated"
    return code, "" if quirks.snap_status_words == "silent" else words
