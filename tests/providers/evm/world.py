"""A real node with the sandbox's tokens, an odd contract, and the calls that a payer makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import vyper
from eth_hash.auto import keccak

from gerbang.ports.payment import Account
from gerbang.ports.simulator import WalletCall
from gerbang.sandbox.chain.local import USDC, LocalChain, transfer, word

# The account key m/44'/60'/0' of the mnemonic "test … junk", whose addresses every developer knows.
XPUB: Final = (
    "xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZNSd54JoNXVsXFYSYwHsnJxqP"
)
SHOP: Final = "0x" + "5a" * 20
OTHER: Final = "0x" + "6b" * 20


def account(*urls: str, **settings: str) -> Account:
    values = {"network": "base", "rpc_urls": " ".join(urls), "xpub": XPUB, **settings}
    return Account("evm-test", livemode=False, settings=values, secrets={"rpc_key": [b"k3y"]})


@dataclass(slots=True)
class World:
    """The chain, and the address of the odd contract on it."""

    local: LocalChain
    odd: str

    async def pay(self, amount: int, to: str = SHOP, token: str = "USDC") -> str:
        return await self.local.send([transfer(token, to, amount)])

    async def act(self, function: str, *arguments: str | int, value: int = 0) -> str:
        """A call of the odd contract, or of the token where it is `approve`; the hash, whether it is carried out or not."""
        to = USDC if function.startswith("approve") else self.odd
        data = "0x" + keccak(function.encode())[:4].hex() + "".join(word(one) for one in arguments)
        return await self.local.send([WalletCall(to, data, str(value))])

    async def raw(self, **order: Any) -> str:
        """Send whatever it is, and only then look; a reverted transaction is mined too."""
        hash_: str = await self.local.ask(
            "eth_sendTransaction", {"from": self.local.wallet, "gas": hex(500_000), **order}
        )
        await self.local._mined(hash_)
        return hash_

    async def receipt(self, hash_: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await self.local._mined(hash_)
        return found


async def world_on(local: LocalChain) -> World:
    """The odd contract made on this chain."""
    world = World(local, "")
    hash_ = await world.raw(data=_odd_code(), gas=hex(5_000_000))
    world.odd = (await world.receipt(hash_))["contractAddress"]
    return world


@cache
def _odd_code() -> str:
    source = (Path(__file__).parent / "odd.vy").read_text()
    code: str = vyper.compile_code(source, output_formats=["bytecode"])["bytecode"]
    return code
