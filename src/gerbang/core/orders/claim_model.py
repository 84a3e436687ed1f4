"""What buyers want back, as it is kept, where it may move, what may be answered, and which amount is believed. Pure.

A claim is the marketplace's, and so is its money: nothing of it is booked here, the statement books it. Amounts in minor units of the order's currency.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.errors import Conflict, FieldError, Invalid, NotFound
from gerbang.base.money import Money
from gerbang.core.orders.model import Item
from gerbang.core.settlements.model import Why, is_hundredfold
from gerbang.ports.marketplace_orders import ClaimKind, ClaimLine, ClaimStatus

CLAIM: Final = "claim"
CLAIM_PREFIX: Final = "clm"
Answer = Literal["accept", "refuse", "receive"]
_S = ClaimStatus


class ClaimNotFound(NotFound):
    code = "claim_not_found"
    title = "The order has no such claim"


class ClaimNotOurs(Conflict):
    """The goods go to the marketplace, which decides."""

    code = "claim_not_ours"
    title = "The marketplace decides about this claim"


class ClaimNotOpen(Conflict):
    """Where its lines stand does not allow the answer; nothing was sent."""

    code = "claim_not_open"
    title = "The claim does not wait for this answer"


class ClaimTooLate(Conflict):
    """Its deadline is over: the marketplace decides in the seller's place."""

    code = "claim_too_late"
    title = "The claim's deadline is over"


class ClaimHeld(Conflict):
    """Its amount is in doubt: whoever accepts it says so."""

    code = "claim_held"
    title = "The claim's amount is in doubt"


class BadAnswer(Invalid):
    code = "invalid_claim_answer"
    title = "The answer is not valid"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of a claim; `item` is ours, None of what the order does not have. `refund` is what goes back, None where it is not told, or in doubt:
    `readings` then are what the number may mean, and `held` says why none is believed.
    """

    id: str
    item: UUID | None
    status: ClaimStatus
    said: str
    refund: int | None = None
    readings: tuple[int, ...] = ()
    held: str = ""
    reason: str = ""
    tracking: str = ""
    decide_by: datetime | None = None
    is_dispute: bool = False


class BuyerClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim of a shop. `decide_by` is the nearest deadline of what waits for the seller; `waits` whether anything does. `version` is when the marketplace
    changed it last, `read_at` when that was read; `due_told` the deadline of which it was told that it is near.
    """

    id: UUID
    order_id: UUID
    connection: str
    external_id: str
    kind: ClaimKind
    to_seller: bool
    status: ClaimStatus
    waits: bool
    lines: tuple[Line, ...]
    decide_by: datetime | None
    held: str
    version: datetime | None
    read_at: datetime
    due_told: datetime | None
    sequence: int
    created_at: datetime
    updated_at: datetime


# How far a line has come: what is read twice under one version never leads back.
_RANK: Final[Mapping[ClaimStatus, int]] = {
    _S.UNKNOWN: 0,
    _S.REQUESTED: 0,
    _S.COMING_BACK: 1,
    _S.RECEIVED: 2,
    _S.REFUNDING: 3,
    _S.REFUSED: 4,
    _S.WITHDRAWN: 4,
    _S.REFUNDED: 4,
    _S.DONE: 4,
}
# Of lines that stand differently the first of these says where the claim stands.
_FIRST: Final = (
    _S.UNKNOWN, _S.REQUESTED, _S.RECEIVED, _S.COMING_BACK, _S.REFUNDING, _S.REFUSED, _S.REFUNDED, _S.DONE, _S.WITHDRAWN,
)  # fmt: skip
_ASKED: Final[frozenset[Answer]] = frozenset({"accept", "refuse"})
_NONE: Final[frozenset[Answer]] = frozenset()
_RETURNS: Final[Mapping[ClaimStatus, frozenset[Answer]]] = {
    _S.REQUESTED: _ASKED,
    _S.COMING_BACK: frozenset({"receive"}),
    _S.RECEIVED: _ASKED,
}


def answers(kind: ClaimKind, status: ClaimStatus, *, to_seller: bool) -> frozenset[Answer]:
    """What may be answered of a line that stands so: nothing where its goods go to the marketplace."""
    if kind is ClaimKind.RETURN:
        return _RETURNS.get(status, _NONE) if to_seller else _NONE
    return _ASKED if status is _S.REQUESTED else _NONE


def is_news(known: BuyerClaim, said: BuyerClaim) -> bool:
    """Whether what was read counts: the newest version does, and of one version what was read last, unless it leads back."""
    if known.version is not None and said.version is not None and known.version != said.version:
        return said.version > known.version
    if said.read_at < known.read_at:
        return False
    before = {line.id: _RANK[line.status] for line in known.lines}
    return all(_RANK[line.status] >= before.get(line.id, 0) for line in said.lines)


def folded(claim: BuyerClaim) -> BuyerClaim:
    """The same with what follows from its lines."""
    open_ = [line for line in claim.lines if _ASKED & answers(claim.kind, line.status, to_seller=claim.to_seller)]
    return replace(
        claim,
        status=min((line.status for line in claim.lines), key=_FIRST.index, default=_S.UNKNOWN),
        waits=bool(open_),
        decide_by=min((line.decide_by for line in open_ if line.decide_by is not None), default=None),
        held=next((line.held for line in claim.lines if line.held), ""),
    )


