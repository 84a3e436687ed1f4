"""What a digest says: how much came of each kind, and the newest with the pages where they are, by the clock of whoever reads it. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin

from gerbang.base import quiet_hours
from gerbang.base.formats import Locale, wall_clock
from gerbang.core.notifications.labels import REASONS

_LATE: Final = {"hourly": timedelta(minutes=75), "daily": timedelta(hours=25)}


def digest_context(
    locale: Locale, digest: Mapping[str, Any], link: str, made: datetime, most: int | None = None
) -> dict[str, Any]:
    """For the words of a digest, as digests.py wrote it when it was `made`; `link` is the button's, at whose origin all pages are. At most `most` of the
    events are listed. `since` is empty where nothing of it is older than its hour or day: one that waited for quiet hours says since when.
    """
    zone, says = quiet_hours.read_zone(digest["zone"]), REASONS[locale]
    entries = [
        {
            "at": wall_clock(datetime.fromisoformat(one["at"]), locale, zone),
            "says": says.get(one["type"], one["type"]),
            "about": one["about"],
            "link": urljoin(link, one["path"]),
        }
        for one in digest["newest"][:most]
    ]
    oldest = datetime.fromisoformat(digest["since"]) if "since" in digest else made
    is_late = made - oldest > _LATE.get(digest["frequency"], timedelta.max)
    counts = sorted(digest["counts"].items(), key=lambda one: (-one[1], one[0]))
    return {
        "since": wall_clock(oldest, locale, zone) if is_late else "",
        "total": digest["total"],
        "frequency": digest["frequency"],
        "entries": entries,
        "more": digest["total"] - len(entries),
        "lines": tuple((says.get(type_, type_), str(count)) for type_, count in counts),
    }
