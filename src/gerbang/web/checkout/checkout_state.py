"""Which page a payer sees for a payment, and its figures: a pure reading of the payment. Words and HTML stand elsewhere.

Payers never see held, unknown or disputed: for them we are checking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from gerbang.core.payments import amount_due, schedule
from gerbang.core.payments.model import (
    Attempt,
    AttemptStatus,
    Payment,
    PaymentDetail,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from gerbang.core.payments.refunds.model import NOT_PROMISED
from gerbang.ports.declines import REVERSALS
from gerbang.ports.next_action import DisplayCode, DisplayCrypto, DisplayQr, DisplayVirtualAccount, Redirect, Wait
from gerbang.web.checkout.crypto_view import NETWORKS, Seen
from gerbang.web.views.payment_steps import OPTION_TITLES

S = AttemptStatus
_TAKES_ATTEMPTS: Final = frozenset(
    {
        PaymentStatus.CREATED,
        PaymentStatus.PENDING,
        PaymentStatus.PART_PAID,
        PaymentStatus.FAILED,
        PaymentStatus.EXPIRED,
    }
)
_UNPAID: Final = frozenset({PaymentStatus.PENDING, PaymentStatus.PART_PAID, PaymentStatus.EXPIRED})
NO_TITLES: Final[Mapping[str, str]] = {}
COIN: Final = "coin"  # asset and network in one field of the chooser: `USDC.base`
PHONE: Final = "phone"


class CheckoutState(StrEnum):
    """One page each; the value names its template."""

    CHOOSE = "choose"
    ACCOUNT = "account"
    CODE = "code"
    QR = "qr"
    CRYPTO = "crypto"
    AWAY = "away"
    ASKING = "asking"
    APP = "app"
    OVER = "over"
    PREPARING = "preparing"
    CHECKING = "checking"
    PART_CLOSED = "part_closed"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVERSED = "reversed"
    RECEIPT = "receipt"


TIMED: Final = frozenset(
    {
        CheckoutState.ACCOUNT,
        CheckoutState.CODE,
        CheckoutState.QR,
        CheckoutState.CRYPTO,
        CheckoutState.AWAY,
        CheckoutState.APP,
    }
)
LIVE: Final = TIMED | {
    CheckoutState.ASKING,
    CheckoutState.OVER,
    CheckoutState.PREPARING,
    CheckoutState.CHECKING,
    CheckoutState.REVERSED,
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the bill; `amount` in minor units is that of the line, not of one piece."""

    name: str
    note: str
    amount: int


