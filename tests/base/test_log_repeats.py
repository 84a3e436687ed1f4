"""Lines of the log that come again: said when a state begins, then at growing intervals with how often, and anew after it had gone."""

from collections.abc import Mapping, Sequence

import pytest
import structlog

from gerbang.base.log_repeats import LogRepeats


class Clock:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def said(repeats: LogRepeats, **fields: object) -> Mapping[str, object] | None:
    """The line as it is written; None when it is not."""
    try:
        return repeats(None, "warning", {"event": "evm.node_failed", "level": "warning", **fields})
    except structlog.DropEvent:
        return None


def failing(seconds: int, clock: Clock, repeats: LogRepeats, **fields: object) -> Sequence[tuple[float, object]]:
    """When a loop that fails every two seconds was heard, and with how many more."""
    heard = []
    for _ in range(seconds // 2):
        if (line := said(repeats, **fields)) is not None:
            heard.append((clock.now, line.get("repeated", 0)))
        clock.now += 2
    return heard


def test_a_failure_that_lasts_is_said_at_once_and_then_ever_more_rarely_with_how_often() -> None:
    clock = Clock()
    assert failing(1_000, clock, LogRepeats(clock), node="a") == [(0, 0), (60, 29), (180, 59), (420, 119), (900, 239)]


def test_another_failure_is_said_at_once() -> None:
    clock = Clock()
    repeats = LogRepeats(clock)
    said(repeats, node="a", why="closed")
    assert said(repeats, node="a", why="closed") is None
    assert said(repeats, node="b", why="closed")
    assert said(repeats, node="a", why="of another chain")


def test_a_failure_that_had_gone_is_news_when_it_comes_again() -> None:
    clock = Clock()
    repeats = LogRepeats(clock)
    failing(600, clock, repeats)
    clock.now += 200
    assert said(repeats) == {"event": "evm.node_failed", "level": "warning"}


def test_two_errors_of_one_name_are_two_lines() -> None:
    repeats, written = LogRepeats(Clock()), []
    for error in (ValueError("a"), ValueError("b"), ValueError("b")):
        try:
            raise error
        except ValueError:
            written.append(said(repeats, exc_info=True) is not None)
    assert written == [True, True, False]


@pytest.mark.parametrize("level", ["info", "debug"])
def test_what_is_no_failure_is_said_every_time(level: str) -> None:
    repeats = LogRepeats(Clock())
    assert repeats(None, level, {"event": "payment.moved", "level": level})
    assert repeats(None, level, {"event": "payment.moved", "level": level})
