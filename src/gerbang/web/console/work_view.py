"""What the work list tells about each thing that waits: what, how much, who, what happens if nobody acts, since when, one action. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.customers.data_requests import may_close
from gerbang.core.customers.model import PREFIX, REQUEST_PREFIX, DataRequest
from gerbang.core.identity.model import Caller
from gerbang.core.inbox.model import Unmatched
from gerbang.core.payments import amount_due
from gerbang.core.payments.machine import is_reversed_after_refund, is_stopped
from gerbang.core.payments.model import Attempt, PaymentDetail, Refund
from gerbang.core.payments.refunds.model import NamedDestination, Work
from gerbang.core.payments.refunds.separation_of_duties import Duties
from gerbang.core.payments.webhook_handler import UNKNOWN_ATTEMPT
from gerbang.core.settlements.model import SettlementLine
from gerbang.web import texts
from gerbang.web.checkout import checkout_state as scenes
from gerbang.web.console import actors
from gerbang.web.console.actors import Names
from gerbang.web.console.customer_view import due
from gerbang.web.console.page_frame import stamp
from gerbang.web.console.settlement_view import DECIDE
from gerbang.web.views import attempt_failures

SETTLEMENT_LINE: Final = "settlement_line"
# Money first, then decisions; in this order they stand on the page.
KINDS: Final = (
    "approval",
    "transfer",
    "surplus",
    "late",
    "duplicate",
    "foreign",
    "unmatched",
    "held",
    "disputed",
    "unknown",
    "doubt",
    "failed",
    SETTLEMENT_LINE,
    "data_request",
)
MOST: Final = 99
_NOTHING: Final = Markup("")
_WIB: Final = timedelta(hours=7)
_SOON: Final = timedelta(hours=6)
_PROMISED_DAYS: Final = 2  # working days, as the page says to a payer who has named an account
_SATURDAY: Final = 5
_MARKS: Final = {
    "approval": "held",
    "transfer": "held",
    "surplus": "held",
    "late": "late",
    "duplicate": "held",
    "foreign": "held",
    "unmatched": "unknown",
    "doubt": "unknown",
    "failed": "failed",
    SETTLEMENT_LINE: "held",
    "data_request": "held",
}
_SAME_ACT: Final = ("twice", "part", "called_off")


@dataclass(frozen=True, slots=True)
class Row:
    """One line, ready to be shown. `press` is a form's address that does it, `open` a page that asks first; both empty: nothing to do here.
    `line` names it among those that are claimed, empty for what nobody can claim; `taken` says who did. `until` is its deadline, `late`
    that this is near or over.
    """

    mark: str
    word: Markup
    sum: str
    who: str
    href: str
    what: Markup
    id: str
    bank: str
    account: str
    holder: str
    otherwise: Markup
    since: datetime
    at: str
    ago: str
    button: Markup
    press: str
    open: str
    hint: Markup
    minor: int
    currency: str
    line: str = ""
    until: Markup = _NOTHING
    late: bool = False
    taken: Markup = _NOTHING
    may_release: bool = False


def row_of(
    work: Work,
    details: PaymentDetail,
    named: Sequence[NamedDestination],
    may: Duties | None,
    caller: Caller,
    now: datetime,
    locale: Locale,
    names: Names,
    paid_before: UUID | None = None,
) -> Row:
    """One thing that waits, for this reader: without a button that they may not press; then the row says whom it waits for."""
    say, payment = texts.words(locale), details.payment
    refund = next((one for one in details.refunds if one.id == work.refund_id), None)
    shown, press, page = ids.show("pay", payment.id), *_act(work, details, refund, named, may, caller)
    kind = _kind(work, details)
    attempt = scenes.winner(details.attempts) or scenes.latest(details.attempts)
    may_settle, to = caller.may("refunds:settle"), named[0].to if named and kind == "transfer" else None
    amount, until = _amount(work, details, refund), deadline_of(work, named)
    return Row(
        mark=_MARKS.get(work.kind, work.kind),
        word=say(f"work.{kind}"),
        sum=formats.money(amount, payment.currency, locale) if amount else "",
        who=details.payer.name or shown,
        href=f"/console/payments/{shown}",
        what=say(
            f"work.{kind}.what",
            method=say(f"method.{attempt.method.value}") if attempt else "–",
            order=payment.order_reference or "–",
            reason=refund.reason if refund else "",
            why=_why(refund, attempt, locale),
            asked=formats.money(payment.amount, payment.currency, locale),
            got=formats.money(payment.amount_captured, payment.currency, locale),
            other=_link(paid_before),
        ),
        id=work.id.hex,
        bank=to.bank if to and may_settle else "",
        account=to.account if to and may_settle else "",
        holder=to.name if to and may_settle else "",
        otherwise=say(f"work.{kind if kind != 'transfer' or named else 'unnamed'}.else"),
        since=work.since,
        at=stamp(work.since, locale),
        ago=_age(now - work.since, locale),
        button=say(
            f"work.{'unnamed' if kind == 'transfer' and not named else work.kind if kind in _SAME_ACT else kind}.do",
            amount=formats.money(amount, payment.currency, locale),
        ),
        press=press,
        open=page,
        hint=_hint(work, may, locale, names),
        minor=amount,
        currency=payment.currency,
        line=f"{work.kind}.{work.id.hex}",
        until=_until(work, until, now, locale),
        late=until is not None and now > until - _SOON,
        taken=_taken(work, caller, locale, names),
        may_release=work.claim is not None and (work.claim.by == caller.label or caller.may("users:manage")),
    )


def unmatched_row(event: Unmatched, caller: Caller, now: datetime, locale: Locale) -> Row:
    """A message of a provider that nothing came of: it leads to the message, where it can be run again or set aside."""
    say, page = texts.words(locale), f"/console/webhooks/{ids.show('evt', event.id)}"
    what = "work.unmatched.what" if event.outcome == UNKNOWN_ATTEMPT else "work.unmatched.unhandled"
    return Row(
        mark=_MARKS["unmatched"],
        word=say("work.unmatched"),
        sum="",
        who=event.connection,
        href=page,
        what=say(what, type=event.type, subject=event.subject or "–"),
        id=event.id.hex,
        bank="",
        account="",
        holder="",
        otherwise=say("work.unmatched.else"),
        since=event.received_at,
        at=stamp(event.received_at, locale),
        ago=_age(now - event.received_at, locale),
        button=say("work.unmatched.do"),
        press="",
        open=page if caller.may("webhooks:read") else "",
        hint=Markup(""),
        minor=0,
        currency="",
    )


def data_request_row(one: DataRequest, caller: Caller, now: datetime, locale: Locale) -> Row:
    """What a customer asks of their data: it leads to its page, where it is done or refused."""
    say, page = texts.words(locale), f"/console/data-requests/{ids.show(REQUEST_PREFIX, one.id)}"
    customer = ids.show(PREFIX, one.customer_id)
    return Row(
        mark=_MARKS["data_request"],
        word=say(f"dsr.kind.{one.kind.value}"),
        sum="",
        who=customer,
        href=f"/console/customers/{customer}",
        what=say("work.data_request.what", note=one.note) if one.note else Markup(),
        id=one.id.hex,
        bank="",
        account="",
        holder="",
        otherwise=say("work.data_request.else"),
        since=one.received_at,
        at=stamp(one.received_at, locale),
        ago=_age(now - one.received_at, locale),
        button=say("work.data_request.do"),
        press="",
        open=page if caller.may(may_close(one.kind)) else "",
        hint=Markup(""),
        minor=0,
        currency="",
        until=due(one, now, locale),
        late=now > one.due_at - _SOON,
    )


def settlement_row(line: SettlementLine, caller: Caller, now: datetime, locale: Locale) -> Row:
    """A line of a marketplace's statement whose amount is in doubt: it leads to the page where it is booked or set aside."""
    say, page = texts.words(locale), f"/console/settlements/{ids.show('stl', line.id)}"
    return Row(
        mark=_MARKS[SETTLEMENT_LINE],
        word=say("work.settlement_line"),
        sum=formats.money(abs(line.amount), line.currency, locale),
        who=line.connection,
        href=page if caller.may(DECIDE) else "",
        what=say("work.settlement_line.what", said=line.said, order=line.order or "–"),
        id=line.id.hex,
        bank="",
        account="",
        holder="",
        otherwise=say("work.settlement_line.else"),
        since=line.taken_at,
        at=stamp(line.taken_at, locale),
        ago=_age(now - line.taken_at, locale),
        button=say("work.settlement_line.do"),
        press="",
        open=page if caller.may(DECIDE) else "",
        hint=Markup(""),
        minor=0,
        currency="",
    )


