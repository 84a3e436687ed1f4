"""A database with a past, written by SQL. What the past consists of stands in fill.sql."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from bench.cluster import connected
from gerbang.base import ids

_FILL: Final = (Path(__file__).parent / "fill.sql").read_text()
_ONE_OF_EACH: Final = """
    SELECT p.id AS payment, r.id AS refund, p.owner_id AS "user", p.order_reference, p.created_at,
        (SELECT i.id FROM inbox i WHERE i.attempt_id = a.id) AS event,
        (SELECT v.id FROM approvals v WHERE v.refund_id = r.id) AS approval, a.connection
    FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN attempts a ON a.id = r.attempt_id ORDER BY p.created_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Known:
    """One object of each kind that is there to be asked for, and when it was made."""

    payment: UUID
    refund: UUID
    event: UUID
    approval: UUID
    user: UUID
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
            "connection": self.connection,
        }


async def fill(dsn: str, payments: int) -> Known:
    """Write so many finished payments and all that belongs to them; the address is a superuser's, who need not prove each reference."""
    async with connected(dsn) as db:
        async with db.transaction() as tx:
            await tx.execute("SET LOCAL session_replication_role = replica")
            await tx.execute("SELECT set_config('growth.payments', $1, true)", str(payments))
            await tx.execute(_FILL)
        async with db.autocommit() as tx:
            await tx.execute("VACUUM (ANALYZE)")
            row = await tx.fetchrow(_ONE_OF_EACH)
    assert row is not None, "every tenth payment was given back"
    return Known(**row)
