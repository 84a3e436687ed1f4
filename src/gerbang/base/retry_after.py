"""When somebody who has no time now wants to be asked again, as their Retry-After says. Pure."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

MOST_RETRY_AFTER_S: Final = 86_400.0


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float:
    """What a Retry-After says, in seconds or as a date (RFC 9110 section 10.2.3); 0 for none, for one that is over, and for nonsense."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:12]), MOST_RETRY_AFTER_S)
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, (at - now).total_seconds()) if at.tzinfo is not None else 0.0
