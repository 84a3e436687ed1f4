"""The short words of messages in both languages: labels, methods, reasons. Sentences stand in templates/."""

from collections.abc import Mapping
from typing import Final

from gerbang.base.formats import Locale

LABELS: Final[Mapping[Locale, Mapping[str, str]]] = {
    "id": {
        "amount": "Jumlah",
        "refund_amount": "Dikembalikan",
        "destination": "Tujuan",
        "was": "Sebelumnya",
        "captured": "Sudah masuk",
        "missing": "Masih kurang",
        "excess": "Kelebihan",
        "for": "Untuk",
        "order": "Pesanan",
        "method": "Cara bayar",
        "at": "Waktu",
        "until": "Paling lambat",
        "payment": "Nomor pembayaran",
        "refund": "Nomor pengembalian",
        "test_subject": "UJI",
        "test_band": "MODE UJI. Ini bukan pembayaran sungguhan; tidak ada uang yang berpindah.",
        "automatic": "Email ini dikirim otomatis untuk {business}.",
        "automatic_chat": "Pesan ini dikirim otomatis untuk {business}.",
        "by": "Pembayaran lewat Gerbang",
        "enough": "Tidak mau email seperti ini lagi?",
        "unsubscribe": "Berhenti menerimanya",
    },
    "en": {
        "amount": "Amount",
        "refund_amount": "Returned",
        "destination": "Destination",
        "was": "Before",
        "captured": "Received",
        "missing": "Still to pay",
        "excess": "Surplus",
        "for": "For",
        "order": "Order",
        "method": "Paid with",
        "at": "Time",
        "until": "Pay before",
        "payment": "Payment number",
        "refund": "Refund number",
        "test_subject": "TEST",
        "test_band": "TEST MODE. This is not a real payment; no money has moved.",
        "automatic": "This mail was sent automatically for {business}.",
        "automatic_chat": "This message was sent automatically for {business}.",
        "by": "Payments by Gerbang",
        "enough": "No more mails like this one?",
        "unsubscribe": "Unsubscribe",
    },
}

METHODS: Final[Mapping[Locale, Mapping[str, str]]] = {
    "id": {
        "card": "Kartu",
        "virtual_account": "Virtual account",
        "qris": "QRIS",
        "paylater": "Bayar nanti",
        "direct_debit": "Debit rekening",
        "crypto": "Kripto",
    },
    "en": {
        "card": "Card",
        "virtual_account": "Virtual account",
        "qris": "QRIS",
        "paylater": "Pay later",
        "direct_debit": "Direct debit",
        "crypto": "Crypto",
    },
}

# As their owners write themselves; others are all capitals and stay as they are.
BRANDS: Final[Mapping[str, str]] = {
    "MANDIRI": "Mandiri",
    "PERMATA": "Permata",
    "CIMB": "CIMB Niaga",
    "DANAMON": "Danamon",
    "MAYBANK": "Maybank",
    "HANA": "Hana",
    "ALFAMART": "Alfamart",
    "INDOMARET": "Indomaret",
    "LINKAJA": "LinkAja",
    "SHOPEEPAY": "ShopeePay",
    "KREDIVO": "Kredivo",
    "AKULAKU": "Akulaku",
    "INDODANA": "Indodana",
    "JENIUS": "Jenius",
}

