"""Addresses of EVM chains with the checksum of EIP-55: twenty bytes in hex, whose upper and lower case prove that none was mistyped. Pure.

The library is imported late: a process that never sees an address need not wait for it.
"""

import re
from typing import Final

_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")


def checksummed(text: str) -> str:
    """An address in any case, in the upper and lower case of EIP-55."""
    digits = text.lower().removeprefix("0x")
    marks = keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(mark, 16) >= 8 else digit for digit, mark in zip(digits, marks, strict=False)
    )


def is_address(text: str) -> bool:
    """Twenty bytes in hex; where upper and lower case are mixed, they must be the checksum."""
    if not _ADDRESS.fullmatch(text):
        return False
    digits = text[2:]
    return digits in {digits.lower(), digits.upper()} or text == checksummed(text)


def keccak(data: bytes) -> bytes:
    """The hash that Ethereum uses (Keccak-256, not SHA3-256): 32 bytes."""
    from eth_hash.auto import keccak as hashed

    digest: bytes = hashed(data)
    return digest
