"""Rows that hold a word or a value which this version does not know, as after a downgrade: each stands still alone, and is said."""

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.errors import RowUnreadable

log = structlog.get_logger()
R = TypeVar("R")
T = TypeVar("T")


def unreadable(kind: str, id_: UUID, error: Exception) -> RowUnreadable:
    """What to raise for a row, named as the outside knows it; the log says what it was."""
    shown = ids.show(kind, id_)
    log.error("row.unreadable", row=shown, why=f"{type(error).__name__}: {error}"[:200])
    return RowUnreadable(f"{shown} holds what this version does not know.", hint="Was it written by a newer one?")


def readable(rows: Iterable[R], read: Callable[[R], T]) -> list[T]:
    """Those that can be read: one that cannot must not hide the others."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except RowUnreadable:
            continue
    return found
