"""Ledger lines as an operator reads them: two rows to a line, the amount without its currency. Pure."""

from collections.abc import Sequence

from gerbang.base import formats
from gerbang.base.formats import Locale
from gerbang.core.ledger.service import PostedLine


def rows_of(lines: Sequence[PostedLine], locale: Locale) -> list[dict[str, str]]:
    """Debit account, credit account and amount of each line, oldest first."""
    return [
        {"debit": line.debit, "credit": line.credit, "amount": formats.money(line.amount, line.currency, locale)}
        for line in lines
    ]
