"""Words of the console's search."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "find.label": ("Cari id, pesanan, nomor bayar, email, nama", "Find an id, order, number, e-mail or name"),
    "find.button": ("Cari", "Find"),
    "find.none": ("Tidak ada yang bernama {what}, di sini.", "Nothing here is called {what}."),
    "find.some": ("Pembayaran untuk {what}, yang terbaru dulu.", "Payments for {what}, newest first."),
    "find.request": (
        "Permintaan {what} tidak tercatat di jejak audit. Barisnya ada di log dengan nomor ini.",
        "The audit trail has nothing of request {what}. Its line is in the log, under this number.",
    ),
    "request.title": ("Yang dilakukan permintaan ini", "What this request did"),
    "request.lead": ("Dari jejak audit, yang paling dulu di atas.", "From the audit trail, the first on top."),
    "request.about": ("Tentang", "About"),
    "request.detail": ("Rincian", "Detail"),
    "find.by": (
        "Carilah dengan persis: nomor pesanan, virtual account, kode bayar, id, nomor transaksi penyedia, email, telepon, nama, alamat atau hash kripto.",
        "Search exactly: order reference, virtual account, payment code, id, provider's transaction id, e-mail, phone, name, crypto address or hash.",
    ),
}
