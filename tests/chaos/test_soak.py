"""A bounded soak for every full run: one seed, half a minute of a bad day, judged by progress."""

import asyncio

import pytest

from tests.chaos.soak import Report, judged, soak, table

SEED = 20_261_129


@pytest.mark.full
def test_everything_that_is_due_is_done_whatever_the_plans_the_clock_and_the_provider_do() -> None:
    """R57."""
    report = asyncio.run(soak(minutes=0.5, seed=SEED, workers=2, flood=1_000))
    assert not report.findings, table(report)
    assert report.harms > 0, table(report)
    assert len(report.flood_s) == 2, table(report)


def test_a_worker_that_stands_still_takes_too_much_or_ends_would_be_found() -> None:
    found = judged(Report(1, 2, 1.0, longest_wait_s=61.0, most_held=60, restarts=1), load=0.5)
    assert len(found) == 3
    assert judged(Report(1, 2, 1.0, longest_wait_s=61.0, most_held=32), load=2.0) == []
    assert judged(Report(1, 2, 1.0, most_held=33, left_leased=1), load=0.5) == []
