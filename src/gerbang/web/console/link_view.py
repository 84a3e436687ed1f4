"""What the page of a payment link is told: whether it still takes money, and the stages that it has passed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale
from gerbang.core.notifications.model import Notification, Status
from gerbang.core.payments.amount_due import owed
from gerbang.core.payments.model import LINK_OPENED, LINK_SENT, PaymentDetail, PaymentStatus, TimelineEntry, takes_money
from gerbang.core.payments.reach import Reach
from gerbang.ports.messenger import Channel
from gerbang.web import texts
from gerbang.web.checkout import checkout_state as scenes
from gerbang.web.console.timeline import last_capture
from gerbang.web.views.reach_words import lacks_of, place_of

P = PaymentStatus
_CLOSED: Final[Mapping[PaymentStatus, str]] = {
    P.PAID: "paid",
    P.PARTIALLY_REFUNDED: "paid",
    P.REFUNDED: "paid",
    P.CANCELLED: "cancelled",
    P.CREATED: "expired",
    P.PENDING: "expired",
    P.EXPIRED: "expired",
    P.FAILED: "expired",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a link; `at` is None while it has not been reached."""

    name: str
    at: datetime | None
    note: str = ""  # words are Markup, and are not escaped again


def page_of(
    details: PaymentDetail,
    moments: Sequence[TimelineEntry],
    mails: Sequence[Notification],
    now: datetime,
    locale: Locale,
    reach: Reach,
) -> dict[str, Any]:
    """The page of one link. `mails`: the newest message with it, if there is one; `reach`: where another would go."""
    payment = details.payment
    is_open = takes_money(payment, now)
    return {
        "payment": payment,
        "due": owed(payment) if is_open else payment.amount,
        "payer": details.payer,
        "id": ids.show("pay", payment.id),
        "mark": scenes.mark_of(payment.status, late=payment.late),
        "is_open": is_open,
        "closed": "" if is_open else _CLOSED.get(payment.status, "other"),
        "to": place_of(reach, locale, masked=False),
        "lacks": lacks_of(reach, locale),
        "sent_before": _last(moments, LINK_SENT) is not None,
        "stages": _stages(details, moments, mails, locale),
    }


def whatsapp(details: PaymentDetail, shop: str, url: str) -> str:
    """Where WhatsApp asks whom to send the bill to: its words are ready, in the payer's language, and nothing is sent by opening it."""
    payment, locale = details.payment, formats.locale_of(details.payer.language)
    words = texts.words(locale)(
        "link.message",
        shop=shop,
        amount=formats.money(owed(payment), payment.currency, locale),
        what=payment.description,
        url=url,
    )
    return f"https://wa.me/?text={quote(words.unescape(), safe='')}"


def _stages(
    details: PaymentDetail, moments: Sequence[TimelineEntry], mails: Sequence[Notification], locale: Locale
) -> tuple[Stage, ...]:
    say, payment, attempts = texts.words(locale), details.payment, sorted(details.attempts, key=lambda a: a.number)
    made, sent = _last(moments, "payment.created") or payment.created_at, _last(moments, LINK_SENT)
    chosen = (_last(moments, "payment.attempt_added") or made) if attempts else None
    capture = last_capture(moments)
    paid = (capture.at if capture else payment.paid_at) if payment.paid_at else None
    return (
        Stage("made", made),
        Stage("sent", sent, _mail(mails, locale) if sent else ""),
        Stage("opened", next((m.at for m in moments if m.kind == LINK_OPENED or m.actor.startswith("payer:")), None)),
        Stage("chosen", chosen, say(f"method.{attempts[-1].method}") if attempts else ""),
        Stage("paid", paid, formats.money(payment.amount_captured, payment.currency, locale) if paid else ""),
    )


def _mail(mails: Sequence[Notification], locale: Locale) -> Markup:
    """How the newest message went; one that is announced and not yet written is on its way too."""
    if not mails:
        return texts.words(locale)("link.mail.queued")
    newest = mails[0]
    by_phone = ".phone" if newest.status is Status.SENT and newest.channel is not Channel.EMAIL else ""
    return texts.words(locale)(f"link.mail.{newest.status.value}{by_phone}", why=newest.error or "")


def _last(moments: Sequence[TimelineEntry], kind: str) -> datetime | None:
    """When it happened by the trail, all of whose times are of one clock."""
    return next((m.at for m in reversed(moments) if m.kind == kind), None)
