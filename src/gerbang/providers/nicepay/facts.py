"""From their answers to our facts: pure, so that every status can be tried without a network. Decides nothing about payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
from gerbang.ports.next_action import DisplayCode, DisplayQr, DisplayVirtualAccount, Redirect
from gerbang.ports.payment import Method, Submission, SubmittedAttempt
from gerbang.providers.nicepay import account, codes, timestamps, wire
from gerbang.providers.nicepay.client import payment_link

CURRENCY = "IDR"


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inquiry said: `facts`, and `oddity` for the log when part of it could not be believed or understood."""

    facts: Sequence[Fact]
    oddity: str = ""


def declined(answer: wire.Result) -> Declined | None:
    """The refusal of this one order that an answer carries, in our code and their words."""
    meaning = codes.meaning(wire.text(answer.result_cd))
    if meaning.verdict is not codes.Verdict.DECLINED:
        return None
    return Declined(meaning.code, _words(answer) or meaning.text, wire.text(answer.result_cd))


def virtual_account(submission: Submission, answer: wire.Registered) -> Fact:
    """A registered number to pay to. Raises OutcomeUnknown when the answer lacks what the payer and a later inquiry need."""
    odd = _registration_oddity(submission, answer)
    bank = submission.options["bank"]
    if wire.text(answer.bank_cd) not in {"", account.BANKS[bank]}:
        odd = odd or "The number is of another bank than the one asked for."
    if odd:
        return Mismatched(odd)
    number = "".join(wire.text(answer.vacct_no).split())
    if not number.isdigit():
        raise OutcomeUnknown("NICEPAY registered the order without a virtual account number.")
    until = timestamps.read(wire.text(answer.vacct_valid_dt), wire.text(answer.vacct_valid_tm))
    return Accepted(_reference(answer), DisplayVirtualAccount(bank, number), until or submission.expires_at)


def code(submission: Submission, answer: wire.Registered) -> Fact:
    """A registered code for the counter of a shop. Raises OutcomeUnknown when the answer lacks it."""
    store = submission.options["store"]
    odd = _registration_oddity(submission, answer)
    if wire.text(answer.mitra_cd) not in {"", account.STORES[store]}:
        odd = odd or "The code is for another store than the one asked for."
    if odd:
        return Mismatched(odd)
    shown = "".join(wire.text(answer.pay_no).split())
    if not (shown.isascii() and shown.isalnum()):
        raise OutcomeUnknown("NICEPAY registered the order without a payment code.")
    until = timestamps.read(wire.text(answer.pay_valid_dt), wire.text(answer.pay_valid_tm))
    return Accepted(_reference(answer), DisplayCode(store, shown), until or submission.expires_at)


def qr(submission: Submission, answer: wire.Registered) -> Fact:
    """A registered QR, as the text that it holds. Raises OutcomeUnknown when the answer lacks it."""
    odd = _registration_oddity(submission, answer)
    if odd:
        return Mismatched(odd)
    content = wire.text(answer.qr_content)
    if not (content.isprintable() and 20 <= len(content) <= 1_000):
        raise OutcomeUnknown("NICEPAY registered the order without a QR.")
    until = timestamps.read(wire.text(answer.payment_exp_dt), wire.text(answer.payment_exp_tm))
    return Accepted(_reference(answer), DisplayQr(content), until or submission.expires_at)


def payment_step(submission: Submission, answer: wire.Registered, order: wire.Registration, base_url: str) -> Fact:
    """A registered order and the address where the payer's browser asks for its payment: until then nobody can be charged."""
    odd = _registration_oddity(submission, answer)
    if odd:
        return Mismatched(odd)
    reference = _reference(answer)
    return Accepted(reference, Redirect(payment_link(base_url, reference, order)))


def hosted_page(submission: Submission, answer: wire.Registered, base_url: str) -> Fact:
    """A registered order and NICEPAY's page where the payer's browser goes; no card data passes through us."""
    odd = _registration_oddity(submission, answer)
    if odd:
        return Mismatched(odd)
    reference = _reference(answer)
    url = wire.text(answer.payment_url)
    if not url.startswith(("https://", "http://") if base_url.startswith("http://") else "https://"):
        url = f"{base_url}/redirect/v2/payment"
    if "tXid=" not in url:
        url += f"{'&' if '?' in url else '?'}tXid={reference}"
    return Accepted(reference, Redirect(url))


def inquired(submitted: SubmittedAttempt, answer: wire.Inquired, card_status_table: str) -> Finding:
    """What the transaction's status means now.

    Raises OutcomeUnknown when the answer does not say whose order it is (the tXid may come from a notification, whose reference
    nobody signed), how much was paid, or how much of a known payment went back: silence there must not look like "nothing did".
    """
    if not wire.text(answer.reference_no):
        raise OutcomeUnknown("NICEPAY does not say which referenceNo the transaction has.")
    odd = _inquiry_oddity(submitted, answer)
    if odd:
        return Finding((Mismatched(odd),), odd)
    status = wire.text(answer.status)
    state = codes.state(submitted.method, status, card_status_table)
    match state:
        case None:
            return Finding((), f"The status {status[:20]!r} is in no table.")
        case codes.State.UNPAID:
            return Finding((), "It was paid, and is unpaid now." if submitted.captured else "")
        case codes.State.EXPIRED:
            return Finding((Expired(),))
        case codes.State.FAILED:
            return Finding((_failed(submitted, answer),))
        case codes.State.REVERSED:
            if not submitted.captured and not wire.text(answer.deposit_dt):
                return Finding((Cancelled(),))  # no deposit was ever made, so there was none to reverse
            return Finding((Reversed("The bank reversed the deposit."),))
        case codes.State.PAID | codes.State.VOIDED | codes.State.REFUNDED:
            return _money(submitted, answer, state)


