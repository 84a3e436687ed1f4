"""A payer agrees on their own page to messages to their phone, or takes that back: when, where, and in which words."""

from dataclasses import dataclass
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import real_now
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity.model import Caller
from gerbang.core.payments import store
from gerbang.core.payments.context import Context


@dataclass(frozen=True, slots=True)
class ContactConsent:
    """What was agreed to: the words that stood beside the box, and where; to which `phone`, empty for the one that is known."""

    phone: str
    where: str
    text: str
    by_sms: bool
    by_whatsapp: bool


async def agree(ctx: Context, caller: Caller, payment_id: UUID, given: ContactConsent) -> None:
    """From now on messages about this payment may go to the phone. Another phone than before is one to which only this was agreed."""
    async with ctx.db.transaction() as tx:
        at = real_now()
        await store.set_consent(
            tx,
            payment_id,
            given.phone,
            at if given.by_sms else None,
            at if given.by_whatsapp else None,
            given.where,
            given.text,
        )
        detail = {"sms": given.by_sms, "whatsapp": given.by_whatsapp, "text": given.text}
        await record(tx, [Entry(caller.label, "payer.agreed", ids.show("pay", payment_id), detail)])


async def withdraw(ctx: Context, caller: Caller, payment_id: UUID) -> None:
    """No more messages to the phone about this payment."""
    async with ctx.db.transaction() as tx:
        await store.set_consent(tx, payment_id, "", None, None, "", "")
        await record(tx, [Entry(caller.label, "payer.withdrew", ids.show("pay", payment_id))])
