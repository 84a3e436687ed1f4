"""A bounded part of the chaos run for every test run: one seed, a few faults of each kind, every journal judged (F1 to F7)."""

from collections.abc import Callable

import pytest

from tests.chaos import strace
from tests.chaos.run import chaos, table
from tests.chaos.scenarios import SCENARIOS

SEED = 20_261_123


@pytest.mark.slow
async def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(need: Callable[..., str]) -> None:
    """O1 to O8 after every scenario but the strace sweep."""
    report = await chaos(only=[n for n in SCENARIOS if n != "F1"], kills=6, seed=SEED, seconds=15)
    assert not report.findings, table(report)


@pytest.mark.slow
async def test_a_kill_at_any_step_of_an_order_loses_and_doubles_nothing(need: Callable[..., str]) -> None:
    """F1, a seeded few of the steps."""
    need("strace")
    assert strace.is_here()
    report = await chaos(only=["F1"], kills=8, seed=SEED, seconds=15)
    assert not report.findings, table(report)
