"""How NICEPAY numbers things: tXid, the virtual account numbers of each bank, codes for counters. Uniqueness is asked of the book.

A tXid is iMid (10), payMethod (2), yyyyMMddHHmmss in Jakarta (14) and 4 digits; a number ends in the tXid's last digits (notes section 2).
"""

from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from gerbang.providers.nicepay.simulator.orders import JAKARTA, Book
from gerbang.providers.nicepay.simulator.quirks import Quirks
from gerbang.providers.nicepay.simulator.refusals import Refused


class Bank(NamedTuple):
    """A bank that gives virtual accounts: made-up prefix, and how many digits of the tXid follow it."""

    title: str
    prefix: str
    tail: int


# Prefix lengths and longest numbers from the bank table (3.2); the prefixes of Mandiri and BRI are those of the samples, and Bank DKI was
# seen in SNAP only.
BANKS: Final = {
    "CENA": Bank("BCA", "39355000", 10),
    "BRIN": Bank("BRI", "88480004", 10),
    "BMRI": Bank("Mandiri", "7001400009", 10),
    "IBBK": Bank("Maybank", "78120001", 8),
    "BNIN": Bank("BNI", "8848000", 9),
    "BBBA": Bank("Permata", "8625000", 9),
    "BNIA": Bank("CIMB Niaga", "5919000", 10),
    "BDIN": Bank("Danamon", "7915000", 9),
    "HNBN": Bank("KEB Hana", "9772000", 9),
    "BDKI": Bank("Bank DKI", "990110000", 7),
}
_PER_SECOND: Final = 10_000
_FIXED_DIGITS: Final = 8
_CODE_DIGITS: Final = 12


class Numbers:
    """Hands out tXids, and virtual account numbers that no open order has."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._serial = 0

    def txid(self, imid: str, method: str, now: datetime) -> str:
        """A new tXid; raises Refused 9006 when a merchant's 10,000 numbers of this second are gone."""
        head = f"{imid:0<10.10}{method}{now.astimezone(JAKARTA):%Y%m%d%H%M%S}"
        for _ in range(_PER_SECOND):
            self._serial = (self._serial + 1) % _PER_SECOND
            txid = f"{head}{self._serial:04d}"
            if self._book.get(txid) is None:
                return txid
        raise Refused("9006")

    def account(self, imid: str, bank: Bank, now: datetime, quirks: Quirks) -> tuple[str, str]:
        """A new tXid and the number that ends like it; raises Refused 9203 when the pool is empty."""
        for _ in range(_PER_SECOND):
            txid = self.txid(imid, "02", now)
            number = _number(txid, bank, quirks)
            if not self._book.number_is_taken(number):
                return txid, number
        raise Refused("9203")

    def account_for(self, txid: str, bank: Bank, quirks: Quirks) -> str:
        """The number at this bank of an order that stands already; raises Refused 9203 when another open one has it."""
        number = _number(txid, bank, quirks)
        if self._book.number_is_taken(number):
            raise Refused("9203")
        return number

    def code(self, imid: str, now: datetime) -> tuple[str, str]:
        """A new tXid and the code for a counter that ends it (12 digits); raises Refused 9503 when the pool is empty."""
        for _ in range(_PER_SECOND):
            txid = self.txid(imid, "03", now)
            if not self._book.number_is_taken(txid[-_CODE_DIGITS:]):
                return txid, txid[-_CODE_DIGITS:]
        raise Refused("9503")

    def fixed_account(self, bank: Bank, customer: str, quirks: Quirks) -> str:
        """The number of a customer who always pays to the same one; raises Refused 9223, 9226 or 9233."""
        if quirks.fixed_account == "n8":
            if not (customer.isascii() and customer.isdigit()):
                raise Refused("9223")
            if len(customer) > _FIXED_DIGITS:
                raise Refused("9226")
        elif len(customer) > 40:
            raise Refused("9226")
        plain = customer.isascii() and customer.isdigit() and len(customer) <= _FIXED_DIGITS
        digits = customer if plain else str(int(sha256(customer.encode()).hexdigest(), 16))[-_FIXED_DIGITS:]
        number = bank.prefix + digits.zfill(_FIXED_DIGITS)
        if self._book.number_is_taken(number):
            raise Refused("9233")
        return number


def _number(txid: str, bank: Bank, quirks: Quirks) -> str:
    prefix = bank.prefix[:8] if bank.title == "Mandiri" and quirks.mandiri_number == "eighteen" else bank.prefix
    return prefix + txid[-bank.tail :]
