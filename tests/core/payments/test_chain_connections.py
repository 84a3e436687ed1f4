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
from gerbang.core.payments.model import MethodChoice, NewPayment, Whole
from gerbang.ports.payment import Method
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.scripted import ScriptedChain, Sent, provider
from tests.core.payments.shore import PAID, PENDING, Shore, open_shore


@pytest.fixture
async def shore(database: FreshDatabase, tmp_path: Path) -> AsyncIterator[Shore]:
    """Each test has chains of its own."""
    async with open_shore(database, tmp_path) as here:
        yield here


# ── several connections on one network, each with its own terms and node ────────────────────────────────────────────────────────────


async def pays_by(shore: Shore, connection: str) -> Whole:
    """A payment that shows its payer an address of this connection."""
    choice = MethodChoice(Method.CRYPTO, {"asset": "USDC", "network": "base"}, connection)
    key = IdempotencyKey("user:usr_test", ids.new().hex, b"fingerprint")
    return (await shore.core.payments.create(OPERATOR, NewPayment(4_850, "USD", "Kopi", choice=choice), key)).whole


@pytest.mark.parametrize("wallet", ["", "7"], ids=["one wallet", "two wallets"])
async def test_each_payment_waits_for_the_confirmations_of_its_own_connection(shore: Shore, wallet: str) -> None:
    careful = {"confirmations": "40", "wallet": wallet}
    await shore.core.connections.create(SYSTEM, "careful", "scripted", livemode=False, settings=careful, secrets={})
    quick, slow = await shore.ask(), await pays_by(shore, "careful")
    shore.chain.mine(shore.to(quick), shore.to(slow))
    await shore.look(3)
    assert [await shore.standing(one) for one in (quick, slow)] == [PAID, PENDING]
    await shore.look(35)
    assert await shore.standing(slow) == PENDING
    await shore.look(1)
    assert await shore.standing(slow) == PAID


async def test_a_payment_that_asks_for_finality_is_not_paid_by_depth_at_another_connection(shore: Shore) -> None:
    final = {"finality": "finalized", "wallet": "7"}
    await shore.core.connections.create(SYSTEM, "final", "scripted", livemode=False, settings=final, secrets={})
    whole = await pays_by(shore, "final")
    shore.chain.mine(shore.to(whole))
    await shore.look(60)
    assert await shore.standing(whole) == PENDING
    shore.chain.final = 30
    await shore.look()
    assert await shore.standing(whole) == PAID


async def test_a_node_of_another_connection_neither_credits_nor_takes_back(shore: Shore) -> None:
    """Both are of one network and one wallet; each believes its own node only."""
    theirs = ScriptedChain()
    theirs.mine(empty=9)
    shore.core.connections._providers["elsewhere"] = provider(theirs, "elsewhere")  # type: ignore[index]  # the table that the fixture made
    await shore.core.connections.create(SYSTEM, "elsewhere", "elsewhere", livemode=False, settings={}, secrets={})
    one, other = await shore.ask(), await pays_by(shore, "elsewhere")
    shore.chain.mine(shore.to(one), shore.to(other))
    theirs.mine(empty=1)
    for _ in range(3):
        theirs.mine(empty=1)
        await shore.look(1)
    assert [await shore.standing(each) for each in (one, other)] == [PAID, PENDING]
    theirs.mine(shore.sent[-1])
    theirs.mine(empty=3)
    await shore.look()
    assert [await shore.standing(each) for each in (one, other)] == [PAID, PAID]


async def test_money_for_a_connection_that_is_no_longer_used_is_seen_all_the_same(shore: Shore) -> None:
    whole = await shore.ask()
    await shore.core.connections.update(SYSTEM, "scripted", settings={}, secrets={}, enabled=False)
    shore.chain.mine(shore.to(whole))
    await shore.look(2)
    assert await shore.standing(whole) == PAID


async def test_a_token_that_came_before_the_looking_process_knew_it_is_judged_once_it_does(shore: Shore) -> None:
    """Another process has just added it: here it was foreign for a moment, and the blocks are read no more."""
    whole = await shore.ask()
    sent = shore.to(whole)
    shore.chain.mine(Sent(sent.hash, sent.moves, "USDT"))
    await shore.look(700)
    assert await shore.standing(whole) == PENDING
    settings = {"assets": "USDC USDT"}
    await shore.core.connections.update(SYSTEM, "scripted", settings=settings, secrets={}, enabled=True)
    await shore.look(1)
    assert (await shore.standing(whole))[0] == "held"


# ── where a reading begins ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def forget_the_reading(shore: Shore) -> None:
    """As if nobody had ever looked."""
    async with shore.owner.transaction() as tx:
        await tx.execute("DELETE FROM chain_cursors")
    shore.core.watcher._begun.clear()


async def test_the_first_look_begins_where_the_first_address_was_shown(shore: Shore) -> None:
    await forget_the_reading(shore)
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole), empty=400)
    await shore.look()
    assert await shore.standing(whole) == PAID


