"""The Cloud API's own JSON, as far as we read it. Numbers and times are text there."""

from collections.abc import Sequence
from typing import Any

import msgspec


class MessageId(msgspec.Struct, frozen=True):
    """The message that was taken; `message_status` is told of templates."""

    id: str
    message_status: str = ""


class Taken(msgspec.Struct, frozen=True):
    """The answer to a message."""

    messages: Sequence[MessageId]


class ApprovedTemplate(msgspec.Struct, frozen=True):
    """One template as the account lists it."""

    name: str
    language: str
    status: str
    category: str = ""


class TemplatePage(msgspec.Struct, frozen=True):
    """The account's templates."""

    data: Sequence[ApprovedTemplate]


class Fault(msgspec.Struct, frozen=True):
    """Why a call was refused, or a message failed; the code says it, and the HTTP status does not."""

    code: int = 0
    title: str = ""
    message: str = ""


class Problem(msgspec.Struct, frozen=True):
    """A refused call."""

    error: Fault


class Pricing(msgspec.Struct, frozen=True):
    """How a message is charged for."""

    category: str = ""
    billable: bool | None = None


class Status(msgspec.Struct, frozen=True):
    """How far a message came."""

    id: str
    status: str
    timestamp: str = ""
    biz_opaque_callback_data: str = ""
    pricing: Pricing | None = None
    errors: Sequence[Fault] = ()


class Text(msgspec.Struct, frozen=True):
    """What a person typed, or the words on the button that they pressed."""

    body: str = ""
    text: str = ""


class Inbound(msgspec.Struct, frozen=True):
    """What a person sent us. Somebody who hides their number has none here, but an id that only this business knows them by."""

    from_: str = msgspec.field(name="from", default="")
    user_id: str = ""
    id: str = ""
    timestamp: str = ""
    text: Text | None = None
    button: Text | None = None


class Metadata(msgspec.Struct, frozen=True):
    """Which number of the account it is about."""

    phone_number_id: str = ""


class MessagesValue(msgspec.Struct, frozen=True):
    """A change of the field `messages`."""

    metadata: Metadata = Metadata()
    statuses: Sequence[Status] = ()
    messages: Sequence[Inbound] = ()


class TemplateValue(msgspec.Struct, frozen=True):
    """A change of a template: its status (`event`), or its category."""

    message_template_name: str = ""
    message_template_language: str = ""
    event: str = ""
    reason: str | None = None
    previous_category: str = ""
    new_category: str = ""
    correct_category: str = ""


class Change(msgspec.Struct, frozen=True):
    """One thing that is told."""

    field: str
    value: dict[str, Any] = {}


class Entry(msgspec.Struct, frozen=True):
    """What is told of one account."""

    changes: Sequence[Change] = ()
    id: str = ""


class Notice(msgspec.Struct, frozen=True):
    """One webhook: several accounts, several things of each."""

    object: str
    entry: Sequence[Entry] = ()
