"""Words of the console's lists of refunds and of connections."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "nav.refunds": ("Pengembalian", "Refunds"),
    "nav.connections": ("Koneksi", "Connections"),
    "filter.wrong.id": ("Tulis id yang utuh, seperti {kind}_01KC….", "Write a whole id, like {kind}_01KC…."),
    "refunds.lead": (
        "Semua pengembalian, terbaru di atas. Yang menunggu Anda ada di Perlu Anda.",
        "All refunds, newest first. What waits for you stands under Needs you.",
    ),
    "refunds.payment": ("Pembayaran", "Payment"),
    "refunds.caption": ("Pengembalian, terbaru di atas", "Refunds, newest first"),
    "refunds.empty": ("Belum ada pengembalian.", "No refund yet."),
    "refunds.empty.how": (
        "Buka pembayaran yang lunas dan pilih Kembalikan…; tiap pengembalian lalu terlihat di sini.",
        "Open a payment that is paid and choose Refund…; each refund is then seen here.",
    ),
    "conn.lead": (
        "Akun kita di tiap penyedia. Pembayaran baru memakai koneksi yang aktif.",
        "Our accounts at providers. New payments use those that are enabled.",
    ),
    "conn.caption": ("Koneksi, yang tertua di atas", "Connections, oldest first"),
    "conn.provider": ("Penyedia", "Provider"),
    "conn.methods": ("Cara bayar", "Ways to pay"),
    "conn.mode": ("Uang", "Money"),
    "conn.live": ("Uang sungguhan", "Real money"),
    "conn.test": ("Uji, bukan uang sungguhan", "Test, no real money"),
    "conn.hook": ("Alamat webhook", "Webhook address"),
    "conn.changed": ("Diubah", "Changed"),
    "conn.probed": ("Terakhir diperiksa", "Last checked"),
    "conn.probed.never": ("belum pernah", "never"),
    "conn.probed.yes": ("diterima penyedia {at}, oleh {by}", "taken by the provider {at}, asked by {by}"),
    "conn.probed.no": ("ditolak penyedia {at}, oleh {by}", "refused by the provider {at}, asked by {by}"),
    "conn.probed.unsure": ("tanpa jawaban jelas {at}, oleh {by}", "no clear answer {at}, asked by {by}"),
    "conn.state.on": ("Aktif", "Enabled"),
    "conn.state.off": ("Nonaktif", "Disabled"),
    "conn.state.unusable": ("Tidak bisa dipakai", "Cannot be used"),
    "conn.ask": ("Tanya penyedia", "Ask the provider"),
    "conn.asked": ("Jawaban penyedia", "What the provider answered"),
    "conn.asked.nothing": ("Penyedia ini tidak bisa ditanya.", "This provider cannot be asked."),
    "conn.on": ("Aktifkan", "Enable"),
    "conn.on.title": ("Aktifkan koneksi ini?", "Enable this connection?"),
    "conn.on.why": (
        "Pembayaran baru memakainya dalam lima detik. Penyedia ditanya dulu; yang jelas ditolak tidak diaktifkan.",
        "New payments use it within five seconds. The provider is asked first; one that is clearly refused is not enabled.",
    ),
    "conn.off": ("Nonaktifkan", "Disable"),
    "conn.off.title": ("Nonaktifkan koneksi ini?", "Disable this connection?"),
    "conn.off.why": (
        "Pembayaran baru tidak memakainya lagi dalam lima detik. Yang sudah dimulai berjalan terus, dan uangnya tetap diterima.",
        "New payments no longer use it within five seconds. What was begun goes on, and its money is still taken.",
    ),
    "conn.said.on": ("Koneksinya aktif.", "The connection is enabled."),
    "conn.said.off": ("Koneksinya nonaktif.", "The connection is disabled."),
    "conn.readonly": (
        "Hanya admin yang mengaktifkan atau menonaktifkan koneksi.",
        "Only an admin enables or disables a connection.",
    ),
    "conn.empty": ("Belum ada koneksi.", "No connection yet."),
    "conn.empty.how": (
        "Tanpa koneksi tidak ada cara bayar. Buat lewat terminal, atau POST /v1/connections.",
        "Without one there is no way to pay. Make one in a terminal, or by POST /v1/connections.",
    ),
}
