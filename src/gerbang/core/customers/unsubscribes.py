"""An address wants a message no more, or again: for whoever writes to it, and as a preference of the customers whose address it is.

Both are written in one transaction, so that what a customer's page, the API and the shop's webhooks say is what is done.
"""

from datetime import datetime

from gerbang.base.db import Tx
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.customers import store, unsubscribe_store
from gerbang.core.customers.changes import save_change
from gerbang.core.customers.model import muted_message
from gerbang.ports.messenger import Channel


async def is_unsubscribed(tx: Tx, digest: bytes, message: str) -> bool:
    """Whether the address wants this message no more."""
    return await unsubscribe_store.is_there(tx, digest, message)


async def unsubscribe(tx: Tx, actor: str, digest: bytes, message: str, now: datetime) -> None:
    """Not this message by mail any more; done twice it changes nothing."""
    if await unsubscribe_store.add(tx, digest, message):
        await record(tx, [Entry(actor, "notification.unsubscribed", "", {"template": message})])
    one = muted_message(message, Channel.EMAIL.value)
    for customer in await store.with_digest(tx, digest):
        await save_change(tx, actor, customer, {"muted": customer.muted | {one}}, now)


async def subscribe(tx: Tx, actor: str, digest: bytes, message: str, now: datetime) -> None:
    """This message by mail again; done twice it changes nothing."""
    if await unsubscribe_store.drop(tx, digest, message):
        await record(tx, [Entry(actor, "notification.subscribed", "", {"template": message})])
    one = muted_message(message, Channel.EMAIL.value)
    for customer in await store.with_digest(tx, digest):
        await save_change(tx, actor, customer, {"muted": customer.muted - {one}}, now)
