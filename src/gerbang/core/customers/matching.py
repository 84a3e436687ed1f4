"""The customer of a payment that names one by the shop's own id: the one who has it, or one that is made with the payment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.customers import store
from gerbang.core.customers.model import CUSTOMER, PREFIX, NewCustomer


async def match(tx: Tx, wanted: Mapping[str, tuple[NewCustomer, str]], now: datetime) -> Mapping[str, UUID]:
    """By external id the customer who has it; made, as the actor beside it, where nobody had. In order, so that two who make the same wait for each other."""
    drafts = [wanted[external_id][0] for external_id in sorted(wanted)]
    added = await store.add(tx, drafts)
    await note_created(tx, [(one, wanted[one.external_id or ""][1]) for one in drafts if one.id in added], now)
    return {one.external_id or "": one.id for one in await store.of_external_ids(tx, list(wanted))}


async def note_created(tx: Tx, made: Sequence[tuple[NewCustomer, str]], now: datetime) -> None:
    """Say that these were made, and by whom."""
    await record(tx, [Entry(actor, "customer.created", ids.show(PREFIX, one.id)) for one, actor in made])
    told = [
        Announcement(
            "customer.created", ObjectRef(CUSTOMER, one.id), {"customer": ids.show(PREFIX, one.id)}, now, sequence=1
        )
        for one, _ in made
    ]
    await announce(tx, told)
