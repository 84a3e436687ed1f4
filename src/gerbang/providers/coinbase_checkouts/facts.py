"""From Coinbase's answers to our facts: pure, so that every status can be tried without a network. Decides nothing about payments."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from gerbang.base.erc681 import token_uri
from gerbang.base.http import OutcomeUnknown
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import (
    Accepted,
    Cancelled,
    Captured,
    Claimed,
    Declined,
    Expired,
    Fact,
    Mismatched,
    RefundSettled,
)
from gerbang.ports.next_action import DisplayCrypto, Redirect
from gerbang.ports.payment import Submission, SubmittedAttempt
from gerbang.providers.coinbase_checkouts import amounts, refunds, wire
from gerbang.providers.coinbase_checkouts.account import CURRENCY, Network

OUR_REFERENCE: Final = "attempt"  # the metadata's name for our reference
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}")
_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")


class State(Enum):
    """What a checkout's status means to us."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


STATES: Final[Mapping[str, State]] = {
    "ACTIVE": State.OPEN,
    "PROCESSING": State.OPEN,
    "COMPLETED": State.PAID,
    "PARTIALLY_REFUNDED": State.PAID,
    "REFUNDED": State.PAID,
    "FAILED": State.FAILED,
    "EXPIRED": State.EXPIRED,
    "DEACTIVATED": State.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a checkout says: `facts`, and `oddity` for the log when part of it could not be believed or understood."""

    facts: Sequence[Fact]
    oddity: str = ""


def registered(submission: Submission, answer: wire.Checkout, network: Network) -> Fact:
    """A checkout to pay. Raises OutcomeUnknown when the answer lacks what the payer and a later inquiry need."""
    reference, quote = wire.text(answer.id), submission.quote
    assert quote is not None, f"no quote for {submission.reference}"
    if not _ID.fullmatch(reference):
        raise OutcomeUnknown("Coinbase made a checkout without an id.")
    odd = _oddity(answer, submission.reference, int(quote.amount), network)
    if odd:
        return Mismatched(odd)
    page, address = wire.text(answer.url), wire.text(answer.address)
    page = page if page.startswith(("https://", "http://")) else ""
    until = moment(wire.text(answer.expires_at)) or submission.expires_at
    if _ADDRESS.fullmatch(address):
        uri = token_uri(network.chain_id, network.token, address, quote.amount)
        shown = DisplayCrypto(
            network=network.name, asset=CURRENCY, address=address, amount=quote.amount, uri=uri, page=page
        )
        return Accepted(reference, shown, until)
    if not page:
        raise OutcomeUnknown("Coinbase made a checkout without an address or a page to pay at.")
    return Accepted(reference, Redirect(page), until)


def inquired(submitted: SubmittedAttempt, answer: wire.Checkout, network: Network, *, verify: bool) -> Finding:
    """What a checkout means now, by the one table of statuses; an unknown one means nothing yet, and an alert."""
    assert submitted.quote is not None, f"no quote for {submitted.reference}"
    if wire.text(answer.id) != submitted.provider_reference:
        return _mismatch("The answer is about another checkout.")
    odd = _oddity(answer, submitted.reference, int(submitted.quote.amount), network)
    if odd:
        return _mismatch(odd)
    match STATES.get(wire.text(answer.status)):
        case State.PAID:
            paid = paid_by(answer, network, verify=verify)
            back = refunds.given_back(submitted, answer)
            settled = (RefundSettled(back, submitted.amount.currency),) if back else ()
            return Finding((*paid.facts, *settled), paid.oddity)
        case None:
            return Finding((), "The checkout has a status that is in no table.")
        case state:
            return Finding(ended(state))


def ended(state: State) -> Sequence[Fact]:
    """What a status without money says."""
    match state:
        case State.FAILED:
            return (Declined(DeclineCode.PAYMENT_FAILED, "Coinbase could not complete the transfer."),)
        case State.EXPIRED:
            return (Expired(),)
        case State.CANCELLED:
            return (Cancelled(),)
        case State.OPEN | State.PAID:
            return ()


def paid_by(answer: wire.Checkout, network: Network, *, verify: bool) -> Finding:
    """The money of a paid checkout: on Coinbase's word, or as a claim that our own node must confirm."""
    total = amounts.units(wire.text(answer.amount))
    if total is None or wire.text(answer.currency) != CURRENCY:
        return _mismatch("It was paid in something else than USDC.")
    at = moment(wire.text(answer.updated_at)) if wire.text(answer.status) == "COMPLETED" else None
    if not verify:
        return Finding((Captured(total, CURRENCY, at),))
    transaction, recipient = wire.text(answer.transaction_hash), wire.text(answer.address)
    if not (_HASH.fullmatch(transaction) and _ADDRESS.fullmatch(recipient)):
        return Finding((), "Coinbase says that it is paid, and names no transfer that our node could look for.")
    claim = Claimed(
        total=total,
        currency=CURRENCY,
        network=network.name,
        transaction=transaction.lower(),
        recipient=recipient.lower(),
        onchain=total,
        at=at,
    )
    return Finding((claim,))


def moment(told: str) -> datetime | None:
    """Their time as ours; None for what is none."""
    try:
        when = datetime.fromisoformat(told)
    except ValueError:
        return None
    return when if when.tzinfo is not None else None


def _oddity(answer: wire.Checkout, reference: str, asked: int, network: Network) -> str:
    """What in a checkout is not what we asked for; what it does not say is not held against it."""
    if wire.text((answer.metadata or {}).get(OUR_REFERENCE)) not in {"", reference}:
        return "The answer is about another order of ours."
    if wire.text(answer.currency) not in {"", CURRENCY}:
        return "The checkout is in another currency."
    if wire.text(answer.amount) and amounts.units(wire.text(answer.amount)) != asked:
        return "The checkout has another amount."
    if wire.text(answer.network) not in {"", network.name, *network.also}:
        return "The checkout is on another network."
    if wire.text(answer.token_address).lower() not in {"", network.token.lower()}:
        return "The checkout takes another token."
    return ""


def _mismatch(why: str) -> Finding:
    return Finding((Mismatched(why),), why)
