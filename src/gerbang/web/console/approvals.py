"""Operators and what needs a second person: exactly what is approved, what changed since it was asked, and the decision."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base import formats, ids
from gerbang.core.identity.model import AccountThrottled, Caller, WrongPassword
from gerbang.core.payments.model import CryptoAmount, Refund
from gerbang.core.payments.refunds import approvals
from gerbang.core.payments.refunds.model import Approval, DestinationChanged, NamedDestination
from gerbang.web import texts
from gerbang.web.checkout.login import password_of
from gerbang.web.console import actors, payment_view, refund_view
from gerbang.web.console.confirmation import REFUSED_FOR_GOOD, Input, back_to
from gerbang.web.console.page_frame import names_of, operator, show
from gerbang.web.forms import read_form
from gerbang.web.input.typed_money import Unreadable, read_amount
from gerbang.web.pages import Page, locale_of, only_shown, services_of

_EMPTY: Final = {"amount": "", "note": ""}


@get("/console/approvals/{approval:str}")
async def ask(request: Request[Any, Any, Any], approval: FromPath[str]) -> Response[bytes]:
    """What is to be approved, exactly."""
    operator(request, "refunds:settle")
    return await _show(request, approval, _EMPTY, {})


@post("/console/approvals/{approval:str}/approve", status_code=303)
async def approve(request: Request[Any, Any, Any], approval: FromPath[str]) -> Page:
    """Agree to what the form showed; the amount is typed, so that nobody agrees in passing."""
    return await _decide(request, approval, approve=True)


@post("/console/approvals/{approval:str}/refuse", status_code=303)
async def refuse(request: Request[Any, Any, Any], approval: FromPath[str]) -> Page:
    """Refuse, and say why."""
    return await _decide(request, approval, approve=False)


async def _decide(request: Request[Any, Any, Any], shown: str, *, approve: bool) -> Page:
    caller, payments = operator(request, "refunds:settle"), services_of(request).payments
    known = await payments.approval_of(ids.read("apr", shown))
    form, say = await read_form(request, "amount", "note", "fingerprint"), texts.words(locale_of(request))
    wrong: dict[str, str] = {}
    if approve and not _is_amount(form["amount"], known):
        wrong["amount"] = say(
            "approving.wrong.amount", amount=formats.money(known.amount, known.currency, locale_of(request))
        )
    if not approve and not 3 <= len(form["note"]) <= 500:
        wrong["note"] = say("approving.wrong.note")
    wrong |= form.card_complaints(say)
    if only_shown(request):
        return await _show(request, shown, form, wrong)
    if not wrong and approve:
        wrong = await _step_up(request, caller)
    if wrong:
        return await _show(request, shown, form, wrong)
    payment = ids.show("pay", known.payment_id)
    try:
        await payments.decide_approval(caller, known.id, approve=approve, note=form["note"], seen=form["fingerprint"])
    except DestinationChanged:
        return await _show(request, shown, form, {"": say("settling.changed")})
    except REFUSED_FOR_GOOD as error:
        return back_to(payment, "refused", error)
    return back_to(payment, "approved" if approve else "declined")


async def _step_up(request: Request[Any, Any, Any], caller: Caller) -> dict[str, str]:
    """Take the password where one is needed or was given (R38); what is wrong with it, if anything is."""
    step_up, say = services_of(request).identity.step_up, texts.words(locale_of(request))
    password = await password_of(request)
    if not password:
        return {} if await step_up.is_given(caller) else {"password": say("approving.wrong.password.none")}
    try:
        await step_up.give(caller, password)
    except (WrongPassword, AccountThrottled) as error:
        key = "approving.wrong.password" if isinstance(error, WrongPassword) else "login.slow"
        return {"password": say(key)}
    return {}


def _is_amount(typed: str, known: Approval) -> bool:
    try:
        return read_amount(typed, known.currency) == known.amount
    except Unreadable:
        return False


async def _show(
    request: Request[Any, Any, Any], shown: str, given: dict[str, str], wrong: dict[str, str]
) -> Response[bytes]:
    services, locale = services_of(request), locale_of(request)
    payments, caller = services.payments, operator(request, "refunds:settle")
    known = await payments.approval_of(ids.read("apr", shown))
    refund, named = await payments.refund_of(known.refund_id), await payments.destinations_of(known.refund_id)
    (may,) = await payments.hands(caller, [(refund, named)])
    labels = [known.requested_by, known.decided_by, *may.others, *refund_view.labels_of(named)]
    names = await names_of(request, labels)
    return await show(
        request,
        "approval.html",
        "work",
        status_code=422 if wrong else 200,
        id=shown,
        approval=known,
        refund=refund,
        left=payment_view.refundable(details := await payments.get(known.payment_id)),
        details=details,
        payment_id=ids.show("pay", known.payment_id),
        refund_id=ids.show("ref", known.refund_id),
        asks=actors.called(known.requested_by, names, locale),
        decides=actors.called(known.decided_by, names, locale) if known.decided_by else "",
        others=actors.listed(may.others, names, locale),
        may_decide=may.approve,
        is_open=known.status == "pending" and services.payments.context.clock.now() < known.expires_at,
        given={**given, "password": ""},
        wrong=wrong,
        inputs=_inputs(locale, proven=await services.identity.step_up.is_given(caller)),
        **_bound(refund, named, await payments.coins_of(refund), known, locale),
        history=refund_view.history_of(named, locale, names),
    )


def _inputs(locale: formats.Locale, *, proven: bool) -> tuple[Input, ...]:
    """What is typed to decide; the password where it was not given a moment ago (R38)."""
    say = texts.words(locale)
    amount = Input(
        "amount", say("approving.amount"), hint=say("approving.amount.hint"), most=40, mode="numeric", required=False
    )
    note = Input("note", say("approving.note"), most=500, required=False)
    password = Input(
        "password",
        say("approving.password"),
        "password",
        hint=say("approving.password.hint"),
        most=1024,
        auto="current-password",
        required=False,
    )
    return (amount, note) if proven else (amount, note, password)


def _bound(
    refund: Refund, named: list[NamedDestination], coins: CryptoAmount | None, known: Approval, locale: formats.Locale
) -> dict[str, Any]:
    """What is bound, and whether it changed since it was asked."""
    return {
        "destination": refund_view.destination_text(named, coins, locale),
        "version": named[0].version if named else 0,
        "changed": bool(named) and named[0].version != known.destination_version,
        "fingerprint": approvals.fingerprint(refund, named),
    }


HANDLERS: Final = [ask, approve, refuse]
