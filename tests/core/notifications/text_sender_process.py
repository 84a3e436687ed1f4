"""A worker that sends texts by Twilio, in a process of its own: `python -m tests.core.notifications.text_sender_process DSN BASE_URL TOKEN MODE`.

MODE `die_after_sending` kills itself with -9 between Twilio's answer and the commit of the mark; `work` just works.
"""

import asyncio
import os
import signal
import sys

from gerbang.base.db import Database
from gerbang.base.http import Http
from gerbang.core.notifications.composing import Composer
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.jobs import Sender
from gerbang.core.notifications.queueing import SEND
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.routes import Route
from gerbang.core.payments.provider_calls import load_details
from gerbang.core.queue.worker import Worker
from gerbang.ports.messenger import Channel, Message, Sent
from gerbang.ports.payment import Account
from gerbang.providers.twilio.adapter import TwilioMessenger
from tests.core.connections.unstored import outbound_calls
from tests.core.notifications.example_payments import People, on
from tests.core.notifications.sender_process import no_code, no_link

ACCOUNT_SID = f"AC{'0' * 32}"


class DiesAfterSending(TwilioMessenger):
    """The real messenger, and then the end."""

    async def send(self, account: Account, message: Message) -> Sent:
        """Send, then die."""
        await super().send(account, message)
        os.kill(os.getpid(), signal.SIGKILL)
        return Sent()


async def main(dsn: str, base_url: str, token: str, mode: str) -> None:
    """Work until killed."""
    db = Database(dsn)
    await db.open()
    settings = {"base_url": base_url, "account_sid": ACCOUNT_SID, "sender": "+15005550006"}
    account = Account(
        "twilio-uji", livemode=True, settings=settings, secrets={"auth_token": [token.encode()]}, hook_url=base_url
    )
    messenger = (DiesAfterSending if mode == "die_after_sending" else TwilioMessenger)(Http())

    async def route(channel: Channel, _last: str | None) -> Route | None:
        return Route(messenger, account) if channel is Channel.SMS else None

    nobody = People({}).read
    sender = Sender(
        db,
        outbound=outbound_calls(),
        composer=Composer(
            payments=load_details, people=nobody, link=no_link, code=no_code, letterhead=Letterhead("Toko Lumbung")
        ),
        route=route,
        fallback=Fallback(payments=load_details, people=nobody, connected=on(Channel.SMS), host="toko.example"),
        most_a_day={Channel.SMS: 100},
    )
    await Worker(db, {SEND: sender.handle}).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
