"""What `gerbang listen` and `gerbang events tail` print: a line an event, for people or as JSON. What is said of the connection goes to standard error."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

_TYPE: Final = 26


class EventLines:
    """Lines on standard output."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._said = ""
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    def begins(self, url: str, secret: str, *, going_on: bool) -> None:
        """Before the first event: where to, and what verifies it."""
        if self._as_json:
            self._json({"forward_to": url, "secret": secret, "goes_on": going_on})
            return
        self._say(f"forwarding to {url}, {'from where it ended' if going_on else 'from now on'}; Ctrl-C ends it")
        self._say(f"signed after Standard Webhooks with {secret}")

    def forwarded(self, one: Any, status: int, took_s: float, *, is_last: bool) -> None:
        """The receiver answered."""
        self._said, event, took_ms = "", one["event"], round(took_s * 1_000)
        if self._as_json:
            self._json(_known(one) | {"status": status, "took_ms": took_ms})
            return
        good = status // 100 == 2
        after = "" if good else "  given up: `gerbang events resend` sends it again" if is_last else "  comes again"
        color = "green" if good else "red"
        self._line(f"[{color}]{status}[/] {took_ms} ms{' (again)' if one['resent'] else ''}{after}", event)

    def waits(self, one: Any, url: str, why: str) -> None:
        """Nobody answered there; said once."""
        if self._said != url:
            self._said = url
            self._say(f"{url} does not answer ({why.rstrip('.')}); {one['event']['type']} waits for it")

    def event(self, one: Any) -> None:
        """An event that is only shown."""
        if self._as_json:
            self._json({"place": one["place"], "resent": one["resent"], **one["event"]})
            return
        event = one["event"]
        data = {name: value for name, value in event["data"].items() if name != "payment"}
        said = " ".join(f"{name}={value}" for name, value in data.items() if not isinstance(value, dict | list))
        self._line(f"[dim]{escape(said)}[/]", event)

    def away(self, why: str) -> None:
        """Gerbang does not answer."""
        self._say(f"{why} Trying until it does; nothing is lost")

    def back(self) -> None:
        """It answers again."""
        self._say("connected again; going on where it ended")

    def missed(self) -> None:
        """The place is of a database that is no more."""
        self._say("the database was replaced since: going on from now")

    def _line(self, told: str, event: Any) -> None:
        about = event["object"] or ""
        self._out.print(f"[dim]{_clock()}[/] {event['type']:<{_TYPE}} {event['id']} {about}  {told}")

    def _json(self, value: Any) -> None:
        print(json.dumps(value), flush=True)

    def _say(self, line: str) -> None:
        self._err.print(f"[bold]gerbang[/]: {escape(line)}")


def _known(one: Any) -> dict[str, Any]:
    event = one["event"]
    names = ("id", "type", "object", "sequence")
    return {"at": datetime.now(UTC).isoformat(), "place": one["place"], "resent": one["resent"]} | {
        name: event[name] for name in names
    }


def _clock() -> str:
    """The time of this machine."""
    return f"{datetime.now(UTC).astimezone():%H:%M:%S}"
