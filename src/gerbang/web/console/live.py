"""The console's own stream: tells an open page to load its part again, for as long as its session lasts and may see it; never what changed.

It begins with `changed`, so a page that was away misses nothing; is quiet for two seconds after each, however much happens; and ends within
five seconds of the session losing the right to it, or after ten minutes: the page comes back by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any, Final

from litestar import Request, get
from litestar.response import Stream

from gerbang.base import ids
from gerbang.base.errors import Forbidden, GerbangError, NotFound, Unauthenticated
from gerbang.core.announcements.live_changes import LiveChanges, Topic, Watcher
from gerbang.core.announcements.model import ObjectRef
from gerbang.web.console.page_frame import operator
from gerbang.web.gateway.session_cookie import SESSION_COOKIE
from gerbang.web.pages import services_of

AnyRequest = Request[Any, Any, Any]
_CHECK_S: Final = 4.0  # how often the session's right is looked at again (R30: refused within 5 s)
_HEARTBEAT_S: Final = 15.0
_LONGEST_S: Final = 600.0
_GAP_S: Final = 2.0
_TICK_S: Final = 60.0  # ages and deadlines on a page move on though nothing happens
_CHANGED: Final = b"retry: 1000\nevent: changed\ndata: {}\n\n"


@get("/console/live", include_in_schema=False)
async def live(request: AnyRequest) -> Stream:
    """Server-sent events of one kind of page, or of the page of one object; NotFound for a kind that there is not."""
    services, topic = services_of(request), request.query_params.get("topic", "")
    watched = services.watched.get(topic)
    if watched is None:
        raise NotFound
    caller = operator(request, watched.permission)
    about = None
    if watched.object:
        shown = request.query_params.get("about", "")
        about = ObjectRef(watched.object, ids.read(services.objects[watched.object].prefix, shown))
    services.live.check_room(caller.label)
    stream = _stream(services.live, caller.label, watched.topic(topic, about), _allowed(request, watched.permission))
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(stream, media_type="text/event-stream", headers=headers)


def _allowed(request: AnyRequest, permission: str) -> Callable[[], Awaitable[bool]]:
    """Ask again by the session that opened the stream."""
    identity, credential = services_of(request).identity, f"Bearer {request.cookies.get(SESSION_COOKIE, '')}"

    async def allowed() -> bool:
        try:
            return (await identity.caller_of(credential)).may(permission)
        except (Unauthenticated, Forbidden):
            return False
        except GerbangError:  # the database is away: nobody can be asked, and nothing is heard meanwhile either
            return True

    return allowed


async def _stream(
    changes: LiveChanges, caller: str, topic: Topic, allowed: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    async with changes.watch(caller, topic) as watcher:
        yield _CHANGED
        began = checked = said = told = monotonic()
        while not watcher.ended and monotonic() - began < _LONGEST_S:
            await _wait(watcher, told)
            now = monotonic()
            if now - checked >= _CHECK_S:
                checked = now
                if not await allowed():
                    return
            if (watcher.changed.is_set() and now - told >= _GAP_S) or now - told >= _TICK_S:
                watcher.changed.clear()
                said = told = now
                yield _CHANGED
            elif now - said >= _HEARTBEAT_S - _CHECK_S:
                said = now
                yield b": still here\n\n"


async def _wait(watcher: Watcher, told: float) -> None:
    """Until there is something to tell and it may be told, or the session is to be looked at again."""
    if (rest := told + _GAP_S - monotonic()) > 0:
        await asyncio.sleep(rest)
        return
    try:
        async with asyncio.timeout(_CHECK_S):
            await watcher.changed.wait()
    except TimeoutError:
        return


HANDLERS: Final = [live]
