"""Which connection's node and terms judge a payment, and from which block on a chain is read that was not read before.

Every story ends with the books compared (`verify`).
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gerbang.base import ids
from gerbang.core.audit.service import SYSTEM
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.payments.model import MethodChoice, NewPayment, PaymentDetail
from gerbang.ports.payment import Method
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.scripted_chain import ScriptedChain, Sent, provider
from tests.core.payments.scripted_world import PAID, PENDING, ScriptedWorld, open_shore


@pytest.fixture
async def scripted_world(database: FreshDatabase, tmp_path: Path) -> AsyncIterator[ScriptedWorld]:
    """Each test has chains of its own."""
    async with open_shore(database, tmp_path) as here:
        yield here


# ── several connections on one network, each with its own terms and node ────────────────────────────────────────────────────────────


async def pays_by(scripted_world: ScriptedWorld, connection: str) -> PaymentDetail:
    """A payment that shows its payer an address of this connection."""
    choice = MethodChoice(Method.CRYPTO, {"asset": "USDC", "network": "base"}, connection)
    key = IdempotencyKey("user:usr_test", ids.new().hex, b"fingerprint")
    return (
        await scripted_world.core.payments.create(OPERATOR, NewPayment(4_850, "USD", "Kopi", choice=choice), key)
    ).details


@pytest.mark.parametrize("wallet", ["", "7"], ids=["one wallet", "two wallets"])
async def test_each_payment_waits_for_the_confirmations_of_its_own_connection(
    scripted_world: ScriptedWorld, wallet: str
) -> None:
    careful = {"confirmations": "40", "wallet": wallet}
    await scripted_world.core.connections.create(
        SYSTEM, "careful", "scripted", livemode=False, settings=careful, secrets={}
    )
    quick, slow = await scripted_world.ask(), await pays_by(scripted_world, "careful")
    scripted_world.chain.mine(scripted_world.to(quick), scripted_world.to(slow))
    await scripted_world.look(3)
    assert [await scripted_world.standing(one) for one in (quick, slow)] == [PAID, PENDING]
    await scripted_world.look(35)
    assert await scripted_world.standing(slow) == PENDING
    await scripted_world.look(1)
    assert await scripted_world.standing(slow) == PAID


async def test_a_payment_that_asks_for_finality_is_not_paid_by_depth_at_another_connection(
    scripted_world: ScriptedWorld,
) -> None:
    final = {"finality": "finalized", "wallet": "7"}
    await scripted_world.core.connections.create(
        SYSTEM, "final", "scripted", livemode=False, settings=final, secrets={}
    )
    details = await pays_by(scripted_world, "final")
    scripted_world.chain.mine(scripted_world.to(details))
    await scripted_world.look(60)
    assert await scripted_world.standing(details) == PENDING
    scripted_world.chain.final = 30
    await scripted_world.look()
    assert await scripted_world.standing(details) == PAID


async def test_a_node_of_another_connection_neither_credits_nor_takes_back(scripted_world: ScriptedWorld) -> None:
    """Both are of one network and one wallet; each believes its own node only."""
    theirs = ScriptedChain()
    theirs.mine(empty=9)
    scripted_world.core.connections._providers["elsewhere"] = provider(theirs, "elsewhere")  # type: ignore[index]  # the table that the fixture made
    await scripted_world.core.connections.create(
        SYSTEM, "elsewhere", "elsewhere", livemode=False, settings={}, secrets={}
    )
    one, other = await scripted_world.ask(), await pays_by(scripted_world, "elsewhere")
    scripted_world.chain.mine(scripted_world.to(one), scripted_world.to(other))
    theirs.mine(empty=1)
    for _ in range(3):
        theirs.mine(empty=1)
        await scripted_world.look(1)
    assert [await scripted_world.standing(each) for each in (one, other)] == [PAID, PENDING]
    theirs.mine(scripted_world.sent[-1])
    theirs.mine(empty=3)
    await scripted_world.look()
    assert [await scripted_world.standing(each) for each in (one, other)] == [PAID, PAID]


async def test_money_for_a_connection_that_is_no_longer_used_is_seen_all_the_same(
    scripted_world: ScriptedWorld,
) -> None:
    details = await scripted_world.ask()
    await scripted_world.core.connections.update(SYSTEM, "scripted", settings={}, secrets={}, enabled=False)
    scripted_world.chain.mine(scripted_world.to(details))
    await scripted_world.look(2)
    assert await scripted_world.standing(details) == PAID


async def test_a_token_that_came_before_the_looking_process_knew_it_is_judged_once_it_does(
    scripted_world: ScriptedWorld,
) -> None:
    """Another process has just added it: here it was foreign for a moment, and the blocks are read no more."""
    details = await scripted_world.ask()
    sent = scripted_world.to(details)
    scripted_world.chain.mine(Sent(sent.hash, sent.moves, "USDT"))
    await scripted_world.look(700)
    assert await scripted_world.standing(details) == PENDING
    settings = {"assets": "USDC USDT"}
    await scripted_world.core.connections.update(SYSTEM, "scripted", settings=settings, secrets={}, enabled=True)
    await scripted_world.look(1)
    assert (await scripted_world.standing(details))[0] == "held"


# ── where a reading begins ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def forget_the_reading(scripted_world: ScriptedWorld) -> None:
    """As if nobody had ever looked."""
    async with scripted_world.owner.transaction() as tx:
        await tx.execute("DELETE FROM chain_cursors")
    scripted_world.core.watcher._begun.clear()


async def test_the_first_look_begins_where_the_first_address_was_shown(scripted_world: ScriptedWorld) -> None:
    await forget_the_reading(scripted_world)
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details), empty=400)
    await scripted_world.look()
    assert await scripted_world.standing(details) == PAID


async def test_without_a_note_the_first_look_begins_at_the_time_when_the_address_was_shown(
    scripted_world: ScriptedWorld,
) -> None:
    """The node was away, the table is gone, or the address is of a time before notes were made."""
    scripted_world.chain.blocks[-1].at = scripted_world.core.clock.now() - timedelta(hours=3)
    details = await scripted_world.ask()
    await forget_the_reading(scripted_world)
    scripted_world.chain.mine(scripted_world.to(details))
    for _ in range(400):
        scripted_world.chain.mine()
    await scripted_world.look()
    assert await scripted_world.standing(details) == PAID


async def test_what_came_before_any_address_was_shown_is_not_read(scripted_world: ScriptedWorld) -> None:
    """A connection of a chain with millions of blocks does not begin at the first."""
    for block in scripted_world.chain.blocks:
        block.at -= timedelta(days=300)
    for day in range(299, 0, -1):
        scripted_world.chain.mine(empty=4, at=scripted_world.core.clock.now() - timedelta(days=day))
    await scripted_world.ask()
    await forget_the_reading(scripted_world)
    scripted_world.chain.asked.clear()
    await scripted_world.look(10)
    assert min(first for first, _ in scripted_world.chain.asked) > 1_400


async def test_a_network_that_is_added_later_sees_what_came_since_it_was_added(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    late = ScriptedChain("optimism", 10)
    late.mine(empty=9, at=scripted_world.core.clock.now() - timedelta(days=1))
    scripted_world.core.connections._providers["late"] = provider(late, "late")  # type: ignore[index]  # the table that the fixture made
    await scripted_world.core.connections.create(SYSTEM, "late", "late", livemode=False, settings={}, secrets={})
    late.mine(scripted_world.to(details), empty=300)
    await scripted_world.look()
    assert (await scripted_world.standing(details))[0] == "held"


async def test_a_node_that_begins_anew_below_the_last_look_hides_nothing(scripted_world: ScriptedWorld) -> None:
    """A test chain is started again, or a node is set up anew: the head is far below where the last look ended."""
    await scripted_world.look(500)
    details = await scripted_world.ask()
    await scripted_world.look(1)
    del scripted_world.chain.blocks[5:]
    scripted_world.chain.blocks[:] = [replace(block, salt=block.salt + 10_000) for block in scripted_world.chain.blocks]
    scripted_world.chain.mine(scripted_world.to(details), empty=60)
    await scripted_world.look()
    assert await scripted_world.standing(details) == PAID


async def test_a_cursor_of_another_chain_is_none(scripted_world: ScriptedWorld) -> None:
    """The connection was moved to another network, whose blocks have other numbers."""
    await scripted_world.look(5_000)
    scripted_world.chain.chain_id, scripted_world.chain.blocks = 31_337, []
    scripted_world.chain.mine(empty=9)
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details), empty=60)
    await scripted_world.look()
    assert await scripted_world.standing(details) == PAID


async def test_after_months_out_of_use_the_first_payment_is_seen_at_once(scripted_world: ScriptedWorld) -> None:
    await scripted_world.look()
    at = scripted_world.core.clock.now()
    for block in scripted_world.chain.blocks:
        block.at = at - timedelta(days=90)
    scripted_world.chain.mine(empty=30_000, at=at - timedelta(days=45))
    scripted_world.chain.mine(empty=20, at=at - timedelta(days=1))
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details), empty=2)
    await scripted_world.look()
    assert await scripted_world.standing(details) == PAID


# ── chains that stand still ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def pass_seconds(scripted_world: ScriptedWorld, seconds: int) -> None:
    """So long ago the last block was read, and the address shown."""
    async with scripted_world.owner.transaction() as tx:
        ago = timedelta(seconds=seconds)
        await tx.execute("UPDATE chain_cursors SET moved_at = moved_at - $1::interval", ago)
        await tx.execute("UPDATE attempts SET created_at = created_at - $1::interval", ago)
    scripted_world.core.watcher._alarm._asked_at = 0.0


async def test_a_chain_that_stands_still_while_money_is_awaited_is_told_and_that_it_goes_on(
    scripted_world: ScriptedWorld,
) -> None:
    await pass_seconds(scripted_world, 3_600)
    await scripted_world.look()
    assert await scripted_world.core.watcher.stalls() is None, "nothing is awaited"
    await scripted_world.ask()
    scripted_world.chain.away = True
    await pass_seconds(scripted_world, 50)
    assert await scripted_world.core.watcher.stalls() is None
    await pass_seconds(scripted_world, 15)
    with capture_logs() as logs:
        await scripted_world.look()
        await scripted_world.look()
    assert [one["connection"] for one in logs if one["event"] == "chain.stalled" and one["alert"]] == ["scripted"]
    assert "base (scripted) was read up to block" in (await scripted_world.core.watcher.stalls() or "")
    scripted_world.chain.away = False
    await scripted_world.look(1)
    scripted_world.core.watcher._alarm._asked_at = 0.0
    with capture_logs() as logs:
        await scripted_world.look()
    assert [one["connection"] for one in logs if one["event"] == "chain.goes_on"] == ["scripted"]
    assert await scripted_world.core.watcher.stalls() is None


async def test_a_node_that_answers_and_has_no_new_block_stands_still_too(scripted_world: ScriptedWorld) -> None:
    await scripted_world.ask()
    await scripted_world.look()
    await pass_seconds(scripted_world, 65)
    await scripted_world.look()
    assert "and no further for" in (await scripted_world.core.watcher.stalls() or "")


async def test_a_node_that_does_not_know_what_is_final_is_told_once(scripted_world: ScriptedWorld) -> None:
    final = {"finality": "finalized", "wallet": "7"}
    await scripted_world.core.connections.create(
        SYSTEM, "final", "scripted", livemode=False, settings=final, secrets={}
    )
    await pays_by(scripted_world, "final")
    with capture_logs() as logs:
        await scripted_world.look(1)
        await scripted_world.look(1)
    assert [one["connection"] for one in logs if one["event"] == "chain.no_finality"] == ["final"]
