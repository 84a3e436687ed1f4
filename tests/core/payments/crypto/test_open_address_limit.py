"""Who only asks for addresses makes no endless row of them: one payer, and all together, have so many open at once."""

from pathlib import Path
from typing import Any

import pytest

from gerbang import app
from gerbang.base import ids
from gerbang.core.audit.service import SYSTEM
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.payments.crypto.open_address_limit import TooManyOpenAddresses
from gerbang.core.payments.model import MethodChoice, NewPayment, PayerUpdate
from gerbang.ports.payment import Method, Payer
from tests.conftest import FreshDatabase
from tests.core.payments.conftest import OPERATOR
from tests.core.payments.crypto.test_deposit_addresses import a_core, dsn

ASSET = {"asset": "USDC", "network": "base"}


async def ask(core: app.Core, who: Payer, connection: str = "live", *, link: bool = False) -> Any:
    """By API at once, or from the page behind a link, which knows from where it is looked at."""
    key, choice = IdempotencyKey("u", ids.new().hex, b"f"), MethodChoice(Method.CRYPTO, ASSET, connection)
    if not link:
        new = NewPayment(4_850, "USD", "Gayo coffee", payer=who, choice=choice)
        return await core.payments.create(OPERATOR, new, key)
    opened = await core.payments.create(OPERATOR, NewPayment(4_850, "USD", "Gayo coffee"), key)
    again = IdempotencyKey("u", ids.new().hex, b"f")
    return await core.payments.add_attempt(OPERATOR, opened.details.payment.id, choice, again, PayerUpdate(ip=who.ip))


async def test_one_payer_and_all_together_have_so_many_unpaid_addresses_open(
    database: FreshDatabase, tmp_path: Path
) -> None:
    bounds: dict[str, Any] = {"crypto_open_per_payer": 2, "crypto_open_per_connection": 5}
    async with a_core({**dsn(database), **bounds}, tmp_path / "data") as core:
        await core.connections.create(SYSTEM, "live", "scripted", livemode=True, settings={"wallet": "7"}, secrets={})
        visitor, sari = Payer(ip="203.0.113.7"), Payer(email="sari@lumbung.example")
        for who, link in (
            (visitor, True),
            (visitor, False),
            (sari, False),
            (Payer(email="Sari@Lumbung.example"), False),
        ):
            await ask(core, who, link=link)
        for who, link in ((visitor, True), (visitor, False), (sari, False)):
            with pytest.raises(TooManyOpenAddresses, match="This payer has 2") as refused:
                await ask(core, who, link=link)
            assert "15 minutes" in (refused.value.hint or "")
        await ask(core, Payer())
        with pytest.raises(TooManyOpenAddresses, match="5 crypto payments of live are open"):
            await ask(core, Payer(ip="203.0.113.8"))
        for _ in range(6):
            await ask(core, visitor, "scripted")  # play money
        async with core.db.transaction() as tx:
            await tx.execute("UPDATE attempts SET status = 'expired' WHERE connection = 'live'")
        await ask(core, visitor)
