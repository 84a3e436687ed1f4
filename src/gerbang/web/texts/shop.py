"""What buyers of the demo shop read."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "shop.page": ("{shop}: isi dapur dari petaninya", "{shop}: the kitchen, from its farmers"),
    "shop.title": ("Isi dapur, langsung dari petaninya", "Fill the kitchen, straight from the farmers"),
    "shop.lead": (
        "Toko contoh bawaan Gerbang. Pilih barang, bayar dengan cara apa pun, lalu lihat setiap langkahnya di konsol.",
        "The demo shop that comes with Gerbang. Pick goods, pay any way you like, then see every step in the console.",
    ),
    "shop.console": ("Buka konsol", "Open the console"),
    "shop.add": ("Tambah", "Add"),
    "shop.count": ("{count} di keranjang", "{count} in the cart"),
    "shop.more": ("Tambah satu {name}", "Add one {name}"),
    "shop.less": ("Kurangi satu {name}", "Take one {name} away"),
    "shop.cart": ("Keranjang", "Cart"),
    "shop.empty": ("Keranjang masih kosong. Pilih barang dulu.", "The cart is empty. Pick something first."),
    "shop.shipping": ("Ongkos kirim", "Shipping"),
    "shop.shipping.to": ("Ke Kotagede, Yogyakarta", "To Kotagede, Yogyakarta"),
    "shop.pay": ("Bayar {amount}", "Pay {amount}"),
    "shop.as": ("Masuk sebagai **{name}**", "Logged in as **{name}**"),
    "shop.login": ("Anda kami minta masuk dulu sebelum membayar.", "We ask you to log in before paying."),
    "shop.orders": ("Pesanan Anda", "Your orders"),
    "shop.order.paid": ("Lunas", "Paid"),
    "shop.order.waiting": ("Menunggu pembayaran", "Waiting for the payment"),
    "shop.order.over": ("Tidak dibayar", "Not paid"),
    "shop.cannot": (
        "Akun ini tidak bisa membeli di toko contoh. Masuk sebagai pembeli contoh.",
        "This account cannot buy in the demo shop. Log in as the demo customer.",
    ),
}
