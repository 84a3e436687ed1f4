"""The texts that a shop writes itself, their versions, and their errors, as frozen values. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

import msgspec

from gerbang.base.errors import Conflict, Forbidden, Invalid, NotFound
from gerbang.base.text_segments import Segments
from gerbang.core.notifications.model import Template
from gerbang.ports.messenger import Channel

PREFIX: Final = "mtv"
READ: Final = "notifications:read"
WRITE: Final = "message_texts:write"
APPROVE: Final = "message_texts:approve"
Approval = Literal["not_needed", "pending", "approved", "refused", "withdrawn"]


class TextNotFound(NotFound):
    """There is no message of this name on this channel, or it is one that stays as it is."""

    code = "message_text_not_found"
    title = "There is no such text of a message"


class TextUnusable(Invalid):
    """`errors` says of each part what is wrong and how it is mended."""

    code = "message_text_unusable"
    title = "The text of the message cannot be used"


class TextDecided(Conflict):
    """Somebody decided meanwhile, or another version was saved."""

    code = "message_text_decided"
    title = "This version no longer waits for a decision"


class TextSavedThemselves(Forbidden):
    """Whoever saved a text that needs a second person is not that person."""

    code = "message_text_saved_by_same_person"
    title = "Somebody else must agree to this text"


class TextKey(NamedTuple):
    """Which text: of which message, in which language, on which channel. Each message has one audience."""

    template: Template
    locale: str
    channel: Channel

    @property
    def shown(self) -> str:
        """As the audit trail names it."""
        return f"message_text:{self.template.value}.{self.locale}.{self.channel.value}"


class TextVersion(msgspec.Struct, frozen=True):
    """One version of a text. One that `is_ours` holds no words: it says that ours are used again. `needs` is why somebody else must agree;
    `failed_why` says what went wrong when it was last to be sent, and ours went instead.
    """

    id: UUID
    key: TextKey
    number: int
    is_ours: bool
    subject: str
    body: str
    needs: tuple[str, ...]
    approval: Approval
    saved_by: str
    saved_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str = ""
    failed_at: datetime | None = None
    failed_why: str = ""


@dataclass(frozen=True, slots=True)
class TextStanding:
    """How a text stands: the version in use, None where it is ours, and the one that waits for a second person."""

    key: TextKey
    used: TextVersion | None
    waiting: TextVersion | None


@dataclass(frozen=True, slots=True)
class Preview:
    """A message with example data, as it would leave; `case` names the example. `segments` is what a text to a phone takes."""

    case: str
    subject: str
    text: str
    segments: Segments | None


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that was looked at: what is wrong with each part, why it needs a second person, and how it reads; no preview of one that is wrong."""

    problems: Mapping[str, Sequence[str]]
    needs: Sequence[str]
    previews: Sequence[Preview]
