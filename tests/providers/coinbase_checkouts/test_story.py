"""The whole way on a real chain: quote, checkout, transfer, signed word, our own node, books, and the money back. One core, one sandbox.

Blocks come only when a test asks. Every story ends with the books compared (`verify`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.payments.model import MethodChoice, NewPayment, PaymentDetail, PaymentStatus, RefundStatus
from gerbang.core.payments.verification import service as verification
from gerbang.core.queue import business_time
from gerbang.core.queue.service import TOPIC as JOBS
from gerbang.core.queue.worker import Worker as QueueWorker
from gerbang.ports.next_action import DisplayCrypto
from gerbang.ports.payment import Method
from gerbang.providers.sealed import ensure_root_key
from gerbang.sandbox.app import ChainConfig, running
from gerbang.web.transport.hooks import Hooks
from gerbang.web.transport.server import serve
from tests import demo_accounts
from tests.anvil import PROGRAM, needs_anvil
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR, World, _with_lifespan
from tests.demo_accounts import sandbox_config

pytestmark = needs_anvil
USDC = MethodChoice(Method.CRYPTO, {"asset": "USDC", "network": "base"}, demo_accounts.COINBASE)


@dataclass
class Counter(World):
    """A shop whose payers pay through the sandbox's Coinbase."""

    async def ask(self) -> PaymentDetail:
        new = NewPayment(4_850, "USD", "Kopi Gayo", choice=USDC)
        return (await self.core.payments.create(OPERATOR, new, self.key())).details

    async def act(self, action: str, details: PaymentDetail, **more: Any) -> Any:
        """What the payer, or Coinbase, does with the checkout."""
        return await self.control(
            f"coinbase-business/{action}", reference=ids.show("att", details.attempts[-1].id), **more
        )

    async def mine(self, blocks: int = 1) -> None:
        await self.control("chain/mine", blocks=blocks)
        await self.core.watcher.look()

    async def heard(self, kind: str, count: int = 1) -> None:
        """Wait until so many events of this kind are worked off."""
        ends = time.monotonic() + 10
        while True:
            async with self.core.db.reading() as tx:
                done = await tx.fetchval(
                    "SELECT count(*) FROM inbox WHERE type = $1 AND status = 'done'", f"checkout.{kind}"
                )
            if done >= count:
                return
            assert time.monotonic() < ends, f"{done} of {count} {kind}"
            await asyncio.sleep(0.02)

    async def status(self, details: PaymentDetail) -> str:
        return (await self.core.payments.get(details.payment.id)).payment.status.value

    async def lines_of(self, details: PaymentDetail) -> set[tuple[str, str, str, int]]:
        async with self.core.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT debit, credit, currency, amount::int FROM ledger_lines WHERE payment_id = $1",
                details.payment.id,
            )
        return {(debit, credit, currency, amount) for debit, credit, currency, amount in rows}


@pytest.fixture
async def counter(database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Counter]:
    chosen = settings.load(
        data=tmp_path,
        database_url=database.app_dsn,
        database_owner_url=database.owner_dsn,
        sandbox=True,
        port=free_port(),
        sandbox_port=free_port(),
        fixed_rates="USDC/USD=1",
    )
    ensure_root_key(chosen.root_key_path, create=True)
    owner, stop = Database(database.owner_dsn, size=2), asyncio.Event()
    await owner.open()
    config = sandbox_config(
        str(tmp_path / "sandbox"),
        (),
        port=chosen.sandbox_port,
        chain=ChainConfig(str(PROGRAM), block_s=0),
        coinbase=demo_accounts.projects(chosen),
    )

    async def advance(seconds: int) -> int:
        return await business_time.advance(owner, seconds)

    async with running(config, advance) as sandbox, app.core(chosen, "test") as core, asyncio.TaskGroup() as group:
        assert sandbox.chain is not None, "the local chain did not start"
        await demo_accounts.connect(demo_accounts.WALLET, core.connections, core.secrets, chosen, sandbox.chain)
        await demo_accounts.connect(demo_accounts.COINBASE, core.connections, core.secrets, chosen, sandbox.chain)
        queue = QueueWorker(core.db, core.nouns.jobs(core))
        inbox = InboxWorker(core.db, core.events.handlers())
        inbox.channel.subscribe(JOBS, queue.wake)
        core.payments.context.wake, core.db.tell = queue.wake, inbox.channel.tell_here
        group.create_task(queue.run(stop))
        group.create_task(inbox.run(stop))
        hooks = Hooks(core.connections, core.inbox, 262_144)
        group.create_task(serve(_with_lifespan(hooks), "127.0.0.1", chosen.port, stop=stop))
        await core.watcher.look()
        yield Counter(core, sandbox, owner)
        stop.set()
        queue.wake()
        assert (await verification.verify(core.db))[1] == []
    await owner.close()


