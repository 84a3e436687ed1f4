"""When an order is asked for again."""

import pytest

from gerbang.core.orders.jobs import spread


@pytest.mark.parametrize(
    ("pause_s", "tries", "chance", "wait_s"), [(1.0, 1, 0.0, 1.0), (1.0, 1, 0.5, 2.0), (1.0, 4, 0.5, 5.0)]
)
def test_what_waited_for_a_pause_does_not_come_back_all_at_once_nor_before_its_end(
    pause_s: float, tries: int, chance: float, wait_s: float
) -> None:
    assert spread(pause_s, tries, chance) == wait_s


def test_without_a_pause_the_usual_back_off_is_taken() -> None:
    assert spread(None, 3, 0.9) is None
