"""The demo users of `gerbang up`: made once by a child process, kept in DATA/demo.json (0600), printed at every start.

Who they are and what they own is decided in gerbang/app/. `gerbang serve` knows nothing of them.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gerbang.base.errors import Unavailable
from gerbang.base.kept_file import write_whole
from gerbang.cli.process import run, settings_here
from gerbang.settings import Settings


class DemoFailed(Unavailable):
    """The demo users could not be made."""

    code = "demo_failed"
    title = "The demo data could not be made"


def seed_demo() -> None:
    """Make the demo users and print them as one JSON line; `up` runs this, nobody else needs to."""
    from gerbang import app

    made: dict[str, Any] = {}

    async def story(settings: Settings) -> None:
        made.update(await app.seed_demo(settings))

    run(story, settings_here())
    print(json.dumps(made))


async def demo_users(data: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The demo users of this data folder, made now if there are none; raises DemoFailed."""
    kept = data / "demo.json"
    if kept.exists():
        known: dict[str, Any] = json.loads(kept.read_text())
        return known
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gerbang", "seed-demo", env=dict(environment), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    if process.returncode or not said.strip():
        raise DemoFailed(f"`gerbang seed-demo` ended with status {process.returncode}; its words are above.")
    made: dict[str, Any] = json.loads(said.splitlines()[-1])
    write_whole(kept, json.dumps(made, indent=2).encode())
    return made
