"""Operators and endpoints: the list with the figures of a day, and one endpoint with what was sent to it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.endpoints.model import DeliveryStatus, Endpoint, EndpointNotFound, wants
from gerbang.core.endpoints.overview import DeliveryLine, Standing
from gerbang.core.endpoints.service import Endpoints
from gerbang.web import texts
from gerbang.web.console import charts, delivery_view, endpoint_view, listing
from gerbang.web.console.listing import Asked, Filter, ListPage
from gerbang.web.console.objects import Action, show_object
from gerbang.web.console.page_frame import operator, refusal, shared
from gerbang.web.cursors import Cursors, Place
from gerbang.web.pages import locale_of, services_of

AnyRequest = Request[Any, Any, Any]
MANAGE: Final = "endpoints:manage"
_LATEST: Final = 8
_SAID: Final = frozenset({"saved", "disabled", "enabled", "resent", "resent_some", "mailed", "refused"})
_STATES: Final = ("on", "failing", "off")
_SAMPLE: Final = """curl {base}/v1/endpoints \\
  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
  -d '{{"url": "https://shop.example/hooks/gerbang", "events": ["payment.*"]}}'"""
_PAGE: Final = ListPage(
    name="endpoints",
    path="/console/endpoints",
    title="nav.endpoints",
    lead="ep.lead",
    caption="ep.caption",
    columns=endpoint_view.COLUMNS,
    filters=(
        Filter("state", "ep.state", "tabs", _STATES, "ep.state."),
        Filter("text", "ep.text", most=200),
        Filter("event", "ep.event", most=100),
    ),
    empty="ep.empty",
    watch="endpoints",
    template="endpoints.html",
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the list shows: endpoints and how each stands, where the list goes on, and what was sent last to any."""

    endpoints: Sequence[Endpoint]
    standings: Mapping[UUID, Standing]
    onward: Place | None
    latest: Sequence[DeliveryLine]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the page of one endpoint shows beside it: how it stands, one part of its deliveries, and the newest that was tried."""

    standing: Standing
    lines: Sequence[DeliveryLine]
    last: DeliveryLine | None


@get("/console/endpoints")
async def endpoints(request: AnyRequest) -> Response[bytes]:
    """All of them, what needs a person first; and below what was sent last."""
    operator(request, MANAGE)
    locale, say = locale_of(request), texts.words(locale_of(request))
    asked = await listing.read(request, _PAGE)
    found = await shared(request, asked.key, lambda: _found(core_of(request), asked))
    docs = Markup('<a href="/docs">{}</a>').format(say("ep.empty.docs"))
    return await listing.show_list(
        request,
        asked,
        [endpoint_view.row_of(one, found.standings[one.id], locale) for one in found.endpoints],
        found.onward,
        actions=[Action(say("ep.add"), "/console/endpoints/new", look="main")],
        said=say("ep.said.deleted") if request.query_params.get("done") == "deleted" else "",
        how=say("ep.empty.how", docs=docs),
        command=_SAMPLE.format(base=services_of(request).settings.base_url),
        latest=[delivery_view.row_of(one, locale) for one in found.latest],
        latest_columns=delivery_view.COLUMNS,
    )


async def _found(core: Endpoints, asked: Asked) -> _Found:
    if asked.wrong:
        return _Found([], {}, None, [])
    state, event, after = asked.word("state"), asked.word("event"), asked.place[1] if asked.place else None
    rows = await core.find([state] if state else _STATES, asked.word("text") or "", after, listing.ROWS + 1)
    shown, onward = listing.part_of(rows, lambda one: (one.created_at, one.id))
    wanted = [one for one in shown if event is None or wants(one.events, event)]
    standings, latest = await asyncio.gather(
        core.overview.standings([one.id for one in wanted]), core.overview.newest(_LATEST)
    )
    wanted.sort(key=lambda one: endpoint_view.urgency(endpoint_view.state_of(one, standings[one.id])))
    return _Found(wanted, standings, onward, latest)


@get("/console/endpoints/{endpoint:str}")
async def endpoint(request: AnyRequest, endpoint: FromPath[str]) -> Response[bytes]:
    """How it stands and why, what was sent to it, and how."""
    operator(request, MANAGE)
    known, locale, say = await endpoint_of(request, endpoint), locale_of(request), texts.words(locale_of(request))
    status, cursor = request.query_params.get("status", ""), request.query_params.get("cursor")
    wanted = next((one for one in DeliveryStatus if status == one.value), None)
    cursors, name = Cursors(services_of(request).secrets), f"console-deliveries-{known.id}"
    place = await cursors.read(name, cursor)
    told = await shared(request, (name, status, cursor), lambda: _told(core_of(request), known.id, wanted, place))
    shown, onward = listing.part_of(told.lines, lambda line: (line.made_at, line.id))
    part = await cursors.onward(name, shown, onward)
    said, doubtful = _said(request)
    return await show_object(
        request,
        endpoint_view.page_of(known, told.standing, told.last, locale),
        said=said,
        doubtful=doubtful,
        columns=delivery_view.OF_ONE,
        rows=[delivery_view.row_of(one, locale) for one in shown],
        spark=charts.spark(endpoint_view.slots_of(told.standing)),
        share=endpoint_view.share_of_day(told.standing, locale),
        tabs=[
            (one, say(f"dl.status.{one}" if one else "pays.all"), _at(endpoint, one)) for one in ("", *DeliveryStatus)
        ],
        status=status,
        newest=_at(endpoint, status) if cursor else "",
        older=_at(endpoint, status, part.next_cursor) if part.next_cursor else "",
    )


async def _told(core: Endpoints, id_: UUID, status: DeliveryStatus | None, place: Place | None) -> _Told:
    standings, lines, newest = await asyncio.gather(
        core.overview.standings([id_]),
        core.overview.of_endpoint(id_, status, place, listing.ROWS + 1),
        core.overview.of_endpoint(id_, None, None, listing.ROWS),
    )
    return _Told(standings[id_], lines, endpoint_view.last_tried(newest))


def _at(endpoint: str, status: str, cursor: str | None = None) -> str:
    asked = {name: value for name, value in (("status", status), ("cursor", cursor)) if value}
    return f"/console/endpoints/{endpoint}" + (f"?{urlencode(asked)}" if asked else "")


def _said(request: AnyRequest) -> tuple[Markup | str, bool]:
    """What the address says was done, and whether it did not go as wanted."""
    done, count = request.query_params.get("done", ""), request.query_params.get("count", "")
    if done not in _SAID:
        return "", False
    why = refusal(request.query_params.get("why", ""), locale_of(request))
    shown = count if count.isascii() and count.isdigit() else "–"
    return texts.words(locale_of(request))(f"ep.said.{done}", why=why, count=shown), done == "refused"


def core_of(request: AnyRequest) -> Endpoints:
    """The use cases of endpoints."""
    return services_of(request).service(Endpoints)


async def endpoint_of(request: AnyRequest, shown: str) -> Endpoint:
    """The endpoint that an address names. Raises EndpointNotFound."""
    try:
        return await core_of(request).get(ids.read("ep", shown))
    except NotFound as error:
        raise EndpointNotFound from error


HANDLERS: Final = [endpoints, endpoint]
