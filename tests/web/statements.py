"""Statements of a marketplace's shops as if they had been read, for tests of the edge."""

from itertools import count
from typing import Any, Final

from gerbang.core.settlements import taking
from gerbang.core.settlements.unit_of_work import Changes
from gerbang.ports.marketplace_catalogue import FeeKind, FinanceLine, Payout
from tests.web.conftest import Edge

_K: Final = FeeKind
_NUMBERS: Final = count(1)
_SELLERS: Final = count(9001)


async def market(edge: Edge, app: str) -> tuple[str, str]:
    """An app of a marketplace and two shops below it, which nobody asks."""
    services = edge.services
    await services.secrets.put(f"service/{app}/app_secret", b"s", overlap_s=0, actor="test")
    settings = {"app_key": "100200", "base_url": "http://127.0.0.1:9/rest", "auth_url": "http://127.0.0.1:9"}
    secrets = {"app_secret": f"service/{app}/app_secret"}
    await services.connections.create("test", app, "lazada", livemode=False, settings=settings, secrets=secrets)
    for name in (f"{app}-1", f"{app}-2"):
        tokens = {token: f"service/{name}/{token}" for token in ("access_token", "refresh_token")}
        for secret in tokens.values():
            await services.secrets.put(secret, b"t", overlap_s=0, actor="test")
        own = {"site": "id", "seller_id": str(next(_SELLERS)), "account": "a@example.com"}
        await services.connections.create(
            "test", name, "lazada", livemode=False, settings=own, secrets=tokens, parent=app
        )
    return f"{app}-1", f"{app}-2"


def line(kind: FeeKind, amount: int, statement: str, order: str = "260", **more: Any) -> FinanceLine:
    known = {"id": f"T{next(_NUMBERS)}", "on": "2026-11-30", "said": kind.value.replace("_", " "), "item": f"{order}1"}
    return FinanceLine(
        **{**known, "kind": kind, "amount": amount, "currency": "IDR", "order": order, "statement": statement, **more}
    )


def sold(statement: str, order: str = "260") -> list[FinanceLine]:
    """A sale of 100.000 that comes to 94.000."""
    parts = ((_K.SALE, 100_000), (_K.COMMISSION, -4_500), (_K.PAYMENT_FEE, -1_500))
    return [line(kind, amount, statement, order) for kind, amount in parts]


def payout(statement: str, amount: int, *, paid: bool = True) -> Payout:
    return Payout(statement=statement, amount=amount, currency="IDR", is_paid=paid, created_at="2026-11-30")


async def taken(edge: Edge, shop: str, lines: list[FinanceLine], *payouts: Payout) -> None:
    """A round has brought these."""
    connection = await edge.services.connections.get(shop)
    async with edge.services.db.transaction() as tx:
        now = await tx.fetchval("SELECT business_now()")
        changes = Changes(connection, now)
        await taking.take_payouts(tx, changes, payouts)
        await taking.take_lines(tx, changes, lines, now)
        await changes.save(tx)
