"""Notifications, the people they go to, and which announcement calls for which message. Pure; the words stand in templates/."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.errors import Conflict, NotFound
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.ports.messenger import Channel, Progress

MOST_TRIES: Final = 60  # about two days with the queue's back-off
MOST_REPEATS: Final = 1  # of a text of which nobody can say whether it arrived
# To wait for a sender, for what became of a message that may have left, and for word that it arrived, before another channel speaks.
SOON: Final[Mapping[Channel, timedelta]] = dict.fromkeys(
    (Channel.SMS, Channel.WHATSAPP, Channel.PUSH), timedelta(minutes=15)
)
PHONE: Final = (Channel.SMS, Channel.WHATSAPP)  # one number: who says stop on one of them is left alone on both
PUSH_KEEPS: Final = timedelta(days=1)  # what pops up on a screen later than that is no news
ERASED: Final = "erased:"  # stands before the id where the recipient stood
LEAST_LEFT: Final = timedelta(minutes=5)  # of the time to pay, for a reminder to be worth sending


class NotificationNotFound(NotFound):
    code = "notification_not_found"
    title = "There is no such notification"


class NotificationUnderWay(Conflict):
    """It is still being tried, so sending it again would only double it."""

    code = "notification_under_way"
    title = "The notification is still on its way"


class NotificationErased(Conflict):
    """Whom it was for was erased, and what it said with them."""

    code = "notification_erased"
    title = "The person whom the notification was for was erased"


class NotificationUnwanted(Conflict):
    """Whoever it is for has said that they do not want it there."""

    code = "notification_unwanted"
    title = "The person does not want this message there"


class TemplateNotPaused(NotFound):
    """It is used, or it is not there at all."""

    code = "template_not_paused"
    title = "This message template is not paused"


@dataclass(frozen=True, slots=True)
class PausedTemplate:
    """A template that a connection's provider approved and that is not used now. One that was recategorised is charged for otherwise, and waits for a person;
    somebody has looked at it and left it so since `left_at`.
    """

    connection: str
    template: str
    language: str
    is_recategorised: bool
    why: str
    since: datetime
    left_at: datetime | None = None


class Template(StrEnum):
    """The messages there are; each is a name under templates/{id,en}/."""

    PAYMENT_LINK = "payment_link"
    PAYMENT_INSTRUCTIONS = "payment_instructions"
    PAYMENT_REMINDER = "payment_reminder"
    PAYMENT_PAID = "payment_paid"
    PAYMENT_PAID_LATE = "payment_paid_late"
    PAYMENT_PART_PAID = "payment_part_paid"
    PAYMENT_OVERPAID = "payment_overpaid"
    PAYMENT_EXPIRED = "payment_expired"
    PAYMENT_RETRACTED = "payment_retracted"
    REFUND_REQUESTED = "refund_requested"
    REFUND_AWAITING_TRANSFER = "refund_awaiting_transfer"
    REFUND_DESTINATION = "refund_destination"
    REFUND_SUCCEEDED = "refund_succeeded"
    REFUND_FAILED = "refund_failed"
    SECURITY_TOKEN_REUSE = "security_token_reuse"  # noqa: S105  a message's name
    ENDPOINT_OWNER_LINK = "endpoint_owner_link"
    ENDPOINT_OWNER_CODE = "endpoint_owner_code"
    OPERATOR_ATTENTION = "operator_attention"
    OPERATOR_WORK = "operator_work"
    OPERATOR_CHAIN = "operator_chain"
    OPERATOR_ENDPOINT = "operator_endpoint"
    OPERATOR_SHOP = "operator_shop"
    OPERATOR_SETTLEMENT = "operator_settlement"
    OPERATOR_CLAIM = "operator_claim"
    OPERATOR_ORDER = "operator_order"
    OPERATOR_SECURITY = "operator_security"
    OPERATOR_TEMPLATE = "operator_template"
    OPERATOR_DIGEST = "operator_digest"


class Status(StrEnum):
    """How far a message is; machine.py says in which order."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


