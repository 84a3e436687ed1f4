"""Statements that only write, sent as one: a round trip costs as much as ten rows, and a small batch has more statements than rows.

Nothing is decided here, and nothing is committed: that stays with whoever opened the transaction.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

from gerbang.base.db import Row, Tx

_PLACE: Final = re.compile(r"\$(\d+)")
_CHANGED: Final = re.compile(r"\s*UPDATE\s+(\w+)")


class Writer(Protocol):
    """What a statement needs that returns nothing: a transaction has it, and so have `Writes`."""

    async def execute(self, query: str, *args: Any) -> str: ...


class StatementBatch:
    """Notes the statements that it is told to execute; `send` executes all of them at once.

    PostgreSQL runs them side by side on what was there before: none sees what another writes, so no row may be written twice.
    """

    def __init__(self) -> None:
        self._queries: list[str] = []
        self._args: list[Any] = []
        self._counts: list[int] = []

    async def execute(self, query: str, *args: Any) -> str:
        """Note a statement; its parameters are bound when all are sent."""
        self._queries.append(query)
        self._counts.append(len(args))
        self._args += args
        return ""

    async def send(self, tx: Tx) -> None:
        """Execute what was noted, in one round trip; raises what any of them raises, and then none is done."""
        if self._queries:
            await tx.execute(_as_one(tuple(self._queries), tuple(self._counts)), *self._args)

    async def fetch(self, tx: Tx) -> list[Row]:
        """As `send`; returns the rows of the last statement."""
        return await tx.fetch(_as_one(tuple(self._queries), tuple(self._counts)), *self._args)


@lru_cache(maxsize=256)
def _as_one(queries: Sequence[str], counts: Sequence[int]) -> str:
    """One statement of literal ones: each but the last in a WITH clause, its parameters numbered on from those before it."""
    changed = [found[1] for query in queries if (found := _CHANGED.match(query))]
    assert len(changed) == len(set(changed)), f"one statement would change a row of {changed} twice, and do it once"
    parts, before = [], 0
    for query, count in zip(queries, counts, strict=True):
        parts.append(_PLACE.sub(lambda place, before=before: f"${int(place[1]) + before}", query))  # type: ignore[misc]  # bound at once
        before += count
    with_ = ", ".join(f"w{number} AS ({part})" for number, part in enumerate(parts[:-1]))
    return f"WITH {with_} {parts[-1]}" if with_ else parts[-1]
