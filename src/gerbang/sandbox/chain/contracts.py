"""Contracts that belong on the local chain besides its tokens: which code stands where, and what must be said to it once."""

from pathlib import Path
from typing import Final

import msgspec

from gerbang.ports.simulator import WalletCall

_REGISTER_OPERATOR: Final = "0x2acde098"


class Contract(msgspec.Struct, frozen=True):
    """`runtime` is put at `address`, then `caller`, whose key nobody has, sends `calls`."""

    address: str
    runtime: str
    caller: str
    calls: tuple[WalletCall, ...]


def transfers(address: str, operator: str) -> Contract:
    """The Onchain Payment Protocol's contract, which takes the intents of this one operator."""
    kept = msgspec.json.decode((Path(__file__).parent / "transfers.json").read_bytes())
    return Contract(address, kept["runtime"], operator, (WalletCall(address, _REGISTER_OPERATOR),))
