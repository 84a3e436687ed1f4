"""What payers read where they say to which account or wallet their money goes back."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "refund.page": ("Pengembalian {amount}", "Refund of {amount}"),
    "refund.title": ("Ke rekening mana uangnya kami kembalikan?", "Which account should we return the money to?"),
    "refund.lead": (
        "{shop} mengembalikan {amount}. Cara bayar Anda tidak bisa mengembalikan sendiri, jadi kami transfer ke rekening Anda.",
        "{shop} returns {amount}. The way you paid cannot give money back by itself, so we transfer it to your account.",
    ),
    "refund.bank": ("Bank", "Bank"),
    "refund.bank.hint": ("Pilih atau ketik nama bank Anda.", "Choose or type the name of your bank."),
    "refund.account": ("Nomor rekening", "Account number"),
    "refund.account.hint": ("Angka saja; spasi tidak masalah.", "Digits; spaces do not matter."),
    "refund.name": ("Nama pemilik rekening", "Account holder"),
    "refund.name.hint": ("Seperti tertulis di buku tabungan.", "As written in the bank's records."),
    "refund.button": ("Periksa dulu…", "Review first…"),
    "refund.never": (
        "Kami tidak pernah meminta PIN, kode OTP, atau nomor kartu.",
        "We never ask for a PIN, a one-time code or a card number.",
    ),
    "refund.confirm.title": ("Benar rekening ini?", "Is this the right account?"),
    "refund.confirm.lead": (
        "Uang yang ditransfer ke rekening yang salah sulit kembali. Cocokkan sekali lagi.",
        "Money sent to a wrong account is hard to get back. Check once more.",
    ),
    "refund.confirm.button": ("Ya, kembalikan ke rekening ini", "Yes, return it to this account"),
    "refund.confirm.back": ("Perbaiki", "Correct it"),
    "refund.changed.title": ("Rekening lain sudah disebut", "Another account was named meanwhile"),
    "refund.changed.lead": (
        "Sejak halaman ini dibuka, tercatat rekening {kept}. Uangnya kembali ke sana, kecuali Anda memilih yang Anda ketik di sini.",
        "Since this page was opened, the account {kept} was noted. The money goes there, unless you choose the one that you typed here.",
    ),
    "refund.changed.button": ("Ganti dengan rekening di atas", "Change it to the account above"),
    "refund.changed.keep": ("Tetap ke {kept}", "Keep {kept}"),
    "refund.waiting.title": ("Terima kasih, rekeningnya sudah kami catat", "Thank you, we have noted the account"),
    "refund.waiting.lead": (
        "{shop} mentransfer {amount} dalam dua hari kerja. Begitu terkirim, Anda kami kabari.",
        "{shop} transfers {amount} within two working days. We will tell you when it is sent.",
    ),
    "refund.change": ("Ganti rekening", "Change the account"),
    "refund.done.title": ("Uang Anda sudah dikembalikan", "Your money has been returned"),
    "refund.closed.title": ("Pengembalian ini tidak perlu rekening", "This refund needs no account"),
    "refund.closed.lead": ("Uangnya kembali lewat cara Anda membayar.", "The money goes back the way you paid."),
    "refund.failed.title": ("Pengembalian belum berhasil", "The refund has not worked yet"),
    "refund.failed.lead": (
        "{shop} akan menghubungi Anda. Uang Anda tidak hilang.",
        "{shop} will contact you. Your money is not lost.",
    ),
    "refund.wrong.bank": ("Tulis nama banknya, paling banyak 40 huruf.", "Write the bank's name, at most 40 letters."),
    "refund.wrong.account": (
        "Nomor rekening terdiri dari 5 sampai 20 angka. Di sini ada {count}.",
        "An account number has 5 to 20 digits. Here there are {count}.",
    ),
    "refund.wrong.account.words": (
        "Tulis nomor rekening saja, tanpa nama bank atau kata lain.",
        "Write the account number alone, without the bank's name or other words.",
    ),
    "refund.account.telephone": (
        "Ini seperti nomor telepon. Untuk e-wallet itu benar; nomor rekening bank biasanya lain. Periksa sekali lagi.",
        "This looks like a telephone number. For e-money that is right; the number of a bank account is usually another. Please check it once more.",
    ),
    "refund.wrong.card": (
        "Ini nomor kartu, bukan nomor rekening. Kami tidak menyimpannya. Nomor rekening ada di aplikasi bank atau buku tabungan Anda.",
        "This is a card number, not an account number. We have not kept it. Your bank's app or your passbook shows the account number.",
    ),
    "refund.wrong.name": ("Tulis nama pemiliknya, 2 sampai 80 huruf.", "Write the holder's name, 2 to 80 letters."),
    "refund.coins.title": (
        "Ke alamat mana {asset}-nya kami kembalikan?",
        "Which address should we return the {asset} to?",
    ),
    "refund.coins.lead": (
        "{shop} mengembalikan {coins}, senilai {amount}. Kiriman kripto tidak bisa kembali sendiri, jadi kami kirim ke dompet Anda.",
        "{shop} returns {coins}, worth {amount}. Crypto cannot go back by itself, so we send it to your wallet.",
    ),
    "refund.coins.account": ("Alamat di {network}", "Address on {network}"),
    "refund.coins.account.hint": (
        "Mulai dengan 0x. Pakai dompet Anda sendiri di {network}; kiriman ke jaringan lain hilang.",
        "It begins with 0x. Use your own wallet on {network}; what goes to another network is lost.",
    ),
    "refund.wrong.address": (
        "Ini bukan alamat di {network}: 0x dan 40 huruf atau angka. Salin dari dompet Anda, jangan diketik.",
        "This is no address on {network}: 0x and 40 letters or digits. Copy it from your wallet, do not type it.",
    ),
    "refund.coins.never": (
        "Kami tidak pernah meminta kunci pribadi atau kata pemulihan dompet Anda.",
        "We never ask for your wallet's private key or recovery words.",
    ),
    "refund.coins.confirm.title": ("Benar alamat ini?", "Is this the right address?"),
    "refund.coins.confirm.lead": (
        "Kripto yang terkirim ke alamat yang salah tidak bisa ditarik. Cocokkan dengan dompet Anda sekali lagi.",
        "Crypto sent to a wrong address cannot be called back. Compare it with your wallet once more.",
    ),
    "refund.coins.confirm.button": ("Ya, kembalikan ke alamat ini", "Yes, return it to this address"),
    "refund.coins.changed.title": ("Alamat lain sudah disebut", "Another address was named meanwhile"),
    "refund.coins.changed.lead": (
        "Sejak halaman ini dibuka, tercatat alamat {kept}. Uangnya kembali ke sana, kecuali Anda memilih yang Anda ketik di sini.",
        "Since this page was opened, the address {kept} was noted. The money goes there, unless you choose the one that you typed here.",
    ),
    "refund.coins.changed.button": ("Ganti dengan alamat di atas", "Change it to the address above"),
    "refund.coins.changed.keep": ("Tetap ke {kept}", "Keep {kept}"),
    "refund.coins.waiting.title": ("Terima kasih, alamatnya sudah kami catat", "Thank you, we have noted the address"),
    "refund.coins.waiting.lead": (
        "{shop} mengirim {coins} dalam dua hari kerja. Begitu terkirim, Anda kami kabari.",
        "{shop} sends {coins} within two working days. We will tell you when it is sent.",
    ),
    "refund.coins.change": ("Ganti alamat", "Change the address"),
}
