"""Why something was not done, by the code of the refusal, as an operator reads it. A code without words here has its English title."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "refusal.conflict": ("keadaannya sudah lain", "its state is another by now"),
    "refusal.payment_closed": ("pembayaran ini sudah ditutup", "this payment is closed"),
    "refusal.payer_stopped": ("pelanggan tidak mau dikabari", "the customer wants no messages"),
    "refusal.no_payer_email": ("email pembayarnya tidak diketahui", "its payer's e-mail is not known"),
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
    "refusal.rate_limited": (
        "terlalu banyak permintaan; tunggu sebentar",
        "there were too many requests; wait a moment",
    ),
}
