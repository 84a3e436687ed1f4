"""The calls under /control/chain: mine, reorg, drop, pay, and what the chain looks like. JSON in and out; control.py journals them."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from gerbang.base.errors import NotFound
from gerbang.ports.simulator import Impossible, WalletCall
from gerbang.sandbox.chain.local import NETWORK, TOKENS, LocalChain, transfer

HOW_TO_GET: Final = (
    "There is no local chain: the program anvil was not found. With npm on the PATH `make up` fetches it; "
    "or put it on the PATH, or name it in GERBANG_ANVIL."
)
_MOST_BLOCKS: Final = 500  # each costs the node more, the longer the chain is
_MOST_TRANSFERS: Final = 20
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_Body = TypeVar("_Body")


class Instructions(msgspec.Struct, frozen=True):
    """What a payment shows its payer (`display_crypto`): `amount` in base units as text."""

    network: str
    asset: str
    address: str
    amount: str


Asked = Callable[[str], Awaitable[Instructions | None]]
"""What a payment (`pay_…`) asks its payer to send now; None when it asks for no crypto."""


class _Mine(msgspec.Struct, forbid_unknown_fields=True):
    blocks: int = 1


class _Reorg(msgspec.Struct, forbid_unknown_fields=True):
    """`keep`: what was in the blocks is mined again, one block later; else it is gone."""

    depth: int = 1
    keep: bool = False


class _Drop(msgspec.Struct, forbid_unknown_fields=True):
    transaction: str


class _Pay(msgspec.Struct, forbid_unknown_fields=True):
    """`amount` in base units; with a payment, all that it asks for. `token` is USDC, ETH or FAKE; `transfers` splits the amount."""

    payment: str = ""
    address: str = ""
    amount: str = ""
    token: str = ""
    transfers: int = 1


class ChainCalls:
    """Answers them. `chain` is set once a node runs; `asked` tells what a payment wants."""

    def __init__(self, asked: Asked | None = None) -> None:
        self.chain: LocalChain | None = None
        self._asked = asked
        self._acts: Mapping[str, Callable[[LocalChain, bytes], Awaitable[Mapping[str, Any]]]] = {
            "mine": self._mine,
            "reorg": self._reorg,
            "drop": self._drop,
            "pay": self._pay,
        }

    async def view(self) -> Mapping[str, Any]:
        """GET /control/chain; raises Impossible without a chain."""
        return await self._there().view()

    async def act(self, name: str, body: bytes) -> Mapping[str, Any]:
        """POST /control/chain/{name}; raises Impossible."""
        act = self._acts.get(name)
        if act is None:
            raise Impossible("not_found", f"There is no POST /control/chain/{name} here.")
        return await act(self._there(), body)

    async def send(self, calls: Sequence[WalletCall]) -> str:
        """What a simulator's order asks of a wallet, sent by the demo wallet; the last hash. Raises Impossible."""
        return await self._there().send(calls)

    def _there(self) -> LocalChain:
        if self.chain is None:
            raise Impossible("conflict", HOW_TO_GET)
        return self.chain

    async def _mine(self, chain: LocalChain, body: bytes) -> Mapping[str, Any]:
        blocks = _body(body, _Mine).blocks
        if not 1 <= blocks <= _MOST_BLOCKS:
            raise Impossible("invalid", f"blocks is 1 to {_MOST_BLOCKS}.")
        await chain.mine(blocks)
        return {"head": await chain.head()}

    async def _reorg(self, chain: LocalChain, body: bytes) -> Mapping[str, Any]:
        wish = _body(body, _Reorg)
        dropped = await chain.reorg(wish.depth, again=wish.keep)
        return {"head": await chain.head(), "transactions": dropped, "kept": wish.keep}

    async def _drop(self, chain: LocalChain, body: bytes) -> Mapping[str, Any]:
        transaction = _body(body, _Drop).transaction
        await chain.drop(transaction)
        return {"head": await chain.head(), "transaction": transaction}

    async def _pay(self, chain: LocalChain, body: bytes) -> Mapping[str, Any]:
        wish = _body(body, _Pay)
        asked = await self._instructions(wish)
        token, amount = wish.token or asked.asset, wish.amount or asked.amount
        if token not in {"ETH", *TOKENS}:
            raise Impossible("invalid", "token is USDC, ETH or FAKE.")
        if not (amount.isascii() and amount.isdigit() and 0 <= int(amount) < 2**128):
            raise Impossible("invalid", "amount is a whole number of base units, as text.")
        if not 1 <= wish.transfers <= _MOST_TRANSFERS:
            raise Impossible("invalid", f"transfers is 1 to {_MOST_TRANSFERS}.")
        parts = [int(amount) // wish.transfers] * wish.transfers
        parts[-1] += int(amount) % wish.transfers
        sent = [await chain.send([transfer(token, asked.address, part)]) for part in parts]
        return {"transactions": sent, "token": token, "amount": amount, "address": asked.address}

    async def _instructions(self, wish: _Pay) -> Instructions:
        if not wish.payment:
            if not _ADDRESS.fullmatch(wish.address) or not wish.amount:
                raise Impossible("invalid", "Name a payment, or an address and an amount.")
            return Instructions(NETWORK, "USDC", wish.address, wish.amount)
        try:
            found = None if self._asked is None else await self._asked(wish.payment)
        except NotFound as error:
            raise Impossible(
                "invalid", "payment is the id of a payment, pay_…; an address goes into address."
            ) from error
        if found is None:
            raise Impossible("not_found", "This payment shows its payer no crypto address now.")
        if found.network != NETWORK:
            raise Impossible("conflict", f"This payment waits on {found.network}; the local chain plays {NETWORK}.")
        return found


def _body(body: bytes, kind: type[_Body]) -> _Body:
    return msgspec.json.decode(body or b"{}", type=kind)
