"""What our own node says, through every trick of chains and nodes: money counts once, for whom it came, and none of it is overlooked.

Every story ends with the books compared (`verify`).
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gerbang.core.payments import decision_store
from gerbang.core.payments.model import NotHeld
from gerbang.core.payments.watching import Watcher
from gerbang.core.queue import business_time
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.scripted import STRANGER, Gate, Sent
from tests.core.payments.shore import PAID, PENDING, WHOLE, Shore, open_shore


@pytest.fixture
async def shore(database: FreshDatabase, tmp_path: Path) -> AsyncIterator[Shore]:
    """Each test has chains of its own."""
    async with open_shore(database, tmp_path) as here:
        yield here


async def test_seen_then_counted_and_the_page_is_told_until_it_counts(shore: Shore) -> None:
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole))
    await shore.look()
    assert await shore.standing(whole) == PENDING
    assert await shore.announced("payment.confirming") == 1
    await shore.look(1)
    assert await shore.standing(whole) == PAID
    for _ in range(5):
        await shore.look(1)
    assert await shore.announced("payment.confirming") == 1


async def test_another_log_of_a_moved_transaction_is_not_taken_for_ours(shore: Shore) -> None:
    """A swap pays others on its way to us; in another block its logs have other numbers."""
    whole = await shore.ask()
    swap = shore.to(STRANGER, whole, STRANGER)
    shore.chain.mine(swap)
    await shore.look(2)
    assert await shore.standing(whole) == PAID
    shore.chain.reorg(3, [shore.to(STRANGER), swap])  # ours was log 1 and is log 2 now; log 1 pays a stranger
    await shore.look(2)
    assert await shore.standing(whole) == PAID


async def test_logs_that_change_their_numbers_pay_each_payment_once(shore: Shore) -> None:
    one, other = await shore.ask(), await shore.ask()
    both = shore.to(one, other)
    shore.chain.mine(both)
    await shore.look(2)
    shore.chain.reorg(3, [shore.to(STRANGER), both])  # what was the other's number is the one's now
    for _ in range(30):
        await shore.look(1)
    assert [await shore.standing(whole) for whole in (one, other)] == [PAID, PAID]


async def test_a_moved_transaction_may_move_another_amount(shore: Shore) -> None:
    whole = await shore.ask()
    swap = shore.to(whole)
    shore.chain.mine(swap)
    await shore.look(2)
    shore.chain.reorg(3, [Sent(swap.hash, ((swap.moves[0][0], WHOLE // 2),))])
    for _ in range(30):
        await shore.look(1)
    assert await shore.standing(whole) == ("part_paid", False, 2_425, WHOLE // 2)


async def test_what_a_node_forgot_for_a_moment_counts_again(shore: Shore) -> None:
    """Behind one address there are often many nodes, and not all of them know everything."""
    whole = await shore.ask()
    shore.chain.mine(sent := shore.to(whole))
    await shore.look(40)
    assert await shore.standing(whole) == PAID
    shore.chain.forgets.add(sent.hash)
    await shore.look(1)
    shore.chain.forgets.clear()
    await shore.look(1)
    assert await shore.standing(whole) == PAID


async def test_a_large_sum_waits_for_the_second_node_however_long(shore: Shore) -> None:
    shore.chain.agree_above, shore.chain.doubted = WHOLE, True
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole))
    for _ in range(3):
        await shore.look(30)
    assert await shore.standing(whole) == PENDING
    shore.chain.doubted = False
    await shore.look(1)
    assert await shore.standing(whole) == PAID


async def test_a_head_that_goes_back_takes_nothing_back(shore: Shore) -> None:
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole))
    await shore.look(1)
    assert await shore.standing(whole) == PAID
    shore.chain.lags = 1
    await shore.look()
    assert await shore.standing(whole) == PAID
    assert await shore.announced("payment.retracted") == 0


async def test_money_that_came_in_time_is_not_late_because_we_looked_late(shore: Shore) -> None:
    whole = await shore.ask()
    await shore.look(1)
    shore.chain.mine(empty=2_500)
    shore.chain.mine(shore.to(whole), empty=200)
    await business_time.advance(shore.owner, 1_000)
    await shore.core.changes.poll()
    late = shore.core.clock.now()
    shore.chain.mine(at=late)
    for _ in range(3):
        await shore.look()
    assert await shore.standing(whole) == PAID


async def test_after_days_without_crypto_the_first_payment_is_seen_at_once(shore: Shore) -> None:
    async with shore.owner.transaction() as tx:  # the last look was days ago
        await tx.execute("UPDATE chain_cursors SET asked_at = asked_at - interval '3 days'")
    shore.chain.mine(empty=20_000)
    await shore.look()
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole))
    await shore.look(1)
    assert await shore.standing(whole) == PAID


async def test_a_look_that_began_before_another_was_written_takes_back_what_is_gone(shore: Shore) -> None:
    """Two processes look: the later one knew nothing of the credit when it asked, and must take it back all the same."""
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole))
    await shore.look()
    shore.chain.mine()
    early, later = Gate(), Gate()
    shore.chain.gates += [early, later]
    one = asyncio.create_task(shore.core.watcher.look())
    await early.reached.wait()
    other = asyncio.create_task(Watcher(shore.core.payments.context, shore.core.http).look())
    await later.reached.wait()
    early.open.set()
    await one
    assert await shore.standing(whole) == PAID
    shore.chain.reorg(2)
    later.open.set()
    await other
    assert await shore.standing(whole) == PENDING


@pytest.mark.parametrize("lags", [0, 10])
async def test_a_reorg_deeper_than_the_blocks_that_are_read_again_hides_no_transfer(shore: Shore, lags: int) -> None:
    """The transfer stands below everything that was read before; a head that is behind for one look does not make that forgotten."""
    whole = await shore.ask()
    await shore.look(60)
    shore.chain.reorg(50, [], [shore.to(whole)])
    shore.chain.lags = lags
    await shore.look()
    shore.chain.lags = 0
    await shore.look()
    assert await shore.standing(whole) == PAID


async def test_connections_that_share_a_wallet_never_give_out_one_address_twice(shore: Shore) -> None:
    """A merchant with one wallet has a connection for each network: else the payer of one payment could pay another's."""
    wholes = [*await asyncio.gather(shore.ask(), shore.ask("polygon"), shore.ask()), await shore.ask("polygon")]
    assert len({whole.attempts[0].provider_reference for whole in wholes}) == len(wholes)
    one, other = wholes[0], wholes[1]
    shore.chain.mine(shore.to(one))
    await shore.look(1)
    assert [await shore.standing(whole) for whole in (one, other)] == [PAID, PENDING]
    shore.polygon.mine(shore.to(other), empty=1)
    await shore.look()
    assert [await shore.standing(whole) for whole in (one, other)] == [PAID, PAID]
    given = await shore.core.watcher.deposits()
    assert sorted(one.number for one in given) == [0, 1, 2, 3]
    assert {one.address for one in given} == {whole.attempts[0].provider_reference for whole in wholes}


