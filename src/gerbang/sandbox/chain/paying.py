"""How the demo wallet pays a simulator's order: what the order says a wallet must send, and whether it is there to send it."""

from collections.abc import Sequence
from typing import Final, Protocol

from gerbang.ports.simulator import Act, Impossible, Order, Simulator, WalletCall

HOW_TO_GET: Final = (
    "There is no local chain: the program anvil was not found. With npm on the PATH `make up` fetches it; "
    "or put it on the PATH, or name it in GERBANG_ANVIL."
)
_MOST: Final = 1_000


class Wallet(Protocol):
    """The demo wallet on the local chain."""

    async def send(self, calls: Sequence[WalletCall]) -> str:
        """Send these in order, wait until each is mined, and return the last one's hash; raises Impossible when one is refused."""
        ...


def calls_of(simulator: Simulator, act: Act) -> Sequence[WalletCall]:
    """What a wallet must send to pay the order that the act names; empty where no wallet pays it."""
    order = next((order for order in simulator.orders(_MOST) if _is_meant(order, act)), None)
    return () if order is None else order.wallet


async def paid(wallet: Wallet | None, calls: Sequence[WalletCall]) -> str:
    """The hash of the last transaction of a payment; raises Impossible without a chain."""
    if wallet is None:
        raise Impossible("conflict", HOW_TO_GET)
    return await wallet.send(calls)


def _is_meant(order: Order, act: Act) -> bool:
    if act.reference:
        return act.reference in {order.reference, order.id}
    if act.number:
        return act.number == order.number
    return bool(act.payment) and act.payment == order.payment