@dataclass(frozen=True, slots=True)
class Countdown:
    """The leaves of the gate: milliseconds in all and left, and whether it is time to say so in red."""

    until: datetime
    total_ms: int
    left_ms: int

    @property
    def leaf(self) -> int:
        """Width of one leaf in thousandths of the whole; both together cover what has gone."""
        return 500 - 500 * self.left_ms // self.total_ms if self.total_ms else 500

    @property
    def soon_ms(self) -> int:
        """From how many milliseconds on the time is short: 15 % of all, and five minutes at least."""
        return max(self.total_ms * 15 // 100, 300_000)

    @property
    def soon(self) -> bool:
        return self.left_ms <= self.soon_ms


def state_of(details: PaymentDetail, *, choosing: bool = False, returned: bool = False) -> CheckoutState:
    """The page for this payment. `choosing`: the payer asked to pay another way; `returned`: just back from a hosted page."""
    payment, attempt = details.payment, amount_due.payable(details)
    if payment.status in _UNPAID and not choosing and is_reversed(attempt or latest(details.attempts)):
        return CheckoutState.REVERSED
    match payment.status:
        case PaymentStatus.REFUNDED if payment.paid_at is None:  # only a part ever came, and it went back
            return CheckoutState.CANCELLED
        case PaymentStatus.PAID | PaymentStatus.PARTIALLY_REFUNDED | PaymentStatus.REFUNDED:
            return CheckoutState.RECEIPT
        case PaymentStatus.HELD | PaymentStatus.UNKNOWN | PaymentStatus.DISPUTED:
            return CheckoutState.CHECKING
        case PaymentStatus.CANCELLED:
            return CheckoutState.CANCELLED
        case PaymentStatus.FAILED:
            return CheckoutState.CHOOSE if choosing else CheckoutState.DECLINED
        case PaymentStatus.EXPIRED:
            return CheckoutState.CHOOSE if choosing else CheckoutState.EXPIRED
        case PaymentStatus.PART_PAID:
            if attempt is not None:
                return _instructions(attempt, returned=False)
            return CheckoutState.CHOOSE if choosing else CheckoutState.PART_CLOSED
        case PaymentStatus.CREATED | PaymentStatus.PENDING:
            must_choose = choosing or attempt is None or schedule.waits_for_provider(details.attempts)
            return CheckoutState.CHOOSE if must_choose or attempt is None else _instructions(attempt, returned=returned)


def is_reversed(attempt: Attempt | None) -> bool:
    """Whether money that had come in by the attempt was taken back, by a reorg or a bank, and is not in again."""
    return attempt is not None and attempt.failure is not None and attempt.failure.code in REVERSALS


def _instructions(attempt: Attempt, *, returned: bool) -> CheckoutState:
    match attempt.next_action:
        case DisplayVirtualAccount():
            return CheckoutState.ACCOUNT
        case DisplayCode():
            return CheckoutState.CODE
        case DisplayQr():
            return CheckoutState.QR
        case DisplayCrypto():
            return CheckoutState.CRYPTO
        case Redirect():
            return CheckoutState.ASKING if returned else CheckoutState.AWAY
        case Wait():
            return CheckoutState.APP
        case _:
            return CheckoutState.PREPARING


def latest(attempts: Sequence[Attempt]) -> Attempt | None:
    """The newest attempt, whatever became of it."""
    return max(attempts, key=lambda a: a.number, default=None)


def winner(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt that brought the money: the first one captured."""
    return min((a for a in attempts if a.captured), key=lambda a: a.number, default=None)


def only_abandoned(details: PaymentDetail) -> bool:
    """Whether the newest attempt was given up because its provider did not answer, or waits until it does."""
    last = latest(details.attempts)
    was_given_up = last is not None and last.status is S.ABANDONED
    return was_given_up or schedule.waits_for_provider(details.attempts)


def can_choose(payment: Payment, now: datetime, restart_for: timedelta) -> bool:
    """Whether another attempt may be made; for a while after the deadline too, which then moves."""
    is_open = payment.status in _TAKES_ATTEMPTS and payment.cancelled_at is None
    return is_open and now < payment.expires_at + restart_for


def last_choice(details: PaymentDetail) -> tuple[str, str]:
    """Method and option of the newest attempt, as the chooser's fields name them; empty before the first."""
    attempt = latest(details.attempts)
    if attempt is None:
        return "", ""
    return attempt.method.value, again(attempt).get(option_field(attempt), "")


def again(attempt: Attempt) -> Mapping[str, str]:
    """The chooser's fields for the same way once more."""
    field = option_field(attempt)
    value = f"{attempt.options['asset']}.{attempt.options.get('network', '')}" if field == COIN else ""
    return {"method": attempt.method.value} | ({field: value or attempt.options[field]} if field else {})


def option_field(attempt: Attempt) -> str:
    """The chooser's field for what was chosen within the method: `bank`, `coin`; empty where there is nothing to choose."""
    return COIN if "asset" in attempt.options else next(iter(attempt.options), "")


def is_over(checkout_state: CheckoutState, attempt: Attempt | None, now: datetime) -> bool:
    """Whether the time of these instructions is up, while the provider has not yet said that no money came."""
    return checkout_state in TIMED and attempt is not None and attempt.expires_at <= now


def countdown(attempt: Attempt, now: datetime) -> Countdown:
    """Time left of an attempt at `now`; never negative."""
    total = attempt.expires_at - attempt.created_at
    left = max(attempt.expires_at - now, timedelta())
    return Countdown(attempt.expires_at, _ms(total), min(_ms(left), _ms(total)))


def paid_twice(details: PaymentDetail) -> bool:
    """Whether more than one attempt brought the whole amount."""
    return sum(1 for a in details.attempts if a.captured >= a.amount) > 1


def items(payment: Payment) -> tuple[Item, ...]:
    """The lines of the bill, as far as the shop told them: `{name, note?, quantity?, amount}`, discounts below zero; a line without a whole amount is left out."""
    return tuple(item for line in payment.items if (item := _item(line)) is not None)


def _item(line: Mapping[str, Any]) -> Item | None:
    name, amount = line.get("name"), line.get("amount")
    if not isinstance(name, str) or type(amount) is not int:
        return None
    count, note = line.get("quantity", 1), str(line.get("note", ""))
    many = f"{count} ×" if type(count) is int and count > 1 else ""
    return Item(name, " ".join(part for part in (many, note) if part), amount)


def option_of(attempt: Attempt, titles: Mapping[str, str] = NO_TITLES) -> str:
    """The bank, store, wallet, or asset and network of an attempt, as people write it; empty where the method has none. `titles` are its
    provider's own, for what the market has no name for.
    """
    if "asset" in attempt.options:
        network = attempt.options.get("network", "")
        return f"{attempt.options['asset']} · {NETWORKS.get(network, network)}"
    value = attempt.options.get(option_field(attempt), "")
    return OPTION_TITLES.get(value) or titles.get(value, value)


def refunds_by_state(refunds: Sequence[Refund]) -> Mapping[str, tuple[Refund, ...]]:
    """Refunds as a payer understands them: `done`, `coming`, `needs` an account of theirs; failed ones are the shop's to mend."""
    promised = [r for r in refunds if r.approval not in NOT_PROMISED]
    return {
        "done": tuple(r for r in refunds if r.status is RefundStatus.SUCCEEDED),
        "coming": tuple(
            r for r in promised if r.status in (RefundStatus.REQUESTED, RefundStatus.SUBMITTED, RefundStatus.UNKNOWN)
        ),
        "needs": tuple(r for r in refunds if r.status is RefundStatus.AWAITING_TRANSFER),
    }


def mark_of(status: PaymentStatus, *, late: bool) -> str:
    """The mark and word of a payment's status: `late` beside the statuses themselves."""
    return "late" if late and status is PaymentStatus.PAID else status.value


def version_of(details: PaymentDetail, seen: Sequence[Seen] = ()) -> str:
    """A short text that changes whenever the page would: what an open page compares."""
    attempt = latest(details.attempts)
    steps = f"{attempt.number}.{attempt.status}.{int(attempt.next_action is not None)}" if attempt else "0"
    refunds = ".".join(sorted(r.status.value for r in details.refunds))
    blocks = ".".join(f"{one.sure}-{int(one.counted)}" for one in seen)
    return f"{details.payment.status}.{int(details.payment.late)}.{details.payment.amount_captured}.{steps}.{refunds}.{blocks}"


def _ms(span: timedelta) -> int:
    return int(span / timedelta(milliseconds=1))
