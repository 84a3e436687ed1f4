"""Digests for people at the business: what happened is listed once, by one message, whatever dies in between; and nothing is sent when nothing happened."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.notifications import notice_store, operator_store
from gerbang.core.notifications.composing import ALL_DAY
from gerbang.core.notifications.digests import MOST_LISTED, Digests
from gerbang.core.notifications.holding import ShopHours
from gerbang.core.notifications.model import Contact
from gerbang.core.notifications.operator_events import EventGroup, Frequency
from gerbang.core.notifications.operator_notices import OperatorNotices
from gerbang.core.notifications.operator_preferences import (
    BadOperatorPreferences,
    NoOperator,
    OperatorPreferences,
    PreferencesChange,
    erase_choices,
    export_choices,
)
from gerbang.core.notifications.operators import TEAM, Operator
from gerbang.core.notifications.queueing import DIGEST
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.provider_calls import load_details
from gerbang.core.personal_data.model import Person
from gerbang.core.queue import store as queue_store
from gerbang.core.queue.model import Job, LeaseLost, Retry
from gerbang.ports.messenger import Channel
from tests.core.notifications.example_payments import (
    AT,
    about,
    announced,
    details,
    notifications,
    operators,
    stored,
    taken,
)

ANA = Operator(ids.new(), "ana@toko.example", "en", frozenset({PAYMENT}))
TEAM_MAIL = Contact("", "ratih@toko.example", "id")
MAIL = Channel.EMAIL
Choice = dict[tuple[EventGroup, Channel], Frequency]
SURPLUS_DAILY: Choice = {(EventGroup.MONEY_UNEXPECTED, MAIL): Frequency.DAILY}


async def chose(db: Database, who: Operator, chosen: Choice, **settings: str) -> None:
    made = OperatorPreferences(db, operators(who))
    await made.change(who.id, PreferencesChange(chosen, **settings), "user:usr_1")


async def happened(db: Database, *types: str, staff: tuple[Operator, ...] = (ANA,), hours: ShopHours = ALL_DAY) -> None:
    """These things about one payment, announced and taken."""
    one = await stored(db, details())
    for type_ in types:
        await announced(db, about(one, type_))
    await taken(db, notifications(db, staff=staff, hours=hours))


async def queued(db: Database) -> list[dict[str, Any]]:
    """Messages to people at the business."""
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT * FROM notifications WHERE template LIKE 'operator%' ORDER BY created_at, id")
    return [dict(row) for row in rows]


async def claimed(db: Database) -> list[Job]:
    """The jobs of digests, as a worker takes them once their time has come."""
    async with db.autocommit() as tx:
        await tx.execute("UPDATE jobs SET run_at = business_now() WHERE kind = $1", DIGEST)
    async with db.transaction() as tx:
        rows = await queue_store.claim(tx, [DIGEST], 10, 60)
    return [Job(**dict(row)) for row in rows]


async def made(db: Database, *staff: Operator, hours: ShopHours = ALL_DAY, email: str = "") -> None:
    for job in await claimed(db):
        await digests(db, *staff, hours=hours, email=email).handle(job)


def digests(
    db: Database, *staff: Operator, hours: ShopHours = ALL_DAY, email: str = "", chats: tuple[str, ...] = ()
) -> Digests:
    return Digests(db, operators(*staff, email=email, chats=chats), "toko.example", load_details, hours)


async def test_what_somebody_wants_daily_is_no_message_until_the_morning_and_one_then(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    await happened(db, "payment.overpaid", "payment.overpaid")
    assert await queued(db) == []
    await made(db, ANA)
    (row,) = await queued(db)
    digest = row["data"]["digest"]
    assert (row["template"], row["recipient"], row["locale"]) == ("operator_digest", ANA.email, "en")
    assert (digest["total"], digest["counts"]) == (2, {"payment.overpaid": 2})
    assert all(one["path"].startswith("/console/payments/pay_") for one in digest["newest"])


async def test_the_job_is_due_in_the_morning_of_its_reader(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY, time_zone="Europe/Berlin")
    await happened(db, "payment.overpaid")
    async with db.reading() as tx:
        row = await tx.fetchrow("SELECT run_at, business_now() AS now FROM jobs WHERE kind = $1", DIGEST)
    assert row is not None
    assert row["run_at"] == Operator(ANA.id, "", "", time_zone="Europe/Berlin").digest_at(
        Frequency.DAILY, ALL_DAY, row["now"]
    )


async def test_nothing_is_sent_when_nothing_happened(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    await happened(db, "payment.overpaid")
    await made(db, ANA)
    await happened(db, "payment.opened")
    assert await claimed(db) == []
    assert len(await queued(db)) == 1


async def test_a_worker_that_has_lost_its_job_lists_nothing(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    await happened(db, "payment.overpaid")
    (job,) = await claimed(db)
    async with db.autocommit() as tx:  # its lease ran out while it stood still
        await tx.execute("UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second'")
    (again,) = await claimed(db)
    with pytest.raises(LeaseLost):
        await digests(db, ANA).handle(job)
    assert await queued(db) == []
    await digests(db, ANA).handle(again)
    assert [row["data"]["digest"]["total"] for row in await queued(db)] == [1]


async def test_two_workers_at_the_same_minute_make_one(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    await happened(db, "payment.overpaid", "payment.overpaid")
    (job,) = await claimed(db)
    found = await asyncio.gather(*(digests(db, ANA).handle(job) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in found if one is not None] == [LeaseLost]
    assert [row["data"]["digest"]["total"] for row in await queued(db)] == [2]


async def test_what_happens_while_a_digest_is_made_is_in_the_next(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    await happened(db, "payment.overpaid")
    (job,) = await claimed(db)
    await happened(db, "payment.overpaid")
    async with db.autocommit() as tx:  # it had read before: one of the two stands for what came after its look
        later = await tx.fetchval(
            "DELETE FROM digest_items WHERE notice = (SELECT max(notice::text)::uuid FROM digest_items) RETURNING notice"
        )
    await digests(db, ANA).handle(job)
    async with db.transaction() as tx:
        await operator_store.keep(tx, [(ANA.id, MAIL, Frequency.DAILY, later)])
    await made(db, ANA)
    assert [row["data"]["digest"]["total"] for row in await queued(db)] == [1, 1]


async def test_what_must_not_wait_is_told_at_once_beside_a_digest(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY | {(EventGroup.MONEY_HELD, MAIL): Frequency.AT_ONCE})
    await happened(db, "payment.overpaid", "payment.held")
    assert [(row["template"], row["data"]["type"]) for row in await queued(db)] == [
        ("operator_attention", "payment.held")
    ]
    with pytest.raises(BadOperatorPreferences):
        await chose(db, ANA, {(EventGroup.MONEY_HELD, MAIL): Frequency.DAILY})


async def test_the_operators_address_has_a_digest_of_its_own_in_the_language_chosen_for_it(db: Database) -> None:
    team = Operator(TEAM, TEAM_MAIL.email, "id")
    await chose(db, team, SURPLUS_DAILY, language="en")
    await announced(db, about(await stored(db, details()), "payment.overpaid"))
    await taken(db, notifications(db, alerts=TEAM_MAIL))
    await made(db, email=TEAM_MAIL.email)
    (row,) = await queued(db)
    assert (row["recipient"], row["locale"]) == (TEAM_MAIL.email, "en")


async def test_who_does_not_work_here_any_more_is_told_nothing_of_what_was_gathered(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    await happened(db, "payment.overpaid")
    await made(db)  # nobody works here
    assert await queued(db) == []
    async with db.reading() as tx:
        assert await operator_store.waiting(tx, ANA.id) == 0


async def test_who_may_not_see_payments_any_more_is_not_told_of_them(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    await happened(db, "payment.overpaid")
    await made(db, Operator(ANA.id, ANA.email, "en", frozenset()))
    assert await queued(db) == []


async def test_an_operator_who_is_reached_nowhere_has_it_in_the_bell(db: Database) -> None:
    silent = Operator(ids.new(), "", "id", frozenset({PAYMENT}))
    await chose(db, silent, SURPLUS_DAILY)
    await happened(db, "payment.overpaid", staff=(silent,))
    assert await claimed(db) == []
    assert await OperatorNotices(db).unread(silent.id, [PAYMENT]) == 1


async def test_ten_thousand_events_are_a_count_a_link_and_the_newest(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    await happened(db, "payment.overpaid")
    more = [Announcement("payment.overpaid", ObjectRef(PAYMENT, ids.new()), {}, AT, id=ids.new()) for _ in range(9_999)]
    async with db.transaction() as tx:
        await notice_store.add(tx, more)
        await operator_store.keep(tx, [(ANA.id, MAIL, Frequency.DAILY, one.id) for one in more if one.id])
    await made(db, ANA)
    digest = (await queued(db))[0]["data"]["digest"]
    assert (digest["total"], len(digest["newest"])) == (10_000, MOST_LISTED)
    newest = more[-1].object
    assert newest is not None
    assert digest["newest"][0]["about"] == ids.show("pay", newest.id)


async def test_a_digest_of_test_payments_says_so_and_since_when_it_gathered(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    one = await stored(db, details(livemode=False))
    await announced(db, about(one, "payment.overpaid"))
    await taken(db, notifications(db, staff=(ANA,)))
    await made(db, ANA)
    (row,) = [one for one in await queued(db) if one["template"] == "operator_digest"]
    assert row["data"]["livemode"] is False
    assert row["data"]["digest"]["since"] == row["data"]["digest"]["newest"][0]["at"]


async def test_a_digest_waits_for_quiet_hours_that_began_meanwhile(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY)
    await happened(db, "payment.overpaid")
    now = datetime.now(UTC)
    quiet = ShopHours(f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}", "UTC")
    (job,) = await claimed(db)
    with pytest.raises(Retry) as waits:
        await digests(db, ANA, hours=quiet).handle(job)
    assert 3_500 < (waits.value.in_s or 0) <= 3_660
    assert await queued(db) == []


async def test_who_wants_nothing_of_something_in_the_bell_is_neither_shown_nor_counted_it(db: Database) -> None:
    await chose(db, ANA, {(EventGroup.MONEY_UNEXPECTED, Channel.IN_APP): Frequency.NEVER})
    await happened(db, "payment.overpaid", "payment.held")
    bell = OperatorNotices(db)
    assert await bell.unread(ANA.id, [PAYMENT]) == 1
    assert [one.type for one in await bell.page(ANA.id, [PAYMENT], None, 10)] == ["payment.held"]


@pytest.mark.parametrize(
    "change",
    [
        PreferencesChange({}, quiet_hours="9-5"),
        PreferencesChange({}, time_zone="Mars/Olympus"),
        PreferencesChange({}, chat="nobody"),
        PreferencesChange({}, language="en"),
        PreferencesChange({(EventGroup.SECURITY, Channel.IN_APP): Frequency.NEVER}),
        PreferencesChange({(EventGroup.REFUNDS, Channel.IN_APP): Frequency.DAILY}),
        PreferencesChange({(EventGroup.REFUNDS, Channel.SMS): Frequency.AT_ONCE}),
        PreferencesChange({(EventGroup.REFUNDS, Channel.CHAT): Frequency.DAILY}),
    ],
)
async def test_what_nobody_can_be_told_like_is_refused(db: Database, change: PreferencesChange) -> None:
    with pytest.raises(BadOperatorPreferences):
        await OperatorPreferences(db, operators(ANA)).change(ANA.id, change, "user:usr_1")


async def test_who_is_told_nothing_has_nothing_to_choose(db: Database) -> None:
    with pytest.raises(NoOperator):
        await OperatorPreferences(db, operators()).read(ANA.id)


async def test_what_somebody_chose_is_shown_to_them_and_forgotten_with_them(db: Database) -> None:
    await chose(db, ANA, SURPLUS_DAILY, time_zone="Asia/Makassar")
    await happened(db, "payment.overpaid")
    async with db.transaction() as tx:
        shown = (await export_choices(tx, Person(ANA.id), None, 10)).rows
        assert [row.get("time_zone") for row in shown] == ["Asia/Makassar", None, None]
        assert (await erase_choices(tx, Person(ANA.id), None, 10)).rows == 3
        assert (await export_choices(tx, Person(ANA.id), None, 10)).rows == []
