"""The two ends of a list by (moment, id), so that a list without a place or a bound is asked for like one with them.

A filter that may be absent (`$1 IS NULL OR …`) is planned as one that never narrows anything: the list is then read from its beginning.
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

FIRST_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MOMENT: Final = datetime(9999, 1, 1, tzinfo=UTC)
FIRST_ID: Final = UUID(int=0)
LAST_ID: Final = UUID(int=2**128 - 1)

Place = tuple[datetime, UUID]


def below(after: Place | None, before: datetime | None = None) -> Place:
    """The place below which a page that runs from the newest begins: after the page before it, and before a moment."""
    end = (before, FIRST_ID) if before is not None else (LAST_MOMENT, LAST_ID)
    return min(after, end) if after is not None else end
