"""Operators and incoming webhooks: the list, one event byte for byte, replay with a dry run first, and what was rejected."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.card_numbers import masked
from gerbang.base.formats import Locale
from gerbang.core.inbox.model import Event, EventFilters, EventStatus, Rejection, Replay
from gerbang.core.inbox.routing import NOBODY
from gerbang.core.inbox.service import SET_ASIDE
from gerbang.core.payments.webhook_handler import UNKNOWN_ATTEMPT
from gerbang.web import texts
from gerbang.web.console import filters as filtering
from gerbang.web.console.page_frame import operator, show, stamp
from gerbang.web.console.raw import raw_of
from gerbang.web.cursors import Cursors
from gerbang.web.forms import read_form
from gerbang.web.input.masking import without_card_numbers
from gerbang.web.pages import Page, caller_or_none, locale_of, see_other, services_of

_LIST: Final = "console-webhooks"
_ROWS: Final = 50
_MARKS: Final = {
    EventStatus.NEW: "created",
    EventStatus.DONE: "paid",
    EventStatus.WAITING: "pending",
    EventStatus.PARKED: "held",
}
_HIDDEN_HEADERS: Final = frozenset({"authorization", "cookie", "x-signature", "proxy-authorization"})

_OUTCOMES: Final = {
    "asked the provider": "hook.outcome.asked",
    UNKNOWN_ATTEMPT: "hook.outcome.unknown",
    NOBODY: "hook.outcome.nobody",
    "its worker died each time": "hook.outcome.died",
    SET_ASIDE: "hook.outcome.set_aside",
}


@get("/console/webhooks")
async def webhooks(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Events, newest first, with filters in the address."""
    operator(request, "webhooks:read")
    services, locale = services_of(request), locale_of(request)
    chosen = {name: request.query_params.get(name, "")[:120] for name in ("source", "type", "status")}
    connections = [one.id for one in await services.connections.all()]
    asked = filtering.Filters(chosen, texts.words(locale))
    filters = EventFilters(
        source=asked.word("source", connections),
        type=chosen["type"] or None,
        status=asked.word("status", list(EventStatus)),
    )
    cursors, cursor = Cursors(services.secrets), request.query_params.get("cursor")
    place = await cursors.read(_LIST, cursor)
    found = [] if asked.wrong else await services.inbox.page(filters, place, _ROWS + 1)
    part = await cursors.page(_LIST, found, _ROWS, lambda e: (e.received_at, e.id), lambda e: _row(e, locale))
    kept = {name: value for name, value in chosen.items() if value}
    return await show(
        request,
        "webhooks.html",
        "webhooks",
        status_code=422 if asked.wrong else 200,
        rows=part.data,
        chosen=chosen,
        wrong=asked.wrong,
        filtered=bool(kept),
        states=[one.value for one in EventStatus],
        connections=connections,
        base=services.settings.base_url,
        newest=_link(kept) if cursor else "",
        older=_link(kept | {"cursor": part.next_cursor}) if part.next_cursor else "",
    )


@get("/console/webhooks/{event:str}")
async def webhook(request: Request[Any, Any, Any], event: FromPath[str]) -> Response[bytes]:
    """One event: the verdict, the raw bytes, the headers."""
    operator(request, "webhooks:read")
    found = await services_of(request).inbox.get(ids.read("evt", event))
    return await _show(request, found, None, said=request.query_params.get("done", ""))


@post("/console/webhooks/{event:str}/replay", status_code=303)
async def replay(request: Request[Any, Any, Any], event: FromPath[str]) -> Page:
    """Say what running it again would change; or do it."""
    caller = operator(request, "webhooks:replay")
    inbox, event_id = services_of(request).inbox, ids.read("evt", event)
    dry_run = (await read_form(request, "dry_run"))["dry_run"] != "no"
    result = await inbox.replay(caller.label, event_id, dry_run=dry_run)
    if dry_run:
        return await _show(request, await inbox.get(event_id), result, said="")
    return see_other(f"/console/webhooks/{event}?done=queued")


@post("/console/webhooks/{event:str}/set-aside", status_code=303)
async def set_aside(request: Request[Any, Any, Any], event: FromPath[str]) -> Page:
    """What it tells of was dealt with elsewhere: it leaves the work list, and the trail says who said so."""
    caller = operator(request, "webhooks:replay")
    await services_of(request).inbox.set_aside(caller.label, ids.read("evt", event))
    return see_other("/console/work")


@get("/console/rejections")
async def rejections(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What was refused lately, and why; never what it said."""
    operator(request, "webhooks:read")
    locale = locale_of(request)
    found = await services_of(request).inbox.rejections(100)
    return await show(request, "rejections.html", "rejections", rows=[_rejected(one, locale) for one in found])


async def _show(request: Request[Any, Any, Any], event: Event, result: Replay | None, *, said: str) -> Response[bytes]:
    caller = caller_or_none(request)
    headers = [
        (name, "•••" if name.lower() in _HIDDEN_HEADERS else masked(value))
        for name, value in sorted(event.headers.items())
    ]
    return await show(
        request,
        "webhook.html",
        "webhooks",
        id=ids.show("evt", event.id),
        event=event,
        mark=_MARKS[EventStatus(event.status)],
        raw=raw_of(without_card_numbers(event.body), event.headers.get("content-type", "")),
        sent_headers=headers,
        replay=result,
        outcome=_outcome(event, locale_of(request)),
        told=lambda field, value: _told(field, value, locale_of(request)),
        may_set_aside=event.status in (EventStatus.WAITING, EventStatus.PARKED),
        may_replay=caller is not None and caller.may("webhooks:replay"),
        said=said,
    )


def _row(event: Event, locale: Locale) -> dict[str, Any]:
    return {
        "id": ids.show("evt", event.id),
        "mark": _MARKS[EventStatus(event.status)],
        "status": EventStatus(event.status).value,
        "type": event.type,
        "source": event.connection,
        "outcome": _outcome(event, locale),
        "seen": event.times_seen,
        "at": event.received_at,
        "time": stamp(event.received_at, locale),
    }


def _outcome(event: Event, locale: Locale) -> Markup:
    """What became of an event, in the reader's language; what a provider's part says of it stays as it is."""
    say, outcome = texts.words(locale), event.outcome or ""
    kind, _, status = outcome.partition(" ")
    if kind == "payment" and texts.knows(f"status.{status}"):
        return say("hook.outcome.payment", status=say(f"status.{status}"))
    return say(_OUTCOMES[outcome]) if outcome in _OUTCOMES else Markup("{}").format(outcome)


def _told(field: str, value: str, locale: Locale) -> str:
    """One side of a change that a replay would make: a status by its word, everything else as it is kept."""
    key = f"status.{value}"
    return str(texts.words(locale)(key)) if field == "status" and texts.knows(key) else value


def _rejected(one: Rejection, locale: Locale) -> dict[str, Any]:
    key = f"rej.why.{one.reason}"
    return {
        "why": texts.words(locale)(key) if texts.knows(key) else one.reason,
        "connection": one.connection,
        "source": one.source,
        "body_size": one.body_size,
        "digest": one.body_digest.hex()[:16],
        "rejected_at": one.rejected_at,
    }


def _link(values: Mapping[str, str | None]) -> str:
    kept = {name: value for name, value in values.items() if value}
    return "/console/webhooks" + (f"?{urlencode(kept)}" if kept else "")


HANDLERS: Final = [webhooks, webhook, replay, set_aside, rejections]
