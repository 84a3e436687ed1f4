"""API keys of machines: told once, kept as a digest, refused within five seconds of their end (R36)."""

import pytest

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.errors import Forbidden
from gerbang.core.identity import people
from gerbang.core.identity.api_keys import refuse_credentials_in_query
from gerbang.core.identity.model import (
    ApiKeyNotFound,
    Caller,
    InvalidProfile,
    InvalidToken,
    KeyInQuery,
    Role,
    system_caller,
)
from tests.core.identity.conftest import Process


@pytest.fixture
async def admin(process: Process) -> Caller:
    await process.add_user("boss@example.com", Role.ADMIN)
    pair = await process.login("boss@example.com")
    return await process.identity.caller_of(f"Bearer {pair.access_token}")


async def test_a_key_is_told_once_and_only_its_digest_and_prefix_are_kept_r36(
    process: Process, db: Database, admin: Caller
) -> None:
    made, key = await process.identity.api_keys.create(admin, "shop", Role.DEVELOPER)
    assert key.startswith(made.prefix)
    assert made.prefix.startswith("grb_test_")
    assert len(key) - len(made.prefix) == 40
    (listed,) = await process.identity.api_keys.page(None, 10)
    assert listed == made
    assert key not in repr(listed)
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT k::text AS line FROM api_keys k UNION ALL SELECT a::text FROM audit a")
    assert all(key[len(made.prefix) :] not in row["line"] for row in rows)


async def test_a_key_names_a_caller_with_the_permissions_of_its_role(process: Process, admin: Caller) -> None:
    made, key = await process.identity.api_keys.create(admin, "shop", Role.DEVELOPER)
    caller = await process.identity.caller_of(f"Bearer {key}")
    assert (caller.kind, caller.id, caller.role) == ("api_key", made.id, Role.DEVELOPER)
    assert caller.label.startswith("key:key_")
    assert caller.may("payments:create")
    assert not caller.may("users:manage")
    assert process.identity.known_caller(f"Bearer {key}") is caller


async def test_the_last_use_is_written_now_and_then_not_at_every_request_r36(process: Process, admin: Caller) -> None:
    _, key = await process.identity.api_keys.create(admin, "shop", Role.DEVELOPER)
    for _ in range(50):
        await process.identity.caller_of(f"Bearer {key}")
    assert (await process.identity.api_keys.page(None, 1))[0].last_used_at is None
    await process.identity.flush_uses()
    assert (await process.identity.api_keys.page(None, 1))[0].last_used_at is not None


async def test_a_revoked_key_is_refused_here_at_once_and_elsewhere_when_it_is_heard(
    process: Process, admin: Caller, start: object
) -> None:
    assert callable(start)
    made, key = await process.identity.api_keys.create(admin, "shop", Role.DEVELOPER)
    other: Process = start()
    await other.changes.poll()
    for each in (process, other):
        assert (await each.identity.caller_of(f"Bearer {key}")).label
    await process.identity.api_keys.revoke(admin, made.id)
    with pytest.raises(InvalidToken):
        await process.identity.caller_of(f"Bearer {key}")
    await other.changes.poll()
    with pytest.raises(InvalidToken):
        await other.identity.caller_of(f"Bearer {key}")


async def test_a_key_cannot_do_more_than_its_maker(process: Process) -> None:
    await process.add_user("dev@example.com", Role.DEVELOPER)
    pair = await process.login("dev@example.com")
    developer = await process.identity.caller_of(f"Bearer {pair.access_token}")
    with pytest.raises(Forbidden):
        await process.identity.api_keys.create(developer, "more", Role.ADMIN)
    assert await process.identity.api_keys.create(system_caller("cli"), "all", Role.ADMIN)


async def test_keys_are_for_machines_and_have_a_name(process: Process, admin: Caller) -> None:
    for name, role in (("", Role.ADMIN), ("x" * 101, Role.ADMIN), ("a\0b", Role.ADMIN), ("shop", Role.CUSTOMER)):
        with pytest.raises(InvalidProfile):
            await process.identity.api_keys.create(admin, name, role)


async def test_an_unknown_key_cannot_be_revoked(process: Process, admin: Caller) -> None:
    with pytest.raises(ApiKeyNotFound):
        await process.identity.api_keys.revoke(admin, ids.new())


@pytest.mark.parametrize(
    "query",
    [
        "api_key=grb_test_AbCdEfGh",
        "x=1&key=grb%5Flive%5FAbCdEfGh",
        "access_token=eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln",
        "t=grr_" + "A" * 43,
    ],
)
def test_a_credential_in_the_address_is_refused_with_advice_r36(query: str) -> None:
    with pytest.raises(KeyInQuery) as refused:
        refuse_credentials_in_query(query)
    assert "Authorization" in str(refused.value.hint)
    assert query.rpartition("=")[2] not in repr(refused.value)


@pytest.mark.parametrize("query", ["", "limit=10", "q=grb_&x=%20", "name=eyJ"])
def test_other_queries_pass(query: str) -> None:
    refuse_credentials_in_query(query)


async def test_behind_a_key_that_a_key_made_stands_the_person_who_made_the_first(
    process: Process, db: Database, admin: Caller
) -> None:
    _, key = await process.identity.api_keys.create(admin, "first", Role.ADMIN)
    first = await process.identity.caller_of(f"Bearer {key}")
    _, key = await process.identity.api_keys.create(first, "second", Role.DEVELOPER)
    second = await process.identity.caller_of(f"Bearer {key}")
    async with db.reading() as tx:
        assert await people.behind(tx, second.label) == {second.label, first.label, admin.label}
        assert await people.behind(tx, "key:nothing") == {"key:nothing"}