TAKEN: Final = frozenset({Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ})


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to write to, and how: personal data, read when it is needed and kept only in erasable places. `phone` is one that may be sent texts, and
    `whatsapp` one that may be written to there; each empty where nobody said so. `push` is the id of the browser or app that asked for it. On channels that are
    `muted` they do not want to be written to. `quiet_hours` and `time_zone` are their own; empty: the shop's.
    """

    name: str
    email: str
    locale: str
    phone: str = ""
    whatsapp: str = ""
    push: str = ""
    muted: frozenset[str] = frozenset()
    quiet_hours: str = ""
    time_zone: str = ""

    def address(self, channel: Channel) -> str:
        """Where a message reaches this person on a channel; empty where none does."""
        match channel:
            case Channel.EMAIL:
                return self.email
            case Channel.SMS:
                return self.phone
            case Channel.WHATSAPP:
                return self.whatsapp
            case Channel.PUSH:
                return self.push
            case _:
                return ""


@dataclass(frozen=True, slots=True)
class Notification:
    """One message to one person on one channel. `data` holds what the words need but names and addresses: amounts, method, references, ids.
    `message_id` is fixed here, so that a message sent twice is one message to mail programs. `connection` took it, under `provider_id`, in so many
    `parts`; of `unknown_tries` nobody learnt whether they arrived, so as many copies may have come.
    It waited for the end of quiet hours until `held_until`.
    """

    id: UUID
    announcement_id: UUID
    channel: Channel
    recipient: str
    template: Template
    locale: str
    data: Mapping[str, Any]
    object: ObjectRef | None
    message_id: str
    created_at: datetime
    status: Status = Status.QUEUED
    tries: int = 0
    error: str | None = None
    connection: str | None = None
    provider_id: str | None = None
    parts: int = 0
    unknown_tries: int = 0
    digests: frozenset[str] = frozenset()
    accepted_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    failed_at: datetime | None = None
    attempted_at: datetime | None = None
    category: str = ""
    billable: bool | None = None
    held_until: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """From when on it could be sent."""
        return max(self.created_at, self.held_until or self.created_at)

    @property
    def has_left(self) -> bool:
        """Whether a sender took it, as far as anybody was told: that it was sent stays proven."""
        return any((self.accepted_at, self.sent_at, self.delivered_at, self.read_at)) or self.status in TAKEN

    @property
    def is_erased(self) -> bool:
        """Whether the person whom it was for was erased."""
        return self.recipient.startswith(ERASED)

    @property
    def reference(self) -> str:
        """What a sender is told of it, and may echo: its id, and which deliberate sending this is."""
        return self.message_id.strip("<>").partition("@")[0]

    def is_known(self, fact: Progress) -> bool:
        """Whether its sender has said this before."""
        when = {
            Progress.ACCEPTED: self.accepted_at,
            Progress.SENT: self.sent_at,
            Progress.DELIVERED: self.delivered_at,
            Progress.READ: self.read_at,
            Progress.FAILED: self.failed_at,
        }
        return when[fact] is not None

    def is_awaited(self, tells: Progress) -> bool:
        """Whether word that it arrived is still waited for, of a sender that tells so much of whatever arrives."""
        return self.status is Status.ACCEPTED or (self.status is Status.SENT and tells is not Progress.SENT)

    def id_of(self, object_type: str) -> UUID | None:
        """The id of the object that it is about, if it is of this type."""
        return self.object.id if self.object is not None and self.object.type == object_type else None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which notifications a list shows; None means any."""

    status: str | None = None
    template: str | None = None
    object: ObjectRef | None = None


# Told once a payment however often it is announced: a dispute that was won makes a payment `paid` a second time. After a retraction
# the payer is told again.
ONCE: Final = frozenset(
    {
        Template.PAYMENT_PAID,
        Template.PAYMENT_PAID_LATE,
        Template.PAYMENT_EXPIRED,
    }
)

