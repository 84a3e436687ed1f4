"""Words of the pages on which people who work here choose what they are told, and of paused templates."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "nav.preferences": ("Yang disampaikan kepada Anda", "What you are told"),
    "nav.templates": ("Templat yang dijeda", "Paused templates"),
    "prefs.title": ("Yang disampaikan kepada Anda", "What you are told"),
    "prefs.title.team": ("Yang disampaikan kepada tim", "What the team is told"),
    "prefs.lead": (
        "Pilih untuk tiap kelompok: langsung, dirangkum tiap jam atau tiap hari, atau tidak sama sekali. Rangkuman berisi semua yang terjadi dan tautannya.",
        "Choose for each group: at once, in a digest of each hour or day, or never. A digest lists all that happened, with links.",
    ),
    "prefs.lead.team": (
        "Ini berlaku untuk alamat operator (GERBANG_OPERATOR_EMAIL) dan chat tim:",
        "This holds for the operators' address (GERBANG_OPERATOR_EMAIL) and the team's chat:",
    ),
    "prefs.no_address": ("belum ada alamat", "there is no address yet"),
    "prefs.must_not_wait": ("tidak boleh menunggu", "must not wait"),
    "prefs.frequency.at_once": ("Langsung", "At once"),
    "prefs.frequency.hourly": ("Rangkuman tiap jam", "Hourly digest"),
    "prefs.frequency.daily": ("Rangkuman tiap hari", "Daily digest"),
    "prefs.frequency.never": ("Tidak", "Never"),
    "prefs.group.money_held": ("Uang ditahan, disengketakan, atau ditarik", "Money held, disputed or taken back"),
    "prefs.group.money_unexpected": ("Uang terlambat atau lebih", "Money late or beyond the bill"),
    "prefs.group.refunds": ("Pengembalian yang perlu Anda", "Refunds that need you"),
    "prefs.group.refund_destinations": ("Tujuan pengembalian diganti", "Where a refund goes was changed"),
    "prefs.group.open_work": ("Yang menunggu, tiap pagi", "What waits, every morning"),
    "prefs.group.shops": ("Toko di marketplace yang perlu dilihat", "Shops of a marketplace that need somebody"),
    "prefs.group.settlements": ("Uang dari marketplace", "What marketplaces pay out and charge"),
    "prefs.group.blockchains": ("Blockchain berhenti atau jalan lagi", "Blockchains that stand still or go on"),
    "prefs.group.endpoints_failing": ("Tujuan webhook gagal terus", "Endpoints that keep failing"),
    "prefs.group.endpoint_security": (
        "Tujuan webhook: host baru, rahasia, dimatikan",
        "Endpoints: a new host, a secret, disabled",
    ),
    "prefs.group.message_templates": ("Templat pesan dijeda", "Message templates that were paused"),
    "prefs.group.security": ("Keamanan", "Security"),
    "prefs.when": ("Kapan dan di mana", "When and where"),
    "prefs.quiet_hours.hint": (
        "Seperti 21:00-07:00, atau none; kosong berarti jam toko. Chat dan rangkuman menunggu sampai selesai, kecuali yang tidak boleh menunggu.",
        "As 21:00-07:00, or none; empty: the shop's. Chats and digests wait for their end, but for what must not wait.",
    ),
    "prefs.time_zone.hint": (
        "Seperti Asia/Jakarta; rangkuman harian datang pukul 8 pagi di sana. Kosong berarti zona toko.",
        "As Asia/Jakarta; the daily digest comes at 8 in the morning there. Empty: the shop's.",
    ),
    "prefs.wrong.quiet_hours": (
        "Dua waktu yang berbeda, seperti 21:00-07:00, atau none.",
        "Two different times of day, as 21:00-07:00, or none.",
    ),
    "prefs.wrong.time_zone": ("Zona waktu seperti Asia/Jakarta.", "A time zone, as Asia/Jakarta."),
    "prefs.wrong.chat": ("Chat ini tidak ada lagi.", "This chat is not there any more."),
    "prefs.wrong.choice": ("Ini tidak bisa dipilih di sini.", "This cannot be chosen here."),
    "prefs.chat.first": ("Chat pertama yang tersambung", "The first that is connected"),
    "prefs.chat.none": ("Tidak lewat chat", "Not by chat"),
    "prefs.save": ("Simpan", "Save"),
    "prefs.said.saved": ("Tersimpan, berlaku mulai peristiwa berikutnya.", "Saved, from the next event on."),
    "paused.lead": (
        "Penyedia mengubah templat ini, jadi tidak dipakai dulu: isinya disampaikan lewat bahasa lain atau saluran lain.",
        "Their provider changed these, so they are not used for now: what they would tell goes by the other language, or by another channel.",
    ),
    "paused.template": ("Templat", "Template"),
    "paused.why": ("Sebabnya", "Cause"),
    "paused.connection": ("Koneksi", "Connection"),
    "paused.since": ("Sejak", "Since"),
    "paused.left": ("Dibiarkan dijeda", "Left paused"),
    "paused.empty": ("Tidak ada templat yang dijeda.", "No template is paused."),
    "paused.empty.how": (
        "Kalau penyedia menolak templat atau mengganti kategorinya, templat itu muncul di sini.",
        "Where a provider rejects a template, or puts it into another category, it is shown here.",
    ),
    "paused.decide.title": ("Templat {template} dijeda", "The template {template} is paused"),
    "paused.decide.price": (
        "Kategorinya diganti, jadi harganya lain. Pakai lagi hanya kalau harga itu tidak apa-apa.",
        "It was put into another category, so it costs something else now. Use it again only if that price is fine.",
    ),
    "paused.decide.other": (
        "Penyedia tidak menyetujuinya sekarang. Begitu disetujui lagi, templat ini dipakai lagi dengan sendirinya.",
        "Its provider does not approve it now. Once it does again, the template is used by itself.",
    ),
    "paused.cause": ("{why} ({connection}, {language})", "{why} ({connection}, {language})"),
    "paused.resume": ("Pakai lagi", "Use it again"),
    "paused.leave": ("Biarkan dijeda", "Leave it paused"),
    "paused.said.resumed": ("Templat dipakai lagi.", "The template is used again."),
    "paused.said.left": ("Templat tetap dijeda.", "The template stays paused."),
    "paused.said.used": ("Templat itu sudah dipakai lagi.", "That template is used again already."),
}
