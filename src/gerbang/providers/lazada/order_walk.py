"""A walk over changed orders that leaves none out and tells none twice, where they move under it and many share one second. Pure.

Lazada pages by an offset, up to 4,500. An order that changes while one reads leaves its place for the end, and what stood behind it moves up: a walk by offset passes over one. So this
one goes on from the last order's own time with offset 0, and knows which of that second were read. Only where more orders than a page share a second are they read by offset, within two
seconds that are closed (`update_before`): if their number falls meanwhile, those two seconds are read again from the first.
Whether `update_after` includes its own second is not documented: each step asks from a second before, and drops what is older.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Final

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.marketplace_orders import ChangedOrders, OrderCursor, OrderHead, Unreadable

LIMIT: Final = 100
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer held: the orders (of those that cannot be read the id only, with their place), in its order, and how many match in all."""

    heads: Sequence[OrderHead]
    unreadable: Sequence[Unreadable]
    total: int

    @property
    def count(self) -> int:
        return len(self.heads) + len(self.unreadable)


def parameters(cursor: OrderCursor, *, created: bool, ahead_h: int) -> dict[str, str]:
    """What the next step asks for."""
    word, sort = ("created", "created_at") if created else ("update", "updated_at")
    asked = {
        f"{word}_after": _iso(cursor.after - _SECOND, ahead_h),
        "sort_by": sort,
        "sort_direction": "ASC",
        "offset": str(max(cursor.offset, 0)),
        "limit": str(LIMIT),
    }
    return asked if cursor.offset < 0 else {**asked, f"{word}_before": _iso(cursor.after, ahead_h)}


def start(since: datetime | OrderCursor) -> OrderCursor:
    """Where a walk begins, or goes on. Times are whole seconds there."""
    return since if isinstance(since, OrderCursor) else OrderCursor(since.replace(microsecond=0))


def step(cursor: OrderCursor, page: Page, *, created: bool) -> ChangedOrders:
    """What a page brings, and where the walk goes on. Raises OutcomeUnknown for a page that is no answer to what was asked."""
    times = [_time(one, created=created) for one in page.heads]
    if any(later < earlier for earlier, later in pairwise(times)):
        raise OutcomeUnknown("Lazada's list of orders is not in the order that was asked for.")
    if times and times[-1] < cursor.after - _SECOND:
        raise OutcomeUnknown("Lazada's list of orders is older than what was asked for.")
    seen = set(cursor.seen)
    fresh = tuple(
        one
        for one, at in zip(page.heads, times, strict=True)
        if at > cursor.after or (at == cursor.after and one.id not in seen)
    )
    newest = max([cursor.after, *times])
    unreadable = tuple(page.unreadable)
    onward = _closed(cursor, page, fresh) if cursor.offset >= 0 else _open(cursor, page, fresh, newest, created=created)
    return ChangedOrders(fresh, onward, newest, unreadable)


def _open(
    cursor: OrderCursor, page: Page, fresh: Sequence[OrderHead], newest: datetime, *, created: bool
) -> OrderCursor | None:
    """After a page without an upper end."""
    if page.count >= page.total:
        return None
    if not page.count:
        raise OutcomeUnknown("Lazada's list of orders is empty, and it says that there are some.")
    if newest == cursor.after:  # the page is full of this one second and the one before it
        return OrderCursor(cursor.after, (*cursor.seen, *(one.id for one in fresh)), 0)
    return OrderCursor(newest, tuple(one.id for one in fresh if _time(one, created=created) == newest))


def _closed(cursor: OrderCursor, page: Page, fresh: Sequence[OrderHead]) -> OrderCursor:
    """After a page of two closed seconds."""
    seen = (*cursor.seen, *(one.id for one in fresh))
    if cursor.offset and page.total < cursor.of:  # some left: what stood behind them moved up
        return OrderCursor(cursor.after, seen, 0, page.total)
    if cursor.offset + page.count >= page.total:
        return OrderCursor(cursor.after + _SECOND)
    if not page.count:
        raise OutcomeUnknown("Lazada's list of orders is empty, and it says that there are more.")
    return OrderCursor(cursor.after, seen, cursor.offset + page.count, page.total)


def _time(head: OrderHead, *, created: bool) -> datetime:
    return (head.created_at if created else head.version).replace(microsecond=0)


def _iso(at: datetime, ahead_h: int) -> str:
    return at.astimezone(timezone(timedelta(hours=ahead_h))).isoformat(timespec="seconds")