def _link(payment: UUID | None) -> Markup:
    if payment is None:
        return Markup("–")
    return Markup('<a class="mono" href="/console/payments/{0}">{0}</a>').format(ids.show("pay", payment))


def deadline_of(work: Work, named: Sequence[NamedDestination]) -> datetime | None:
    """Until when it lapses by itself, or until when the payer was promised their money: two working days after they named an account."""
    if work.kind != "transfer" or not named:
        return work.lapses_at
    day = (min(one.named_at for one in named).astimezone(UTC) + _WIB).replace(hour=0, minute=0, second=0, microsecond=0)
    left = _PROMISED_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day - _WIB + timedelta(days=1, seconds=-1)


def _until(work: Work, until: datetime | None, now: datetime, locale: Locale) -> Markup:
    if until is None:
        return Markup("")
    over = now > until
    kind = "promised" if work.kind == "transfer" else "lapses"
    return texts.words(locale)(
        f"work.due.{kind}.over" if over else f"work.due.{kind}",
        at=formats.day(until, locale) if kind == "promised" else stamp(until, locale),
    )


def _age(waited: timedelta, locale: Locale) -> str:
    """How long it waits, in its largest unit."""
    if waited < timedelta(minutes=1):
        return str(texts.words(locale)("work.now"))
    return formats.duration(int(waited.total_seconds() * 1000), locale).split(" ")[0]


