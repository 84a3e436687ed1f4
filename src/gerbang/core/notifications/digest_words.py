"""What a digest says: how much came of each kind, and the newest with the pages where they are, by the clock of whoever reads it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from gerbang.base import quiet_hours
from gerbang.base.formats import Locale, wall_clock
from gerbang.core.notifications.labels import REASONS


def digest_context(locale: Locale, digest: Mapping[str, Any], link: str) -> dict[str, Any]:
    """For the words of a digest, as digests.py wrote it; `link` is the button's, at whose origin all pages are."""
    zone, says = quiet_hours.read_zone(digest["zone"]), REASONS[locale]
    entries = [
        {
            "at": wall_clock(datetime.fromisoformat(one["at"]), locale, zone),
            "says": says.get(one["type"], one["type"]),
            "about": one["about"],
            "link": urljoin(link, one["path"]),
        }
        for one in digest["newest"]
    ]
    counts = sorted(digest["counts"].items(), key=lambda one: (-one[1], one[0]))
    return {
        "total": digest["total"],
        "frequency": digest["frequency"],
        "entries": entries,
        "more": digest["total"] - len(entries),
        "lines": tuple((says.get(type_, type_), str(count)) for type_, count in counts),
    }
