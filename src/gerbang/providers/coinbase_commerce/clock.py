"""Commerce's times: ISO 8601 with a zone."""

from datetime import datetime


def moment(text: str) -> datetime | None:
    """A time of theirs; None for anything else, a time without a zone too."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
