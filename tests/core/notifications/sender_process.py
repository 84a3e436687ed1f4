"""A worker that sends, in a process of its own: `python -m tests.core.notifications.sender_process DSN PORT MODE`.

MODE `die_after_sending` kills itself with -9 between the server's 250 and the commit of the mark; `work` just works.
"""

import asyncio
import os
import signal
import sys

from gerbang.base.db import Database
from gerbang.core.notifications.composing import Composer
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.jobs import Sender
from gerbang.core.notifications.model import Notification, Template
from gerbang.core.notifications.queueing import SEND
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.routes import Route
from gerbang.core.payments.provider_calls import load_details
from gerbang.core.queue.worker import Worker
from gerbang.ports.messenger import Channel, Message, Sent
from gerbang.ports.payment import Account
from gerbang.providers.smtp.adapter import SmtpMessenger
from tests.core.connections.unstored import outbound_calls
from tests.core.notifications.example_payments import People, on


class DiesAfterSending:
    """The real messenger, and then the end."""

    channel = SmtpMessenger.channel
    abilities = SmtpMessenger.abilities

    async def send(self, account: Account, message: Message) -> Sent:
        """Send, then die."""
        await SmtpMessenger().send(account, message)
        os.kill(os.getpid(), signal.SIGKILL)
        return Sent()


async def no_link(_template: Template, _notification: Notification) -> str:
    """A message without a button."""
    return ""


async def no_code(_notification: Notification) -> str:
    """A message without a code."""
    return ""


async def main(dsn: str, port: str, mode: str) -> None:
    db = Database(dsn)
    await db.open()
    settings = {"host": "127.0.0.1", "port": port, "tls": "none", "from": "Toko Lumbung <bayar@toko.example>"}
    account = Account("smtp", livemode=True, settings=settings, secrets={})
    messenger = DiesAfterSending() if mode == "die_after_sending" else SmtpMessenger()

    async def route(_channel: Channel, _last: str | None) -> Route:
        return Route(messenger, account)

    nobody = People({}).read
    sender = Sender(
        db,
        outbound=outbound_calls(),
        composer=Composer(
            payments=load_details, people=nobody, link=no_link, code=no_code, letterhead=Letterhead("Toko Lumbung")
        ),
        route=route,
        fallback=Fallback(payments=load_details, people=nobody, connected=on(Channel.EMAIL), host="toko.example"),
        most_a_day={},
    )
    await Worker(db, {SEND: sender.handle}).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
