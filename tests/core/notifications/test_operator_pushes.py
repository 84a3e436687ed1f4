"""Operators who asked for it in a browser: one push for each event that they chose, in the browser of theirs where they asked last, that says no more than where to look."""

from typing import Any
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.notifications import operator_store, push_store, store
from gerbang.core.notifications.composing import Composer
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.model import Notification
from gerbang.core.notifications.operator_events import EventGroup, Frequency
from gerbang.core.notifications.operators import Operator
from gerbang.core.notifications.personal_data import erase_devices, export_devices
from gerbang.core.notifications.push_messages import push_message
from gerbang.core.notifications.push_store import USER
from gerbang.core.notifications.rendering import Letterhead
from gerbang.core.payments.model import PaymentDetail, RefundStatus
from gerbang.core.payments.provider_calls import load_details
from gerbang.core.personal_data.model import Person
from gerbang.ports.messenger import Channel, PushMessage
from tests.core.notifications.example_payments import (
    People,
    about,
    announced,
    details,
    notifications,
    operators,
    stored,
    taken,
)
from tests.core.notifications.test_sending import code, link

ANA, BUDI = UUID(int=11), UUID(int=12)
STAFF = (Operator(ANA, "ana@toko.example", "en"), Operator(BUDI, "budi@toko.example", "id"))


async def asks(db: Database, user: UUID, address: str) -> str:
    async with db.transaction() as tx:
        return ids.show("dev", await push_store.add(tx, ObjectRef(USER, user), "webpush-uji", address, {"auth": "x"}))


async def told(db: Database, *types: str) -> PaymentDetail:
    one = await stored(db, details(refund=RefundStatus.FAILED))
    await announced(db, *(about(one, type_) for type_ in types))
    await taken(db, notifications(db, staff=STAFF))
    return one


async def pushes(db: Database) -> list[Notification]:
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT id FROM notifications WHERE channel = 'push' ORDER BY id")
        found = [await store.lock(tx, row["id"]) for row in rows]
    return [one for one in found if one is not None]


async def rendered(db: Database, known: Notification) -> PushMessage:
    async with db.reading() as tx:
        device = await push_store.get(tx, ids.read("dev", known.recipient))
    assert device is not None
    return push_message(known, device, Letterhead("Toko Lumbung"))


async def test_one_push_goes_to_the_browser_in_which_they_asked_last_and_to_nobody_who_did_not(db: Database) -> None:
    await asks(db, ANA, "https://push.example/1")
    last = await asks(db, ANA, "https://push.example/2")
    await told(db, "payment.held")
    (one,) = await pushes(db)
    assert (one.recipient, one.data["operator"]) == (last, ids.show("usr", ANA))


async def test_a_push_to_an_operator_carries_the_kind_of_event_and_nothing_of_whom_or_how_much(db: Database) -> None:
    await asks(db, ANA, "https://push.example/1")
    payment = await told(db, "payment.held", "refund.failed")
    held, refund = [await rendered(db, one) for one in await pushes(db)]
    for said in (held, refund):
        assert sorted(said.data) == ["event", "lang", "tag"]
        whole = f"{said.title} {said.text} {said.data}"
        for word in ("Sari", "150", "Kopi", "INV-7", ids.show("pay", payment.payment.id), "usr_"):
            assert word not in whole, word
    assert (held.text, held.is_urgent, refund.is_urgent) == (
        "A payment or refund needs somebody to look at it.",
        True,
        False,
    )


async def test_who_chose_never_for_a_group_is_pushed_nothing_of_it(db: Database) -> None:
    await asks(db, ANA, "https://push.example/1")
    async with db.transaction() as tx:
        await operator_store.save(
            tx,
            ANA,
            dict.fromkeys(("quiet_hours", "time_zone", "language", "chat"), ""),
            {(EventGroup.MONEY_HELD, Channel.PUSH): Frequency.NEVER},
        )
    await told(db, "payment.held", "refund.failed")
    assert [one.data["type"] for one in await pushes(db)] == ["refund.failed"]


async def test_the_browsers_of_somebody_who_works_here_are_shown_and_erased_with_them(db: Database) -> None:
    await asks(db, ANA, "https://push.example/1")
    await asks(db, BUDI, "https://push.example/2")
    person = Person(ANA, "ana@toko.example", "", ())
    async with db.transaction() as tx:
        shown: Any = (await export_devices(tx, person, None, 100)).rows
        gone = await erase_devices(tx, person, None, 100)
        left = await push_store.newest(tx, [ANA, BUDI], USER)
    assert [(one["address"], one["payment"]) for one in shown] == [("https://push.example/1", None)]
    assert (gone.rows, list(left)) == (1, [BUDI])


async def test_quiet_hours_hold_a_push_back_but_for_what_must_not_wait(db: Database) -> None:
    await asks(db, ANA, "https://push.example/1")
    await told(db, "payment.held", "refund.failed")
    composer = Composer(
        payments=load_details,
        people=People({}).read,
        link=link,
        code=code,
        letterhead=Letterhead("Toko Lumbung"),
        hours=ShopHours("00:00-23:59", "UTC"),
        operators=operators(*STAFF),
    )
    async with db.transaction() as tx:
        held = {one.data["type"]: await composer.hold(tx, one) for one in await pushes(db)}
    assert held["payment.held"] is None
    assert held["refund.failed"] is not None
