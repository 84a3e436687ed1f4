"""What the client was promised: one JSON line for every acknowledgement, on disk before the client goes on."""

import json
import os
from pathlib import Path
from typing import Any


class Journal:
    """Append-only; `note` returns when the line would survive a power cut."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, what: str, **fields: Any) -> None:
        """Write and sync one line."""
        os.write(self._file, json.dumps({"what": what, **fields}).encode() + b"\n")
        os.fdatasync(self._file)

    def lines(self, what: str) -> list[dict[str, Any]]:
        """Everything noted under one word, oldest first."""
        entries = [json.loads(line) for line in self._path.read_text().splitlines()]
        return [entry for entry in entries if entry["what"] == what]

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
