"""/v1/event-log: events for a program that keeps its own place and must miss none, each with the body that endpoints are sent.

`gerbang listen` and `gerbang events tail` read it. A server with an address of its own has an endpoint instead.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get, post
from litestar.params import Parameter

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.announcements.broadcast import BadPlace, Place, read_place
from gerbang.core.announcements.event_log import Logged
from gerbang.core.announcements.model import Announcement
from gerbang.core.endpoints.checking import no_such_type
from gerbang.core.endpoints.model import is_pattern, wants
from gerbang.core.endpoints.service import Endpoints
from gerbang.web.api.events import EventView, event_view, heard_by
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.problems import invalid_field
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["events"]
_MOST: Final = 100
_LONGEST_S: Final = 30
_LONGEST: Final = 1_000  # that patterns may be
_A_PLACE: Final = {"pattern": "^[0-9]{1,19}-[0-9a-f]{32}$", "examples": ["812-" + "0" * 32]}
_PATTERNS: Final = {"pattern": r"^[a-z_.*]+(,[a-z_.*]+)*$", "examples": ["payment.*,refund.*"], "maxLength": _LONGEST}


class LoggedEventView(msgspec.Struct, frozen=True):
    """One event at its place. `message` is the body that endpoints are sent, byte for byte as text; null for what no endpoint is told. `resent`: it
    stands here once more because somebody sent it again.
    """

    place: str
    resent: bool
    event: EventView
    message: str | None


class EventLogView(msgspec.Struct, frozen=True):
    """`next` is the `after` of the next question, also when nothing was found. `missed`: the `after` of this one is of another history, since the
    database was replaced; read goes on from now.
    """

    data: Sequence[LoggedEventView]
    next: str
    missed: bool


class EventNotFound(NotFound):
    code = "event_not_found"
    title = "There is no such event"


class ResentEventView(msgspec.Struct, frozen=True):
    id: str


@get("/v1/event-log", summary="Events after a place, in order and without gaps", tags=_TAGS)
async def read_event_log(
    request: AnyRequest,
    services: Services,
    after: Annotated[str | None, Parameter(query="after", schema_extra=_A_PLACE)] = None,
    events: Annotated[str | None, Parameter(query="events", schema_extra=_PATTERNS)] = None,
    limit: Annotated[int, Parameter(query="limit", ge=1, le=_MOST)] = _MOST,
    wait_s: Annotated[int, Parameter(query="wait_s", ge=0, le=_LONGEST_S)] = 0,
) -> EventLogView:
    """Without `after` only `next` is told: where the log ends now. Keep `next` once you have worked on what came with it. `events` are types or
    patterns by commas, `wait_s` is how long to wait for the first.
    """
    caller = caller_of(request)
    heard, patterns = (
        heard_by(caller, services.objects),
        _patterns(events, [one.name for one in services.event_catalogue]),
    )
    if after is None:
        return EventLogView((), str(await services.event_log.end()), missed=False)

    def wanted(one: Announcement) -> bool:
        return _may_hear(heard, one) and (patterns is None or wants(patterns, one.type))

    place = _place(after)
    page = await services.event_log.read(caller.label, wanted, place, limit, wait_s)
    async with services.db.reading() as tx:
        bodies = await services.service(Endpoints).queueing.bodies(tx, [one.announcement for one in page.found])
    return EventLogView([_view(one, services, bodies) for one in page.found], str(page.next), page.missed)


@post("/v1/events/{event:str}/resend", summary="Send an event again to listeners", tags=_TAGS, status_code=202)
async def resend_event(request: AnyRequest, services: Services, event: str) -> ResentEventView:
    """Whoever reads the event log (`gerbang listen`) gets it once more, under the same id. Endpoints do not: POST /v1/deliveries/{id}/resend."""
    try:
        id_ = ids.read("evt", event)
    except NotFound as error:
        raise EventNotFound from error
    if not await services.event_log.resend(id_, caller_of(request).label):
        raise EventNotFound
    return ResentEventView(event)


def _may_hear(heard: Collection[str], one: Announcement) -> bool:
    return one.object is None or one.object.type in heard


def _view(one: Logged, services: Services, bodies: Mapping[Any, bytes]) -> LoggedEventView:
    body = bodies.get(one.announcement.id)
    return LoggedEventView(
        place=str(one.place),
        resent=one.resent,
        event=event_view(services.objects, one.announcement),
        message=body.decode() if body is not None else None,
    )


def _patterns(events: str | None, types: Collection[str]) -> Sequence[str] | None:
    if events is None:
        return None
    named = events.split(",")
    if len(events) > _LONGEST or not all(map(is_pattern, named)):
        raise invalid_field(
            "/events", "Types as payment.paid, all that begin so as payment.*, or *; several by commas."
        )
    for one in named:
        if not any(wants([one], type_) for type_ in types):
            raise invalid_field("/events", no_such_type(one, types))
    return named


def _place(after: str) -> Place:
    try:
        return read_place(after)
    except BadPlace as error:
        raise invalid_field("/after", "Write a `place` or `next` as it was told.") from error


HANDLERS: Final = [read_event_log, resend_event]
