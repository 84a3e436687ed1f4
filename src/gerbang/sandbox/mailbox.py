"""What people would have got: mail, SMS and push messages, newest first. Kept in memory; the journal brings them back after a restart."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from gerbang.ports.simulator import PersonMessage

CHANNELS: Final = ("mail", "sms", "push", "whatsapp")
_KEPT: Final = 5_000


class Message(msgspec.Struct, frozen=True, tag_field="kind", tag="message"):
    """One message as it arrived. `received_at` is machine time, RFC 3339; `headers` and `html` are empty where a channel has none."""

    channel: str
    id: str
    from_: str = msgspec.field(name="from")
    to: list[str]
    subject: str
    message_id: str
    text: str
    html: str
    received_at: str
    headers: dict[str, str] = {}


def as_message(got: PersonMessage) -> Message:
    """What a provider brought to a person, as it is kept here."""
    now = datetime.now(UTC).isoformat()
    return Message(
        channel=got.channel,
        id=got.id,
        from_=got.sender,
        to=[got.to],
        subject="",
        message_id="",
        text=got.text,
        html="",
        received_at=now,
    )


class Mailbox:
    """The newest messages of each channel."""

    def __init__(self) -> None:
        self._channels: Mapping[str, deque[Message]] = {name: deque(maxlen=_KEPT) for name in CHANNELS}

    def add(self, message: Message) -> None:
        self._channels[message.channel].appendleft(message)

    def list(self, channel: str, to: str = "", limit: int = 100) -> Sequence[Message]:
        """Newest first; `to` is one receiver's whole address, in any case."""
        wanted = to.lower()
        found = (one for one in self._channels[channel] if not wanted or wanted in [name.lower() for name in one.to])
        return [one for one, _ in zip(found, range(limit), strict=False)]

    def get(self, channel: str, message_id: str) -> Message | None:
        return next((one for one in self._channels[channel] if one.id == message_id), None)