async def test_without_a_note_the_first_look_begins_at_the_time_when_the_address_was_shown(shore: Shore) -> None:
    """The node was away, the table is gone, or the address is of a time before notes were made."""
    shore.chain.blocks[-1].at = shore.core.clock.now() - timedelta(hours=3)
    whole = await shore.ask()
    await forget_the_reading(shore)
    shore.chain.mine(shore.to(whole))
    for _ in range(400):
        shore.chain.mine()
    await shore.look()
    assert await shore.standing(whole) == PAID


async def test_what_came_before_any_address_was_shown_is_not_read(shore: Shore) -> None:
    """A connection of a chain with millions of blocks does not begin at the first."""
    for block in shore.chain.blocks:
        block.at -= timedelta(days=300)
    for day in range(299, 0, -1):
        shore.chain.mine(empty=4, at=shore.core.clock.now() - timedelta(days=day))
    await shore.ask()
    await forget_the_reading(shore)
    shore.chain.asked.clear()
    await shore.look(10)
    assert min(first for first, _ in shore.chain.asked) > 1_400


async def test_a_network_that_is_added_later_sees_what_came_since_it_was_added(shore: Shore) -> None:
    whole = await shore.ask()
    late = ScriptedChain("optimism", 10)
    late.mine(empty=9, at=shore.core.clock.now() - timedelta(days=1))
    shore.core.connections._providers["late"] = provider(late, "late")  # type: ignore[index]  # the table that the fixture made
    await shore.core.connections.create(SYSTEM, "late", "late", livemode=False, settings={}, secrets={})
    late.mine(shore.to(whole), empty=300)
    await shore.look()
    assert (await shore.standing(whole))[0] == "held"


async def test_a_node_that_begins_anew_below_the_last_look_hides_nothing(shore: Shore) -> None:
    """A test chain is started again, or a node is set up anew: the head is far below where the last look ended."""
    await shore.look(500)
    whole = await shore.ask()
    await shore.look(1)
    del shore.chain.blocks[5:]
    shore.chain.blocks[:] = [replace(block, salt=block.salt + 10_000) for block in shore.chain.blocks]
    shore.chain.mine(shore.to(whole), empty=60)
    await shore.look()
    assert await shore.standing(whole) == PAID


async def test_a_cursor_of_another_chain_is_none(shore: Shore) -> None:
    """The connection was moved to another network, whose blocks have other numbers."""
    await shore.look(5_000)
    shore.chain.chain_id, shore.chain.blocks = 31_337, []
    shore.chain.mine(empty=9)
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole), empty=60)
    await shore.look()
    assert await shore.standing(whole) == PAID


async def test_after_months_out_of_use_the_first_payment_is_seen_at_once(shore: Shore) -> None:
    await shore.look()
    at = shore.core.clock.now()
    for block in shore.chain.blocks:
        block.at = at - timedelta(days=90)
    shore.chain.mine(empty=30_000, at=at - timedelta(days=45))
    shore.chain.mine(empty=20, at=at - timedelta(days=1))
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole), empty=2)
    await shore.look()
    assert await shore.standing(whole) == PAID


# ── chains that stand still ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def pass_seconds(shore: Shore, seconds: int) -> None:
    """So long ago the last block was read, and the address shown."""
    async with shore.owner.transaction() as tx:
        ago = timedelta(seconds=seconds)
        await tx.execute("UPDATE chain_cursors SET moved_at = moved_at - $1::interval", ago)
        await tx.execute("UPDATE attempts SET created_at = created_at - $1::interval", ago)
    shore.core.watcher._alarm._asked_at = 0.0


async def test_a_chain_that_stands_still_while_money_is_awaited_is_told_and_that_it_goes_on(shore: Shore) -> None:
    await pass_seconds(shore, 3_600)
    await shore.look()
    assert await shore.core.watcher.stalls() is None, "nothing is awaited"
    await shore.ask()
    shore.chain.away = True
    await pass_seconds(shore, 50)
    assert await shore.core.watcher.stalls() is None
    await pass_seconds(shore, 15)
    with capture_logs() as logs:
        await shore.look()
        await shore.look()
    assert [one["connection"] for one in logs if one["event"] == "chain.stalled" and one["alert"]] == ["scripted"]
    assert "base (scripted) was read up to block" in (await shore.core.watcher.stalls() or "")
    shore.chain.away = False
    await shore.look(1)
    shore.core.watcher._alarm._asked_at = 0.0
    with capture_logs() as logs:
        await shore.look()
    assert [one["connection"] for one in logs if one["event"] == "chain.goes_on"] == ["scripted"]
    assert await shore.core.watcher.stalls() is None


async def test_a_node_that_answers_and_has_no_new_block_stands_still_too(shore: Shore) -> None:
    await shore.ask()
    await shore.look()
    await pass_seconds(shore, 65)
    await shore.look()
    assert "and no further for" in (await shore.core.watcher.stalls() or "")


async def test_a_node_that_does_not_know_what_is_final_is_told_once(shore: Shore) -> None:
    final = {"finality": "finalized", "wallet": "7"}
    await shore.core.connections.create(SYSTEM, "final", "scripted", livemode=False, settings=final, secrets={})
    await pays_by(shore, "final")
    with capture_logs() as logs:
        await shore.look(1)
        await shore.look(1)
    assert [one["connection"] for one in logs if one["event"] == "chain.no_finality"] == ["final"]