def _taken(work: Work, caller: Caller, locale: Locale, names: Names) -> Markup:
    """Who takes care of it."""
    if work.claim is None:
        return Markup("")
    say, at = texts.words(locale), stamp(work.claim.at, locale)
    if work.claim.by == caller.label:
        return say("work.taken.mine", at=at)
    return say("work.taken.by", by=actors.called(work.claim.by, names, locale), at=at)


def _hint(work: Work, may: Duties | None, locale: Locale, names: Names) -> Markup:
    """Whom a refund waits for, where the reader had a part in it themselves."""
    if may is None or (may.approve if work.kind == "approval" else may.settle):
        return Markup("")
    say = texts.words(locale)
    return say("work.yours", names=actors.listed(may.others, names, locale)) if may.others else say("work.yours.nobody")


def _why(refund: Refund | None, attempt: Attempt | None, locale: Locale) -> Markup:
    """Why a refund failed or is in doubt, or a payment is held, as an operator reads it."""
    if refund is not None:
        return attempt_failures.of_refund(refund.failure or "", locale) or Markup("–")
    if attempt is None or attempt.failure is None:
        return texts.words(locale)("work.held.why")
    return texts.marked(attempt_failures.to_operator(attempt.failure, locale))


def sums_of(rows: Sequence[Row], locale: Locale) -> str:
    """What rows come to, currency by currency."""
    totals: dict[str, int] = {}
    for row in [one for one in rows if one.minor]:
        totals[row.currency] = totals.get(row.currency, 0) + row.minor
    return " + ".join(formats.money(amount, currency, locale) for currency, amount in totals.items())


def _kind(work: Work, details: PaymentDetail) -> str:
    """By which words it is told."""
    if work.kind == "surplus" and scenes.paid_twice(details):
        return "twice"
    if work.kind == "late" and not details.payment.late:
        return "part"
    if work.kind == "late" and amount_due.late_reason(details.payment) == "cancelled":
        return "called_off"
    if work.kind == "held" and any(is_reversed_after_refund(one) for one in details.attempts):
        return "taken"
    return "stopped" if work.kind == "transfer" and is_stopped(details.payment, details.attempts) else work.kind


def _amount(work: Work, details: PaymentDetail, refund: Refund | None) -> int:
    if refund is not None:
        return refund.amount
    if work.kind == "foreign":  # in coins that were not asked for: the payment's page lists them
        return 0
    if work.kind == "late":
        return amount_due.received(details.payment)
    return details.payment.excess_owed if work.kind == "surplus" else details.payment.amount


def _act(
    work: Work,
    details: PaymentDetail,
    refund: Refund | None,
    named: Sequence[NamedDestination],
    may: Duties | None,
    caller: Caller,
) -> tuple[str, str]:
    """The address of the form that does it, and of the page that asks first; at most one of them."""
    if work.kind == "transfer" and is_stopped(details.payment, details.attempts):
        return "", f"/console/payments/{ids.show('pay', work.payment_id)}"
    shown = f"/console/payments/{ids.show('pay', work.payment_id)}"
    back = f"/console/refunds/{ids.show('ref', refund.id)}" if refund else ""
    if may is not None and (
        (work.kind == "approval" and not may.approve) or (work.kind == "transfer" and named and not may.settle)
    ):
        return "", ""
    press = {
        "surplus": ("refunds:create", f"{shown}/return-excess"),
        "unknown": ("payments:refresh", f"{shown}/ask"),
    }.get(work.kind)
    page = {
        "approval": ("refunds:settle", f"/console/approvals/{ids.show('apr', work.id)}"),
        "transfer": ("refunds:settle", f"{back}/settle" if named else f"{back}/destination"),
        "held": ("payments:resolve", f"{shown}/resolve"),
        "late": ("payments:resolve", f"{shown}/resolve"),
        "duplicate": ("payments:resolve", f"{shown}/resolve"),
        "foreign": ("payments:resolve", f"{shown}/resolve"),
        "disputed": ("payments:read", shown),
        "doubt": ("refunds:settle", f"{back}/resolve"),
        "failed": ("refunds:create", f"{shown}/refund"),
    }.get(work.kind)
    return (
        press[1] if press and caller.may(press[0]) else "",
        page[1] if page and caller.may(page[0]) else "",
    )
