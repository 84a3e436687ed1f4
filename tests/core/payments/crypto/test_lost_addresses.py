"""A restore from an older backup: addresses that were shown after it belong to no payment, and what comes there is seen and held."""

from pathlib import Path

import pytest

from gerbang import app
from gerbang.core.audit.service import SYSTEM
from gerbang.core.payments.crypto.deposit_addresses import TooFarAhead
from gerbang.core.payments.model import Filters, PaymentDetail
from gerbang.core.payments.verification import service as verification
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.crypto.test_deposit_addresses import WALLET, a_core, addresses, copied, dsn
from tests.core.payments.scripted_chain import ScriptedChain, Sent

HASH = "0x" + "1" * 64


async def held(core: app.Core) -> list[PaymentDetail]:
    found, _ = await core.payments.page(Filters(status="held"), None, 10)
    return found


async def test_money_at_an_address_that_the_restored_database_does_not_know_is_held_once_and_can_be_accepted(
    database: FreshDatabase, tmp_path: Path
) -> None:
    data, chain = tmp_path / "data", ScriptedChain()
    async with a_core(dsn(database), data, chain) as core:
        await addresses(core, 3)
    await copied(database, f"{database.name}_older")
    async with a_core(dsn(database), data, chain) as core:
        lost = (await addresses(core, 4))[2]
    chain.mine(Sent(HASH, ((lost, 48_500_000),)), empty=5)
    async with a_core(dsn(database, f"{database.name}_older"), data, chain) as core:
        await core.watcher.sweep()  # nobody has asked for an address since the restore
        await core.watcher.sweep()
        (details,) = await held(core)
        (seen,) = await core.payments.chain(details.payment.id)
        assert (details.payment.amount, details.payment.currency, details.payment.amount_captured) == (
            48_500_000,
            "USDC",
            0,
        )
        assert (details.attempts[0].deposit, details.attempts[0].provider_reference) == (5, lost)
        assert seen.transfer.transaction == HASH
        listed = {one.number: one for one in await core.watcher.deposits()}
        assert [listed[number].payment for number in (3, 4, 6)] == ["", "", ""]
        accepted = await core.payments.resolve(OPERATOR, details.payment.id, "accept", "The shop knows the order.")
        assert (accepted.payment.status.value, accepted.payment.amount_captured) == ("paid", 48_500_000)
        assert (await verification.verify(core.db))[1] == []


async def test_what_comes_later_to_a_lost_address_is_counted_once_its_money_was_accepted(
    database: FreshDatabase, tmp_path: Path
) -> None:
    chain, there = ScriptedChain(), f"0x{3:040x}"
    async with a_core(dsn(database), tmp_path / "data", chain) as core:
        await addresses(core, 1)
        await core.calls.deposits.resume_at(WALLET, 4, SYSTEM)
        chain.mine(Sent(HASH, ((there, 7),)), empty=5)
        await core.watcher.sweep()
        chain.mine(Sent("0x" + "2" * 64, ((there, 3),)), empty=5)  # before anybody has decided
        await core.watcher.look()
        (details,) = await held(core)
        accepted = await core.payments.resolve(OPERATOR, details.payment.id, "accept", "The shop knows the order.")
        assert (accepted.payment.amount, accepted.payment.amount_captured, accepted.payment.excess_owed) == (7, 10, 3)
        chain.mine(Sent("0x" + "3" * 64, ((there, 2),)), empty=5)
        await core.watcher.look()
        later = await core.payments.get(details.payment.id)
        verdicts = [one.verdict for one in await core.payments.chain(details.payment.id)]
        assert (later.payment.status.value, later.payment.excess_owed, verdicts) == ("paid", 5, ["counts"] * 3)
        assert (await verification.verify(core.db))[1] == []


async def test_what_was_skipped_by_hand_is_looked_at_for_months_and_held_each_time_money_comes(
    database: FreshDatabase, tmp_path: Path
) -> None:
    chain, there = ScriptedChain(), f"0x{3:040x}"
    async with a_core(dsn(database), tmp_path / "data", chain) as core:
        await addresses(core, 1)
        with pytest.raises(TooFarAhead):
            await core.calls.deposits.resume_at(WALLET, 10**9, SYSTEM)
        await core.calls.deposits.resume_at(WALLET, 4, SYSTEM)
        await core.watcher.sweep()
        assert await held(core) == []
        await due_again(core, "20 days")
        chain.mine(Sent(HASH, ((there, 7),)), empty=5)
        chain.away = True
        await core.watcher.sweep()
        assert await held(core) == []
        chain.away = False
        await due_again(core, "1 day")
        await core.watcher.sweep()
        (details,) = await held(core)
        released = await core.payments.resolve(OPERATOR, details.payment.id, "release", "Sent back by hand.")
        assert released.payment.status.value != "held"
        chain.mine(Sent("0x" + "2" * 64, ((there, 5),)), empty=5)
        await core.watcher.look()
        assert [one.payment.id for one in await held(core)] == [details.payment.id]
        await core.connections.create(SYSTEM, "other", "scripted", livemode=False, settings={}, secrets={})
        async with (
            core.db.transaction() as tx
        ):  # as after a downgrade, which does not know what the newer version wrote
            await tx.execute("""UPDATE connections SET settings = '{"confirmations": "many"}' WHERE id = 'scripted'""")
        core.connections.forget()
        listed = await core.watcher.deposits()
        assert [(one.number, one.path, bool(one.problem)) for one in listed if one.connection == "scripted"] == [
            (0, "", True),
            (2, "", True),
        ]
        assert {one.number for one in listed if one.connection == "other"} == {1, 3}


async def due_again(core: app.Core, since: str) -> None:
    async with core.db.transaction() as tx:
        await tx.execute("UPDATE lost_addresses SET lost_at = lost_at - $1::text::interval, sweep_at = now()", since)
