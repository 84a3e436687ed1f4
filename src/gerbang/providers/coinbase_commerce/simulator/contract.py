"""The Onchain Payment Protocol's contract as it must stand on the local chain, taking the intents of Coinbase's operator."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from gerbang.ports.simulator import Contract, WalletCall
from gerbang.providers.coinbase_commerce.simulator.intents import CONTRACT, OPERATOR

_REGISTER_OPERATOR: Final = "0x2acde098"


def contracts() -> Sequence[Contract]:
    """Its code, and the call by which the operator registers."""
    kept = msgspec.json.decode((Path(__file__).parent / "transfers.json").read_bytes())
    return [Contract(CONTRACT, kept["runtime"], OPERATOR, (WalletCall(CONTRACT, _REGISTER_OPERATOR),))]
