"""The play merchant's wallet: Gerbang gets its extended public key only, as of any wallet. Its private side stays with the sandbox."""

from typing import Final

SEED_BYTES: Final = 32
_ACCOUNT: Final = "m/44h/60h/0h"


def account_key(seed: bytes) -> str:
    """The extended public key (xpub) of the first account of the wallet that grows from this seed."""
    from bip32 import BIP32  # late: only a sandbox with a chain needs it

    key: str = BIP32.from_seed(seed).get_xpub_from_path(_ACCOUNT)
    return key
