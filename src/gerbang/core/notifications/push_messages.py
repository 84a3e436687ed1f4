"""What a push says: a fixed sentence by message and language, and which page tells more. Pure. No name, no amount, no token: it is read on a locked screen."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from gerbang.base import ids
from gerbang.base.formats import Locale, locale_of
from gerbang.core.notifications.audiences import TO_OPERATORS
from gerbang.core.notifications.labels import LABELS
from gerbang.core.notifications.model import PUSH_KEEPS, Notification, Template
from gerbang.core.notifications.operator_events import rule_of
from gerbang.core.notifications.push_store import Device
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.payments.model import PAYMENT
from gerbang.ports.messenger import PushMessage

SENTENCES: Final[Mapping[Locale, Mapping[Template, str]]] = {
    "id": {
        Template.PAYMENT_REMINDER: "Tagihan Anda belum dibayar, dan waktunya hampir habis.",
        Template.PAYMENT_PAID: "Pembayaran Anda sudah masuk. Terima kasih.",
        Template.PAYMENT_PAID_LATE: "Uang Anda masuk terlambat. Jangan bayar lagi; lihat keterangannya.",
        Template.PAYMENT_PART_PAID: "Baru sebagian yang masuk. Lihat berapa yang masih kurang.",
        Template.PAYMENT_OVERPAID: "Uang yang masuk lebih dari tagihan. Lihat keterangannya.",
        Template.PAYMENT_EXPIRED: "Waktu untuk membayar sudah habis.",
        Template.PAYMENT_RETRACTED: "Pembayaran Anda ditarik kembali. Lihat keterangannya.",
        Template.REFUND_DESTINATION: "Tujuan pengembalian uang Anda dicatat. Bukan Anda? Hubungi kami.",
        Template.REFUND_SUCCEEDED: "Uang Anda sudah dikembalikan.",
    },
    "en": {
        Template.PAYMENT_REMINDER: "Your bill is not paid, and time is nearly up.",
        Template.PAYMENT_PAID: "Your payment is in. Thank you.",
        Template.PAYMENT_PAID_LATE: "Your money came late. Do not pay again; see what that means.",
        Template.PAYMENT_PART_PAID: "Only a part has come in. See how much is missing.",
        Template.PAYMENT_OVERPAID: "More came in than the bill. See what that means.",
        Template.PAYMENT_EXPIRED: "The time to pay is over.",
        Template.PAYMENT_RETRACTED: "Your payment was taken back. See what that means.",
        Template.REFUND_DESTINATION: "Where your refund goes was written down. Not you? Contact us.",
        Template.REFUND_SUCCEEDED: "Your money was given back.",
    },
}
# What operators are told says where to look, and not of what: the page behind it asks who is there.
OPERATOR_SENTENCES: Final[Mapping[Locale, Mapping[Template, str]]] = {
    "id": {
        Template.OPERATOR_ATTENTION: "Ada pembayaran atau pengembalian yang perlu dilihat.",
        Template.OPERATOR_WORK: "Ada pekerjaan yang menunggu.",
        Template.OPERATOR_CHAIN: "Ada kabar tentang blockchain.",
        Template.OPERATOR_ENDPOINT: "Ada endpoint yang perlu dilihat.",
        Template.OPERATOR_SHOP: "Ada toko yang perlu dilihat.",
        Template.OPERATOR_SETTLEMENT: "Ada kabar tentang pencairan dari marketplace.",
        Template.OPERATOR_ORDER: "Ada pesanan yang perlu dilihat.",
        Template.OPERATOR_CLAIM: "Ada klaim pembeli yang menunggu jawaban.",
        Template.OPERATOR_SECURITY: "Ada peringatan keamanan. Lihat sekarang.",
        Template.OPERATOR_TEMPLATE: "Ada template pesan yang dihentikan dulu.",
    },
    "en": {
        Template.OPERATOR_ATTENTION: "A payment or refund needs somebody to look at it.",
        Template.OPERATOR_WORK: "There is work that waits.",
        Template.OPERATOR_CHAIN: "There is news of a blockchain.",
        Template.OPERATOR_ENDPOINT: "An endpoint needs somebody to look at it.",
        Template.OPERATOR_SHOP: "A shop needs somebody to look at it.",
        Template.OPERATOR_SETTLEMENT: "There is news of what a marketplace pays out.",
        Template.OPERATOR_ORDER: "An order needs somebody to look at it.",
        Template.OPERATOR_CLAIM: "A buyer's claim waits for an answer.",
        Template.OPERATOR_SECURITY: "There is a security warning. Look now.",
        Template.OPERATOR_TEMPLATE: "A message template is paused.",
    },
}
# Whoever hears of these later hears of them too late.
_URGENT: Final = frozenset({Template.PAYMENT_REMINDER, Template.REFUND_DESTINATION})
_SHORTEST: Final = timedelta(minutes=1)
_TAG_BYTES: Final = 16


def title_of(letterhead: Letterhead, locale: Locale, *, livemode: bool) -> str:
    """Who says it: the shop, and whether it is for real."""
    return letterhead.business if livemode else f"{LABELS[locale]['test_subject']} · {letterhead.business}"


def push_message(known: Notification, device: Device, letterhead: Letterhead) -> PushMessage:
    """The push. What comes twice carries the same tag, so whoever is shown it sees one."""
    locale, payment = locale_of(known.locale), known.id_of(PAYMENT)
    tag = hashlib.sha256(known.message_id.encode()).digest()[:_TAG_BYTES].hex()
    data = {"event": known.template.value, "lang": locale, "tag": tag}
    to_operator = known.template in TO_OPERATORS
    if payment is not None and not to_operator:
        data["payment"] = ids.show("pay", payment)
    if not known.data["livemode"]:
        data["test"] = "yes"
    return PushMessage(
        address=device.address,
        keys=device.keys,
        title=title_of(letterhead, locale, livemode=known.data["livemode"]),
        text=(OPERATOR_SENTENCES if to_operator else SENTENCES)[locale][known.template],
        data=data,
        tag=tag,
        keeps_s=int(_worth(known, device.now).total_seconds()),
        is_urgent=rule_of(known.data["type"]).must_not_wait if to_operator else known.template in _URGENT,
        locale=locale,
    )


def _worth(known: Notification, now: datetime) -> timedelta:
    """How long it is worth delivering: a reminder until the time is up."""
    until = known.data.get("expires_at") if known.template is Template.PAYMENT_REMINDER else None
    left = datetime.fromisoformat(until) - now if until else PUSH_KEEPS
    return min(max(left, _SHORTEST), PUSH_KEEPS)
