"""Words of the page that an endpoint's owner opens by a link, and of the form that mails it."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "ep.owner": ("Halaman pemilik…", "Owner's page…"),
    "ep.owner.title": ("Kirim halaman pemilik {host}", "Send the owner's page of {host}"),
    "ep.owner.lead": (
        "Siapa pun yang mengurus server itu melihat hanya endpoint ini: tiap percobaan, kirim ulang, dan ganti rahasia, tanpa akun di sini. Tautannya terbuka sekali dalam 24 jam; rahasia hanya tampil dengan kode yang dikirim ke kotak surat yang sama.",
        "Whoever looks after that server sees this endpoint only: every try, sending again, and replacing the secret, without an account here. The link opens once, within 24 hours; a secret is shown only against a code that is mailed to the same mailbox.",
    ),
    "ep.owner.email": ("Kotak surat", "Mailbox"),
    "ep.owner.email.hint": (
        "Alamat orang atau tim yang mengurus servernya.",
        "The address of the person or the team that looks after the server.",
    ),
    "ep.owner.button": ("Kirim tautan", "Send the link"),
    "epo.title": ("Webhook untuk server Anda", "Webhooks to your server"),
    "epo.open.lead": (
        "{shop} mengirim webhook ke server yang Anda urus. Tautan ini terbuka sekali, lalu berlaku 30 menit di peramban ini.",
        "{shop} sends webhooks to a server that you look after. This link opens once, and then holds for 30 minutes in this browser.",
    ),
    "epo.open": ("Buka halaman", "Open the page"),
    "epo.dead": ("Tautan ini tidak berlaku lagi", "This link is not valid any more"),
    "epo.dead.lead": (
        "Tautan terbuka sekali dalam 24 jam, dan sesinya berakhir setelah 30 menit. Minta tautan baru kepada {shop}.",
        "A link opens once, within 24 hours, and its session ends after 30 minutes. Ask {shop} for a new one.",
    ),
    "epo.lead": ("Yang dikirim {shop} ke server ini.", "What {shop} sends to this server."),
    "epo.newest": ("50 terbaru", "the newest 50"),
    "epo.secret": ("Rahasia", "Secret"),
    "epo.secret.lead": (
        "Untuk melihat atau menggantinya kami mengirim kode ke kotak surat Anda. Semuanya tercatat.",
        "To see or replace it we mail a code to your mailbox. All of it stands in the audit trail.",
    ),
    "epo.show": ("Lihat rahasia…", "Show the secret…"),
    "epo.rotate": ("Ganti rahasia…", "Replace the secret…"),
    "epo.show.button": ("Tampilkan rahasia", "Show the secret"),
    "epo.rotate.button": ("Ganti sekarang", "Replace it now"),
    "epo.code": ("Kode enam angka", "The six-digit code"),
    "epo.code.lead": (
        "Kode dikirim ke {mailbox}, dan berlaku sepuluh menit.",
        "A code was sent to {mailbox}. It is good for ten minutes.",
    ),
    "epo.code.wrong": ("Kodenya tidak cocok. Sisa {left} percobaan.", "The code does not match. {left} tries left."),
    "epo.code.over": (
        "Kode ini tidak berlaku lagi. Minta yang baru.",
        "This code is valid no more. Ask for another one.",
    ),
    "epo.code.again": ("Kirim kode baru", "Send another code"),
    "epo.code.none": (
        "Tidak ada kode lagi untuk sesi ini. Minta tautan baru.",
        "There are no more codes for this session. Ask for a new link.",
    ),
    "epo.keys": ("Rahasia endpoint ini", "The secret of this endpoint"),
    "epo.keys.shown": (
        "Taruh di pengaturan server Anda, dan jangan kirimkan kepada siapa pun.",
        "Put it into your server's settings, and send it to nobody.",
    ),
    "epo.keys.rotated": (
        "Tampil sekali saja. Yang lama masih menandatangani selama 24 jam, jadi server Anda sempat beralih.",
        "It is shown this once. The old one signs too for 24 hours, so that your server can change over.",
    ),
    "epo.back": ("Kembali ke pengiriman", "Back to the deliveries"),
    "epo.said.resent": (
        "Dikirim ulang. Muat ulang untuk melihat hasilnya.",
        "It is sent again. Load the page anew to see.",
    ),
    "epo.said.off": ("Endpoint ini nonaktif; tidak ada yang dikirim.", "This endpoint is disabled; nothing is sent."),
    "epo.said.too_many": (
        "Kode sudah terlalu sering diminta. Minta tautan baru.",
        "Codes were asked for too often. Ask for a new link.",
    ),
    "epo.too_many": (
        "Sudah sepuluh tautan dalam satu jam. Coba lagi nanti.",
        "Ten links were sent within an hour. Try again later.",
    ),
}
