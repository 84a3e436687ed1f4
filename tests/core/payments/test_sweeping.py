"""Money that comes when an address has long not been watched: found by its balance, credited as late money, told to payer and operator.

Every story ends with the books compared (`verify`).
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gerbang.core.payments.model import MethodChoice, Whole
from gerbang.core.queue import business_time
from gerbang.ports.chain import NATIVE_LOG
from tests.anvil import needs_anvil
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.harbour import ETH, USDC, Harbour
from tests.core.payments.shore import WHOLE, Shore, open_shore

LATE = ("paid", True, 4_850, WHOLE)
EXPIRED = ("expired", False, 0, 0)


@pytest.fixture
async def shore(database: FreshDatabase, tmp_path: Path) -> AsyncIterator[Shore]:
    """Each test has chains of its own."""
    async with open_shore(database, tmp_path) as here:
        yield here


async def pass_days(shore: Shore, days: float) -> None:
    """Business time passes, on the chains too, and everybody looks."""
    await business_time.advance(shore.owner, int(days * 86_400))
    await shore.core.changes.poll()
    for chain in (shore.chain, shore.polygon):
        chain.mine(empty=60, at=shore.core.clock.now())
    await shore.look()


async def pay(shore: Shore, whole: Whole, amount: int = WHOLE) -> None:
    shore.chain.mine(shore.to(whole, amount=amount), empty=40, at=shore.core.clock.now())


async def due(shore: Shore, whole: Whole) -> datetime | None:
    async with shore.core.db.reading() as tx:
        found: datetime | None = await tx.fetchval(
            "SELECT sweep_at FROM attempts WHERE payment_id = $1", whole.payment.id
        )
    return found


@pytest.mark.parametrize("days", [4, 21, 100, 170])
async def test_money_of_months_later_is_found_by_the_next_sweep(shore: Shore, days: int) -> None:
    whole = await shore.ask()
    await pass_days(shore, days)
    await shore.core.watcher.sweep()
    assert await shore.standing(whole) == EXPIRED
    await pay(shore, whole)
    await shore.look(1)
    assert await shore.standing(whole) == EXPIRED, "it is not watched any more"
    await pass_days(shore, days / 9)
    await shore.core.watcher.sweep()
    assert await shore.standing(whole) == LATE
    assert await shore.announced("payment.paid") == 1


async def test_sweeps_grow_rarer_and_end_after_180_days(shore: Shore) -> None:
    whole = await shore.ask()
    ends, gaps = whole.attempts[0].expires_at, []
    await pass_days(shore, 3.1)
    await shore.core.watcher.sweep()
    for _ in range(80):
        at = await due(shore, whole)
        if at is None:
            break
        gaps.append((at - shore.core.clock.now()).total_seconds() / 86_400)
        await business_time.advance(shore.owner, int(gaps[-1] * 86_400) + 2)
        await shore.core.changes.poll()
        await shore.core.watcher.sweep()
    assert gaps[:-1] == sorted(gaps[:-1])
    assert gaps[0] < 0.4
    assert 10 < max(gaps) < 18
    assert 30 < len(gaps) < 60
    assert shore.core.clock.now() >= ends + timedelta(days=180)


async def test_whoever_asks_finds_it_for_ever(shore: Shore) -> None:
    whole = await shore.ask()
    await pass_days(shore, 400)
    for _ in range(2):
        await shore.core.watcher.sweep()
    assert await due(shore, whole) is None
    await pay(shore, whole)
    await pass_days(shore, 30)
    await shore.core.watcher.sweep()
    assert await shore.standing(whole) == EXPIRED
    await shore.core.payments.refresh(OPERATOR, whole.payment.id)
    assert await shore.standing(whole) == LATE


async def test_what_is_still_watched_is_swept_by_nobody(shore: Shore) -> None:
    await shore.ask()
    await pass_days(shore, 1)
    await shore.core.watcher.sweep()
    assert shore.chain.swept == []


async def test_what_stands_there_since_it_was_paid_is_no_news(shore: Shore) -> None:
    whole = await shore.ask()
    await pay(shore, whole)
    await shore.look(2)
    for days in (4, 20, 40):
        await pass_days(shore, days)
        await shore.core.watcher.sweep()
    assert shore.chain.searched == []
    assert await shore.standing(whole) == ("paid", False, 4_850, WHOLE)


async def test_the_same_money_is_credited_once_and_a_second_payment_too(shore: Shore) -> None:
    whole = await shore.ask()
    await pass_days(shore, 10)
    await pay(shore, whole)
    for _ in range(2):
        await pass_days(shore, 10)
        await shore.core.watcher.sweep()
    assert await shore.standing(whole) == LATE
    await pay(shore, whole)
    await pass_days(shore, 10)
    await shore.core.watcher.sweep()
    assert await shore.standing(whole) == ("paid", True, 9_700, 2 * WHOLE)


async def test_what_is_not_deep_enough_yet_is_watched_until_it_is(shore: Shore) -> None:
    whole = await shore.ask()
    await pass_days(shore, 30)
    shore.chain.mine(shore.to(whole), at=shore.core.clock.now())
    await shore.core.watcher.sweep()
    assert await shore.standing(whole) == EXPIRED
    await shore.look(1)
    assert await shore.standing(whole) == LATE


async def test_a_balance_that_no_transfer_explains_is_a_persons_matter_and_said_once(shore: Shore) -> None:
    """A contract passed coins on inside a transaction: there is nothing to find."""
    whole = await shore.ask()
    await pass_days(shore, 30)
    shore.chain.extra[str(whole.attempts[0].provider_reference)] = 7
    with capture_logs() as logs:
        for _ in range(3):
            await shore.core.payments.refresh(OPERATOR, whole.payment.id)
    assert (await shore.standing(whole))[0] == "held"
    assert sum(one["event"] == "chain.unexplained_balance" for one in logs) == 1


async def test_while_the_node_is_away_a_sweep_stays_due(shore: Shore) -> None:
    whole = await shore.ask()
    await pass_days(shore, 30)
    await pay(shore, whole)
    shore.chain.away = True
    await shore.core.watcher.sweep()
    shore.chain.away = False
    await pass_days(shore, 0.02)
    await shore.core.watcher.sweep()
    assert await shore.standing(whole) == LATE


async def test_weeks_late_on_another_network_waits_for_a_person(shore: Shore) -> None:
    whole = await shore.ask()
    await pass_days(shore, 30)
    shore.polygon.mine(shore.to(whole), empty=200, at=shore.core.clock.now())
    await shore.core.watcher.sweep()
    assert (await shore.standing(whole))[0] == "held"


@needs_anvil
@pytest.mark.parametrize(("choice", "days"), [(USDC, 21), (ETH, 170)], ids=["token", "coin"])
async def test_a_real_node_tells_of_money_that_came_weeks_later(
    harbour: Harbour, choice: MethodChoice, days: int
) -> None:
    whole = await harbour.ask(choice=choice)
    await harbour.advance(days * 86_400)
    await harbour.mine(30)
    await harbour.core.watcher.sweep()
    assert await harbour.status(whole) == "expired"
    hash_ = await harbour.send(whole, token=choice.options["asset"])
    await harbour.mine(60)
    assert await harbour.status(whole) == "expired"
    await harbour.core.payments.refresh(OPERATOR, whole.payment.id)
    paid = await harbour.now(whole)
    assert (paid.payment.status.value, paid.payment.late, paid.payment.amount_captured) == ("paid", True, 4_850)
    (seen,) = await harbour.core.payments.chain(whole.payment.id)
    assert (seen.transfer.transaction, seen.transfer.log == NATIVE_LOG) == (hash_, choice is ETH)
