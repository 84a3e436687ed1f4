"""Every refusal in two forms, Indonesian first: to the payer with advice, and to the operator with what it means and what helps.

The third form, the API's, is the code itself with the provider's own code and words. A payer never reads what a bank says of a card
alone (lost, stolen, fraud rules), nor how we are set up.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gerbang.ports.declines import DeclineCode as D


class DeclineTexts(NamedTuple):
    """One refusal: `payer` and `operator`, each as (Indonesian, English)."""

    payer: tuple[str, str]
    operator: tuple[str, str]


_ASK_BANK: Final = (
    "Bank menolak kartu ini. Hubungi bank penerbit kartu, atau pakai kartu atau cara lain.",
    "The bank refused this card. Ask the bank that issued it, or use another card or way to pay.",
)
_TRY_LATER: Final = (
    "Penyedia pembayaran sedang bermasalah. Coba lagi sebentar lagi, atau pilih cara lain.",
    "The payment provider has a problem right now. Try again in a moment, or choose another way.",
)
_CHOOSE_OTHER: Final = (
    "Cara ini tidak bisa dipakai untuk tagihan ini. Pilih cara lain.",
    "This way cannot be used for this bill. Choose another.",
)
_WAIT_FOR_SHOP: Final = (
    "Pembayaran ini sedang kami periksa. Jangan membayar lagi; kami akan mengabari Anda.",
    "We are looking into this payment. Please do not pay again; we will tell you.",
)

DECLINES: Final[Mapping[D, DeclineTexts]] = {
    D.AUTHENTICATION_FAILED: DeclineTexts(
        (
            "Verifikasi kartu (3-D Secure, OTP, atau PIN) tidak berhasil. Coba lagi dan siapkan ponsel yang menerima kode dari bank.",
            "The card could not be verified (3-D Secure, one-time code or PIN). Try again with the phone at hand that gets your bank's codes.",
        ),
        (
            "Pembayar gagal atau batal di 3-D Secure, OTP, atau PIN. Bank belum memutuskan apa pun; mencoba lagi masuk akal.",
            "The payer failed or left 3-D Secure, the one-time code or the PIN. The bank has decided nothing; trying again makes sense.",
        ),
    ),
    D.INSUFFICIENT_FUNDS: DeclineTexts(
        (
            "Saldo atau limit kartu tidak cukup. Pakai kartu atau rekening lain, atau isi saldonya dulu.",
            "There is not enough money on the card or account. Use another one, or top it up first.",
        ),
        ("Saldo atau limit pembayar tidak cukup.", "The payer has too little money or credit."),
    ),
    D.LIMIT_EXCEEDED: DeclineTexts(
        (
            "Batas jumlah atau frekuensi transaksi Anda terlampaui. Coba besok, naikkan batasnya di aplikasi bank, atau pilih cara lain.",
            "A limit on amount or number of your payments is reached. Try tomorrow, raise it in your bank's app, or choose another way.",
        ),
        (
            "Batas bank, dompet, atau penyedia terlampaui (jumlah atau frekuensi).",
            "A limit of the bank, the wallet or the provider is reached (amount or number).",
        ),
    ),
    D.CARD_EXPIRED: DeclineTexts(
        (
            "Masa berlaku kartu ini sudah habis, atau tanggalnya salah ketik. Periksa tanggalnya, atau pakai kartu lain.",
            "This card has expired, or its date was mistyped. Check the date, or use another card.",
        ),
        ("Kartu kedaluwarsa.", "The card has expired."),
    ),
    D.CARD_INVALID: DeclineTexts(
        (
            "Data kartu tidak dikenali. Periksa nomor, masa berlaku, dan kode di belakang kartu.",
            "The card's data were not recognised. Check number, date and the code on its back.",
        ),
        ("Nomor, tanggal, atau data kartu salah.", "Number, date or other data of the card are wrong."),
    ),
    D.CARD_NOT_PERMITTED: DeclineTexts(
        (
            "Kartu ini belum boleh dipakai untuk pembayaran seperti ini. Aktifkan transaksi online di aplikasi bank, atau pakai kartu lain.",
            "This card may not be used for payments like this. Switch on online payments in your bank's app, or use another card.",
        ),
        (
            "Bank tidak mengizinkan kartu ini untuk transaksi daring atau jenis toko ini.",
            "The bank does not allow this card online, or for this kind of shop.",
        ),
    ),
    D.CARD_BLOCKED: DeclineTexts(
        _ASK_BANK,
        (
            "Bank meminta kartu ini ditahan (hilang, dicuri, atau diblokir). Jangan dicoba lagi; jangan beri tahu pembayar alasannya.",
            "The bank wants this card kept (lost, stolen or blocked). Do not try again, and do not tell the payer why.",
        ),
    ),
    D.CARD_DECLINED: DeclineTexts(
        _ASK_BANK,
        (
            "Bank penerbit menolak tanpa menyebut alasan. Hanya bank yang bisa menjelaskan kepada pembayar.",
            "The issuing bank refused without a reason. Only the bank can tell the payer why.",
        ),
    ),
    D.SUSPECTED_FRAUD: DeclineTexts(
        _ASK_BANK,
        (
            "Aturan penipuan bank atau penyedia menolak. Jangan beri tahu pembayar alasannya; periksa pesanannya.",
            "A fraud rule of the bank or the provider refused it. Do not tell the payer why; look at the order.",
        ),
    ),
    D.ISSUER_UNAVAILABLE: DeclineTexts(
        (
            "Bank Anda sedang tidak menjawab. Coba lagi beberapa menit lagi, atau pilih cara lain.",
            "Your bank does not answer right now. Try again in a few minutes, or choose another way.",
        ),
        ("Bank penerbit tidak menjawab penyedia.", "The issuing bank did not answer the provider."),
    ),
    D.PAYMENT_DECLINED: DeclineTexts(
        (
            "Dompet atau bank menolak, atau permintaannya tidak disetujui pada waktunya. Coba lagi, atau pilih cara lain.",
            "The wallet or bank refused, or the request was not approved in time. Try again, or choose another way.",
        ),
        (
            "Dompet atau bank menolak, atau pembayar tidak menyetujui. Penyedia tidak menyebut alasannya.",
            "The wallet or bank refused, or the payer did not approve. The provider gives no reason.",
        ),
    ),
    D.PAYMENT_FAILED: DeclineTexts(
        (
            "Pembayarannya tidak bisa diselesaikan. Coba lagi, atau pilih cara lain.",
            "The payment could not be completed. Try again, or choose another way.",
        ),
        (
            "Penyedia tidak bisa menyelesaikan pembayaran; kata-katanya ada di bawah.",
            "The provider could not complete the payment; its own words are below.",
        ),
    ),
    D.ACCOUNT_INVALID: DeclineTexts(
        (
            "Akun atau nomor ini tidak dikenali di sana. Periksa nomornya, atau pilih cara lain.",
            "That account or number is not known there. Check it, or choose another way.",
        ),
        ("Akun pembayar tidak ada atau salah.", "The payer's account does not exist or is wrong."),
    ),
    D.ACCOUNT_INACTIVE: DeclineTexts(
        (
            "Akun ini sedang tidak aktif. Aktifkan dulu di aplikasinya, atau pilih cara lain.",
            "That account is not active. Activate it in its app, or choose another way.",
        ),
        ("Akun pembayar tidak aktif atau diblokir.", "The payer's account is inactive or blocked."),
    ),
    D.NOT_PERMITTED: DeclineTexts(
        _CHOOSE_OTHER,
        ("Penyedia tidak mengizinkan transaksi ini.", "The provider does not permit this transaction."),
    ),
    D.ALREADY_PAID: DeclineTexts(
        _WAIT_FOR_SHOP,
        (
            "Penyedia berkata tagihan ini sudah dibayar. Tanyakan statusnya sebelum menagih lagi.",
            "The provider says that the bill is paid already. Ask for its status before asking for money again.",
        ),
    ),
    D.EXPIRED: DeclineTexts(
        (
            "Waktunya habis. Mulai sekali lagi, atau pilih cara lain.",
            "Time ran out. Start again, or choose another way.",
        ),
        ("Transaksinya kedaluwarsa di penyedia.", "The transaction expired at the provider."),
    ),
    D.PHONE_NEEDED: DeclineTexts(
        (
            "Cara ini mengirim permintaan ke ponsel Anda dan membutuhkan nomor ponsel Indonesia. Isi nomornya, atau pilih cara lain.",
            "This way asks on your phone and needs an Indonesian mobile number. Fill it in, or choose another way.",
        ),
        (
            "Metode ini perlu nomor ponsel Indonesia milik pembayar, dan itu tidak diketahui.",
            "The method needs the payer's Indonesian mobile number, which is not known.",
        ),
    ),
    D.AMOUNT_TOO_SMALL: DeclineTexts(
        _CHOOSE_OTHER,
        ("Jumlahnya di bawah batas bawah metode ini.", "The amount is below what the method takes."),
    ),
    D.AMOUNT_UNSUPPORTED: DeclineTexts(
        _CHOOSE_OTHER,
        ("Penyedia tidak menerima jumlah dengan desimal ini.", "The provider takes no amount with these decimals."),
    ),
    D.ASSET_UNAVAILABLE: DeclineTexts(
        _CHOOSE_OTHER,
        (
            "Koneksi ini tidak menerima aset atau jaringan itu. Periksa pengaturannya.",
            "The connection does not take this asset or network. Check its settings.",
        ),
    ),
    D.ORDER_REFUSED: DeclineTexts(
        _CHOOSE_OTHER,
        (
            "Penyedia menolak pesanan ini; kata-katanya ada di bawah.",
            "The provider refused this order; its own words are below.",
        ),
    ),
    D.PROVIDER_REFUSED: DeclineTexts(
        _CHOOSE_OTHER,
        (
            "Penyedia menolak panggilan kami: biasanya kunci, merchant id, atau metode yang belum aktif. Periksa koneksinya.",
            "The provider refused our call: usually a key, a merchant id or a method that is not active. Check the connection.",
        ),
    ),
    D.PROVIDER_UNREACHABLE: DeclineTexts(
        _TRY_LATER,
        (
            "Penyedia tidak bisa dihubungi sampai waktunya habis. Tidak ada yang terkirim.",
            "The provider could not be reached in time. Nothing was sent.",
        ),
    ),
    D.NOT_REGISTERED: DeclineTexts(
        _TRY_LATER,
        ("Pesanan ini tidak pernah sampai di penyedia.", "The order never reached the provider."),
    ),
    D.ANSWER_LOST: DeclineTexts(
        (
            "Halaman pembayarannya hilang di jalan. Coba sekali lagi, atau pilih cara lain.",
            "The page to pay on was lost on the way. Try once more, or choose another way.",
        ),
        (
            "Jawaban penyedia hilang setelah dikirim. Tidak dikirim lagi; statusnya ditanyakan bila bisa.",
            "The provider's answer was lost after sending. It is not sent again; its status is asked for where that is possible.",
        ),
    ),
    D.MISMATCH: DeclineTexts(
        _WAIT_FOR_SHOP,
        (
            "Yang dikatakan penyedia tidak cocok dengan yang diminta. Ditahan sampai seseorang memutuskan.",
            "What the provider says does not fit what was asked for. Held until a person decides.",
        ),
    ),
    D.TRANSFER_DROPPED: DeclineTexts(
        (
            "Jaringan menarik kembali kiriman Anda. Biasanya tercatat lagi dengan sendirinya; jangan kirim lagi kecuali dompet Anda mengatakan gagal.",
            "The network took your transfer back. Usually it is recorded again by itself; do not send again unless your wallet says that it failed.",
        ),
        (
            "Reorganisasi rantai membatalkan kiriman yang sudah dihitung. Jangan kirim barangnya; kiriman yang tercatat lagi dihitung lagi.",
            "A reorg dropped a transfer that had been counted. Do not ship; what is recorded again is counted again.",
        ),
    ),
    D.TRANSFER_REVERSED: DeclineTexts(
        (
            "Bank menarik kembali uang yang sudah masuk. Tanyakan ke bank Anda, atau bayar lagi.",
            "The bank took back the money that had come in. Ask your bank, or pay again.",
        ),
        (
            "Bank membalik pembayaran yang sudah masuk. Jangan kirim barangnya; hubungi pembayar.",
            "The bank reversed a payment that had come in. Do not ship; ask the payer.",
        ),
    ),
    D.RETRACTED_AFTER_REFUND: DeclineTexts(
        _WAIT_FOR_SHOP,
        (
            "Uangnya ditarik kembali setelah sebagian dikembalikan. Ditahan sampai seseorang memutuskan.",
            "The money was taken back after part of it had been refunded. Held until a person decides.",
        ),
    ),
}

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    **{f"decline.payer.{code}": texts.payer for code, texts in DECLINES.items()},
    **{f"decline.operator.{code}": texts.operator for code, texts in DECLINES.items()},
}
