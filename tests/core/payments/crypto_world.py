"""A world whose payers have wallets: a sandbox with a real node, and a core that looks at it only when a test says so."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from gerbang import app, settings
from gerbang.base.db import Database
from gerbang.core.payments import amount_due
from gerbang.core.payments.model import MethodChoice, NewPayment, PaymentDetail
from gerbang.core.payments.verification import service as verification
from gerbang.core.queue import business_time
from gerbang.ports.next_action import DisplayCrypto
from gerbang.ports.payment import Method
from gerbang.providers.nicepay.simulator import Merchant
from gerbang.providers.sealed import ensure_root_key
from gerbang.sandbox.app import ChainConfig, running
from tests import demo_accounts
from tests.anvil import PROGRAM
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR, World
from tests.demo_accounts import sandbox_config

USDC = MethodChoice(Method.CRYPTO, {"asset": "USDC", "network": "base"})
ETH = MethodChoice(Method.CRYPTO, {"asset": "ETH", "network": "base"})
WALLET, EXCHANGE = "wallet:base:USDC", "exchange:USDC"


def shown_by(details: PaymentDetail) -> DisplayCrypto:
    """What the newest attempt asks its payer to send."""
    action = details.attempts[-1].next_action
    assert isinstance(action, DisplayCrypto), details.attempts[-1]
    return action


def asked_now(details: PaymentDetail) -> DisplayCrypto:
    """What the payer is asked to send now, by API and page."""
    attempt = amount_due.payable(details)
    action = amount_due.instructions(attempt, amount_due.owed(details.payment)) if attempt else None
    assert isinstance(action, DisplayCrypto), details.attempts
    return action


@dataclass
class CryptoWorld(World):
    """A world whose payers have wallets."""

    async def ask(self, amount: int = 4_850, currency: str = "USD", choice: MethodChoice = USDC) -> PaymentDetail:
        """A payment that shows its payer an address."""
        new = NewPayment(amount, currency, "Gayo coffee", choice=choice)
        details = (await self.core.payments.create(OPERATOR, new, self.key())).details
        assert (
            shown_by(details).address == shown_by(details).uri.partition("address=")[2].partition("&")[0]
            or choice is ETH
        )
        return details

    async def send(self, details: PaymentDetail, **more: Any) -> str:
        """The payer sends from the demo wallet; a block is mined with it."""
        shown = shown_by(details)
        amount = {"amount": shown.amount} | more
        return str((await self.control("chain/pay", address=shown.address, **amount))["transactions"][-1])

    async def mine(self, blocks: int = 1) -> None:
        """Blocks come, and our node is asked."""
        await self.control("chain/mine", blocks=blocks)
        await self.core.watcher.look()

    async def reorg(self, depth: int, *, keep: bool) -> None:
        """The chain changes its mind about its last blocks, and our node is asked."""
        await self.control("chain/reorg", depth=depth, keep=keep)
        await self.core.watcher.look()

    async def advance(self, seconds: int) -> None:
        """Let business time pass, on the chain too."""
        await self.control("clock", advance_s=seconds)
        await self.core.changes.poll()

    async def now(self, details: PaymentDetail) -> PaymentDetail:
        return await self.core.payments.get(details.payment.id)

    async def status(self, details: PaymentDetail) -> str:
        return (await self.now(details)).payment.status.value

    async def moved(self, payment: UUID) -> dict[tuple[str, str, str], int]:
        """The ledger of a payment: what went from where to where in all, by currency; what was reversed is gone."""
        async with self.core.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT debit, credit, currency, amount::text FROM ledger_lines WHERE payment_id = $1", payment
            )
        sums: dict[tuple[str, str, str], int] = {}
        for debit, credit, currency, amount in rows:
            forth, back = (debit, credit, currency), (credit, debit, currency)
            key, sign = (back, -1) if back in sums else (forth, 1)
            sums[key] = sums.get(key, 0) + sign * int(amount)
        return {key: value for key, value in sums.items() if value}


@asynccontextmanager
async def open_harbour(
    database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[CryptoWorld]:
    """A sandbox with a chain, and a core that looks at it only when it is told to."""
    chosen = settings.load(
        data=tmp_path,
        database_url=database.app_dsn,
        database_owner_url=database.owner_dsn,
        sandbox=True,
        port=free_port(),
        sandbox_port=free_port(),
        fixed_rates="USDC/USD=1 ETH/USD=2500",
    )
    ensure_root_key(chosen.root_key_path, create=True)
    owner = Database(database.owner_dsn, size=2)
    await owner.open()
    merchants = tuple(Merchant(m.imid, m.merchant_key, m.methods, m.name) for m in demo_accounts.merchants(tmp_path))
    config = sandbox_config(
        str(tmp_path / "sandbox"), merchants, port=chosen.sandbox_port, chain=ChainConfig(str(PROGRAM), block_s=0)
    )

    async def advance(seconds: int) -> int:
        return await business_time.advance(owner, seconds)

    async with running(config, advance) as sandbox, app.core(chosen, "test") as core:
        assert sandbox.chain is not None, "the local chain did not start"
        await demo_accounts.connect_wallets(core.connections, core.secrets, chosen, sandbox.chain)
        await core.watcher.look()
        yield CryptoWorld(core, sandbox, owner)
        assert (await verification.verify(core.db))[1] == []
    await owner.close()
