"""Deposit addresses out of an extended public key: BIP-32 public derivation and EIP-55 addresses. No private key is ever taken. Pure.

The library is imported late: a process that never makes an address need not wait for it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gerbang.base import eip55

if TYPE_CHECKING:
    from bip32 import BIP32

_PUBLIC: Final = {bytes.fromhex("0488b21e"), bytes.fromhex("043587cf")}  # xpub, tpub
_PRIVATE: Final = {
    bytes.fromhex(version)  # xprv tprv, and the yprv zprv uprv vprv … of Bitcoin wallets
    for version in ("0488ade4", "04358394", "049d7878", "04b2430c", "0295b005", "02aa7a99", "044a4e28", "045f18bc")
}
_LENGTH: Final = 78
_HARDENED: Final = 1 << 31
_BRANCH: Final = re.compile(r"\d{1,10}(/\d{1,10})*")
_REFUSAL: Final = (
    "This is a private key or its recovery words. Gerbang never holds one, and has not kept it: export the extended PUBLIC key "
    "(xpub…) from the wallet, and move to a new key if this one was pasted anywhere else."
)


def complaint(key: str) -> str:
    """Why this is no extended public key, in words that never repeat it; empty when it is one."""
    if re.match(r"[a-zA-Z]prv", key) or re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", key) or len(key.split()) >= 12:
        return _REFUSAL
    raw = _decoded(key)
    if raw is None or len(raw) != _LENGTH:
        return "This is no extended public key (xpub…), or a character of it is wrong."
    if raw[:4] in _PRIVATE or raw[45] == 0:
        return _REFUSAL
    if raw[:4] not in _PUBLIC:
        return "Only keys that begin with xpub or tpub are taken; ypub and zpub are for Bitcoin."
    try:
        _branch(key, ())
    except ValueError:
        return "This extended key names no point of the curve."
    return ""


def branch_of(text: str) -> Sequence[int] | None:
    """`0`, `0/5`, or `m` for none: the path below the key, without hardened steps; None when it is no path."""
    if text == "m":
        return ()
    if not _BRANCH.fullmatch(text):
        return None
    steps = [int(step) for step in text.split("/")]
    return steps if all(step < _HARDENED for step in steps) else None


def path(branch: Sequence[int], number: int) -> str:
    """The path of a deposit address from the account of the extended key down, as wallets list it: `0/5`."""
    return "/".join(map(str, (*branch, number)))


def address(xpub: str, branch: Sequence[int], number: int) -> str:
    """The deposit address of one number, with its EIP-55 checksum; `number` is below 2^31."""
    assert 0 <= number < _HARDENED, f"no child of a public key: {number}"
    return address_of_point(_branch(xpub, tuple(branch)).get_pubkey_from_path([number]))


def address_of_point(point: bytes) -> str:
    """The address of a compressed secp256k1 public key: the last 20 bytes of the hash of its coordinates."""
    key = EllipticCurvePublicKey.from_encoded_point(SECP256K1(), point)
    coordinates = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
    return eip55.checksummed("0x" + eip55.keccak(coordinates)[-20:].hex())


@lru_cache(maxsize=64)
def _branch(xpub: str, branch: tuple[int, ...]) -> "BIP32":
    """The key that a connection's addresses are children of, worked out once."""
    from bip32 import BIP32

    chaincode, point = BIP32.from_xpub(xpub).get_extended_pubkey_from_path(list(branch))
    return BIP32(chaincode, pubkey=point, depth=1)


def _decoded(key: str) -> bytes | None:
    from bip32.base58 import b58decode_check

    try:
        raw: bytes = b58decode_check(key)
    except ValueError:  # a foreign character, or a wrong checksum
        return None
    return raw
