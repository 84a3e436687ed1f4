"""What a transfer to an address of ours means: does it count, yet, and what follows for the attempt. Reads no clock, node or database.

Nothing here believes a payer or a processor: what is expected comes from our own attempt and connection, what happened from our node.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gerbang.core.payments.model import Attempt
from gerbang.ports.chain import Head, Network, Receipt, Transfer
from gerbang.ports.facts import Captured, Claimed, Expired, Fact, Mismatched, Reversed
from gerbang.ports.next_action import DisplayCrypto
from gerbang.ports.payment import Quote


class Deposit(msgspec.Struct, frozen=True):
    """An address that was given out; `path` leads the owner's wallet to its key (empty when the connection has another wallet now, or cannot
    be used, and `problem` says why), `wallet` is that wallet's first address, `received` is base units as text. `payment` is empty for one
    that was shown before the database was restored from an older backup.
    """

    connection: str
    wallet: str
    number: int
    path: str
    address: str
    payment: str
    network: str
    asset: str
    received: str
    problem: str = ""


class State(StrEnum):
    """Where a transfer stands. SEEN may yet count; COUNTED may yet be taken back by a reorg; SETTLED is watched no more; GONE is on the
    chain no more; IGNORED never counts.
    """

    SEEN = "seen"
    COUNTED = "counted"
    SETTLED = "settled"
    GONE = "gone"
    IGNORED = "ignored"


Key = tuple[int, str, int]  # chain id, transaction and log: what names a transfer
MOVING: Final = frozenset({State.SEEN, State.COUNTED})
_SKEW: Final = timedelta(minutes=2)  # a block's time is what its maker says
_GRACE: Final = timedelta(seconds=30)  # our node may hear of a block a little later than the processor's
_PATIENCE: Final = timedelta(days=3)  # with a transaction that a processor names and our node does not know
_STANDING: Final = frozenset({State.COUNTED, State.SETTLED})
_TRAIL: Final = 4  # each block of the trail is up to so many times as far back as the one before it


class ClassifiedTransfer(msgspec.Struct, frozen=True):
    """A transfer and what it means; `asset` is empty for a token that we do not take. `verdict` is a stable word: `counts`, `waits`,
    `wrong_asset`, `wrong_network`, `unknown_token`, `worthless`, `too_early`, `gone`.
    """

    attempt: UUID
    chain_id: int
    network: str
    asset: str
    transfer: Transfer
    state: State
    verdict: str
    confirmations: int
    required: int

    def key(self) -> Key:
        """What names the transfer on its chain as it is now: a reorg may give its log another number."""
        return self.chain_id, self.transfer.transaction, self.transfer.log


class Place(msgspec.Struct, frozen=True):
    """A block by number and hash, up to which a chain was read; the hash is empty where it was not kept."""

    block: int
    hash: str


class Cursor(msgspec.Struct, frozen=True):
    """How far a chain was read: `place`, None where it never was; `trail` are blocks before it, the newest first. `reads` says what was
    read, `asked_at` is the moment by which an older reading is told from a newer one.
    """

    place: Place | None
    trail: tuple[Place, ...]
    reads: str
    asked_at: datetime


class ProcessorClaim(msgspec.Struct, frozen=True):
    """A processor's word that crypto came in, which our node must confirm; the amounts as in the port's Claimed. `known_s` is for how
    many seconds we have known of it.
    """

    attempt: UUID
    network: str
    transaction: str
    recipient: str
    total: int
    onchain: int
    known_s: float = 0.0

    def key(self) -> tuple[str, str]:
        """What names the transfers that it is about, on its chain."""
        return self.transaction, self.recipient


class ClaimVerdict(StrEnum):
    """What our node makes of a claim: OPEN until it says so, SEEN when what was claimed stands there, REFUTED when something else does."""

    OPEN = "open"
    SEEN = "seen"
    REFUTED = "refuted"


def claim_mismatch(attempt: Attempt, claim: Claimed) -> str:
    """Why a claim cannot be about what this attempt asked for; empty when it can."""
    quote, shown = attempt.quote, attempt.next_action
    if quote is None or (claim.currency, claim.network) != (quote.asset, quote.network):
        return f"The processor claims {claim.currency} on {claim.network}, which was not asked for."
    if isinstance(shown, DisplayCrypto) and shown.address.lower() != claim.recipient:
        return "The processor claims a transfer to another address than the payer was shown."
    if not 0 < claim.onchain <= claim.total:
        return "The processor claims an amount that cannot be."
    return ""


def check_claim(
    claim: ProcessorClaim, attempt: Attempt, network: Network, receipt: Receipt | None, head: Head
) -> tuple[ClaimVerdict, str]:
    """What our node makes of a claim, and what holds the payment meanwhile; nothing is concluded from a block that may yet go. A claim
    whose transaction is not there holds it, and is asked about for three days all the same.
    """
    if receipt is None:
        given_up = claim.known_s > _PATIENCE.total_seconds()
        unseen = "Our node does not see the transaction." if claim.known_s > _GRACE.total_seconds() else ""
        return (
            (ClaimVerdict.REFUTED, "Our node has never seen the transaction.")
            if given_up
            else (ClaimVerdict.OPEN, unseen)
        )
    if receipt.block > head.number:  # mined since this look began
        return ClaimVerdict.OPEN, ""
    moved = [
        one
        for one in receipt.transfers
        if receipt.succeeded and one.recipient == claim.recipient and _is_asked_for(attempt, network, one)
    ]
    if sum(one.amount for one in moved) >= claim.onchain:
        return ClaimVerdict.SEEN, ""
    if head.number - receipt.block + 1 < network.confirmations:
        return ClaimVerdict.OPEN, ""
    return ClaimVerdict.REFUTED, "The transaction does not move what the processor claims."


def classify(attempt: Attempt, network: Network, transfer: Transfer, head: Head) -> ClassifiedTransfer:
    """What one transfer, as the chain has it now, means for the attempt whose deposit address it went to."""
    assert attempt.quote is not None, f"an attempt without a quote has no deposit address: {attempt.id}"
    depth = max(0, head.number - transfer.block + 1)
    final = head.finalized is not None and transfer.block <= head.finalized
    deep = final if network.finalized else depth >= network.confirmations
    asset = network.asset(transfer.contract)
    if transfer.amount == 0:
        state, verdict = State.IGNORED, "worthless"
    elif asset is None:
        state, verdict = State.IGNORED, "unknown_token"
    elif transfer.at < attempt.created_at - _SKEW:
        state, verdict = State.IGNORED, "too_early"
    else:
        state = State.SEEN if not deep else State.SETTLED if depth >= network.settled_after else State.COUNTED
        verdict = "counts" if deep else "waits"
        if network.name != attempt.quote.network:
            verdict = "wrong_network"
        elif asset.symbol != attempt.quote.asset:
            verdict = "wrong_asset"
    symbol = "" if asset is None else asset.symbol
    shown = 0 if state is State.IGNORED else min(depth, network.settled_after)
    return ClassifiedTransfer(
        attempt=attempt.id,
        chain_id=network.chain_id,
        network=network.name,
        asset=symbol,
        transfer=transfer,
        state=state,
        verdict=verdict,
        confirmations=shown,
        required=network.confirmations,
    )


def gone(known: ClassifiedTransfer) -> ClassifiedTransfer:
    """A transfer that its chain does not have any more."""
    return replace(known, state=State.GONE, verdict="gone", confirmations=0)


def agreeing(judged: ClassifiedTransfer, *, doubted: bool) -> ClassifiedTransfer:
    """What counts only once two nodes see it alike waits as long as they do not."""
    if not doubted or judged.state not in _STANDING:
        return judged
    return replace(judged, state=State.SEEN, verdict="waits" if judged.verdict == "counts" else judged.verdict)


def keep_depth(known: ClassifiedTransfer | None, now: ClassifiedTransfer) -> ClassifiedTransfer:
    """The same block is never less deep than it was seen to be: a node whose head is behind takes nothing back."""
    if known is None or known.transfer != now.transfer or known.state not in _STANDING:
        return now
    return known if now.state is State.SEEN or known.confirmations > now.confirmations else now


def affected_attempts(known: ClassifiedTransfer | None, now: ClassifiedTransfer) -> frozenset[UUID]:
    """The attempts for which a transfer means something else than it did: more than its depth changed, or it was another's."""
    if known is None:
        return frozenset({now.attempt})
    same = replace(known, confirmations=now.confirmations) == now
    return frozenset() if same else frozenset({known.attempt, now.attempt})


