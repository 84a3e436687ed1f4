"""Payers as somebody to write to: their addresses and devices, as far as they agreed, and what they do not want."""

from collections.abc import Collection, Mapping
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.customers.preferences import Reached, Wishes, wishes_of
from gerbang.core.notifications import push_store
from gerbang.core.notifications.audiences import is_reached
from gerbang.core.notifications.model import PHONE, Contact, Notification
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


async def is_unwanted(tx: Tx, known: Notification, details: PaymentDetail) -> bool:
    """Whether the payer has said meanwhile that they do not want this message on its channel, or what was agreed to for their phone was taken back."""
    contact = (await contacts_of(tx, [details]))[details.payment.id]
    address = contact.address(known.channel)
    if known.channel in PHONE and known.recipient == details.payer.phone and not address:
        return True
    return bool(address) and not is_reached(known.template, contact, known.channel)


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
