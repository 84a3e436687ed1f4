"""Pictures of numbers: a sparkline beside a number, drawn here, and a chart, drawn by uPlot from the numbers of its own table.

Without the script a chart is its table. Zero-based, missing is not zero, and never colour alone: the numbers stand beside or beneath.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

SLOTS: Final = 24
_WIDTH: Final = 96
_HEIGHT: Final = 20
_LOW: Final = 8  # how tall the busiest slot without a failure stands; one with a failure stands taller
_DASHES: Final = {"solid": [], "dashed": [6, 4], "dotted": [1.5, 3]}

Colour = Literal["own", "theirs", "past", "bad"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of the time that a sparkline shows: how many, and how many of them failed."""

    count: int
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One row of numbers in a chart; None where there is no number. `colour` is the name of its token, `stroke` how it is drawn, `kind` as what."""

    label: str
    values: tuple[float | None, ...]
    colour: Colour = "own"
    stroke: Literal["solid", "dashed", "dotted"] = "solid"
    kind: Literal["line", "bars"] = "line"
    width: float = 2


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its table. `says` is the sentence that it is for who cannot see it; `heads` name the moments or steps at `x`, as people read them."""

    id: str
    title: str
    says: str
    x: tuple[float, ...]
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    x_title: str
    is_time: bool = False
    height: int = 220

    @property
    def numbers(self) -> str:
        """What the script draws, as JSON for an attribute."""
        series = [
            {
                "label": one.label,
                "colour": one.colour,
                "kind": one.kind,
                "width": one.width,
                "dash": _DASHES[one.stroke],
            }
            for one in self.lines
        ]
        values = [list(one.values) for one in self.lines]
        told = {"x": list(self.x), "y": values, "series": series, "height": self.height, "isTime": self.is_time}
        return json.dumps(told, separators=(",", ":"), allow_nan=False)

    @property
    def rows(self) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
        """The rows of the table: a head and a number for each line."""
        return tuple((head, tuple(one.values[place] for one in self.lines)) for place, head in enumerate(self.heads))


def spark(slots: Sequence[Slot], *, running: bool = True) -> Markup:
    """A sparkline of at most 24 slots, the newest right; `running` that the last one is not over. The number beside it is the fact, so it is hidden
    from who cannot see it.
    """
    shown = slots[-SLOTS:]
    most = max((slot.count for slot in shown), default=0)
    step = _WIDTH // SLOTS
    marks = [
        _bar(place * step, slot, most, is_running=running and place == len(shown) - 1)
        for place, slot in enumerate(shown)
    ]
    return Markup('<svg class="spark" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>').format(
        _WIDTH, _HEIGHT, Markup("").join(marks)
    )


def _bar(x: int, slot: Slot, most: int, *, is_running: bool) -> Markup:
    if not slot.count:
        return Markup('<rect class="z" x="{}" y="{}" width="3" height="1"/>').format(x, _HEIGHT - 1)
    if slot.failed:
        height = _LOW + max(2, (_HEIGHT - _LOW) * slot.failed // slot.count)
    else:
        height = max(2, _LOW * slot.count // most)
    look = "b" if slot.failed else "n" if is_running else "g"
    return Markup('<rect class="{}" x="{}" y="{}" width="3" height="{}"/>').format(look, x, _HEIGHT - height, height)
