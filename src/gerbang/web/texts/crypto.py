"""What payers read about paying by crypto: exact, unhurried, and plain about what cannot be undone."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "method.crypto.says": ("Dari dompet kripto Anda", "From your crypto wallet"),
    "choose.coin": ("aset", "asset"),
    "crypto.fee.low": ("biaya jaringan rendah", "low network fee"),
    "crypto.fee.medium": ("biaya jaringan sedang", "medium network fee"),
    "crypto.fee.high": ("biaya jaringan tinggi", "high network fee"),
    "crypto.title": ("Kirim {asset} lewat {network}", "Send {asset} on {network}"),
    "crypto.lead": (
        "Alamat ini dibuat khusus untuk pesanan Anda. Kirim jumlah persis ini, sekali saja; halaman ini berubah sendiri.",
        "This address was made for your order alone. Send exactly this amount, once; this page changes by itself.",
    ),
    "crypto.qr_of": (
        "Permintaan bayar {amount} untuk dompet Anda, ERC-681",
        "Request to your wallet to pay {amount}, ERC-681",
    ),
    "crypto.part": (
        "Kirim sisanya ke alamat ini. QR dan dompet hanya meminta sisanya.",
        "Send the rest to this address. The QR and the wallet ask for the rest alone.",
    ),
    "crypto.address": ("Alamat di {network}", "Address on {network}"),
    "crypto.copy": ("Salin alamat", "Copy address"),
    "crypto.copy_label": ("Salin alamat tujuan", "Copy the address to send to"),
    "crypto.only": ("Hanya {asset}, hanya di {network}.", "Only {asset}, only on {network}."),
    "crypto.only.says": (
        "Aset atau jaringan lain tidak sampai sebagai pembayaran, dan mengembalikannya makan waktu.",
        "Another asset or network does not arrive as a payment, and giving it back takes time.",
    ),
    "crypto.wait": ("Kami menunggu kiriman Anda.", "We are waiting for your transfer."),
    "crypto.wait.says": ("Halaman ini boleh ditutup.", "You can close this page."),
    "crypto.wait.mail": (
        "Halaman ini boleh ditutup: kabar kami kirim ke {email}.",
        "You can close this page: we write to {email}.",
    ),
    "crypto.nothing": (
        "Baru saja kami lihat di jaringannya: belum ada kiriman ke alamat ini. Kalau sudah dikirim, tunggu satu blok; jangan kirim dua kali.",
        "We have just looked at the chain: nothing has come to this address yet. If you have sent it, wait for a block; do not send twice.",
    ),
    "crypto.open": ("Buka dompet", "Open wallet"),
    "crypto.processor": ("Bayar di halaman pemroses", "Pay on the processor's page"),
    "crypto.rate": ("Kurs", "Rate"),
    "crypto.rate.says": ("1 {asset} = {currency} {rate}", "1 {asset} = {currency} {rate}"),
    "crypto.rate.by": ("Ditetapkan oleh", "Set by"),
    "crypto.seen.title": ("Pembayaran Anda terlihat", "We can see your payment"),
    "crypto.seen.lead": (
        "Jumlahnya benar. {network} sedang menguncinya.",
        "The amount is right. {network} is now sealing it.",
    ),
    "crypto.seen.part": (
        "Sebagian sudah terlihat; masih kurang {due}.",
        "A part of it has arrived; {due} still to pay.",
    ),
    "crypto.seen.mail": (
        "Halaman ini boleh ditutup: kami kabari {email} begitu selesai.",
        "You can close this page: we will email {email} when it is final.",
    ),
    "crypto.seen.close": ("Halaman ini boleh ditutup.", "You can close this page."),
    "crypto.page.seen": ("{seen} dari {required} konfirmasi", "{seen} of {required} confirmations"),
    "crypto.received": ("Diterima di {network}", "Received on {network}"),
    "crypto.confirmations": ("Konfirmasi", "Confirmations"),
    "crypto.of": ("{seen} dari {required}", "{seen} of {required}"),
    "crypto.stone": ("Setiap blok baru membuatnya makin pasti.", "Each new block makes it surer."),
    "crypto.step.seen": ("Terlihat", "Seen"),
    "crypto.step.confirming": ("Sedang dikonfirmasi", "Being confirmed"),
    "crypto.step.block": ("blok {block}", "block {block}"),
    "crypto.step.final": ("Selesai", "Final"),
    "crypto.step.receipt": ("lalu bukti bayar", "then the receipt"),
    "crypto.chain": ("Yang kami lihat di jaringan", "What we saw on the chain"),
    "crypto.network": ("Jaringan", "Network"),
    "crypto.token": ("Aset", "Asset"),
    "crypto.to": ("Ke", "To"),
    "crypto.transaction": ("Transaksi", "Transaction"),
    "crypto.again": ("Lihat lagi alamat dan QR", "Show the address and QR again"),
    "crypto.paid": ("Sudah dibayar.", "Already paid."),
    "crypto.paid.says": (
        "Jangan kirim untuk kedua kali. Kalau terlanjur, {shop} melihatnya dan mengembalikannya.",
        "Please do not send a second time. If you do, {shop} sees it and gives it back.",
    ),
    "crypto.demo": ("Bayar dengan dompet demo", "Pay with the demo wallet"),
}
