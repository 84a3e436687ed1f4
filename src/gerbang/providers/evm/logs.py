"""Questions about logs over ranges of blocks, in pieces that a node takes. Nodes refuse in their own words, codes and statuses: whatever
is refused of more than one block is asked for in smaller pieces, and what was learned of a node is kept and tried again slowly.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import OutcomeUnknown, ProviderRefused
from gerbang.providers.evm import reading, wire
from gerbang.providers.evm.account import Node
from gerbang.providers.evm.client import Busy, Client

_RECIPIENTS_AT_ONCE: Final = 200
_TAKEN_IN_A_ROW: Final = 50  # questions of the size that was learned, after which a larger one is tried
_WAITS: Final = 3  # for a node that is asked too often, before the rest is left for the next time
_LONGEST_S: Final = 20.0  # after which what was read so far is handed back


@dataclass(slots=True)
class _Limits:
    """What one question to a node may span; `good` is the largest that it took since it last refused, `taken` how many in a row."""

    blocks: int
    recipients: int = _RECIPIENTS_AT_ONCE
    good: int = 0
    taken: int = 0


@dataclass(slots=True)
class _Piece:
    """What is being asked: blocks `low` to `last`, `entry` what was allowed when it began."""

    low: int
    last: int
    entry: _Limits
    waits: int = 0
    hashes: set[str] = field(default_factory=set)


class Logs:
    """Asks nodes for Transfer logs; remembers, in this process, what each takes."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._limits: dict[str, _Limits] = {}

    async def transactions(self, node: Node, recipients: Sequence[str], first: int, last: int) -> tuple[set[str], int]:
        """The transactions with a Transfer to any of these, of whatever token, and the block up to which they were read: `last`, or less
        when the node gave a part. Raises what the node said when it gave nothing.
        """
        limits = self._limits.setdefault(node.url, _Limits(node.log_range))
        limits.blocks = min(limits.blocks, node.log_range)
        piece = _Piece(first, last, _Limits(limits.blocks, limits.recipients, limits.good))
        until = time.monotonic() + _LONGEST_S
        while piece.low <= last and (piece.low == first or time.monotonic() < until):
            try:
                await self._one(node, recipients, piece, limits)
            except UpstreamFailed as error:
                if not self._asks_for_less(error, recipients, piece, limits):
                    if piece.low > first:
                        break
                    raise
        return piece.hashes, piece.low - 1

    async def _one(self, node: Node, recipients: Sequence[str], piece: _Piece, limits: _Limits) -> None:
        """The next blocks, for all recipients."""
        high = min(piece.last, piece.low + limits.blocks - 1)
        found: set[str] = set()
        for start in range(0, len(recipients), limits.recipients):
            topics = [reading.address_word(one) for one in recipients[start : start + limits.recipients]]
            place = {"fromBlock": hex(piece.low), "toBlock": hex(high), "topics": [reading.TRANSFER, None, topics]}
            logs = await self._client.ask(node, "eth_getLogs", (place,), tuple[wire.Log, ...])
            found |= {log.transaction_hash.lower() for log in logs if reading.is_transfer(log)}
        piece.hashes |= found
        self._taken(node, high - piece.low + 1, piece, limits)
        piece.low, piece.waits = high + 1, 0

    def _taken(self, node: Node, span: int, piece: _Piece, limits: _Limits) -> None:
        if limits.recipients < piece.entry.recipients and span == 1:  # it was not the blocks
            limits.blocks = piece.entry.blocks
            piece.entry.recipients = limits.recipients
        limits.good = max(limits.good, min(span, limits.blocks))
        limits.taken += span == limits.blocks
        if limits.taken >= _TAKEN_IN_A_ROW:
            limits.taken = 0
            limits.blocks = min(node.log_range, limits.blocks + limits.blocks // 4 + 1)
            limits.recipients = min(_RECIPIENTS_AT_ONCE, limits.recipients * 2)

    def _asks_for_less(self, error: UpstreamFailed, recipients: Sequence[str], piece: _Piece, limits: _Limits) -> bool:
        """Whether to ask again, for less where that may help. A node that refuses even one block for one recipient means something else, and
        nothing is learned from it.
        """
        limits.taken = 0
        if not isinstance(error, OutcomeUnknown | ProviderRefused):
            return False
        span, several = min(limits.blocks, piece.last - piece.low + 1), min(limits.recipients, len(recipients))
        if isinstance(error, Busy):
            piece.waits += 1
            if piece.waits <= _WAITS:
                return True
            limits.blocks = max(
                1, span // 2
            )  # some say "too many requests" of too many blocks: half of what was asked, next time
            return False
        if span > 1:
            slow = isinstance(error.__cause__, TimeoutError)
            smaller = max(1, span // 8 if slow else span // 2)
            limits.blocks, limits.good = (limits.good if smaller < limits.good < span else smaller), 0
            return True
        if several > 1:
            limits.recipients = several // 2
            return True
        limits.blocks, limits.recipients = piece.entry.blocks, piece.entry.recipients
        return False
