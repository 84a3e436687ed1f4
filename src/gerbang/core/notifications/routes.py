"""By what a message leaves: the messenger of a channel with its connection's account."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gerbang.ports.messenger import Channel, Message, Messenger
from gerbang.ports.payment import Account


@dataclass(frozen=True, slots=True)
class Route:
    """The messenger to use and the connection's account, with its secrets already read."""

    messenger: Messenger
    account: Account

    def taken_by(self, message: Message) -> str:
        """Who takes this message: the connection's provider, or the one of several to which it leads."""
        service = self.messenger.abilities.service
        return f"{self.account.connection}/{service(message)}" if service else self.account.connection


# The way of the moment for a channel, None where there is none. The connection is the one that took it before, if it may have; of a push the only one.
FindRoute = Callable[[Channel, str | None], Awaitable[Route | None]]
