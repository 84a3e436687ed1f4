"""Recording: no audit, no action. Call `record` inside the action's own transaction."""

from collections.abc import Sequence

from gerbang.base import ids
from gerbang.base.db import Tx, columns
from gerbang.core.audit import store
from gerbang.core.audit.model import Entry

SYSTEM = "system:gerbang"


async def record(tx: Tx, entries: Sequence[Entry]) -> None:
    """Add the entries in order; raises AuditUnavailable, and then the caller's transaction must end."""
    if not entries:
        return
    rows = [
        (e.id or ids.new(), e.actor, e.action, e.object, e.before, e.after, e.request_id, dict(e.detail)) for e in entries
    ]
    await store.add(tx, columns(rows, 8))
