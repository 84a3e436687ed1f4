"""What operators read about refunds that a person transfers: where they go, who said so, who may pay them out."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "pay.no_destination": ("Tujuannya belum diisi.", "No destination yet."),
    "pay.mail_link": ("Kirim tautan ke {email}", "Send the link to {email}"),
    "pay.make_link": ("Buat tautan…", "Make a link…"),
    "pay.name_destination": ("Isi tujuan…", "Name the destination…"),
    "pay.change_destination": ("Ganti tujuan…", "Change the destination…"),
    "naming.title": ("Ke mana {amount} ditransfer balik?", "Where does {amount} go back to?"),
    "naming.lead": (
        "Isi hanya yang pembayar sendiri sampaikan kepada Anda. Pembayar dikabari, nama Anda tercatat, dan orang lain yang mentransfer.",
        "Fill in only what the payer told you themselves. The payer is told, your name is recorded, and somebody else makes the transfer.",
    ),
    "naming.address": ("Alamat dompet", "Wallet address"),
    "naming.button": ("Simpan tujuan", "Keep the destination"),
    "naming.version": ("Versi {version}: {to}, oleh {by}, {at}.", "Version {version}: {to}, by {by}, {at}."),
    "naming.by.payer": ("pembayar lewat tautannya", "the payer by their link"),
    "naming.link": ("Tautannya dibuat oleh {by}.", "The link was made by {by}."),
    "refundlink.title": ("Tautan untuk mengisi rekening", "A link to name the account"),
    "refundlink.lead": (
        "Siapa pun yang membukanya bisa menyebut ke mana {amount} ditransfer. Berikan hanya kepada pembayar.",
        "Whoever opens it can say where {amount} is transferred. Hand it to the payer only.",
    ),
    "refundlink.warn": (
        "Nama Anda tercatat sebagai pembuatnya, juga pada rekening yang diisi lewat tautan ini. Halaman ini tidak menampilkannya lagi.",
        "You are on record as its maker, also beside the account that is named by it. It is not shown again.",
    ),
    "refundlink.back": ("Kembali ke pembayaran", "Back to the payment"),
    "done.named": ("Tujuan disimpan; pembayar dikabari.", "The destination was kept; the payer is told."),
    "done.mailed": ("Tautan dikirim ke email pembayar.", "The link was mailed to the payer."),
    "tl.refund.destination_named": ("**{actor}** mengisi tujuan: {to}", "**{actor}** named the destination: {to}"),
    "tl.refund.destination_changed": (
        "**{actor}** mengganti tujuan: {was} menjadi {to}",
        "**{actor}** changed the destination: {was} to {to}",
    ),
    "tl.refund.link_sent": (
        "**{actor}** mengirim tautan pengembalian ke email pembayar",
        "**{actor}** mailed the refund's link to the payer",
    ),
    "tl.refund.link_issued": ("**{actor}** membuat tautan pengembalian", "**{actor}** made a link to the refund"),
}
