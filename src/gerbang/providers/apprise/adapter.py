"""A message to a chat by apprise, and every failure in core's words. It has no key against doubles: what may have been taken is sent again once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from gerbang.base.http import Http, OutcomeUnknown, TargetRefused, TurnedAway, Unreachable
from gerbang.ports.messenger import Abilities, Channel, ChatMessage, Message, Refused, Sent, Why
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.apprise import address, sending
from gerbang.providers.apprise.sending import Said

_LIMIT_S: Final = 20.0  # below the queue's lease of a minute
_RETRY_S: Final = 30
_LIBRARY: Final = "apprise"


class AppriseMessenger:
    """Implements ports.messenger.Messenger. `http` is asked whether the address may be called, and calls nothing: the library has a client of its own."""

    channel: Final = Channel.CHAT
    abilities: Final = Abilities()

    def __init__(self, http: Http, *, limit_s: float = _LIMIT_S, library: str = _LIBRARY) -> None:
        self._http = http
        self._limit_s = limit_s
        self._library = library

    async def send(self, account: Account, message: Message) -> Sent:
        """Hand one message over. Raises Refused, Unreachable (TurnedAway, TargetRefused), OutcomeUnknown."""
        assert isinstance(message, ChatMessage), f"no message to a chat: {type(message).__name__}"
        try:
            library, room = await self.open(account)
        except address.BadAddress as error:
            raise Refused(f"The address of the chat {error}.", Why.CONFIGURATION) from None
        said = await sending.in_thread(
            lambda: sending.hand_over(library, room, message.title, message.text), self._limit_s
        )
        match said:
            case Said.TAKEN:
                return Sent()
            case Said.REFUSED:
                raise Refused(
                    "The chat does not take it: see whether the room and its token still are.", Why.CONFIGURATION
                )
            case Said.BUSY:
                raise TurnedAway("The chat asks to slow down (429).", retry_after_s=_RETRY_S)
            case Said.NOT_LEFT:
                raise Unreachable("The chat cannot be reached.")
            case Said.UNKNOWN:
                raise OutcomeUnknown("The chat gave no clear answer.")

    async def open(self, account: Account) -> tuple[Any, Any]:
        """The library and the room, once it is seen that its machine may be called. Raises BadAddress, Unreachable (TargetRefused)."""
        text = next((one.decode("utf-8", "replace").strip() for one in account.secrets.get("address", ())), "")
        service = address.service_of(text)
        try:
            library, room = await sending.in_thread(lambda: self._read(text), self._limit_s)
        except OutcomeUnknown as error:  # nothing has left yet
            raise Unreachable(error.detail) from None
        for target in address.targets(service, room):
            await self._http.vet(target)
        return library, room

    def _read(self, text: str) -> tuple[Any, Any]:
        library = sending.load(self._library)
        return library, sending.room_of(library, text)


async def probe(http: Http, account: Account, _now: datetime) -> Sequence[Probed]:
    """Whether the extra is there, the address is taken and may be called. Nothing is sent: a message is the only question that a chat understands."""
    try:
        await AppriseMessenger(http).open(account)
    except address.BadAddress as error:
        return (
            Probed(f"The address {error}.", False, "/secrets/address", "Write it as apprise wants it, with one room."),
        )
    except TargetRefused as error:
        return (Probed(error.detail, False, "/secrets/address", error.hint or ""),)
    return (Probed("The address can be read and may be called; nothing was sent", good=None),)
