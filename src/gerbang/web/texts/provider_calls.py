"""Words for operators: what was asked of a provider, and what became of it."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "conn.state.silent": ("Aktif, tidak menjawab", "Enabled, does not answer"),
    "conn.silent": (
        "Penyedia tidak menjawab. Permintaan menunggu dan tidak dikirim; sesekali satu dicoba, dan begitu dijawab semuanya jalan lagi sendiri.",
        "The provider does not answer. Calls wait and are not sent; one is tried now and then, and once it is answered all go on by themselves.",
    ),
    "tl.asked.submit": ("**Mendaftarkan** percobaan pada penyedia", "**Sent the attempt** to the provider"),
    "tl.asked.inquiry": ("**Bertanya pada penyedia** apa yang benar", "**Asked the provider** what is true"),
    "tl.asked.cancel": ("**Meminta penyedia** menutup percobaan", "**Asked the provider** to close the attempt"),
    "tl.asked.confirm": ("**Mengambil uangnya** pada penyedia", "**Took the money** at the provider"),
    "tl.asked.refund": ("**Meminta pengembalian** pada penyedia", "**Asked the provider** to give money back"),
    "tl.answered": ("Dijawab {facts}", "Answered {facts}"),
    "tl.outcome.refused": ("Permintaannya ditolak", "The request was refused"),
    "tl.outcome.unknown": ("Tidak ada jawaban yang jelas", "No clear answer came"),
    "tl.nothing": ("belum ada apa-apa", "nothing yet"),
    "tl.took": ("dalam {time}.", "in {time}."),
}
