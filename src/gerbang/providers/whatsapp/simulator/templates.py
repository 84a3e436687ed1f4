"""The templates that the simulated account has from the start, as somebody typed them at Meta; and what Meta asks of a new one. Written by hand, shared with nobody."""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gerbang.providers.whatsapp.simulator.refusals import Refused

_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_PLACE: Final = re.compile(r"\{\{(\d+)\}\}")
_CATEGORIES: Final = ("AUTHENTICATION", "MARKETING", "UTILITY")
_MOST_BODY: Final = 1_024


class Template(msgspec.Struct, frozen=True, tag_field="kind", tag="whatsapp_template"):
    """One template in one language. `has_link`: its button's address ends with a place of its own."""

    name: str
    language: str
    body: str
    has_link: bool
    status: str = "APPROVED"
    category: str = "UTILITY"

    @property
    def places(self) -> int:
        return len(set(_PLACE.findall(self.body)))

    def filled(self, values: list[str]) -> str:
        return _PLACE.sub(lambda found: values[int(found[1]) - 1], self.body)


_BODIES: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "gerbang_payment_link_1",
        "id",
        "Tagihan dari {{1}} sebesar {{2}} untuk {{3}}. Bayar sebelum {{4}} lewat tombol di bawah. Balas STOP untuk berhenti menerima pesan ini.",
    ),
    (
        "gerbang_payment_link_1",
        "en",
        "A bill from {{1}} of {{2}} for {{3}}. Pay before {{4}} with the button below. Reply STOP to get no more of these messages.",
    ),
    (
        "gerbang_payment_instructions_bank_1",
        "id",
        "Cara bayar tagihan {{1}}: transfer tepat {{2}} ke virtual account {{3}} {{4}}, paling lambat {{5}}. Langkahnya ada di tombol di bawah.",
    ),
    (
        "gerbang_payment_instructions_bank_1",
        "en",
        "How to pay the bill from {{1}}: transfer exactly {{2}} to the virtual account {{3}} {{4}}, before {{5}}. The steps are behind the button below.",
    ),
    (
        "gerbang_payment_instructions_store_1",
        "id",
        "Cara bayar tagihan {{1}}: bayar tepat {{2}} di kasir {{3}} dengan kode {{4}}, paling lambat {{5}}. Langkahnya ada di tombol di bawah.",
    ),
    (
        "gerbang_payment_instructions_store_1",
        "en",
        "How to pay the bill from {{1}}: pay exactly {{2}} at the till of {{3}} with the code {{4}}, before {{5}}. The steps are behind the button below.",
    ),
    (
        "gerbang_payment_reminder_1",
        "id",
        "Pengingat dari {{1}}: tagihan {{2}} untuk {{3}} belum dibayar, batasnya {{4}}. Sudah bayar? Jangan bayar lagi.",
    ),
    (
        "gerbang_payment_reminder_1",
        "en",
        "A reminder from {{1}}: the bill of {{2}} for {{3}} is not paid yet, its deadline is {{4}}. Paid already? Then do not pay again.",
    ),
    (
        "gerbang_payment_paid_1",
        "id",
        "Pembayaran Anda kepada {{1}} sebesar {{2}} untuk {{3}} sudah masuk. Terima kasih.",
    ),
    ("gerbang_payment_paid_1", "en", "Your payment to {{1}} of {{2}} for {{3}} is in. Thank you."),
)
FIRST: Final[Mapping[tuple[str, str], Template]] = {
    (name, language): Template(name, language, body, has_link=True) for name, language, body in _BODIES
}


def submitted(asked: Mapping[str, Any]) -> Template:
    """A new template as it is handed in, to be reviewed. Raises Refused."""
    name, language = asked.get("name"), asked.get("language")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Refused(100, "Invalid parameter: name")
    if not isinstance(language, str) or not re.fullmatch(r"[a-z]{2}(_[A-Z]{2})?", language):
        raise Refused(100, "Invalid parameter: language")
    if asked.get("category") not in _CATEGORIES:
        raise Refused(100, "Invalid parameter: category")
    components = asked.get("components")
    parts = [one for one in components if isinstance(one, dict)] if isinstance(components, list) else []
    body = next((one for one in parts if one.get("type") == "BODY"), {})
    text = body.get("text")
    if not isinstance(text, str) or not 0 < len(text) <= _MOST_BODY:
        raise Refused(100, "Invalid parameter: components")
    places = [int(one) for one in dict.fromkeys(_PLACE.findall(text))]
    examples = (body.get("example") or {}).get("body_text") or [[]]
    if places != list(range(1, len(places) + 1)) or len(examples[0]) != len(places):
        raise Refused(100, "Invalid parameter: an example is needed for each place, numbered from 1")
    if re.search(r"\A\s*\{\{|\}\}\W*\Z", text):
        raise Refused(100, "Variables can't be at the start or end of the template")
    buttons = [b for one in parts if one.get("type") == "BUTTONS" for b in one.get("buttons", [])]
    has_link = any(b.get("type") == "URL" and "{{1}}" in str(b.get("url")) for b in buttons)
    return Template(name, language, text, has_link, "PENDING", str(asked["category"]))
