"""Words of the console's search."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "find.label": ("Cari id, pesanan, nomor bayar, email, nama", "Find an id, order, number, e-mail or name"),
    "find.button": ("Cari", "Find"),
    "find.none": ("Tidak ada yang bernama {what}, di sini.", "Nothing here is called {what}."),
    "find.some": ("Pembayaran untuk {what}, yang terbaru dulu.", "Payments for {what}, newest first."),
    "find.request": (
        "Permintaan {what} tidak mengubah pembayaran apa pun. Barisnya ada di log dengan nomor ini.",
        "Request {what} changed no payment. Its line is in the log, under this number.",
    ),
    "find.by": (
        "Carilah dengan persis: nomor pesanan, virtual account, kode bayar, id, nomor transaksi penyedia, email, telepon, nama, alamat atau hash kripto.",
        "Search exactly: order reference, virtual account, payment code, id, provider's transaction id, e-mail, phone, name, crypto address or hash.",
    ),
}
