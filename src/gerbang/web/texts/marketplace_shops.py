"""Words of a marketplace's shops in the console: connecting one, and what is known of it."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "market.title": ("Toko", "Shops"),
    "market.why": (
        "Penjual memberi akses di halaman marketplace, lalu kembali ke sini. Masuklah di sana sebagai pemilik tokonya.",
        "The seller lets this app in on the marketplace's page and comes back here. Sign in there as the shop's owner.",
    ),
    "market.none": ("Belum ada toko.", "No shop yet."),
    "market.connect": ("Hubungkan toko", "Connect a shop"),
    "market.again.title": ("Hubungkan lagi", "Connect again"),
    "market.again.why": (
        "Memperpanjang akses ke toko ini. Hanya penjual yang sama yang diterima, dan tidak ada yang berhenti sementara itu.",
        "Makes the access to this shop last longer. Only the same seller is taken, and nothing stops meanwhile.",
    ),
    "market.again": ("Hubungkan lagi", "Connect again"),
    "market.said.connected": ("Tokonya terhubung.", "The shop is connected."),
    "market.refused": ("Toko tidak terhubung", "The shop was not connected"),
    "market.back": ("Kembali ke koneksi", "Back to connections"),
    "market.app": ("Aplikasi", "App"),
    "market.seller": ("Nomor penjual", "Seller id"),
    "market.site": ("Negara", "Country"),
    "market.account": ("Akun", "Account"),
    "market.state": ("Akses", "Access"),
    "market.access": ("Token berlaku sampai", "Token works until"),
    "market.until": ("Harus dihubungkan lagi sebelum", "Must be connected again before"),
    "market.state.good": ("Terhubung", "Connected"),
    "market.state.failing": ("Token belum bisa diperbarui", "Its token is not refreshed yet"),
    "market.state.ended": ("Harus dihubungkan lagi", "Must be connected again"),
    "market.state.closed": ("Ditutup marketplace", "Closed by the marketplace"),
    "market.state.unknown": ("Token sedang diperiksa", "Its token is being looked at"),
}
