"""The payer's box for messages to their phone: unticked until they tick it, kept with its words, and taken back as easily."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from gerbang.base import formats, phone
from gerbang.base.formats import Locale
from gerbang.core.payments.contact_consent import ContactConsent
from gerbang.core.payments.model import PaymentDetail, PaymentStatus
from gerbang.ports.messenger import Channel
from gerbang.web import texts
from gerbang.web.forms import Form
from gerbang.web.services import Services

_OPEN: Final = frozenset({PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.PART_PAID, PaymentStatus.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Agreeing:
    """What the payer sent: the number as they typed it, and what is wrong with it or with the box."""

    phone: str = ""
    wrong_phone: str = ""
    wrong_box: str = ""


def named(channels: Collection[Channel], locale: Locale) -> str:
    """`WhatsApp or SMS`."""
    say = texts.words(locale)
    names = [str(say(f"agree.{one.value}")) for one in (Channel.WHATSAPP, Channel.SMS) if one in channels]
    return str(say("agree.either", one=names[0], other=names[1])) if len(names) > 1 else "".join(names)


async def box_of(
    services: Services,
    details: PaymentDetail,
    locale: Locale,
    sent: Agreeing | None,
) -> Mapping[str, Any] | None:
    """What the box shows, also to who agreed before, on this payment or as this customer; None where nobody is written to on a phone, or nothing is to be told any more."""
    payer, channels = details.payer, await services.notifications.phone_channels()
    if sent is None and (not channels or not is_open(details)):
        return None
    agreed = await services.payments.agreed_channels(details)
    by = [one for one in channels if one in agreed]
    return {
        "words": _words(details),
        "by": named(by, locale),
        "channels": named(channels, locale),
        "shop": services.settings.shop_name,
        "known": formats.mask_number(payer.phone) if payer.phone else "",
        "stopped": bool(payer.phone and await services.notifications.stopped([payer.phone])),
        "sent": sent or Agreeing(),
    }


def is_open(details: PaymentDetail) -> bool:
    """Whether anything is to be told of it still. Afterwards nobody who only holds the page's link names another phone: refunds are told there."""
    return details.payment.status in _OPEN


def _words(details: PaymentDetail) -> str:
    """What stands beside the box: who pays as a customer agrees for all their payments."""
    return "agree.box" if details.payment.customer_id is None else "agree.box.customer"


def read(
    services: Services,
    details: PaymentDetail,
    channels: Collection[Channel],
    locale: Locale,
    given: Form,
) -> ContactConsent | Agreeing:
    """What was agreed to, with the words as they stood there, or what is missing."""
    say, number = texts.words(locale), ""
    wrong_phone = str(say("link.wrong.card")) if "phone" in given.cards else ""
    try:
        number = phone.read(given["phone"], services.settings.business_country)
    except phone.BadPhone as error:
        wrong_phone = str(say(f"phone.wrong.{error.why}"))
    if not wrong_phone and not number and not details.payer.phone:
        wrong_phone = str(say("agree.empty"))
    if not wrong_phone and phone.takes_no_texts(number or details.payer.phone):
        wrong_phone = str(say("phone.wrong.landline"))
    wrong_box = "" if given["agreed"] == "yes" else str(say("agree.tick"))
    if wrong_phone or wrong_box:
        return Agreeing(given["phone"], wrong_phone, wrong_box)
    host = urlsplit(services.settings.base_url).hostname or ""
    return ContactConsent(
        phone=number,
        where=str(say("agree.where", host=host)),
        text=str(say(_words(details), shop=services.settings.shop_name, channels=named(channels, locale)).unescape()),
        by_sms=Channel.SMS in channels,
        by_whatsapp=Channel.WHATSAPP in channels,
    )
