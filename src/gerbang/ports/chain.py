"""What core asks of a blockchain node, and what it saw. Frozen values and one protocol; no I/O, no verdicts.

A node is believed about what is on its chain, never about what a payment owes: expectations come from our own tables, and
core/payments/crypto/transfers.py compares.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from gerbang.ports.payment import Account

NATIVE_LOG: Final = -1  # the "log index" of a transfer of the native coin, which leaves no log


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset that a connection takes: `contract` is its address in lower case, empty for the native coin; decimals are pinned. Sums of
    at least `agree_above` base units (0: none) must be seen alike by two nodes.
    """

    symbol: str
    contract: str
    decimals: int
    agree_above: int = 0


@dataclass(frozen=True, slots=True)
class Network:
    """One chain as a connection is set up for it. A transfer counts `confirmations` blocks deep (1: its own block), or, with `finalized`,
    once the node calls its block final; it is watched until `settled_after` blocks deep. A chain without a new block for
    `stalls_after_s` seconds stands still.
    """

    name: str
    chain_id: int
    assets: tuple[Asset, ...]
    confirmations: int
    finalized: bool
    settled_after: int
    stalls_after_s: float = 60.0

    def asset(self, contract: str) -> Asset | None:
        """The asset of a contract address in lower case; None for a token that we do not take."""
        return next((asset for asset in self.assets if asset.contract == contract), None)


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stands: the newest block, its hash and time, and the newest final one as far as the node knows of finality."""

    number: int
    hash: str
    at: datetime
    finalized: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the chain as it is now: its hash in lower case, and the time that its maker gave it."""

    number: int
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement of one asset, as it is on the chain now. Addresses and hashes in lower case with 0x; `amount` in base units.

    (chain, `transaction`, `log`) names it for ever; `contract` is empty and `log` is NATIVE_LOG for the native coin.
    """

    transaction: str
    log: int
    contract: str
    sender: str
    recipient: str
    amount: int
    block: int
    block_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction: `succeeded` is its status, `transfers` everything that it moved, of any token, to anybody."""

    transaction: str
    succeeded: bool
    block: int
    block_hash: str
    at: datetime
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What came in the blocks up to `last`, which is the last that was asked for unless the node gave less."""

    transfers: Sequence[Transfer]
    last: int


class Chain(Protocol):
    """A blockchain as one connection sees it, through one or several nodes.

    Every method that asks raises `Unreachable` or `OutcomeUnknown` when no node gave an answer, and `ProviderRefused` when a node is of
    another chain than the connection's: its word is worth nothing then.
    """

    def network(self, account: Account) -> Network:
        """What the connection is set up for. Pure."""
        ...

    def deposit(self, account: Account, number: int) -> tuple[str, str]:
        """The address of a deposit number, and the path by which the owner's wallet finds its key. Pure."""
        ...

    async def head(self, account: Account) -> Head:
        """Where the chain stands now."""
        ...

    async def block(self, account: Account, number: int) -> Block:
        """A block that is not above the head."""
        ...

    async def transfers(
        self, account: Account, recipients: Collection[str], first: int, last: int, *, coins_from: int = 0
    ) -> Reading:
        """Everything that came to these addresses (lower case) in the blocks `first` to `last`, both counted, in order: of every token,
        and from `coins_from` on of the native coin where it is an asset of ours. Less than was asked for when a node gave a part only.
        """
        ...

    async def balances(self, account: Account, addresses: Collection[str]) -> Mapping[tuple[str, str], int]:
        """What stands at these addresses (lower case) now of each asset of ours, by address and contract; what cannot be told is left out."""
        ...

    async def arrivals(
        self, account: Account, address: str, contract: str, first: int, last: int
    ) -> Sequence[Transfer]:
        """What came of one asset to one address in these many blocks, looked for where its balance grew, or by logs where a node keeps no
        old state. Not all of it where it can be found in neither way: then the balance says more.
        """
        ...

    async def receipt(self, account: Account, transaction: str, *, agreed: bool = False) -> Receipt | None:
        """A mined transaction as the chain has it now; None when it is unknown or still waiting. With `agreed`, two nodes must say the
        same; OutcomeUnknown when they do not.
        """
        ...
