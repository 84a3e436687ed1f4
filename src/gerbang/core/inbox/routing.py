"""Whose events an event is: the table of handlers by kind of provider, and what becomes of an event that has none.

An event is for the handler of its connection's kind. One whose connection is gone, whose provider this version does not have, or whose
kind nobody handles waits and is parked in the end, with its bytes, and stands in the work list: nobody here can say that it is about no money.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from gerbang.base.db import Tx
from gerbang.core.inbox.model import Event, NotYet, Replay, Result
from gerbang.core.inbox.service import Apply, Handler, Preview
from gerbang.ports.kinds import Kind

log = structlog.get_logger()
NOBODY: Final = "this version handles no events of its kind"


@dataclass(frozen=True, slots=True)
class Unhandled:
    """Nobody can work on an event of such a connection, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class EventHandler:
    """What one noun does with its events: `handle` a batch, and say without writing what running one again would change."""

    handle: Handler
    preview: Preview


KindOf = Callable[[str], Awaitable[Kind | Unhandled]]


class Router:
    """Leads events to the handler of their kind. `kind_of` tells the kind of a connection by its id."""

    def __init__(self, handlers: Mapping[Kind, EventHandler], kind_of: KindOf) -> None:
        self._handlers = handlers
        self._kind_of = kind_of

    def handlers(self) -> Mapping[Kind, Handler]:
        """What the lanes of each kind run: the noun's handler, for those events that are really its own."""
        return {kind: self._own_only(kind, one.handle) for kind, one in self._handlers.items()}

    async def preview(self, event: Event) -> Replay:
        """What running an event again would change, by the handler of its connection's kind of today."""
        kind = await self._kind_of(event.connection)
        if isinstance(kind, Unhandled):
            return Replay(event.id, True, kind.why, [])
        handler = self._handlers.get(kind)
        return Replay(event.id, True, NOBODY, []) if handler is None else await handler.preview(event)

    def _own_only(self, kind: Kind, handle: Handler) -> Handler:
        async def handle_own(events: Sequence[Event]) -> Apply:
            names = dict.fromkeys(event.connection for event in events)
            why = {name: reason for name in names if (reason := _foreign(kind, await self._kind_of(name)))}
            if not why:
                return await handle(events)
            own = [event for event in events if event.connection not in why]
            apply = await handle(own) if own else _nothing
            return _merged(apply, events, why)

        return handle_own


async def refuse_all(events: Sequence[Event]) -> Apply:
    """The handler of every kind that has none."""
    return _merged(_nothing, events, {event.connection: NOBODY for event in events})


def _foreign(kind: Kind, found: Kind | Unhandled) -> str:
    """Why an event is not for the handler of this kind; empty when it is."""
    if isinstance(found, Unhandled):
        return found.why
    return "" if found is kind else f"its connection is for {found.value} now"


def _merged(apply: Apply, events: Sequence[Event], why: Mapping[str, str]) -> Apply:
    """Results in the order of the events: those that are not for this handler wait, each with its reason."""

    async def apply_all(tx: Tx) -> Sequence[Result]:
        own = iter(await apply(tx))
        return [NotYet(why[event.connection]) if event.connection in why else next(own) for event in events]

    for connection, reason in why.items():
        log.warning("inbox.not_handled", connection=connection, why=reason)
    return apply_all


async def _nothing(_tx: Tx) -> Sequence[Result]:
    return []
