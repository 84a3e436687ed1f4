"""Which wallet calls pay a simulator's order. Sending them is the local chain's matter."""

from collections.abc import Sequence
from typing import Final

import msgspec

from gerbang.ports.simulator import Act, Impossible, Order, Simulator, WalletCall

_MOST: Final = 1_000
_ENDED_UNPAID: Final = frozenset({"expired", "cancelled"})
_PLAIN_TRANSFER: Final = "0xa9059cbb"  # transfer(address,uint256)
_PLAIN_LENGTH: Final = 2 + 2 * (4 + 32 + 32)


def calls_of(simulator: Simulator, act: Act) -> Sequence[WalletCall]:
    """What a wallet must send to pay the order that the act names; empty where no wallet pays it, or not any more. Another amount than the order's is
    possible where it is paid by a plain transfer; raises Impossible where a contract counts for itself.
    """
    order = next((order for order in simulator.orders(_MOST) if _is_meant(order, act)), None)
    if order is None or (order.state in _ENDED_UNPAID and not act.late):
        return ()
    if not order.wallet or act.amount is None:
        return order.wallet
    *before, last = order.wallet
    if not last.data.startswith(_PLAIN_TRANSFER) or len(last.data) != _PLAIN_LENGTH or act.amount < 0:
        raise Impossible("invalid", "The contract that takes this payment takes no other amount.")
    return (*before, msgspec.structs.replace(last, data=last.data[:-64] + f"{act.amount:064x}"))


def _is_meant(order: Order, act: Act) -> bool:
    if act.reference:
        return act.reference in {order.reference, order.id}
    if act.number:
        return act.number == order.number
    return bool(act.payment) and act.payment == order.payment
