"""A number is only a number when nothing was lost, and a ratio only when both sides were measured."""

import pytest

from bench.goals import GOALS
from bench.load.closed import Round
from bench.reference import Reference
from bench.scores import Rounds, score
from bench.sides import NoScore, Sample, once_each, sample_of


def _rounds(ours: list[float], reference: list[float], naive: list[float]) -> Rounds:
    limits = [Reference(rate, "pgbench", 1e6 / rate) for rate in reference]
    return Rounds(limits, [Sample(rate) for rate in naive], [Sample(rate) for rate in ours])


def test_the_middle_round_counts_on_both_sides() -> None:
    entry = score(GOALS["W1"], _rounds([9.0, 30.0, 40.0], [10.0, 99.0, 1.0], [1.0, 1.5, 2.0]))
    assert (entry["rate"], entry["reference"], entry["ratio"]) == (30.0, 10.0, 3.0)
    assert entry["naive_ratio"] == 20.0
    assert entry["meets_goal"]
    assert not entry["meets_stretch"]


def test_a_run_that_lost_a_row_has_no_rate_and_meets_nothing() -> None:
    rounds = _rounds([30.0, 30.0, 30.0], [1.0, 1.0, 1.0], [0.1, 0.1, 0.1])
    rounds.no_score = "inbox: 1 acknowledged and missing"
    entry = score(GOALS["W1"], rounds)
    assert entry["rate"] is None
    assert entry["ratio"] is None
    assert not entry["meets_goal"]
    assert entry["no_score"]


def test_a_fast_way_with_a_long_lag_does_not_meet_its_goal() -> None:
    rounds = _rounds([], [100.0], [])
    rounds.ours = [Sample(500.0, lag_p99_ms=400.0)]
    assert not score(GOALS["E2E"], rounds)["meets_goal"]
    rounds.ours = [Sample(500.0, lag_p99_ms=40.0)]
    assert score(GOALS["E2E"], rounds)["meets_stretch"]


def test_a_create_is_compared_with_the_usual_way_alone() -> None:
    entry = score(GOALS["W4"], _rounds([120.0], [], [10.0]))
    assert (entry["reference"], entry["ratio"], entry["goal"]) == (10.0, 12.0, 12.0)
    assert entry["meets_goal"]


@pytest.mark.parametrize(("stored", "why"), [(["a"], "1 acknowledged and missing"), (["a", "b", "b"], "1 doubled")])
def test_a_missing_or_doubled_row_takes_the_score_away(stored: list[str], why: str) -> None:
    with pytest.raises(NoScore, match=why):
        once_each("inbox", ["a", "b"], stored)


def test_rows_that_were_never_acknowledged_are_no_fault() -> None:
    once_each("inbox", ["a"], ["a", "b"])


def test_a_refused_or_unanswered_request_takes_the_score_away() -> None:
    with pytest.raises(NoScore, match="429"):
        sample_of(Round(elapsed_s=1.0, acknowledged=["a"], refused=[("b", 429)]))
    with pytest.raises(NoScore, match="never answered"):
        sample_of(Round(elapsed_s=1.0, acknowledged=["a"], unanswered=["b"]))