def facts(attempt: Attempt, judged: Sequence[ClassifiedTransfer], claims: Sequence[ProcessorClaim] = ()) -> list[Fact]:
    """What all transfers to one attempt say together: totals, a retraction first where less stands than was counted before. What a
    processor kept of a claim that stands whole is credited to the payer as well.

    Money in another asset, or on another network of ours, is a person's matter: the attempt is held, and nothing is credited by guess.
    """
    assert attempt.quote is not None, f"an attempt without a quote has no deposit address: {attempt.id}"
    standing = [one for one in judged if one.state in _STANDING]
    counting = [one.transfer for one in standing if one.verdict == "counts"]
    total = sum(one.amount for one in counting)
    for claim in claims:
        if sum(one.amount for one in counting if (one.transaction, one.recipient) == claim.key()) >= claim.onchain:
            total += claim.total - claim.onchain
    found: list[Fact] = []
    if total < attempt.received:
        found.append(Reversed("The blockchain dropped a transfer that had been counted."))
    if total and total != attempt.received:
        found.append(Captured(total, attempt.quote.asset, _whole_since(attempt.quote, counting)))
    asked = f"{attempt.quote.asset} on {attempt.quote.network}" if attempt.quote.network else "not known any more"
    found += [
        Mismatched(f"{one.transfer.amount} base units of {one.asset} came on {one.network}; asked for was {asked}.")
        for one in standing
        if is_foreign(one)
    ]
    return found


