"""The sealed store against a real PostgreSQL: what is readable, when, and by whom (R50, R51)."""

import asyncio

import asyncpg
import pytest

from gerbang.base.crypto import new_key
from gerbang.base.db import Database
from gerbang.base.errors import NotFound
from gerbang.providers.sealed import RootKeyUnusable, SealedStore, SecretUnreadable, root_key

NAME = "service/nicepay-uji/merchant_key"


@pytest.fixture
async def sealed(db: Database) -> SealedStore:
    store = SealedStore(db, root_key(new_key()))
    await store.prepare()
    return store


async def test_older_versions_stay_readable_for_the_overlap_and_newest_comes_first(sealed: SealedStore) -> None:
    assert await sealed.write(NAME, b"one", overlap_s=0) == 1
    assert await sealed.write(NAME, b"two", overlap_s=60) == 2
    assert [(v.version, v.value) for v in await sealed.read(NAME)] == [(2, b"two"), (1, b"one")]
    assert await sealed.write(NAME, b"three", overlap_s=0) == 3
    assert [(v.version, v.value) for v in await sealed.read(NAME)] == [(3, b"three")]


async def test_an_overlap_ends_by_itself(sealed: SealedStore) -> None:
    await sealed.write(NAME, b"one", overlap_s=0)
    await sealed.write(NAME, b"two", overlap_s=1)
    assert len(await sealed.read(NAME)) == 2
    await asyncio.sleep(1.1)
    assert [v.value for v in await sealed.read(NAME)] == [b"two"]


async def test_a_longer_overlap_does_not_revive_what_was_to_end_sooner(sealed: SealedStore) -> None:
    await sealed.write(NAME, b"one", overlap_s=0)
    await sealed.write(NAME, b"two", overlap_s=10)
    await sealed.write(NAME, b"three", overlap_s=1000)
    ends = {v.version: v.retired_at for v in await sealed.versions()}
    assert ends[1] is not None
    assert ends[2] is not None
    assert ends[3] is None
    assert (ends[2] - ends[1]).total_seconds() > 900


async def test_twenty_writers_at_once_get_twenty_versions(sealed: SealedStore) -> None:
    versions = await asyncio.gather(*(sealed.write(NAME, b"%d" % n, overlap_s=60) for n in range(20)))
    assert sorted(versions) == list(range(1, 21))


async def test_an_unknown_name_is_not_found(sealed: SealedStore) -> None:
    with pytest.raises(NotFound):
        await sealed.read("service/none/such")


async def test_a_row_swapped_with_another_name_does_not_open_r50(
    sealed: SealedStore, db: Database, owner_url: str
) -> None:
    await sealed.write("service/cheap/key", b"cheap", overlap_s=0)
    await sealed.write("service/dear/key", b"dear", overlap_s=0)
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        """
        UPDATE sealed_secrets SET wrapped_key = c.wrapped_key, sealed_value = c.sealed_value
        FROM (SELECT * FROM sealed_secrets WHERE name = 'service/cheap/key') c WHERE sealed_secrets.name = 'service/dear/key'
        """
    )
    await owner.close()
    with pytest.raises(SecretUnreadable):
        await sealed.read("service/dear/key")
    assert [v.value for v in await sealed.read("service/cheap/key")] == [b"cheap"]


async def test_an_old_version_put_in_a_new_ones_place_does_not_open_r50(sealed: SealedStore, db: Database) -> None:
    await sealed.write(NAME, b"old", overlap_s=0)
    await sealed.write(NAME, b"new", overlap_s=0)
    async with db.transaction() as tx:
        await tx.execute(
            """
            UPDATE sealed_secrets SET wrapped_key = o.wrapped_key, sealed_value = o.sealed_value
            FROM (SELECT * FROM sealed_secrets WHERE version = 1) o WHERE sealed_secrets.version = 2
            """
        )
    with pytest.raises(SecretUnreadable):
        await sealed.read(NAME)


async def test_one_changed_byte_does_not_open_r50(sealed: SealedStore, db: Database) -> None:
    await sealed.write(NAME, b"value", overlap_s=0)
    async with db.transaction() as tx:
        await tx.execute(
            "UPDATE sealed_secrets SET sealed_value = set_byte(sealed_value, 15, get_byte(sealed_value, 15) # 1)"
        )
    with pytest.raises(SecretUnreadable):
        await sealed.read(NAME)


async def test_the_whole_database_does_not_hold_the_value_r50(sealed: SealedStore, db: Database) -> None:
    await sealed.write(NAME, b"canary-value-2b7e", overlap_s=0)
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT s::text AS all_of_it, sealed_value, wrapped_key FROM sealed_secrets s")
    assert len(rows) == 1
    assert b"canary" not in rows[0]["sealed_value"] + rows[0]["wrapped_key"]
    assert b"canary".hex() not in rows[0]["all_of_it"]


async def test_another_root_key_is_refused_and_the_right_one_is_named_r50(sealed: SealedStore, db: Database) -> None:
    other = SealedStore(db, root_key(new_key()))
    with pytest.raises(RootKeyUnusable) as refused:
        await other.prepare()
    async with db.reading() as tx:
        registered = await tx.fetchval("SELECT fingerprint FROM root_keys")
    assert registered in str(refused.value.hint)


async def test_of_two_first_starts_with_different_keys_one_is_refused(db: Database) -> None:
    results = await asyncio.gather(
        *(SealedStore(db, root_key(new_key())).prepare() for _ in range(5)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType"] + ["RootKeyUnusable"] * 4


async def test_a_new_root_key_takes_over_while_old_rows_stay_readable_r51(db: Database) -> None:
    old, new = root_key(new_key()), root_key(new_key())
    before = SealedStore(db, old)
    await before.prepare()
    for number in range(120):
        await before.write(f"service/many/n{number}", b"v%d" % number, overlap_s=0)
    during = SealedStore(db, new, older=[old])
    await during.prepare()
    assert (await during.read("service/many/n7"))[0].value == b"v7"
    assert await during.rewrap() == 120
    after = SealedStore(db, new)
    assert [(await after.read(f"service/many/n{n}"))[0].value for n in (0, 119)] == [b"v0", b"v119"]
    assert await during.rewrap() == 0
