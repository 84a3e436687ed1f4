"""The lines of the bill in mails: named as on the payer's page, and none invented."""

from typing import Any

import pytest
from msgspec.structs import replace

from gerbang.core.notifications.message_data import describe
from gerbang.core.notifications.model import Template
from gerbang.core.notifications.rendering import Letterhead, render
from tests.core.notifications.example_payments import about, details

ITEMS: tuple[dict[str, Any], ...] = (
    {"name": "Kopi <b>Gayo</b>", "amount": 120_000, "quantity": 2},
    {"name": "Ongkir", "amount": 40_000},
    {"name": "Voucher", "amount": -10_000, "kind": "voucher"},
)


def mail(template: Template, type_: str, items: tuple[dict[str, Any], ...]) -> tuple[str, str]:
    plain = details()
    one = replace(plain, payment=replace(plain.payment, items=items))
    made = render(template, "id", describe(about(one, type_), one), name="", link="", letterhead=Letterhead("Toko"))
    return made.text.replace("\u00a0", " "), made.html


@pytest.mark.parametrize(
    ("template", "type_"),
    [
        (Template.PAYMENT_LINK, "payment.link"),
        (Template.PAYMENT_INSTRUCTIONS, "payment.instructions"),
        (Template.PAYMENT_PAID, "payment.paid"),
        (Template.PAYMENT_PAID_LATE, "payment.paid"),
    ],
)
def test_a_mail_that_asks_or_thanks_has_the_lines_of_the_bill(template: Template, type_: str) -> None:
    text, html = mail(template, type_, ITEMS)
    for line in ("2 × Kopi <b>Gayo</b>", "Rp 120.000", "Ongkir", "Rp 40.000", "Voucher", "−Rp 10.000"):
        assert line in text
    assert "<b>Gayo</b>" not in html


def test_a_bill_that_is_very_long_is_told_by_its_page() -> None:
    text, _ = mail(Template.PAYMENT_LINK, "payment.link", ({"name": "Kopi", "amount": 5_000},) * 31)
    assert "Rp 5.000" not in text
