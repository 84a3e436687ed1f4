"""Operators and refunds: where one goes, its link, the transfer that was made, and what became of one in doubt. Each page asks first."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base import ids
from gerbang.core.identity.model import Caller
from gerbang.core.payments.machine import is_stopped
from gerbang.core.payments.model import Destination, PaymentDetail, Refund, RefundStatus
from gerbang.core.payments.reach import REFUND_LINK
from gerbang.core.payments.refunds.model import DestinationChanged
from gerbang.web import texts
from gerbang.web.checkout.refunds import read_destination
from gerbang.web.console import payment_questions, refund_view
from gerbang.web.console.confirmation import REFUSED, REFUSED_FOR_GOOD, ask_first, back_to, reason_wrong
from gerbang.web.console.page_frame import names_of, operator, show
from gerbang.web.forms import read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

_LONGEST_VERSION: Final = 5


@get("/console/refunds/{refund:str}/settle")
async def ask_settle(request: Request[Any, Any, Any], refund: FromPath[str]) -> Response[bytes]:
    """Which transfer was it?"""
    operator(request, "refunds:settle")
    return await _settling(request, ids.read("ref", refund), "", "")


@post("/console/refunds/{refund:str}/settle", status_code=303)
async def settle(request: Request[Any, Any, Any], refund: FromPath[str]) -> Page:
    """Record the transfer that a person made at the bank, to the account that this form showed."""
    caller = operator(request, "refunds:settle")
    refund_id = ids.read("ref", refund)
    form = await read_form(request, "reference", "version")
    reference = form["reference"]
    say = texts.words(locale_of(request))
    if form.cards or not 4 <= len(reference) <= 120:
        wrong = form.card_complaints(say).get("reference") or say("settling.wrong")
        return await _settling(request, refund_id, reference, wrong)
    if only_shown(request):
        return await _settling(request, refund_id, reference, "")
    payment = await _payment_of(request, refund_id)
    try:
        await services_of(request).payments.settle_refund(caller, refund_id, reference, _version(form))
    except DestinationChanged:
        return await _settling(request, refund_id, reference, say("settling.changed"))
    except REFUSED_FOR_GOOD as error:
        return back_to(payment, "refused", error)
    return back_to(payment, "settled")


@get("/console/refunds/{refund:str}/destination")
async def ask_destination(request: Request[Any, Any, Any], refund: FromPath[str]) -> Response[bytes]:
    """Where does the payer want the money?"""
    operator(request, "refunds:settle")
    return await _naming(request, ids.read("ref", refund))


@post("/console/refunds/{refund:str}/destination", status_code=303)
async def name_destination(request: Request[Any, Any, Any], refund: FromPath[str]) -> Page:
    """Keep what the payer told an operator, on the operator's name."""
    caller, refund_id = operator(request, "refunds:settle"), ids.read("ref", refund)
    payments = services_of(request).payments
    given, wrong = await read_destination(request, await payments.refund_of(refund_id))
    if wrong or only_shown(request):
        return await _naming(request, refund_id, given, wrong)
    payment = await _payment_of(request, refund_id)
    version = _version(await read_form(request, "version"))
    try:
        await payments.name_destination(caller, refund_id, given, seen=version or 0)
    except DestinationChanged:
        return await _naming(request, refund_id, given, {"": texts.words(locale_of(request))("settling.changed")})
    except REFUSED_FOR_GOOD as error:
        return back_to(payment, "refused", error)
    return back_to(payment, "named")


@post("/console/refunds/{refund:str}/send-link", status_code=303)
async def send_link(request: Request[Any, Any, Any], refund: FromPath[str]) -> Page:
    """Send the link to the payer's own address or phone: this shows it to nobody here, so it asks nobody first."""
    caller, refund_id = operator(request, "refunds:create"), ids.read("ref", refund)
    payment = await _payment_of(request, refund_id)
    try:
        await services_of(request).payments.send_refund_link(caller, refund_id)
    except REFUSED as error:
        return back_to(payment, "refused", error)
    return back_to(payment, "mailed")


@post("/console/refunds/{refund:str}/link", status_code=200)
async def issue_link(request: Request[Any, Any, Any], refund: FromPath[str]) -> Page:
    """Make a link for a payer whom no mail reaches, and show it this once; whoever made it stands beside what is named by it."""
    caller, refund_id = operator(request, "refunds:settle"), ids.read("ref", refund)
    services = services_of(request)
    found = await services.payments.refund_of(refund_id)
    payment = ids.show("pay", found.payment_id)
    if only_shown(request):  # of the other language: each link is shown once
        return see_other(f"/console/payments/{payment}?lang={locale_of(request)}")
    try:
        token = await services.payments.issue_refund_link(caller, refund_id)
    except REFUSED as error:
        return back_to(payment, "refused", error)
    url = f"{services.settings.base_url}/refund/{refund}?t={token}"
    return await show(request, "refund_link.html", "payments", refund=found, id=payment, url=url)


