"""Operators and payments: the list, one payment with its timeline, and the acts, each behind a page that asks first."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base import ids
from gerbang.base.errors import TooMany, Unavailable, UpstreamFailed
from gerbang.core.payments.crypto.deposit_address_store import Wallet
from gerbang.core.payments.model import Filters, NotRefundable, PaymentDetail, PaymentStatus
from gerbang.ports.payment import Method
from gerbang.web import texts
from gerbang.web.console import filters as filtering
from gerbang.web.console import ledger_view, payment_view, refund_form, refunds, search
from gerbang.web.console.confirmation import REFUSED, REFUSED_FOR_GOOD, ask_first, back_to, reason_wrong
from gerbang.web.console.link_form import with_card_numbers
from gerbang.web.console.page_frame import form_key, names_of, operator, refusal, show
from gerbang.web.cursors import Cursors
from gerbang.web.forms import note_cards, read_form
from gerbang.web.input.cleaning import cleaned
from gerbang.web.pages import Page, locale_of, only_shown, services_of
from gerbang.web.services import Services

_LIST: Final = "console-payments"
_ROWS: Final = 50
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
)


@get("/console/payments")
async def payments(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Payments, newest first, with filters in the address."""
    caller = operator(request, "payments:read")
    services = services_of(request)
    chosen = {
        name: cleaned(name, request.query_params.get(name, ""))[:120]
        for name in ("status", "method", "connection", "order_reference")
    }
    chosen |= {name: request.query_params.get(name, "")[:40] for name in ("after", "before")}
    connections = [one.id for one in await services.connections.all()]
    asked = filtering.Filters(chosen, texts.words(locale_of(request)))
    filters = Filters(
        status=asked.word("status", list(PaymentStatus)),
        method=asked.word("method", list(Method)),
        connection=asked.word("connection", connections),
        order_reference=chosen["order_reference"] or None,
        created_after=asked.day("after"),
        created_before=asked.day("before", after=True),
    )
    cursors = Cursors(services.secrets)
    cursor = request.query_params.get("cursor")
    place = await cursors.read(_LIST, cursor)
    if q := search.wanted(request):
        found, onward = await services.payments.find(q, search.MOST), None
    else:
        found, onward = ([], None) if asked.wrong else await services.payments.page(filters, place, _ROWS)
    now, locale = services.payments.context.clock.now(), locale_of(request)
    part = await cursors.onward(_LIST, [payment_view.row_of(one, now, locale) for one in found], onward)
    kept = {name: value for name, value in chosen.items() if value}
    return await show(
        request,
        "payments.html",
        "payments",
        status_code=422 if asked.wrong else 200,
        rows=part.data,
        chosen=chosen,
        wrong=asked.wrong,
        filtered=bool(kept),
        tabs=_TABS,
        tab_links={status: _link(kept | {"status": status}) for status in ("", *_TABS)},
        methods=[method.value for method in Method],
        connections=connections,
        newest=_link(kept) if cursor else "",
        older=_link(kept | {"cursor": part.next_cursor}) if part.next_cursor else "",
        q=q,
        may_create=caller.may("payments:create"),
        hidden=await _hidden(services),
    )


async def _hidden(services: Services) -> Sequence[Wallet]:
    """The wallets with so many unpaid addresses in a row that their owner's program may not show what comes behind them."""
    wallets = await services.payments.context.calls.deposits.wallets_seen()
    return [one for one in wallets if one.gap_limit > services.settings.wallet_gap_limit]


@get("/console/payments/{payment:str}")
async def payment(request: Request[Any, Any, Any], payment: FromPath[str]) -> Response[bytes]:
    """One payment: why it is as it is, what happened, its money and its references."""
    caller = operator(request, "payments:read")
    services = services_of(request)
    payment_id = ids.read("pay", payment)
    details = await services.payments.get(payment_id)
    moments = await services.payments.timeline(payment_id)
    locale = locale_of(request)
    said = request.query_params.get("done", "")
    names = await names_of(request, [moment.actor for moment in moments])
    lines = await services.ledger.postings(payment_id) if caller.may("ledger:read") else None
    return await show(
        request,
        "payment.html",
        "payments",
        **payment_view.page_of(details, moments, locale, names),
        refunds=await refunds.rows_of(request, details, caller),
        actions=payment_view.actions_of(details, caller, services.payments.context.clock.now()),
        lines=None if lines is None else ledger_view.rows_of(lines, locale),
        payer_page=f"/pay/{payment}?t={await services.payments.link_token(payment_id)}"
        if caller.may("payments:create")
        else "",
        said=said if said in _SAID else "refused" if said == "refused" else "",
        said_why=refusal(request.query_params.get("why", ""), locale),
    )


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
    values = payment_view.question_of(details, act, locale_of(request))
    return await ask_first(request, values, given, wrong)


def _link(values: Mapping[str, str | None]) -> str:
    kept = {name: value for name, value in values.items() if value}
    return "/console/payments" + (f"?{urlencode(kept)}" if kept else "")


HANDLERS: Final = [
    payments, payment, ask, ask_cancel, cancel, ask_refund, refund, ask_resolve, resolve,
]  # fmt: skip
