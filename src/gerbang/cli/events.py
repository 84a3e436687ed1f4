"""`gerbang events`: look at what happens, and send an event to listeners again."""

import json
from typing import Annotated

import uvloop
from cyclopts import App, Parameter

from gerbang.base import log as logging
from gerbang.cli.event_lines import EventLines
from gerbang.cli.event_source import EventSource, checked_patterns
from gerbang.cli.instance import ApiAddress, DataFolder, instance
from gerbang.cli.listen import until_asked
from gerbang.cli.process import settings_here

events = App(name="events", help="What happens, as it happens; and one event once more.")
_AsJson = Annotated[bool, Parameter("--json")]


@events.command
def tail(
    *,
    events: str | None = None,
    after: str = "",
    as_json: _AsJson = False,
    data: DataFolder = None,
    api: ApiAddress = None,
) -> None:
    """Print each event as it happens, through every outage; Ctrl-C ends it.

    Parameters
    ----------
    events
        Types or patterns by commas, as 'payment.*,refund.succeeded'; all without it.
    after
        A place that an earlier line told: everything behind it is printed first.
    as_json
        One JSON object a line.
    """
    patterns = checked_patterns(events)

    async def story() -> None:
        async with instance(settings_here(data), api) as one:
            lines = EventLines(as_json=as_json)

            async def show() -> None:
                async for found in EventSource(one, lines, patterns).after(after, lambda _: None):
                    lines.event(found)

            await until_asked(show())

    logging.set_up("warning", as_json=False)
    uvloop.run(story())


@events.command
def resend(event: str, *, as_json: _AsJson = False, data: DataFolder = None, api: ApiAddress = None) -> None:
    """Send an event once more to whoever listens by `gerbang listen`, under its own id.

    Parameters
    ----------
    event
        Its id: evt_….
    as_json
        One JSON object.
    """

    async def story() -> None:
        async with instance(settings_here(data), api) as one:
            await one.ask("POST", f"/v1/events/{event}/resend")
        print(json.dumps({"id": event, "resent": True}) if as_json else f"{event} is sent again")

    logging.set_up("warning", as_json=False)
    uvloop.run(story())
