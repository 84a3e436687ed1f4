"""Payment intents made by an independent hand: signed by eth-account, written for the contract by eth-abi."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from eth_abi.abi import encode
from eth_abi.packed import encode_packed
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_hash.auto import keccak

KEY: Final = b"\x42" * 32
_TUPLE: Final = "(uint256,uint256,address,address,address,uint256,bytes16,address,bytes,bytes)"
_PACKED: Final = (
    "uint256",
    "uint256",
    "address",
    "address",
    "address",
    "uint256",
    "bytes16",
    "address",
    "uint256",
    "address",
    "address",
)


@dataclass(frozen=True, slots=True)
class SignedIntent:
    """One intent of `operator`, signed with `key`, which need not be the operator's."""

    recipient: str
    currency: str
    payer: str
    contract: str
    operator: str
    recipient_amount: int = 99_000_000
    fee_amount: int = 1_000_000
    deadline: int = int(datetime(2040, 1, 1, tzinfo=UTC).timestamp())
    id: bytes = bytes.fromhex("00112233445566778899aabbccddeeff")
    prefix: bytes = b""
    key: bytes = KEY
    chain_id: int = 8_453

    @property
    def total(self) -> int:
        return self.recipient_amount + self.fee_amount

    @property
    def hash(self) -> bytes:
        values = (
            self.recipient_amount,
            self.deadline,
            self.recipient,
            self.currency,
            self.payer,
            self.fee_amount,
            self.id,
            self.operator,
            self.chain_id,
            self.payer,
            self.contract,
        )
        return bytes(keccak(encode_packed(_PACKED, values)))

    @property
    def signature(self) -> bytes:
        if self.prefix:
            return bytes(Account.unsafe_sign_hash(keccak(self.prefix + self.hash), self.key).signature)
        return bytes(Account.sign_message(encode_defunct(self.hash), self.key).signature)

    @property
    def call_data(self) -> str:
        """transferTokenPreApproved(intent)."""
        values = (
            self.recipient_amount,
            self.deadline,
            self.recipient,
            self.currency,
            self.payer,
            self.fee_amount,
            self.id,
            self.operator,
            self.signature,
            self.prefix,
        )
        return "0x04e0fc36" + encode([_TUPLE], [values]).hex()

    @staticmethod
    def operator_of(key: bytes) -> str:
        return str(Account.from_key(key).address)
