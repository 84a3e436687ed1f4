"""What is still due once a part of a payment came, and which instructions ask for just that. Pure.

Whatever shows or sends an amount asks here: page, QR, wallet button, API, mail, console and the next attempt.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from gerbang.base.erc681 import asking
from gerbang.core.payments.machine import OPEN
from gerbang.core.payments.model import Attempt, AttemptStatus, Payment, PaymentDetail
from gerbang.ports.declines import DeclineCode
from gerbang.ports.next_action import (
    DisplayCode,
    DisplayCrypto,
    DisplayQr,
    DisplayVirtualAccount,
    NextAction,
    Redirect,
    Wait,
)
from gerbang.ports.payment import Quote


def owed(payment: Payment) -> int:
    """Minor units that are still to be paid."""
    return max(payment.amount - received(payment), 0)


def received(payment: Payment) -> int:
    """Minor units that came in and count towards the bill: what goes back of a part does not."""
    return payment.amount_captured - payment.returned_parts


def late_reason(payment: Payment) -> str | None:
    """What money came too late for: `cancelled` or `expired`; None where none did."""
    if not payment.late:
        return None
    called_off = payment.cancelled_at
    return "cancelled" if called_off and (payment.paid_at is None or payment.paid_at >= called_off) else "expired"


def payable(details: PaymentDetail) -> Attempt | None:
    """The attempt whose instructions count: the newest that can be paid and asks for what is due."""
    open_ones = (a for a in details.attempts if a.status in OPEN and asks_for_the_rest(a, owed(details.payment)))
    return max(open_ones, key=lambda a: a.number, default=None)


def asks_for_the_rest(attempt: Attempt, rest: int) -> bool:
    """Whether the payer can pay just the `rest` of the payment, in minor units, by this attempt.

    An address of our own takes any amount, and a processor's what is missing there. Everything else is registered for one amount and taken
    once: a virtual account or a till's code that a part came to takes nothing more, however much is missing, nor does one whose payment the
    bank took back.
    """
    if attempt.deposit is not None:
        return True
    if is_dead(attempt):
        return False
    takes_parts = isinstance(attempt.next_action, DisplayCrypto)
    return attempt.amount - attempt.captured == rest and (takes_parts or not attempt.captured)


def is_dead(attempt: Attempt) -> bool:
    """Whether its number or code was used up by a payment that the bank took back: nobody can pay by it any more."""
    return attempt.failure is not None and attempt.failure.code == DeclineCode.TRANSFER_REVERSED


def too_much(attempts: Sequence[Attempt], rest: int) -> list[Attempt]:
    """The attempts that wait for more than the `rest` of their payment, for a part came elsewhere, and cannot ask for less: to be closed."""
    return [
        a
        for a in attempts
        if a.status is AttemptStatus.PENDING and a.amount - a.captured > rest and not asks_for_the_rest(a, rest)
    ]


def instructions(attempt: Attempt, rest: int) -> NextAction | None:
    """What the payer must do for the `rest` of the payment by this attempt. Of crypto, to wait once all of it is on its way."""
    match attempt.next_action:
        case DisplayCrypto(uri=uri, page=page) as shown if attempt.quote is not None:
            amount = units(attempt, attempt.quote, rest)
            if amount == int(shown.amount):
                return shown
            if not amount:
                return Wait()
            same = amount == int(attempt.quote.amount)  # a processor's page asks for all that was registered with it
            return replace(shown, amount=str(amount), uri=asking(uri, amount), page=page if same else "")
        case (
            DisplayVirtualAccount()
            | DisplayCode()
            | DisplayQr()
            | DisplayCrypto()
            | Redirect()
            | Wait()
            | None as shown
        ):
            return shown


def asked_in_coins(details: PaymentDetail) -> DisplayCrypto | None:
    """What the newest attempt that asks for crypto asks its payer to send, the rest after a part; when nothing is owed, what it asked for."""
    newest = next((a for a in reversed(details.attempts) if isinstance(a.next_action, DisplayCrypto)), None)
    left = instructions(newest, owed(details.payment)) if newest else None
    shown = left if isinstance(left, DisplayCrypto) else newest.next_action if newest else None
    return shown if isinstance(shown, DisplayCrypto) else None


def units(attempt: Attempt, quote: Quote, rest: int) -> int:
    """Base units that are still to be sent for the `rest` of the payment: exactly these sent, nothing is owed any more.

    What our node saw and does not count yet is on its way, and not asked for again.
    """
    asked, target = attempt.amount, attempt.captured + rest
    details = int(quote.amount)
    wanted = details if target == asked else -(-target * details // asked)
    return max(wanted - attempt.received - attempt.arriving, 0) if rest else 0


def shrunk(attempt: Attempt, rest: int) -> Attempt:
    """The same attempt asking for the `rest` of the payment only; as it is where it asks for no more than that."""
    if rest >= attempt.amount or not rest:
        return attempt
    quote = attempt.quote
    if quote is not None:
        amount, tolerance = (int(text) * rest for text in (quote.amount, quote.tolerance))
        fewer = {"amount": str(-(-amount // attempt.amount)), "tolerance": str(tolerance // attempt.amount)}
        quote = replace(quote, **fewer)
    return replace(attempt, amount=rest, quote=quote)
