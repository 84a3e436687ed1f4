"""What was decided today, for the work list: by whom, what about, when; newest first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from markupsafe import Markup

from gerbang.base.formats import Locale
from gerbang.core.audit.model import Recorded
from gerbang.web import texts
from gerbang.web.console.actors import Names, called
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


@dataclass(frozen=True, slots=True)
class Done:
    """One decision, ready to be shown."""

    mark: str
    what: Markup
    payment: str
    by: Markup
    why: str
    at: datetime
    time: str


def rows_of(found: Sequence[Recorded], since: datetime, names: Names, locale: Locale) -> list[Done]:
    """The newest of what was recorded since then."""
    today = sorted((one for one in found if one.happened_at >= since), key=lambda one: one.happened_at, reverse=True)
    return [_row(one, names, locale) for one in today[:MOST]]


def beginning_of_day(now: datetime) -> datetime:
    """When the day began in Jakarta."""
    local = now.astimezone(UTC) + _WIB
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - _WIB


def _row(one: Recorded, names: Names, locale: Locale) -> Done:
    why = one.detail.get("reason") or one.detail.get("note") or one.detail.get("reference") or ""
    return Done(
        mark=KINDS[one.action],
        what=texts.words(locale)(f"done.what.{one.action}"),
        payment=one.object,
        by=called(one.actor, names, locale),
        why=str(why),
        at=one.happened_at,
        time=stamp(one.happened_at, locale),
    )
