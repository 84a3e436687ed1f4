"""What clients may send about the texts of messages that a shop writes itself."""

from typing import Annotated, Final

import msgspec

from gerbang.base.errors import Invalid
from gerbang.core.notifications.model import Template
from gerbang.core.notifications.text_model import TextKey, TextNotFound
from gerbang.core.notifications.text_rules import MOST_CHARACTERS, may_be_changed
from gerbang.ports.messenger import Channel

_LIST: Final = "GET /v1/message-texts lists every text that a shop may write."


class MessageTextBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in the small template language: `{{ name }}`, `{% if name %} … {% endif %}`, and in a mail `{% for item, price in items %} … {% endfor %}`. A text to a
    phone has no `subject`.
    """

    body: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_CHARACTERS["body"])]
    subject: Annotated[str, msgspec.Meta(max_length=MOST_CHARACTERS["subject"])] = ""


class TextApproveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the second person says of a text that they agree to; nothing need be said."""

    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class TextRefuseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is refused."""

    note: Annotated[str, msgspec.Meta(min_length=3, max_length=500)]


def read_text_key(template: str, language: str, channel: str) -> TextKey:
    """Which text an address names. Raises TextNotFound."""
    try:
        key = TextKey(Template(template), language, Channel(channel))
    except ValueError as error:
        raise TextNotFound(hint=_LIST) from error
    if language not in ("id", "en") or not may_be_changed(key):
        raise TextNotFound(hint=_LIST)
    return key


def refuse_subject(key: TextKey, subject: str) -> None:
    """Raises Invalid for the subject of a text that has none."""
    if subject and key.channel is not Channel.EMAIL:
        raise Invalid("A text to a phone has no subject: leave it out.")
