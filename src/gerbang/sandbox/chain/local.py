"""The local chain that the sandbox plays on: the dollar coin at its real address, a look-alike, a demo wallet with plenty, and time.

Whoever sends a transaction has it mined at once. While something new is less than 64 blocks deep a block follows every two seconds, so that
confirmations come as on a real network; an idle chain makes one every half minute.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from gerbang.base.errors import UpstreamFailed
from gerbang.ports.simulator import Contract, Impossible, WalletCall
from gerbang.sandbox.chain.anvil import Anvil, NodeFailed, NodeRefused

NETWORK: Final = "base"
CHAIN_ID: Final = 8_453
USDC: Final = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"  # where Circle's own stands on Base
FAKE: Final = "0xFa4E00000000000000000000000000000000FA4e"
TOKENS: Final = {"USDC": USDC, "FAKE": FAKE}
_CODE: Final = msgspec.json.decode((Path(__file__).parent / "token.json").read_bytes())["runtime"]
_GAS: Final = 10**18  # wei for an account that only sends what a contract must be told
_PLENTY: Final = 10**15  # base units of each token: a billion
_FRESH_BLOCKS: Final = 64
_IDLE_S: Final = 30.0
_MINED_S: Final = 10.0
_MINT: Final = "0x40c10f19"
_TRANSFER: Final = "0xa9059cbb"
_BALANCE: Final = "0x70a08231"


class LocalChain:
    """A running chain. `now` tells business time, which the blocks carry; `block_s` 0 lets time stand still between transactions;
    `contracts` stand on it besides the tokens.
    """

    def __init__(
        self, anvil: Anvil, now: Callable[[], datetime], block_s: float = 2.0, contracts: Sequence[Contract] = ()
    ) -> None:
        self._anvil = anvil
        self._now = now
        self._block_s = block_s
        self._contracts = contracts
        self._sending = asyncio.Lock()
        self._ticking: asyncio.Task[None] | None = None
        self._busy_until = 0
        self._mined_at = 0.0
        self._kept = -1
        self.wallet = ""

    @property
    def url(self) -> str:
        return self._anvil.url

    async def open(self) -> None:
        """Start the node and lay out the world; raises NodeFailed."""
        await self._begin()
        self._ticking = asyncio.create_task(self._tick())

    async def close(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        await self._anvil.close()

    async def send(self, calls: Sequence[WalletCall]) -> str:
        """Send these from the demo wallet, one after the other, and return the last one's hash; Impossible when one is refused or reverts."""
        hash_ = ""
        async with self._sending:
            for call in calls:
                hash_ = await self._send(call)
        return hash_

    async def mine(self, blocks: int) -> None:
        """So many empty blocks."""
        await self.ask("anvil_mine", hex(blocks))

    async def reorg(self, depth: int, *, again: bool) -> list[str]:
        """Take back the last blocks; their transactions are gone, or, with `again`, each is mined one block later. Returns their hashes."""
        async with self._sending:
            if again:
                await self.ask("evm_mine")
                depth += 1
            dropped = await self._dropped(depth)
            pairs = [[raw, index + 1] for _, raw, index in dropped] if again else []
            await self._reorg(depth, pairs)
        return [hash_ for hash_, _, _ in dropped]

    async def drop(self, transaction: str) -> None:
        """One transaction was never mined, and everything after it was; Impossible when it is unknown."""
        async with self._sending:
            mined = await self.ask("eth_getTransactionReceipt", transaction)
            if mined is None:
                raise Impossible("not_found", "There is no such mined transaction.")
            depth = await self.head() - int(mined["blockNumber"], 16) + 1
            others = [[raw, index] for hash_, raw, index in await self._dropped(depth) if hash_ != transaction]
            await self._reorg(depth, others)

    async def set_time(self) -> None:
        """From here on blocks carry business time as it is now."""
        await self.ask("evm_setTime", int(self._now().timestamp()))

    async def head(self) -> int:
        return int(await self.ask("eth_blockNumber"), 16)

    async def view(self) -> dict[str, Any]:
        """Where the chain stands, where it is reached, and what the demo wallet has; amounts in base units as text."""
        finalized = await self.ask("eth_getBlockByNumber", "finalized", False)
        balances = {"ETH": str(int(await self.ask("eth_getBalance", self.wallet, "latest"), 16))}
        for symbol, contract in TOKENS.items():
            balances[symbol] = str(await self._balance(contract))
        head = await self.head()
        return {
            "network": NETWORK,
            "chain_id": CHAIN_ID,
            "rpc": self.url,
            "head": head,
            "finalized": int(finalized["number"], 16),
            "wallet": {"address": self.wallet, "balances": balances},
            "tokens": TOKENS,
        }

    async def ask(self, method: str, *params: Any) -> Any:
        """A call to the node; Impossible when it says no or is away."""
        try:
            return await self._anvil.call(method, *params)
        except NodeRefused as refusal:
            raise Impossible("conflict", f"The node refused {method}: {refusal}.") from refusal
        except UpstreamFailed as error:
            raise Impossible("conflict", f"The node does not answer: {error.detail}") from error

    async def _send(self, call: WalletCall, sender: str = "") -> str:
        order = {"from": sender or self.wallet, "to": call.to, "value": hex(int(call.value)), "data": call.data}
        hash_: str = await self.ask("eth_sendTransaction", order)
        if (await self._mined(hash_))["status"] != "0x1":
            raise Impossible("conflict", f"The transaction {hash_} was reverted.")
        return hash_

    async def _mined(self, hash_: str) -> Any:
        """The receipt; the node mines at once, and yet a moment later."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_MINED_S):
                while (receipt := await self.ask("eth_getTransactionReceipt", hash_)) is None:
                    await asyncio.sleep(0.01)
                return receipt
        raise Impossible("conflict", f"The transaction {hash_} is still not mined.")

    async def _dropped(self, depth: int) -> list[tuple[str, str, int]]:
        """Hash, raw bytes and place (0: the oldest) of the transactions in the last blocks."""
        head = await self.head()
        if not 1 <= depth <= head:
            raise Impossible("invalid", f"depth is 1 to {head}.")
        found: list[tuple[str, str, int]] = []
        for index in range(depth):
            block = await self.ask("eth_getBlockByNumber", hex(head - depth + 1 + index), False)
            hashes = block["transactions"]
            found += [(hash_, await self.ask("eth_getRawTransactionByHash", hash_), index) for hash_ in hashes]
        return found

    async def _reorg(self, depth: int, pairs: list[list[Any]]) -> None:
        await self.ask("anvil_reorg", depth, pairs)
        self._kept = -1  # other blocks, the same head
        await self.set_time()  # the node forgets it

    async def _begin(self) -> None:
        await self._anvil.start()
        self.wallet = (await self.ask("eth_accounts"))[0]
        await self.set_time()
        for contract in TOKENS.values():
            if await self.ask("eth_getCode", contract, "latest") == "0x":
                await self.ask("anvil_setCode", contract, _CODE)
                await self.ask("evm_mine")
            if await self._balance(contract) < _PLENTY // 2:
                await self._send(WalletCall(contract, _MINT + word(self.wallet) + word(_PLENTY)))
        for placed in self._contracts:
            if await self.ask("eth_getCode", placed.address, "latest") == "0x":
                await self._place(placed)

    async def _place(self, placed: Contract) -> None:
        """From an account that the node plays for this moment."""
        await self.ask("anvil_setBalance", placed.caller, hex(_GAS))
        await self.ask("anvil_impersonateAccount", placed.caller)
        await self.ask("anvil_setCode", placed.address, placed.runtime)
        for call in placed.calls:
            await self._send(call, placed.caller)
        await self.ask("anvil_stopImpersonatingAccount", placed.caller)

    async def _balance(self, contract: str) -> int:
        call = {"to": contract, "data": _BALANCE + word(self.wallet)}
        return int(await self.ask("eth_call", call, "latest"), 16)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self._block_s or 1.0)
            with contextlib.suppress(Impossible, NodeFailed, NodeRefused, UpstreamFailed, OSError):
                if not self._anvil.is_alive:
                    await self._begin()
                if self._block_s:
                    await self._make_block()
                if (head := await self.head()) != self._kept:
                    await self._anvil.keep()
                    self._kept = head

    async def _make_block(self) -> None:
        latest = await self.ask("eth_getBlockByNumber", "latest", False)
        if latest["transactions"]:
            self._busy_until = int(latest["number"], 16) + _FRESH_BLOCKS
        if int(latest["number"], 16) < self._busy_until or time.monotonic() - self._mined_at > _IDLE_S:
            await self.ask("evm_mine")
            self._mined_at = time.monotonic()


def transfer(token: str, to: str, amount: int) -> WalletCall:
    """The call that sends some of a token, or of the coin itself (ETH), to an address."""
    if token == "ETH":  # noqa: S105  a coin's name
        return WalletCall(to, "0x", str(amount))
    return WalletCall(TOKENS[token], _TRANSFER + word(to) + word(amount))


def word(value: str | int) -> str:
    """An address or a number as 32 bytes of call data, in hex without 0x."""
    return f"{int(value, 16) if isinstance(value, str) else value:064x}"
