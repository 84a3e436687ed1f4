"""The words themselves: both languages, text and HTML alike, nothing injected; snapshots under snapshots/ (UPDATE=1 rewrites them)."""

import os
import re
from datetime import timedelta
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gerbang.core.notifications import labels as message_labels
from gerbang.core.notifications.approved_wording import STEMS
from gerbang.core.notifications.audiences import told_on
from gerbang.core.notifications.message_data import describe
from gerbang.core.notifications.model import Template
from gerbang.core.notifications.rendering import Letterhead, OwnWords, Rendered, render
from gerbang.core.payments.model import AttemptStatus, PaymentStatus, RefundStatus
from gerbang.ports.messenger import Channel
from gerbang.ports.next_action import DisplayCode
from tests.core.notifications.example_payments import AT, about, details
from tests.web.checkout.example_payments import STORIES

SNAPSHOTS = Path(__file__).parent / "snapshots"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LUMBUNG = Letterhead("Toko Lumbung")
LINK = "https://toko.example/pay/pay_1?t=secret&x=1"
ANNOUNCED = {
    Template.PAYMENT_LINK: "payment.link",
    Template.PAYMENT_INSTRUCTIONS: "payment.instructions",
    Template.PAYMENT_REMINDER: "payment.reminder",
    Template.PAYMENT_PAID: "payment.paid",
    Template.PAYMENT_PAID_LATE: "payment.paid",
    Template.PAYMENT_PART_PAID: "payment.part_paid",
    Template.PAYMENT_OVERPAID: "payment.overpaid",
    Template.PAYMENT_EXPIRED: "payment.expired",
    Template.PAYMENT_RETRACTED: "payment.retracted",
    Template.REFUND_REQUESTED: "refund.requested",
    Template.REFUND_AWAITING_TRANSFER: "refund.awaiting_transfer",
    Template.REFUND_DESTINATION: "refund.destination_changed",
    Template.REFUND_SUCCEEDED: "refund.succeeded",
    Template.REFUND_FAILED: "refund.failed",
    Template.OPERATOR_ATTENTION: "payment.held",
}


def order_data(template: Template) -> dict[str, Any]:
    """Of an order that is held, or a claim of its buyer."""
    about = {"at": AT.isoformat(), "livemode": True, "connection": "lazada-1", "order": "ord_1"}
    if template is Template.OPERATOR_ORDER:
        return {"type": "order.oversold", "why": "1 × KOPI-250", **about}
    return {"type": "order.claim_opened", "claim": "clm_1", "kind": "return", "until": AT.isoformat(), **about}


