"""Who is told what, and how: event × audience × channels, as one table. Data, and the few questions that are asked of it. Pure.

A way is a chain of channels: the first of them that reaches the person speaks, the next one when it fails or is not delivered, never because nobody read it.
Somebody is told once on each way, so at most once on each channel. What goes to a phone or a screen waits for the end of quiet hours where the table says so
(holding.py); mail never does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gerbang.core.customers.model import muted_message
from gerbang.core.notifications.model import PERSON_TYPES, Contact, Template
from gerbang.core.notifications.operator_events import (
    GROUPS,
    OPERATOR_CHANNELS,
    OPERATOR_TYPES,
    events_told_by,
    rule_of,
)
from gerbang.ports.messenger import Channel

Way = tuple[Channel, ...]
_MAIL: Final[Way] = (Channel.EMAIL,)
_TEXT: Final[Way] = (Channel.SMS,)
_MAIL_OR_TEXT: Final[Way] = (Channel.EMAIL, Channel.SMS)
# One message to a phone: by WhatsApp, where the words are approved there, else by SMS.
_PHONE: Final[Way] = (Channel.WHATSAPP, Channel.SMS)
_MAIL_OR_PHONE: Final[Way] = (Channel.EMAIL, Channel.WHATSAPP, Channel.SMS)
_PUSH: Final[Way] = (Channel.PUSH,)
_PUSH_OR_MAIL: Final[Way] = (Channel.PUSH, Channel.EMAIL)
_PUSH_OR_PHONE_OR_MAIL: Final[Way] = (Channel.PUSH, Channel.WHATSAPP, Channel.SMS, Channel.EMAIL)
# Each of them chooses which of these speak, and how often (operator_events.py).
_TO_OPERATORS: Final[Sequence[Way]] = tuple((channel,) for channel in OPERATOR_CHANNELS)
_DIGESTS: Final[Sequence[Way]] = (_MAIL, (Channel.CHAT,))


class Audience(StrEnum):
    """Who is told."""

    PAYER = "payer"
    USER = "user"  # somebody who signs in
    ENDPOINT_OWNER = "endpoint_owner"  # who looks after a server that hears of payments, without an account here
    OPERATORS = "operators"


class InQuietHours(StrEnum):
    """What becomes of a message to a phone or a screen in the quiet hours of whoever gets it."""

    HELD = "held"  # sent when they end, if it is still true
    HELD_IN_TIME = (
        "held_in_time"  # likewise; where its deadline comes first it is left out, and the rest of its way speaks
    )
    SENT = "sent"  # the person has just asked for it, or must act at once


class MayStop(StrEnum):
    """How a person says that they want a message no more."""

    UNSUBSCRIBE = (
        "unsubscribe"  # no money came, goes or is called for by it: its mail carries a link that does it (RFC 8058)
    )
    PREFERENCES = "preferences"  # it belongs to a purchase: by their preferences, channel by channel
    NEVER = "never"  # it guards their money


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the table: which message says it, to whom, on which ways, whether it waits for the end of quiet hours, and how it is stopped."""

    template: Template
    audience: Audience
    events: tuple[str, ...]
    ways: Sequence[Way]
    in_quiet_hours: InQuietHours = InQuietHours.HELD
    may_stop: MayStop = MayStop.PREFERENCES


def _waiting(template: Template) -> InQuietHours:
    """Of a message to operators: where it tells of several groups, those that must not wait are sent at once all the same."""
    at_once = all(rule_of(event).must_not_wait for event in events_told_by(template))
    return InQuietHours.SENT if at_once else InQuietHours.HELD


