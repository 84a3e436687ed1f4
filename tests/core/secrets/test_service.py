"""Secrets as core uses them: purposes, the cache, the audit of reads, and nothing secret anywhere else (R49, R52)."""

import asyncio
import logging

import pytest
import structlog

from gerbang.base.crypto import new_key
from gerbang.base.db import Database
from gerbang.core.secrets.model import BadSecretName, BadSecretValue, Family, Purpose, family_of
from gerbang.core.secrets.service import Secrets
from gerbang.providers.sealed import SealedStore, SecretUnreadable, root_key

NAME = "service/nicepay-uji/merchant_key"
CANARY = b"canary-5f1d-merchant-key"


class Hand:
    """A monotonic clock that is moved by hand, in seconds."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
async def sealed(db: Database) -> SealedStore:
    store = SealedStore(db, root_key(new_key()))
    await store.prepare()
    return store


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def secrets(db: Database, sealed: SealedStore, hand: Hand) -> Secrets:
    return Secrets(db, sealed, monotonic=hand)


async def reads_in_audit(db: Database) -> list[tuple[str, int]]:
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT detail FROM audit WHERE action = 'secret.read' ORDER BY id")
    return [(row["detail"]["purpose"], row["detail"]["reads"]) for row in rows]


async def test_reads_are_audited_once_a_minute_per_name_and_purpose_with_their_number_r52(
    db: Database, secrets: Secrets, hand: Hand
) -> None:
    await secrets.put(NAME, b"v", overlap_s=0, actor="user:usr_1")
    for _ in range(5):
        await secrets.get(NAME, Purpose.CALL_PROVIDER)
    await secrets.get(NAME, Purpose.VERIFY_WEBHOOK)
    assert await reads_in_audit(db) == [("call_provider", 1), ("verify_webhook", 1)]
    hand.at += 61
    await secrets.get(NAME, Purpose.CALL_PROVIDER)
    assert (await reads_in_audit(db))[2:] == [("call_provider", 5)]


async def test_fifty_reads_at_once_make_one_audit_row_and_one_read_of_the_store_r52(
    db: Database, secrets: Secrets
) -> None:
    await secrets.put(NAME, b"v", overlap_s=0, actor="user:usr_1")
    values = await asyncio.gather(*(secrets.get(NAME, Purpose.CALL_PROVIDER) for _ in range(50)))
    assert all([v.value for v in value] == [b"v"] for value in values)
    assert len(await reads_in_audit(db)) == 1


async def test_a_read_that_cannot_be_audited_gives_no_value_r52(db: Database, secrets: Secrets, owner_url: str) -> None:
    await secrets.put(NAME, b"v", overlap_s=0, actor="user:usr_1")
    owner = Database(owner_url)
    await owner.open()
    async with owner.transaction() as tx:
        await tx.execute("REVOKE INSERT ON audit FROM gerbang_app")
    with pytest.raises(Exception, match="audit"):
        await secrets.get(NAME, Purpose.CALL_PROVIDER)
    async with owner.transaction() as tx:
        await tx.execute("GRANT INSERT ON audit TO gerbang_app")
    await owner.close()
    assert (await secrets.newest(NAME, Purpose.CALL_PROVIDER)).value == b"v"


async def test_a_value_is_cached_for_at_most_sixty_seconds_r52(
    secrets: Secrets, sealed: SealedStore, hand: Hand
) -> None:
    await secrets.put(NAME, b"old", overlap_s=0, actor="user:usr_1")
    assert (await secrets.newest(NAME, Purpose.CALL_PROVIDER)).value == b"old"
    await sealed.write(NAME, b"new", overlap_s=0)  # another process, unheard of
    hand.at += 59.9
    assert (await secrets.newest(NAME, Purpose.CALL_PROVIDER)).value == b"old"
    hand.at += 0.2
    assert (await secrets.newest(NAME, Purpose.CALL_PROVIDER)).value == b"new"


async def test_a_change_that_was_heard_of_drops_the_cached_value_at_once(secrets: Secrets, sealed: SealedStore) -> None:
    await secrets.put(NAME, b"old", overlap_s=0, actor="user:usr_1")
    await secrets.get(NAME, Purpose.CALL_PROVIDER)
    await sealed.write(NAME, b"new", overlap_s=0)
    secrets.forget(NAME)
    assert (await secrets.newest(NAME, Purpose.CALL_PROVIDER)).value == b"new"


async def test_put_is_audited_and_told_to_other_processes(db: Database, secrets: Secrets) -> None:
    await secrets.put(NAME, b"v", overlap_s=0, actor="user:usr_1")
    async with db.reading() as tx:
        actions = await tx.fetch("SELECT action, actor, object FROM audit ORDER BY id")
        changes = await tx.fetch("SELECT kind, subject FROM changes")
    assert [row["action"] for row in actions] == ["secret.put", "secret.written"]
    assert {(row["actor"], row["object"]) for row in actions} == {("user:usr_1", f"secret:{NAME}")}
    assert [tuple(row) for row in changes] == [("secret", NAME)]


async def test_names_tell_versions_and_times_and_never_a_value(secrets: Secrets) -> None:
    await secrets.put(NAME, CANARY, overlap_s=0, actor="user:usr_1")
    await secrets.put(NAME, CANARY, overlap_s=60, actor="user:usr_1")
    await secrets.put("webhook/shop/signing", CANARY, overlap_s=0, actor="user:usr_1")
    listed = await secrets.names()
    assert [(s.name, s.family, [v.version for v in s.versions]) for s in listed] == [
        (NAME, Family.SERVICE_TOKEN, [2, 1]),
        ("webhook/shop/signing", Family.WEBHOOK_SECRET, [1]),
    ]
    assert "canary" not in repr(listed)


async def test_ensure_makes_a_value_once(secrets: Secrets) -> None:
    made = await secrets.ensure("service/gerbang/jwt", new_key, Purpose.SIGN_TOKEN)
    again = await secrets.ensure("service/gerbang/jwt", new_key, Purpose.SIGN_TOKEN)
    assert made == again
    assert len(made) == 1


async def test_nothing_secret_in_reprs_logs_errors_audit_or_the_database_r49(
    db: Database, secrets: Secrets, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    with structlog.testing.capture_logs() as logs, caplog.at_level(logging.DEBUG):
        await secrets.put(NAME, CANARY, overlap_s=0, actor="user:usr_1")
        said.append(repr(await secrets.get(NAME, Purpose.CALL_PROVIDER)))
        async with db.transaction() as tx:
            await tx.execute("UPDATE sealed_secrets SET version = 9")
        secrets.forget(NAME)
        with pytest.raises(SecretUnreadable) as broken:
            await secrets.get(NAME, Purpose.CALL_PROVIDER)
        with pytest.raises(BadSecretValue) as too_long:
            await secrets.put(NAME, CANARY * 9000, overlap_s=0, actor="user:usr_1")
    async with db.reading() as tx:
        tables = await tx.fetch("SELECT a::text AS line FROM audit a UNION ALL SELECT s::text FROM sealed_secrets s")
    said += [repr(logs), caplog.text, repr(broken.value), repr(too_long.value), repr(broken.value.__dict__)]
    said += [row["line"] for row in tables]
    assert len(tables) >= 4
    for text in said:
        assert "canary" not in text
        assert CANARY.hex() not in text


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("key/server/1", Family.API_KEY),
        ("database/main/password", Family.DATABASE_CREDENTIAL),
        ("service/nicepay-uji/merchant_key", Family.SERVICE_TOKEN),
        ("webhook/shop/signing", Family.WEBHOOK_SECRET),
    ],
)
def test_the_first_part_of_a_name_tells_the_family(name: str, family: Family) -> None:
    assert family_of(name) is family


@pytest.mark.parametrize(
    "name", ["", "service", "service/", "other/x", "service/../x", "service/a b", "service/a\n", "service//a"]
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(BadSecretName):
        family_of(name)
