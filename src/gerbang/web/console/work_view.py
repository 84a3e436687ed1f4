"""What the work list tells about each thing that waits: what, how much, who, what happens if nobody acts, since when, one action. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.identity.model import Caller
from gerbang.core.payments.model import Refund, Whole
from gerbang.core.payments.refund_model import NamedDestination, Work
from gerbang.web import texts
from gerbang.web.checkout import scene as scenes
from gerbang.web.console.desk import stamp

# Money first, then decisions; in this order they stand on the page.
KINDS: Final = ("approval", "transfer", "surplus", "held", "disputed", "unknown", "doubt", "failed")
MOST: Final = 99
_MARKS: Final = {"approval": "held", "transfer": "held", "surplus": "held", "doubt": "unknown", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line, ready to be shown. `press` is a form's address that does it, `open` a page that asks first; both empty: nothing to do here."""

    mark: str
    word: Markup
    sum: str
    who: str
    payment: str
    what: Markup
    account: str
    otherwise: Markup
    since: datetime
    at: str
    ago: str
    button: Markup
    press: str
    open: str
    hint: Markup


def row_of(
    work: Work, whole: Whole, named: Sequence[NamedDestination], caller: Caller, now: datetime, locale: Locale
) -> Row:
    """One thing that waits, for this reader: without a button that they may not press."""
    say, payment = texts.words(locale), whole.payment
    refund = next((one for one in whole.refunds if one.id == work.refund_id), None)
    shown, press, page = ids.show("pay", payment.id), *_act(work, refund, named, caller)
    kind = "twice" if work.kind == "surplus" and scenes.paid_twice(whole) else work.kind
    attempt = scenes.winner(whole.attempts) or scenes.latest(whole.attempts)
    may_settle, to = caller.may("refunds:settle"), named[0].to if named else None
    amount = _amount(work, whole, refund)
    return Row(
        mark=_MARKS.get(work.kind, work.kind),
        word=say(f"work.{kind}"),
        sum=formats.money(amount, payment.currency, locale),
        who=whole.payer.name or shown,
        payment=shown,
        what=say(
            f"work.{kind}.what",
            method=say(f"method.{attempt.method.value}") if attempt else "–",
            order=payment.order_reference or "–",
            reason=refund.reason if refund else "",
            why=(refund.failure if refund else "") or "–",
            asked=formats.money(payment.amount, payment.currency, locale),
            got=formats.money(payment.amount_captured, payment.currency, locale),
        ),
        account=f"{to.bank} {to.account} · {to.name}".strip(" ·") if to and may_settle and work.kind == "transfer" else "",
        otherwise=say(f"work.{kind if work.kind != 'transfer' or named else 'unnamed'}.else"),
        since=work.since,
        at=stamp(work.since, locale),
        ago=formats.duration(max(0, int((now - work.since).total_seconds() * 1000)), locale).split(" ")[0],
        button=say(f"work.{'unnamed' if work.kind == 'transfer' and not named else work.kind}.do",
                   amount=formats.money(amount, payment.currency, locale)),
        press=press,
        open=page,
        hint=say("work.yours") if refund and work.kind == "transfer" and refund.requested_by == caller.label else Markup(""),
    )  # fmt: skip


def _amount(work: Work, whole: Whole, refund: Refund | None) -> int:
    if refund is not None:
        return refund.amount
    return whole.payment.excess_owed if work.kind == "surplus" else whole.payment.amount


def _act(work: Work, refund: Refund | None, named: Sequence[NamedDestination], caller: Caller) -> tuple[str, str]:
    """The address of the form that does it, and of the page that asks first; at most one of them."""
    shown = f"/console/payments/{ids.show('pay', work.payment_id)}"
    back = f"/console/refunds/{ids.show('ref', refund.id)}" if refund else ""
    press = {
        "surplus": ("refunds:create", f"{shown}/return-excess"),
        "unknown": ("payments:refresh", f"{shown}/ask"),
    }.get(work.kind)
    page = {
        "approval": ("refunds:settle", f"/console/approvals/{ids.show('apr', work.id)}"),
        "transfer": ("refunds:settle", f"{back}/settle" if named else f"{back}/destination"),
        "held": ("payments:resolve", f"{shown}/resolve"),
        "disputed": ("payments:read", shown),
        "doubt": ("refunds:settle", f"{back}/resolve"),
        "failed": ("refunds:create", f"{shown}/refund"),
    }.get(work.kind)
    return (
        press[1] if press and caller.may(press[0]) else "",
        page[1] if page and caller.may(page[0]) else "",
    )
