"""Before and after, turned into ledger lines by the chart of accounts. Pure."""

from uuid import UUID

from gerbang.core.ledger.model import (
    BANK,
    DISPUTE_LOSS,
    DISPUTE_RECEIVABLE,
    PAYER_CREDIT,
    REFUNDS,
    REFUNDS_PAYABLE,
    SALES,
    Line,
    Posting,
    clearing,
    exchange,
)
from gerbang.core.payments.crypto.quotes import share
from gerbang.core.payments.model import Attempt, DisputeState, Payment, Refund


def capture(payment: Payment, before: Attempt, after: Attempt, captured_elsewhere: int) -> Posting:
    """Money that came in (or was taken back) on one attempt: the sale up to what was owed, the rest to the payer's credit.

    `captured_elsewhere` is what the payment's other attempts hold, in minor units. Crypto is exchanged on the way: the asset comes into
    its holder's account, and what it is worth goes to the sale.
    """
    was, now = captured_elsewhere + before.captured, captured_elsewhere + after.captured
    sale = min(now, payment.amount) - min(was, payment.amount)
    surplus = (now - was) - sale
    account, lines = clearing(after.connection), []
    if after.quote is not None:
        account = exchange(after.quote.asset)
        lines = _moved(after.quote.holder, account, after.received - before.received, after.quote.asset)
    lines += _moved(account, SALES, sale, after.currency)
    lines += _moved(account, PAYER_CREDIT, surplus, after.currency)
    grew = now > was or after.received > before.received
    return Posting("capture" if grew else "retraction", tuple(lines), payment.id, after.id)


def refund_requested(refund: Refund) -> Posting:
    """A promise to give back: out of the sale, or out of the payer's credit."""
    return _about(refund, "refund_requested", _owed(refund))


def refund_failed(refund: Refund) -> Posting:
    """The promise reversed."""
    reversed_ = tuple(Line(line.credit, line.debit, line.amount, line.currency) for line in _owed(refund))
    return _about(refund, "refund_failed", reversed_)


def refund_settled(refund: Refund, before: Attempt, *, by_bank: bool) -> Posting:
    """The money is gone: from the provider's hands, or by a transfer out of our own bank. Crypto goes back the way it came: its share of
    the quote out of the asset's holder.
    """
    source, lines = BANK if by_bank else clearing(before.connection), []
    if before.quote is not None:
        units = share(before.quote, before.amount, before.received, before.refunded, refund.amount)
        source = exchange(before.quote.asset)
        lines = _moved(source, before.quote.holder, units, before.quote.asset)
    return _about(refund, "refund_settled", (Line(REFUNDS_PAYABLE, source, refund.amount, refund.currency), *lines))


def surplus(refund: Refund, amount: int) -> Posting:
    """A part that was to go back stays after all, when the whole is in without it: what was sold is too much by so much."""
    return _about(refund, "surplus", (Line(SALES, PAYER_CREDIT, amount, refund.currency),))


def reversal_loss(before: Attempt, after: Attempt, owed_back: int) -> Posting:
    """What a retraction leaves as a loss: the money that had gone back to the payer already, once by us and once by their bank.

    `owed_back` is what was given back as a surplus, and is none any more.
    """
    lines = (
        []
        if before.quote is not None
        else _moved(DISPUTE_LOSS, clearing(after.connection), after.refunded, after.currency)
    )
    lines += _moved(REFUNDS, PAYER_CREDIT, owed_back, after.currency)
    return Posting("retraction_loss", tuple(lines), after.payment_id, after.id)


def dispute(payment: UUID, before: Attempt, after: Attempt) -> Posting:
    """A dispute opened, won or lost over what is left of the capture."""
    amount, account = after.captured - after.refunded, clearing(after.connection)
    match (before.dispute, after.dispute):
        case (DisputeState.NONE, DisputeState.OPEN):
            lines = _moved(DISPUTE_RECEIVABLE, account, amount, after.currency)
        case (DisputeState.OPEN, DisputeState.WON):
            lines = _moved(account, DISPUTE_RECEIVABLE, amount, after.currency)
        case (DisputeState.OPEN, DisputeState.LOST):
            lines = _moved(DISPUTE_LOSS, DISPUTE_RECEIVABLE, amount, after.currency)
        case _:
            lines = []
    return Posting(f"dispute_{after.dispute.value}", tuple(lines), payment, after.id)


def _owed(refund: Refund) -> tuple[Line, ...]:
    sale = refund.amount - refund.credit_amount
    return (
        *_moved(REFUNDS, REFUNDS_PAYABLE, sale, refund.currency),
        *_moved(PAYER_CREDIT, REFUNDS_PAYABLE, refund.credit_amount, refund.currency),
    )


def _moved(debit: str, credit: str, amount: int, currency: str) -> list[Line]:
    if amount > 0:
        return [Line(debit, credit, amount, currency)]
    return [Line(credit, debit, -amount, currency)] if amount < 0 else []


def _about(refund: Refund, kind: str, lines: tuple[Line, ...]) -> Posting:
    return Posting(kind, lines, refund.payment_id, refund.attempt_id, refund.id)
