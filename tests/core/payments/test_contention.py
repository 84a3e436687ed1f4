"""Many at once on one payment, and a world that cannot write: sums never exceed, and without an audit row nothing happens."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import asyncpg
import pytest
from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Database, IntegrityError
from gerbang.base.errors import DatabaseBusy
from gerbang.core.audit.model import AuditUnavailable
from gerbang.core.audit.service import no_audit_no_action
from gerbang.core.inbox.model import Done, Event, EventStatus, NewEvent, Result
from gerbang.core.inbox.service import Apply, Inbox
from gerbang.core.inbox.worker import Worker
from gerbang.core.payments import attempt_store
from gerbang.core.payments.model import NotRefundable, PaymentDetail, PaymentStatus, RefundStatus
from gerbang.core.payments.refunds.model import RefundOutcome
from gerbang.core.payments.unit_of_work import load_for_update, save_changes
from gerbang.ports.kinds import Kind
from tests.conftest import FreshDatabase
from tests.core.payments.provider_book import agrees, book_of, fault

from .conftest import CARD, OPERATOR, World
from .test_faults import has_instructions, nothing_under_way, paid_card


async def refund_at_once(world: World, details: PaymentDetail, amount: int, times: int) -> list[RefundOutcome]:
    """Ask for the same refund many times at the same moment, each with a key of its own; those that were granted."""
    asked = [
        world.core.payments.refund(OPERATOR, details.payment.id, amount, "all at once", None, world.key())
        for _ in range(times)
    ]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(isinstance(answer, NotRefundable) for answer in refused), refused
    return [answer for answer in answers if isinstance(answer, RefundOutcome)]


async def test_twenty_refunds_at_once_never_give_back_more_than_came_in(world: World) -> None:  # R10
    made = await paid_card(world)
    granted = await refund_at_once(world, made, 10_000, 20)
    assert len(granted) == 15
    await world.eventually(lambda: nothing_under_way(world, made), seconds=60)
    back = await world.until(made.payment.id, PaymentStatus.REFUNDED)
    assert sum((await book_of(world, back)).refunds) == 150_000
    assert {r.requested_by for r in back.refunds} == {OPERATOR.label}
    await agrees(world, made.payment.id)


async def test_two_unequal_refunds_at_once_are_not_mistaken_for_each_other(world: World) -> None:  # R10, O2
    made = await paid_card(world)
    asked = [
        world.core.payments.refund(OPERATOR, made.payment.id, amount, "two jars", None, world.key())
        for amount in (50_000, 30_000)
    ]
    await asyncio.gather(*asked)
    await world.eventually(lambda: nothing_under_way(world, made), seconds=60)
    back = await agrees(world, made.payment.id)
    assert sorted(r.amount for r in back.refunds) == [30_000, 50_000]
    assert sorted((await book_of(world, back)).refunds) == [30_000, 50_000]


async def test_one_key_for_twenty_refunds_at_once_gives_back_once(world: World) -> None:  # R1
    made = await paid_card(world)
    key = world.key("one-refund")
    outcomes = await asyncio.gather(
        *(world.core.payments.refund(OPERATOR, made.payment.id, 10_000, "once", None, key) for _ in range(20))
    )
    assert len({outcome.refund.id for outcome in outcomes}) == 1
    await world.eventually(lambda: nothing_under_way(world, made))
    details = await agrees(world, made.payment.id)
    assert details.payment.amount_refunded == 10_000


async def test_a_cancel_and_the_money_at_once_end_the_same_way_as_the_provider(world: World) -> None:  # R12
    for _ in range(5):
        made = (await world.create()).details
        await asyncio.gather(
            world.pay(made), world.core.payments.cancel(OPERATOR, made.payment.id), return_exceptions=True
        )
        await asyncio.sleep(0.3)
        await world.core.payments.refresh(OPERATOR, made.payment.id)
        details = await agrees(world, made.payment.id)
        paid = (await book_of(world, details)).paid
        assert details.payment.status is (PaymentStatus.PAID if paid else PaymentStatus.CANCELLED)


async def test_two_who_each_read_before_the_other_writes_cannot_promise_the_same_money(world: World) -> None:  # R12
    made = await paid_card(world)
    granted = await refund_at_once(world, made, 100_000, 2)
    assert len(granted) == 1
    attempt = made.attempts[0].id
    with pytest.raises(IntegrityError):  # and if code ever forgot the lock, the constraint would not
        await world.owner._pool.execute(  # type: ignore[union-attr]  # the pool is open in a world
            "UPDATE attempts SET refund_reserved = captured + 1 WHERE id = $1", attempt
        )
    await world.eventually(lambda: nothing_under_way(world, made))


async def as_owner(world: World, statement: str) -> None:
    connection = await asyncpg.connect(world.owner._dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def stored(world: World) -> int:
    async with world.core.db.reading() as tx:
        return int(
            await tx.fetchval("SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM idempotency_keys)")
        )


async def test_without_an_audit_row_nothing_happens_and_reading_goes_on(world: World) -> None:  # R53
    made = (await world.create()).details
    before = await stored(world)
    await as_owner(world, "REVOKE INSERT ON audit FROM gerbang_app")
    started = time.monotonic()
    with pytest.raises(AuditUnavailable):
        await world.create(key="no-audit")
    assert time.monotonic() - started < 2
    assert (await stored(world), await world.registrations()) == (before, 1)
    assert (await world.core.payments.get(made.payment.id)).payment.status is PaymentStatus.PENDING
    await as_owner(world, "GRANT INSERT ON audit TO gerbang_app")
    again = await world.create(key="no-audit")  # R7: the same key executes now
    assert not again.replayed


async def test_an_audit_table_that_is_locked_refuses_within_two_seconds(world: World) -> None:  # R53
    connection = await asyncpg.connect(world.owner._dsn)
    async with connection.transaction():
        await connection.execute("LOCK TABLE audit IN EXCLUSIVE MODE")
        started = time.monotonic()
        with pytest.raises(AuditUnavailable):
            await world.create()
        assert time.monotonic() - started < 2.2
    await connection.close()
    assert (await world.create()).details.payment.status is PaymentStatus.PENDING


async def as_if_audited(db: Database, statement: str) -> None:
    async with db.transaction() as tx:
        with no_audit_no_action():
            await tx.execute(statement)


@pytest.mark.parametrize(
    ("lock", "statement"),
    [
        ("LOCK TABLE payments IN EXCLUSIVE MODE", "UPDATE payments SET late = late WHERE false"),
        ("LOCK TABLE ledger_lines IN ACCESS EXCLUSIVE MODE", "SELECT count(*) FROM ledger_lines"),
    ],
)
async def test_another_table_that_is_locked_is_not_called_the_audit(
    module_database: FreshDatabase, lock: str, statement: str
) -> None:
    """R53: within two seconds, and by its right name."""
    db = Database(module_database.app_dsn, wait_s=2.0, told={"audit": AuditUnavailable})
    await db.open()
    connection = await asyncpg.connect(module_database.owner_dsn)
    async with connection.transaction():
        await connection.execute(lock)
        started = time.monotonic()
        with pytest.raises(DatabaseBusy):
            await as_if_audited(db, statement)
        assert time.monotonic() - started < 2.2
    await connection.close()
    await db.close()


async def test_what_a_sender_notes_while_an_answer_is_written_down_stands(world: World) -> None:
    """Whoever sends holds no lock of the payment: an older note written back would send twice, or never."""
    await fault(world, "slow", "registration", delay_s=6)
    made = (await world.create()).details
    sending = made.attempts[0].id
    async with world.core.db.transaction() as tx:
        aggregate = (await load_for_update(tx, [made.payment.id]))[made.payment.id]
        async with world.core.db.transaction() as sender:
            assert await attempt_store.mark_unsent(sender, sending, True)
        aggregate.put_attempt(replace(aggregate.attempts[sending], asked_at=aggregate.now))
        await save_changes(tx, [aggregate])
    async with world.core.db.transaction() as tx:
        noted = await attempt_store.attempt(tx, sending)
        await attempt_store.mark_unsent(tx, sending, False)
    assert noted is not None
    assert noted.unsent
    assert noted.asked_at == aggregate.now
    await world.eventually(lambda: has_instructions(world, made))


async def test_a_letter_about_nothing_known_is_parked_with_its_bytes_and_its_lane_goes_on(world: World) -> None:  # R19
    stranger = ids.show("att", ids.new())
    body = f"tXid={'A' * 30}&referenceNo={stranger}&amt=150000&status=0&payMethod=02".encode()
    await world.core.inbox.receive(
        NewEvent(connection="nicepay-uji", key="", subject=stranger, type="virtual_account.paid", headers={}, body=body)
    )
    made = (await world.create()).details
    await world.pay(made)
    await world.until(made.payment.id, PaymentStatus.PAID)

    async def is_tried(times: int) -> bool:
        status, tries = (await statuses(world.core.db))[body]
        return tries >= times or status == EventStatus.PARKED

    for times, wait_s in enumerate((0, 5, 30, 300, 3_600), 1):
        await world.advance(wait_s + 1)
        await world.eventually(partial(is_tried, times))
    assert (await statuses(world.core.db))[body][0] == EventStatus.PARKED


class Lane:
    """An inbox worker whose handler cannot take one kind of event; `dies` makes it hang, as a process that is killed does."""

    def __init__(self, db: Database, *, dies: bool) -> None:
        self.done: list[bytes] = []
        self.dies = dies
        self.worker = Worker(db, {Kind.PAYMENT: self._handle}, lanes=1)

    async def _handle(self, events: Sequence[Event]) -> Apply:
        if any(event.body == b"poison" for event in events):
            if self.dies:
                await asyncio.Event().wait()
            raise ValueError("cannot be read")

        async def apply(_tx: object) -> list[Result]:
            self.done += [event.body for event in events]
            return [Done("fine") for _ in events]

        return apply


async def put(inbox: Inbox, *bodies: bytes) -> None:
    for body in bodies:
        await inbox.receive(
            NewEvent(connection="nicepay-uji", key="", subject="one-subject", type="test", headers={}, body=body)
        )


async def no_preview(_event: Event) -> None:
    raise AssertionError("nobody previews here")


async def statuses(db: Database) -> dict[bytes, tuple[str, int]]:
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT body, status, tries FROM inbox")
    return {bytes(row["body"]): (row["status"], row["tries"]) for row in rows}


async def run_for(lane: Lane, seconds: float) -> None:
    async def passed() -> bool:
        await asyncio.sleep(seconds)
        return True

    await run_until(lane, passed)


async def run_until(lane: Lane, is_done: Callable[[], Awaitable[bool]]) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(lane.worker.run(stop))
    async with asyncio.timeout(30):
        while not await is_done():
            await asyncio.sleep(0.02)
    stop.set()
    await asyncio.wait({task}, timeout=0 if lane.dies else 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_event_that_cannot_be_read_lets_its_neighbours_pass_and_is_parked(
    db: Database, database: FreshDatabase
) -> None:  # F10
    lane = Lane(db, dies=False)
    await put(Inbox(db, no_preview), b"before", b"poison", b"after")  # type: ignore[arg-type]  # never called

    async def is_tried(times: int) -> bool:
        status, tries = (await statuses(db))[b"poison"]
        return len(lane.done) == 2 and (tries >= times or status == EventStatus.PARKED)

    for times, wait_s in enumerate((0, 5, 30, 300, 3_600), 1):
        await advance(database, wait_s + 1)
        await run_until(lane, partial(is_tried, times))
    assert lane.done == [b"before", b"after"]
    assert (await statuses(db))[b"poison"][0] == EventStatus.PARKED


async def test_an_event_that_kills_its_worker_is_run_alone_and_parked_after_five(
    db: Database, database: FreshDatabase
) -> None:  # F10
    await put(Inbox(db, no_preview), b"before", b"poison", b"after")  # type: ignore[arg-type]  # never called
    done: list[bytes] = []
    for _ in range(7):
        lane = Lane(db, dies=True)
        await run_for(lane, 0.4)
        done += lane.done
        await owner_says(database, "UPDATE inbox_shards SET lease_until = now() WHERE owner IS NOT NULL")  # 30 s pass
    assert sorted(done) == [b"after", b"before"]
    assert (await statuses(db))[b"poison"] == (EventStatus.PARKED, 5)


async def advance(database: FreshDatabase, seconds: int) -> None:
    await owner_says(database, "UPDATE business_clock SET offset_s = offset_s + $1", seconds)


async def owner_says(database: FreshDatabase, statement: str, *values: object) -> None:
    connection = await asyncpg.connect(database.owner_dsn)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


async def test_a_refund_of_what_is_not_in_is_refused(world: World) -> None:  # R10
    made = (await world.create(choice=CARD)).details
    with pytest.raises(NotRefundable):
        await world.core.payments.refund(OPERATOR, made.payment.id, None, "nothing came", None, world.key())
    assert RefundStatus.REQUESTED not in {r.status for r in made.refunds}
