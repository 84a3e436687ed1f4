"""The note of a `gerbang up` that answers: where, for the commands that work beside it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gerbang.base.kept_file import write_whole

READY_FILE: Final = "ready.json"


def note_ready(folder: Path, places: Mapping[str, Any]) -> None:
    """`up` answers now."""
    known = {name: value for name, value in places.items() if name != "demo"}
    write_whole(folder / READY_FILE, json.dumps({**known, "pid": os.getpid()}).encode())


def note_stopped(folder: Path) -> None:
    """`up` ended."""
    (folder / READY_FILE).unlink(missing_ok=True)
