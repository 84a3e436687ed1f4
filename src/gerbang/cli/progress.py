"""What people see while `gerbang up` works: one line a step with its time, then the addresses and the demo users.

With --json stdout carries exactly one line; everything else goes to stderr.
"""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console
from rich.markup import escape

from gerbang.settings import Settings


class Progress:
    """Lines on stderr; a spinner with it when stderr is a terminal."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._begun = monotonic()

    def say(self, line: str) -> None:
        """One plain line."""
        self._console.print(f"[bold]gerbang[/]: {escape(line)}")

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say what is under way and, when it is done, how long it took."""
        begun = monotonic()
        if self._console.is_terminal:
            with self._console.status(escape(what)):
                yield
        else:
            yield
        self._console.print(f"[bold]gerbang[/]: [green]ok[/] {escape(what)} [dim]{monotonic() - begun:.1f} s[/]")

    def ready(self, settings: Settings, demo: Mapping[str, Any]) -> None:
        """The addresses and the demo users, once everything answers."""
        line = announcement(settings, demo)
        if self._as_json:
            print(json.dumps(line), flush=True)
            return
        self.say(f"ready after {monotonic() - self._begun:.1f} s; Ctrl-C stops everything")
        for name in ("shop", "console", "api", "docs", "sandbox"):
            print(f"  {name:<10}{line[name]}")
        print(f"  {'inspector':<10}{line['sandbox']}/inspector/shop")
        for who, known in demo.items():
            print(f"  {who:<10}{_in_words(known)}")
        beside = (
            "" if settings.data.absolute() == Path("data").absolute() else f" --data {shlex.quote(str(settings.data))}"
        )
        program = shlex.quote(_program())
        for word, command in (
            ("then", f"{program} trigger payment.paid{beside}"),
            ("", f"{program} listen --forward-to 3000/hook{beside}"),
            ("", f"{program} events tail{beside}"),
        ):
            print(f"  {word:<10}{command}")
        sys.stdout.flush()


def _program() -> str:
    """How this program is called from where we stand: by its name where the shell finds it."""
    here = Path(sys.argv[0])
    if shutil.which("gerbang"):
        return "gerbang"
    return os.path.relpath(here) if here.name == "gerbang" and here.exists() else "gerbang"


def announcement(settings: Settings, demo: Mapping[str, Any]) -> dict[str, Any]:
    """The `ready` event of the contract: where everything answers on this machine."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    api = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    places = {"console": f"{api}/console", "shop": f"{api}/shop", "docs": f"{api}/docs"}
    return {"event": "ready", "api": api, "sandbox": settings.sandbox_url, **places, "demo": dict(demo)}


def _in_words(known: object) -> str:
    if isinstance(known, Mapping):
        return "  ".join(str(value) for value in known.values())
    return str(known)
