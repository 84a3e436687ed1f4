"""What each noun registers, in one table each: a new noun is a line here and its own package."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from gerbang.base.db import Database, Tx
from gerbang.core.announcements.broadcast import ObjectKind
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.inbox.routing import EventHandler
from gerbang.core.notifications import model as messages
from gerbang.core.notifications import service as telling
from gerbang.core.payments import webhook_handler
from gerbang.core.payments.context import Context
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.open_work import decisions
from gerbang.core.payments.provider_calls import load_readable
from gerbang.ports.kinds import Kind


async def _payment_owners(tx: Tx, payments: Sequence[UUID]) -> Mapping[UUID, UUID | None]:
    return {id_: details.payment.owner_id for id_, details in (await load_readable(tx, payments)).items()}


# The objects that something is announced of: who may hear of all, and whose each is. Of a type that stands in no line nobody hears live.
OBJECTS: Final[Mapping[str, ObjectKind]] = {
    PAYMENT: ObjectKind("pay", "payments:read", _payment_owners),
    "user": ObjectKind("usr", "users:manage"),
}


def consumers(
    db: Database, notifications: telling.Notifications, wake: Callable[[], None]
) -> list[AnnouncementConsumer]:
    """Who takes announcements, each with a place of its own, and which; `wake` tells the queue that there may be new jobs."""
    return [
        AnnouncementConsumer(db, telling.CONSUMER, notifications.take, types=messages.TYPES, taken=wake),
        AnnouncementConsumer(db, decisions.CONSUMER, decisions.take, types=decisions.TYPES, data=False),
    ]


def events(payments: Context) -> Mapping[Kind, EventHandler]:
    """Which handler runs for the inbox events of which kind of provider."""
    return {Kind.PAYMENT: webhook_handler.handler(payments)}
