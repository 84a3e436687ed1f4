"""Whether what is announced of a payment reaches its payer, on which channel, and if not, why: asked before a button promises it. Pure; who tells people answers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.base.errors import Conflict
from gerbang.ports.messenger import Channel

LINK: Final = "payment.link"
REFUND_LINK: Final = "refund.link"


class Lack(StrEnum):
    """Why channels do not carry a message."""

    NO_EMAIL = "no_email"
    NO_PHONE = "no_phone"
    NO_CONSENT = "no_consent"
    SAID_STOP = "said_stop"
    NO_SENDER = "no_sender"
    UNWANTED = "unwanted"
    GONE = "gone"  # its sender has said that nobody has this address


class Missing(NamedTuple):
    """What keeps these channels from carrying it."""

    lack: Lack
    channels: tuple[Channel, ...]


class Place(NamedTuple):
    """Where a message goes."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The places where the payer is told, the first of them first; where there is none, `missing` says why."""

    places: tuple[Place, ...]
    missing: tuple[Missing, ...] = ()


# Whether this event of this payment would reach its payer, by the rules by which it is sent later.
Reaches = Callable[[Tx, UUID, str], Awaitable[Reach]]
# The same as of now: asked for before a transaction is open, for it may read which senders are connected.
Reaching = Callable[[], Awaitable[Reaches]]


class PayerUnreachable(Conflict):
    """No channel would carry it, so nothing is announced."""

    code = "payer_unreachable"
    title = "No message reaches the payer"


_NAMES: Final = {Channel.EMAIL: "e-mail", Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}
_SAYS: Final = {
    Lack.NO_EMAIL: ("It has no e-mail address of its payer.", "make it with `customer.email`"),
    Lack.NO_PHONE: ("It has no phone number of its payer.", "make it with `customer.phone` and `customer.sms_consent`"),
    Lack.NO_CONSENT: ("Nobody agreed to {channels} to its phone.", "record consent (`sms_consent` of the customer)"),
    Lack.SAID_STOP: ("Its number answered STOP.", "have the payer answer START from that phone"),
    Lack.NO_SENDER: ("No sender for {channels} is connected.", "connect one"),
    Lack.UNWANTED: ("The payer wants no {channels}.", "ask the payer to allow it (`preferences` of the customer)"),
    Lack.GONE: ("Nothing arrives at its address for {channels}.", "make it with another address"),
}


def unreachable(missing: Sequence[Missing], otherwise: str) -> PayerUnreachable:
    """The refusal, which names what is missing and what mends it; `otherwise` is what can be done without any of it."""
    said = [_SAYS[one.lack][0].format(channels=_either(one.channels)) for one in missing]
    cures = [_SAYS[one.lack][1] for one in missing]
    return PayerUnreachable(" ".join(said), hint=f"{otherwise}; or {', or '.join(cures)}.")


def _either(channels: Sequence[Channel]) -> str:
    return " or ".join(_NAMES[one] for one in channels)
