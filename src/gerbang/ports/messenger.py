"""What core asks of something that carries a message to a person."""

from dataclasses import dataclass
from typing import Protocol

from gerbang.base.http import ProviderRefused
from gerbang.ports.payment import Account


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `message_id` stays the same when the message is sent again after a lost answer, so mail programs fold it."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    locale: str = "id"


class Refused(ProviderRefused):
    """The receiver will never take this message (a 5xx reply): do not send it again."""


class Messenger(Protocol):
    """Sends one message. Raises Refused for good, and Unreachable or OutcomeUnknown (base/http) when it may be tried again."""

    async def send(self, account: Account, message: Message) -> None: ...
