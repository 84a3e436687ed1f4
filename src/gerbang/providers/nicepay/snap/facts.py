"""From SNAP's answers to our facts: pure, so that every status can be tried without a network. Decides nothing about payments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.declines import DeclineCode
from gerbang.ports.facts import (
    Accepted,
    Cancelled,
    Captured,
    Declined,
    Expired,
    Fact,
    Mismatched,
    RefundSettled,
    Reversed,
)
from gerbang.ports.next_action import DisplayQr, DisplayVirtualAccount, Redirect, Wait
from gerbang.ports.payment import Method, Submission, SubmittedAttempt
from gerbang.providers.nicepay import timestamps
from gerbang.providers.nicepay.account import BANKS
from gerbang.providers.nicepay.snap import codes, wire
from gerbang.providers.nicepay.snap.client import words
from gerbang.providers.nicepay.wire import text

CURRENCY: Final = "IDR"
IN_THE_APP: Final = "OVO"  # asks the payer in the app: there is no page to be sent to
NOT_FOUND_BY_OURS: Final = Mismatched(
    "NICEPAY looks no order up by our reference: see in its back office whether this one was paid."
)
_SURELY_NOT_COMING: Final = timedelta(minutes=2)  # many times what a call may take


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inquiry said: `facts`, and `oddity` for the log when part of it could not be believed or understood."""

    facts: Sequence[Fact]
    oddity: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A status answer of any method: `total` is what was paid, None when that is not told, `back` what went back of it."""

    reference: str
    ours: str
    state: codes.State | None
    status: str
    words: str
    total: int | None
    back: int | None
    wrong_amount: bool
    at: datetime | None


def declined(answer: wire.Result) -> Declined | None:
    """The refusal of this one order that an answer carries, in our code and their words."""
    meaning = codes.meaning(text(answer.response_code))
    if meaning.verdict is not codes.Verdict.DECLINED:
        return None
    return Declined(meaning.code, words(answer) or meaning.text, text(answer.response_code))


def virtual_account(submission: Submission, answer: wire.AccountAnswer) -> Fact:
    """A registered number to pay to. Raises OutcomeUnknown when the answer lacks what the payer and a later inquiry need."""
    bank, data = submission.options["bank"], answer.data
    odd = _registration_oddity(submission, text(data.trx_id), data.total_amount)
    if answer.info("bank_cd") not in {"", BANKS[bank]}:
        odd = odd or "The number is of another bank than the one asked for."
    if odd:
        return Mismatched(odd)
    number = "".join(text(data.virtual_account_no).split())
    if not (number.isascii() and number.isdigit()):
        raise OutcomeUnknown("NICEPAY registered the order without a virtual account number.")
    until = timestamps.read(answer.info("vacct_valid_dt"), answer.info("vacct_valid_tm"))
    reference = _reference(answer.info("t_xid_va"))
    return Accepted(reference, DisplayVirtualAccount(bank, number), until or submission.expires_at)


def wallet(submission: Submission, answer: wire.Made, base_url: str) -> Fact:
    """A page of the wallet's, or a push to its app. Raises OutcomeUnknown when the payer would have nowhere to go."""
    odd = _registration_oddity(submission, text(answer.partner_reference_no), answer.amount)
    if odd:
        return Mismatched(odd)
    reference = _reference(text(answer.reference_no))
    schemes = ("https://", "http://") if base_url.startswith("http://") else ("https://",)
    urls = [text(answer.web_redirect_url), text(answer.app_redirect_url)]
    url = next((one for one in urls if one.startswith(schemes)), "")
    if not url and submission.options["wallet"] != IN_THE_APP:
        raise OutcomeUnknown("NICEPAY registered the order without the wallet's page.")
    return Accepted(reference, Redirect(url) if url else Wait(), submission.expires_at)


def qris(submission: Submission, answer: wire.Made) -> Fact:
    """A code to be scanned. Raises OutcomeUnknown when there is none in the answer."""
    odd = _registration_oddity(submission, text(answer.partner_reference_no), answer.amount)
    if odd:
        return Mismatched(odd)
    content = text(answer.qr_content)
    if not content:
        raise OutcomeUnknown("NICEPAY registered the order without a QR code.")
    info = answer.additional_info
    told = text(info.validity_period) if isinstance(info, wire.MadeInfo) else ""
    until = timestamps.read_iso(told) or timestamps.read(told[:8], told[8:]) or submission.expires_at
    return Accepted(_reference(text(answer.reference_no)), DisplayQr(content), min(until, submission.expires_at))


def account_said(submitted: SubmittedAttempt, answer: wire.AccountAnswer) -> Said:
    """A virtual account is made over one amount and asked about by it: where the answer is silent about money, it is that."""
    status, told = answer.info("latest_transaction_status"), answer.info("transaction_status_desc")
    data = answer.data
    amount = data.paid_amount if wire.value(data.paid_amount) else data.total_amount
    silent = not wire.value(amount)
    return Said(
        reference=answer.info("t_xid_va"),
        ours=text(data.trx_id),
        state=codes.state(submitted.method, status, told),
        status=status,
        words=told,
        total=submitted.amount.amount if silent else wire.whole(amount),
        back=None,
        wrong_amount=not silent and wire.whole(amount) is None,
        at=timestamps.read_iso(text(data.trx_date_time)),
    )


