"""The console's bell: what stands in it though nobody is mailed, and what each person has read of it."""

from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.endpoints.model import ENDPOINT
from gerbang.core.notifications import notice_store
from gerbang.core.notifications.operator_notices import Notice, OperatorNotices, erase_reads, export_reads
from gerbang.core.payments.model import PAYMENT
from gerbang.core.personal_data.model import Person
from tests.core.notifications.example_payments import AT, about, announced, details, notifications, stored, taken

SARI, BUDI = UUID(int=1), UUID(int=2)
ALL = (PAYMENT, ENDPOINT)


async def told(db: Database, *types: str) -> OperatorNotices:
    """A bell in which these things about one payment stand, each announced by itself."""
    one = await stored(db, details())
    for type_ in types:
        await announced(db, about(one, type_))
    await taken(db, notifications(db))
    return OperatorNotices(db)


async def shown(bell: OperatorNotices, reader: UUID, *, unread: bool = False) -> list[Notice]:
    return list(await bell.page(reader, ALL, None, 10, unread=unread))


async def test_what_operators_should_see_stands_in_the_bell_though_nobody_is_mailed(db: Database) -> None:
    bell = await told(db, "payment.opened", "payment.held", "payment.disputed")
    assert [one.type for one in await shown(bell, SARI)] == ["payment.disputed", "payment.held"]


async def test_an_announcement_that_is_taken_twice_is_one_line(db: Database) -> None:
    one = await stored(db, details())
    held = about(one, "payment.held")
    for _ in range(2):
        async with db.transaction() as tx:
            await notifications(db).take(tx, [held])
    assert len(await shown(OperatorNotices(db), SARI)) == 1


async def test_each_person_reads_for_themselves(db: Database) -> None:
    bell = await told(db, "payment.held", "payment.disputed")
    await bell.read(SARI, (await shown(bell, SARI))[0].id)
    assert (await bell.unread(SARI, ALL), await bell.unread(BUDI, ALL)) == (1, 2)
    assert [one.type for one in await shown(bell, SARI, unread=True)] == ["payment.held"]


async def test_who_reads_all_has_not_read_what_came_meanwhile(db: Database) -> None:
    bell = await told(db, "payment.held")
    seen = (await shown(bell, SARI))[0].position
    await told(db, "payment.disputed")
    await bell.read_upto(SARI, seen)
    assert [one.type for one in await shown(bell, SARI, unread=True)] == ["payment.disputed"]


async def test_a_place_that_is_not_there_yet_does_not_read_what_is_to_come(db: Database) -> None:
    bell = await told(db, "payment.held")
    await bell.read_upto(SARI, 10**18)
    await told(db, "payment.disputed")
    assert await bell.unread(SARI, ALL) == 1


async def test_what_is_about_objects_that_somebody_may_not_see_is_neither_shown_nor_counted(db: Database) -> None:
    gone = Announcement("endpoint.disabled", ObjectRef(ENDPOINT, ids.new()), {}, AT)
    stalled = Announcement("chain.stalled", None, {"connection": "wallet-base"}, AT)
    await announced(db, gone, stalled)
    bell = await told(db)
    assert await bell.unread(SARI, [PAYMENT]) == 1
    assert [one.detail for one in await bell.page(SARI, [PAYMENT], None, 10)] == ["wallet-base"]
    assert await bell.page(SARI, [PAYMENT], None, 10, type_="endpoint.disabled") == []


async def test_only_the_newest_count_as_unread_and_what_is_kept_of_a_reader_stays_as_small(db: Database) -> None:
    bell = await told(db, "payment.held")
    await bell.read(SARI, (await shown(bell, SARI))[0].id)
    async with db.transaction() as tx:
        more = [Announcement("chain.stalled", None, {}, AT, id=ids.new()) for _ in range(notice_store.UNREAD_OF + 5)]
        await notice_store.add(tx, more)
    assert await bell.unread(BUDI, ALL) == notice_store.UNREAD_OF
    await bell.read(SARI, (await shown(bell, SARI))[0].id)
    async with db.reading() as tx:
        assert len(await notice_store.marks_of(tx, SARI)) == 1


async def test_what_somebody_has_read_is_shown_to_them_and_forgotten_with_them(db: Database) -> None:
    bell = await told(db, "payment.held", "payment.disputed")
    first, second = await shown(bell, SARI)
    await bell.read_upto(SARI, second.position)
    await bell.read(SARI, first.id)
    async with db.transaction() as tx:
        assert len((await export_reads(tx, Person(SARI), None, 10)).rows) == 2
        assert (await erase_reads(tx, Person(SARI), None, 10)).rows == 2
        assert (await export_reads(tx, Person(SARI), None, 10)).rows == []
