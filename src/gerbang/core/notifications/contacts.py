"""Payers as somebody to write to: their addresses and devices, as far as they agreed, and what they do not want."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.customers.preferences import Reached, wishes_of
from gerbang.core.notifications import push_store
from gerbang.core.notifications.model import Contact
from gerbang.core.payments.model import PaymentDetail


async def contacts_of(tx: Tx, payments: Collection[PaymentDetail]) -> Mapping[UUID, Contact]:
    """The payer of each payment, by its id."""
    asked = [Reached(one.payment.customer_id, one.payer.email.lower(), one.payer.phone) for one in payments]
    wishes = await wishes_of(tx, asked)
    devices = await push_store.newest(tx, [one.payment.id for one in payments])
    return {
        one.payment.id: replace(_contact(one), push=devices.get(one.payment.id, ""), **wanted._asdict())
        for one, wanted in zip(payments, wishes, strict=True)
    }


def _contact(details: PaymentDetail) -> Contact:
    payer = details.payer
    text = payer.phone if payer.sms_consent_at else ""
    whatsapp = payer.phone if payer.whatsapp_consent_at else ""
    return Contact(payer.name, payer.email, payer.language, text, whatsapp)
