"""Words of the console's audit page: what is filtered by, and the subjects of its tabs. What entries say stands in actions.py."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "audit.lead": (
        "Siapa melakukan apa, terbaru di atas. Baris di sini hanya bertambah, tidak pernah berubah.",
        "Who did what, newest first. Lines are only ever added here, never changed.",
    ),
    "audit.caption": ("Jejak audit, terbaru di atas", "Audit entries, newest first"),
    "audit.empty": ("Belum ada yang dilakukan.", "Nothing was done yet."),
    "audit.words": ("Yang terjadi", "What happened"),
    "audit.subject": ("Tentang hal", "Subject"),
    "audit.action": ("Tindakan", "Action"),
    "audit.after": ("Sejak (WIB)", "From (WIB)"),
    "audit.before": ("Sampai (WIB)", "Until (WIB)"),
    "audit.who.wrong": ("Pilih orang atau kunci API.", "Choose a person or an API key."),
    "audit.object.wrong": (
        "Tulis id yang utuh, seperti pay_01KC…, atau jenis dan nama, seperti connection:nicepay.",
        "Write a whole id, like pay_01KC…, or a kind and a name, like connection:nicepay.",
    ),
    "audit.object.of_payment": (
        "Yang dilakukan pada {object} tercatat pada pembayarannya, {payment}: inilah barisnya.",
        "What was done to {object} stands under its payment, {payment}: these are its lines.",
    ),
    "audit.request": ("Permintaan", "Request"),
    "audit.subject.payments": ("Pembayaran", "Payments"),
    "audit.subject.refunds": ("Pengembalian", "Refunds"),
    "audit.subject.crypto": ("Kripto", "Crypto"),
    "audit.subject.webhooks": ("Webhook", "Webhooks"),
    "audit.subject.people": ("Orang dan hak", "People and rights"),
    "audit.subject.personal_data": ("Data pribadi", "Personal data"),
    "audit.subject.connections": ("Koneksi", "Connections"),
    "audit.subject.endpoints": ("Endpoint", "Endpoints"),
    "audit.subject.secrets": ("Rahasia", "Secrets"),
    "audit.subject.notifications": ("Pemberitahuan", "Notifications"),
    "audit.subject.requests": ("Permintaan yang ditolak", "Refused requests"),
    "actor.source": ("Alamat {id}", "Address {id}"),
    "filter.wrong.moment": ("Tulis seperti 2026-11-23T14:20, waktu WIB.", "Write it like 2026-11-23T14:20, WIB."),
}
