"""How a part is taken of a product that is too large to be tried whole: what shows nothing new is left out."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

Row = TypeVar("Row")
Column = TypeVar("Column")
Cell = TypeVar("Cell")


def diagonal(rows: Sequence[Row], columns: Sequence[Column]) -> Iterator[tuple[Row, Column]]:
    """Every pair once, in such an order that soon each row and each column has had its turn."""
    for shift in range(len(columns)):
        for number, row in enumerate(rows):
            yield row, columns[(number + shift) % len(columns)]


def sampled(cells: Iterable[Cell], shows: Callable[[Cell], Iterable[Hashable]]) -> list[Cell]:
    """Those cells, in their order, that show something which none before them showed."""
    seen: set[Hashable] = set()
    chosen = []
    for cell in cells:
        news = set(shows(cell)) - seen
        if news:
            chosen.append(cell)
            seen |= news
    return chosen
