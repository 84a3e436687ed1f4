"""Pictures of numbers: what stands in them, and that missing is not zero."""

import json
import re

from gerbang.web.console.charts import Chart, Line, Slot, spark

CHART = Chart(
    id="c",
    title="Payments <an hour>",
    says="Payments of an hour, at most 4; none were counted at 10",
    x=(9, 10, 11),
    heads=("09:00", "10:00", "11:00"),
    lines=(Line("today", (2, None, 4), kind="bars"), Line("last week", (1, 0, 3), "past", "dashed")),
    x_title="Hour",
)


def bars(*slots: Slot, running: bool = False) -> list[tuple[str, int]]:
    """The look and the height of each slot."""
    drawn = re.findall(r'class="(\w)" x="\d+" y="\d+" width="3" height="(\d+)"', str(spark(slots, running=running)))
    return [(look, int(height)) for look, height in drawn]


def test_a_good_slot_is_low_one_with_a_failure_stands_up_and_none_is_a_hairline() -> None:
    assert bars(Slot(4), Slot(0), Slot(4, 1), Slot(4, 4)) == [("g", 8), ("z", 1), ("b", 11), ("b", 20)]
    assert bars(Slot(4), Slot(2), running=True) == [("g", 8), ("n", 4)]


def test_a_sparkline_has_at_most_a_day_of_slots_the_newest_right() -> None:
    assert len(bars(*[Slot(1)] * 30)) == 24
    assert spark(()).count("rect") == 0


def test_a_chart_hands_its_numbers_over_and_its_table_has_the_same() -> None:
    told = json.loads(CHART.numbers)
    assert told["y"] == [[2, None, 4], [1, 0, 3]]
    assert [(one["colour"], one["kind"], one["dash"]) for one in told["series"]] == [
        ("own", "bars", []),
        ("past", "line", [6, 4]),
    ]
    assert CHART.rows == (("09:00", (2, 1)), ("10:00", (None, 0)), ("11:00", (4, 3)))