def data_for(template: Template, **more: Any) -> dict[str, Any]:
    """What describe() makes for it."""
    if template is Template.SECURITY_TOKEN_REUSE:
        return {"type": "security.token_reuse", "at": AT.isoformat(), "livemode": True, "user": "usr_1"}
    if template in (Template.ENDPOINT_OWNER_LINK, Template.ENDPOINT_OWNER_CODE):
        owner = {"owner_link": "eol_1", "host": "erp.lumbung.example", "one_time_code": "052419"}
        return {"type": "endpoint.owner_code_sent", "at": AT.isoformat(), "livemode": True, "number": 1, **owner}
    if template is Template.OPERATOR_DIGEST:
        return digest_data("daily")
    if template is Template.OPERATOR_SECURITY:
        return {"type": "security.token_reuse", "at": AT.isoformat(), "livemode": True, "user": "usr_1"}
    if template is Template.OPERATOR_TEMPLATE:
        paused = {"connection": "wa-main", "template": "gerbang_payment_link_1", "language": "id", "why": "UTILITY 5"}
        return {"type": "message_template.paused", "at": AT.isoformat(), "livemode": True, **paused}
    if template is Template.OPERATOR_WORK:
        return {"type": "work.waiting", "at": AT.isoformat(), "livemode": True, "counts": {"transfer": 4, "held": 100}}
    if template is Template.OPERATOR_CHAIN:
        chain = {"network": "base", "connection": "evm-base"}
        return {"type": "chain.stalled", "at": AT.isoformat(), "livemode": True, **chain}
    if template is Template.OPERATOR_SHOP:
        shop = {"connection": "lazada-1", "days": 7}
        return {"type": "shop.authorisation_ending", "at": AT.isoformat(), "livemode": True, **shop}
    if template is Template.OPERATOR_SETTLEMENT:
        payout = {"connection": "lazada-1", "statement": "ID1001-2026-0001", "amount": 3_962_410, "currency": "IDR"}
        return {"type": "payout.received", "at": AT.isoformat(), "livemode": True, **payout}
    if template in (Template.OPERATOR_ORDER, Template.OPERATOR_CLAIM):
        return order_data(template)
    if template is Template.OPERATOR_ENDPOINT:
        return endpoint_data("endpoint.created")
    captured = {
        Template.PAYMENT_LINK: 0,
        Template.PAYMENT_INSTRUCTIONS: 0,
        Template.PAYMENT_REMINDER: 0,
        Template.PAYMENT_EXPIRED: 0,
        Template.PAYMENT_PART_PAID: 130_000,
        Template.PAYMENT_OVERPAID: 170_000,
        Template.OPERATOR_ATTENTION: 0,
    }.get(template, 150_000)
    refund = RefundStatus.REQUESTED if template.value.startswith("refund") else None
    one = details(
        captured=captured, refund=refund, status=PaymentStatus.PAID, attempt_status=AttemptStatus.PENDING, **more
    )
    where = {"to": "BNI •••882", "was": "BCA •••114", "by": "payer"} if template is Template.REFUND_DESTINATION else {}
    return describe(about(one, ANNOUNCED[template], **where), one)


@pytest.mark.parametrize("own", [None, OwnWords("Ingat", "Ingat bayar ya.")])
@pytest.mark.parametrize("locale", ["id", "en"])
def test_a_way_out_stands_below_the_text_and_the_html_where_there_is_one(locale: str, own: OwnWords | None) -> None:
    way_out = "https://toko.example/unsubscribe/payment_reminder/AB-_?l=id&x=1"
    data = data_for(Template.PAYMENT_REMINDER)
    said = render(
        Template.PAYMENT_REMINDER,
        locale,
        data,
        name="Sari",
        link=LINK,
        letterhead=LUMBUNG,
        unsubscribe=way_out,
        own=own,
    )
    assert said.text.rstrip().endswith(way_out)
    assert f'href="{escape(way_out)}"' in said.html
    none = render(Template.PAYMENT_REMINDER, locale, data, name="Sari", link=LINK, letterhead=LUMBUNG, own=own)
    assert "unsubscribe" not in (none.text + none.html).lower()


def digest_data(frequency: str, zone: str = "Asia/Jakarta", more: int = 0) -> dict[str, Any]:
    at = AT.isoformat()
    held = {"type": "payment.held", "about": "pay_1", "path": "/console/payments/pay_1", "at": at}
    stalled = {"type": "chain.stalled", "about": "evm-base", "path": "/console/connections/evm-base", "at": at}
    counts = {"payment.held": 1 + more, "chain.stalled": 1}
    digest = {"frequency": frequency, "zone": zone, "total": 2 + more, "counts": counts, "newest": [held, stalled]}
    return {"type": "operator.digest", "at": at, "livemode": True, "digest": digest}


def endpoint_data(type_: str, **more: str) -> dict[str, Any]:
    return {
        "type": type_,
        "at": AT.isoformat(),
        "livemode": True,
        "endpoint": "ep_1",
        "endpoint_name": "Stock",
        "host": "shop.example",
        **more,
    }


def rendered(
    template: Template, locale: str, data: dict[str, Any] | None = None, name: str = "Sari Wulandari"
) -> Rendered:
    return render(template, locale, data or data_for(template), name=name, link=LINK, letterhead=LUMBUNG)


