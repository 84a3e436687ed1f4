"""Lines of a payout as a CSV that a spreadsheet opens: amounts as decimals, and no text that it would take for a formula. Pure."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from gerbang.base.formats import spreadsheet_text
from gerbang.base.money import EXPONENTS
from gerbang.core.settlements.model import SettlementLine
from gerbang.core.settlements.unit_of_work import line_name

HEAD: Final = (
    "line",
    "day",
    "kind",
    "said",
    "order",
    "item",
    "amount",
    "booked",
    "currency",
    "status",
    "why",
    "shop",
    "statement",
)


def as_csv(lines: Sequence[SettlementLine]) -> bytes:
    """UTF-8 with its mark, by which spreadsheets know it; a head, and a row for each line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    for one in lines:
        amounts = (_decimal(one.amount, one.currency), _decimal(one.booked, one.currency), one.currency)
        told = (one.kind.value, spreadsheet_text(one.said), spreadsheet_text(one.order), spreadsheet_text(one.item))
        where = (one.status.value, one.why.value, one.connection, spreadsheet_text(one.statement))
        writer.writerow((line_name(one.id), one.day.isoformat(), *told, *amounts, *where))
    return text.getvalue().encode("utf-8-sig")


def _decimal(amount: int, currency: str) -> str:
    return str(Decimal(amount).scaleb(-EXPONENTS[currency]))
