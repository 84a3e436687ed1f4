"""When a message is tried again: the whole table, chance, and what the receiver asks for (R21, R22)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gerbang.core.endpoints.model import Profile, is_pattern, wants
from gerbang.core.endpoints.schedule import most_tries, next_wait, waits


def test_ten_attempts_are_made_over_more_than_75_hours() -> None:
    told = [next_wait(Profile.STANDARD, tries, 0.0) for tries in range(1, 11)]
    hours = [wait.total_seconds() / 3600 if wait is not None else None for wait in told]
    assert hours == [5 / 3600, 300 / 3600, 0.5, 2, 5, 10, 14, 20, 24, None]
    assert sum(waits(Profile.STANDARD)) > 75 * 3600
    assert most_tries(Profile.STANDARD) == 10


def test_the_long_profile_goes_on_daily_for_thirty_days() -> None:
    assert 29 * 86_400 < sum(waits(Profile.LONG)) <= 30 * 86_400
    assert max(waits(Profile.LONG)) == 86_400


@given(st.sampled_from(Profile), st.integers(1, 60), st.floats(0, 1, exclude_max=True), st.floats(0, 1e9))
def test_chance_only_adds_and_what_was_asked_for_is_honoured_up_to_a_day(
    profile: Profile, tries: int, chance: float, asked_s: float
) -> None:
    wait = next_wait(profile, tries, chance, asked_s)
    if tries > len(waits(profile)):
        assert wait is None
        return
    assert wait is not None
    planned = waits(profile)[tries - 1]
    least = max(planned, min(asked_s, 86_400))
    assert least - 1e-3 <= wait.total_seconds() <= max(planned * 1.1, least) + 1e-3


def test_nobody_asked_for_anything() -> None:
    assert next_wait(Profile.STANDARD, 1, 0.0) == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("patterns", "type_", "wanted"),
    [
        (["*"], "payment.paid", True),
        (["payment.*"], "payment.paid", True),
        (["payment.*"], "payment.refund.late", True),
        (["payment.*"], "payments.paid", False),
        (["payment.*"], "payment", False),
        (["payment.paid"], "payment.paid", True),
        (["payment.paid"], "payment.paid_late", False),
        (["refund.*", "payment.paid"], "payment.paid", True),
        ([], "payment.paid", False),
    ],
)
def test_a_pattern_names_a_type_or_all_that_begin_with_its_words(patterns: list[str], type_: str, wanted: bool) -> None:
    assert wants(patterns, type_) is wanted


@pytest.mark.parametrize(
    "text", ["", "payment.", ".paid", "pay*", "*.paid", "payment.**", "Payment.paid", "payment .*", "payment.*.x"]
)
def test_what_is_no_pattern_is_told_apart(text: str) -> None:
    assert not is_pattern(text)


@pytest.mark.parametrize("text", ["*", "payment.*", "payment.paid", "payment.part_paid", "a.b.*"])
def test_a_pattern_is_words_and_perhaps_a_star_at_the_end(text: str) -> None:
    assert is_pattern(text)