async def test_from_the_quote_to_the_books_and_back(counter: Counter) -> None:
    details = await counter.ask()
    shown = details.attempts[0].next_action
    assert isinstance(shown, DisplayCrypto)
    assert (shown.network, shown.asset, shown.amount) == ("base", "USDC", "48500000")
    assert shown.page.startswith(counter.sandbox.url)
    await counter.act("pay", details)
    await counter.heard("payment.success")
    await counter.core.watcher.look()
    assert await counter.status(details) == "pending"  # our node has seen it, not deep enough
    await counter.mine(2)
    assert await counter.status(details) == "paid"
    assert await counter.lines_of(details) == {
        ("clearing:coinbase-uji", "exchange:USDC", "USDC", 48_500_000),
        ("exchange:USDC", "sales", "USD", 4_850),
    }
    key = counter.key()
    refund = (
        await counter.core.payments.refund(OPERATOR, details.payment.id, 1_000, "one bag came back", None, key)
    ).refund

    async def settled() -> bool:
        refunds = (await counter.core.payments.get(details.payment.id)).refunds
        return [one.status for one in refunds if one.id == refund.id] == [RefundStatus.SUCCEEDED]

    await counter.eventually(settled)
    await counter.heard("refund.success")
    after = await counter.core.payments.get(details.payment.id)
    assert (after.payment.status, after.payment.amount_refunded, len(after.refunds)) == (
        PaymentStatus.PARTIALLY_REFUNDED,
        1_000,
        1,
    )


async def test_a_signed_lie_moves_no_money_and_the_true_payment_does(counter: Counter) -> None:
    details = await counter.ask()
    await counter.act("lie", details)
    await counter.heard("payment.success")
    await counter.mine(12)
    assert await counter.status(details) == "pending"
    assert await counter.lines_of(details) == set()
    await counter.act("pay", details)
    await counter.heard("payment.success", 2)
    await counter.mine(2)
    assert await counter.status(details) == "paid"


async def test_a_lie_that_names_somebody_elses_transfer_is_held(counter: Counter) -> None:
    one, other = await counter.ask(), await counter.ask()
    await counter.act("pay", one)
    await counter.heard("payment.success")
    await counter.mine(2)
    (seen,) = await counter.core.payments.chain(one.payment.id)
    await counter.act("lie", other, transaction=seen.transfer.transaction)
    await counter.heard("payment.success", 2)
    await counter.mine(2)
    assert (await counter.status(one), await counter.status(other)) == ("paid", "held")


async def test_forgeries_are_refused_and_leave_nothing(counter: Counter) -> None:
    """R15."""
    details = await counter.ask()
    for tamper in ("token", "amount", "status"):
        await counter.control(
            "coinbase-business/webhooks", reference=ids.show("att", details.attempts[0].id), tamper=tamper
        )

    async def rejected() -> bool:
        async with counter.core.db.reading() as tx:
            return bool(await tx.fetchval("SELECT count(*) = 3 FROM rejections"))

    await counter.eventually(rejected)
    async with counter.core.db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM inbox") == 0


async def test_the_same_event_often_counts_once(counter: Counter) -> None:
    """R17."""
    details = await counter.ask()
    await counter.act("pay", details)
    await counter.heard("payment.success")
    await counter.control("coinbase-business/webhooks", reference=ids.show("att", details.attempts[0].id), times=20)
    await counter.mine(2)
    assert await counter.status(details) == "paid"
    async with counter.core.db.reading() as tx:
        assert await tx.fetchval("SELECT count(*) FROM inbox WHERE type = 'checkout.payment.success'") == 1


async def test_without_webhooks_asking_finds_it(counter: Counter) -> None:
    details = await counter.ask()
    await counter.control("coinbase-business/webhooks", drop=True)
    await counter.act("pay", details)
    await counter.core.payments.refresh(OPERATOR, details.payment.id)
    await counter.mine(2)
    assert await counter.status(details) == "paid"


async def test_a_reorg_takes_the_payment_back_until_it_is_mined_again(counter: Counter) -> None:
    """F12."""
    details = await counter.ask()
    await counter.act("pay", details)
    await counter.heard("payment.success")
    await counter.mine(2)
    assert await counter.status(details) == "paid"
    await counter.control("chain/reorg", depth=3, keep=True)
    await counter.core.watcher.look()
    await counter.mine(3)
    assert await counter.status(details) == "paid"
    await counter.control("chain/reorg", depth=6, keep=False)
    await counter.core.watcher.look()
    assert await counter.status(details) == "pending"
    assert {line[:2] for line in await counter.lines_of(details)} >= {("sales", "exchange:USDC")}


async def test_time_ends_an_unpaid_checkout(counter: Counter) -> None:
    details = await counter.ask()
    await counter.control("clock", advance_s=1_000)
    await counter.core.changes.poll()
    await counter.heard("payment.expired")
    assert await counter.status(details) == "expired"


async def test_another_way_of_paying_closes_the_checkout(counter: Counter) -> None:
    details = await counter.ask()
    usdc = MethodChoice(Method.CRYPTO, USDC.options, demo_accounts.WALLET)
    await counter.core.payments.add_attempt(OPERATOR, details.payment.id, usdc, counter.key())

    async def closed() -> bool:
        orders = await counter.control("coinbase-business/orders", "GET")
        return [one["state"] for one in orders["data"]] == ["cancelled"]

    await counter.eventually(closed)
