"""What was done to orders, in words, as actions.py has them of other nouns."""

from typing import Final

from gerbang.web.texts.actions import Sentences

ORDERS: Final[Sentences] = {
    "order.created": ("**{actor}** menerima pesanan", "**{actor}** took an order in"),
    "order.updated": ("**{actor}** memperbarui pesanan", "**{actor}** updated an order"),
    "order.packed": ("**{actor}** mencatat pesanan dikemas", "**{actor}** noted that an order is packed"),
    "order.ready_to_ship": (
        "**{actor}** mencatat pesanan siap dijemput kurir",
        "**{actor}** noted that an order waits for its carrier",
    ),
    "order.shipped": ("**{actor}** mencatat pesanan dikirim", "**{actor}** noted that an order is with the carrier"),
    "order.delivered": ("**{actor}** mencatat pesanan sampai", "**{actor}** noted that an order has arrived"),
    "order.cancelled": ("**{actor}** mencatat pesanan batal", "**{actor}** noted that an order is cancelled"),
    "order.returning": (
        "**{actor}** mencatat pesanan dikirim balik",
        "**{actor}** noted that an order is on its way back",
    ),
    "order.returned": ("**{actor}** mencatat pesanan kembali", "**{actor}** noted that an order has come back"),
    "order.failed": (
        "**{actor}** mencatat pesanan gagal diantar",
        "**{actor}** noted that an order could not be delivered",
    ),
    "order.lost": ("**{actor}** mencatat pesanan hilang", "**{actor}** noted that an order is lost"),
    "order.damaged": ("**{actor}** mencatat pesanan rusak", "**{actor}** noted that an order is damaged"),
    "order.scrapped": ("**{actor}** mencatat pesanan dimusnahkan", "**{actor}** noted that an order was thrown away"),
    "order.unknown": (
        "**{actor}** membaca status pesanan yang belum dikenal",
        "**{actor}** read a status of an order that is not known here",
    ),
    "order.asked_for": (
        "**{actor}** meminta lokapasar mengurus pesanan",
        "**{actor}** asked the marketplace to do something about an order",
    ),
    "order.asked_for_ended": (
        "**{actor}** mencatat jawaban lokapasar",
        "**{actor}** noted what became of it at the marketplace",
    ),
    "order.printed": ("**{actor}** mencetak dokumen pesanan", "**{actor}** printed an order's papers"),
    "wave.made": ("**{actor}** membuat gelombang kemas", "**{actor}** made a wave of orders to pack"),
    "wave.done": ("**{actor}** menyelesaikan gelombang kemas", "**{actor}** finished a wave"),
    "wave.ship_asked": ("**{actor}** meminta gelombang dikirim", "**{actor}** asked for a wave to be shipped"),
    "wave.shipped": ("**{actor}** selesai mengirim gelombang", "**{actor}** finished shipping a wave"),
    "wave.printed": ("**{actor}** mencetak label gelombang", "**{actor}** printed the labels of a wave"),
    "order.oversold": (
        "**{actor}** mencatat stok kurang untuk pesanan",
        "**{actor}** noted that stock is missing for an order",
    ),
    "order.stock_emptied": (
        "**{actor}** mengosongkan stok {to}: dibatalkan karena habis, hitung dulu sebelum dijual lagi",
        "**{actor}** set the stock of {to} to none: cancelled as out of stock, count it before more is sold",
    ),
    "order.released": (
        "**{actor}** melepas pesanan yang stoknya kurang",
        "**{actor}** had an order packed though stock is missing",
    ),
    "order.paid_after_cancel": (
        "**{actor}** mencatat uang untuk pesanan yang sudah batal: kembalikan",
        "**{actor}** noted money for a cancelled order: give it back",
    ),
    "order.cod": (
        "**{actor}** mencatat uang COD: {to}, {amount}",
        "**{actor}** noted the cash at the door: {to}, {amount}",
    ),
    "order.paid_without_stock": (
        "**{actor}** mencatat uang terlambat untuk pesanan yang stoknya sudah habis",
        "**{actor}** noted late money for an order whose stock is gone",
    ),
    "order.contradicted": (
        "**{actor}** tidak menuruti kabar lokapasar: {was} → {to}",
        "**{actor}** did not follow the marketplace: {was} → {to}",
    ),
    "order.claim_opened": ("**{actor}** menerima klaim pembeli", "**{actor}** took a buyer's claim in"),
    "order.claim_updated": ("**{actor}** memperbarui klaim pembeli", "**{actor}** updated a buyer's claim"),
    "order.claim_held": (
        "**{actor}** menahan klaim yang jumlahnya diragukan",
        "**{actor}** held a claim whose amount is in doubt",
    ),
    "order.claim_due": (
        "**{actor}** mengingatkan bahwa batas waktu klaim sudah dekat",
        "**{actor}** told that a claim's deadline is near",
    ),
    "order.claim_answered": ("**{actor}** menjawab klaim pembeli", "**{actor}** answered a buyer's claim"),
    "order.claim_answer_ended": (
        "**{actor}** mencatat jawaban lokapasar atas klaim",
        "**{actor}** noted what became of the answer at the marketplace",
    ),
    "order.claim_without_order": (
        "**{actor}** menemukan klaim yang pesanannya tidak terbaca",
        "**{actor}** found a claim whose order cannot be read",
    ),
    "order.restocked": (
        "**{actor}** memasukkan barang yang kembali ke stok",
        "**{actor}** put what came back to stock",
    ),
    "order.not_restocked": (
        "**{actor}** tidak dapat memasukkan barang yang kembali ke stok",
        "**{actor}** could not put what came back to stock",
    ),
    "order.unreadable": (
        "**{actor}** tidak dapat membaca sebuah pesanan",
        "**{actor}** could not read an order",
    ),
}
