"""Words of the boxes by which somebody agrees to messages to a phone. What is agreed to is kept as it stood there."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "agree.title": ("Kabari saya di ponsel", "Tell me on my phone"),
    "agree.phone": ("Nomor ponsel", "Mobile number"),
    "agree.phone.known": ("Kosongkan kalau {phone} masih benar.", "Leave it empty if {phone} is still right."),
    "agree.box": (
        "{shop} boleh mengirim kabar tentang pembayaran ini ke nomor saya lewat {channels}. Saya bisa berhenti kapan saja dengan membalas STOP.",
        "{shop} may send me news of this payment by {channels} to my number. I can stop it at any time by answering STOP.",
    ),
    "agree.box.customer": (
        "{shop} boleh mengirim kabar tentang pembayaran-pembayaran saya ke nomor saya lewat {channels}. Saya bisa berhenti kapan saja dengan membalas STOP.",
        "{shop} may send me news of my payments by {channels} to my number. I can stop it at any time by answering STOP.",
    ),
    "agree.where": ("halaman bayar {host}", "payment page of {host}"),
    "agree.button": ("Kabari saya", "Tell me"),
    "agree.tick": ("Centang kotaknya kalau Anda setuju.", "Tick the box if you agree."),
    "agree.empty": ("Isi nomor ponselnya.", "Write the mobile number."),
    "agree.full": (
        "Halaman ini sudah mencatat beberapa nomor lain dan tidak menerima nomor baru. Minta toko mencatat nomor Anda.",
        "This page has taken several other numbers already, and takes no new one. Ask the shop to write down your number.",
    ),
    "agree.done": ("Kabarnya kami kirim ke {phone} lewat {channels}.", "We send news to {phone} by {channels}."),
    "agree.stopped": (
        "Anda setuju dikabari lewat {channels}, tetapi {phone} pernah membalas STOP, sehingga operator seluler menahan pesan kami. Balas START ke pesan kami yang terakhir; setelah itu kabarnya sampai lagi.",
        "You agreed to news by {channels}, but {phone} once answered STOP, so the carrier holds our messages back. Answer START to our last message; after that news arrives again.",
    ),
    "agree.stopped.before": (
        "{phone} pernah membalas STOP. Selain mencentang, balas START ke pesan kami yang terakhir.",
        "{phone} once answered STOP. Besides ticking the box, answer START to our last message.",
    ),
    "agree.stop": ("Jangan kabari lagi", "No more messages"),
    "agree.sms": ("SMS", "SMS"),
    "agree.whatsapp": ("WhatsApp", "WhatsApp"),
    "agree.either": ("{one} atau {other}", "{one} or {other}"),
    "link.agreed": (
        "Pembayar setuju dikirimi kabar tentang pembayaran ini lewat {channels}.",
        "The payer agreed to get news of this payment by {channels}.",
    ),
    "link.agreed.customer": (
        "Pelanggan setuju dikirimi kabar tentang semua pembayarannya lewat {channels}.",
        "The customer agreed to get news of all their payments by {channels}.",
    ),
    "link.agreed.where": ("disampaikan kepada {who}", "said to {who}"),
    "link.wrong.agreed": ("Untuk itu nomor teleponnya perlu diisi.", "That needs a phone number."),
}
