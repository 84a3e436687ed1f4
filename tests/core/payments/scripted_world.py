"""A core that looks at scripted chains when it is told to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gerbang import app, settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.audit.service import SYSTEM
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.payments.model import MethodChoice, NewPayment, PaymentDetail
from gerbang.core.payments.verification import service as verification
from gerbang.ports.payment import Method
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import ensure_root_key
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.scripted_chain import ScriptedChain, Sent, provider

WHOLE = 48_500_000


@dataclass
class ScriptedWorld:
    """A core that looks at a scripted chain when it is told to."""

    core: app.Core
    chain: ScriptedChain
    polygon: ScriptedChain
    owner: Database
    sent: list[Sent] = field(default_factory=list)

    async def ask(self, network: str = "base") -> PaymentDetail:
        """A payment of 48.50 USD that shows its payer an address."""
        choice = MethodChoice(Method.CRYPTO, {"asset": "USDC", "network": network})
        new = NewPayment(4_850, "USD", "Gayo coffee", choice=choice)
        key = IdempotencyKey("user:usr_test", ids.new().hex, b"fingerprint")
        return (await self.core.payments.create(OPERATOR, new, key)).details

    def to(self, *payees: PaymentDetail | str, amount: int = WHOLE) -> Sent:
        """A transaction that moves the amount to each in turn."""
        where = [one if isinstance(one, str) else str(one.attempts[-1].provider_reference) for one in payees]
        self.sent.append(Sent(f"0x{len(self.sent) + 1:064x}", tuple((one, amount) for one in where)))
        return self.sent[-1]

    async def look(self, blocks: int = 0) -> None:
        """Empty blocks come, and our node is asked."""
        if blocks:
            self.chain.mine(empty=blocks - 1)
        await self.core.watcher.look()

    async def standing(self, details: PaymentDetail) -> tuple[str, bool, int, int]:
        """Status, lateness, captured cents and base units that came."""
        now = await self.core.payments.get(details.payment.id)
        return now.payment.status.value, now.payment.late, now.payment.amount_captured, now.attempts[-1].received

    async def announced(self, kind: str) -> int:
        async with self.core.db.reading() as tx:
            return int(await tx.fetchval("SELECT count(*) FROM announcements WHERE type = $1", kind))


PAID = ("paid", False, 4_850, WHOLE)
PENDING = ("pending", False, 0, 0)


@asynccontextmanager
async def open_shore(database: FreshDatabase, tmp_path: Path) -> AsyncIterator[ScriptedWorld]:
    """Each test has a chain of its own, of ten empty blocks."""
    chosen = settings.load(
        data=tmp_path,
        database_url=database.app_dsn,
        database_owner_url=database.owner_dsn,
        sandbox=True,
        fixed_rates="USDC/USD=1",
    )
    ensure_root_key(chosen.root_key_path, create=True)
    owner = Database(database.owner_dsn, size=2)
    await owner.open()
    chain = ScriptedChain()
    chain.mine(empty=9)
    polygon = ScriptedChain("polygon", 137)
    polygon.mine(empty=9)
    mine = {"scripted": provider(chain), "scripted_polygon": provider(polygon, "scripted_polygon")}
    async with app.core(chosen, "test", {**PROVIDERS, **mine}) as core:
        for name in mine:
            await core.connections.create(SYSTEM, name.replace("_", "-"), name, livemode=False, settings={}, secrets={})
        await core.watcher.look()
        yield ScriptedWorld(core, chain, polygon, owner)
        assert (await verification.verify(core.db))[1] == []
    await owner.close()