def status_said(submitted: SubmittedAttempt, answer: wire.Status) -> Said:
    """Of a wallet's payment or a QR code."""
    status, told = text(answer.latest_transaction_status), text(answer.transaction_status_desc)
    amount = answer.trans_amount if wire.value(answer.trans_amount) else answer.amount
    total, back = wire.whole(amount), wire.whole(answer.refund_amount)
    wrong = (bool(wire.value(amount)) and total is None) or (bool(wire.value(answer.refund_amount)) and back is None)
    return Said(
        reference=text(answer.original_reference_no),
        ours=text(answer.original_partner_reference_no),
        state=codes.state(submitted.method, status, told),
        status=status,
        words=told,
        total=total,
        back=back,
        wrong_amount=wrong,
        at=timestamps.read_iso(text(answer.paid_time)),
    )


def inquired(submitted: SubmittedAttempt, said: Said) -> Finding:
    """What the transaction's status means now. Raises OutcomeUnknown when it is paid and nobody says how much."""
    odd = _inquiry_oddity(submitted, said)
    if odd:
        return Finding((Mismatched(odd),), odd)
    match said.state:
        case None:
            return Finding((), f"The status {said.status[:20]!r} is in no table.")
        case codes.State.OPEN:
            return Finding((), "It was paid, and is unpaid now." if submitted.captured else "")
        case codes.State.MISSING:
            return missing(submitted)
        case codes.State.ENDED if submitted.captured and submitted.method is not Method.VIRTUAL_ACCOUNT:
            return _money(
                replace(said, state=codes.State.REFUNDED)
            )  # paid, and cancelled now: it was given back as a void
        case codes.State.ENDED:
            return Finding((Expired(),), "It was paid, and has ended unpaid now." if submitted.captured else "")
        case codes.State.FAILED:
            return Finding(
                (Declined(DeclineCode.PAYMENT_DECLINED, _printable(said.words) or "failed", said.status[:10]),)
            )
        case codes.State.REVERSED:
            return Finding((Reversed("The bank reversed the deposit."),) if submitted.captured else (Cancelled(),))
        case codes.State.PAID | codes.State.REFUNDED:
            return _money(said)


def learnt(submitted: SubmittedAttempt, said: Said, found: Sequence[Fact]) -> Sequence[Fact]:
    """The same, and their reference before it, of an order that was found by ours because the first answer was lost.

    What only that answer held is gone: a wallet that asks in its app goes on, one with a page cannot be paid any more.
    """
    if submitted.provider_reference or any(isinstance(fact, Mismatched) for fact in found) or not said.reference:
        return found
    if not found and said.state is codes.State.OPEN:
        if submitted.options.get("wallet") != IN_THE_APP:
            return (
                Declined(DeclineCode.ANSWER_LOST, "The address of the wallet's page was lost; please choose again."),
            )
        return (Accepted(_reference(said.reference), Wait()),)
    return (Accepted(_reference(said.reference)), *found)


def missing(submitted: SubmittedAttempt) -> Finding:
    """NICEPAY does not know the order. One that it never got is over once no call of ours can still be on its way."""
    if submitted.provider_reference:
        return Finding((), "NICEPAY does not know the transaction any more.")
    if submitted.made_at is None or submitted.now - submitted.made_at < _SURELY_NOT_COMING:
        return Finding(())
    return Finding((Declined(DeclineCode.NOT_REGISTERED, "The order never reached NICEPAY."),))


def settled(submitted: SubmittedAttempt, said: Said, part: int) -> int | None:
    """The total that went back so far, as an inquiry after a refund of `part` shows it; None when it does not show it.

    A payment that was in, and is cancelled after we asked for it back, went back.
    """
    if _inquiry_oddity(submitted, said) or said.state not in {codes.State.REFUNDED, codes.State.ENDED}:
        return None
    total = said.back or submitted.captured
    return total if total >= submitted.refunded + part else None


def _money(said: Said) -> Finding:
    if said.total is None:
        raise OutcomeUnknown("NICEPAY says that it is paid, and not how much.")
    captured = Captured(said.total, CURRENCY, said.at)
    if said.state is codes.State.PAID:
        return Finding((captured,))
    return Finding((captured, RefundSettled(said.back or said.total, CURRENCY)))


def _registration_oddity(submission: Submission, ours: str, amount: wire.SomeMoney) -> str:
    if ours not in {"", submission.reference}:
        return "The answer is about another order of ours."
    if wire.value(amount) and wire.whole(amount) != submission.amount.amount:
        return "The order was registered with another amount."
    return ""


def _inquiry_oddity(submitted: SubmittedAttempt, said: Said) -> str:
    if said.reference not in {"", submitted.provider_reference} and submitted.provider_reference:
        return "The answer is about another tXid."
    if said.ours not in {"", submitted.reference}:
        return "The answer is about another order of ours."
    if (
        not said.ours and submitted.next_action is None
    ):  # then the tXid may be from a notification, whose body nobody signed
        raise OutcomeUnknown("NICEPAY does not say whose order the transaction is.")
    return "The amount is not in whole rupiah." if said.wrong_amount else ""


def _reference(txid: str) -> str:
    if not (txid.isascii() and txid.isalnum()):
        raise OutcomeUnknown("NICEPAY registered the order without a tXid.")
    return txid


def _printable(said: str) -> str:
    return "".join([char for char in said[:200] if char.isprintable()])
