"""A database with a past, written by SQL. What the past consists of stands in fill.sql."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from bench.cluster import connected
from bench.growth import node
from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.connections.service import Connections
from gerbang.providers.evm import hd

WALLET: Final = "wallet"  # the connection that coins came by
XPUB: Final = (
    "xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZNSd54JoNXVsXFYSYwHsnJxqP"
)
TOKEN: Final = "0x036CbD53842c5426634e7929541eC2318f3dCF7e"  # noqa: S105  a contract of a chain
_FILL: Final = (Path(__file__).parent / "fill.sql").read_text()
_MANY: Final = 20_000  # from where on indexes are built afterwards
_INDEXES: Final = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
    JOIN pg_class ON oid = indrelid AND relnamespace = 'public'::regnamespace
    WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indexrelid)
"""
_ONE_OF_EACH: Final = """
    SELECT crowd.owner_id AS busiest, p.id AS payment, r.id AS refund, p.owner_id AS "user", p.order_reference, p.created_at,
        (SELECT i.id FROM inbox i WHERE i.object_id = a.id) AS event,
        (SELECT v.id FROM approvals v WHERE v.refund_id = r.id) AS approval, a.connection,
        (SELECT d.id FROM deliveries d WHERE d.object_id = p.id) AS delivery, (SELECT e.id FROM endpoints e) AS endpoint,
        (SELECT o.id FROM orders o WHERE o.created_at = p.created_at LIMIT 1) AS "order",
        (SELECT i.id FROM listings i ORDER BY i.created_at DESC LIMIT 1) AS listing,
        (SELECT c.id FROM order_claims c JOIN orders o ON o.id = c.order_id WHERE o.created_at = p.created_at LIMIT 1) AS claim,
        (SELECT y.id FROM payouts y ORDER BY y.heard_at DESC LIMIT 1) AS payout, (SELECT l.id FROM settlement_lines l ORDER BY l.id DESC LIMIT 1) AS line
    FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN attempts a ON a.id = r.attempt_id,
        (SELECT owner_id FROM payments ORDER BY id LIMIT 1 OFFSET 2) AS crowd -- every third
    WHERE p.order_reference <> 'donation' AND p.owner_id <> crowd.owner_id ORDER BY p.created_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Known:
    """One object of each kind that is there to be asked for, and when it was made. `busiest` is the user who owns every third payment. Users are customers under the same ids."""

    payment: UUID
    refund: UUID
    event: UUID
    approval: UUID
    user: UUID
    busiest: UUID
    endpoint: UUID
    listing: UUID
    delivery: UUID
    order: UUID
    claim: UUID
    payout: UUID
    line: UUID
    connection: str
    order_reference: str
    created_at: datetime

    def places(self) -> dict[str, str]:
        """What stands in an address for each of them."""
        return {
            "payment": ids.show("pay", self.payment),
            "refund": ids.show("ref", self.refund),
            "event": ids.show("evt", self.event),
            "approval": ids.show("apr", self.approval),
            "user": ids.show("usr", self.user),
            "customer": ids.show("cus", self.user),
            "data_request": ids.show("dsr", self.user),
            "busiest_customer": ids.show("cus", self.busiest),
            "endpoint": ids.show("ep", self.endpoint),
            "order": ids.show("ord", self.order),
            "answer": "accept",
            "act": "release",
            "claim": ids.show("clm", self.claim),
            "payout": ids.show("pyo", self.payout),
            "wave": ids.show("wav", self.event),
            "line": ids.show("stl", self.line),
            "shop": "market-1",
            "number": "O-1",
            "delivery": ids.show("dlv", self.delivery),
            "event_type": "payment.paid",
            "connection": self.connection,
            "request_id": "req_50",
            "template": "payment_paid",
            "language": "en",
            "channel": "email",
            "sku": "KOPI-250",
            "listing_id": ids.show("lst", self.listing),
            "listing": ids.show("lst", self.listing),
            "listing_import": ids.show("imp", self.event),
            "version": ids.show("mtv", self.event),
        }


async def connect_wallet(connections: Connections, node_url: str) -> None:
    """Let the coins' wallet be looked at by this node of a chain on which nothing happens."""
    settings = {
        "network": node.NETWORK,
        "chain_id": str(node.CHAIN_ID),
        "rpc_urls": node_url,
        "xpub": XPUB,
        "assets": f"USDC:{TOKEN}:6",
    }
    if any(one.id == WALLET for one in await connections.all()):
        await connections.update("system:bench", WALLET, settings=settings, secrets={}, enabled=True)
    else:
        await connections.create("system:bench", WALLET, "evm", livemode=False, settings=settings, secrets={})


async def known(dsn: str) -> Known:
    """One object of each kind of a database that is filled."""
    async with connected(dsn) as db, db.reading() as tx:
        row = await tx.fetchrow(_ONE_OF_EACH)
    assert row is not None, "every tenth payment was given back"
    return Known(**row)


async def fill(dsn: str, payments: int) -> Known:
    """Write so many finished payments and all that belongs to them; the address is a superuser's, who need not prove each reference."""
    async with connected(dsn) as db:
        async with db.transaction() as tx:
            await tx.execute("SET LOCAL session_replication_role = replica")
            indexes = await _without_indexes(tx) if payments > _MANY else []
            await tx.execute("SELECT set_config('growth.payments', $1, true)", str(payments))
            await tx.execute("SELECT set_config('growth.wallet', $1, true)", hd.address(XPUB, (0,), 0).lower())
            await tx.execute("SELECT set_config('growth.token', $1, true)", TOKEN.lower())
            await tx.execute(_FILL)
            for definition in indexes:
                await tx.execute(definition)
        async with db.autocommit() as tx:
            await tx.execute("VACUUM (ANALYZE)")
    return await known(dsn)


async def _without_indexes(tx: Tx) -> list[str]:
    """Drop what holds no constraint, for a large fill; returns how to build it again."""
    await tx.execute("SET LOCAL maintenance_work_mem = '512MB'")
    rows = await tx.fetch(_INDEXES)
    for row in rows:
        await tx.execute(f"DROP INDEX {row['name']}")
    return [
        row["definition"].replace(" ON ONLY ", " ON ") for row in rows
    ]  # of a partitioned table: in every partition
