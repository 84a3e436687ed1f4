"""Money that goes back: which refund of a checkout is ours, how it stands, and what all of them are worth in the price. Pure.

A refund of ours carries in its reason who it is and what it is worth to us, so that two of the same amount are told apart, and what was
rounded to cents of a USDC on its way is counted as what was asked.
"""

import re
from dataclasses import dataclass
from typing import Final

from gerbang.base import ids
from gerbang.base.http import OutcomeUnknown
from gerbang.ports.payment import Quote, RefundRequest, SubmittedAttempt
from gerbang.providers.coinbase_checkouts import amounts, wire
from gerbang.providers.coinbase_checkouts.account import CURRENCY

_LABEL: Final = re.compile(r"\((ref_[0-9A-Z]{26}) (\d{1,30}) ([A-Z]{3,6})\)$")
_GOING: Final = frozenset({"PENDING", "COMPLETED"})
_WORDS: Final = 400


@dataclass(frozen=True, slots=True)
class Returned:
    """How one refund of ours stands at Coinbase: `status` in their words; `total` is what has gone back in all once it is COMPLETED, in
    minor units of the price; `reference` is theirs.
    """

    status: str
    total: int
    reference: str


def reason(refund_request: RefundRequest) -> str:
    """The reason that a refund of ours is sent with: the words, and behind them who it is and what it is worth."""
    words = "".join([char for char in refund_request.reason if char.isprintable()])[:_WORDS].strip()
    return f"{words} ({_name(refund_request)} {refund_request.amount.amount} {refund_request.amount.currency})".strip()


def part(submitted: SubmittedAttempt, refund_request: RefundRequest, before: wire.Checkout) -> int:
    """Base units to give back, of a checkout as it stands: the last part is all that is left there. Raises OutcomeUnknown."""
    left = int(_quote(submitted).amount) - _sum(before, _GOING)
    if refund_request.full or submitted.refunded + refund_request.amount.amount >= submitted.captured:
        return max(left, 0)
    return min(amounts.to_asset(_quote(submitted), submitted.amount.amount, refund_request.amount.amount), max(left, 0))


def find(submitted: SubmittedAttempt, answer: wire.Checkout, refund_request: RefundRequest) -> Returned | None:
    """The refund of ours that was asked for before, None when the checkout surely has none; raises OutcomeUnknown when that cannot be told."""
    for one in answer.refunds or ():
        label = _LABEL.search(wire.text(one.reason))
        if label is not None and label[1] == _name(refund_request):
            return Returned(wire.text(one.status), given_back(submitted, answer), wire.text(one.id))
    if _are_nameless(answer):
        return _find_nameless(submitted, answer, refund_request)
    if not answer.refunds and wire.text(answer.refunded_amount) and _sum(answer, _GOING) > _counted(submitted):
        return Returned("COMPLETED", submitted.refunded + refund_request.amount.amount, "")
    return None


def given_back(submitted: SubmittedAttempt, answer: wire.Checkout) -> int:
    """What has gone back so far, in minor units of the price. Raises OutcomeUnknown when the checkout does not say how much.

    A labelled refund is worth what its label says, any other its share of the price; a difference to what was counted before that
    rounding alone explains is none.
    """
    ours, of_others = 0, 0
    for one in answer.refunds or ():
        if wire.text(one.status) == "COMPLETED":
            label = _LABEL.search(wire.text(one.reason))
            if label is not None and label[3] == submitted.amount.currency:
                ours += int(label[2])
            else:
                of_others += _units(one.amount, one.currency)
    if not answer.refunds:
        of_others = _sum(answer, _GOING)
    if not ours and not of_others and wire.text(answer.status) in {"REFUNDED", "PARTIALLY_REFUNDED"}:
        raise OutcomeUnknown("Coinbase does not say how much went back.")
    if not of_others:
        return ours
    total = ours + amounts.to_price(_quote(submitted), submitted.amount.amount, of_others)
    rounding = len(answer.refunds or (0,)) * amounts.to_price(_quote(submitted), submitted.amount.amount, amounts.CENT)
    if _are_nameless(answer) and abs(total - submitted.refunded) < rounding:
        return submitted.refunded
    return min(total, max(submitted.captured, submitted.amount.amount))


def _find_nameless(
    submitted: SubmittedAttempt, answer: wire.Checkout, refund_request: RefundRequest
) -> Returned | None:
    """Coinbase keeps reasons to itself: ours is there when more went back than what was counted before."""
    refunds, back = answer.refunds or (), _sum(answer, _GOING)
    mine = amounts.to_asset(_quote(submitted), submitted.amount.amount, refund_request.amount.amount)
    if mine <= len(refunds) * amounts.CENT:
        raise OutcomeUnknown(
            "Coinbase does not say which refunds it made, and this one is too small to tell by the sum."
        )
    if back <= _counted(submitted):
        return None
    last = refunds[-1]
    return Returned(wire.text(last.status), submitted.refunded + refund_request.amount.amount, wire.text(last.id))


def _are_nameless(answer: wire.Checkout) -> bool:
    return bool(answer.refunds) and not any(wire.text(one.reason) for one in answer.refunds or ())


def _counted(submitted: SubmittedAttempt) -> int:
    return amounts.to_asset(_quote(submitted), submitted.amount.amount, submitted.refunded)


def _sum(answer: wire.Checkout, statuses: frozenset[str]) -> int:
    """Base units that went back, or are on their way. Raises OutcomeUnknown for what is no amount."""
    if answer.refunds:
        return sum(_units(one.amount, one.currency) for one in answer.refunds if wire.text(one.status) in statuses)
    return _units(answer.refunded_amount, answer.currency) if wire.text(answer.refunded_amount) else 0


def _units(amount: wire.Loose, currency: wire.Loose) -> int:
    units = amounts.units(wire.text(amount))
    if units is None or wire.text(currency) not in {"", CURRENCY}:
        raise OutcomeUnknown("Coinbase names a refund in no amount of USDC.")
    return units


def _name(refund_request: RefundRequest) -> str:
    return ids.show("ref", refund_request.refund)


def _quote(submitted: SubmittedAttempt) -> Quote:
    assert submitted.quote is not None, f"no quote for {submitted.reference}"
    return submitted.quote
