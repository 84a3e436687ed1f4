"""Whether a payer would be told, asked beforehand: the same places as the messages that are made, and where there are none, what each channel lacks."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace as changed

from gerbang.base.clock import real_now
from gerbang.base.db import Database
from gerbang.core.notifications import suppression_store
from gerbang.core.notifications.payer_reach import stopped_of
from gerbang.core.payments.model import AttemptStatus, PaymentStatus
from gerbang.core.payments.reach import LINK, REFUND_LINK, Lack, Missing, Reach
from gerbang.ports.messenger import Channel
from gerbang.ports.payment import Payer
from tests.conftest import FreshDatabase
from tests.core.notifications.example_payments import about, announced, details, notifications, on, stored, taken

pytestmark = pytest.mark.asyncio(loop_scope="module")
MAIL, SMS, WHATSAPP = Channel.EMAIL, Channel.SMS, Channel.WHATSAPP
_NUMBERS = iter(range(100, 1000))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(module_database: FreshDatabase) -> AsyncIterator[Database]:
    opened = Database(module_database.app_dsn)
    await opened.open()
    yield opened
    await opened.close()


def somebody(*, email: bool = False, phone: bool = False) -> Payer:
    number = next(_NUMBERS)
    return Payer("Sari", f"sari{number}@example.com" if email else "", f"+62812000{number:05d}" if phone else "", "id")


async def asked(
    db: Database, payer: Payer, agreed: tuple[Channel, ...], connected: tuple[Channel, ...]
) -> tuple[Reach, list[str]]:
    """What is answered beforehand, and the channels on which messages are made once it is announced."""
    open_ = details(
        payer, status=PaymentStatus.CREATED, attempt_status=AttemptStatus.PENDING, captured=0, next_action=None
    )
    open_ = changed(open_, payment=changed(open_.payment, expires_at=real_now() + timedelta(days=1)))
    one, made = await stored(db, open_, *agreed), notifications(db, connected=on(*connected))
    reaches = await made.reaches()
    async with db.reading() as tx:
        reach = await reaches(tx, one.payment.id, LINK)
    await announced(db, about(one, LINK))
    await taken(db, made)
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT channel FROM notifications WHERE object_id = $1", one.payment.id)
    return reach, [row["channel"] for row in rows]


@pytest.mark.parametrize(
    ("payer", "agreed", "connected", "told"),
    [
        ({"email": True}, (), (MAIL,), MAIL),
        ({"email": True, "phone": True}, (SMS,), (MAIL, SMS), MAIL),
        ({"phone": True}, (SMS,), (MAIL, SMS), SMS),
        ({"phone": True}, (SMS, WHATSAPP), (MAIL, SMS, WHATSAPP), WHATSAPP),
        ({"phone": True}, (SMS,), (MAIL, SMS, WHATSAPP), SMS),
    ],
)
async def test_the_place_that_is_named_beforehand_is_where_the_one_message_goes(
    shared: Database, payer: Any, agreed: tuple[Channel, ...], connected: tuple[Channel, ...], told: Channel
) -> None:
    who = somebody(**payer)
    reach, made = await asked(shared, who, agreed, connected)
    assert [(place.channel, place.address) for place in reach.places] == [
        (told, who.email if told is MAIL else who.phone)
    ]
    assert made == [told.value]
    assert reach.missing == ()


@pytest.mark.parametrize(
    ("payer", "agreed", "connected", "lacks"),
    [
        ({}, (), (MAIL, SMS), [(Lack.NO_EMAIL, MAIL), (Lack.NO_PHONE, SMS, WHATSAPP)]),
        ({"phone": True}, (), (MAIL, SMS), [(Lack.NO_EMAIL, MAIL), (Lack.NO_CONSENT, SMS)]),
        (
            {"phone": True},
            (),
            (MAIL,),
            [(Lack.NO_EMAIL, MAIL), (Lack.NO_CONSENT, SMS, WHATSAPP), (Lack.NO_SENDER, SMS, WHATSAPP)],
        ),
        ({"phone": True}, (SMS, WHATSAPP), (MAIL,), [(Lack.NO_EMAIL, MAIL), (Lack.NO_SENDER, SMS, WHATSAPP)]),
        (
            {"phone": True},
            (SMS,),
            (MAIL, WHATSAPP),
            [(Lack.NO_EMAIL, MAIL), (Lack.NO_SENDER, SMS), (Lack.NO_CONSENT, WHATSAPP)],
        ),
    ],
)
async def test_where_nobody_is_told_each_lack_is_named_and_nothing_is_made(
    shared: Database, payer: Any, agreed: tuple[Channel, ...], connected: tuple[Channel, ...], lacks: list[Any]
) -> None:
    reach, made = await asked(shared, somebody(**payer), agreed, connected)
    assert reach.places == ()
    assert [(one.lack, *one.channels) for one in reach.missing] == lacks
    assert made == []


async def test_a_number_that_said_stop_is_not_reached_though_it_agreed_anew_until_it_says_start(
    shared: Database,
) -> None:
    who = somebody(phone=True)
    async with shared.transaction() as tx:
        for channel in (SMS, WHATSAPP):
            await suppression_store.suppress(tx, channel, who.phone, suppression_store.SAID_STOP)
        assert await stopped_of(tx, [who.phone, "+6281200000000"]) == {who.phone}
    reach, _ = await asked(shared, who, (SMS, WHATSAPP), (MAIL, SMS, WHATSAPP))
    assert [one.lack for one in reach.missing] == [Lack.NO_EMAIL, Lack.SAID_STOP]
    async with shared.transaction() as tx:
        await suppression_store.allow(tx, SMS, who.phone)
    reach, _ = await asked(shared, who, (SMS, WHATSAPP), (MAIL, SMS, WHATSAPP))
    assert [place.channel for place in reach.places] == [SMS]


async def test_a_mailbox_that_is_not_there_leaves_the_phone_and_without_one_says_so(shared: Database) -> None:
    both = somebody(email=True, phone=True)
    async with shared.transaction() as tx:
        await suppression_store.suppress(tx, MAIL, both.email, "5.1.1: no such user")
    reach, _ = await asked(shared, both, (SMS,), (MAIL, SMS))
    assert [place.channel for place in reach.places] == [SMS]
    reach, _ = await asked(shared, replace(both, phone=""), (), (MAIL, SMS))
    assert reach.missing[0] == Missing(Lack.GONE, (MAIL,))


async def test_a_refunds_link_goes_by_mail_or_text_and_not_by_whatsapp(shared: Database) -> None:
    one = await stored(shared, details(somebody(phone=True)), WHATSAPP)
    reaches = await notifications(shared, connected=on(MAIL, SMS, WHATSAPP)).reaches()
    async with shared.reading() as tx:
        reach = await reaches(tx, one.payment.id, REFUND_LINK)
    assert reach.missing == (Missing(Lack.NO_EMAIL, (MAIL,)), Missing(Lack.NO_CONSENT, (SMS,)))
