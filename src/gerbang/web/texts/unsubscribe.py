"""Words of the page behind a mail's link to unsubscribe."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "unsub.ask.title": ("Berhenti menerima email ini?", "Get no more of these mails?"),
    "unsub.ask.lead": (
        "{shop} tidak akan lagi mengirim email ini ke alamat Anda: **{what}**.",
        "{shop} will not mail this to your address any more: **{what}**.",
    ),
    "unsub.ask.button": ("Berhenti menerima", "Unsubscribe"),
    "unsub.done.title": ("Anda sudah berhenti menerimanya", "You are unsubscribed"),
    "unsub.done.lead": (
        "{shop} tidak mengirim email ini lagi ke alamat Anda: **{what}**.",
        "{shop} does not mail this to your address any more: **{what}**.",
    ),
    "unsub.done.button": ("Kirimi saya lagi", "Send them to me again"),
    "unsub.rest": (
        "Kabar tentang uang Anda, seperti bukti bayar dan pengembalian, tetap dikirim.",
        "News of your money, as receipts and refunds, still comes.",
    ),
}