@pytest.mark.parametrize("template", list(Template))
@pytest.mark.parametrize("locale", ["id", "en"])
def test_the_words_are_those_that_were_agreed(template: Template, locale: str) -> None:
    made = rendered(template, locale)
    text = re.sub(r"\b(pay|ref)_[0-9A-Z]{26}", r"\1_…", f"Subject: {made.subject}\n\n{made.text}").replace(
        "\u00a0", "~"
    )
    path = SNAPSHOTS / f"{template.value}.{locale}.txt"
    if os.environ.get("UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("template", list(Template))
@pytest.mark.parametrize("locale", ["id", "en"])
def test_html_and_text_say_the_same(template: Template, locale: str) -> None:
    made = rendered(template, locale)
    seen = _words(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", made.html, flags=re.DOTALL)))
    for line in made.text.splitlines():
        if (address := line.strip()).startswith("https://"):
            assert f'href="{address.replace("&", "&amp;")}"' in made.html
            continue
        line = line.removeprefix("- ")  # noqa: PLW2901  how a list is set as text
        said = (
            line.removesuffix(LINK).rstrip(": ")
            if line.endswith(LINK)
            else line.replace(": ", " ", 1)
            if ": " in line
            else line
        )
        said = said.removeprefix("--").strip().removesuffix(".")
        assert _words(said) in seen or _words(line.strip().removesuffix(".")) in seen, line
    assert (LINK.replace("&", "&amp;") in made.html) == (LINK in made.text)


def _words(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


@pytest.mark.parametrize("template", list(Template))
def test_the_languages_are_not_mixed(template: Template) -> None:
    indonesian, english = rendered(template, "id"), rendered(template, "en")
    assert indonesian.subject != english.subject
    assert not re.search(r"\b(Thank|your|payment of|the)\b", indonesian.text)
    assert not re.search(r"\b(Terima kasih|Anda|Pembayaran|untuk)\b", english.text)
    assert 'lang="id"' in indonesian.html
    assert 'lang="en"' in english.html


@pytest.mark.parametrize("locale", ["id", "en"])
def test_what_a_marketplace_says_of_money_is_told_with_what_to_do(locale: str) -> None:
    known = data_for(Template.OPERATOR_SETTLEMENT)
    line = {"connection": "lazada-1", "order": "26042", "amount": -8_500_000, "currency": "IDR"}
    events: dict[str, dict[str, Any]] = {
        "payout.received": {},
        "settlement.held": {**line, "paid": 85_000, "why": "hundredfold"},
        "settlement.kind_unknown": {"connection": "lazada-1", "kind_said": "Parcel Insurance"},
        "settlement.changed": {**line, "was": -85_000},
    }
    said = [
        rendered(Template.OPERATOR_SETTLEMENT, locale, {**known, **more, "type": type_})
        for type_, more in events.items()
    ]
    assert len({one.subject for one in said}) == len({one.text for one in said}) == len(events)
    assert all("lazada-1" in one.subject and "lazada-1" in one.text for one in said)
    assert "-Rp8.500.000" in said[1].text.replace("\xa0", "").replace("IDR", "Rp").replace(",", ".").replace(
        "Rp ", "Rp"
    )


@pytest.mark.parametrize("locale", ["id", "en"])
def test_a_buyers_claim_is_told_with_its_kind_and_its_deadline(locale: str) -> None:
    known = data_for(Template.OPERATOR_CLAIM)
    until = known["until"]
    cases = [("opened", "cancel", until), ("opened", "return", until), ("opened", "refund", ""), ("due", "return", until), ("held", "return", until)]  # fmt: skip
    changed = [{"type": f"order.claim_{word}", "kind": kind, "until": by} for word, kind, by in cases]
    said = [rendered(Template.OPERATOR_CLAIM, locale, known | more) for more in changed]
    assert len({one.text for one in said}) == len(cases)
    assert all("lazada-1" in one.subject and "ord_1" in one.text for one in said)


@pytest.mark.parametrize("locale", ["id", "en"])
def test_what_becomes_of_a_shop_is_told_with_its_cure(locale: str) -> None:
    known = data_for(Template.OPERATOR_SHOP)
    events = [
        ("ending", 7),
        ("ending", 2),
        ("ending", 0),
        ("closed", 0),
        ("opened", 0),
        ("failing", 0),
        ("stock_refused", 0),
    ]
    types = {"ending": "shop.authorisation_ending", "failing": "shop.refresh_failing"}
    said = [
        rendered(Template.OPERATOR_SHOP, locale, {**known, "type": types.get(word, f"shop.{word}"), "days": days})
        for word, days in events
    ]
    assert len({one.subject for one in said}) == len({one.text for one in said}) == len(events)
    assert all("lazada-1" in one.subject and "lazada-1" in one.html for one in said)


@pytest.mark.parametrize("locale", ["id", "en"])
def test_what_became_of_an_endpoint_is_told_with_its_cure(locale: str) -> None:
    said = [
        rendered(Template.OPERATOR_ENDPOINT, locale, endpoint_data(type_, **why)).text
        for type_, why in (
            ("endpoint.created", {}),
            ("endpoint.failing", {}),
            ("endpoint.disabled", {"why": "gone"}),
            ("endpoint.disabled", {"why": "failing"}),
        )
    ]
    assert len(set(said)) == 4
    assert all("shop.example" in one and "Stock · ep_1" in one for one in said)
    assert "410" in said[2]


def test_thanks_are_said_by_name() -> None:
    assert "Terima kasih, Sari. Pembayaran Anda sudah masuk." in rendered(Template.PAYMENT_PAID, "id").text
    assert "Thank you, Sari. Your payment is in." in rendered(Template.PAYMENT_PAID, "en").text
    assert "Terima kasih. Pembayaran Anda sudah masuk." in rendered(Template.PAYMENT_PAID, "id", name="").text


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Sari Wulandari", "Sari"),
        ("Bapak Budi", "Bapak Budi"),
        ("PT Kopi Jaya", "PT Kopi Jaya"),
        ("M. Rizal", "M. Rizal"),
        ("Sukarno", "Sukarno"),
        ("", ""),
    ],
)
def test_people_are_called_by_a_name_and_not_by_a_title(name: str, called: str) -> None:
    assert message_labels.called(name) == called


@pytest.mark.parametrize("locale", ["id", "en"])
def test_a_test_payment_cannot_be_mistaken_for_a_real_one(locale: str) -> None:
    test = rendered(Template.PAYMENT_PAID, locale, data_for(Template.PAYMENT_PAID, livemode=False))
    live = rendered(Template.PAYMENT_PAID, locale)
    mark = {"id": "UJI", "en": "TEST"}[locale]
    assert test.subject.startswith(f"{mark} · ")
    assert {"id": "MODE UJI", "en": "TEST MODE"}[locale] in test.text
    assert {"id": "MODE UJI", "en": "TEST MODE"}[locale] in test.html
    assert mark not in live.subject + live.text
    assert mark not in live.html


def test_what_a_stranger_wrote_stays_text_r47() -> None:
    evil = '<script>alert(1)</script>\r\nBcc: all@example.com\u2028{{ 9999*9999 }} {% raw %} "quoted" \u202e'
    data = data_for(Template.PAYMENT_PAID, description=evil)
    made = rendered(Template.PAYMENT_PAID, "id", data, name=evil)
    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html
    assert "{{ 9999*9999 }}" in made.text
    assert "99980001" not in made.text
    assert "\nBcc:" not in made.text
    assert "\u202e" not in made.text + made.html + made.subject
    subject = rendered(Template.PAYMENT_PAID, "id", data | {"currency": "IDR"}).subject
    assert "\n" not in subject
    shop = render(Template.PAYMENT_PAID_LATE, "id", data, name="", link="", letterhead=Letterhead("Toko\r\nBcc: x"))
    assert "\nBcc" not in shop.text


def test_a_code_for_a_till_is_told_like_a_number_for_a_bank() -> None:
    data = data_for(Template.PAYMENT_INSTRUCTIONS, next_action=DisplayCode("ALFAMART", "123456789012"))
    made = rendered(Template.PAYMENT_INSTRUCTIONS, "id", data)
    assert "kasir Alfamart" in made.text
    assert "1234 5678 9012" in made.text
    assert "1234 5678 9012" in made.html


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize(
    ("restart_for", "until"),
    [(DAY, {"id": "24 Nov 2026 14.05 WIB", "en": "24 Nov 2026 14:05 WIB"}), (MINUTE, None), (timedelta(), None)],
)
def test_who_let_the_time_pass_is_offered_what_the_page_does_and_no_longer(
    restart_for: timedelta, until: dict[str, str] | None, locale: str
) -> None:
    one = details(captured=0, status=PaymentStatus.EXPIRED, attempt_status=AttemptStatus.EXPIRED)
    over = replace(one, payment=replace(one.payment, expires_at=AT))
    made = rendered(Template.PAYMENT_EXPIRED, locale, describe(about(over, "payment.expired"), over, restart_for))
    said = made.text.replace("\u00a0", " ")
    if until:
        assert f"{until[locale]}: " in said
    else:
        assert {"id": "Tagihan ini sudah ditutup", "en": "This bill is closed"}[locale] in said
        assert not re.search("Masih mau membayar|still want to pay", said)


def test_paying_twice_is_called_that() -> None:
    one = details(captured=300_000)
    data = describe(about(one, "payment.overpaid"), one)
    assert "Anda membayar dua kali. Yang kedua kami kembalikan." in rendered(Template.PAYMENT_OVERPAID, "id", data).text
    assert "You paid twice. We will return the second." in rendered(Template.PAYMENT_OVERPAID, "en", data).text


def test_every_template_has_its_files_of_each_language_and_no_file_is_an_orphan() -> None:
    folder = Path(message_labels.__file__).parent / "templates"
    for language in ("id", "en"):
        wanted = {f"{t.value}.{kind}" for t in Template for kind in ("subject.txt", "txt", "html")}
        wanted |= {f"{one.value}.sms.txt" for one in told_on(Channel.SMS)}
        wanted |= {f"{stem}.whatsapp.txt" for stem in STEMS}
        assert {path.name for path in (folder / language).iterdir()} == wanted


def test_no_mail_asks_anything_of_anyone_elses_server() -> None:
    for template in Template:
        html = rendered(template, "id").html
        assert not re.search(r"(src|background)=|url\(|<link|@import", html)


def test_how_to_pay_the_rest_names_the_rest() -> None:
    one = details(captured=130_000, status=PaymentStatus.PART_PAID, attempt_status=AttemptStatus.PENDING)
    data = describe(about(one, "payment.instructions"), one)
    made = render(Template.PAYMENT_INSTRUCTIONS, "en", data, name="Sari", link=LINK, letterhead=LUMBUNG)
    assert "Transfer exactly Rp\u00a020.000" in made.text
    assert "150.000" not in made.text + made.subject


def test_a_reversal_is_told_as_what_it_was() -> None:
    one = STORIES["reversed-chain"]
    data = describe(about(one, "payment.retracted"), one)
    made = render(Template.PAYMENT_RETRACTED, "en", data, name="Sari", link=LINK, letterhead=LUMBUNG)
    assert "The blockchain took back a transfer that we had counted." in made.text
    assert "The bank took back" in rendered(Template.PAYMENT_RETRACTED, "en").text


def test_a_part_of_crypto_asks_for_the_coins_that_are_missing_at_the_same_address() -> None:
    one = STORIES["crypto-part-paid"]
    data = describe(about(one, "payment.part_paid"), one)
    made = render(Template.PAYMENT_PART_PAID, "en", data, name="Sari", link=LINK, letterhead=LUMBUNG)
    assert "Send 28.509700\u00a0USDC to the same address" in made.text


def test_a_part_on_a_number_that_is_closed_does_not_send_its_payer_there_again() -> None:
    one = details(captured=130_000, status=PaymentStatus.PART_PAID, attempt_status=AttemptStatus.CANCELLED)
    data = describe(about(one, "payment.part_paid"), one)
    made = render(Template.PAYMENT_PART_PAID, "en", data, name="Sari", link=LINK, letterhead=LUMBUNG)
    assert "same number" not in made.text
    assert "Choose on its page how to pay the rest." in made.text
