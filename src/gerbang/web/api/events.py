"""Server-sent events: /v1/events for staff and keys, /v1/payments/{id}/events for whoever may see the payment. Polling that payment is the
way without it.

A stream resumes by `Last-Event-ID`, begins with `ready` (load the present state now, nothing after it is missed), says something every
15 seconds at least, and ends within 5 seconds of its caller losing the right to it, or after ten minutes: clients come back by themselves.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from time import monotonic
from typing import Any, Final

import msgspec
from litestar import Request, get
from litestar.response import Stream
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.errors import Forbidden, GerbangError, NotFound, Unauthenticated
from gerbang.core.announcements.broadcast import Missed, ObjectKind, Place, Received, Scope, read_place
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.identity.model import Caller
from gerbang.core.payments.model import PAYMENT
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.gateway.session_cookie import SESSION_COOKIE
from gerbang.web.ownership import seen_by
from gerbang.web.services import Services
from gerbang.web.views.payer import payer_event

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["events"]
_HEARTBEAT_S: Final = 15.0
_CHECK_S: Final = 4.0  # how often a stream's right is looked at again (R30: refused within 5 s)
_LONGEST_S: Final = 600.0
_RETRY: Final = b"retry: 3000\n\n"
_ENCODER: Final = msgspec.json.Encoder()


class EventView(msgspec.Struct, frozen=True):
    """The `data` of one event; its SSE `id` is the place to resume after it, its SSE `event` the type. `object` is the id of what it happened to,
    and `sequence` grows by one with each event of it; `payment` is that id where it is a payment.
    """

    id: str
    type: str
    object: str | None
    payment: str | None
    sequence: int
    created_at: str
    data: Any


View = Callable[[Announcement], "EventView | None"]
Allowed = Callable[[Caller], Awaitable[bool]]


@get("/v1/events", summary="Everything, as it happens", tags=_TAGS, media_type="text/event-stream")
async def stream_events(request: AnyRequest, services: Services) -> Stream:
    """Server-sent events of every object that the caller may see; `Last-Event-ID` resumes."""
    caller = caller_of(request)
    heard = heard_by(caller, services.objects)

    async def allowed(now: Caller) -> bool:
        return now.may("payments:read") and heard <= heard_by(now, services.objects)

    return stream(request, services, Scope(caller.label, types=heard), partial(event_view, services.objects), allowed)


@get(
    "/v1/payments/{payment:str}/events",
    summary="One payment, as it happens",
    tags=_TAGS,
    media_type="text/event-stream",
)
async def stream_payment_events(request: AnyRequest, services: Services, payment: str) -> Stream:
    """Server-sent events of one payment; `Last-Event-ID` resumes."""
    caller = caller_of(request)
    details = await seen_by(caller, services.payments, payment)
    view = partial(event_view if caller.may("payments:read") else payer_event_view, services.objects)

    async def allowed(now: Caller) -> bool:
        await seen_by(now, services.payments, payment)
        return True

    return stream(request, services, Scope(caller.label, ObjectRef(PAYMENT, details.payment.id)), view, allowed)


def heard_by(caller: Caller, objects: Mapping[str, ObjectKind]) -> frozenset[str]:
    """The types of objects of which this caller may hear every one."""
    return frozenset(type_ for type_, kind in objects.items() if caller.may(kind.permission))


def stream(request: AnyRequest, services: Services, scope: Scope, view: View, allowed: Allowed) -> Stream:
    """What `scope` covers, as an open answer; `allowed` is asked again every few seconds, with the caller as they are then."""
    told = request.headers.get("last-event-id")
    after = read_place(told) if told else None
    services.broadcast.check_room(scope.caller)
    heard = services.broadcast.listen(scope, after, heartbeat_s=_CHECK_S)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(
        _events(heard, _still_allowed(request, services, allowed), view),
        media_type="text/event-stream",
        headers=headers,
    )


async def _events(
    heard: "AsyncIterator[Received | Missed | Place | None]", allowed: Callable[[], Awaitable[bool]], view: View
) -> AsyncIterator[bytes]:
    yield _RETRY
    began = checked = said = monotonic()
    async for one in heard:
        now = monotonic()
        if now - checked >= _CHECK_S:
            checked = now
            if now - began > _LONGEST_S or not await allowed():
                return
        if one is None and now - said < _HEARTBEAT_S - _CHECK_S:
            continue
        said = now
        yield _written(one, view)


def _written(one: Received | Missed | Place | None, view: View) -> bytes:
    match one:
        case None:
            return b": still here\n\n"
        case Place():
            return f"id: {one}\nevent: ready\ndata: {{}}\n\n".encode()
        case Missed(place=place):
            return f"id: {place}\nevent: missed\ndata: {{}}\n\n".encode()
        case Received(place=place, announcement=announcement):
            shown = view(announcement)
            if shown is None:  # the place moves on all the same
                return f"id: {place}\n\n".encode()
            data = _ENCODER.encode(shown).decode()
            return f"id: {place}\nevent: {announcement.type}\ndata: {data}\n\n".encode()


def event_view(objects: Mapping[str, ObjectKind], announcement: Announcement) -> EventView:
    """An announcement as the outside sees it."""
    assert announcement.id is not None, "an announcement that was read has its id"
    about, payment = announcement.object, announcement.id_of(PAYMENT)
    return EventView(
        id=ids.show("evt", announcement.id),
        type=announcement.type,
        object=ids.show(objects[about.type].prefix, about.id) if about is not None else None,
        payment=ids.show("pay", payment) if payment is not None else None,
        sequence=announcement.sequence or 0,
        created_at=announcement.made_at.isoformat().replace("+00:00", "Z"),
        data=announcement.data,
    )


def payer_event_view(objects: Mapping[str, ObjectKind], announcement: Announcement) -> EventView | None:
    """An announcement as a payer or customer hears it; None for what is the business's alone."""
    data = payer_event(announcement.type, announcement.data)
    return None if data is None else event_view(objects, replace(announcement, data=data))


def _still_allowed(request: AnyRequest, services: Services, allowed: Allowed) -> Callable[[], Awaitable[bool]]:
    """Ask again by the credential that opened the stream; a payer's link lasts as long as a stream may."""
    header, cookie = request.headers.get("authorization"), request.cookies.get(SESSION_COOKIE)
    credential = header or (f"Bearer {cookie}" if cookie else None)
    by_link = caller_of(request).kind == "payer"

    async def still() -> bool:
        if by_link or credential is None:
            return by_link
        try:
            return await allowed(await services.identity.caller_of(credential))
        except (Unauthenticated, Forbidden, NotFound):
            return False
        except GerbangError:  # the database is away: nobody can be asked, and nothing is heard meanwhile either
            return True

    return still


HANDLERS: Final = [stream_events, stream_payment_events]
