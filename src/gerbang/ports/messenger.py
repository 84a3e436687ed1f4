"""What core asks of whatever carries a message to a person: one port for every channel. Values and two protocols."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from gerbang.base.http import ProviderRefused
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored


class Channel(StrEnum):
    """How a message reaches a person."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"
    IN_APP = "in_app"
    CHAT = "chat"


class Progress(StrEnum):
    """How far a message has come, as its sender says. One may be delivered after it was said to have failed."""

    ACCEPTED = "accepted"  # the sender's system has it
    SENT = "sent"  # it left that system
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class Why(StrEnum):
    """Why a message does not arrive."""

    PERMANENT = "permanent"  # this person is not reached like this
    STOPPED = (
        "stopped"  # this person said stop, and their carrier or the sender holds everything back until they say start
    )
    TRANSIENT = "transient"  # another try may work
    CONFIGURATION = "configuration"  # an operator must mend something
    BALANCE = "balance"  # an operator must pay
    THROTTLE = "throttle"  # too many at once


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail. `message_id` stays the same when it is sent again after a lost answer, so mail programs fold it. `unsubscribe` is the address of ours by
    which whoever gets it wants no more of its kind by one click (RFC 8058); empty for what may not be stopped so.
    """

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    locale: str = "id"
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text to a phone: `to` is E.164. `reference` is ours, for senders that keep one."""

    to: str
    text: str
    reference: str
    locale: str = "id"


@dataclass(frozen=True, slots=True)
class PushMessage:
    """A push to one browser or app at `address`, as its push service gave it, with the `keys` that it is sent with there. `title` and `text` are shown by
    services that show it themselves, `data` says to our own code what happened and which page tells it: no name, no amount, no token.
    One that comes again under the same `tag` is the same. It is worth delivering for `keeps_s` seconds.
    """

    address: str
    keys: Mapping[str, str] = field(repr=False)
    title: str
    text: str
    data: Mapping[str, str]
    tag: str
    keeps_s: int
    is_urgent: bool = False
    locale: str = "id"


@dataclass(frozen=True, slots=True)
class Wording:
    """A message in one language: the template that the sender's provider approved, the values of its places in their order, and the same in free words.
    `is_paused`: this template is not to be used now.
    """

    language: str
    template: str
    values: tuple[str, ...]
    text: str
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class TemplateMessage:
    """A message to a phone where people are written to freely for a while after they wrote, and else by approved templates: one wording for each language,
    that of the person first. `link` is behind its button; the person wrote last `last_wrote_s` seconds ago, None: never.
    """

    to: str
    wordings: tuple[Wording, ...]
    link: str
    reference: str
    last_wrote_s: float | None = None


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message to the one room to which a connection leads."""

    title: str
    text: str
    locale: str = "id"


Message = Mail | TextMessage | PushMessage | TemplateMessage | ChatMessage


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was taken: the sender's id for it (empty: it has none), how far it is, and how many parts are paid for (0: no parts)."""

    provider_id: str = ""
    progress: Progress = Progress.SENT
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Sought:
    """A message that may have been taken before nobody heard the answer: by the digests of what was tried, not before `since`, and none of
    those that are known to be other messages.
    """

    to: str
    digests: frozenset[str]
    since: datetime
    others: frozenset[str] = frozenset()


LookUp = Callable[[Account, Sought], Awaitable[Sent | None]]
Ask = Callable[[Account, str], Awaitable["Receipt"]]  # by the sender's id of the message


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a sender can do about doubles: `folds` says that a message sent again under its own id is one to whoever gets it. `look_up` finds what
    was sent before. `echoes`: what it tells later of a message names our reference, so a message that may have left is waited for and not sent again.
    `tells`: so much it always tells of a message that arrives; None: it may tell nothing. `ask` asks it what became of one that it took. `service` says who takes a message where a connection leads to
    several: the silence of one says nothing of the others. `templates` reads which approved templates may be used now, where a sender needs some.
    """

    folds: bool = False
    look_up: LookUp | None = field(default=None, compare=False)
    echoes: bool = False
    tells: Progress | None = None
    ask: Ask | None = field(default=None, compare=False)
    service: Callable[[Message], str] | None = field(default=None, compare=False)
    templates: "Callable[[Account], Awaitable[Sequence[TemplateNews]]] | None" = field(default=None, compare=False)


class Refused(ProviderRefused):
    """The sender will not take this message: do not send it again like this. `gone`: nor anything else to this address."""

    def __init__(self, detail: str = "", why: Why = Why.PERMANENT, *, gone: bool = False) -> None:
        super().__init__(detail)
        self.why = why
        self.gone = gone


class Messenger(Protocol):
    """Sends one message on one channel. Raises Refused for good; Unreachable, TurnedAway or OutcomeUnknown (base/http) when it may be tried again."""

    @property
    def channel(self) -> Channel: ...
    @property
    def abilities(self) -> Abilities: ...

    async def send(self, account: Account, message: Message) -> Sent: ...


class PushSubscriptions(Protocol):
    """What a push service wants of whoever is to be reached by it. Pure.

    `for_browsers`: they subscribe with `public_key`; else apps bring a token of their own. `wrong`: what is wrong with an address and its keys; empty when they
    can be sent to.
    """

    @property
    def for_browsers(self) -> bool: ...
    def public_key(self, account: Account) -> str: ...
    def wrong(self, address: str, keys: Mapping[str, str]) -> str: ...


class Receipt(msgspec.Struct, frozen=True):
    """What a sender says later of a message that it took. `code` is its own word for why one failed; `gone`: nothing reaches this address.
    `reference` is ours, of a sender that echoes it; `category` and `billable` are how it is charged for, where it says so.
    """

    provider_id: str
    progress: Progress
    why: Why | None = None
    code: str = ""
    gone: bool = False
    reference: str = ""
    category: str = ""
    billable: bool | None = None


class OptOut(msgspec.Struct, frozen=True):
    """A person told the sender to stop (`out`), or to go on."""

    address: str
    out: bool


class Wrote(msgspec.Struct, frozen=True):
    """A person wrote to us, something that nobody reads here. From `at` on they may be written to freely for a while, where that counts; None: it does not."""

    address: str
    at: datetime | None = None


class TemplateState(StrEnum):
    """What became of an approved template."""

    USABLE = "usable"
    UNUSABLE = "unusable"
    RECATEGORISED = "recategorised"  # it is charged for otherwise now, so a person decides whether it is used


class TemplateNews(msgspec.Struct, frozen=True):
    """The sender's provider changed a template."""

    template: str
    language: str
    state: TemplateState
    why: str


class Several(msgspec.Struct, frozen=True):
    """More than one at once."""

    news: tuple["Receipt | OptOut | Wrote | TemplateNews | Ignored", ...]


MessengerMessage = Receipt | OptOut | Wrote | TemplateNews | Ignored | Several


def text_digest(text: str) -> str:
    """What stands for a text where the text itself must not be kept."""
    return hashlib.sha256(text.encode()).hexdigest()
