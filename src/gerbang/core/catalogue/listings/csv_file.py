"""The CSV that says which product of ours each word of a shop's is. Pure.

Its head names `seller_sku` (the shop's word) and `sku` (ours; empty: none any more), in any order, parted by commas, semicolons or tabs.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from gerbang.base.formats import one_line
from gerbang.core.catalogue.listings.model import MOST_LINES, LineFault

_HEAD: Final = ("seller_sku", "sku")
_SIGNS: Final = (",", ";", "\t")
_MOST_FAULTS: Final = 50


def read(text: str) -> tuple[dict[int, tuple[str, str]], list[LineFault]]:
    """By line, counted from 1 with the head: the shop's word and ours; and what is wrong with lines."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = lines.split("\n", 1)[0]
    sign = max(_SIGNS, key=head.count)
    rows = list(csv.reader(io.StringIO(lines), delimiter=sign))
    names = [one.strip().lower() for one in rows[0]] if rows else []
    if not set(_HEAD) <= set(names):
        return {}, [LineFault(1, f"The first line must name the columns {' and '.join(_HEAD)}.")]
    if len(rows) > MOST_LINES + 1:
        return {}, [
            LineFault(
                MOST_LINES + 2, f"Too many lines: at most {MOST_LINES} below the head. Send the rest by another file."
            )
        ]
    theirs, ours = (names.index(one) for one in _HEAD)
    found: dict[int, tuple[str, str]] = {}
    faults: list[LineFault] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            faults.append(LineFault(number, f"It has {len(row)} columns, the head has {len(names)}."))
        elif not one_line(row[theirs]):
            faults.append(LineFault(number, "seller_sku is empty."))
        else:
            found[number] = (one_line(row[theirs]), one_line(row[ours]))
    return found, faults


def contradictions(lines: Mapping[int, tuple[str, str]]) -> list[LineFault]:
    """Lines that say something else of a word than a line before."""
    first: dict[str, tuple[int, str]] = {}
    faults: list[LineFault] = []
    for number, (theirs, ours) in lines.items():
        before, said = first.setdefault(theirs, (number, ours))
        if said != ours:
            faults.append(LineFault(number, f"Line {before} says another sku of {theirs}."))
    return faults


def shown(faults: Sequence[LineFault]) -> tuple[LineFault, ...]:
    """In the order of their lines, and not too many of them."""
    return tuple(sorted(faults, key=lambda one: one.line)[:_MOST_FAULTS])
