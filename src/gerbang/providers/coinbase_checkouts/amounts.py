"""Amounts between three counts: Coinbase's decimal text, base units of the asset, and minor units of the price. Exact, and pure.

Coinbase takes two decimals of USDC, which has six. A part of a price that goes back is rounded down to such a cent, and what went back is
counted up to a minor unit: the two undo each other wherever a cent of USDC is worth no more than a minor unit of the price.
"""

from decimal import Decimal, InvalidOperation
from typing import Final

from gerbang.ports.payment import Quote

DECIMALS: Final = 6
PLACES: Final = 2
CENT: Final = 10 ** (DECIMALS - PLACES)
_LONGEST: Final = 40


def units(text: str) -> int | None:
    """Base units of a decimal text: "100", "100.00" and "100.000000" are one; None for what is no amount, or finer than a base unit."""
    if len(text) > _LONGEST or not text.isascii() or not text.replace(".", "", 1).isdigit():
        return None
    try:
        scaled = Decimal(text).scaleb(DECIMALS)
    except InvalidOperation:
        return None
    return int(scaled) if scaled == scaled.to_integral_value() else None


def text(amount: int) -> str | None:
    """Base units as Coinbase wants them, with two decimals; None when that would not be exact."""
    return None if amount % CENT else f"{amount // CENT // 100}.{amount // CENT % 100:02}"


def to_asset(quote: Quote, price: int, part: int) -> int:
    """Base units that a part of the price is worth, rounded down to a cent; the whole price is all that was asked."""
    return int(quote.amount) if part >= price else part * int(quote.amount) // price // CENT * CENT


def to_price(quote: Quote, price: int, amount: int) -> int:
    """Minor units of the price that base units are worth, rounded up; all that was asked is the whole price."""
    return price if amount >= int(quote.amount) else -(-amount * price // int(quote.amount))
