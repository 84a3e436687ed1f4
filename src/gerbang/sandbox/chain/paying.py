"""Which wallet calls pay a simulator's order. Sending them is the local chain's matter."""

from collections.abc import Sequence
from typing import Final

from gerbang.ports.simulator import Act, Order, Simulator, WalletCall

_MOST: Final = 1_000


def calls_of(simulator: Simulator, act: Act) -> Sequence[WalletCall]:
    """What a wallet must send to pay the order that the act names; empty where no wallet pays it."""
    order = next((order for order in simulator.orders(_MOST) if _is_meant(order, act)), None)
    return () if order is None else order.wallet


def _is_meant(order: Order, act: Act) -> bool:
    if act.reference:
        return act.reference in {order.reference, order.id}
    if act.number:
        return act.number == order.number
    return bool(act.payment) and act.payment == order.payment
