"""Ledger lines as an operator reads them: two rows to a line, the amount without its currency. Pure."""

from collections.abc import Sequence

from gerbang.base import formats
from gerbang.base.formats import Locale
from gerbang.base.money import ASSETS
from gerbang.core.ledger.service import PostedLine


def rows_of(lines: Sequence[PostedLine], locale: Locale) -> list[dict[str, str]]:
    """Debit account, credit account, amount and, where it is not the rupiah, currency of each line, oldest first."""
    return [
        {
            "debit": line.debit,
            "credit": line.credit,
            "amount": _bare(line, locale),
            "currency": "" if line.currency == "IDR" else line.currency,
        }
        for line in lines
    ]


def _bare(line: PostedLine, locale: Locale) -> str:
    """The number alone: a currency beside it would push the columns off the page. Of assets no more decimals than there are."""
    shown = formats.money(line.amount, line.currency, locale)
    number = shown.removeprefix("Rp").replace(line.currency, "").strip("\u00a0 ")
    return number.rstrip("0").rstrip(".") if line.currency in ASSETS else number
