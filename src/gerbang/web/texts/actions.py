"""What was done, in words: the actions of the audit trail, subject by subject, Indonesian first. nouns.py says which noun brings which.

`{actor}` is whoever did it; `{to}`, `{was}`, `{amount}`, `{method}`, `{decision}`, `{before}` and `{after}` come from the entry's detail.
"""

from collections.abc import Mapping
from typing import Final

Sentences = Mapping[str, tuple[str, str]]

PAYMENTS: Final[Sentences] = {
    "payment.created": ("**{actor}** membuat pembayaran", "**{actor}** created the payment"),
    "payment.attempt_added": ("**{actor}** memilih {method}", "**{actor}** chose {method}"),
    "payment.link_sent": (
        "**{actor}** mengirim tautan bayar ke pembayar",
        "**{actor}** had the payment link sent to the payer",
    ),
    "payment.link_opened": ("**{actor}** membuka tautan bayar", "**{actor}** opened the payment link"),
    "payer.agreed": ("**{actor}** setuju dikabari di ponsel", "**{actor}** agreed to messages to the phone"),
    "payer.withdrew": (
        "**{actor}** tidak mau lagi dikabari di ponsel",
        "**{actor}** wants no more messages to the phone",
    ),
    "payment.heard": (
        "**{actor}** mendengar kabar percobaan; statusnya tetap",
        "**{actor}** heard of the attempt; nothing moved",
    ),
    "payment.moved": (
        "**{actor}** memindahkan percobaan: {before} → {after}",
        "**{actor}** moved the attempt: {before} → {after}",
    ),
    "payment.answer_too_old": (
        "**{actor}** mengabaikan jawaban yang sudah basi",
        "**{actor}** passed over an answer that was too old",
    ),
    "payment.cancel_failed": (
        "**{actor}** minta percobaan ditutup; penyedia belum memastikannya",
        "**{actor}** asked to close the attempt; the provider has not confirmed it",
    ),
    "payment.cancelled": ("**{actor}** membatalkan pembayaran", "**{actor}** cancelled the payment"),
    "payment.resolved": ("**{actor}** memutuskan: {decision}", "**{actor}** decided: {decision}"),
    "payment.found": (
        "**{actor}** menemukan uang di alamat yang hilang dari catatan",
        "**{actor}** found money at an address that was lost",
    ),
    "work.claimed": ("**{actor}** mengurus ini", "**{actor}** takes care of this"),
    "work.released": ("**{actor}** melepaskan ini", "**{actor}** no longer takes care of this"),
}
REFUNDS: Final[Sentences] = {
    "refund.requested": ("**{actor}** meminta pengembalian {amount}", "**{actor}** asked for a refund of {amount}"),
    "refund.settled": ("**{actor}** mencatat transfer {amount}", "**{actor}** recorded a transfer of {amount}"),
    "refund.dismissed": (
        "**{actor}** mencatat pengembalian gagal sudah diurus",
        "**{actor}** noted that a failed refund was dealt with",
    ),
    "refund.resolved": ("**{actor}** memutuskan: {decision}", "**{actor}** decided: {decision}"),
    "refund.destination_named": ("**{actor}** mengisi tujuan: {to}", "**{actor}** named the destination: {to}"),
    "refund.destination_changed": (
        "**{actor}** mengganti tujuan: {was} menjadi {to}",
        "**{actor}** changed the destination: {was} to {to}",
    ),
    "refund.link_sent": (
        "**{actor}** mengirim tautan pengembalian ke email pembayar",
        "**{actor}** sent the refund's link to the payer",
    ),
    "refund.link_issued": ("**{actor}** membuat tautan pengembalian", "**{actor}** made a link to the refund"),
    "refund.approval_requested": (
        "**{actor}** meminta persetujuan orang kedua",
        "**{actor}** asked for a second person's approval",
    ),
    "refund.approval_approved": ("**{actor}** menyetujui pengembalian", "**{actor}** approved the refund"),
    "refund.approval_refused": ("**{actor}** menolak pengembalian", "**{actor}** refused the refund"),
    "refund.approval_expired": (
        "Persetujuan pengembalian gugur: tidak ada yang memutuskan",
        "The refund's approval lapsed: nobody decided",
    ),
}
CRYPTO: Final[Sentences] = {
    "crypto.allowed": ("Kripto dibuka di sini oleh **{actor}**", "Crypto was allowed here by **{actor}**"),
    "crypto.forbidden": ("Kripto ditutup di sini oleh **{actor}**", "Crypto was forbidden here by **{actor}**"),
    "addresses.resumed": ("**{actor}** meneruskan alamat dompet", "**{actor}** let the wallet's addresses go on"),
    "addresses.went_on_above": (
        "**{actor}** meneruskan alamat dompet dari nomor yang lebih tinggi",
        "**{actor}** went on with the wallet's addresses from a higher number",
    ),
}
WEBHOOKS: Final[Sentences] = {
    "webhook.received": ("**{actor}** mengirim webhook", "**{actor}** sent a webhook"),
    "webhook.rejected": ("Webhook dari **{actor}** ditolak", "A webhook from **{actor}** was rejected"),
    "webhook.replayed": ("**{actor}** menjalankan ulang webhook", "**{actor}** ran a webhook event again"),
    "webhook.address_verified": (
        "**{actor}** memeriksa alamat webhook",
        "**{actor}** verified the webhook's address",
    ),
    "webhook.set_aside": ("**{actor}** menyisihkan webhook", "**{actor}** set a webhook event aside"),
    "card_data.masked": (
        "Nomor kartu di webhook **{actor}** disamarkan",
        "A card number in a webhook of **{actor}** was masked",
    ),
}
PEOPLE: Final[Sentences] = {
    "login.ok": ("**{actor}** masuk", "**{actor}** signed in"),
    "login.refused": ("**{actor}** gagal masuk", "**{actor}** failed to sign in"),
    "login.throttled": ("**{actor}** terlalu sering gagal masuk", "**{actor}** failed to sign in too often"),
    "session.refreshed": ("**{actor}** memperpanjang sesi", "**{actor}** prolonged a session"),
    "session.revoked": ("**{actor}** mengakhiri sesi", "**{actor}** ended a session"),
    "session.token_reuse": ("Token sesi **{actor}** dipakai dua kali", "A session token of **{actor}** was used twice"),
    "session.stepped_up": ("**{actor}** memberi kata sandinya sekali lagi", "**{actor}** gave the password once more"),
    "step_up.refused": ("**{actor}** memberi kata sandi yang salah", "**{actor}** gave a wrong password"),
    "password.changed": ("**{actor}** mengganti kata sandi", "**{actor}** changed the password"),
    "password.refused": ("**{actor}** gagal mengganti kata sandi", "**{actor}** failed to change the password"),
    "user.created": ("**{actor}** membuat akun", "**{actor}** made an account"),
    "user.changed": ("**{actor}** mengubah akun", "**{actor}** changed an account"),
    "owner_link.made": ("**{actor}** membuat tautan pemilik", "**{actor}** made the owner link"),
    "api_key.created": ("**{actor}** membuat kunci API", "**{actor}** made an API key"),
    "api_key.revoked": ("**{actor}** mencabut kunci API", "**{actor}** ended an API key"),
}
PERSONAL_DATA: Final[Sentences] = {
    "person.exported": ("**{actor}** mengambil data seseorang", "**{actor}** exported a person's data"),
    "person.erased": ("**{actor}** menghapus data seseorang", "**{actor}** erased a person's data"),
    "person.erased_part": (
        "**{actor}** menghapus data seseorang di sini",
        "**{actor}** erased the person's data here",
    ),
}
CONNECTIONS: Final[Sentences] = {
    "connection.created": ("**{actor}** membuat koneksi", "**{actor}** made a connection"),
    "connection.updated": ("**{actor}** mengubah koneksi", "**{actor}** changed a connection"),
    "connection.probed": (
        "**{actor}** memeriksa koneksi pada penyedia",
        "**{actor}** asked the provider about a connection",
    ),
    "connection.deleted": ("**{actor}** menghapus koneksi", "**{actor}** deleted a connection"),
    "shop.authorisation_begun": ("**{actor}** mulai menghubungkan toko", "**{actor}** began to connect a shop"),
    "shop.authorisation_refused": (
        "Toko tidak jadi dihubungkan oleh **{actor}**",
        "A shop that **{actor}** began to connect was refused",
    ),
    "shop.connected": ("**{actor}** menghubungkan toko", "**{actor}** connected a shop"),
    "shop.authorised_again": ("**{actor}** menghubungkan toko lagi", "**{actor}** connected a shop again"),
    "shop.tokens_refreshed": ("**{actor}** memperbarui token toko", "**{actor}** refreshed a shop's tokens"),
    "shop.refresh_failed": (
        "**{actor}** gagal memperbarui token toko",
        "**{actor}** could not refresh a shop's tokens",
    ),
    "shop.authorisation_ended": (
        "Akses ke toko berakhir, dicatat **{actor}**",
        "**{actor}** noted that a shop must be connected again",
    ),
    "shop.closed": (
        "**{actor}** mencatat toko ditutup marketplace",
        "**{actor}** noted that the marketplace closed a shop",
    ),
    "shop.opened": (
        "**{actor}** mencatat toko dibuka lagi",
        "**{actor}** noted that the marketplace opened a shop again",
    ),
}
SETTLEMENTS: Final[Sentences] = {
    "settlement.lines_taken": (
        "**{actor}** mencatat baris tagihan toko",
        "**{actor}** took lines of a shop's statements",
    ),
    "settlement.held": ("**{actor}** menahan satu baris tagihan", "**{actor}** held a line of a statement"),
    "settlement.set_aside": (
        "**{actor}** mengesampingkan baris yang ditahan",
        "**{actor}** set a line aside that was held",
    ),
    "settlement.booked": ("**{actor}** membukukan baris yang ditahan", "**{actor}** booked a line that was held"),
    "settlement.changed": (
        "Marketplace menyebut jumlah lain, dicatat **{actor}**",
        "**{actor}** noted that the marketplace told another amount",
    ),
    "payout.received": ("**{actor}** mencatat uang yang dibayarkan marketplace", "**{actor}** noted a payout"),
}
ENDPOINTS: Final[Sentences] = {
    "endpoint.created": ("**{actor}** membuat endpoint", "**{actor}** made an endpoint"),
    "endpoint.changed": ("**{actor}** mengubah endpoint", "**{actor}** changed an endpoint"),
    "endpoint.disclosed": (
        "**{actor}** mengizinkan data pribadi bagi endpoint",
        "**{actor}** let an endpoint hear of people",
    ),
    "endpoint.deleted": ("**{actor}** menghapus endpoint", "**{actor}** deleted an endpoint"),
    "endpoint.secret_rotated": ("**{actor}** mengganti kunci endpoint", "**{actor}** replaced an endpoint's keys"),
    "endpoint.tested": ("**{actor}** mengirim peristiwa uji", "**{actor}** sent a test event"),
    "endpoint.resent": ("**{actor}** mengirim ulang banyak peristiwa", "**{actor}** sent many events again"),
    "endpoint.failing": ("Endpoint tidak menerima apa pun sejak sehari", "An endpoint has taken nothing for a day"),
    "endpoint.disabled": ("Endpoint dimatikan", "An endpoint was disabled"),
    "endpoint.owner_link_sent": (
        "**{actor}** mengirim tautan halaman pemilik",
        "**{actor}** had a link to the owner's page mailed",
    ),
    "endpoint.owner_opened": ("**{actor}** membuka halaman endpoint", "**{actor}** opened the endpoint's page"),
    "endpoint.owner_code_sent": ("**{actor}** meminta kode", "**{actor}** asked for a code"),
    "endpoint.owner_code_refused": ("**{actor}** mengetik kode yang salah", "**{actor}** typed a wrong code"),
    "endpoint.owner_code_used_to_show": ("**{actor}** melihat rahasia endpoint", "**{actor}** looked at the secret"),
    "endpoint.owner_code_used_to_rotate": (
        "**{actor}** mengganti rahasia dengan kode",
        "**{actor}** replaced the secret by a code",
    ),
    "delivery.cancelled": ("**{actor}** membatalkan pengiriman", "**{actor}** cancelled a delivery"),
    "event.resent": (
        "**{actor}** mengirim ulang satu peristiwa kepada pendengar",
        "**{actor}** sent an event again to listeners",
    ),
    "delivery.resent": ("**{actor}** mengirim ulang satu peristiwa", "**{actor}** sent an event again"),
}
CUSTOMERS: Final[Sentences] = {
    "customer.created": ("**{actor}** membuat pelanggan", "**{actor}** made a customer"),
    "customer.updated": ("**{actor}** mengubah pelanggan", "**{actor}** changed a customer"),
    "customer.agreed": (
        "**{actor}** mencatat persetujuan dikirimi pesan ke ponsel",
        "**{actor}** recorded consent to messages on the phone",
    ),
    "customer.withdrew": (
        "**{actor}** mencatat persetujuan itu dicabut",
        "**{actor}** recorded that consent was withdrawn",
    ),
    "customer.shown": (
        "**{actor}** membuka email dan nomor pelanggan",
        "**{actor}** opened a customer's address and number",
    ),
    "customer.exported": ("**{actor}** mengekspor data pelanggan", "**{actor}** exported a customer's data"),
}
PRODUCTS: Final[Sentences] = {
    "product.created": ("**{actor}** membuat produk", "**{actor}** made a product"),
    "product.updated": ("**{actor}** mengubah produk", "**{actor}** changed a product"),
    "product.price_changed": ("**{actor}** mengubah harga: {amount}", "**{actor}** set the price: {amount}"),
    "product.stock_set": ("**{actor}** menghitung stok: {to}", "**{actor}** counted the stock: {to}"),
    "stock.oversold": ("**{actor}** mencatat produk terjual lebih", "**{actor}** noted that a product is oversold"),
    "stock.reservation_ended": (
        "**{actor}** mengakhiri pesanan stok yang lewat waktunya",
        "**{actor}** ended a reservation of stock whose time was over",
    ),
}
LISTINGS: Final[Sentences] = {
    "listing.import_begun": (
        "**{actor}** mulai mengimpor daftar produk toko",
        "**{actor}** began to import a shop's list",
    ),
    "listing.imported": ("**{actor}** selesai mengimpor daftar produk toko", "**{actor}** imported a shop's list"),
    "listing.mapped": ("**{actor}** memetakan barang toko ke {to}", "**{actor}** mapped a listing to {to}"),
    "listing.mapped_by_file": ("**{actor}** memetakan barang toko dengan CSV", "**{actor}** mapped listings by a CSV"),
    "listing.sent": ("**{actor}** mengirim stok atau harga ke toko", "**{actor}** sent stock or prices to a shop"),
    "listing.sent_again": ("**{actor}** meminta stok dikirim ulang", "**{actor}** had the stock sent again"),
    "listing.asked": ("**{actor}** menanyai marketplace soal stok", "**{actor}** asked the marketplace for its stock"),
    "shop.stock_rules": (
        "**{actor}** mengubah cadangan stok toko: {was} menjadi {to}",
        "**{actor}** changed the stock kept back from a shop: {was} to {to}",
    ),
}
DATA_REQUESTS: Final[Sentences] = {
    "data_request.opened": (
        "**{actor}** mencatat permintaan atas data pelanggan",
        "**{actor}** noted a request about a customer's data",
    ),
    "data_request.completed": (
        "**{actor}** memenuhi permintaan atas data pelanggan",
        "**{actor}** completed a request about a customer's data",
    ),
    "data_request.refused": (
        "**{actor}** menolak permintaan atas data pelanggan",
        "**{actor}** refused a request about a customer's data",
    ),
}
SECRETS: Final[Sentences] = {
    "secret.put": ("**{actor}** hendak menulis rahasia", "**{actor}** was about to write a secret"),
    "secret.written": ("**{actor}** menulis rahasia", "**{actor}** wrote a secret"),
    "secret.removed": ("**{actor}** menghapus rahasia", "**{actor}** removed a secret"),
    "secret.read": ("**{actor}** membaca rahasia", "**{actor}** read a secret"),
}
NOTIFICATIONS: Final[Sentences] = {
    "notification.sent": ("**{actor}** mengirim pemberitahuan", "**{actor}** sent a notification"),
    "notification.failed": ("**{actor}** gagal mengirim pemberitahuan", "**{actor}** could not send a notification"),
    "notification.accepted": ("**{actor}** menerima pemberitahuan", "**{actor}** took a notification"),
    "notification.delivered": ("**{actor}** menyampaikan pemberitahuan", "**{actor}** delivered a notification"),
    "notification.read": ("**{actor}** melihat pemberitahuan dibaca", "**{actor}** saw a notification read"),
    "notification.stopped": (
        "**{actor}** mencatat nomor yang tidak mau lagi dikirimi pesan",
        "**{actor}** noted a number that wants no more messages",
    ),
    "notification.allowed": (
        "**{actor}** mencatat nomor yang mau lagi dikirimi pesan",
        "**{actor}** noted a number that wants messages again",
    ),
    "notification.unsubscribed": (
        "**{actor}** tidak mau lagi menerima satu jenis email",
        "**{actor}** unsubscribed from one kind of mail",
    ),
    "notification.subscribed": (
        "**{actor}** mau lagi menerima satu jenis email",
        "**{actor}** wants one kind of mail again",
    ),
    "notification.unheard": (
        "**{actor}** tidak mendengar bahwa pemberitahuan sampai",
        "**{actor}** did not hear that a notification arrived",
    ),
    "message_template.paused": ("**{actor}** menjeda templat pesan", "**{actor}** paused a message template"),
    "message_template.resumed": (
        "**{actor}** memakai lagi templat pesan",
        "**{actor}** put a message template into use again",
    ),
    "message_template.left_paused": (
        "**{actor}** membiarkan templat pesan dijeda",
        "**{actor}** left a message template paused",
    ),
    "operator_preferences.changed": (
        "**{actor}** mengubah apa yang disampaikan kepada operator",
        "**{actor}** changed what operators are told",
    ),
    "push.subscribed": (
        "**{actor}** minta dikabari lewat notifikasi push",
        "**{actor}** asked to be told by push",
    ),
    "push.unsubscribed": (
        "**{actor}** tidak mau dikabari lewat notifikasi push lagi",
        "**{actor}** wants no more pushes",
    ),
    "notification.resent": ("**{actor}** mengirim ulang pemberitahuan", "**{actor}** sent a notification again"),
}
MESSAGE_TEXTS: Final[Sentences] = {
    "message_text.saved": ("**{actor}** menyimpan teks pesan", "**{actor}** saved the text of a message"),
    "message_text.ours_used": (
        "**{actor}** memakai lagi teks bawaan",
        "**{actor}** put our text of a message back into use",
    ),
    "message_text.approved": ("**{actor}** menyetujui teks pesan", "**{actor}** agreed to the text of a message"),
    "message_text.refused": ("**{actor}** menolak teks pesan", "**{actor}** refused the text of a message"),
    "message_text.failed": (
        "**{actor}** tidak bisa memakai teks pesan dan mengirim teks bawaan",
        "**{actor}** could not use the text of a message and sent ours",
    ),
}
REQUESTS: Final[Sentences] = {
    "card_data.refused": (
        "Permintaan **{actor}** ditolak: berisi nomor kartu",
        "A request of **{actor}** was refused: it held card data",
    ),
    "idempotency_key.reused": (
        "Permintaan **{actor}** ditolak: kuncinya sudah dipakai",
        "A request of **{actor}** was refused: its key was used before",
    ),
}
