"""How far a message is: whatever comes in whatever order, nothing is taken back."""

from itertools import permutations

import pytest

from gerbang.core.notifications.machine import advance
from gerbang.core.notifications.model import Status
from gerbang.ports.messenger import Progress

ORDER = [Status.QUEUED, Status.ACCEPTED, Status.SENT, Status.FAILED, Status.DELIVERED, Status.READ]


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("fact", list(Progress))
def test_every_fact_moves_every_state_forward_or_not_at_all(status: Status, fact: Progress) -> None:
    after = advance(status, fact)
    assert after in (status, Status(fact.value))
    assert ORDER.index(after) >= ORDER.index(status)


def test_what_arrived_after_all_has_arrived_and_what_arrived_did_not_fail() -> None:
    assert advance(Status.FAILED, Progress.DELIVERED) is Status.DELIVERED
    assert advance(Status.DELIVERED, Progress.FAILED) is Status.DELIVERED
    assert advance(Status.FAILED, Progress.SENT) is Status.FAILED


def test_any_order_of_the_same_facts_ends_the_same() -> None:
    ends = set()
    for facts in permutations(Progress):
        status = Status.QUEUED
        for fact in facts:
            status = advance(status, fact)
        ends.add(status)
    assert ends == {Status.READ}
