"""What our own node says, through every trick of chains and nodes: money counts once, for whom it came, and none of it is overlooked.

Every story ends with the books compared (`verify`).
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gerbang.core.payments.crypto.watcher import Watcher
from gerbang.core.payments.model import NotHeld
from gerbang.core.payments.open_work import decision_store
from gerbang.core.queue import business_time
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.scripted_chain import STRANGER, Gate, Sent
from tests.core.payments.scripted_world import PAID, PENDING, WHOLE, ScriptedWorld, open_shore


@pytest.fixture
async def scripted_world(database: FreshDatabase, tmp_path: Path) -> AsyncIterator[ScriptedWorld]:
    """Each test has chains of its own."""
    async with open_shore(database, tmp_path) as here:
        yield here


async def test_seen_then_counted_and_the_page_is_told_until_it_counts(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details))
    await scripted_world.look()
    assert await scripted_world.standing(details) == PENDING
    assert await scripted_world.announced("payment.confirming") == 1
    await scripted_world.look(1)
    assert await scripted_world.standing(details) == PAID
    for _ in range(5):
        await scripted_world.look(1)
    assert await scripted_world.announced("payment.confirming") == 1


async def test_another_log_of_a_moved_transaction_is_not_taken_for_ours(scripted_world: ScriptedWorld) -> None:
    """A swap pays others on its way to us; in another block its logs have other numbers."""
    details = await scripted_world.ask()
    swap = scripted_world.to(STRANGER, details, STRANGER)
    scripted_world.chain.mine(swap)
    await scripted_world.look(2)
    assert await scripted_world.standing(details) == PAID
    scripted_world.chain.reorg(
        3, [scripted_world.to(STRANGER), swap]
    )  # ours was log 1 and is log 2 now; log 1 pays a stranger
    await scripted_world.look(2)
    assert await scripted_world.standing(details) == PAID


async def test_logs_that_change_their_numbers_pay_each_payment_once(scripted_world: ScriptedWorld) -> None:
    one, other = await scripted_world.ask(), await scripted_world.ask()
    both = scripted_world.to(one, other)
    scripted_world.chain.mine(both)
    await scripted_world.look(2)
    scripted_world.chain.reorg(3, [scripted_world.to(STRANGER), both])  # what was the other's number is the one's now
    for _ in range(30):
        await scripted_world.look(1)
    assert [await scripted_world.standing(details) for details in (one, other)] == [PAID, PAID]


async def test_a_moved_transaction_may_move_another_amount(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    swap = scripted_world.to(details)
    scripted_world.chain.mine(swap)
    await scripted_world.look(2)
    scripted_world.chain.reorg(3, [Sent(swap.hash, ((swap.moves[0][0], WHOLE // 2),))])
    for _ in range(30):
        await scripted_world.look(1)
    assert await scripted_world.standing(details) == ("part_paid", False, 2_425, WHOLE // 2)


async def test_what_a_node_forgot_for_a_moment_counts_again(scripted_world: ScriptedWorld) -> None:
    """Behind one address there are often many nodes, and not all of them know everything."""
    details = await scripted_world.ask()
    scripted_world.chain.mine(sent := scripted_world.to(details))
    await scripted_world.look(40)
    assert await scripted_world.standing(details) == PAID
    scripted_world.chain.forgets.add(sent.hash)
    await scripted_world.look(1)
    scripted_world.chain.forgets.clear()
    await scripted_world.look(1)
    assert await scripted_world.standing(details) == PAID


async def test_a_large_sum_waits_for_the_second_node_however_long(scripted_world: ScriptedWorld) -> None:
    scripted_world.chain.agree_above, scripted_world.chain.doubted = WHOLE, True
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details))
    for _ in range(3):
        await scripted_world.look(30)
    assert await scripted_world.standing(details) == PENDING
    scripted_world.chain.doubted = False
    await scripted_world.look(1)
    assert await scripted_world.standing(details) == PAID


async def test_a_head_that_goes_back_takes_nothing_back(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details))
    await scripted_world.look(1)
    assert await scripted_world.standing(details) == PAID
    scripted_world.chain.lags = 1
    await scripted_world.look()
    assert await scripted_world.standing(details) == PAID
    assert await scripted_world.announced("payment.retracted") == 0


async def test_money_that_came_in_time_is_not_late_because_we_looked_late(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    await scripted_world.look(1)
    scripted_world.chain.mine(empty=2_500)
    scripted_world.chain.mine(scripted_world.to(details), empty=200)
    await business_time.advance(scripted_world.owner, 1_000)
    await scripted_world.core.changes.poll()
    late = scripted_world.core.clock.now()
    scripted_world.chain.mine(at=late)
    for _ in range(3):
        await scripted_world.look()
    assert await scripted_world.standing(details) == PAID


async def test_after_days_without_crypto_the_first_payment_is_seen_at_once(scripted_world: ScriptedWorld) -> None:
    async with scripted_world.owner.transaction() as tx:  # the last look was days ago
        await tx.execute("UPDATE chain_cursors SET asked_at = asked_at - interval '3 days'")
    scripted_world.chain.mine(empty=20_000)
    await scripted_world.look()
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details))
    await scripted_world.look(1)
    assert await scripted_world.standing(details) == PAID


async def test_a_look_that_began_before_another_was_written_takes_back_what_is_gone(
    scripted_world: ScriptedWorld,
) -> None:
    """Two processes look: the later one knew nothing of the credit when it asked, and must take it back all the same."""
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details))
    await scripted_world.look()
    scripted_world.chain.mine()
    early, later = Gate(), Gate()
    scripted_world.chain.gates += [early, later]
    one = asyncio.create_task(scripted_world.core.watcher.look())
    await early.reached.wait()
    other = asyncio.create_task(Watcher(scripted_world.core.payments.context, scripted_world.core.outbound).look())
    await later.reached.wait()
    early.open.set()
    await one
    assert await scripted_world.standing(details) == PAID
    scripted_world.chain.reorg(2)
    later.open.set()
    await other
    assert await scripted_world.standing(details) == PENDING


@pytest.mark.parametrize("lags", [0, 10])
async def test_a_reorg_deeper_than_the_blocks_that_are_read_again_hides_no_transfer(
    scripted_world: ScriptedWorld, lags: int
) -> None:
    """The transfer stands below everything that was read before; a head that is behind for one look does not make that forgotten."""
    details = await scripted_world.ask()
    await scripted_world.look(60)
    scripted_world.chain.reorg(50, [], [scripted_world.to(details)])
    scripted_world.chain.lags = lags
    await scripted_world.look()
    scripted_world.chain.lags = 0
    await scripted_world.look()
    assert await scripted_world.standing(details) == PAID


async def test_connections_that_share_a_wallet_never_give_out_one_address_twice(scripted_world: ScriptedWorld) -> None:
    """A merchant with one wallet has a connection for each network: else the payer of one payment could pay another's."""
    details_by_id = [
        *await asyncio.gather(scripted_world.ask(), scripted_world.ask("polygon"), scripted_world.ask()),
        await scripted_world.ask("polygon"),
    ]
    assert len({details.attempts[0].provider_reference for details in details_by_id}) == len(details_by_id)
    one, other = details_by_id[0], details_by_id[1]
    scripted_world.chain.mine(scripted_world.to(one))
    await scripted_world.look(1)
    assert [await scripted_world.standing(details) for details in (one, other)] == [PAID, PENDING]
    scripted_world.polygon.mine(scripted_world.to(other), empty=1)
    await scripted_world.look()
    assert [await scripted_world.standing(details) for details in (one, other)] == [PAID, PAID]
    given = await scripted_world.core.watcher.deposits()
    assert sorted(one.number for one in given) == [0, 1, 2, 3]
    assert {one.address for one in given} == {details.attempts[0].provider_reference for details in details_by_id}


