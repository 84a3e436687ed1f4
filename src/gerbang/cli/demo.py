"""The demo users of `gerbang up`: made once by a process of their own, kept in DATA/demo.json (0600), printed at every start.

Who they are and what they own is decided in gerbang/app/. `gerbang serve` knows nothing of them.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gerbang.base.errors import Unavailable
from gerbang.base.kept_file import write_whole
from gerbang.cli.launcher import Launcher
from gerbang.cli.process import run, settings_here
from gerbang.settings import Settings


class DemoFailed(Unavailable):
    """The demo users could not be made."""

    code = "demo_failed"
    title = "The demo data could not be made"


def seed_demo() -> None:
    """Make the demo users and keep them in DATA/demo.json; `up` runs this, nobody else needs to."""
    from gerbang import app

    async def story(settings: Settings) -> None:
        made = await app.seed_demo(settings)
        write_whole(_kept(settings.data), json.dumps(made, indent=2).encode())

    run(story, settings_here())


async def demo_users(data: Path, launcher: Launcher, environment: Mapping[str, str]) -> dict[str, Any]:
    """The demo users of this data folder, made now if there are none; raises DemoFailed."""
    status = 0 if _kept(data).exists() else await launcher.start(("seed-demo",), environment).ended()
    if status:
        raise DemoFailed(f"`gerbang seed-demo` ended with status {status}; its words are above.")
    known: dict[str, Any] = json.loads(_kept(data).read_text())
    return known


def _kept(data: Path) -> Path:
    return data / "demo.json"
