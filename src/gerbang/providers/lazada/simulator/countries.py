"""The six countries: currency, clock, carriers, ways to pay, and an address for the buyers who live there (notes 1, 5.1, 10)."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple


class Country(NamedTuple):
    """`place` numbers it; `in_reverse` is how many units of a reverse order's integer make one of its currency (notes 7.3)."""

    code: str
    name: str
    place: int
    currency: str
    offset_h: int
    carriers: tuple[str, ...]
    payment_method: str
    dialling: str
    city: str
    post_code: str
    in_reverse: int = 100

    @property
    def smallest(self) -> int:
        """The hundredths of its smallest coin: nobody has seen a part of a rupiah or of a dong."""
        return 100 if self.code in {"id", "vn"} else 1

    def share(self, hundredths: int, percent: int) -> int:
        """So many per cent, in whole coins, towards zero."""
        return hundredths * percent // 100 // self.smallest * self.smallest

    @property
    def zone(self) -> timezone:
        return timezone(timedelta(hours=self.offset_h))


COUNTRIES: Final[Mapping[str, Country]] = {
    one.code: one
    for one in (
        Country("sg", "Singapore", 1, "SGD", 8, ("LEX SG", "Ninja Van SG"), "MIXEDCARD", "65", "Singapore", "069111"),
        Country(
            "my",
            "Malaysia",
            2,
            "MYR",
            8,
            ("LEX MY", "J&T Express MY"),
            "PAYMENT_ACCOUNT",
            "60",
            "Kuala Lumpur",
            "50450",
        ),
        Country("vn", "Vietnam", 3, "VND", 7, ("LEX VN", "GHN VN"), "MIXEDCARD", "84", "Ho Chi Minh", "700000", 1),
        Country("th", "Thailand", 4, "THB", 7, ("LEX TH", "Flash Express TH"), "MIXEDCARD", "66", "Bangkok", "10330"),
        Country("ph", "Philippines", 5, "PHP", 8, ("LEX PH", "J&T Express PH"), "PAYPAL", "63", "Makati", "1226"),
        Country("id", "Indonesia", 6, "IDR", 7, ("LEX ID", "J&T Express ID"), "BCA_VA", "62", "Jakarta", "12190"),
    )
}


def iso(at: datetime, country: Country) -> str:
    """As /orders/get tells a time: local, with the offset."""
    return at.astimezone(country.zone).isoformat(timespec="seconds")


def spaced(at: datetime, country: Country) -> str:
    """As /order/get and the items tell it (notes 5.2)."""
    return f"{at.astimezone(country.zone):%Y-%m-%d %H:%M:%S %z}"


def money(hundredths: int) -> str:
    """Decimal text with two places, whatever the currency (notes 5.3)."""
    sign, rest = ("-", -hundredths) if hundredths < 0 else ("", hundredths)
    return f"{sign}{rest // 100}.{rest % 100:02d}"
