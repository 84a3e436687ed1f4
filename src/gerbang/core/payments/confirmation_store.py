"""Every SQL statement on `attempt_confirmations`: when our call that takes the money last left, where its outcome is not known."""

from datetime import datetime
from uuid import UUID

from gerbang.base.db import Tx


async def sent_at(tx: Tx, attempt: UUID) -> datetime | None:
    """When the call last left; None where none did, or certainly nothing came of it."""
    found: datetime | None = await tx.fetchval(
        "SELECT sent_at FROM attempt_confirmations WHERE attempt_id = $1", attempt
    )
    return found


async def mark_sent(tx: Tx, attempt: UUID, at: datetime) -> None:
    """It leaves now."""
    await tx.execute(
        """
        INSERT INTO attempt_confirmations (attempt_id, sent_at) VALUES ($1, $2)
        ON CONFLICT (attempt_id) DO UPDATE SET sent_at = excluded.sent_at
        """,
        attempt,
        at,
    )


async def mark_unsent(tx: Tx, attempt: UUID) -> None:
    """It certainly did not leave, or its outcome is known."""
    await tx.execute("DELETE FROM attempt_confirmations WHERE attempt_id = $1", attempt)
