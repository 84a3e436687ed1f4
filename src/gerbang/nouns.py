"""What each noun registers, in one table each: a new noun is a line here and its own package."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from gerbang.base.db import Database, Tx
from gerbang.core.announcements.broadcast import ObjectKind
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.identity import personal_data as users
from gerbang.core.identity.digests import Digests
from gerbang.core.identity.model import Caller
from gerbang.core.inbox.routing import EventHandler
from gerbang.core.notifications import model as messages
from gerbang.core.notifications import personal_data as recipients
from gerbang.core.notifications import service as telling
from gerbang.core.payments import personal_data as payers
from gerbang.core.payments import webhook_handler
from gerbang.core.payments.context import Context
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.open_work import decisions
from gerbang.core.payments.provider_calls import load_readable
from gerbang.core.personal_data.model import Erased
from gerbang.core.personal_data.service import People, PersonalData
from gerbang.core.secrets.service import Secrets
from gerbang.ports.kinds import Kind

_MANAGE: Final = "users:manage"


async def _payment_owners(tx: Tx, payments: Sequence[UUID]) -> Mapping[UUID, UUID | None]:
    return {id_: details.payment.owner_id for id_, details in (await load_readable(tx, payments)).items()}


# The objects that something is announced of: who may hear of all, and whose each is. Of a type that stands in no line nobody hears live.
OBJECTS: Final[Mapping[str, ObjectKind]] = {
    PAYMENT: ObjectKind("pay", "payments:read", _payment_owners),
    "user": ObjectKind("usr", "users:manage"),
}

# What each noun keeps about people. Rows that are found by the payer of their payment come before the payer, and the user comes last: a run that
# was killed finds by them what it has not reached.
PERSONAL_DATA: Final[Sequence[PersonalData]] = (
    PersonalData("messages", ("notifications",), recipients.export_messages, recipients.erase_messages),
    PersonalData(
        "payment_messages", ("notifications",), recipients.export_payment_messages, recipients.erase_payment_messages
    ),
    PersonalData("webhook_events", ("inbox",), payers.export_messages, payers.erase_messages),
    PersonalData(
        "refund_destinations", ("refund_destinations",), payers.export_destinations, payers.erase_destinations
    ),
    PersonalData("payers", ("payment_payers",), payers.export_payers, payers.erase_payers),
    PersonalData("users", ("users",), users.export_users, users.erase_users, users.check_users),
)


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


async def export_person(db: Database, secrets: Secrets, caller: Caller, who: str) -> dict[str, list[Mapping[str, Any]]]:
    """What is kept about whom a user id, an address or a number names. Raises Forbidden, UserNotFound, and what reading it raises."""
    caller.require(_MANAGE)
    return await _people(db, secrets).export_person(caller.label, await users.read_person(db, who))


async def erase_person(db: Database, secrets: Secrets, caller: Caller, who: str) -> dict[str, Erased]:
    """Erase them. Raises Forbidden, UserNotFound, LastAdmin, and what reading it raises."""
    caller.require(_MANAGE)
    return await _people(db, secrets).erase_person(caller.label, await users.read_person(db, who))


def _people(db: Database, secrets: Secrets) -> People:
    return People(db, PERSONAL_DATA, Digests(secrets).person)
