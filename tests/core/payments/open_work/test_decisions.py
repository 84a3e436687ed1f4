"""Money that a person must decide about: who waits for it follows from what payments and refunds are, in whatever order it is heard."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from gerbang.base.db import Database
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.inbox import store as inbox_store
from gerbang.core.payments.open_work import counts as open_work
from gerbang.core.payments.open_work import decision_store, decisions
from tests.core.payments.test_machine import NOW

FIRST, SECOND = UUID(int=1), UUID(int=2)


async def a_payment(
    db: Database, id_: UUID, status: str = "paid", *, late: bool = False, order: str | None = None, over: bool = False
) -> UUID:
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO payments (id, status, late, livemode, amount, currency, description, order_reference, amount_captured, created_at,"
            " updated_at, expires_at, paid_at) VALUES ($1, $2, $3, true, 100, 'IDR', '', $4, 100, now(), now(),"
            " now() + CASE WHEN $5 THEN interval '-1 hour' ELSE interval '1 hour' END, now() + make_interval(secs => $6))",
            *(id_, status, late, order, over, id_.int),
        )
    return id_


async def a_refund(db: Database, payment: UUID, status: str = "requested", credit: int = 0) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO attempts (id, payment_id, number, status, method, connection, effect, lookup, amount, currency, captured, created_at,"
            " updated_at, expires_at, listed_at, listed_status)"
            " VALUES ($1, $1, 1, 'captured', 'card', 'c', 'instructs', 'none', 100, 'IDR', 100, now(), now(), now(), now(), 'paid')"
            " ON CONFLICT DO NOTHING",
            payment,
        )
        await tx.execute(
            "INSERT INTO refunds (id, payment_id, attempt_id, status, amount, currency, credit_amount, reason, requested_by, created_at, updated_at)"
            " VALUES (gen_random_uuid(), $1, $1, $2, 50, 'IDR', $3, 'r', 'user:u', now(), now())",
            *(payment, status, credit),
        )


async def waiting(db: Database, *heard: UUID) -> dict[str, int]:
    """What waits once these payments were heard of, one announcement at a time."""
    async with db.transaction() as tx:
        for id_ in heard:
            await decisions.take(tx, [Announcement("payment.paid", ObjectRef("payment", id_), {}, NOW)])
        return {kind: count for kind, count in (await open_work.counts(tx, 100)).items() if count}


@pytest.mark.parametrize(
    ("status", "late", "over", "expected"),
    [
        ("paid", True, False, {"late": 1}),
        ("paid", False, True, {}),
        ("part_paid", True, False, {"late": 1}),
        ("part_paid", False, True, {"late": 1}),
        ("part_paid", False, False, {}),
        ("refunded", True, True, {}),
    ],
)
async def test_money_that_came_when_its_payment_was_over_waits_and_other_money_does_not(
    db: Database, status: str, late: bool, over: bool, expected: dict[str, int]
) -> None:
    await a_payment(db, FIRST, status, late=late, over=over)
    assert await waiting(db, FIRST, FIRST) == expected


async def test_it_waits_until_it_goes_back_and_again_when_that_fails(db: Database) -> None:
    await a_payment(db, FIRST, late=True)
    await waiting(db, FIRST)
    await a_refund(db, FIRST, credit=50)  # a surplus decides nothing
    assert await waiting(db, FIRST) == {"late": 1}
    await a_refund(db, FIRST)
    assert await waiting(db, FIRST) == {}
    async with db.transaction() as tx:
        await tx.execute("UPDATE refunds SET status = 'failed'")
    assert await waiting(db, FIRST) == {"late": 1}


@pytest.mark.parametrize("heard", [(FIRST, SECOND), (SECOND, FIRST), (FIRST,), (SECOND,)])
async def test_of_two_payments_of_one_order_the_later_waits_whichever_is_heard_of(
    db: Database, heard: Sequence[UUID]
) -> None:
    await a_payment(db, FIRST, order="LBG-1")
    await a_payment(db, SECOND, order="LBG-1")
    await a_payment(db, UUID(int=3), order="LBG-2")
    await a_payment(db, UUID(int=4), "expired", order="LBG-1")
    assert await waiting(db, *heard, UUID(int=3), UUID(int=4)) == {"duplicate": 1}
    async with db.reading() as tx:
        assert await decision_store.others(tx, [FIRST, SECOND]) == {SECOND: FIRST}


@pytest.mark.parametrize("given_back", [FIRST, SECOND])
async def test_a_duplicate_is_none_any_more_once_either_goes_back(db: Database, given_back: UUID) -> None:
    for id_ in (FIRST, SECOND):
        await a_payment(db, id_, order="LBG-1")
    await waiting(db, SECOND)
    await a_refund(db, given_back)
    assert await waiting(db, given_back) == {}


async def test_of_an_order_whose_payments_a_person_found_right_nobody_is_asked_again(db: Database) -> None:
    for id_ in (FIRST, SECOND):
        await a_payment(db, id_, order="DONATION")
    await waiting(db, SECOND)
    async with db.transaction() as tx:
        await decision_store.keep(tx, SECOND, foreign=True)
        assert not await decision_store.waits(tx, SECOND)
    assert await waiting(db, await a_payment(db, UUID(int=3), order="DONATION"), SECOND, FIRST) == {}


@pytest.mark.parametrize(
    ("status", "tries", "names_money", "waits"),
    [
        ("parked", 4, True, 1),
        ("waiting", 2, True, 1),
        ("waiting", 1, True, 0),
        ("parked", 4, False, 0),
        ("done", 4, True, 0),
    ],
)
async def test_a_message_about_an_unknown_payment_waits_once_it_was_tried_and_may_be_about_money(
    db: Database, status: str, tries: int, names_money: bool, waits: int
) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO inbox (id, connection, key, subject, shard, type, headers, body, status, tries, names_money)"
            " VALUES ($1, 'nicepay', 'k', 'att_1', 0, 'paid', '{}', '', $2, $3, $4)",
            *(FIRST, status, tries, names_money),
        )
    assert (await waiting(db)).get("unmatched", 0) == waits
    async with db.transaction() as tx:
        assert await inbox_store.set_aside(tx, FIRST, "by a person") == (status != "done")
    assert await waiting(db) == {}
