"""Money that comes when an address has long not been watched: found by its balance, credited as late money, told to payer and operator.

Every story ends with the books compared (`verify`).
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gerbang.core.payments.model import MethodChoice, PaymentDetail
from gerbang.core.queue import business_time
from gerbang.ports.chain import NATIVE_LOG
from tests.anvil import needs_anvil
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.crypto_world import ETH, USDC, CryptoWorld
from tests.core.payments.scripted_world import WHOLE, ScriptedWorld, open_shore

LATE = ("paid", True, 4_850, WHOLE)
EXPIRED = ("expired", False, 0, 0)


@pytest.fixture
async def scripted_world(database: FreshDatabase, tmp_path: Path) -> AsyncIterator[ScriptedWorld]:
    """Each test has chains of its own."""
    async with open_shore(database, tmp_path) as here:
        yield here


async def pass_days(scripted_world: ScriptedWorld, days: float) -> None:
    """Business time passes, on the chains too, and everybody looks."""
    await business_time.advance(scripted_world.owner, int(days * 86_400))
    await scripted_world.core.changes.poll()
    for chain in (scripted_world.chain, scripted_world.polygon):
        chain.mine(empty=60, at=scripted_world.core.clock.now())
    await scripted_world.look()


async def pay(scripted_world: ScriptedWorld, details: PaymentDetail, amount: int = WHOLE) -> None:
    scripted_world.chain.mine(scripted_world.to(details, amount=amount), empty=40, at=scripted_world.core.clock.now())


async def due(scripted_world: ScriptedWorld, details: PaymentDetail) -> datetime | None:
    async with scripted_world.core.db.reading() as tx:
        found: datetime | None = await tx.fetchval(
            "SELECT sweep_at FROM attempts WHERE payment_id = $1", details.payment.id
        )
    return found


@pytest.mark.parametrize("days", [4, 21, 100, 170])
async def test_money_of_months_later_is_found_by_the_next_sweep(scripted_world: ScriptedWorld, days: int) -> None:
    details = await scripted_world.ask()
    await pass_days(scripted_world, days)
    await scripted_world.core.watcher.sweep()
    assert await scripted_world.standing(details) == EXPIRED
    await pay(scripted_world, details)
    await scripted_world.look(1)
    assert await scripted_world.standing(details) == EXPIRED, "it is not watched any more"
    await pass_days(scripted_world, days / 9)
    await scripted_world.core.watcher.sweep()
    assert await scripted_world.standing(details) == LATE
    assert await scripted_world.announced("payment.paid") == 1


async def test_sweeps_grow_rarer_and_end_after_180_days(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    ends, gaps = details.attempts[0].expires_at, []
    await pass_days(scripted_world, 3.1)
    await scripted_world.core.watcher.sweep()
    for _ in range(80):
        at = await due(scripted_world, details)
        if at is None:
            break
        gaps.append((at - scripted_world.core.clock.now()).total_seconds() / 86_400)
        await business_time.advance(scripted_world.owner, int(gaps[-1] * 86_400) + 2)
        await scripted_world.core.changes.poll()
        await scripted_world.core.watcher.sweep()
    assert gaps[:-1] == sorted(gaps[:-1])
    assert gaps[0] < 0.4
    assert 10 < max(gaps) < 18
    assert 30 < len(gaps) < 60
    assert scripted_world.core.clock.now() >= ends + timedelta(days=180)


async def test_whoever_asks_finds_it_for_ever(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    await pass_days(scripted_world, 400)
    for _ in range(2):
        await scripted_world.core.watcher.sweep()
    assert await due(scripted_world, details) is None
    await pay(scripted_world, details)
    await pass_days(scripted_world, 30)
    await scripted_world.core.watcher.sweep()
    assert await scripted_world.standing(details) == EXPIRED
    await scripted_world.core.payments.refresh(OPERATOR, details.payment.id)
    assert await scripted_world.standing(details) == LATE


async def test_what_is_still_watched_is_swept_by_nobody(scripted_world: ScriptedWorld) -> None:
    await scripted_world.ask()
    await pass_days(scripted_world, 1)
    await scripted_world.core.watcher.sweep()
    assert scripted_world.chain.swept == []


async def test_what_stands_there_since_it_was_paid_is_no_news(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    await pay(scripted_world, details)
    await scripted_world.look(2)
    for days in (4, 20, 40):
        await pass_days(scripted_world, days)
        await scripted_world.core.watcher.sweep()
    assert scripted_world.chain.searched == []
    assert await scripted_world.standing(details) == ("paid", False, 4_850, WHOLE)


async def test_the_same_money_is_credited_once_and_a_second_payment_too(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    await pass_days(scripted_world, 10)
    await pay(scripted_world, details)
    for _ in range(2):
        await pass_days(scripted_world, 10)
        await scripted_world.core.watcher.sweep()
    assert await scripted_world.standing(details) == LATE
    await pay(scripted_world, details)
    await pass_days(scripted_world, 10)
    await scripted_world.core.watcher.sweep()
    assert await scripted_world.standing(details) == ("paid", True, 9_700, 2 * WHOLE)


async def test_what_is_not_deep_enough_yet_is_watched_until_it_is(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    await pass_days(scripted_world, 30)
    scripted_world.chain.mine(scripted_world.to(details), at=scripted_world.core.clock.now())
    await scripted_world.core.watcher.sweep()
    assert await scripted_world.standing(details) == EXPIRED
    await scripted_world.look(1)
    assert await scripted_world.standing(details) == LATE


async def test_a_balance_that_no_transfer_explains_is_a_persons_matter_and_said_once(
    scripted_world: ScriptedWorld,
) -> None:
    """A contract passed coins on inside a transaction: there is nothing to find."""
    details = await scripted_world.ask()
    await pass_days(scripted_world, 30)
    scripted_world.chain.extra[str(details.attempts[0].provider_reference)] = 7
    with capture_logs() as logs:
        for _ in range(3):
            await scripted_world.core.payments.refresh(OPERATOR, details.payment.id)
    assert (await scripted_world.standing(details))[0] == "held"
    assert sum(one["event"] == "chain.unexplained_balance" for one in logs) == 1


async def test_while_the_node_is_away_a_sweep_stays_due(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    await pass_days(scripted_world, 30)
    await pay(scripted_world, details)
    scripted_world.chain.away = True
    await scripted_world.core.watcher.sweep()
    scripted_world.chain.away = False
    await pass_days(scripted_world, 0.02)
    await scripted_world.core.watcher.sweep()
    assert await scripted_world.standing(details) == LATE


async def test_weeks_late_on_another_network_waits_for_a_person(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    await pass_days(scripted_world, 30)
    scripted_world.polygon.mine(scripted_world.to(details), empty=200, at=scripted_world.core.clock.now())
    await scripted_world.core.watcher.sweep()
    assert (await scripted_world.standing(details))[0] == "held"


@needs_anvil
@pytest.mark.parametrize(("choice", "days"), [(USDC, 21), (ETH, 170)], ids=["token", "coin"])
async def test_a_real_node_tells_of_money_that_came_weeks_later(
    crypto_world: CryptoWorld, choice: MethodChoice, days: int
) -> None:
    details = await crypto_world.ask(choice=choice)
    await crypto_world.advance(days * 86_400)
    await crypto_world.mine(30)
    await crypto_world.core.watcher.sweep()
    assert await crypto_world.status(details) == "expired"
    hash_ = await crypto_world.send(details, token=choice.options["asset"])
    await crypto_world.mine(60)
    assert await crypto_world.status(details) == "expired"
    await crypto_world.core.payments.refresh(OPERATOR, details.payment.id)
    paid = await crypto_world.now(details)
    assert (paid.payment.status.value, paid.payment.late, paid.payment.amount_captured) == ("paid", True, 4_850)
    (seen,) = await crypto_world.core.payments.chain(details.payment.id)
    assert (seen.transfer.transaction, seen.transfer.log == NATIVE_LOG) == (hash_, choice is ETH)