def _whole_since(quote: Quote, counting: Sequence[Transfer]) -> datetime:
    """When what was asked for was in, or the last of it where it is not: a surplus that comes after the deadline makes nothing late."""
    came, enough = 0, int(quote.amount) - int(quote.tolerance)
    in_order = sorted(counting, key=lambda one: one.at)
    for one in in_order:
        came += one.amount
        if came >= enough:
            return one.at
    return in_order[-1].at


def is_foreign(one: ClassifiedTransfer) -> bool:
    """Whether it stands, and is another asset or on another network than was asked for."""
    return one.state in _STANDING and one.verdict in ("wrong_asset", "wrong_network")


def is_over(
    attempt: Attempt, network: Network, judged: Sequence[ClassifiedTransfer], head: Head, now: datetime
) -> Sequence[Fact]:
    """`Expired`, once its time is over by our clock and that of its own chain, and nothing that came may yet count."""
    asked_here = attempt.quote is not None and attempt.quote.network == network.name
    over = asked_here and now >= attempt.expires_at and head.at >= attempt.expires_at
    return (Expired(),) if over and not any(one.state in MOVING for one in judged) else ()


def _is_asked_for(attempt: Attempt, network: Network, transfer: Transfer) -> bool:
    asset = network.asset(transfer.contract)
    return asset is not None and attempt.quote is not None and asset.symbol == attempt.quote.asset


def reorg_checkpoints(before: Sequence[Place], place: Place) -> tuple[Place, ...]:
    """Blocks by which a chain is known again, the newest first: of those between 1, 4, 16 … blocks below `place` the lowest is kept."""
    kept: dict[int, Place] = {}
    for one in sorted({*before}, key=lambda one: -one.block):
        back = place.block - one.block
        if back > 0 and one.hash:
            kept[(back.bit_length() - 1) // (_TRAIL.bit_length() - 1)] = one
    return tuple(sorted(kept.values(), key=lambda one: -one.block))
