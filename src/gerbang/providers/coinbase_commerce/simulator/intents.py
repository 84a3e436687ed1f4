"""Payment intents as the operator of the simulated Commerce signs them, and the calls by which a wallet pays one. Nothing of Gerbang's.

Source: notes section 3; its vector is the test. The key is the made-up one of that vector: it guards play money only.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from gerbang.ports.simulator import WalletCall

OPERATOR: Final = "0x17c5185167401eD00cF5F5b2fc97D9BBfDb7D025"
CONTRACT: Final = "0x03059433BCdB6144624cC2443159D9445C32b7a8"  # the newest that was seen on Base
CHAIN_ID: Final = 8453
USDC: Final = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
PAYER: Final = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"  # the sandbox's demo wallet
_KEY: Final = b"\x42" * 32
_K2: Final = b"K2 Informational Message: 32 "
_APPROVE: Final = "095ea7b3"
_PAY_PRE_APPROVED: Final = "04e0fc36"  # transferTokenPreApproved(TransferIntent)
_HEAD_WORDS: Final = 10


class Intent:
    """One intent, signed for one payer. `amount` is what the payer gives; a hundredth of it is the fee."""

    def __init__(
        self, charge_id: str, amount: int, recipient: str, payer: str, deadline: datetime, *, k2: bool
    ) -> None:
        self.id = sha256(charge_id.encode()).digest()[:16]
        self.amount = amount
        self.fee = amount // 100
        self.recipient = recipient
        self.payer = payer
        self.deadline = int(deadline.timestamp())
        self.prefix = _K2 if k2 else b""
        self.signature = sign(self._digest())

    def call_data(self) -> dict[str, Any]:
        """The intent as the API shows it, but for the deadline, which is a time there."""
        return {
            "fee_amount": str(self.fee),
            "id": _hex(self.id),
            "operator": OPERATOR,
            "prefix": _hex(self.prefix),
            "recipient": self.recipient,
            "recipient_amount": str(self.amount - self.fee),
            "recipient_currency": USDC,
            "refund_destination": self.payer,
            "signature": _hex(self.signature),
        }

    def wallet_calls(self) -> tuple[WalletCall, ...]:
        """What pays it: the token is approved to the contract, then the contract takes it."""
        approve = _APPROVE + _word(CONTRACT).hex() + _word(self.amount).hex()
        pay = _PAY_PRE_APPROVED + _word(32).hex() + self._tuple().hex()
        return (WalletCall(USDC, "0x" + approve), WalletCall(CONTRACT, "0x" + pay))

    def _tuple(self) -> bytes:
        fixed = (
            self.amount - self.fee,
            self.deadline,
            self.recipient,
            USDC,
            self.payer,
            self.fee,
            self.id.ljust(32, b"\0"),
            OPERATOR,
        )
        signature, prefix = _bytes(self.signature), _bytes(self.prefix)
        at = 32 * _HEAD_WORDS
        offsets = _word(at) + _word(at + len(signature))
        return b"".join([_word(value) for value in fixed]) + offsets + signature + prefix

    def _digest(self) -> bytes:
        packed = (
            _word(self.amount - self.fee),
            _word(self.deadline),
            _address(self.recipient),
            _address(USDC),
            _address(self.payer),
            _word(self.fee),
            self.id,
            _address(OPERATOR),
            _word(CHAIN_ID),
            _address(self.payer),
            _address(CONTRACT),
        )
        return signed_digest(keccak(b"".join(packed)), self.prefix)


def signed_digest(intent_hash: bytes, prefix: bytes) -> bytes:
    """What the operator puts the signature under."""
    return keccak((prefix or b"\x19Ethereum Signed Message:\n32") + intent_hash)


@lru_cache(maxsize=2_048)  # every look at the orders asks for all open ones
def sign(digest: bytes) -> bytes:
    """r, s and v (27 or 28) by the operator's key."""
    from coincurve import PrivateKey

    signature = PrivateKey(_KEY).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([27 + signature[64]])


def made_up_transaction(*parts: str) -> str:
    """A hash that no chain has."""
    return _hex(sha256(":".join(parts).encode()).digest())


def keccak(data: bytes) -> bytes:
    from eth_hash.auto import keccak as hashed

    found: bytes = hashed(data)
    return found


def contract_addresses() -> Mapping[str, str]:
    return {str(CHAIN_ID): CONTRACT}


def settlement_addresses() -> Mapping[str, str]:
    return {str(CHAIN_ID): USDC}


def _word(value: int | str | bytes) -> bytes:
    """One word of call data: numbers and addresses stand right in it, bytes as they are."""
    if isinstance(value, bytes):
        return value
    return value.to_bytes(32, "big") if isinstance(value, int) else _address(value).rjust(32, b"\0")


def _bytes(value: bytes) -> bytes:
    """Length, then the bytes filled up to whole words."""
    return _word(len(value)) + value.ljust(-(-len(value) // 32) * 32, b"\0")


def _address(value: str) -> bytes:
    return bytes.fromhex(value[2:])


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
