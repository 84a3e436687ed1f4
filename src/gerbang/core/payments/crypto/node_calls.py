"""A chain whose every question goes through the one entry for calls to providers."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final, TypeVar

from gerbang.core.connections.outbound_calls import Operation, OutboundCalls
from gerbang.ports.chain import Block, Chain, Head, Network, Reading, Receipt, Transfer
from gerbang.ports.payment import Account

T = TypeVar("T")
_READ: Final = Operation("read", repeatable=True)
# All questions are about the same: one loop asks in its own rhythm, and its adapter goes on to the next node by itself. Silence of all of them
# must not open the breaker, which would only let payers wait longer for what has come.
_ABOUT: Final = "chain"


class NodeCalls:
    """Implements ports.chain.Chain by another one, for one connection."""

    def __init__(self, outbound: OutboundCalls, connection_id: str, chain: Chain) -> None:
        self._outbound = outbound
        self._connection_id = connection_id
        self._chain = chain

    def network(self, account: Account) -> Network:
        return self._chain.network(account)

    def deposit(self, account: Account, number: int) -> tuple[str, str]:
        return self._chain.deposit(account, number)

    async def head(self, account: Account) -> Head:
        return await self._read(lambda: self._chain.head(account))

    async def block(self, account: Account, number: int) -> Block:
        return await self._read(lambda: self._chain.block(account, number))

    async def transfers(
        self, account: Account, recipients: Collection[str], first: int, last: int, *, coins_from: int = 0
    ) -> Reading:
        return await self._read(lambda: self._chain.transfers(account, recipients, first, last, coins_from=coins_from))

    async def balances(self, account: Account, addresses: Collection[str]) -> Mapping[tuple[str, str], int]:
        return await self._read(lambda: self._chain.balances(account, addresses))

    async def arrivals(
        self, account: Account, address: str, contract: str, first: int, last: int
    ) -> Sequence[Transfer]:
        return await self._read(lambda: self._chain.arrivals(account, address, contract, first, last))

    async def receipt(self, account: Account, transaction: str, *, agreed: bool = False) -> Receipt | None:
        return await self._read(lambda: self._chain.receipt(account, transaction, agreed=agreed))

    async def _read(self, call: Callable[[], Awaitable[T]]) -> T:
        result = await self._outbound.send(self._connection_id, _READ, call, about=_ABOUT)
        return result.value()
