"""Words of the page behind a mail's link to unsubscribe."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "unsub.ask.title": ("Berhenti menerima email ini?", "Get no more of these mails?"),
    "unsub.ask.lead": (
        "{shop} tidak akan lagi mengirim email jenis ini ke alamat yang menerima email tadi: **“{what}”**",
        "{shop} will send no more mails of this kind to the address that this mail came to: **“{what}”**",
    ),
    "unsub.ask.button": ("Berhenti menerima", "Unsubscribe"),
    "unsub.done.title": ("Anda sudah berhenti menerimanya", "You are unsubscribed"),
    "unsub.done.lead": (
        "{shop} tidak lagi mengirim email jenis ini ke alamat yang menerima email tadi: **“{what}”**",
        "{shop} sends no more mails of this kind to the address that this mail came to: **“{what}”**",
    ),
    "unsub.done.button": ("Kirimi saya lagi", "Send them to me again"),
    "unsub.again": ("Sudah dinyalakan: email ini dikirim lagi.", "Done: these mails are sent to you again."),
    "unsub.rest": (
        "Kabar tentang uang Anda, seperti bukti bayar dan pengembalian, tetap dikirim.",
        "News of your money, as receipts and refunds, still comes.",
    ),
}
