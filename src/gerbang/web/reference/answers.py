"""What the service answered to each example when it was last recorded: `tests/web/reference` compares it with what is answered now, and writes it
anew with RECORD_ANSWERS=1.
"""

import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple

ANSWERS_FILE: Final = Path(__file__).parent / "answers.json"


class Answer(NamedTuple):
    """One answer: its status, and its body, cut to the first of each list."""

    status: int
    body: Any

    @property
    def title(self) -> str:
        """As `201 Created`."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    @property
    def text(self) -> str:
        """The body as it is shown; empty where there is none."""
        return json.dumps(self.body, indent=2, ensure_ascii=False) if self.body is not None else ""


@cache
def answers() -> Mapping[str, Answer]:
    """By operation."""
    known = json.loads(ANSWERS_FILE.read_text(encoding="utf-8"))
    return {name: Answer(one["status"], one["body"]) for name, one in known.items()}
