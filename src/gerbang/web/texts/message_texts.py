"""Words of the console's pages about the shop's own texts of messages."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "nav.texts": ("Teks pesan", "Texts of messages"),
    "text.lead": (
        "Apa yang dibaca pembayar, per pesan, bahasa, dan saluran. Yang tidak Anda tulis sendiri memakai teks bawaan.",
        "What payers read, by message, language and channel. Whatever you do not write yourself says what we say.",
    ),
    "text.language": ("Bahasa", "Language"),
    "text.ours": ("teks bawaan", "ours"),
    "text.shops": ("teks toko, versi {version}", "the shop's, version {version}"),
    "text.waits": ("satu versi menunggu orang kedua", "one version waits for a second person"),
    "text.failed": ("tidak bisa dipakai; teks bawaan dikirim", "could not be used; ours is sent"),
    "text.words": ("Teks", "Text"),
    "text.subject": ("Judul", "Subject"),
    "text.body": ("Isi", "Body"),
    "text.hint": (
        "Baris kosong memisahkan paragraf. Nama di sebelah diganti isinya; bagian yang kadang tidak ada ditulis di antara `{% if name %}` dan `{% endif %}`.",
        "A blank line parts paragraphs. A name from the list is replaced by what it holds; what is not always there stands between `{% if name %}` and `{% endif %}`.",
    ),
    "text.preview": ("Lihat hasilnya", "Show how it reads"),
    "text.save": ("Simpan dan pakai", "Save and use"),
    "text.back": ("Kembali ke teks bawaan", "Back to ours"),
    "text.example": ("Contoh", "Example"),
    "text.segments": (
        "{alphabet}, {units} karakter, jumlah SMS: {parts}",
        "{alphabet}, {units} units, parts of the SMS: {parts}",
    ),
    "text.names": ("Nama yang bisa dipakai", "Names that can be used"),
    "text.must": ("wajib ada", "must be there"),
    "text.versions": ("Versi", "Versions"),
    "text.approval.not_needed": ("dipakai", "used"),
    "text.approval.pending": ("menunggu orang kedua", "waits for a second person"),
    "text.approval.approved": ("disetujui", "agreed to"),
    "text.approval.refused": ("ditolak", "refused"),
    "text.approval.withdrawn": ("diganti sebelum diputuskan", "replaced before it was decided"),
    "text.needs.instructions": (
        "Teks ini mengatakan ke mana uang dikirim, jadi orang kedua harus menyetujuinya.",
        "This text says where money goes, so a second person must agree to it.",
    ),
    "text.needs.digits": (
        "Teks ini memuat angka yang bisa jadi nomor rekening, jadi orang kedua harus menyetujuinya.",
        "This text holds digits that may be an account number, so a second person must agree to it.",
    ),
    "text.decide.title": ("Setujui teks: {what}?", "Agree to this text: {what}?"),
    "text.decide.lead": (
        "Periksa ke mana uang diarahkan. Setelah Anda setuju, semua pembayar menerima teks ini.",
        "Look where it sends money. Once you agree, every payer gets this text.",
    ),
    "text.decide.over": ("Versi ini tidak menunggu keputusan lagi.", "This version no longer waits for a decision."),
    "text.decide.button": ("Putuskan", "Decide"),
    "text.decision": ("Keputusan", "Decision"),
    "text.approve": ("Setuju, pakai teks ini", "Agree, use this text"),
    "text.refuse": ("Tolak", "Refuse"),
    "text.said.saved": ("Disimpan. Pesan berikutnya memakai teks ini.", "Saved. The next message says this."),
    "text.wrong.meanwhile": (
        "Teks ini diganti orang lain sejak halaman ini dibuka: lihat versinya di samping. Simpan sekali lagi untuk menggantinya dengan teks Anda.",
        "Somebody saved another text since this page was opened: see the versions beside it. Save once more to use yours instead.",
    ),
    "text.said.waits": (
        "Disimpan. Dipakai setelah orang kedua setuju.",
        "Saved. It is used once a second person agrees.",
    ),
    "text.said.ours": ("Teks bawaan dipakai lagi.", "Our text is used again."),
    "text.said.approved": ("Disetujui, dan dipakai mulai sekarang.", "Agreed to, and used from now on."),
    "text.said.refused": ("Ditolak. Yang lama tetap dipakai.", "Refused. What was used stays in use."),
    "text.said.not_done": ("Tidak dilakukan: {why}.", "It was not done: {why}."),
    "refusal.message_text_decided": ("versi ini tidak menunggu keputusan", "this version waits for no decision"),
    "refusal.message_text_saved_by_same_person": (
        "Anda sendiri yang menyimpannya; orang lain harus memutuskan",
        "you saved it yourself; somebody else must decide",
    ),
}
