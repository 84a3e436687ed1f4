"""Operators and incoming webhooks: the list, one event byte for byte, replay with a dry run first, and what was rejected."""

from typing import Any, Final

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
from gerbang.web.console import listing
from gerbang.web.console.listing import Asked, Cell, Column, Filter, ListPage, Row
from gerbang.web.console.objects import Crumb, ObjectPage, show_object
from gerbang.web.console.page_frame import exact, operator, shared, stamp
from gerbang.web.console.raw import raw_of
from gerbang.web.forms import read_form
from gerbang.web.input.masking import without_card_numbers
from gerbang.web.pages import Page, caller_or_none, locale_of, see_other, services_of
from gerbang.web.services import Services

_REJECTIONS: Final = 100
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


_PAGE: Final = ListPage(
    name="webhooks",
    path="/console/webhooks",
    title="hook.title",
    caption="hook.caption",
    columns=(
        Column("status", "hook.state", "a1"),
        Column("type", "hook.type", "b1"),
        Column("source", "hook.source", "b2", "mono dim"),
        Column("outcome", "hook.outcome", "c1", "dim wrap rest"),
        Column("seen", "hook.seen", "off", "num"),
        Column("time", "hook.time", "a2", "num", newest_first=True),
    ),
    filters=(
        Filter("source", "hook.source", "choice"),
        Filter("status", "hook.state", "choice", tuple(EventStatus), "hook.status."),
        Filter("type", "hook.type"),
    ),
    empty="hook.empty",
    how="hook.empty.how",
    command="gerbang trigger payment.succeeded",
    watch="webhooks",
    template="webhooks.html",
)
_REJECTED: Final = ListPage(
    name="rejections",
    path="/console/rejections",
    title="rej.title",
    lead="rej.lead",
    caption="rej.caption",
    columns=(
        Column("why", "rej.reason", "a1"),
        Column("connection", "hook.source", "b1", "mono dim"),
        Column("source", "rej.from", "b2", "mono"),
        Column("size", "rej.size", "off", "num"),
        Column("digest", "rej.digest", "off", "mono dim"),
        Column("time", "hook.time", "a2", "num", newest_first=True),
    ),
    empty="rej.empty",
    watch="rejections",
)


@get("/console/webhooks")
async def webhooks(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Events, newest first, with filters in the address."""
    operator(request, "webhooks:read")
    services, locale = services_of(request), locale_of(request)
    connections = [one.id for one in await services.connections.all()]
    asked = await listing.read(request, _PAGE, {"source": connections})
    found = [] if asked.wrong else await shared(request, asked.key, lambda: _found(services, asked))
    shown, onward = listing.part_of(found, lambda event: (event.received_at, event.id))
    return await listing.show_list(
        request,
        asked,
        [_row(one, locale) for one in shown],
        onward,
        connections=connections,
        base=services.settings.base_url,
    )


async def _found(services: Services, asked: Asked) -> list[Event]:
    filters = EventFilters(source=asked.word("source"), type=asked.word("type"), status=asked.word("status"))
    return await services.inbox.page(filters, asked.place, listing.ROWS + 1)


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
    services, locale = services_of(request), locale_of(request)
    asked = await listing.read(request, _REJECTED)
    found = await shared(request, asked.key, lambda: services.inbox.rejections(_REJECTIONS))
    return await listing.show_list(request, asked, [_rejected(one, locale) for one in found])


async def _show(request: Request[Any, Any, Any], event: Event, result: Replay | None, *, said: str) -> Response[bytes]:
    caller, locale = caller_or_none(request), locale_of(request)
    say, id_ = texts.words(locale), ids.show("evt", event.id)
    headers = [
        (name, "•••" if name.lower() in _HIDDEN_HEADERS else masked(value))
        for name, value in sorted(event.headers.items())
    ]
    page = ObjectPage(
        name="webhooks",
        id=id_,
        crumb=Crumb(say("nav.webhooks"), "/console/webhooks"),
        heading=say("hook.event", source=event.connection, type=event.type),
        template="webhook.html",
    )
    return await show_object(
        request,
        page,
        said=say("hook.queued") if said == "queued" else "",
        event=event,
        mark=_MARKS[EventStatus(event.status)],
        raw=raw_of(without_card_numbers(event.body), event.headers.get("content-type", "")),
        sent_headers=headers,
        replay=result,
        outcome=_outcome(event, locale),
        received=exact(event.received_at, locale),
        told=lambda field, value: _told(field, value, locale),
        may_set_aside=event.status in (EventStatus.WAITING, EventStatus.PARKED),
        may_replay=caller is not None and caller.may("webhooks:replay"),
    )


def _row(event: Event, locale: Locale) -> Row:
    say, id_, status = texts.words(locale), ids.show("evt", event.id), EventStatus(event.status)
    cells = {
        "status": Cell(say(f"hook.status.{status.value}"), mark=_MARKS[status]),
        "type": Cell(event.type, href=f"/console/webhooks/{id_}"),
        "source": Cell(event.connection),
        "outcome": Cell(_outcome(event, locale)),
        "seen": Cell(say("hook.times", count=event.times_seen)),
        "time": Cell(stamp(event.received_at, locale), at=event.received_at),
    }
    return Row(id_, cells)


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


def _rejected(one: Rejection, locale: Locale) -> Row:
    key, digest = f"rej.why.{one.reason}", one.body_digest.hex()[:16]
    cells = {
        "why": Cell(texts.words(locale)(key) if texts.knows(key) else one.reason, sign="cross"),
        "connection": Cell(one.connection),
        "source": Cell(one.source),
        "size": Cell(str(one.body_size)),
        "digest": Cell(digest),
        "time": Cell(stamp(one.rejected_at, locale), at=one.rejected_at),
    }
    return Row(f"{one.rejected_at:%H%M%S%f}-{digest}", cells)


HANDLERS: Final = [webhooks, webhook, replay, set_aside, rejections]
