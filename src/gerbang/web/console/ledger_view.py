"""Ledger lines as an operator reads them: two rows to a line, the amount without its currency. Pure."""

from collections.abc import Sequence

from gerbang.base import formats
from gerbang.base.formats import Locale
from gerbang.core.ledger.service import PostedLine


def rows_of(lines: Sequence[PostedLine], locale: Locale) -> list[dict[str, str]]:
    """Debit account, credit account and amount of each line, oldest first."""
    return [{"debit": line.debit, "credit": line.credit, "amount": _bare(line, locale)} for line in lines]


def _bare(line: PostedLine, locale: Locale) -> str:
    """The payment's currency stands above; repeated on every line it would push the columns off the page."""
    shown = formats.money(line.amount, line.currency, locale)
    return shown.removeprefix("Rp").strip("\u00a0 ") if line.currency == "IDR" else shown