# These ask for money: for what is due when they are sent, whatever came since they were written.
ASKS: Final = frozenset({Template.PAYMENT_LINK, Template.PAYMENT_INSTRUCTIONS, Template.PAYMENT_REMINDER})

# With these a payer knows of the bill, and is reminded of it: its link was mailed, its page was seen, or how to pay was shown.
OF_A_LINK: Final = frozenset({"payment.link", "payment.opened"})
REMINDS: Final = OF_A_LINK | {"payment.instructions"}

# With these a job that would remind somebody is dropped; whatever else ends a payment ends the reminder when its time comes.
ENDS_REMINDING: Final = frozenset({"payment.paid", "payment.overpaid", "payment.expired"})

_BY_TYPE: Final[Mapping[str, Template]] = {
    "payment.link": Template.PAYMENT_LINK,
    "payment.instructions": Template.PAYMENT_INSTRUCTIONS,
    "payment.paid": Template.PAYMENT_PAID,
    "payment.part_paid": Template.PAYMENT_PART_PAID,
    "payment.overpaid": Template.PAYMENT_OVERPAID,
    "payment.expired": Template.PAYMENT_EXPIRED,
    "payment.retracted": Template.PAYMENT_RETRACTED,
    "refund.requested": Template.REFUND_REQUESTED,
    "refund.awaiting_transfer": Template.REFUND_AWAITING_TRANSFER,
    "refund.link": Template.REFUND_AWAITING_TRANSFER,
    "refund.destination_named": Template.REFUND_DESTINATION,
    "refund.destination_changed": Template.REFUND_DESTINATION,
    "refund.succeeded": Template.REFUND_SUCCEEDED,
    "refund.failed": Template.REFUND_FAILED,
    "security.token_reuse": Template.SECURITY_TOKEN_REUSE,
    "endpoint.owner_link_sent": Template.ENDPOINT_OWNER_LINK,
    "endpoint.owner_code_sent": Template.ENDPOINT_OWNER_CODE,
}
# What is announced of payments and accounts, and told to whoever is concerned, or ends what would be told.
PERSON_TYPES: Final = frozenset({*_BY_TYPE, *REMINDS, *ENDS_REMINDING})


def template_for(announcement: Announcement) -> Template | None:
    """The message that the person concerned gets, or None.

    Money beyond the amount is announced as `payment.paid` and as `payment.overpaid`; the latter's message says both.
    """
    data = announcement.data
    if announcement.type == "payment.paid":
        if data.get("amount_excess"):
            return None
        return Template.PAYMENT_PAID_LATE if data.get("late") else Template.PAYMENT_PAID
    if announcement.type == "refund.awaiting_transfer" and data.get("destination_known"):
        return None  # nobody is asked for what was just said: that it was is told by itself
    if announcement.type == "refund.failed" and data.get("approval") in ("refused", "expired"):
        return None  # the payer was never told that it was asked for
    return _BY_TYPE.get(announcement.type)


def template_of(event: str) -> Template:
    """The message that tells the person concerned of what is announced under this name, where that alone decides it."""
    return _BY_TYPE[event]


def remind_at(made: datetime, deadline: datetime, before: timedelta) -> datetime | None:
    """When a payer is reminded of what was made then: `before` the deadline, at most a quarter of the whole time; None when that would
    be too near the end.
    """
    lead = min(before, (deadline - made) / 4)
    return deadline - lead if lead >= 2 * LEAST_LEFT else None


def message_id(notification: UUID, host: str, resent: int = 0) -> str:
    """The Message-ID (RFC 5322 section 3.6.4) of a notification; a deliberate resend of a message that was sent gets a new one."""
    mark = f".{resent}" if resent else ""
    return f"<{ids.show('ntf', notification)}{mark}@{host}>"