async def test_the_right_asset_on_another_network_waits_for_a_person(shore: Shore) -> None:
    whole = await shore.ask()
    shore.polygon.mine(shore.to(whole), empty=1)
    await shore.look()
    assert await shore.standing(whole) == ("held", False, 0, 0)


async def test_what_nobody_asked_for_at_a_paid_address_waits_for_a_person_until_they_say_that_it_is_done(
    shore: Shore,
) -> None:
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole), empty=1)
    await shore.look()
    payments, id_ = shore.core.payments, whole.payment.id
    for nth in (1, 2):
        shore.polygon.mine(shore.to(whole), empty=1)
        await shore.look()
        assert (await shore.standing(whole), (await payments.work_counts(9))["foreign"]) == (PAID, 1), nth
        with pytest.raises(NotHeld):
            await payments.resolve(OPERATOR, id_, "refund", "The whole payment would go back.")
        async with shore.core.db.transaction() as tx:  # as a refund of the payment itself does
            await decision_store.keep(tx, id_, foreign=False)
        assert (await payments.work_counts(9))["foreign"] == 1, nth
        await payments.resolve(OPERATOR, id_, "accept", "Sent back by hand.")
        for _ in range(3):
            shore.polygon.mine(empty=3)
            await shore.look(3)
        assert (await payments.work_counts(9))["foreign"] == 0, nth


async def test_another_chain_does_not_say_that_the_time_is_over(shore: Shore) -> None:
    whole = await shore.ask()
    shore.chain.mine(shore.to(whole), empty=1)
    shore.chain.away = True
    await business_time.advance(shore.owner, 1_000)
    await shore.core.changes.poll()
    shore.polygon.mine(at=shore.core.clock.now())
    await shore.look()
    assert await shore.standing(whole) == PENDING
    shore.chain.away = False
    await shore.look()
    assert await shore.standing(whole) == PAID
