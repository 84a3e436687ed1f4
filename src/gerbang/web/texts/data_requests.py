"""Words of what customers ask of their data: in the work list, on their page, and where it is done or refused."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "audit.subject.data_requests": ("Permintaan atas data", "Data requests"),
    "work.data_request.group": ("Data pribadi", "Personal data"),
    "work.data_request.what": ("meminta: {note}", "asks: {note}"),
    "work.data_request.else": (
        "permintaannya lewat waktu, dan orangnya boleh mengadu ke pengawas data.",
        "it is overdue, and the person may complain to the data protection authority.",
    ),
    "work.data_request.do": ("Jawab…", "Answer…"),
    "dsr.kind.access": ("Minta datanya", "Wants to see their data"),
    "dsr.kind.rectification": ("Minta dibetulkan", "Wants it corrected"),
    "dsr.kind.objection": ("Minta berhenti", "Wants us to stop"),
    "dsr.kind.erasure": ("Minta dihapus", "Wants to be erased"),
    "dsr.status.open": ("Menunggu", "Open"),
    "dsr.status.completed": ("Dipenuhi", "Completed"),
    "dsr.status.refused": ("Ditolak", "Refused"),
    "dsr.status.ended_by_erasure": ("Berakhir karena datanya dihapus", "Ended by erasure"),
    "dsr.due": ("jawab sebelum {at}", "due {at}"),
    "dsr.due.over": ("lewat waktu sejak {at}", "overdue since {at}"),
    "dsr.closed": ("{at}, oleh {by}", "{at}, by {by}"),
    "dsr.none": (
        "Belum ada permintaan. Tiap permintaan punya batas waktu dan menjadi baris di Perlu Anda.",
        "No request yet. Each has a due date, and is a line under Needs you.",
    ),
    "dsr.note": ("Catat permintaan…", "Note a request…"),
    "dsr.new.title": ("Apa yang diminta?", "What is asked?"),
    "dsr.new.lead": (
        "Waktunya berjalan sejak diterima: dalam {days} hari permintaannya harus dijawab.",
        "Its time runs from when it was received: within {days} days it must be answered.",
    ),
    "dsr.new.received": ("Diterima (WIB)", "Received (WIB)"),
    "dsr.new.received.hint": ("Kosong: sekarang.", "Empty: now."),
    "dsr.received": ("diterima {at}", "received {at}"),
    "dsr.answer.not_yours": (
        "Menunggu. Anda tidak boleh menjawabnya: penghapusan dijawab oleh admin, yang lain oleh yang boleh mengubah pelanggan.",
        "Open. You may not answer it: an erasure is answered by an admin, all else by who may change customers.",
    ),
    "dsr.new.kind": ("Permintaan", "Request"),
    "dsr.new.note": ("Dengan kata-kata mereka", "In their words"),
    "dsr.new.button": ("Catat", "Note it"),
    "dsr.answer.lead.access": (
        "Ekspor datanya dari halaman pelanggan, kirimkan, lalu tandai dipenuhi.",
        "Export the data from the customer's page, send it, then mark it completed.",
    ),
    "dsr.answer.lead.rectification": (
        "Betulkan kenalannya di halaman pelanggan, lalu tandai dipenuhi.",
        "Correct the contact on the customer's page, then mark it completed.",
    ),
    "dsr.answer.lead.objection": (
        "Kalau dipenuhi, tidak ada lagi pesan yang dikirim kepada orang ini.",
        "When it is completed, this person is written to no more.",
    ),
    "dsr.answer.lead.erasure": (
        "Kalau dipenuhi, semua data orang ini dihapus dan tidak bisa kembali. Pembayaran dan buku besar tetap ada tanpa nama.",
        "When it is completed, all that is kept about this person is erased for good. Payments and ledger stay, and name nobody.",
    ),
    "dsr.answer.decision": ("Keputusan", "Decision"),
    "dsr.answer.complete": ("Dipenuhi", "Completed"),
    "dsr.answer.refuse": ("Ditolak, dengan alasan", "Refused, for a reason"),
    "dsr.answer.reason": ("Jawaban atau alasan", "Answer, or the reason"),
    "dsr.answer.button": ("Simpan jawaban", "Save the answer"),
    "dsr.wrong.note": ("Paling banyak 500 huruf.", "At most 500 characters."),
    "dsr.wrong.reason": ("Tulis 3 sampai 500 huruf.", "Write 3 to 500 characters."),
    "cus.said.noted": ("Permintaannya dicatat.", "The request was noted."),
    "cus.said.answered": ("Jawabannya disimpan.", "The answer was saved."),
    "refusal.data_request_closed": ("permintaan ini sudah dijawab", "this request was answered before"),
}
