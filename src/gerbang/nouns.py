"""Which nouns there are, and what each brings: a new noun is one value here, and its own package."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.announcements.broadcast import ObjectKind
from gerbang.core.announcements.live_changes import Watched
from gerbang.core.announcements.service import AnnouncementConsumer
from gerbang.core.identity import personal_data as users
from gerbang.core.notifications import model as messages
from gerbang.core.notifications import personal_data as recipients
from gerbang.core.notifications import service as telling
from gerbang.core.payments import jobs, sweeps, webhook_handler
from gerbang.core.payments import personal_data as payers
from gerbang.core.payments.context import Context
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.open_work import decisions
from gerbang.core.payments.provider_calls import load_readable
from gerbang.core.personal_data.service import PersonalData
from gerbang.core.queue.model import Job
from gerbang.core.queue.worker import Handler
from gerbang.noun import Core, Noun, Nouns
from gerbang.ports.kinds import Kind
from gerbang.web.console import live_marks as marks
from gerbang.web.sidebar import Subpage

_READ: Final = "payments:read"
_HOOKS: Final = "webhooks:read"


async def _payment_owners(tx: Tx, payments: Sequence[UUID]) -> Mapping[UUID, UUID | None]:
    return {id_: details.payment.owner_id for id_, details in (await load_readable(tx, payments)).items()}


def _payment_job(run: Callable[[Context, Job], Awaitable[None]], core: Core) -> Handler:
    return partial(run, core.payments.context)


def _payment_pages(core: Core) -> Mapping[str, Watched]:
    return {
        "payments": Watched(_READ, ("payment.", "refund."), partial(marks.newest_payment, core.payments)),
        "payment": Watched(_READ, ("payment.", "refund."), object=PAYMENT),
        "refunds": Watched(_READ, ("refund.",)),
        "work": Watched(_READ, ("payment.", "refund."), partial(marks.waiting, core.payments)),
    }


MESSAGES: Final = Noun(
    name="messages",
    jobs={telling.SEND: lambda core: core.sender.handle, telling.REMIND: lambda core: core.reminder.handle},
    consumers=(
        lambda core: AnnouncementConsumer(
            core.db, telling.CONSUMER, core.notifications.take, types=messages.TYPES, taken=core.wake
        ),
    ),
    personal_data=(
        PersonalData("messages", ("notifications",), recipients.export_messages, recipients.erase_messages),
        PersonalData(
            "payment_messages",
            ("notifications",),
            recipients.export_payment_messages,
            recipients.erase_payment_messages,
        ),
    ),
)
PAYMENTS: Final = Noun(
    name="payments",
    objects={PAYMENT: ObjectKind("pay", _READ, _payment_owners)},
    events={Kind.PAYMENT: lambda core: webhook_handler.handler(core.payments.context)},
    jobs={kind: partial(_payment_job, run) for kind, run in jobs.HANDLERS.items()},
    consumers=(
        lambda core: AnnouncementConsumer(
            core.db, decisions.CONSUMER, decisions.take, types=decisions.TYPES, data=False
        ),
    ),
    loops={
        "timetable": lambda core, stop: sweeps.run(core.payments.context, stop),
        "chains": lambda core, stop: core.watcher.run(stop),
    },
    notices={"chains": lambda core: core.watcher.stalls()},
    # Rows that are found by the payer of their payment come before the payer: a run that was killed finds by them what it has not reached.
    personal_data=(
        PersonalData("webhook_events", ("inbox",), payers.export_messages, payers.erase_messages),
        PersonalData(
            "refund_destinations", ("refund_destinations",), payers.export_destinations, payers.erase_destinations
        ),
        PersonalData("payers", ("payment_payers",), payers.export_payers, payers.erase_payers),
    ),
    pages={
        "work": (Subpage("work", "/console/work", _READ),),
        "payments": (
            Subpage("payments", "/console/payments", _READ),
            Subpage("refunds", "/console/refunds", _READ),
        ),
    },
    watched=_payment_pages,
)
WEBHOOK_EVENTS: Final = Noun(
    name="webhook events",
    pages={
        "webhooks": (
            Subpage("webhooks", "/console/webhooks", _HOOKS),
            Subpage("rejections", "/console/rejections", _HOOKS),
        )
    },
    watched=lambda core: {
        "webhooks": Watched(_HOOKS, mark=partial(marks.newest_events, core.inbox)),
        "rejections": Watched(_HOOKS, mark=partial(marks.newest_rejection, core.inbox)),
    },
)
CONNECTIONS: Final = Noun(
    name="connections",
    pages={"connections": (Subpage("connections", "/console/connections", _READ),)},
    watched=lambda core: {"connections": Watched(_READ, mark=partial(marks.connections, core.connections))},
)
USERS: Final = Noun(
    name="users",
    objects={"user": ObjectKind("usr", "users:manage")},
    personal_data=(PersonalData("users", ("users",), users.export_users, users.erase_users, users.check_users),),
)

# A person is erased in this order. Messages are found by the payer of their payment; users come last: everything else is found by what they are.
NOUNS: Final = Nouns((MESSAGES, PAYMENTS, WEBHOOK_EVENTS, CONNECTIONS, USERS))
