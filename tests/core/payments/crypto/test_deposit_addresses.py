"""Deposit numbers: no address that was ever shown is shown to another payer, whichever older database, process or host gives the next."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.high_water_marks import HighWaterMarks, HighWaterMarkUnusable
from gerbang.core.audit.service import SYSTEM
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.payments.crypto.deposit_addresses import AddressesShown, AddressesUnmarked, TooManyAddresses
from gerbang.core.payments.model import MethodChoice, NewPayment, PaymentDetail, PaymentStatus
from gerbang.ports.payment import Method
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import ensure_root_key
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.scripted_chain import ScriptedChain, Sent, provider

USDC = MethodChoice(Method.CRYPTO, {"asset": "USDC", "network": "base"})
WALLET = f"0x{1:040x}"


def dsn(database: FreshDatabase, name: str = "") -> dict[str, str]:
    """The settings of a database, or of a copy of it by this name."""
    head, _, _ = database.app_dsn.partition(f"/{database.name}")
    assert head, database.app_dsn
    return {
        "database_url": database.app_dsn.replace(f"/{database.name}", f"/{name or database.name}"),
        "database_owner_url": database.owner_dsn.replace(f"/{database.name}", f"/{name or database.name}"),
    }


@asynccontextmanager
async def a_core(where: dict[str, str], data: Path, chain: ScriptedChain | None = None) -> AsyncIterator[app.Core]:
    """One process; whichever database it has, its data folder and so its marks are the same."""
    data.mkdir(exist_ok=True)
    chosen = settings.load(data=data, sandbox=True, fixed_rates="USDC/USD=1", **where)
    ensure_root_key(chosen.root_key_path, create=True)
    looked = chain or ScriptedChain()
    if not looked.blocks:
        looked.mine(empty=9)
    async with app.core(chosen, "test", {**PROVIDERS, "scripted": provider(looked)}) as core:
        if not any(one.id == "scripted" for one in await core.connections.all()):
            await core.connections.create(SYSTEM, "scripted", "scripted", livemode=False, settings={}, secrets={})
        yield core


async def ask(core: app.Core, choice: MethodChoice | None = USDC) -> PaymentDetail:
    key = IdempotencyKey("user:usr_test", ids.new().hex, b"fingerprint")
    return (await core.payments.create(OPERATOR, NewPayment(4_850, "USD", "Gayo coffee", choice=choice), key)).details


async def addresses(core: app.Core, count: int) -> list[str]:
    return [str((await ask(core)).attempts[-1].provider_reference) for _ in range(count)]


async def copied(database: FreshDatabase, name: str) -> None:
    """A backup: the whole database as it is now."""
    admin = await asyncpg.connect(database.admin_dsn.replace(f"/{database.name}", "/postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {database.name} OWNER gerbang_owner STRATEGY file_copy")
    await admin.close()


async def said(core: app.Core, action: str) -> list[dict[str, object]]:
    async with core.db.reading() as tx:
        return [row["detail"] for row in await tx.fetch("SELECT detail FROM audit WHERE action = $1", action)]


async def test_an_older_database_goes_on_above_what_was_shown_and_says_so(
    database: FreshDatabase, tmp_path: Path
) -> None:
    data, older = tmp_path / "data", f"{database.name}_older"
    async with a_core(dsn(database), data) as core:
        shown = await addresses(core, 3)
    await copied(database, older)
    async with a_core(dsn(database), data) as core:
        shown += await addresses(core, 4)
    async with a_core(dsn(database, older), data) as core:
        again = await addresses(core, 2)
        assert await said(core, "addresses.went_on_above") == [{"database": 3, "mark": 7}]
    assert len({*shown, *again}) == 9
    assert HighWaterMarks(tmp_path / "data.addresses").read(WALLET) == 9


async def test_an_older_copy_of_the_data_folder_takes_no_mark_back(tmp_path: Path) -> None:
    chosen = settings.load(data=tmp_path / "data")
    assert not chosen.marks_folder.is_relative_to(chosen.data.absolute())


async def test_without_its_mark_a_wallet_gives_no_address_until_a_person_says_from_where_on(
    database: FreshDatabase, tmp_path: Path
) -> None:
    async with a_core(dsn(database), tmp_path / "data") as core:
        await addresses(core, 3)
    core_marks = HighWaterMarks(tmp_path / "data.addresses")
    core_marks.path(WALLET).unlink()
    async with a_core(dsn(database), tmp_path / "data") as core:
        with pytest.raises(AddressesUnmarked) as stopped:
            await ask(core)
        assert "gerbang addresses resume-at N" in (stopped.value.hint or "")
        assert not [one for one in await core.payments.methods(4_850, "USD") if one.assets]
        with pytest.raises(AddressesShown):
            await core.calls.deposits.resume_at(WALLET, 2, SYSTEM)
        await core.calls.deposits.resume_at(WALLET, 50, SYSTEM)
        assert await addresses(core, 1) == [f"0x{51:040x}"]
        assert await said(core, "addresses.resumed") == [{"number": 50, "database": 3, "mark": None}]


async def test_the_first_start_after_an_upgrade_writes_the_mark_by_itself(
    database: FreshDatabase, tmp_path: Path
) -> None:
    async with a_core(dsn(database), tmp_path / "data") as core:
        await addresses(core, 2)
        async with core.db.transaction() as tx:
            await tx.execute("UPDATE deposit_numbers SET marked = false")
    HighWaterMarks(tmp_path / "data.addresses").path(WALLET).unlink()
    async with a_core(dsn(database), tmp_path / "data") as core:
        assert await addresses(core, 1) == [f"0x{3:040x}"]
    assert HighWaterMarks(tmp_path / "data.addresses").read(WALLET) == 3


async def test_processes_at_the_same_moment_share_the_mark(database: FreshDatabase, tmp_path: Path) -> None:
    async with a_core(dsn(database), tmp_path / "data") as one, a_core(dsn(database), tmp_path / "data") as other:
        details_by_id = await asyncio.gather(*(ask(core) for core in (one, other) * 10))
    numbers = sorted(
        details.attempts[0].deposit for details in details_by_id if details.attempts[0].deposit is not None
    )
    assert numbers == list(range(20))
    assert HighWaterMarks(tmp_path / "data.addresses").read(WALLET) == 20


async def test_where_the_mark_cannot_be_written_nothing_is_shown(database: FreshDatabase, tmp_path: Path) -> None:
    async with a_core(dsn(database), tmp_path / "data") as core:
        details = await ask(core, None)
        await addresses(core, 1)
        shutil.rmtree(
            tmp_path / "data.addresses"
        )  # between the check, which holds for two seconds, and the next number
        (tmp_path / "data.addresses").write_text("a file where the folder should be")
        key = IdempotencyKey("user:usr_test", "k", b"f")
        made = (await core.payments.add_attempt(OPERATOR, details.payment.id, USDC, key)).details
        assert (made.attempts[0].next_action, made.attempts[0].deposit) == (None, -1)


async def test_the_longest_run_of_unpaid_addresses_is_counted_and_the_gap_limit_follows(
    database: FreshDatabase, tmp_path: Path
) -> None:
    chain = ScriptedChain()
    async with a_core(dsn(database), tmp_path / "data", chain) as core:
        await core.watcher.look()
        await addresses(core, 4)
        (paid,) = await addresses(core, 1)
        await addresses(core, 2)
        chain.mine(Sent("0x" + "1" * 64, ((paid, 48_500_000),)), empty=3)
        await core.watcher.look()
        (wallet,) = await core.calls.deposits.wallets()
    assert (wallet.next, wallet.unpaid_run, wallet.unpaid_now, wallet.gap_limit) == (7, 4, 2, 5)


async def test_a_payment_that_is_begun_anew_for_ever_makes_no_endless_row_of_addresses(
    database: FreshDatabase, tmp_path: Path
) -> None:
    async with a_core(dsn(database), tmp_path / "data") as core:
        details = await ask(core)
        async with core.db.transaction() as tx:
            await tx.execute("UPDATE attempts SET expires_at = now() - interval '1 second'")
        for number in range(4):
            await core.payments.add_attempt(OPERATOR, details.payment.id, USDC, IdempotencyKey("u", f"{number}", b"f"))
            async with core.db.transaction() as tx:
                await tx.execute("UPDATE attempts SET expires_at = now() - interval '1 second'")
        with pytest.raises(TooManyAddresses):
            await core.payments.add_attempt(OPERATOR, details.payment.id, USDC, IdempotencyKey("u", "last", b"f"))
        assert (await core.payments.get(details.payment.id)).payment.status is PaymentStatus.PENDING


def test_a_mark_that_holds_no_number_is_no_mark(tmp_path: Path) -> None:
    marks = HighWaterMarks(tmp_path / "marks")
    marks.write("0xaa", 41)
    assert marks.read("0xaa") == 41
    marks.path("0xaa").write_text("")
    with pytest.raises(HighWaterMarkUnusable):
        marks.read("0xaa")
    assert os.listdir(tmp_path / "marks") == ["0xaa.next"]  # noqa: PTH208  names alone
