"""Money on charges of the onchain generation: one signed intent, one transaction. Pure.

The payer gives `recipient_amount + fee_amount` and is credited with both; `recipient_amount` of it reaches the merchant on the chain.
"""

from collections.abc import Sequence
from datetime import datetime

from gerbang.ports.facts import Captured, Claimed, Fact, Mismatched
from gerbang.ports.payment import Account
from gerbang.providers.coinbase_commerce import onchain, wire
from gerbang.providers.coinbase_commerce.account import CHAINS, is_verified, setting
from gerbang.providers.coinbase_commerce.clock import moment
from gerbang.providers.coinbase_commerce.states import State

ASSET = "USDC"


def money(account: Account, charge: wire.Charge, state: State, at: datetime | None) -> Sequence[Fact]:
    """What came in, by the charge's intent and success events; empty when they do not say.

    PENDING means that the merchant holds the money on a block that may yet be dropped. Our own node judges that better than we do here,
    so a claim is made at once; where the processor alone is believed, only COMPLETED, which it calls final, counts.
    """
    told = charge.web3_data
    intent = told.transfer_intent if told else None
    events = {wire.text(event.tx_hsh).lower(): event for event in (told.success_events if told else None) or ()}
    if intent is None or intent.call_data is None or intent.metadata is None or not events:
        return ()
    signed = read(intent.call_data)
    if signed is None:
        return (Mismatched("The payment intent cannot be read."),)
    odd = _oddity(account, signed, intent.metadata, list(events.values()))
    if odd:
        return (Mismatched(odd),)
    ((transaction, event),) = events.items()
    total, at = signed.recipient_amount + signed.fee_amount, moment(wire.text(event.timestamp)) or at
    if not is_verified(account):
        return (Captured(total, ASSET, at),) if state is State.PAID else ()
    network, recipient = CHAINS[_whole(event.chain_id)].network, "0x" + signed.recipient.hex()
    return (
        Claimed(
            total=total,
            currency=ASSET,
            network=network,
            transaction=transaction,
            recipient=recipient,
            onchain=signed.recipient_amount,
            at=at,
        ),
    )


def read(call: wire.CallData) -> onchain.Intent | None:
    """The intent as the contract takes it; None when a part is missing or malformed."""
    deadline = moment(wire.text(call.deadline))
    if deadline is None:
        return None
    try:
        return onchain.Intent(
            recipient_amount=_amount(call.recipient_amount),
            deadline=int(deadline.timestamp()),
            recipient=_bytes(call.recipient, 20),
            currency=_bytes(call.recipient_currency, 20),
            refund_destination=_bytes(call.refund_destination, 20),
            fee_amount=_amount(call.fee_amount),
            id=_bytes(call.id, 16),
            operator=_bytes(call.operator, 20),
            signature=_bytes(call.signature, 65),
            prefix=_bytes(call.prefix or "0x"),
        )
    except ValueError:
        return None


def _oddity(
    account: Account, intent: onchain.Intent, where: wire.IntentMetadata, events: Sequence[wire.SuccessEvent]
) -> str:
    """Why this money must not be believed without a person; empty when all agrees."""
    if len(events) != 1 or not _is_hash(events[0].tx_hsh):
        return "An intent can be paid once, by one transaction; the charge does not name exactly one."
    chain_id = _whole(where.chain_id)
    if chain_id not in CHAINS or _whole(events[0].chain_id) != chain_id:
        return "It was paid on another chain than the intent's, or on one that is not known here."
    if "0x" + intent.currency.hex() != CHAINS[chain_id].usdc:
        return "It settles in another token than the issuer's USDC."
    if wire.text(events[0].recipient).lower() not in {"", "0x" + intent.recipient.hex()}:
        return "It was paid to another recipient than the intent's."
    if not _is_pinned(account, "recipient", intent.recipient):
        return "It settles to another address than the connection's."
    if not _is_pinned(account, "operator", intent.operator):
        return "The intent is of another operator than the connection's."
    try:
        payer, contract = _bytes(where.sender, 20), _bytes(where.contract_address, 20)
    except ValueError:
        return "The payment intent cannot be read."
    return "" if intent.is_signed(chain_id, payer, contract) else "The intent is not signed by its operator."


def _is_pinned(account: Account, name: str, address: bytes) -> bool:
    return setting(account, name).lower() in {"", "0x" + address.hex()}


def _is_hash(value: wire.Loose) -> bool:
    try:
        return len(_bytes(value)) == 32
    except ValueError:
        return False


def _whole(value: wire.Loose) -> int:
    digits = wire.text(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else 0


def _amount(value: wire.Loose) -> int:
    digits = wire.text(value)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 77):
        raise ValueError(digits[:20])
    return int(digits)


def _bytes(value: wire.Loose, length: int | None = None) -> bytes:
    digits = wire.text(value)
    found = bytes.fromhex(digits.removeprefix("0x"))
    if not digits.startswith("0x") or (length is not None and len(found) != length):
        raise ValueError(digits[:20])
    return found
