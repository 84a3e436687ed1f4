"""The port's Chain over one or several nodes. What it sees is from one node each time, and from one that is not behind.

Logs and full blocks only find candidates; what a transaction moved is always read from its receipt, in one way.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeVar

import structlog

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown, ProviderRefused
from gerbang.ports.chain import Block, Head, Network, Reading, Receipt, Transfer
from gerbang.ports.payment import Account
from gerbang.providers.evm import account as settings
from gerbang.providers.evm import reading, wire
from gerbang.providers.evm.account import Node
from gerbang.providers.evm.balances import Balances, Wanted
from gerbang.providers.evm.client import Busy, Client, found, result
from gerbang.providers.evm.logs import Logs
from gerbang.providers.evm.nodes import Nodes, number

_BLOCKS_AT_ONCE: Final = 5
_LOG_READINGS: Final = 5
_MOST_BALANCES: Final = 400
_LONGEST_S: Final = 20.0  # of reading whole blocks, after which what was read so far is handed back

log = structlog.get_logger(__name__)
T = TypeVar("T")


class EvmChain:
    """The port's methods, for any number of connections at once."""

    def __init__(self, http: Http) -> None:
        self._client = Client(http)
        self._nodes = Nodes(self._client)
        self._logs = Logs(self._client)
        self._balances = Balances(self._client)

    def network(self, account: Account) -> Network:
        """What the connection is set up for."""
        return settings.network(account)

    def deposit(self, account: Account, number: int) -> tuple[str, str]:
        """The address with its checksum, and the path below the extended public key."""
        return settings.deposit_address(account, number)

    async def head(self, account: Account) -> Head:
        """The newest block, and the newest final one. A node that refuses the tag `finalized` knows of none, and neither does one for
        which the newest block is always final: it only calls it so.
        """

        async def asked(node: Node) -> Head:
            questions = [("eth_getBlockByNumber", (tag, False)) for tag in ("latest", "finalized")]
            try:
                latest, finalized = await self._client.ask_each(node, questions)
            except (
                OutcomeUnknown,
                ProviderRefused,
            ) as error:  # a gateway that does not know the tag may answer with anything
                if isinstance(error, Busy):
                    raise
                latest, finalized = *(await self._client.ask_each(node, questions[:1])), wire.Reply()
            block = reading.block(result(latest, wire.Block))
            return Head(block.number, block.hash, block.at, _finalized(finalized, block.number))

        head = await self._nodes.first_answer(account, asked)
        self._nodes.saw(account, head.number)
        return head

    async def block(self, account: Account, number: int) -> Block:
        """A block. OutcomeUnknown when no node has it: that is none."""

        async def asked(node: Node) -> Block:
            (one,) = await self._all(node, [("eth_getBlockByNumber", (hex(number), False))], wire.Block)
            return reading.block(one)

        return await self._nodes.first_answer(account, asked)

    async def transfers(
        self, account: Account, recipients: Collection[str], first: int, last: int, *, coins_from: int = 0
    ) -> Reading:
        """What came to these addresses. Coins that a contract passes on inside a transaction leave no log and do not show."""
        wanted = frozenset(one.lower() for one in recipients)
        network = settings.network(account)
        native = any(not asset.contract for asset in network.assets)
        if not wanted or first > last:
            return Reading((), last)

        async def asked(node: Node) -> Reading:
            if await self._head_number(node) < last:
                raise OutcomeUnknown(f"Node {node.place} does not have block {last} yet.")
            self._nodes.saw(account, last)
            hashes, read = await self._logs.transactions(node, sorted(wanted), first, last)
            if native:
                coins, read = await self._with_coins(node, wanted, max(first, coins_from), read)
                hashes |= coins
            receipts = [one for one in await self._receipts(node, sorted(hashes)) if one is not None]
            moved = [transfer for one in receipts for transfer in one.transfers]
            mine = [t for t in moved if t.recipient in wanted and first <= t.block <= read and (native or t.contract)]
            return Reading(sorted(mine, key=lambda t: (t.block, t.transaction, t.log)), read)

        return await self._nodes.first_answer(account, asked)

    async def balances(self, account: Account, addresses: Collection[str]) -> Mapping[tuple[str, str], int]:
        """What stands at these addresses now."""
        contracts = [asset.contract for asset in settings.network(account).assets]
        wanted = [(address.lower(), contract) for contract in contracts for address in sorted(addresses)]

        async def asked(node: Node) -> Mapping[tuple[str, str], int]:
            return await self._balances.now(node, wanted)

        return await self._nodes.first_answer(account, asked)

    async def arrivals(
        self, account: Account, address: str, contract: str, first: int, last: int
    ) -> Sequence[Transfer]:
        """What came of one asset to one address, however long the range."""

        async def asked(node: Node) -> Sequence[Transfer]:
            hashes = await self._arrived(node, address.lower(), contract, first, last)
            receipts = [one for one in await self._receipts(node, sorted(hashes)) if one is not None]
            moved = [transfer for one in receipts for transfer in one.transfers]
            return [t for t in moved if (t.recipient, t.contract) == (address.lower(), contract) and t.block <= last]

        return await self._nodes.first_answer(account, asked)

    async def _arrived(self, node: Node, address: str, contract: str, first: int, last: int) -> set[str]:
        """The transactions of the blocks in which the balance grew; by all logs where the node has forgotten what stood there. Coins leave
        none, and are not found then.
        """
        hashes: set[str] = set()
        try:
            blocks = await self._grew(node, (address, contract), first, last)
        except (OutcomeUnknown, ProviderRefused) as error:
            log.info("evm.no_old_state", node=node.place, why=error.detail)
            low = first
            for _ in range(_LOG_READINGS if contract else 0):
                more, read = await self._logs.transactions(node, [address], low, last)
                hashes, low = hashes | more, read + 1
                if low > last:
                    break
            return hashes
        for block in blocks:
            if contract:
                more, _ = await self._logs.transactions(node, [address], block, block)
            else:
                more, _ = await self._with_coins(node, frozenset({address}), block, block)
            hashes |= more
        return hashes

    async def _grew(self, node: Node, wanted: Wanted, first: int, last: int) -> list[int]:
        """The blocks in which a balance grew, found by halving: what came and went between two looks at it is not seen."""
        below = max(0, first - 1)
        stood = {below: await self._balances.at(node, wanted, below) if first else 0}
        stood[last] = await self._balances.at(node, wanted, last)
        parts = [(below, last)]
        left = [one for one in parts if _changed(stood, one)]
        while left and len(stood) < _MOST_BALANCES:
            low, high = left.pop()
            middle = (low + high) // 2
            stood[middle] = await self._balances.at(node, wanted, middle)
            halves = [(low, middle), (middle, high)]
            parts += halves
            left += [one for one in halves if _changed(stood, one)]
        return [high for low, high in parts if high - low == 1 and stood[high] > stood[low]]

    async def receipt(self, account: Account, transaction: str, *, agreed: bool = False) -> Receipt | None:
        """A mined transaction. That it is unknown is believed only of a node that is not behind what was seen before."""

        async def asked(node: Node) -> Receipt | None:
            (mined,) = await self._receipts(node, [transaction.lower()])
            if mined is None and self._nodes.lags(account, await self._head_number(node)):
                raise OutcomeUnknown(f"Node {node.place} is behind and does not know the transaction.")
            return mined

        if not agreed:
            return await self._nodes.first_answer(account, asked)
        one, other = await self._nodes.two_answers(account, asked)
        if one != other:
            raise OutcomeUnknown("Two nodes do not say the same of the transaction.")
        return one

    async def answers(self, account: Account) -> None:
        """Nothing, when a node of the right chain answers; else what first_answer raises."""
        await self._nodes.first_answer(account, self._head_number)

    async def _head_number(self, node: Node) -> int:
        return number(await self._client.ask(node, "eth_blockNumber", (), str))

    async def _with_coins(self, node: Node, recipients: frozenset[str], first: int, last: int) -> tuple[set[str], int]:
        """The transactions that carry the coin itself to any of these, and the block up to which they were read: every block is read
        whole, for coins leave no log. Raises what the node said when it gave nothing.
        """
        hashes: set[str] = set()
        until = time.monotonic() + _LONGEST_S
        for low in range(first, last + 1, _BLOCKS_AT_ONCE):
            high = min(last, low + _BLOCKS_AT_ONCE - 1)
            calls = [("eth_getBlockByNumber", (hex(block), True)) for block in range(low, high + 1)]
            try:
                blocks = await self._all(node, calls, wire.FullBlock)
            except UpstreamFailed:
                if low == first:
                    raise
                return hashes, low - 1
            for block in blocks:
                hashes |= {one.hash.lower() for one in block.transactions if reading.pays_natively(one, recipients)}
            if time.monotonic() > until:
                return hashes, high
        return hashes, last

    async def _receipts(self, node: Node, hashes: Sequence[str]) -> Sequence[Receipt | None]:
        """What each transaction did, as this node has it now; None for one that is not mined."""
        calls: list[tuple[str, tuple[Any, ...]]] = []
        for one in hashes:
            calls += [("eth_getTransactionReceipt", (one,)), ("eth_getTransactionByHash", (one,))]
        replies = await self._client.ask_each(node, calls)
        mined = [found(reply, wire.MinedReceipt) for reply in replies[::2]]
        sent = [found(reply, wire.Transaction) for reply in replies[1::2]]
        blocks = {block.hash.lower(): block for block in await self._blocks(node, mined)}
        return [
            None if one is None else reading.checked(one, transaction, blocks.get(one.block_hash.lower()))
            for one, transaction in zip(mined, sent, strict=True)
        ]

    async def _blocks(self, node: Node, mined: Sequence[wire.MinedReceipt | None]) -> Sequence[wire.Block]:
        wanted = sorted({one.block_hash for one in mined if one is not None})
        return await self._all(node, [("eth_getBlockByHash", (one, False)) for one in wanted], wire.Block)

    async def _all(self, node: Node, calls: Sequence[tuple[str, tuple[Any, ...]]], kind: type[T]) -> list[T]:
        """Blocks that must be there; OutcomeUnknown when one is gone meanwhile."""
        blocks = [found(reply, kind) for reply in await self._client.ask_each(node, calls)]
        there = [block for block in blocks if block is not None]
        if len(there) < len(blocks):
            raise OutcomeUnknown(f"Node {node.place} lost a block while it was read.")
        return there


def _changed(stood: Mapping[int, int], part: tuple[int, int]) -> bool:
    """Whether a balance changed somewhere inside these blocks, so that they must be halved again."""
    low, high = part
    return high - low > 1 and stood[low] != stood[high]


def _finalized(reply: wire.Reply, latest: int) -> int | None:
    try:
        block = None if reply.error is not None else found(reply, wire.Block)
    except OutcomeUnknown:  # a node's idea of a block that it does not know
        block = None
    return None if block is None or number(block.number) >= latest else number(block.number)
