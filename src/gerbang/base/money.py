"""Money as an integer of minor units and a currency. No floats, no rates, no formatting for people."""

import re
from dataclasses import dataclass
from typing import Final, Self

from gerbang.base.errors import Invalid

# Minor-unit exponents as Gerbang defines them. ISO 4217 says 2 for IDR; nobody in Indonesia uses sen, so ours is 0.
EXPONENTS: Final[dict[str, int]] = {
    "IDR": 0, "JPY": 0, "KRW": 0, "VND": 0,
    "USD": 2, "EUR": 2, "GBP": 2, "SGD": 2, "MYR": 2, "THB": 2, "PHP": 2, "AUD": 2, "CNY": 2, "HKD": 2,
    "USDC": 6, "USDT": 6, "ETH": 18, "POL": 18,
}  # fmt: skip
ASSETS: Final[frozenset[str]] = frozenset({"USDC", "USDT", "ETH", "POL"})
FIAT_LIMIT: Final[int] = 10**12
_UNITS: Final = re.compile(r"[1-9][0-9]{0,29}")


class BadMoney(Invalid):
    """An amount or currency that Gerbang does not take."""

    code = "invalid_amount"
    title = "The amount is not valid"


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` minor units of `currency`: Money(150_000, "IDR") is Rp150.000. Never negative, never fractional."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        assert type(self.amount) is int, f"not a count of minor units: {self.amount!r}"
        assert self.amount >= 0, f"money is never negative: {self.amount}"
        assert self.currency in EXPONENTS, f"unknown currency {self.currency!r}"

    def __add__(self, other: Self) -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Self) -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def _same(self, other: "Money") -> None:
        assert self.currency == other.currency, f"{self.currency} and {other.currency} do not add up"


def as_json(amount: int, currency: str) -> int | str:
    """An amount as the outer contract writes it: a number for fiat, text of base units for an asset, whose numbers JSON would lose."""
    return str(amount) if currency in ASSETS else amount


def from_json(amount: int | str, currency: str) -> Money:
    """Money from outside, as the outer contract writes it: 0 < amount < 10^12 minor units of a fiat currency, or the digits of less than
    10^30 base units of an asset; raises BadMoney.
    """
    if currency not in EXPONENTS:
        raise BadMoney(f"Currency {currency!r} is not supported.")
    if currency in ASSETS:
        if not (isinstance(amount, str) and _UNITS.fullmatch(amount)):
            raise BadMoney(
                f"An amount of {currency} is text in quotation marks: base units of 10^-{EXPONENTS[currency]}, 1 to 30 digits."
            )
        return Money(int(amount), currency)
    if isinstance(amount, str):
        said = f" as a number without quotation marks: {amount}" if amount.isascii() and amount.isdigit() else ""
        raise BadMoney(
            f"An amount of {currency} is a whole number of minor units{said}."
            if said
            else f"An amount of {currency} is a whole number of minor units, not text."
        )
    if type(amount) is not int or not 0 < amount < FIAT_LIMIT:
        raise BadMoney("The amount must be a whole number of minor units, above 0 and below 1,000,000,000,000.")
    return Money(amount, currency)
