"""The cards that the simulator takes, and the card fields of an answer. Real card numbers are refused and kept nowhere."""

from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from gerbang.providers.nicepay.simulator.orders import JAKARTA, Order


class TestCard(NamedTuple):
    """`code` is the issuer's answer after 3-D Secure (empty: approved); 9117 means that 3-D Secure itself always fails."""

    number: str
    code: str
    title: str

    @property
    def masked(self) -> str:
        return f"{self.number[:8]}****{self.number[-4:]}"


TEST_CARDS: Final = (
    TestCard("5123450000000008", "", "disetujui / approved"),
    TestCard("5123450000000511", "51", "ditolak bank, saldo kurang / declined, insufficient funds"),
    TestCard("5123450000000057", "05", "ditolak bank / declined, do not honour"),
    TestCard("5123450000000917", "9117", "3-D Secure selalu gagal / 3-D Secure always fails"),
    TestCard("5123450000000545", "54", "kartu kedaluwarsa / expired card"),
)
EXPIRY: Final = "3901"
CVV: Final = "100"
_CARD_FIELDS: Final = (
    *("authNo", "issuBankCd", "issuBankNm", "acquBankCd", "acquBankNm", "cardNo", "cardExpYymm"),
    *("instmntMon", "instmntType", "preauthToken", "recurringToken", "ccTransType", "vat", "fee", "notaxAmt"),
)


def find(number: str) -> TestCard | None:
    digits = number.replace(" ", "").replace("-", "")
    return next((card for card in TEST_CARDS if card.number == digits), None)


def is_expired(expiry: str, now: datetime) -> bool:
    """Whether YYMM lies before this month in Jakarta; the caller has checked that it is four digits."""
    return expiry < f"{now.astimezone(JAKARTA):%y%m}"


def card_fields(order: Order) -> dict[str, str | None]:
    """The card group of callback, notification and inquiry; all None where no card was charged."""
    if not order.card:
        return dict.fromkeys(_CARD_FIELDS)
    approval = str(int(sha256(order.txid.encode()).hexdigest(), 16))[-6:]
    return {
        "authNo": approval if order.paid_at else None,
        "issuBankCd": "CENA",
        "issuBankNm": "BCA",
        "acquBankCd": "BMRI",
        "acquBankNm": "MANDIRI",
        "cardNo": order.card,
        "cardExpYymm": order.card_expiry,
        "instmntMon": "1",
        "instmntType": "1",
        "preauthToken": None,
        "recurringToken": None,
        "ccTransType": "1",
        "vat": "0",
        "fee": "0",
        "notaxAmt": "0",
    }
