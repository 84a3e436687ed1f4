"""Operators and payments: the list, one payment with its timeline, and the acts, each behind a page that asks first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base import ids
from gerbang.base.errors import TooMany, Unavailable, UpstreamFailed
from gerbang.base.formats import Locale
from gerbang.core.identity.model import Caller
from gerbang.core.payments.crypto.deposit_address_store import Wallet
from gerbang.core.payments.model import MOVED, Filters, NotRefundable, PaymentDetail, PaymentStatus
from gerbang.ports.payment import Method
from gerbang.web import texts
from gerbang.web.console import (
    delivery_view,
    endpoints,
    ledger_view,
    listing,
    payment_questions,
    payment_view,
    refund_form,
    refunds,
    search,
    timeline,
)
from gerbang.web.console.confirmation import REFUSED, REFUSED_FOR_GOOD, Question, ask_first, back_to, reason_wrong
from gerbang.web.console.link_form import with_card_numbers
from gerbang.web.console.listing import Asked, Filter, ListPage
from gerbang.web.console.objects import Action, Step, said_of, show_object
from gerbang.web.console.page_frame import form_key, names_of, operator, shared
from gerbang.web.console.payment_view import History
from gerbang.web.console.timeline import last_capture
from gerbang.web.cursors import Cursors, Place
from gerbang.web.forms import note_cards, read_form
from gerbang.web.pages import Page, locale_of, only_shown, services_of
from gerbang.web.services import Services

_MOMENTS: Final = 100  # entries of a timeline on one page
_TOLD: Final = 50  # webhooks out of one payment
_TABS: Final = (
    "held",
    "disputed",
    "unknown",
    "part_paid",
    "pending",
    "paid",
    "partially_refunded",
    "refunded",
    "failed",
    "expired",
)
_SAID: Final = frozenset(
    {"asked", "silent", "cancelled", "refunded", "resolved", "settled", "named", "mailed", "approved", "declined"}
    | {"refused"}
)
_PAGE: Final = ListPage(
    name="payments",
    path="/console/payments",
    title="nav.payments",
    caption="pays.caption",
    columns=payment_view.COLUMNS,
    filters=(
        Filter("status", "pays.status", "tabs", tuple(PaymentStatus), "status.", shown=_TABS),
        Filter("method", "pays.method", "choice", tuple(Method), "method."),
        Filter("connection", "pays.connection", "choice"),
        Filter("order_reference", "pays.order"),
        Filter("customer", "nav.customers", "id", of="cus", most=40),
        Filter("after", "pays.after", "day", most=40),
        Filter("before", "pays.before", "day", after=True, most=40),
    ),
    empty="pays.empty",
    command="gerbang trigger payment.succeeded",
    watch="payments",
    template="payments.html",
)


@get("/console/payments")
async def payments(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Payments, newest first, with filters in the address."""
    caller = operator(request, "payments:read")
    services, locale, say = services_of(request), locale_of(request), texts.words(locale_of(request))
    connections = [one.id for one in await services.connections.all()]
    asked = await listing.read(request, _PAGE, {"connection": connections})
    q = search.wanted(request)
    found, onward = await shared(request, (*asked.key, q), lambda: _found(services, asked, q))
    now = services.payments.context.clock.now()
    may_create = caller.may("payments:create")
    return await listing.show_list(
        request,
        asked,
        [payment_view.row_of(one, now, locale) for one in found],
        onward,
        actions=[Action(say("link.new"), "/console/payments/new", look="main")] if may_create else (),
        q=q,
        hidden=await shared(request, "wallets", lambda: _hidden(services)),
        **({"empty": say("find.by"), "command": ""} if q else {}),
        how="" if q else say("pays.empty.link" if may_create else "pays.empty.how"),
    )


async def _found(services: Services, asked: Asked, q: str) -> tuple[Sequence[PaymentDetail], Place | None]:
    """The payments of one part of the list, and where it goes on."""
    if q:
        return await services.payments.find(q, search.MOST), None
    if asked.wrong:
        return [], None
    filters = Filters(
        status=asked.word("status"),
        method=asked.word("method"),
        connection=asked.word("connection"),
        order_reference=asked.word("order_reference"),
        created_after=asked.day("after"),
        created_before=asked.day("before"),
        customer_id=asked.id("customer"),
    )
    return await services.payments.page(filters, asked.place, listing.ROWS)


