"""A worker that sends pushes by Web Push, in a process of its own: `python -m tests.core.notifications.push_sender_process DSN MODE`.

MODE `die_after_sending` kills itself with -9 between the push service's answer and the commit of the mark; `work` just works.
"""

import asyncio
import os
import signal
import sys
from typing import Final

from gerbang.base.db import Database
from gerbang.base.http import Http
from gerbang.base.target_policy import TargetPolicy, read_private_targets
from gerbang.core.notifications.composing import Composer
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.jobs import Sender
from gerbang.core.notifications.queueing import SEND
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.routes import FindRoute, Route
from gerbang.core.payments.provider_calls import load_details
from gerbang.core.queue.worker import Worker
from gerbang.ports.messenger import Channel, Message, Sent
from gerbang.ports.payment import Account
from gerbang.providers.webpush.adapter import WebPush
from tests.core.connections.unstored import outbound_calls
from tests.core.notifications.example_payments import People, on
from tests.core.notifications.sender_process import no_code, no_link

ACCOUNT: Final = Account(
    "webpush-uji",
    livemode=True,
    settings={"contact": "mailto:ops@toko.example"},
    secrets={"vapid_key": [b"\x44" * 32]},
)
REACHED: Final = on(Channel.PUSH, Channel.EMAIL)


class DiesAfterSending(WebPush):
    """The real messenger, and then the end."""

    async def send(self, account: Account, message: Message) -> Sent:
        """Send, then die."""
        await super().send(account, message)
        os.kill(os.getpid(), signal.SIGKILL)
        return Sent()


def guarded() -> Http:
    """The client that pushes go out by, where the sandbox's push service may be called."""
    return Http(policy=TargetPolicy(read_private_targets(["127.0.0.0/8"])))


def push_sender(db: Database, messenger: WebPush) -> Sender:
    """A sender that sends pushes, and knows no way for anything else."""
    nobody = People({}).read
    return Sender(
        db,
        outbound=outbound_calls(),
        composer=Composer(
            payments=load_details, people=nobody, link=no_link, code=no_code, letterhead=Letterhead("Toko Lumbung")
        ),
        route=_route_to(messenger),
        fallback=Fallback(payments=load_details, people=nobody, connected=REACHED, host="toko.example"),
        most_a_day={},
    )


def _route_to(messenger: WebPush) -> FindRoute:
    async def route(channel: Channel, last: str | None) -> Route | None:
        is_ours = channel is Channel.PUSH and last == ACCOUNT.connection
        return Route(messenger, ACCOUNT) if is_ours else None

    return route


async def main(dsn: str, mode: str) -> None:
    """Work until killed."""
    db = Database(dsn)
    await db.open()
    messenger = (DiesAfterSending if mode == "die_after_sending" else WebPush)(guarded())
    await Worker(db, {SEND: push_sender(db, messenger).handle}).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
