"""What operators do with what a customer asks of their data: noted on the customer's page, done or refused on a page of its own."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Conflict, NotFound
from gerbang.base.formats import Locale, moment
from gerbang.core.customers.data_requests import DataRequests, may_close
from gerbang.core.customers.model import (
    PREFIX,
    READ,
    REQUEST_PREFIX,
    WRITE,
    DataRequest,
    DataRequestKind,
    DataRequestNotFound,
)
from gerbang.web import texts
from gerbang.web.console.actors import called
from gerbang.web.console.confirmation import Input, Question, ask_first
from gerbang.web.console.customer_view import due
from gerbang.web.console.customers import AnyRequest, core_of, customer_id
from gerbang.web.console.moments import read_past
from gerbang.web.console.objects import Crumb
from gerbang.web.console.page_frame import form_key, names_of, operator
from gerbang.web.console.same_person import others_named, word_input, word_wrong
from gerbang.web.forms import Form, read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

_LIST: Final = "/console/customers"
_KINDS: Final = tuple(kind.value for kind in DataRequestKind)
_MOST: Final = 500
_LEAST: Final = 3
_DECISIONS: Final = ("complete", "refuse")


@get("/console/customers/{customer:str}/data-requests")
async def new(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """What is asked?"""
    operator(request, WRITE)
    await core_of(request).get(customer_id(customer))
    return await _noting(request, customer)


@post("/console/customers/{customer:str}/data-requests", status_code=303)
async def note(request: AnyRequest, customer: FromPath[str]) -> Page:
    """Note it; the same form sent twice notes it once."""
    caller, say = operator(request, WRITE), texts.words(locale_of(request))
    form = await read_form(request, "key", "kind", "note", "received_at")
    wrong = form.card_complaints(say)
    if form["kind"] not in _KINDS:
        wrong["kind"] = say("cus.wrong.choice")
    if len(form["note"]) > _MOST:
        wrong["note"] = say("dsr.wrong.note")
    received = read_past(form["received_at"])
    if received is None:
        wrong["received_at"] = say("cus.wrong.at")
    if wrong or only_shown(request):
        return await _noting(request, customer, form, wrong)
    key = form_key(caller.label, form["key"], "data-request", customer, form["kind"], form["note"], form["received_at"])
    try:
        kind = DataRequestKind(form["kind"])
        await _requests(request).open(
            caller, customer_id(customer), kind, form["note"], key, received if form["received_at"] else None
        )
    except Conflict as error:
        return _back(customer, "refused", why=error.code)
    return _back(customer, "noted")


@get("/console/data-requests/{data_request:str}")
async def ask(request: AnyRequest, data_request: FromPath[str]) -> Response[bytes]:
    """What was asked, and whether it is done."""
    operator(request, READ)
    return await _answering(request, await _requests(request).get(_request_id(data_request)))


@post("/console/data-requests/{data_request:str}", status_code=303)
async def answer(request: AnyRequest, data_request: FromPath[str]) -> Page:
    """Do it, or say why not."""
    asked = await _requests(request).get(_request_id(data_request))
    caller, say = operator(request, may_close(asked.kind)), texts.words(locale_of(request))
    form = await read_form(request, "key", "decision", "reason", "word")
    wrong = form.card_complaints(say)
    if asked.kind is DataRequestKind.ERASURE and form["decision"] == "complete":
        wrong |= word_wrong(request, form)
    if form["decision"] not in _DECISIONS:
        wrong["decision"] = say("cus.wrong.choice")
    if not _LEAST <= len(form["reason"]) <= _MOST and "reason" not in wrong:
        wrong["reason"] = say("dsr.wrong.reason")
    if wrong or only_shown(request):
        return await _answering(request, asked, form, wrong)
    known, customer = _requests(request), ids.show(PREFIX, asked.customer_id)
    try:
        if form["decision"] == "complete":
            await known.complete(caller, asked.id, form["reason"])
        else:
            await known.refuse(caller, asked.id, form["reason"])
    except Conflict as error:
        return _back(customer, "refused", why=error.code)
    return _back(customer, "answered")


async def _noting(
    request: AnyRequest, customer: str, given: Form | None = None, wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say, here = texts.words(locale_of(request)), f"{_LIST}/{customer}"
    kinds = tuple((kind, say(f"dsr.kind.{kind}")) for kind in _KINDS)
    question = Question(
        heading=say("dsr.new.title"),
        lead=say("dsr.new.lead", days=services_of(request).settings.data_request_due_days),
        action=f"{here}/data-requests",
        back=here,
        crumbs=(Crumb(say("nav.customers"), _LIST), Crumb(customer, here)),
        button=say("dsr.new.button"),
        inputs=(
            Input("kind", say("dsr.new.kind"), "radio", kinds),
            Input("note", say("dsr.new.note"), most=_MOST, required=False),
            Input(
                "received_at",
                say("dsr.new.received"),
                "datetime-local",
                hint=say("dsr.new.received.hint"),
                most=40,
                required=False,
            ),
        ),
    )
    return await ask_first(request, "customers", question, given, wrong)


async def _answering(
    request: AnyRequest, asked: DataRequest, given: Form | None = None, wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    locale, say = locale_of(request), texts.words(locale_of(request))
    customer = ids.show(PREFIX, asked.customer_id)
    here, shown = f"{_LIST}/{customer}", ids.show(REQUEST_PREFIX, asked.id)
    may = asked.closed_at is None and operator(request, READ).may(may_close(asked.kind))
    decisions = tuple((one, say(f"dsr.answer.{one}")) for one in _DECISIONS)
    erases = asked.kind is DataRequestKind.ERASURE
    inputs = (
        Input("decision", say("dsr.answer.decision"), "radio", decisions),
        Input("reason", say("dsr.answer.reason"), most=_MOST),
        *((word_input(request, required=False),) if erases else ()),
    )
    said = Markup(" · ").join(one for one in (asked.note, asked.answer) if one)
    known = [say("dsr.received", at=moment(asked.received_at, locale)), await _how_it_stands(request, asked)]
    if may and erases:
        known += [say("cus.erase.note"), *await others_named(request, asked.customer_id, "erase")]
    elif may and asked.kind is DataRequestKind.ACCESS:
        known += await others_named(request, asked.customer_id, "export")
    question = Question(
        heading=say(f"dsr.kind.{asked.kind.value}"),
        lead=_lead(asked, locale, may=may),
        action=f"/console/data-requests/{shown}",
        back=here,
        crumbs=(Crumb(say("nav.customers"), _LIST), Crumb(customer, here)),
        button=say("dsr.answer.button") if may else "",
        danger=erases,
        note=said,
        inputs=inputs if may else (),
        earlier=tuple(known),
    )
    return await ask_first(request, "customers", question, given, wrong)


def _lead(asked: DataRequest, locale: Locale, *, may: bool) -> Markup:
    """What to do, or how it ended, or why the reader cannot do it."""
    say = texts.words(locale)
    if asked.closed_at is not None:
        return say(f"dsr.status.{asked.status.value}")
    return say(f"dsr.answer.lead.{asked.kind.value}") if may else say("dsr.answer.not_yours")


async def _how_it_stands(request: AnyRequest, asked: DataRequest) -> Markup:
    """By when it is due, or since when it is over; of one that is closed when that was, and by whom."""
    locale, say = locale_of(request), texts.words(locale_of(request))
    if asked.closed_at is None:
        return due(asked, services_of(request).payments.context.clock.now(), locale)
    by = called(asked.closed_by or "", await names_of(request, [asked.closed_by]), locale)
    return say("dsr.closed", at=moment(asked.closed_at, locale), by=by)


def _requests(request: AnyRequest) -> DataRequests:
    return services_of(request).service(DataRequests)


def _request_id(shown: str) -> UUID:
    try:
        return ids.read(REQUEST_PREFIX, shown)
    except NotFound as error:
        raise DataRequestNotFound from error


def _back(customer: str, done: str, **more: str) -> Response[None]:
    return see_other(f"{_LIST}/{customer}?{urlencode({'done': done, **more})}")


HANDLERS: Final = [new, note, ask, answer]
