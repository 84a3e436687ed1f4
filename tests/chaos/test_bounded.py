"""A bounded chaos run for every test run: one seed, a few faults of each kind, every journal judged."""

import asyncio
from collections.abc import Callable

import pytest

from tests.chaos import strace
from tests.chaos.run import Report, chaos, table
from tests.chaos.scenarios import SCENARIOS

SEED = 20_261_123


@pytest.fixture(scope="module")
def report() -> Report:
    """One run with all scenarios that this machine can do."""
    only = [name for name in SCENARIOS if name != "F1" or strace.is_here()]
    return asyncio.run(chaos(only=only, kills=4, seed=SEED, seconds=5))


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(report: Report) -> None:
    """F2 to F7; O1 to O8 and the mails, over all scenarios."""
    assert not report.findings, table(report)


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_the_fault_was_really_there(report: Report, scenario: str, need: Callable[..., str]) -> None:
    """A run without its faults would prove nothing."""
    if scenario == "F1":
        need("strace")
    line = next(one for one in report.lines if one.scenario == scenario)
    assert line.faults > 0, table(report)
    assert line.acknowledged > 0, table(report)
