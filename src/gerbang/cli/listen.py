"""`gerbang listen`: every event to an address of one's own, in order, as an endpoint would get it, without an address that others can reach.

It asks for what comes after its place, so nothing is lost while it sleeps, is killed or has no network; the place moves when the receiver has taken it.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Annotated, Any, Final

import uvloop
from cyclopts import Parameter

from gerbang.base import log as logging
from gerbang.base import web_address
from gerbang.base.errors import Invalid
from gerbang.base.http import CallFailed, Http
from gerbang.cli.event_lines import EventLines
from gerbang.cli.event_source import EventSource, checked_patterns
from gerbang.cli.instance import ApiAddress, DataFolder, Instance, NotAnswered, instance
from gerbang.cli.listening_place import ListeningPlace, opened
from gerbang.cli.process import settings_here
from gerbang.core.endpoints import signatures

_ANSWER_S: Final = 30.0
_AGAIN_S: Final = (1.0, 5.0)  # a receiver that answers no is asked so often more, then the next event comes
_LONGEST_PAUSE_S: Final = 10.0


def listen(
    *,
    forward_to: str,
    events: str | None = None,
    as_json: Annotated[bool, Parameter("--json")] = False,
    data: DataFolder = None,
    api: ApiAddress = None,
) -> None:
    """Forward events to an address of your own, in order, signed, from where the last `listen` for it ended; Ctrl-C ends it.

    The first time it begins with what happens from now on. An event that is answered with anything but 2xx is sent three times, then the next one
    comes; while nobody answers at all, it waits.

    Parameters
    ----------
    forward_to
        Where to, as http://127.0.0.1:3000/hooks/gerbang or 3000/hooks/gerbang.
    events
        Types or patterns by commas, as 'payment.*,refund.succeeded'; all without it.
    as_json
        One JSON object a line: first the secret, then each attempt.
    """
    logging.set_up("warning", as_json=False)
    url, patterns = _address(forward_to), checked_patterns(events)
    known = settings_here(data)
    folder = Path.home() / ".local" / "state" / "gerbang" if api and data is None else known.data

    async def story() -> None:
        async with instance(known, api) as one:
            with contextlib.suppress(NotAnswered):  # then it waits; but who may not listen is told before anything else
                await one.ask("GET", "/v1/event-log", events=patterns, limit=1)
            with opened(folder / "listen", one.api if api else "here", url) as place:
                lines = EventLines(as_json=as_json)
                lines.begins(url, place.secret.text(), going_on=bool(place.place))
                await until_asked(Listener(one, Http(), url, place, lines, patterns).run())

    uvloop.run(story())


async def until_asked(work: Any) -> None:
    """Do this until SIGTERM or Ctrl-C."""
    task = asyncio.ensure_future(work)
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return


@dataclass(slots=True)
class Listener:
    """Forwards one event after the other. `http` calls the receiver, `now` is Unix seconds, `again_s` the waits before an event that was answered no is
    sent again.
    """

    instance: Instance
    http: Http
    url: str
    place: ListeningPlace
    lines: EventLines
    patterns: str | None = None
    now: Callable[[], float] = time
    again_s: Sequence[float] = _AGAIN_S

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            source = EventSource(self.instance, self.lines, self.patterns)
            async for one in source.after(self.place.place, self.place.move):
                if one["message"] is not None:
                    await self._forward(one)
        finally:
            await self.http.close()

    async def _forward(self, one: Any) -> None:
        """Until the receiver has it, or has answered no three times."""
        pauses, refused, body = 0, 0, one["message"].encode()
        while True:
            keys = [self.place.secret]
            headers = {
                **signatures.headers(one["event"]["id"], int(self.now()), body, keys),
                "content-type": "application/json",
            }
            try:
                answer = await self.http.send(
                    "POST", self.url, headers=headers, body=body, timeout_s=_ANSWER_S, limit_bytes=1_024, cut=True
                )
            except CallFailed as error:
                self.lines.waits(one, self.url, error.detail)
                pauses += 1
                await asyncio.sleep(min(0.25 * 2**pauses, _LONGEST_PAUSE_S))
                continue
            is_last = refused == len(self.again_s)
            self.lines.forwarded(one, answer.status, answer.took_s, is_last=is_last)
            if answer.status // 100 == 2 or is_last:
                return
            await asyncio.sleep(self.again_s[refused])
            refused += 1


def _address(text: str) -> str:
    """The address in full; a port alone is this machine's. Raises Invalid."""
    begin = text.partition("/")[0]
    whole = f"http://127.0.0.1:{text.lstrip(':')}" if begin.lstrip(":").isdigit() else text
    whole = whole if "://" in whole else f"http://{whole}"
    try:
        return web_address.read(whole)
    except web_address.BadAddress as error:
        raise Invalid(f"--forward-to {text}: the address {error}.") from error
