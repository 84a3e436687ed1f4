"""What clients may send about consent to messages on a phone: the words that were agreed to, where they stood, and when."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from gerbang.base import phone
from gerbang.base.clock import real_now
from gerbang.base.formats import one_line
from gerbang.core.customers.consent_model import Agreement
from gerbang.ports.messenger import Channel
from gerbang.web import texts
from gerbang.web.problems import invalid_field

# By the member of a body that tells of it.
CHANNEL_OF: Final[Mapping[str, Channel]] = {"sms_consent": Channel.SMS, "whatsapp_consent": Channel.WHATSAPP}
_CLOCKS_APART: Final = timedelta(minutes=5)


class ConsentBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That somebody agreed to messages to their phone: the words that they agreed to, and where they stood; now, unless `at` says when. Told of a customer, or with
    a payment that names one, it counts for all their payments to that number.
    """

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    where: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    at: datetime | None = None


def read_consents(said: Mapping[str, ConsentBody | None], number: str | None, at: str) -> tuple[Agreement, ...]:
    """What was agreed to, of the members of the body at pointer `at`; None for a number that is not known yet. Raises Invalid with a pointer."""
    read = []
    for name, given in said.items():
        if given is None:
            continue
        if number == "":
            raise invalid_field(f"{at}/{name}", "Goes with a phone: nobody can agree to messages without one.")
        if number and phone.takes_no_texts(number):
            raise invalid_field(f"{at}/phone", texts.words("en")("phone.wrong.landline").unescape())
        when = _agreed_at(given, f"{at}/{name}/at")
        read.append(Agreement(CHANNEL_OF[name], when, one_line(given.where), one_line(given.text)))
    return tuple(read)


def _agreed_at(given: ConsentBody, at: str) -> datetime:
    """When: a time with its zone, not to come. Raises Invalid with a pointer."""
    now = real_now()
    if given.at is None:
        return now
    if given.at.tzinfo is None or given.at > now + _CLOCKS_APART:
        raise invalid_field(at, "A time with its zone that is not to come.")
    return given.at
