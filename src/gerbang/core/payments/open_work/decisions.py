"""Money that is in and that a person must decide about: who waits for a decision is worked out from what was announced, after the fact, so that
taking money costs nothing for it. What a person then decides is in operator_actions.py.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.announcements.model import Announcement
from gerbang.core.payments.model import PAYMENT, PaymentStatus
from gerbang.core.payments.open_work import decision_store

CONSUMER: Final = "decisions"
# With these a decision may begin to wait, or end: what only instructs, reminds or counts confirmations moves no money. What they say is not read.
TYPES: Final = (
    *(f"payment.{status.value}" for status in PaymentStatus),
    "payment.overpaid",
    "payment.retracted",
    "refund.*",
)


async def take(tx: Tx, announcements: Sequence[Announcement]) -> None:
    """Look again at the payments that something was announced of."""
    await look_again(tx, sorted({id_ for a in announcements if (id_ := a.id_of(PAYMENT)) is not None}))


async def look_again(tx: Tx, payments: Sequence[UUID]) -> None:
    """Which of these payments wait for a person's decision, and which no longer do."""
    if payments and (concerned := await decision_store.concerned(tx, payments)):
        await decision_store.end(tx, concerned)
        await decision_store.begin(tx, concerned)
