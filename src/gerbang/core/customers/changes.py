"""One change of a customer, whoever asks for it: written, noted, announced. The row is locked by whoever calls."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit import service as audit
from gerbang.core.audit.model import Entry
from gerbang.core.customers import store, unsubscribe_store
from gerbang.core.customers.model import CUSTOMER, PREFIX, Customer, changed, muted_message
from gerbang.ports.messenger import Channel

_BY_MAIL = f":{Channel.EMAIL.value}"


async def save_change(tx: Tx, actor: str, before: Customer, wanted: Mapping[str, Any], now: datetime) -> Customer:
    """The customer as they are afterwards; nothing is written where nothing differs."""
    names = changed(before, wanted)
    if not names:
        return before
    saved = await store.save(tx, replace(before, **wanted, sequence=before.sequence + 1))
    shown = ids.show(PREFIX, before.id)
    await audit.record(tx, [Entry(actor, "customer.updated", shown, {"changed": names})])
    about = ObjectRef(CUSTOMER, before.id)
    await announce(tx, [Announcement("customer.updated", about, {"customer": shown}, now, saved.sequence)])
    return saved


async def with_unsubscribes(tx: Tx, before: Customer, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is changed, in step with what addresses unsubscribed from: whatever is switched on again is wanted there again, and another address brings
    along what it wants no more.
    """
    muted = wanted.get("muted", before.muted)
    again = [one.removesuffix(_BY_MAIL) for one in before.muted - muted if one.endswith(_BY_MAIL)]
    if again and before.email:
        await unsubscribe_store.drop_of_email(tx, before.email, again)
    email = wanted.get("email", before.email)
    if not email or email.lower() == before.email.lower():
        return wanted
    brought = {muted_message(one, Channel.EMAIL.value) for one in await unsubscribe_store.of_email(tx, email)}
    return {**wanted, "muted": muted | brought} if brought else wanted
