"""Words of the bell on the payer's pages and for operators, and of a push that says nothing we know."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "push.off": ("Kabari saya di sini", "Tell me here"),
    "push.on": ("Dikabari di sini", "You are told here"),
    "push.done": (
        "Peramban ini akan mengabari Anda tentang pembayaran ini.",
        "This browser will tell you about this payment.",
    ),
    "push.gone": (
        "Peramban ini tidak mengabari lagi tentang pembayaran ini.",
        "This browser tells you no more about this payment.",
    ),
    "push.refused": (
        "Peramban ini tidak boleh mengabari. Izinkan dulu di pengaturannya.",
        "This browser may not tell you. Allow it in its settings first.",
    ),
    "push.failed": (
        "Belum berhasil. Muat ulang halaman ini, lalu coba lagi.",
        "That did not work. Load this page again, then try once more.",
    ),
    "push.operator.off": ("Kabari saya di peramban ini", "Tell me in this browser"),
    "push.operator.on": ("Dikabari di peramban ini", "You are told in this browser"),
    "push.operator.done": (
        "Peramban ini mengabari Anda menurut pilihan di bawah, juga saat konsolnya tertutup.",
        "This browser tells you what is chosen below, also while the console is closed.",
    ),
    "push.operator.gone": ("Peramban ini tidak mengabari Anda lagi.", "This browser tells you nothing more."),
    "push.operator.any": ("Ada kabar di konsol.", "There is news in the console."),
    "push.any": ("Ada kabar tentang pembayaran Anda.", "There is news about your payment."),
}
