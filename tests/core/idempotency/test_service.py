"""Keys for whatever is made: once, whoever asks at the same moment, and free again where nothing was made."""

import asyncio
import contextlib
from uuid import UUID

import pytest

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.idempotency import service as idempotency
from gerbang.core.idempotency.model import ClaimedKey, IdempotencyKey, IdempotencyKeyReused

ASKED, OTHERWISE = b"a" * 32, b"b" * 32


def key(name: str = "k", *, caller: str = "key:one", fingerprint: bytes = ASKED) -> IdempotencyKey:
    return IdempotencyKey(caller, name, fingerprint)


async def claimed(db: Database, one: IdempotencyKey, resource: str = "order", id_: UUID | None = None) -> UUID | None:
    async with db.transaction() as tx:
        return await idempotency.claim(tx, one, resource, id_ or ids.new())


async def test_the_first_makes_it_and_all_others_are_told_what_it_made(db: Database) -> None:
    wanted = [ids.new() for _ in range(5)]
    firsts = await asyncio.gather(*(claimed(db, key(), "order", id_) for id_ in wanted))
    (made,) = [id_ for id_, first in zip(wanted, firsts, strict=True) if first is None]
    assert [first for first in firsts if first is not None] == [made] * 4


@pytest.mark.parametrize(("fingerprint", "resource"), [(OTHERWISE, "order"), (ASKED, "shipment")])
async def test_a_key_of_another_request_is_refused(db: Database, fingerprint: bytes, resource: str) -> None:
    await claimed(db, key())
    with pytest.raises(IdempotencyKeyReused):
        await claimed(db, key(fingerprint=fingerprint), resource)


async def test_another_callers_key_is_another_key_r6(db: Database) -> None:
    await claimed(db, key())
    assert await claimed(db, key(caller="key:two", fingerprint=OTHERWISE)) is None


async def test_where_nothing_was_made_the_key_is_free_again_r7(db: Database) -> None:
    with contextlib.suppress(RuntimeError):
        async with db.transaction() as tx:
            await idempotency.claim(tx, key(), "order", ids.new())
            raise RuntimeError
    assert await claimed(db, key(fingerprint=OTHERWISE)) is None


async def test_an_act_is_done_once_and_its_key_is_for_no_other_object(db: Database) -> None:
    mine, other = ids.new(), ids.new()
    async with db.transaction() as tx:
        assert await idempotency.claim_once(tx, key(), "pack", mine)
        assert not await idempotency.claim_once(tx, key(), "pack", mine)
        with pytest.raises(IdempotencyKeyReused):
            await idempotency.claim_once(tx, key(), "pack", other)


async def test_each_of_a_batch_is_answered_for_itself(db: Database) -> None:
    """A key used before, one used twice in this batch, once for something else, and a fresh one."""
    old, a, again, wrong, fresh = (ids.new() for _ in range(5))
    await claimed(db, key("old"), "order", old)
    claims = [
        ClaimedKey(key("old"), "order", ids.new()),
        ClaimedKey(key("a"), "order", a),
        ClaimedKey(key("a"), "order", again),
        ClaimedKey(key("a", fingerprint=OTHERWISE), "order", wrong),
        ClaimedKey(key("fresh"), "order", fresh),
    ]
    async with db.transaction() as tx:
        firsts, now = await idempotency.claim_all(tx, claims)
        assert now == await tx.fetchval("SELECT business_now()")
    assert [first if not isinstance(first, Exception) else "refused" for first in firsts] == [
        old,
        None,
        a,
        "refused",
        None,
    ]


async def test_a_batch_of_fresh_keys_is_one_statement(db: Database) -> None:
    said: list[str] = []
    async with db.transaction() as tx:
        tx.add_query_logger(lambda record: said.append(record.query))  # type: ignore[attr-defined]  # the driver's own
        await idempotency.claim_all(tx, [ClaimedKey(key(str(n)), "order", ids.new()) for n in range(50)])
    await asyncio.sleep(0)  # the driver tells of a statement after it
    assert len([query for query in said if "idempotency_keys" in query]) == 1
