"""Failed logins are throttled by account and by source over all processes, and the owner still gets in (R32)."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from gerbang.base.db import Database
from gerbang.core.identity.model import AccountThrottled, Client, InvalidCredentials
from tests.core.identity.conftest import AWAY, HOME, PASSWORD, Process


@pytest.fixture(autouse=True)
async def early_in_a_minute() -> None:
    """Counts are per minute of the clock: begin where the whole test fits into one."""
    if time.time() % 60 > 45:
        await asyncio.sleep(60.1 - time.time() % 60)


async def tries(process: Process, email: str, client: Client, number: int) -> Counter[str]:
    """How so many wrong logins at once ended."""
    results = await asyncio.gather(
        *(process.identity.sessions.login(email, "wrong", client) for _ in range(number)), return_exceptions=True
    )
    return Counter(type(result).__name__ for result in results)


async def alerts(db: Database) -> list[tuple[str, str]]:
    async with db.reading() as tx:
        rows = await tx.fetch("SELECT type, data FROM announcements ORDER BY id")
    return [(row["type"], row["data"]["by"]) for row in rows]


async def test_one_account_from_many_sources_is_throttled_with_one_alert_r32(process: Process, db: Database) -> None:
    await process.add_user()
    results: Counter[str] = Counter()
    for number in range(100):
        results += await tries(process, "sari@example.com", Client(f"198.51.100.{number}"), 10)
    assert results["AccountThrottled"] == 980
    assert results["InvalidCredentials"] == 20
    assert await alerts(db) == [("security.login_storm", "account")]


async def test_the_owner_gets_in_from_where_they_have_been_before_during_an_attack_r32(process: Process) -> None:
    await process.add_user()
    await process.login(client=HOME)
    for number in range(5):
        await tries(process, "sari@example.com", Client(f"198.51.100.{number}"), 10)
    with pytest.raises(AccountThrottled):
        await process.login(client=AWAY)
    assert (await process.login(client=HOME)).access_token


async def test_one_password_over_many_accounts_from_one_source_is_throttled_r32(process: Process, db: Database) -> None:
    results: Counter[str] = Counter()
    for number in range(300):
        results += await tries(process, f"user{number}@example.com", AWAY, 1)
    assert results["AccountThrottled"] == 240
    assert await alerts(db) == [("security.login_storm", "source")]


async def test_the_count_holds_over_processes_r32(process: Process, start: Callable[..., Process]) -> None:
    await process.add_user()
    other = start()
    both = await tries(process, "sari@example.com", AWAY, 15) + await tries(other, "sari@example.com", AWAY, 15)
    assert both["InvalidCredentials"] == 20
    await tries(process, "sari@example.com", AWAY, 21)
    with pytest.raises(AccountThrottled) as refused:
        await start().identity.sessions.login("sari@example.com", "wrong", AWAY, locale="en")
    assert refused.value.retry_after_s is not None
    assert 1 <= refused.value.retry_after_s <= 60
    assert "Too many failed attempts" in refused.value.detail


async def test_successes_are_not_counted(process: Process, db: Database) -> None:
    await process.add_user()
    for _ in range(3):
        await process.login()
    async with db.reading() as tx:
        assert await tx.fetchval("SELECT max(used) FROM rate_counters") == 0


async def test_a_throttled_login_checks_no_password_and_writes_no_row_r32(
    process: Process, audited: Callable[[], Awaitable[list[str]]]
) -> None:
    await process.add_user()
    await tries(process, "sari@example.com", AWAY, 45)
    before = await audited()
    assert (await tries(process, "sari@example.com", AWAY, 200)).keys() == {"AccountThrottled"}
    assert await audited() == before


async def test_an_unknown_account_is_throttled_like_a_known_one_r33(process: Process) -> None:
    await process.add_user()
    known = await tries(process, "sari@example.com", HOME, 1)
    unknown = await tries(process, "nobody@example.com", HOME, 1)
    assert known == unknown == Counter({InvalidCredentials.__name__: 1})
    await tries(process, "nobody@example.com", AWAY, 21)
    with pytest.raises(AccountThrottled):
        await process.identity.sessions.login("nobody@example.com", PASSWORD, AWAY)
