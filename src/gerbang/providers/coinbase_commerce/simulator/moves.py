"""How a charge moves: its timeline as a machine, one function per thing that can happen. Each returns the change, or raises Impossible.

Source: the arrows of notes 2.4. Whether it is a call of the merchant or a person of the simulated world is decided elsewhere.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from gerbang.ports.simulator import Impossible
from gerbang.providers.coinbase_commerce.simulator.charges import (
    COMPLETION,
    OPEN,
    WEB3,
    Changed,
    Charge,
    Payment,
    TimelineEntry,
)
from gerbang.providers.coinbase_commerce.simulator.intents import CHAIN_ID, PAYER, made_up_transaction

_UNRESOLVED: Final = ("UNDERPAID", "OVERPAID", "DELAYED", "MULTIPLE", "MANUAL", "OTHER")


def connect(charge: Charge, payer: str, chain_id: int, now: datetime) -> Changed:
    """A wallet is connected: the intent can be made for it."""
    if charge.generation != WEB3 or charge.status not in OPEN:
        raise Impossible("conflict", f"This charge is {charge.status}.")
    return _changed(replace(charge, payer=payer, chain_id=chain_id), now, "")


def pay_onchain(charge: Charge, transaction: str, now: datetime, *, final: bool) -> Sequence[Changed]:
    """The payer signed, the contract was paid; `final`: and it is final already."""
    if charge.status not in OPEN:
        raise Impossible("conflict", f"This charge is {charge.status}: a processed intent can never be paid twice.")
    if not charge.amount:
        raise Impossible("conflict", "This charge has no price; the payer's own amount is not simulated.")
    paid = replace(
        charge,
        payer=charge.payer or PAYER,
        chain_id=charge.chain_id or CHAIN_ID,
        payments=(Payment(transaction, charge.amount, now, is_confirmed=False),),
        timeline=(
            *charge.timeline,
            *([] if charge.status == "SIGNED" else [TimelineEntry(now, "SIGNED")]),
            TimelineEntry(now, "PENDING"),
        ),
    )
    pending = _changed(paid, now, "charge:pending")
    return (pending, complete(paid, now)) if final else (pending,)


def complete(charge: Charge, now: datetime) -> Changed:
    """What was pending is final."""
    payments = tuple([replace(payment, is_confirmed=True) for payment in charge.payments])
    return _moved(replace(charge, payments=payments), now, "charge:confirmed", "COMPLETED")


def passed(charge: Charge, now: datetime) -> Changed | None:
    """What time alone has done to the charge by `now`; None when nothing."""
    since = charge.timeline[-1].time
    if charge.status in OPEN and now >= charge.expires_at:
        return expire(charge, charge.expires_at)
    if charge.generation == WEB3 and charge.status == "PENDING" and now >= since + COMPLETION:
        return complete(charge, since + COMPLETION)
    return None


def pay_address(charge: Charge, payment: Payment, now: datetime, *, late: bool, event_over: str) -> Sequence[Changed]:
    """Money came to the charge's address (legacy): enough, too little, too much, once more, or after its time."""
    if charge.status == "EXPIRED" and not late:
        raise Impossible("conflict", "This charge is EXPIRED. Money that comes all the same: add late=true.")
    if charge.status not in {"NEW", "EXPIRED", "UNRESOLVED"}:
        raise Impossible("conflict", f"This charge is {charge.status}.")
    after = replace(charge, payments=(*charge.payments, payment))
    if charge.status == "EXPIRED":
        return (_moved(after, now, "charge:delayed", "UNRESOLVED", "DELAYED"),)
    if charge.status == "UNRESOLVED":
        return (_moved(after, now, event_over, "UNRESOLVED", "MULTIPLE"),)
    pending = _moved(after, now, "charge:pending", "PENDING")
    short, over = after.paid < charge.amount, after.paid > charge.amount > 0
    if short or over:
        event, context = ("charge:failed", "UNDERPAID") if short else (event_over, "OVERPAID")
        return (pending, _moved(pending.charge, now, event, "UNRESOLVED", context))
    return (pending, _moved(pending.charge, now, "charge:confirmed", "COMPLETED"))


def unresolve(charge: Charge, payment: Payment, context: str, now: datetime) -> Sequence[Changed]:
    """Money came, which is told as pending, and Commerce itself cannot say what to make of it (legacy)."""
    if charge.status != "NEW" or context not in _UNRESOLVED:
        raise Impossible("conflict", f"This charge is {charge.status}; reasons are {', '.join(_UNRESOLVED)}.")
    pending = _moved(replace(charge, payments=(payment,)), now, "charge:pending", "PENDING")
    return (pending, _moved(pending.charge, now, "charge:failed", "UNRESOLVED", context))


def lie(charge: Charge, now: datetime) -> Changed:
    """Commerce says that it was paid, by a transaction that no chain has."""
    if charge.status not in OPEN or not charge.amount:
        raise Impossible("conflict", f"This charge is {charge.status}.")
    false = Payment(made_up_transaction(charge.id, "lie"), charge.amount, now, is_confirmed=True)
    said = replace(
        charge,
        payer=charge.payer or PAYER,
        chain_id=charge.chain_id or CHAIN_ID,
        payments=(false,),
        timeline=(*charge.timeline, TimelineEntry(now, "PENDING")),
    )
    return _moved(said, now, "charge:confirmed", "COMPLETED")


def expire(charge: Charge, now: datetime) -> Changed:
    """Its time is over."""
    if charge.status not in OPEN:
        raise Impossible("conflict", f"This charge is {charge.status}.")
    return _moved(charge, now, "charge:failed", "EXPIRED")


def fail(charge: Charge, reason: str, now: datetime) -> Changed:
    """The payer's transaction was refused by the chain (onchain only)."""
    if charge.generation != WEB3 or charge.status not in OPEN:
        raise Impossible("conflict", f"This charge is {charge.status}; only an open onchain charge can fail.")
    failed = replace(charge, failure=reason or "transaction reverted", payer=charge.payer or PAYER, chain_id=CHAIN_ID)
    return _moved(failed, now, "charge:failed", "FAILED")


def cancel(charge: Charge, now: datetime) -> Changed:
    """The merchant closes it; only while it is new (legacy)."""
    if charge.generation == WEB3 or charge.status != "NEW":
        raise Impossible("conflict", f"This charge is {charge.status}; only a new legacy charge can be canceled.")
    return _moved(charge, now, "", "CANCELED")


def resolve(charge: Charge, now: datetime) -> Changed:
    """The merchant takes unresolved money as it is (legacy)."""
    if charge.status != "UNRESOLVED":
        raise Impossible("conflict", f"This charge is {charge.status}; only an unresolved one can be resolved.")
    return _moved(charge, now, "charge:resolved", "RESOLVED")


def _moved(charge: Charge, now: datetime, event: str, status: str, context: str = "") -> Changed:
    return _changed(replace(charge, timeline=(*charge.timeline, TimelineEntry(now, status, context))), now, event)


def _changed(charge: Charge, now: datetime, event: str) -> Changed:
    return Changed(charge.reference, charge.amount, now, event, charge)
