"""`gerbang trigger`: make an event really happen in the sandbox of a running `up`, and tell which it was. How each happens stands in trigger_recipes.py."""

import difflib
import json
from collections.abc import Callable
from time import monotonic
from typing import Annotated, Any, Final

import uvloop
from cyclopts import Parameter

from gerbang.base import log as logging
from gerbang.base.errors import Conflict, NotFound
from gerbang.cli.instance import DataFolder, Instance, NoInstance, instance
from gerbang.cli.process import settings_here
from gerbang.cli.progress import Progress
from gerbang.cli.trigger_recipes import IMPOSSIBLE, RECIPES
from gerbang.cli.trigger_stage import HOOK, CannotTrigger, Stage
from gerbang.core.announcements.event_log import RESENT
from gerbang.core.endpoints.model import TEST

_PATIENCE_S: Final = 60.0


class UnknownEvent(NotFound):
    code = "unknown_event"
    title = "There is no such event"


class NotSeen(Conflict):
    """All was done, and the event did not come."""

    code = "event_not_seen"
    title = "The event did not come"


def trigger(event: str = "", *, as_json: Annotated[bool, Parameter("--json")] = False, data: DataFolder = None) -> None:
    """Make an event happen beside a running `gerbang up`, through its sandbox and test connections alone; without a name: list them.

    Parameters
    ----------
    event
        Its type, as payment.paid.
    as_json
        One JSON object: the event, what it is about, and every call that was made.
    """
    logging.set_up("warning", as_json=False)
    if not event:
        _list(as_json=as_json)
        return
    _check(event)
    known = settings_here(data)

    async def story() -> None:
        async with instance(known, None) as one:
            _print(await happened(one, event, Progress(as_json=True)), one, as_json=as_json)

    uvloop.run(story())


async def happened(one: Instance, event: str, progress: Progress) -> dict[str, Any]:
    """Make it happen; what it was. Raises CannotTrigger, NotSeen, Refused, NotAnswered, NoInstance."""
    if not one.sandbox:
        raise NoInstance("Events are triggered beside `gerbang up` only: there nothing moves real money.")
    stage = Stage(one, progress)
    place = (await one.ask("GET", "/v1/event-log"))["next"]
    about = await RECIPES[event](stage)
    if event == TEST:  # sent to the one endpoint, and announced to nobody
        arrived = (await one.control("GET", f"/control/hooks/{HOOK}"))["data"][0]
        return {"type": event, "event": arrived["headers"]["webhook-id"], "object": about, "calls": stage.calls}
    with progress.step(f"{event} announced"):
        found = await _seen(one, place, event, about, monotonic)
    return {"type": event, "event": found["event"]["id"], "object": found["event"]["object"], "calls": stage.calls}


async def _seen(one: Instance, place: str, event: str, about: str, now: Callable[[], float]) -> Any:
    until = now() + _PATIENCE_S
    while now() < until:
        page = await one.ask("GET", "/v1/event-log", timeout_s=30, after=place, events=_named(event), wait_s=5)
        for found in page["data"]:
            if found["resent"] == (event == RESENT) and (found["event"]["object"] in (about, None) or not about):
                return found
        place = page["next"]
    raise NotSeen(
        f"{event} was not announced within {_PATIENCE_S:.0f} seconds.",
        hint="`gerbang doctor` says whether the worker runs; `gerbang events tail` shows what happens.",
    )


def _named(event: str) -> str:
    """What is sent again stands in the log as what it was."""
    return "*" if event == RESENT else event


def _check(event: str) -> None:
    if event in IMPOSSIBLE:
        raise CannotTrigger(IMPOSSIBLE[event])
    if event not in RECIPES:
        near = difflib.get_close_matches(event, RECIPES, 3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`gerbang trigger` lists them."
        raise UnknownEvent(f"There is no event {event[:60]!r}.", hint=hint)


def _list(*, as_json: bool) -> None:
    from gerbang.nouns import NOUNS

    for one in NOUNS.event_catalogue:
        why = IMPOSSIBLE.get(one.name, "")
        shown = {"type": one.name, "means": one.type.means, "can": not why, "why_not": why or None}
        print(json.dumps(shown) if as_json else f"{one.name:<28} {one.type.means}{f' Not here: {why}' if why else ''}")


def _print(what: dict[str, Any], one: Instance, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(what))
        return
    about = what["object"] or ""
    page = f"  {one.api}/console/payments/{about}" if about.startswith("pay_") else ""
    print(f"{what['type']} {what['event']} {about}{page}")
