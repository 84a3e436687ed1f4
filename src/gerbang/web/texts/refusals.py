"""Why something was not done, by the code of the refusal, as an operator reads it. Of what no console page can bring about the title stands as it is."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "refusal.conflict": ("keadaannya sudah lain", "its state is another by now"),
    "refusal.sku_taken": ("SKU ini sudah dipakai produk lain", "another product has this SKU"),
    "refusal.order_busy": (
        "yang diminta sebelumnya belum selesai di lokapasar",
        "what was asked before is not over yet at the marketplace",
    ),
    "refusal.order_oversold": (
        "stoknya kurang: isi stok, batalkan yang kurang, atau lepas pesanan ini",
        "it is not all in stock: give stock, cancel what is missing, or release the order",
    ),
    "refusal.order_not_held": ("pesanan ini tidak ditahan", "the order is not held"),
    "refusal.unknown_items": ("pesanan ini tidak punya barang itu", "the order has no such items"),
    "refusal.items_not_allowed": (
        "keadaan barangnya tidak memungkinkan; tidak ada yang dikirim",
        "where the items stand does not allow it; nothing was sent",
    ),
    "refusal.marketplace_refused": (
        "lokapasar menolak; alasannya di riwayat pesanan",
        "the marketplace did not do it; why stands in what happened",
    ),
    "refusal.connection_unauthorized": (
        "lokapasar menolak izin toko ini: hubungkan lagi tokonya dari halaman aplikasinya",
        "the marketplace refuses the shop's authorisation: connect the shop again from its app's page",
    ),
    "refusal.claim_not_found": ("pesanan ini tidak punya klaim itu", "the order has no such claim"),
    "refusal.claim_not_ours": ("lokapasar yang memutuskan klaim ini", "the marketplace decides about this claim"),
    "refusal.claim_not_open": ("klaim ini tidak menunggu jawaban itu", "the claim does not wait for this answer"),
    "refusal.claim_too_late": (
        "batas waktunya lewat, lokapasar yang memutuskan",
        "its deadline is over, the marketplace decides",
    ),
    "refusal.claim_held": (
        "jumlahnya diragukan: bandingkan di seller center, lalu centang",
        "its amount is in doubt: compare it in the seller centre, then tick the box",
    ),
    "refusal.claim_busy": ("jawaban sebelumnya belum selesai", "an answer given before is not over yet"),
    "refusal.invalid_claim_answer": (
        "jawabannya kurang alasan, catatan atau gambar",
        "the answer lacks a reason, a comment or pictures",
    ),
    "refusal.document_not_there": (
        "belum ada yang dikemas, atau lokapasar tidak membuatnya",
        "nothing is packed yet, or the marketplace makes none",
    ),
    "refusal.order_exists": (
        "nomor atau pembayaran ini milik pesanan lain",
        "another order has this number or payment",
    ),
    "refusal.invalid_order": ("isi pesanan itu tidak benar", "what the order says is not valid"),
    "refusal.cod_not_now": (
        "keadaan uang tunainya tidak memungkinkan",
        "where the cash stands does not allow it",
    ),
    "refusal.not_our_order": ("lokapasar yang mengurus pesanan ini", "a marketplace keeps this order"),
    "refusal.nothing_to_pack": ("tidak ada pesanan yang menunggu dikemas", "no order waits to be packed"),
    "refusal.orders_not_for_wave": (
        "pesanan itu tidak bisa dikemas dalam gelombang",
        "those orders cannot be packed by a wave",
    ),
    "refusal.wave_not_packed": (
        "gelombang ini belum selesai dikemas dan dilabeli",
        "the wave is not packed and labelled yet",
    ),
    "refusal.nothing_to_ship": (
        "tidak ada paket gelombang ini yang menunggu dikirim",
        "no parcel of this wave waits to be shipped",
    ),
    "refusal.labels_not_there": (
        "belum ada label dari gelombang ini",
        "there is no label of this wave yet",
    ),
    "refusal.unknown_sku": ("tidak ada produk dengan SKU ini", "there is no product of this SKU"),
    "refusal.out_of_stock": ("stoknya tidak cukup", "there is not enough stock"),
    "refusal.bundle_has_no_stock": (
        "paket tidak punya stok sendiri, hitung isinya",
        "a bundle has no stock of its own: count what is in it",
    ),
    "refusal.stock_read_only": ("stok ini dipegang marketplace", "a marketplace keeps this stock"),
    "refusal.warehouse_needed": (
        "produk ini ada di beberapa gudang, sebutkan gudangnya",
        "it stands in several warehouses: name one",
    ),
    "refusal.bad_bundle": (
        "paket tidak boleh berisi paket atau punya stok sendiri",
        "a bundle holds no bundle and has no stock of its own",
    ),
    "refusal.reservation_not_found": ("tidak ada stok yang dipesan untuk ini", "nothing was reserved for this"),
    "refusal.reservation_released": ("pesanan stok ini sudah dilepas", "what was reserved was given up"),
    "refusal.invalid_settlement_decision": (
        "jumlah ini tidak cocok dengan barisnya",
        "this amount does not fit the line",
    ),
    "refusal.settlement_line_not_held": (
        "baris ini tidak menunggu keputusan",
        "this line does not wait for a decision",
    ),
    "refusal.payment_closed": ("pembayaran ini sudah ditutup", "this payment is closed"),
    "refusal.payer_stopped": ("pelanggan tidak mau dikabari", "the customer wants no messages"),
    "refusal.payer_unreachable": ("tidak ada pesan yang sampai ke pembayarnya", "no message reaches its payer"),
    "refusal.attempt_in_flight": (
        "percobaan sebelumnya belum selesai di penyedia",
        "an earlier attempt is not settled at the provider yet",
    ),
    "refusal.not_refundable": ("uang sebanyak itu tidak ada lagi", "there is not so much left to give back"),
    "refusal.not_held": ("pembayaran ini tidak ditahan lagi", "this payment is no longer held"),
    "refusal.not_cancellable": (
        "pembayaran ini tidak bisa dibatalkan lagi",
        "this payment can no longer be cancelled",
    ),
    "refusal.refund_not_in_doubt": (
        "pengembalian ini tidak menunggu keputusan lagi",
        "this refund waits for no decision any more",
    ),
    "refusal.refund_not_awaiting_transfer": (
        "pengembalian ini tidak menunggu transfer lagi",
        "this refund no longer waits for a transfer",
    ),
    "refusal.refunds_stopped": (
        "selama pembayarannya ditahan atau disanggah, tidak ada yang dikembalikan",
        "nothing goes back while the payment is held or disputed",
    ),
    "refusal.refund_under_way": (
        "satu pengembalian sedang berjalan di penyedia",
        "a refund is under way at the provider",
    ),
    "refusal.destination_changed": ("tujuannya diganti sementara itu", "where it goes was changed meanwhile"),
    "refusal.approval_decided": ("sudah diputuskan, atau sudah gugur", "it was decided already, or has lapsed"),
    "refusal.refund_link_just_sent": ("tautannya baru saja dikirim", "the link was sent a moment ago"),
    "refusal.refund_asked_for_by_same_person": (
        "Anda yang meminta atau menyebut tujuannya, jadi orang lain yang membayarkan",
        "you asked for it or said where it goes, so somebody else pays it out",
    ),
    "refusal.upstream_failed": ("penyedia tidak bisa menjalankannya", "the provider could not do it"),
    "refusal.upstream_unreachable": ("penyedia tidak bisa dihubungi", "the provider cannot be reached"),
    "refusal.outcome_unknown": (
        "penyedia tidak memberi jawaban yang jelas; hasilnya dicari",
        "the provider gave no clear answer; what became of it is looked up",
    ),
    "refusal.provider_refused": ("penyedia menolaknya", "the provider refused it"),
    "refusal.database_unavailable": (
        "database tidak menjawab; coba lagi sebentar",
        "the database does not answer; try again in a moment",
    ),
    "refusal.database_busy": (
        "database sedang dipakai pekerjaan lain; coba lagi sebentar",
        "something else holds the database; try again in a moment",
    ),
    "refusal.database_not_writable": ("database tidak bisa ditulisi", "the database cannot be written"),
    "refusal.commit_unknown": (
        "belum pasti apakah sudah tersimpan; lihat dulu sebelum mengulang",
        "it is not certain whether it was saved; look before you do it again",
    ),
    "refusal.audit_unavailable": (
        "jejak audit tidak bisa ditulis, jadi tidak ada yang dilakukan",
        "the audit trail cannot be written, so nothing was done",
    ),
    "refusal.row_unreadable": (
        "data ini tidak terbaca oleh versi ini",
        "this version cannot read what is stored of it",
    ),
    "refusal.unavailable": ("sedang tidak bisa; coba lagi sebentar", "it cannot be done now; try again in a moment"),
    "refusal.limit_not_counted": (
        "batas permintaan tidak bisa dihitung; coba lagi sebentar",
        "the limit of requests cannot be counted; try again in a moment",
    ),
    "refusal.rate_limited": (
        "terlalu banyak permintaan; tunggu sebentar",
        "there were too many requests; wait a moment",
    ),
    "refusal.invalid_request": ("ada isian yang tidak sah", "something that was entered is not valid"),
    "refusal.idempotency_key_reused": (
        "formulir ini sudah dikirim dengan isian lain; buka lagi halamannya",
        "this form was sent before with other entries; open the page again",
    ),
    "refusal.approval_needs_a_person": (
        "hanya orang yang masuk sendiri yang boleh memutuskan",
        "only a person who is signed in can decide this",
    ),
    "refusal.bad_destination": ("uang tidak bisa dikirim ke sana", "the money cannot be sent there"),
    "refusal.method_unavailable": (
        "cara bayar ini tidak bisa dipakai untuk jumlah itu",
        "this way to pay cannot be used for that amount",
    ),
    "refusal.currency_unavailable": (
        "tidak ada koneksi yang menerima mata uang ini",
        "no connection takes this currency",
    ),
    "refusal.phone_needed": ("cara bayar ini perlu nomor ponsel pembayar", "this way to pay needs the payer's number"),
    "refusal.no_rate": ("tidak ada kurs untuk ini", "there is no exchange rate for this"),
    "refusal.too_many_addresses": (
        "pembayaran ini sudah punya terlalu banyak alamat",
        "too many addresses were made for this payment",
    ),
    "refusal.too_many_open_addresses": (
        "terlalu banyak pembayaran kripto yang belum dibayar",
        "too many crypto payments are open and unpaid",
    ),
    "refusal.endpoint_disabled": ("endpoint ini mati; nyalakan dulu", "this endpoint is disabled; enable it first"),
    "refusal.endpoint_too_young": (
        "endpoint ini belum sehari umurnya; banyak peristiwa sekaligus baru boleh setelahnya",
        "this endpoint is less than a day old; many events at once may be sent after that",
    ),
    "refusal.delivery_expired": (
        "isi pengiriman ini sudah tidak disimpan",
        "what this delivery carried is no longer kept",
    ),
    "refusal.invalid_endpoint": ("isian endpoint ini tidak sah", "what was entered of this endpoint is not valid"),
    "refusal.too_many_owner_mails": (
        "pemilik endpoint ini baru saja dikirimi surel; tunggu sebentar",
        "the owner of this endpoint was mailed a moment ago; wait a while",
    ),
    "refusal.owner_code_wrong": ("kodenya tidak cocok", "the code does not match"),
    "refusal.target_refused": ("alamat itu tidak boleh dihubungi", "that address may not be called"),
    "refusal.notification_erased": (
        "orang yang akan dikabari sudah dihapus datanya",
        "the person whom it was for was erased",
    ),
    "refusal.notification_unwanted": (
        "orangnya tidak mau menerima pesan ini di sana",
        "the person does not want this message there",
    ),
    "refusal.notification_under_way": ("pesan ini masih dikirim", "this message is still on its way"),
    "refusal.message_text_unusable": ("teks itu tidak bisa dipakai", "that text cannot be used"),
    "refusal.webhook_event_erased": (
        "isi peristiwa ini sudah dihapus",
        "what this event brought was erased",
    ),
    "refusal.connection_exists": ("koneksi bernama itu sudah ada", "a connection of that name exists already"),
    "refusal.connection_in_use": ("koneksi ini punya pembayaran", "this connection has payments"),
    "refusal.invalid_connection": ("isian koneksi ini tidak sah", "what was entered of this connection is not valid"),
    "refusal.authorisation_refused": ("toko itu tidak terhubung", "the shop was not connected"),
    "refusal.invalid_operator_preferences": ("pilihan itu tidak sah", "that choice is not valid"),
    "refusal.invalid_amount": ("jumlahnya tidak sah", "the amount is not valid"),
}
