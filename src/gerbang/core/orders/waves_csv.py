"""A pick list as a CSV that a spreadsheet opens. Pure."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from gerbang.base.formats import spreadsheet_text
from gerbang.core.orders.waves_model import PickLine

HEAD: Final = ("warehouse", "sku", "name", "quantity")


def as_csv(lines: Sequence[PickLine]) -> bytes:
    """UTF-8 with its mark, by which spreadsheets know it; a head, and a row for each line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    for one in lines:
        writer.writerow((*map(spreadsheet_text, (one.warehouse, one.sku, one.name)), one.quantity))
    return text.getvalue().encode("utf-8-sig")
