"""Payers as somebody to write to: their addresses and devices, as far as they agreed, and what they do not want."""

from collections.abc import Collection, Mapping
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.customers.preferences import Reached, Wishes, wishes_of
from gerbang.core.notifications import push_store
from gerbang.core.notifications.model import Contact
from gerbang.core.payments.model import PaymentDetail
from gerbang.ports.messenger import Channel


async def contacts_of(tx: Tx, payments: Collection[PaymentDetail]) -> Mapping[UUID, Contact]:
    """The payer of each payment, by its id."""
    asked = [
        Reached(one.payment.customer_id, one.payer.email.lower(), one.payer.phone, one.payment.id) for one in payments
    ]
    wishes = await wishes_of(tx, asked)
    devices = await push_store.newest(tx, [one.payment.id for one in payments])
    return {
        one.payment.id: _contact(one, wanted, devices.get(one.payment.id, ""))
        for one, wanted in zip(payments, wishes, strict=True)
    }


def _contact(details: PaymentDetail, wishes: Wishes, push: str) -> Contact:
    payer = details.payer
    return Contact(
        name=payer.name,
        email=payer.email,
        locale=payer.language,
        phone=payer.phone if Channel.SMS.value in wishes.agreed else "",
        whatsapp=payer.phone if Channel.WHATSAPP.value in wishes.agreed else "",
        push=push,
        muted=wishes.muted,
        quiet_hours=wishes.quiet_hours,
        time_zone=wishes.time_zone,
    )