REASONS: Final[Mapping[Locale, Mapping[str, str]]] = {
    "id": {
        "payment.paid": "Uang masuk setelah waktunya habis",
        "payment.overpaid": "Uang masuk lebih dari jumlahnya",
        "payment.held": "Pembayaran ditahan",
        "payment.disputed": "Pembayaran disanggah",
        "payment.retracted": "Uang yang sudah masuk ditarik lagi",
        "refund.awaiting_transfer": "Transfer balik menunggu",
        "refund.failed": "Pengembalian gagal",
        "refund.unknown": "Penyedia belum memastikan pengembalian",
        "refund.destination_named": "Tujuan pengembalian diisi",
        "refund.destination_changed": "Tujuan pengembalian diganti",
        "refund.approval_requested": "Pengembalian menunggu orang kedua",
        "refund.link_issued": "Tautan pengembalian dibuat oleh operator",
        "work.waiting": "Yang menunggu hari ini",
        "chain.stalled": "Blockchain berhenti",
        "chain.recovered": "Blockchain jalan lagi",
        "shop.authorisation_ending": "Toko harus segera dihubungkan lagi",
        "shop.authorisation_ended": "Toko harus dihubungkan lagi",
        "shop.refresh_failing": "Token toko gagal diperbarui",
        "shop.closed": "Toko ditutup marketplace",
        "shop.opened": "Toko dibuka lagi oleh marketplace",
        "payout.received": "Marketplace membayarkan uang",
        "settlement.held": "Baris tagihan ditahan",
        "settlement.kind_unknown": "Jenis biaya marketplace yang belum dikenal",
        "settlement.changed": "Marketplace menyebut jumlah lain",
        "order.claim_opened": "Klaim pembeli menunggu jawaban",
        "order.claim_due": "Batas waktu klaim sudah dekat",
        "order.claim_held": "Jumlah klaim diragukan",
        "order.oversold": "Pesanan ditahan: stok kurang",
        "order.unknown": "Status pesanan tidak dikenal",
        "shop.stock_refused": "Marketplace tidak menerima stok atau harga",
        "endpoint.created": "Endpoint di host baru dibuat",
        "endpoint.changed": "Endpoint pindah ke host baru",
        "endpoint.secret_rotated": "Rahasia endpoint diganti",
        "endpoint.failing": "Endpoint gagal terus",
        "endpoint.disabled": "Endpoint dimatikan",
        "message_template.paused": "Templat pesan dijeda",
        "security.token_reuse": "Satu sesi dipakai dua pihak",
        "security.login_storm": "Ada yang menebak kata sandi",
    },
    "en": {
        "payment.paid": "Money came after the deadline",
        "payment.overpaid": "More money came than was asked for",
        "payment.held": "A payment is held",
        "payment.disputed": "A payment is disputed",
        "payment.retracted": "Money that was in was taken back",
        "refund.awaiting_transfer": "A transfer back is waiting",
        "refund.failed": "A refund failed",
        "refund.unknown": "The provider has not confirmed a refund",
        "refund.destination_named": "The destination of a refund was named",
        "refund.destination_changed": "The destination of a refund was changed",
        "refund.approval_requested": "A refund waits for a second person",
        "refund.link_issued": "An operator made a link to a refund",
        "work.waiting": "What waits today",
        "chain.stalled": "A blockchain stands still",
        "chain.recovered": "A blockchain goes on",
        "shop.authorisation_ending": "A shop must be connected again soon",
        "shop.authorisation_ended": "A shop must be connected again",
        "shop.refresh_failing": "A shop's tokens are not refreshed",
        "shop.closed": "The marketplace closed a shop",
        "shop.opened": "The marketplace opened a shop again",
        "payout.received": "A marketplace paid out",
        "settlement.held": "A line of a statement is held",
        "settlement.kind_unknown": "A kind of fee that is not known",
        "settlement.changed": "A marketplace told another amount",
        "order.claim_opened": "A buyer's claim waits for an answer",
        "order.claim_due": "A claim's deadline is near",
        "order.claim_held": "The amount of a claim is in doubt",
        "order.oversold": "An order is held: stock is missing",
        "order.unknown": "An order's status is not known",
        "shop.stock_refused": "The marketplace does not take stock or prices",
        "endpoint.created": "An endpoint at a new host was made",
        "endpoint.changed": "An endpoint moved to a new host",
        "endpoint.secret_rotated": "The secret of an endpoint was replaced",
        "endpoint.failing": "An endpoint keeps failing",
        "endpoint.disabled": "An endpoint was disabled",
        "message_template.paused": "A message template is paused",
        "security.token_reuse": "A session was used by two",
        "security.login_storm": "Somebody guesses passwords",
    },
}

WORK: Final[Mapping[Locale, Mapping[str, str]]] = {
    "id": {
        "approval": "Menunggu persetujuan",
        "transfer": "Transfer balik",
        "surplus": "Kelebihan",
        "held": "Ditahan",
        "disputed": "Disanggah",
        "unknown": "Belum pasti",
        "doubt": "Pengembalian belum pasti",
        "failed": "Pengembalian gagal",
        "late": "Masuk terlambat",
        "duplicate": "Pesanan dibayar dua kali",
        "foreign": "Koin lain di alamat lunas",
        "unmatched": "Pembayaran tidak dikenal",
        "data_request": "Permintaan atas data pribadi",
    },
    "en": {
        "approval": "Approvals",
        "transfer": "Transfers to make",
        "surplus": "Surplus",
        "held": "Held",
        "disputed": "Disputed",
        "unknown": "Unknown",
        "doubt": "Refunds in doubt",
        "failed": "Failed refunds",
        "late": "Came late",
        "duplicate": "Orders paid twice",
        "foreign": "Other coins at paid addresses",
        "unmatched": "Messages about unknown payments",
        "data_request": "Requests about personal data",
    },
}

# First words that are no name to greet by: with these the whole name is used.
FORMS_OF_ADDRESS: Final = frozenset(
    {
        "bapak",
        "bpk",
        "bpk.",
        "ibu",
        "pak",
        "bu",
        "pt",
        "pt.",
        "cv",
        "cv.",
        "ud",
        "toko",
        "dr",
        "dr.",
        "drs.",
        "h.",
        "hj.",
        "mr",
        "mr.",
        "mrs",
        "mrs.",
        "ms",
        "ms.",
        "kak",
        "mas",
        "mbak",
    }
)


def method(name: str, options: Mapping[str, str], locale: Locale) -> str:
    """`Virtual account BCA`, `QRIS`, `OVO`, `Alfamart`, `Kredivo`: what the payer chose, as the payer knows it."""
    if name in {"virtual_account", "direct_debit"}:
        bank = options.get("bank", "")
        return f"{METHODS[locale][name]} {brand(bank)}".strip()
    chosen = options.get("wallet") or options.get("store") or options.get("lender") or ""
    return brand(chosen) or METHODS[locale].get(name, name)


def brand(name: str) -> str:
    """A bank, a wallet or a shop as it writes itself."""
    return BRANDS.get(name, name)


def called(name: str) -> str:
    """How to address someone: the first word of the name, or all of it when that is a form of address or an initial."""
    first, _, rest = name.partition(" ")
    return name if first.lower() in FORMS_OF_ADDRESS or (len(first.rstrip(".")) < 2 and rest) else first
