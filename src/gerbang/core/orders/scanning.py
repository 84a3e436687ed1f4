"""A pack station: counting what is scanned of an order. Pure; nothing of it is kept, for the page carries the counts."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from gerbang.core.orders.model import OrderDetails
from gerbang.core.orders.operation_model import OperationKind, why_not

MOST_SCANNED: Final = 120  # characters
_SEVERAL: Final = re.compile(r"^(\d{1,3}) ?[x×*] ?(.+)$")


class Scan(StrEnum):
    """What a scan of an item came to."""

    COUNTED = "counted"
    WRONG = "wrong"  # nothing of this order: it is not counted
    TOO_MANY = "too_many"  # more than was bought: none of it is counted


class PackLine(NamedTuple):
    """One SKU of an order: so many are to be packed, so many were scanned."""

    sku: str
    name: str
    warehouse: str
    wanted: int
    counted: int

    @property
    def is_complete(self) -> bool:
        return self.counted >= self.wanted


def lines_of(one: OrderDetails, counted: Mapping[str, int]) -> Sequence[PackLine]:
    """What is to be packed of an order, SKU by SKU in the order in which it was bought, with what was scanned of it."""
    wanted: dict[str, tuple[str, str, int]] = {}
    for item in one.items:
        if not why_not(OperationKind.PACK, item):
            _, _, before = wanted.get(item.sku, ("", "", 0))
            wanted[item.sku] = (item.name, item.warehouse, before + item.quantity)
    return [
        PackLine(sku, name, warehouse, count, max(0, min(counted.get(sku, 0), count)))
        for sku, (name, warehouse, count) in wanted.items()
    ]


def scan_item(lines: Sequence[PackLine], scanned: str) -> tuple[Sequence[PackLine], Scan]:
    """The lines after a scan. `3×SKU` counts three; letters of either case are one, and spaces do not count."""
    found = _line(lines, scanned)
    several = _SEVERAL.match(scanned)
    count = 1
    if found is None and several is not None:
        found, count = _line(lines, several[2]), int(several[1])
    if found is None:
        return lines, Scan.WRONG
    if found.counted + count > found.wanted:
        return lines, Scan.TOO_MANY
    return [one._replace(counted=one.counted + count) if one is found else one for one in lines], Scan.COUNTED


def _line(lines: Sequence[PackLine], scanned: str) -> PackLine | None:
    return next((one for one in lines if _bare(one.sku) == _bare(scanned)), None)


def _bare(word: str) -> str:
    return "".join(word.split()).casefold()


def is_over(lines: Sequence[PackLine], counted: Mapping[str, int]) -> bool:
    """Whether more was counted than is to be packed now: something was cancelled, or packed elsewhere, meanwhile."""
    wanted = {one.sku: one.wanted for one in lines}
    return any(count > wanted.get(sku, 0) for sku, count in counted.items())
