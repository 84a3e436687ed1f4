"""Whose payment it is: customers and payers see their own, staff by permission, and what is another's does not exist for them (R39)."""

from uuid import UUID

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.identity.model import Caller
from gerbang.core.payments.model import PAYMENT, Payment, PaymentDetail, PaymentNotFound
from gerbang.core.payments.service import Payments


async def seen_by(caller: Caller, payments: Payments, shown: str, permission: str = "payments:read") -> PaymentDetail:
    """The payment, if the caller holds the permission for every payment or this one is its own; raises PaymentNotFound alike otherwise."""
    details = await payments.get(payment_id(shown))
    if not caller.may(permission) and not owns(caller, details.payment):
        raise PaymentNotFound
    return details


def payment_id(shown: str) -> UUID:
    """The inner id; raises PaymentNotFound for what is no id, as for an unknown one."""
    try:
        return ids.read("pay", shown)
    except NotFound as error:
        raise PaymentNotFound from error


def owns(caller: Caller, payment: Payment) -> bool:
    """Whether the payment belongs to this customer, or is the one that this payer's link opens."""
    if caller.kind == "payer":
        return caller.object == ObjectRef(PAYMENT, payment.id)
    return caller.kind == "user" and caller.id is not None and caller.id == payment.owner_id