def line_of(told: ClaimLine, item: Item | None, currency: str) -> Line:
    """A line as the marketplace tells it, joined to our item."""
    refund, held = believed(told.refund, told.refund_otherwise, item, currency)
    readings = {one.amount for one in (told.refund, told.refund_otherwise) if one is not None} if held else set()
    return Line(
        id=told.id,
        item=item.id if item is not None else None,
        status=told.status,
        said=told.said,
        refund=refund,
        readings=tuple(sorted(readings)),
        held=held,
        reason=told.reason,
        tracking=told.tracking,
        decide_by=told.decide_by,
        is_dispute=told.is_dispute,
    )


def believed(refund: Money | None, otherwise: Money | None, item: Item | None, currency: str) -> tuple[int | None, str]:
    """Which reading of what goes back agrees with what was paid, and if none or both do, why none is believed (the words of settlements).

    What was paid exactly, with the shipping or without, is believed before what is a part of it.
    """
    readings = [one for one in (refund, otherwise) if one is not None]
    if not readings or all(one.amount == 0 for one in readings):
        return (0 if readings else None), ""
    if item is None or item.paid <= 0 or any(one.currency != currency for one in readings):
        return (readings[0].amount, "") if _is_proven(readings, currency, otherwise) else (None, Why.NOTHING_KNOWN)
    paid, shipping = item.paid * item.quantity, item.detail.shipping or 0
    exact = [one for one in readings if one.amount in (paid, paid + shipping)]
    fit = exact or [one for one in readings if one.amount > 0 and not is_hundredfold(one.amount, paid + shipping)]
    return (fit[0].amount, "") if len(fit) == 1 else (None, Why.HUNDREDFOLD)


def _is_proven(readings: Sequence[Money], currency: str, otherwise: Money | None) -> bool:
    return otherwise is None and all(one.currency == currency for one in readings)


def chosen(claim: BuyerClaim, answer: Answer, lines: Sequence[str] | None, now: datetime) -> Sequence[Line]:
    """The lines that are meant, each of which waits for this answer; without any named all that do. Raises ClaimNotOurs, BadAnswer, ClaimTooLate, ClaimNotOpen."""
    if claim.kind is ClaimKind.RETURN and not claim.to_seller:
        raise ClaimNotOurs("The goods go back to the marketplace: nothing is asked of the shop.")
    known = {line.id: line for line in claim.lines}
    strangers = [
        FieldError(f"/lines/{place}", "The claim has no such line.")
        for place, one in enumerate(lines or ())
        if one not in known
    ]
    if strangers:
        raise BadAnswer(errors=strangers)
    if lines is None:
        meant = [one for one in claim.lines if answer in answers(claim.kind, one.status, to_seller=claim.to_seller)]
        if not meant:
            raise ClaimNotOpen(errors=[FieldError("/lines", f"{one.id} is {one.status}.") for one in claim.lines[:20]])
    else:
        meant = [known[one] for one in dict.fromkeys(lines)]
    closed = [
        FieldError(f"/lines/{place}", f"It is {one.status}.")
        for place, one in enumerate(meant)
        if answer not in answers(claim.kind, one.status, to_seller=claim.to_seller)
    ]
    if closed:
        raise ClaimNotOpen(errors=closed)
    if len({one.status for one in meant}) > 1:
        raise BadAnswer(errors=[FieldError("/lines", "These lines stand differently: name those that stand alike.")])
    late = [one for one in meant if answer != "receive" and one.decide_by is not None and one.decide_by <= now]
    if late:
        raise ClaimTooLate(
            "The marketplace decides in the shop's place.",
            hint="Read the claim again in a moment.",
            errors=[FieldError("/lines", f"{one.id} was to be answered by {one.decide_by}.") for one in late[:20]],
        )
    return meant


def check_refusal(claim: BuyerClaim, status: ClaimStatus, reason: str, comment: str, images: Sequence[str]) -> None:
    """What a refusal must say: of a return its reason and a comment, and once the goods are back pictures; of money alone a comment. Raises BadAnswer with pointers."""
    is_return = claim.kind is ClaimKind.RETURN
    wanted = (
        (is_return and not reason, "/reason", "Name one of the reasons that are offered."),
        (claim.kind is not ClaimKind.CANCEL and not comment.strip(), "/comment", "Say why, for the buyer to read."),
        (is_return and status is _S.RECEIVED and not images, "/images", "Show by pictures what is wrong."),
    )
    missing = [FieldError(pointer, said) for is_missing, pointer, said in wanted if is_missing]
    if missing:
        raise BadAnswer(errors=missing)


def was_answered(kind: ClaimKind, answer: Answer, before: ClaimStatus, line: Line) -> bool:
    """Whether a line, as it was read after an answer was lost, shows that it was given (`Call.look_up` of the port: its status moved on)."""
    if answer == "refuse":
        return line.status is _S.REFUSED or (kind is ClaimKind.REFUND and line.is_dispute)
    return line.status not in (_S.REFUSED, _S.WITHDRAWN) and _RANK[line.status] > _RANK[before]


def parts(kind: ClaimKind, answer: Answer, lines: Sequence[str]) -> Sequence[Sequence[str]]:
    """What goes out in one call each: refusals and money alone line by line, the rest at once."""
    if kind is ClaimKind.REFUND or (kind is ClaimKind.RETURN and answer == "refuse"):
        return [(one,) for one in lines]
    return [tuple(lines)]


def read_claim_id(shown: str) -> UUID:
    """The inner form of a claim's id. Raises ClaimNotFound."""
    try:
        return ids.read(CLAIM_PREFIX, shown)
    except NotFound as error:
        raise ClaimNotFound from error


def refund_of(lines: Sequence[Line]) -> int | None:
    """What goes back for all of these; None where it is in doubt, or not told, of any."""
    told = [line.refund for line in lines if line.refund is not None]
    return sum(told) if told and len(told) == len(lines) else None
