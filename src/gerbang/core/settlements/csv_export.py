"""Lines of a payout as a CSV that a spreadsheet opens: amounts as decimals, and no text that it would take for a formula. Pure."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

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
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(lines: Sequence[SettlementLine]) -> bytes:
    """UTF-8 with its mark, by which spreadsheets know it; a head, and a row for each line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    for one in lines:
        amounts = (_decimal(one.amount, one.currency), _decimal(one.booked, one.currency), one.currency)
        told = (one.kind.value, _text(one.said), _text(one.order), _text(one.item))
        where = (one.status.value, one.why.value, one.connection, _text(one.statement))
        writer.writerow((line_name(one.id), one.day.isoformat(), *told, *amounts, *where))
    return text.getvalue().encode("utf-8-sig")


def _decimal(amount: int, currency: str) -> str:
    return str(Decimal(amount).scaleb(-EXPONENTS[currency]))


def _text(said: str) -> str:
    return f"'{said}" if said.startswith(_FORMULAS) else said