async def test_the_right_asset_on_another_network_waits_for_a_person(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    scripted_world.polygon.mine(scripted_world.to(details), empty=1)
    await scripted_world.look()
    assert await scripted_world.standing(details) == ("held", False, 0, 0)


async def test_what_nobody_asked_for_at_a_paid_address_waits_for_a_person_until_they_say_that_it_is_done(
    scripted_world: ScriptedWorld,
) -> None:
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details), empty=1)
    await scripted_world.look()
    payments, id_ = scripted_world.core.payments, details.payment.id
    for nth in (1, 2):
        scripted_world.polygon.mine(scripted_world.to(details), empty=1)
        await scripted_world.look()
        assert (await scripted_world.standing(details), (await payments.work_counts(9))["foreign"]) == (PAID, 1), nth
        with pytest.raises(NotHeld):
            await payments.resolve(OPERATOR, id_, "refund", "The whole payment would go back.")
        async with scripted_world.core.db.transaction() as tx:  # as a refund of the payment itself does
            await decision_store.keep(tx, id_, foreign=False)
        assert (await payments.work_counts(9))["foreign"] == 1, nth
        await payments.resolve(OPERATOR, id_, "accept", "Sent back by hand.")
        for _ in range(3):
            scripted_world.polygon.mine(empty=3)
            await scripted_world.look(3)
        assert (await payments.work_counts(9))["foreign"] == 0, nth


async def test_another_chain_does_not_say_that_the_time_is_over(scripted_world: ScriptedWorld) -> None:
    details = await scripted_world.ask()
    scripted_world.chain.mine(scripted_world.to(details), empty=1)
    scripted_world.chain.away = True
    await business_time.advance(scripted_world.owner, 1_000)
    await scripted_world.core.changes.poll()
    scripted_world.polygon.mine(at=scripted_world.core.clock.now())
    await scripted_world.look()
    assert await scripted_world.standing(details) == PENDING
    scripted_world.chain.away = False
    await scripted_world.look()
    assert await scripted_world.standing(details) == PAID
