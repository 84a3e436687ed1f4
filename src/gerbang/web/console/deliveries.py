"""Operators and one delivery: every attempt with what was sent and answered, and where its time went; sent again, or cancelled."""

import asyncio
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Conflict, NotFound
from gerbang.core.endpoints.model import DISCLOSE, PERSONAL, Delivery, DeliveryNotFound, host_of
from gerbang.core.endpoints.service import MOST_ATTEMPTS
from gerbang.web import texts
from gerbang.web.console import delivery_view
from gerbang.web.console.confirmation import Question, ask_first
from gerbang.web.console.endpoints import MANAGE, AnyRequest, core_of
from gerbang.web.console.objects import Crumb, said_of, show_object
from gerbang.web.console.page_frame import operator
from gerbang.web.console.raw import text_of
from gerbang.web.pages import locale_of, see_other

_SAID: Final = frozenset({"resent", "tested", "cancelled", "refused"})


@get("/console/deliveries/{delivery:str}")
async def delivery(request: AnyRequest, delivery: FromPath[str]) -> Response[bytes]:
    """One delivery; while it is on its way the page follows it."""
    caller = operator(request, MANAGE)
    core, locale, one = core_of(request), locale_of(request), await _delivery(request, delivery)
    endpoint, body, held_by = await asyncio.gather(
        core.get(one.endpoint_id), core.body(one, personal=caller.may(DISCLOSE)), core.overview.held_by(one.id)
    )
    said, doubtful = said_of(request, "dl.said", _SAID)
    cut = len(one.attempts) >= MOST_ATTEMPTS
    return await show_object(
        request,
        delivery_view.page_of(one, endpoint, held_by, locale),
        said=said,
        doubtful=doubtful,
        delivery=one,
        attempts=delivery_view.attempts_of(one, endpoint, body, locale),
        cut=texts.words(locale)("dl.attempts.cut", shown=MOST_ATTEMPTS) if cut else "",
        body=text_of(body) if body is not None else "",
        request_line=delivery_view.request_line(endpoint.url),
        unnamed=PERSONAL in endpoint.include and not caller.may(DISCLOSE),
    )


@post("/console/deliveries/{delivery:str}/resend", status_code=303)
async def resend(request: AnyRequest, delivery: FromPath[str]) -> Response[None]:
    """Send it again now; under the same event id, so it asks nobody first."""
    caller, one = operator(request, MANAGE), await _delivery(request, delivery)
    try:
        await core_of(request).resend(caller, one.id)
    except Conflict as error:
        return _back(delivery, "refused", error)
    return _back(delivery, "resent")


@get("/console/deliveries/{delivery:str}/cancel")
async def ask_cancel(request: AnyRequest, delivery: FromPath[str]) -> Response[bytes]:
    """Is it meant?"""
    operator(request, MANAGE)
    one, say = await _delivery(request, delivery), texts.words(locale_of(request))
    endpoint = await core_of(request).get(one.endpoint_id)
    host, here = host_of(endpoint.url), f"/console/deliveries/{delivery}"
    question = Question(
        heading=say("dl.cancel.title"),
        lead=say("dl.cancel.lead", type=one.type, host=host),
        action=f"{here}/cancel",
        back=here,
        crumbs=(
            Crumb(say("nav.endpoints"), "/console/endpoints"),
            Crumb(Markup("{}").format(host), f"/console/endpoints/{ids.show('ep', endpoint.id)}"),
        ),
        button=say("dl.cancel.button"),
        danger=True,
    )
    return await ask_first(request, "endpoints", question)


@post("/console/deliveries/{delivery:str}/cancel", status_code=303)
async def cancel(request: AnyRequest, delivery: FromPath[str]) -> Response[None]:
    """Try it no more."""
    caller, one = operator(request, MANAGE), await _delivery(request, delivery)
    await core_of(request).cancel(caller, one.id)
    return _back(delivery, "cancelled")


async def _delivery(request: AnyRequest, shown: str) -> Delivery:
    try:
        return await core_of(request).delivery(ids.read("dlv", shown))
    except NotFound as error:
        raise DeliveryNotFound from error


def _back(delivery: str, done: str, error: Conflict | None = None) -> Response[None]:
    why = {"why": error.code} if error else {}
    return see_other(f"/console/deliveries/{delivery}?{urlencode({'done': done, **why})}")


HANDLERS: Final = [delivery, resend, ask_cancel, cancel]
