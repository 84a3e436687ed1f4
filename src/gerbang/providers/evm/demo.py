"""The merchant's own wallet in `gerbang up`, on the local chain. Its private side stays here: Gerbang gets its extended public key only."""

import secrets as chance
from typing import Final

from bip32 import BIP32

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace

_SEED_BYTES: Final = 32
_ACCOUNT: Final = "m/44h/60h/0h"


def account(place: DemoPlace) -> DemoAccount:
    """The connection: the first account of the wallet that grows from a seed of its own."""
    seed = bytes.fromhex(place.keys({"wallet_seed": lambda: chance.token_hex(_SEED_BYTES)})["wallet_seed"])
    xpub = BIP32.from_seed(seed).get_xpub_from_path(_ACCOUNT)
    # We look, and the local chain makes a block, every two seconds: of two confirmations nobody may ever see the first alone.
    return DemoAccount({"network": place.network, "rpc_urls": place.node_url, "xpub": xpub, "confirmations": "3"})


DEMO: Final = Demo((DemoConnection("evm-uji", "chain", account, ("rpc_urls", "xpub"), needs_chain=True),))
