"""A Retry-After as servers write it, and as they should not."""

from datetime import UTC, datetime

import pytest

from gerbang.base.retry_after import retry_after_s

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("999999999999999999999", 86_400.0),
        ("Mon, 30 Nov 2026 08:02:00 GMT", 120.0),
        ("Mon, 30 Nov 2026 07:00:00 GMT", 0.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("1.5", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str, seconds: float) -> None:
    assert retry_after_s({"retry-after": said}, NOW) == seconds


def test_without_the_header_nothing_was_asked_for() -> None:
    assert retry_after_s({}, NOW) == 0.0