# A text costs money and is read at once: it goes beside the mail where money came or goes back, before the mail where time runs out, and instead of it
# where no mail arrives. A push costs nothing and goes where somebody asked for it: it goes beside both where money came or goes back, and before them where
# time runs out.
TABLE: Final[Sequence[Told]] = (
    Told(Template.PAYMENT_LINK, Audience.PAYER, ("payment.link",), (_MAIL_OR_PHONE,), InQuietHours.SENT),
    Told(
        Template.PAYMENT_INSTRUCTIONS, Audience.PAYER, ("payment.instructions",), (_MAIL_OR_PHONE,), InQuietHours.SENT
    ),
    Told(
        Template.PAYMENT_REMINDER,
        Audience.PAYER,
        ("payment.reminder",),
        (_PUSH_OR_PHONE_OR_MAIL,),
        InQuietHours.HELD_IN_TIME,
        MayStop.UNSUBSCRIBE,
    ),
    Told(Template.PAYMENT_PAID, Audience.PAYER, ("payment.paid",), (_MAIL, _PHONE, _PUSH)),
    Told(Template.PAYMENT_PAID_LATE, Audience.PAYER, ("payment.paid",), (_MAIL, _TEXT, _PUSH)),
    Told(Template.PAYMENT_PART_PAID, Audience.PAYER, ("payment.part_paid",), (_MAIL_OR_TEXT, _PUSH)),
    Told(Template.PAYMENT_OVERPAID, Audience.PAYER, ("payment.overpaid",), (_MAIL_OR_TEXT, _PUSH)),
    # That a bill closed is news: nothing came, and nothing is owed any more.
    Told(
        Template.PAYMENT_EXPIRED,
        Audience.PAYER,
        ("payment.expired",),
        (_PUSH_OR_MAIL,),
        may_stop=MayStop.UNSUBSCRIBE,
    ),
    Told(Template.PAYMENT_RETRACTED, Audience.PAYER, ("payment.retracted",), (_MAIL_OR_TEXT, _PUSH)),
    Told(Template.REFUND_REQUESTED, Audience.PAYER, ("refund.requested",), (_MAIL,)),
    Told(
        Template.REFUND_AWAITING_TRANSFER,
        Audience.PAYER,
        ("refund.awaiting_transfer", "refund.link"),
        (_MAIL_OR_TEXT,),
    ),
    # Whoever changed where the money goes may read the payer's mail: the phone is told too.
    Told(
        Template.REFUND_DESTINATION,
        Audience.PAYER,
        ("refund.destination_named", "refund.destination_changed"),
        (_MAIL, _TEXT, _PUSH),
        InQuietHours.SENT,
        MayStop.NEVER,
    ),
    Told(Template.REFUND_SUCCEEDED, Audience.PAYER, ("refund.succeeded",), (_MAIL, _TEXT, _PUSH)),
    Told(Template.REFUND_FAILED, Audience.PAYER, ("refund.failed",), (_MAIL_OR_TEXT,)),
    Told(Template.SECURITY_TOKEN_REUSE, Audience.USER, ("security.token_reuse",), (_MAIL,)),
    Told(Template.ENDPOINT_OWNER_LINK, Audience.ENDPOINT_OWNER, ("endpoint.owner_link_sent",), (_MAIL,)),
    Told(Template.ENDPOINT_OWNER_CODE, Audience.ENDPOINT_OWNER, ("endpoint.owner_code_sent",), (_MAIL,)),
    *(
        Told(one, Audience.OPERATORS, events_told_by(one), _TO_OPERATORS, _waiting(one))
        for one in dict.fromkeys(told_by for rule in GROUPS for told_by in rule.events.values())
    ),
    Told(Template.OPERATOR_DIGEST, Audience.OPERATORS, (), _DIGESTS),
)
TO_PAYERS: Final = tuple(one.template for one in TABLE if one.audience is Audience.PAYER)
# What a payer may be told, channel by channel: what preferences are about.
CHANNELS_OF: Final[Mapping[Template, tuple[Channel, ...]]] = {
    one.template: tuple(sorted({channel for way in one.ways for channel in way}, key=list(Channel).index))
    for one in TABLE
    if one.audience is Audience.PAYER
}
TO_OPERATORS: Final = tuple(one.template for one in TABLE if one.audience is Audience.OPERATORS)
# What is announced otherwise nobody is told of: the consumer need not take it.
TYPES: Final = tuple(sorted({*PERSON_TYPES, *OPERATOR_TYPES}))
_BY_TEMPLATE: Final[Mapping[Template, Told]] = {one.template: one for one in TABLE}


def audience_of(template: Template) -> Audience:
    """Who is told this."""
    return _BY_TEMPLATE[template].audience


def in_quiet_hours(template: Template) -> InQuietHours:
    """Whether this waits for the end of quiet hours."""
    return _BY_TEMPLATE[template].in_quiet_hours


def at_once_all_the_same(told: Told) -> tuple[str, ...]:
    """The events of a message that is held otherwise of which operators are told at once: each must not wait."""
    if told.audience is not Audience.OPERATORS or told.in_quiet_hours is InQuietHours.SENT:
        return ()
    return tuple(one for one in told.events if rule_of(one).must_not_wait)


def may_stop(template: Template) -> MayStop:
    """How whoever gets this says that they want it no more."""
    return _BY_TEMPLATE[template].may_stop


def told_on(channel: Channel) -> frozenset[Template]:
    """The messages that are told on a channel at all, first or instead of another."""
    return frozenset(one.template for one in TABLE if any(channel in way for way in one.ways))


def is_reached(template: Template, contact: Contact, channel: Channel) -> bool:
    """Whether this message may go to this person there: they have an address, and want it, unless it is told whatever they want."""
    if not contact.address(channel):
        return False
    unwanted = not contact.muted.isdisjoint((channel.value, muted_message(template.value, channel.value)))
    return not unwanted or may_stop(template) is MayStop.NEVER


def channels_for(template: Template, contact: Contact, connected: Collection[Channel]) -> Sequence[Channel]:
    """On which channels somebody is told, one of each way, each once."""
    first = (
        next((one for one in way if one in connected and is_reached(template, contact, one)), None)
        for way in _BY_TEMPLATE[template].ways
    )
    return list(dict.fromkeys(one for one in first if one is not None))


def channels_before(template: Template, channel: Channel) -> frozenset[Channel]:
    """On which channels it was tried before this one spoke in their place."""
    return frozenset(one for way in _BY_TEMPLATE[template].ways if channel in way for one in way[: way.index(channel)])


def channels_after(template: Template, failed: Channel) -> Sequence[Channel]:
    """What may speak where this channel failed, in order."""
    return [one for way in _BY_TEMPLATE[template].ways if failed in way for one in way[way.index(failed) + 1 :]]
