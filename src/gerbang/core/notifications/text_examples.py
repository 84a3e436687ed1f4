"""Example data for every message that a shop may write, as describe() makes it. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from gerbang.core.notifications.model import Template

TOKEN_CHARACTERS: Final = 32
_TO_REFUND: Final = (Template.REFUND_AWAITING_TRANSFER, Template.REFUND_DESTINATION)
NAME: Final = "Sari Wulandari"
_AT: Final = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
_BILL: Final[Mapping[str, Any]] = {
    "type": "payment.paid",
    "at": _AT.isoformat(),
    "livemode": True,
    "payment": "pay_01KC3V9Q2M8RZ4T6W1X5Y7A9BC",
    "amount": 150_000,
    "currency": "IDR",
    "captured": 0,
    "excess": 0,
    "description": "Kopi Gayo 1 kg",
    "order_reference": "LBG-1123",
    "expires_at": datetime(2026, 11, 24, 7, 5, tzinfo=UTC).isoformat(),
    "items": [("2 × Kopi Gayo 500 g", 130_000), ("Ongkir", 20_000)],
    "method": "virtual_account",
    "options": {"bank": "BCA"},
}
_BANK: Final = {"bank": "BCA", "number": "8808123456789012"}
_STORE: Final = {"store": "ALFAMART", "code": "123456789012"}
_PAID: Final = {"captured": 150_000}
_REFUND: Final = {**_PAID, "refund": "ref_01KC3VB6N4E2H8K0M3P5R7T9VX", "refund_amount": 50_000}
# By message, the cases that read differently.
_CASES: Final[Mapping[Template, Mapping[str, Mapping[str, Any]]]] = {
    Template.PAYMENT_LINK: {"usual": {}},
    Template.PAYMENT_INSTRUCTIONS: {"bank": _BANK, "store": _STORE},
    Template.PAYMENT_REMINDER: {"usual": {}, "bank": _BANK, "store": _STORE},
    Template.PAYMENT_PAID: {"usual": _PAID},
    Template.PAYMENT_PAID_LATE: {"usual": _PAID, "called_off": {**_PAID, "called_off": True}},
    Template.PAYMENT_PART_PAID: {
        "usual": {"captured": 100_000},
        "bank": {"captured": 100_000, **_BANK},
        "held": {"captured": 100_000, "held": True},
    },
    Template.PAYMENT_OVERPAID: {
        "usual": {"captured": 170_000, "excess": 20_000},
        "twice": {"captured": 300_000, "excess": 150_000},
    },
    Template.PAYMENT_EXPIRED: {
        "usual": {},
        "again": {"again_until": datetime(2026, 11, 25, 7, 5, tzinfo=UTC).isoformat()},
    },
    Template.PAYMENT_RETRACTED: {"usual": _PAID},
    Template.REFUND_REQUESTED: {"usual": _REFUND},
    Template.REFUND_AWAITING_TRANSFER: {"usual": _REFUND},
    Template.REFUND_DESTINATION: {
        "usual": {**_REFUND, "to": "BNI •••882", "by": "payer"},
        "changed": {**_REFUND, "to": "BNI •••882", "was": "BCA •••114", "by": "payer"},
    },
    Template.REFUND_SUCCEEDED: {"usual": _REFUND},
    Template.REFUND_FAILED: {"usual": _REFUND},
}


def examples(template: Template) -> Mapping[str, Mapping[str, Any]]:
    """The data of one message, by case."""
    return {case: {**_BILL, **more} for case, more in _CASES[template].items()}


def longest(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with as much as real bills say: what it costs to send is counted with these."""
    return {
        **data,
        "description": "Kopi Gayo 1 kg, Teh Melati, dan Gula Aren 500 g",
        "order_reference": "LBG-2026-1123-000042",
    }


def link_of(origin: str, template: Template) -> str:
    """Where a message leads, with a token as long as real ones."""
    path = f"/refund/{_REFUND['refund']}" if template in _TO_REFUND else f"/pay/{_BILL['payment']}"
    return f"{origin}{path}?t={'contoh-'.ljust(TOKEN_CHARACTERS, '0')}"