def _failed(submitted: SubmittedAttempt, answer: wire.Inquired) -> Declined:
    """Why it failed: the newest of `latestFailHistory` where there is one (cards, current documents), else no more than that it did."""
    unnamed = DeclineCode.CARD_DECLINED if submitted.method is Method.CARD else DeclineCode.PAYMENT_DECLINED
    history = wire.failures(answer.latest_fail_history)
    if not history:
        return Declined(unnamed, _words(answer) or "failed")
    last, code = history[-1], wire.text(history[-1].result_cd)[:10]
    meaning = codes.meaning(code)
    known = meaning.code if meaning.verdict is codes.Verdict.DECLINED else unnamed
    return Declined(known, _words(last) or meaning.text, code)


def given_back(submitted: SubmittedAttempt, answer: wire.Inquired, card_status_table: str, ours: int) -> int | None:
    """The total that went back so far, as an inquiry made after a cancel of `ours` rupiah says; None when it does not say."""
    state = codes.state(submitted.method, wire.text(answer.status), card_status_table)
    told = wire.amount(answer.cancel_amt)
    if _inquiry_oddity(submitted, answer) or state is None:
        return None
    if told or state is codes.State.PAID:
        return told or 0
    if state in {codes.State.VOIDED, codes.State.REFUNDED} and not submitted.refunded:
        return ours  # nothing had gone back before, so the cancel that it shows is ours
    return None


def _money(submitted: SubmittedAttempt, answer: wire.Inquired, state: codes.State) -> Finding:
    total = wire.amount(answer.amt)
    if total is None:
        raise OutcomeUnknown("NICEPAY says that it is paid, and not how much.")
    back = wire.amount(answer.cancel_amt) or 0
    if submitted.method in account.PAID_TO_A_NUMBER:
        return Finding((Captured(total, CURRENCY, _when(answer)),))
    if state is codes.State.VOIDED:
        if not submitted.captured and not _was_paid(submitted, answer):
            return Finding((Cancelled(),))  # never paid: there was nothing to give back
        back = back or total  # a void undoes the whole payment
    silent = state is codes.State.REFUNDED and not back
    if submitted.captured and (silent or back < submitted.refunded):
        raise OutcomeUnknown("NICEPAY does not say how much went back, or less than it said before.")
    captured = Captured(total, CURRENCY, _when(answer))
    if back:
        return Finding((captured, RefundSettled(back, CURRENCY)))
    return Finding((captured,), "It was refunded, and NICEPAY does not say how much." if silent else "")


def _was_paid(submitted: SubmittedAttempt, answer: wire.Inquired) -> bool:
    """Whether a voided transaction shows that it was paid before: an approval of the card, or the partner's receipt."""
    if submitted.method is Method.CARD:
        return bool(wire.text(answer.auth_no))
    return any(wire.text(value) for value in (answer.receipt_code, answer.m_ref_no, answer.deposit_dt))


def _registration_oddity(submission: Submission, answer: wire.Registered) -> str:
    if wire.text(answer.reference_no) not in {"", submission.reference}:
        return "The answer is about another referenceNo."
    if wire.text(answer.currency) not in {"", CURRENCY}:
        return "The order was registered in another currency."
    if wire.text(answer.amt) and wire.amount(answer.amt) != submission.amount.amount:
        return "The order was registered with another amount."
    return ""


def _inquiry_oddity(submitted: SubmittedAttempt, answer: wire.Inquired) -> str:
    if wire.text(answer.t_xid) not in {"", submitted.provider_reference}:
        return "The answer is about another tXid."
    if wire.text(answer.reference_no) not in {"", submitted.reference}:
        return "The answer is about another referenceNo."
    if wire.text(answer.currency) not in {"", CURRENCY}:
        return "The transaction is in another currency."
    return ""


def _reference(answer: wire.Registered) -> str:
    reference = wire.text(answer.t_xid)
    if not (reference.isascii() and reference.isalnum()):
        raise OutcomeUnknown("NICEPAY registered the order without a tXid.")
    return reference


def _when(answer: wire.Inquired) -> datetime | None:
    deposit = timestamps.read(wire.text(answer.deposit_dt), wire.text(answer.deposit_tm))
    return deposit or timestamps.read(wire.text(answer.trans_dt), wire.text(answer.trans_tm))


def _words(answer: wire.Result) -> str:
    return "".join([char for char in wire.text(answer.result_msg)[:200] if char.isprintable()])
