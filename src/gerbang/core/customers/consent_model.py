"""Consent to be written to on a phone, as frozen values. It is no preference: without it nothing is sent, whatever somebody prefers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from gerbang.ports.messenger import Channel

# The channels on which nobody is written to who did not agree to it.
NEED_CONSENT: Final = (Channel.SMS, Channel.WHATSAPP)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What somebody agreed to: the channel, when, where it was said, and the words that stood there."""

    channel: Channel
    at: datetime
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Given:
    """An agreement with whose it is, to which number, and who wrote it down: of a customer for all their payments, or of one `payment` alone."""

    customer: UUID | None
    payment: UUID | None
    phone: str
    said: Agreement
    by: str


class Consent(msgspec.Struct, frozen=True):
    """One consent as it is kept, in effect until it was withdrawn. `payment_id` is None where it is for all payments of the customer; `is_stop`: the number answered STOP."""

    id: UUID
    customer_id: UUID | None
    payment_id: UUID | None
    channel: str
    phone: str
    agreed_at: datetime
    agreed_where: str
    agreed_text: str
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    is_stop: bool


def shown(consents: Sequence[Consent]) -> list[dict[str, str | None]]:
    """As an export shows them."""
    return [
        {
            "channel": one.channel,
            "phone": one.phone,
            "agreed_at": one.agreed_at.isoformat(),
            "agreed_where": one.agreed_where,
            "agreed_text": one.agreed_text,
            "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
        }
        for one in consents
    ]
