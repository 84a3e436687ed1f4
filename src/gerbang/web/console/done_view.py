"""What was decided today, for the work list: by whom, what about, when; newest first. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from gerbang.base.formats import Locale
from gerbang.core.audit.model import Recorded
from gerbang.web import texts
from gerbang.web.console.actors import Names, called
from gerbang.web.console.listing import Cell, Column, Row
from gerbang.web.console.page_frame import stamp

# What a person decides, as the trail names it, and the mark that it wears.
KINDS: Final = {
    "refund.settled": "refunded",
    "refund.approval_approved": "paid",
    "refund.approval_refused": "cancelled",
    "payment.resolved": "paid",
    "refund.resolved": "paid",
    "refund.dismissed": "cancelled",
}
MOST: Final = 20
_WIB: Final = timedelta(hours=7)


COLUMNS: Final = (
    Column("what", "done.what", "a1"),
    Column("payment", "done.about", "b1", "mono"),
    Column("by", "done.by", "c1"),
    Column("why", "pay.reason", "d1", "dim wrap rest"),
    Column("time", "done.when", "a2", "num"),
)


def rows_of(found: Sequence[Recorded], since: datetime, names: Names, locale: Locale) -> list[Row]:
    """The newest of what was recorded since then."""
    today = sorted((one for one in found if one.happened_at >= since), key=lambda one: one.happened_at, reverse=True)
    return [_row(one, names, locale) for one in today[:MOST]]


def beginning_of_day(now: datetime) -> datetime:
    """When the day began in Jakarta."""
    local = now.astimezone(UTC) + _WIB
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - _WIB


def _row(one: Recorded, names: Names, locale: Locale) -> Row:
    why = one.detail.get("reason") or one.detail.get("note") or one.detail.get("reference") or ""
    cells = {
        "what": Cell(texts.words(locale)(f"done.what.{one.action}"), mark=KINDS[one.action]),
        "payment": Cell(one.object, href=f"/console/payments/{one.object}"),
        "by": Cell(called(one.actor, names, locale)),
        "why": Cell(str(why)),
        "time": Cell(stamp(one.happened_at, locale), at=one.happened_at),
    }
    return Row(f"done-{one.happened_at:%H%M%S%f}", cells)
