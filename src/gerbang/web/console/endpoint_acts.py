"""What operators do with an endpoint: try it, rotate its secret, switch it, delete it, send many again. What cannot be undone asks first."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Conflict, Invalid
from gerbang.base.formats import Locale
from gerbang.core.endpoints.model import DeliveryOutcome, Endpoint, host_of
from gerbang.core.endpoints.service import OVERLAP_S, switched
from gerbang.web import texts
from gerbang.web.console.confirmation import Input, Question, ask_first
from gerbang.web.console.endpoint_editing import show_keys
from gerbang.web.console.endpoints import MANAGE, AnyRequest, core_of, endpoint_of
from gerbang.web.console.moments import read_moment
from gerbang.web.console.objects import Crumb
from gerbang.web.console.page_frame import operator
from gerbang.web.forms import read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

_OVERLAPS: Final = ("86400", "3600", "604800", "0")
_LOST: Final = "lost"
_WHICH: Final = (_LOST, DeliveryOutcome.FAILED, DeliveryOutcome.CANCELLED, DeliveryOutcome.SUCCEEDED)
assert str(OVERLAP_S) in _OVERLAPS, "the API's own overlap can be chosen"


@post("/console/endpoints/{endpoint:str}/test", status_code=303)
async def test(request: AnyRequest, endpoint: FromPath[str]) -> Response[None]:
    """Send it a test event, whose page tells when it arrives."""
    caller, known = operator(request, MANAGE), await endpoint_of(request, endpoint)
    try:
        made = await core_of(request).test(caller, known.id)
    except Conflict as error:
        return _back(endpoint, "refused", why=error.code)
    return see_other(f"/console/deliveries/{ids.show('dlv', made.id)}?done=tested")


@get("/console/endpoints/{endpoint:str}/rotate")
async def ask_rotate(request: AnyRequest, endpoint: FromPath[str]) -> Response[bytes]:
    """For how long is the old secret to stay valid?"""
    operator(request, MANAGE)
    known = await endpoint_of(request, endpoint)
    return await ask_first(request, "endpoints", _rotating(known, locale_of(request)), {"overlap": str(OVERLAP_S)})


@post("/console/endpoints/{endpoint:str}/rotate", status_code=200)
async def rotate(request: AnyRequest, endpoint: FromPath[str]) -> Page:
    """Make new keys, and show them once."""
    caller, known, locale = operator(request, MANAGE), await endpoint_of(request, endpoint), locale_of(request)
    form = await read_form(request, "overlap")
    wrong = {} if form["overlap"] in _OVERLAPS else {"overlap": texts.words(locale)("ep.wrong.choice")}
    if wrong or only_shown(request):
        return await ask_first(request, "endpoints", _rotating(known, locale), form, wrong)
    overlap_s = int(form["overlap"])
    keys = await core_of(request).rotate(caller, known.id, overlap_s)
    now: datetime = services_of(request).payments.context.clock.now()
    until = now + timedelta(seconds=overlap_s) if overlap_s else None
    return await show_keys(request, known, keys, until, at_once=not overlap_s)


@get("/console/endpoints/{endpoint:str}/disable")
async def ask_disable(request: AnyRequest, endpoint: FromPath[str]) -> Response[bytes]:
    """Is it meant?"""
    return await _ask_to_end(request, endpoint, "disable")


@post("/console/endpoints/{endpoint:str}/disable", status_code=303)
async def disable(request: AnyRequest, endpoint: FromPath[str]) -> Response[None]:
    """Send nothing there any more."""
    caller, known = operator(request, MANAGE), await endpoint_of(request, endpoint)
    if known.disabled is None:
        await core_of(request).change(caller, known.id, {"disabled": switched(enabled=False)})
    return _back(endpoint, "disabled")


@post("/console/endpoints/{endpoint:str}/enable", status_code=303)
async def enable(request: AnyRequest, endpoint: FromPath[str]) -> Response[None]:
    """Send there again, from now on."""
    caller, known = operator(request, MANAGE), await endpoint_of(request, endpoint)
    if known.disabled is not None:
        await core_of(request).change(caller, known.id, {"disabled": switched(enabled=True)})
    return _back(endpoint, "enabled")


@get("/console/endpoints/{endpoint:str}/delete")
async def ask_delete(request: AnyRequest, endpoint: FromPath[str]) -> Response[bytes]:
    """Is it meant?"""
    return await _ask_to_end(request, endpoint, "delete")


@post("/console/endpoints/{endpoint:str}/delete", status_code=303)
async def delete(request: AnyRequest, endpoint: FromPath[str]) -> Response[None]:
    """It is gone from here; the trail keeps what was done with it."""
    caller, known = operator(request, MANAGE), await endpoint_of(request, endpoint)
    await core_of(request).delete(caller, known.id)
    return see_other("/console/endpoints?done=deleted")


@get("/console/endpoints/{endpoint:str}/resend")
async def ask_resend(request: AnyRequest, endpoint: FromPath[str]) -> Response[bytes]:
    """Which of them, from when to when?"""
    operator(request, MANAGE)
    known = await endpoint_of(request, endpoint)
    return await ask_first(request, "endpoints", _resending(known, locale_of(request)), {"status": _LOST})


@post("/console/endpoints/{endpoint:str}/resend", status_code=303)
async def resend(request: AnyRequest, endpoint: FromPath[str]) -> Page:
    """Send a range of time again."""
    caller, known, locale = operator(request, MANAGE), await endpoint_of(request, endpoint), locale_of(request)
    form = await read_form(request, "since", "until", "status")
    moments, wrong = _range(form, locale)
    if form["status"] not in _WHICH:
        wrong["status"] = texts.words(locale)("ep.wrong.choice")
    since, until = moments.get("since"), moments.get("until")
    if wrong or since is None or only_shown(request):
        return await ask_first(request, "endpoints", _resending(known, locale), form, wrong)
    status = None if form["status"] == _LOST else DeliveryOutcome(form["status"])
    try:
        resent = await core_of(request).resend_range(caller, known.id, since, until, status)
    except Conflict as error:
        return _back(endpoint, "refused", why=error.code)
    return _back(endpoint, "resent" if resent.next is None else "resent_some", count=str(resent.count))


def _range(form: Mapping[str, str], locale: Locale) -> tuple[dict[str, datetime], dict[str, Markup]]:
    """The ends of the range that can be read, and what is wrong with those that cannot."""
    say, found, wrong = texts.words(locale), dict[str, datetime](), dict[str, Markup]()
    for name in ("since", "until"):
        try:
            moment = read_moment(form[name], after=name == "until")
        except Invalid:
            wrong[name] = say("filter.wrong.moment")
            continue
        if moment is not None:
            found[name] = moment.at
        elif name == "since":
            wrong[name] = say("ep.resend.since.wrong")
    return found, wrong


async def _ask_to_end(request: AnyRequest, endpoint: str, act: str) -> Response[bytes]:
    """The question before an endpoint takes nothing any more, with how much waits for it."""
    operator(request, MANAGE)
    known, say = await endpoint_of(request, endpoint), texts.words(locale_of(request))
    standing = (await core_of(request).overview.standings([known.id]))[known.id]
    question = _question(
        known,
        act,
        locale_of(request),
        lead=say(f"ep.{act}.lead", count=standing.waiting),
        danger=True,
    )
    return await ask_first(request, "endpoints", question)


def _rotating(endpoint: Endpoint, locale: Locale) -> Question:
    say = texts.words(locale)
    options = tuple((one, say(f"ep.rotate.overlap.{one}")) for one in _OVERLAPS)
    inputs = (Input("overlap", say("ep.rotate.overlap"), "radio", options),)
    return _question(endpoint, "rotate", locale, lead=say("ep.rotate.lead"), inputs=inputs)


def _resending(endpoint: Endpoint, locale: Locale) -> Question:
    say = texts.words(locale)
    options = tuple((one, say(f"ep.resend.status.{one}")) for one in _WHICH)
    inputs = (
        Input("since", say("ep.resend.since"), "datetime-local", most=40, focus=True),
        Input(
            "until", say("ep.resend.until"), "datetime-local", hint=say("ep.resend.until.hint"), most=40, required=False
        ),
        Input("status", say("ep.resend.status"), "radio", options),
    )
    return _question(endpoint, "resend", locale, lead=say("ep.resend.lead"), inputs=inputs)


def _question(
    endpoint: Endpoint,
    act: str,
    locale: Locale,
    *,
    lead: Markup,
    inputs: tuple[Input, ...] = (),
    danger: bool = False,
) -> Question:
    say, shown, host = texts.words(locale), ids.show("ep", endpoint.id), host_of(endpoint.url)
    here = f"/console/endpoints/{shown}"
    return Question(
        heading=say(f"ep.{act}.title", host=host),
        lead=lead,
        action=f"{here}/{act}",
        back=here,
        crumbs=(Crumb(say("nav.endpoints"), "/console/endpoints"), Crumb(host, here)),
        button=say(f"ep.{act}.button"),
        danger=danger,
        inputs=inputs,
    )


def _back(endpoint: str, done: str, **more: str) -> Response[None]:
    return see_other(f"/console/endpoints/{endpoint}?{urlencode({'done': done, **more})}")


HANDLERS: Final = [
    test,
    ask_rotate,
    rotate,
    ask_disable,
    disable,
    enable,
    ask_delete,
    delete,
    ask_resend,
    resend,
]
