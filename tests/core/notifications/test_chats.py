"""What people at the business are told in chats: one message for each event and room, digests there too, and what waits for the end of quiet hours."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.http import Http
from gerbang.base.target_policy import TargetPolicy, read_private_targets
from gerbang.core.notifications import store
from gerbang.core.notifications.composing import ALL_DAY, Composer
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.jobs import Sender
from gerbang.core.notifications.model import Notification, Template
from gerbang.core.notifications.operator_events import EventGroup, Frequency
from gerbang.core.notifications.operator_preferences import (
    BadOperatorPreferences,
    OperatorPreferences,
    PreferencesChange,
)
from gerbang.core.notifications.operators import TEAM, Operator, Operators
from gerbang.core.notifications.queueing import SEND
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.notifications.routes import Route
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.provider_calls import load_details
from gerbang.core.queue.worker import Worker
from gerbang.ports.messenger import Channel
from gerbang.ports.payment import Account
from gerbang.providers.apprise.adapter import AppriseMessenger
from tests.core.connections.unstored import outbound_calls
from tests.core.notifications.example_payments import (
    People,
    about,
    announced,
    details,
    notifications,
    on,
    operators,
    stored,
    taken,
)
from tests.core.notifications.test_digests import claimed, digests, queued
from tests.providers.apprise.test_adapter import Receiver

ANA = Operator(ids.new(), "ana@toko.example", "en", frozenset({PAYMENT}))
ROOMS = ("chat-team", "chat-ana")
HELD = EventGroup.MONEY_HELD
SURPLUS = EventGroup.MONEY_UNEXPECTED


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


async def chose(db: Database, who: Operator, group: EventGroup, frequency: Frequency, chat: str = "") -> None:
    made = OperatorPreferences(db, operators(ANA, chats=ROOMS))
    change = PreferencesChange({(group, Channel.CHAT): frequency}, chat=chat)
    await made.change(who.id, change, "user:usr_1")


async def happened(db: Database, type_: str, *rooms: str) -> None:
    one = await stored(db, details())
    await announced(db, about(one, type_))
    await taken(db, notifications(db, staff=(ANA,), chats=rooms))


async def told(db: Database) -> list[tuple[str, str]]:
    """Channel and recipient of each message."""
    return [(one["channel"], one["recipient"]) for one in await queued(db)]


async def test_the_team_hears_of_it_once_in_the_first_room_that_nobody_chose(db: Database) -> None:
    await happened(db, "payment.held", *ROOMS)
    assert await told(db) == [("chat", "chat-team")]


async def test_where_no_chat_is_connected_nobody_is_told_there(db: Database) -> None:
    await happened(db, "payment.held")
    assert await told(db) == []


async def test_each_room_is_told_once_where_a_person_has_one_of_their_own(db: Database) -> None:
    await chose(db, ANA, HELD, Frequency.AT_ONCE, "chat-ana")
    await happened(db, "payment.held", *ROOMS)
    assert sorted(await told(db)) == [("chat", "chat-ana"), ("chat", "chat-team")]


async def test_a_room_that_somebody_has_is_nobody_elses(db: Database) -> None:
    with pytest.raises(BadOperatorPreferences) as refused:
        await chose(db, ANA, HELD, Frequency.AT_ONCE, "chat-team")
    assert [one.pointer for one in refused.value.errors or ()] == ["/chat"]


async def test_a_room_that_two_have_all_the_same_is_told_once(db: Database) -> None:
    await chose(db, ANA, HELD, Frequency.AT_ONCE, "chat-ana")
    async with db.autocommit() as tx:  # both chose at the same moment
        await tx.execute("INSERT INTO operator_settings (recipient, chat) VALUES ($1, 'chat-ana')", TEAM)
    await happened(db, "payment.held", *ROOMS)
    assert await told(db) == [("chat", "chat-ana")]


async def test_a_daily_digest_goes_to_the_room(db: Database) -> None:
    await chose(db, replace(ANA, id=TEAM), SURPLUS, Frequency.DAILY)
    await happened(db, "payment.overpaid", *ROOMS)
    assert await told(db) == []
    for job in await claimed(db):
        await digests(db, ANA, chats=ROOMS).handle(job)
    (made,) = await queued(db)
    assert (made["template"], made["channel"], made["recipient"]) == ("operator_digest", "chat", "chat-team")


async def test_one_event_is_one_message_in_the_room_with_its_text_and_link(db: Database, receiver: Receiver) -> None:
    await happened(db, "payment.held", *ROOMS)
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(db, {SEND: sender(db, receiver).handle}).run(stop))
    async with asyncio.timeout(10):
        while [one["status"] for one in await queued(db)] != ["sent"]:
            await asyncio.sleep(0.02)
    stop.set()
    await task
    (got,) = receiver.got
    assert "https://toko.example/console" in got["message"]


@pytest.mark.parametrize(("type_", "waits"), [("payment.overpaid", True), ("payment.held", False)])
async def test_a_chat_is_silent_in_quiet_hours_but_for_what_must_not_wait(
    db: Database, type_: str, waits: bool
) -> None:
    now = datetime.now(UTC)
    hours = ShopHours(f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}", "UTC")
    known = Notification(
        id=ids.new(),
        announcement_id=ids.new(),
        channel=Channel.CHAT,
        recipient="chat-team",
        template=Template.OPERATOR_ATTENTION,
        locale="id",
        data={"type": type_},
        object=None,
        message_id="",
        created_at=now,
    )
    async with db.reading() as tx:
        hold = await composer(operators(ANA, chats=ROOMS), hours).hold(tx, known)
    assert (hold is not None) is waits


def composer(known: Operators, hours: ShopHours = ALL_DAY) -> Composer:
    async def link(_template: Template, _about: Notification) -> str:
        return "https://toko.example/console"

    async def code(_about: Notification) -> str:
        return ""

    letterhead = Letterhead("Toko Lumbung")
    people = People({}).read
    return Composer(
        payments=load_details,
        people=people,
        link=link,
        code=code,
        letterhead=letterhead,
        operators=known,
        hours=hours,
    )


def sender(db: Database, receiver: Receiver) -> Sender:
    """A worker's, with every room at the receiver."""
    messenger = AppriseMessenger(Http(policy=TargetPolicy(read_private_targets(["127.0.0.1"]))))
    address = f"json://127.0.0.1:{receiver.server_port}/".encode()

    async def route(_channel: Channel, connection: str | None) -> Route | None:
        return Route(messenger, Account(connection or "", livemode=True, settings={}, secrets={"address": [address]}))

    connected = on(Channel.EMAIL, Channel.CHAT)
    return Sender(
        db,
        outbound=outbound_calls(),
        composer=composer(operators(ANA, chats=ROOMS)),
        route=route,
        fallback=Fallback(payments=load_details, people=People({}).read, connected=connected, host="toko.example"),
        most_a_day={},
    )


async def test_a_room_that_refuses_for_good_is_named_until_something_arrives_there(db: Database) -> None:
    await happened(db, "payment.held", *ROOMS)
    (one,) = await queued(db)
    async with db.transaction() as tx:
        assert await store.refusing_chats(tx, ROOMS, 100) == []
        await tx.execute("UPDATE notifications SET status = 'failed', error = 'refused: gone' WHERE id = $1", one["id"])
        (found,) = await store.refusing_chats(tx, ROOMS, 100)
        assert (found["recipient"], found["error"]) == (one["recipient"], "refused: gone")
        assert await store.refusing_chats(tx, ["another"], 100) == []
        await tx.execute("UPDATE notifications SET status = 'sent' WHERE id = $1", one["id"])
        assert await store.refusing_chats(tx, ROOMS, 100) == []