async def _hidden(services: Services) -> Sequence[Wallet]:
    """The wallets with so many unpaid addresses in a row that their owner's program may not show what comes behind them."""
    wallets = await services.payments.context.calls.deposits.wallets_seen()
    return [one for one in wallets if one.gap_limit > services.settings.wallet_gap_limit]


@get("/console/payments/{payment:str}")
async def payment(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[bytes]:
    """One payment: why it is as it is, what happened, its money and its references."""
    caller, services, locale = operator(request, "payments:read"), services_of(request), locale_of(request)
    payment_id = ids.read("pay", payment)
    cursor = request.query_params.get("cursor")
    place = await Cursors(services.secrets).read(f"timeline-{payment_id}", cursor)
    before = place[1] if place else None
    details, history = await shared(
        request, ("payment", payment_id, before), lambda: _told(services, payment_id, before)
    )
    names = await names_of(request, [entry.actor for entry in history.entries])
    lines = await services.ledger.postings(payment_id) if caller.may("ledger:read") else None
    may_create = caller.may("payments:create")
    payer_page = f"/pay/{payment}?t={await services.payments.link_token(payment_id)}" if may_create else ""
    now = services.payments.context.clock.now()
    said, doubtful = said_of(request, "done", _SAID)
    page = payment_view.page_of(details, history, caller, now, locale, names, payer_page)
    told = await _told_to_others(request, details, caller)
    return await show_object(
        request,
        replace(
            page,
            steps=timeline.with_deliveries(page.steps, told, from_start=not history.goes_on, to_end=before is None),
            older=await _older(services, payment_id, history),
            newest=f"/console/payments/{payment}" if cursor else "",
        ),
        said=said,
        doubtful=doubtful,
        attempts=payment_view.attempts_of(details, locale),
        attempt_columns=payment_view.ATTEMPTS,
        refunds=await refunds.rows_of(request, details, caller),
        lines=None if lines is None else ledger_view.rows_of(lines, locale),
    )


async def _told(services: Services, payment_id: UUID, before: UUID | None) -> tuple[PaymentDetail, History]:
    """The payment, and the last of what happened to it, or what happened before an entry; what brought its money is known in any case."""
    details = await services.payments.get(payment_id)
    found = await services.payments.latest(payment_id, _MOMENTS + 1, before)
    goes_on = len(found) > _MOMENTS
    moved = found
    if goes_on or before is not None:
        moved = await services.payments.latest(payment_id, _MOMENTS, actions=(MOVED,))
    return details, History(found[1:] if goes_on else found, last_capture(moved), goes_on)


async def _told_to_others(request: Request[Any, Any, Any], details: PaymentDetail, caller: Caller) -> Sequence[Step]:
    """What the shop's own systems were told of the payment and its refunds, as steps of its timeline."""
    objects = (details.payment.id, *(one.id for one in details.refunds))
    overview = endpoints.core_of(request).overview
    lines = await shared(request, ("deliveries", *objects), lambda: overview.of_objects(objects, _TOLD))
    return delivery_view.steps_of(lines, locale_of(request), may_open=caller.may(endpoints.MANAGE))


async def _older(services: Services, payment_id: UUID, history: History) -> str:
    """The address of what happened before what is shown; empty where that is the beginning."""
    if not history.goes_on:
        return ""
    first = history.entries[0]
    part = await Cursors(services.secrets).onward(f"timeline-{payment_id}", (), (first.at, first.id))
    return f"/console/payments/{ids.show('pay', payment_id)}?{urlencode({'cursor': part.next_cursor})}"


@post("/console/payments/{payment:str}/ask", status_code=303)
async def ask(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[None]:
    """Ask the provider now; this moves nothing by itself, so it asks nobody first."""
    caller = operator(request, "payments:refresh")
    payment_id = ids.read("pay", payment)
    try:
        await services_of(request).payments.refresh(caller, payment_id)
    except (UpstreamFailed, Unavailable, TooMany):
        return back_to(payment, "silent")
    return back_to(payment, "asked")


@get("/console/payments/{payment:str}/cancel")
async def ask_cancel(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[bytes]:
    """Is it meant?"""
    operator(request, "payments:cancel")
    return await _question(request, await _whole(request, payment), "cancel")


@post("/console/payments/{payment:str}/cancel", status_code=303)
async def cancel(request: Request[Any, Any, Any], payment: FromPath[str]) -> Page:
    """Close the payment."""
    caller = operator(request, "payments:cancel")
    try:
        await services_of(request).payments.cancel(caller, ids.read("pay", payment))
    except REFUSED as error:
        return back_to(payment, "refused", error)
    return back_to(payment, "cancelled")


@get("/console/payments/{payment:str}/refund")
async def ask_refund(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[bytes]:
    """How much, and why? The amount is typed: nothing that moves money happens at one press."""
    operator(request, "refunds:create")
    return await _question(request, await _whole(request, payment), "refund")


@post("/console/payments/{payment:str}/refund", status_code=303)
async def refund(request: Request[Any, Any, Any], payment: FromPath[str]) -> Page:
    """Promise money back; the same form sent twice promises once."""
    caller = operator(request, "refunds:create")
    details = await _whole(request, payment)
    form, locale = await read_form(request, "key", *refund_form.FIELDS, cards_in=refund_form.FIELDS), locale_of(request)
    given = {name: form[name] for name in refund_form.FIELDS}
    amount, wrong = refund_form.read(given, details, locale)
    if wrong or only_shown(request):
        cards = with_card_numbers(given)
        note_cards(request, cards)
        return await _question(request, details, "refund", given | dict.fromkeys(cards, ""), wrong)
    key = form_key(caller.label, form["key"], "refund", payment, str(amount), form["reason"])
    try:  # how much is left is core's to say, after it has looked whether this very form was sent before
        await services_of(request).payments.refund(caller, details.payment.id, amount, form["reason"], None, key)
    except NotRefundable:
        return await _question(request, details, "refund", given, {"amount": refund_form.too_much(details, locale)})
    return back_to(payment, "refunded")


@get("/console/payments/{payment:str}/resolve")
async def ask_resolve(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[bytes]:
    """What is true about the held money?"""
    operator(request, "payments:resolve")
    return await _question(request, await _whole(request, payment), "resolve")


@post("/console/payments/{payment:str}/resolve", status_code=303)
async def resolve(request: Request[Any, Any, Any], payment: FromPath[str]) -> Page:
    """Keep a person's decision, with the reason."""
    caller = operator(request, "payments:resolve")
    details = await _whole(request, payment)
    form = await read_form(request, "decision", "reason")
    say, reason, payments_ = texts.words(locale_of(request)), form["reason"], services_of(request).payments
    if (wrong := reason_wrong(form, ("accept", "refund", "release"), say)) or only_shown(request):
        return await _question(request, details, "resolve", form, wrong)
    try:
        match form["decision"]:
            case "accept" | "refund" | "release" as decision:
                await payments_.resolve(caller, details.payment.id, decision, reason)
            case _:
                return await _question(request, details, "resolve", form, {"decision": say("resolving.wrong")})
    except REFUSED_FOR_GOOD as error:
        return back_to(payment, "refused", error)
    return back_to(payment, "resolved")


async def _whole(request: Request[Any, Any, Any], payment: str) -> PaymentDetail:
    return await services_of(request).payments.get(ids.read("pay", payment))


async def _question(
    request: Request[Any, Any, Any],
    details: PaymentDetail,
    act: str,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response[bytes]:
    return await ask_first(request, "payments", _QUESTIONS[act](details, locale_of(request)), given, wrong)


_QUESTIONS: Final[Mapping[str, Callable[[PaymentDetail, Locale], Question]]] = {
    "cancel": payment_questions.cancelling,
    "refund": payment_questions.refunding,
    "resolve": payment_questions.resolving,
}
HANDLERS: Final = [
    payments,
    payment,
    ask,
    ask_cancel,
    cancel,
    ask_refund,
    refund,
    ask_resolve,
    resolve,
]
