"""The Onchain Payment Protocol as far as a payee must know it: what an operator signs, who signed it, what the contract logs. Pure.

Source: coinbase/commerce-onchain-payment-protocol, `Transfers.sol`. The two libraries are imported late: only charges of this generation
need them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TRANSFERRED: Final = "Transferred(address,bytes16,address,address,uint256,address)"
_PERSONAL: Final = b"\x19Ethereum Signed Message:\n32"
_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment intent. Addresses are 20 bytes, `id` 16; amounts are base units of `currency` (zeroes: the native coin); `deadline` is
    Unix time. The payer gives the recipient's amount and the fee together.
    """

    recipient_amount: int
    deadline: int
    recipient: bytes
    currency: bytes
    refund_destination: bytes
    fee_amount: int
    id: bytes
    operator: bytes
    signature: bytes
    prefix: bytes

    def hash(self, chain_id: int, payer: bytes, contract: bytes) -> bytes:
        """What names this intent for this payer in this contract: 264 bytes packed without padding, hashed."""
        return keccak(
            b"".join(
                (
                    _number(self.recipient_amount),
                    _number(self.deadline),
                    self.recipient,
                    self.currency,
                    self.refund_destination,
                    _number(self.fee_amount),
                    self.id,
                    self.operator,
                    _number(chain_id),
                    payer,
                    contract,
                )
            )
        )

    def is_signed(self, chain_id: int, payer: bytes, contract: bytes) -> bool:
        """Whether the operator that the intent names has signed it, for this payer, chain and contract."""
        return signer(digest(self.hash(chain_id, payer, contract), self.prefix), self.signature) == self.operator


@dataclass(frozen=True, slots=True)
class Transferred:
    """What the contract logs of a payment. `spent` of `currency` is what the payer gave, which after a swap is not what the payee got."""

    operator: bytes
    id: bytes
    recipient: bytes
    sender: bytes
    spent: int
    currency: bytes


def digest(intent_hash: bytes, prefix: bytes) -> bytes:
    """What is signed: a personal message of the hash (EIP-191), or the hash behind the operator's own prefix."""
    return keccak((prefix or _PERSONAL) + intent_hash)


def signer(signed: bytes, signature: bytes) -> bytes | None:
    """The address whose key made the signature (r, s, v); None when it is none."""
    if len(signature) != 65 or signature[64] not in {0, 1, 27, 28}:
        return None
    from coincurve import PublicKey

    recoverable = signature[:64] + bytes([signature[64] % 27])
    try:
        point = PublicKey.from_signature_and_message(recoverable, signed, hasher=None)
    except ValueError:
        return None
    return keccak(point.format(compressed=False)[1:])[-20:]


def transferred(topics: Sequence[bytes], data: bytes) -> Transferred | None:
    """The log of a payment; None for any other log. The id stands left in its word, addresses and numbers right."""
    if len(topics) != 2 or topics[0] != keccak(TRANSFERRED.encode()) or len(data) != 5 * _WORD:
        return None
    id_, recipient, sender, spent, currency = (data[at : at + _WORD] for at in range(0, len(data), _WORD))
    return Transferred(
        operator=topics[1][-20:],
        id=id_[:16],
        recipient=recipient[-20:],
        sender=sender[-20:],
        spent=int.from_bytes(spent, "big"),
        currency=currency[-20:],
    )


def selector(signature: str) -> bytes:
    """The four bytes that name a function or an error of a contract."""
    return keccak(signature.encode())[:4]


def keccak(data: bytes) -> bytes:
    """Keccak-256, which is not SHA3-256."""
    from eth_hash.auto import keccak as hashed

    found: bytes = hashed(data)
    return found


def _number(value: int) -> bytes:
    return value.to_bytes(_WORD, "big")