@get("/console/refunds/{refund:str}/resolve")
async def ask_resolve_refund(request: Request[Any, Any, Any], refund: FromPath[str]) -> Response[bytes]:
    """What became of a refund in doubt?"""
    operator(request, "refunds:settle")
    return await _deciding(request, ids.read("ref", refund))


@post("/console/refunds/{refund:str}/resolve", status_code=303)
async def resolve_refund(request: Request[Any, Any, Any], refund: FromPath[str]) -> Page:
    """Keep what a person has seen at the provider, with the reason."""
    caller, refund_id = operator(request, "refunds:settle"), ids.read("ref", refund)
    form, say = await read_form(request, "decision", "reason"), texts.words(locale_of(request))
    if only_shown(request):
        return await _deciding(request, refund_id, form)
    if wrong := reason_wrong(form, ("returned", "failed"), say):
        return await _deciding(request, refund_id, form, wrong)
    payment = await _payment_of(request, refund_id)
    try:
        match form["decision"]:
            case "returned" | "failed" as decision:
                await services_of(request).payments.resolve_refund(caller, refund_id, decision, form["reason"])
            case _:
                return await _deciding(request, refund_id, form, {"decision": say("resolving.wrong")})
    except REFUSED_FOR_GOOD as error:
        return back_to(payment, "refused", error)
    return back_to(payment, "resolved")


async def rows_of(request: Request[Any, Any, Any], details: PaymentDetail, caller: Caller) -> list[dict[str, Any]]:
    """The refunds of a payment, as its page lists them."""
    payments, locale = services_of(request).payments, locale_of(request)
    may_settle, may_send = caller.may("refunds:settle"), caller.may("refunds:create")
    waits = may_send and any(one.status is RefundStatus.AWAITING_TRANSFER for one in details.refunds)
    reach = await payments.reach(details.payment.id, REFUND_LINK) if waits else None
    rows = []
    for one in details.refunds:
        named, coins = await payments.destinations_of(one.id), await payments.coins_of(one)
        asked = await payments.approval_of_refund(one.id) if one.approval == "pending" and may_settle else None
        names = await names_of(request, refund_view.labels_of(named))
        stopped = is_stopped(details.payment, details.attempts)
        approval = ids.show("apr", asked.id) if asked else ""
        rows.append(
            refund_view.refund_row(
                one,
                named,
                coins,
                locale,
                names,
                may_settle=may_settle,
                reach=reach,
                stopped=stopped,
                approval=approval,
            )
        )
    return rows


async def _settling(request: Request[Any, Any, Any], refund_id: UUID, reference: str, wrong: str) -> Response[bytes]:
    payments, known = services_of(request).payments, await _refund(request, refund_id)
    named = await payments.destinations_of(refund_id)
    names = await names_of(request, refund_view.labels_of(named))
    details = await payments.get(known.payment_id)
    stopped = is_stopped(details.payment, details.attempts)
    question = payment_questions.settling(
        known, named, await payments.coins_of(known), locale_of(request), names, stopped=stopped
    )
    return await ask_first(
        request, "payments", question, {"reference": reference}, {"reference": wrong} if wrong else {}
    )


async def _naming(
    request: Request[Any, Any, Any],
    refund_id: UUID,
    given: Destination | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response[bytes]:
    payments, known = services_of(request).payments, await _refund(request, refund_id)
    named, coins = await payments.destinations_of(refund_id), await payments.coins_of(known)
    typed = {"bank": given.bank, "account": given.account, "name": given.name} if given else {}
    names = await names_of(request, refund_view.labels_of(named))
    question = payment_questions.naming(known, named, coins, locale_of(request), names)
    return await ask_first(request, "payments", question, typed, wrong)


async def _deciding(
    request: Request[Any, Any, Any],
    refund_id: UUID,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response[bytes]:
    known = await _refund(request, refund_id)
    details = await services_of(request).payments.get(known.payment_id)
    question = payment_questions.deciding(details, known, locale_of(request))
    return await ask_first(request, "payments", question, given, wrong)


async def _refund(request: Request[Any, Any, Any], refund_id: UUID) -> Refund:
    return await services_of(request).payments.refund_of(refund_id)


async def _payment_of(request: Request[Any, Any, Any], refund_id: UUID) -> str:
    return ids.show("pay", (await _refund(request, refund_id)).payment_id)


def _version(form: Mapping[str, str]) -> int | None:
    """The version of the destination that the form showed; None for a form without one."""
    typed = form["version"]
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_VERSION else None


HANDLERS: Final = [
    ask_settle,
    settle,
    ask_destination,
    name_destination,
    send_link,
    issue_link,
    ask_resolve_refund,
    resolve_refund,
]
