"""Tables on a narrow screen: each cell of a row has a place of its own."""

import importlib
import pkgutil
from collections.abc import Iterator, Sequence

import pytest

from gerbang.web import console
from gerbang.web.console.listing import Column

_TAKES = {"c1": {"k1", "k2"}, "d1": {"d1"}}  # a whole line, where others have halves


def tables() -> Iterator[tuple[str, Sequence[Column]]]:
    """Every table of the console, by its name in the code."""
    for module in pkgutil.iter_modules(console.__path__):
        for name, value in vars(importlib.import_module(f"{console.__name__}.{module.name}")).items():
            if isinstance(value, tuple) and value and all(isinstance(one, Column) for one in value):
                yield f"{module.name}.{name}", value


@pytest.mark.parametrize(("name", "columns"), list(tables()))
def test_no_cell_lies_over_another(name: str, columns: Sequence[Column]) -> None:
    places = [area for one in columns for area in one.place.split() if area not in {"off", "lg"}]
    taken = [half for area in places for half in _TAKES.get(area, {area})]
    assert sorted(taken) == sorted(set(taken)), name
