"""Who may do what with payments and refunds: this noun's part of the table of permissions (nouns.py), and what a payer may. Pure."""

from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.identity.model import Caller
from gerbang.core.identity.permissions import CUSTOMERS, MAKERS, MONEY, STAFF, Permission
from gerbang.core.payments.model import PAYMENT

CREATE: Final = Permission(
    "payments:create", MAKERS, "make a payment, and so set an amount; make attempts; send its link"
)
SETTLE: Final = Permission(
    "refunds:settle", MONEY, "say where a refund goes, approve it, record its transfer, end its doubt"
)
READ_OWN: Final = Permission("payments:read_own", CUSTOMERS, "see one's own payments")
PAY_OWN: Final = Permission("payments:pay_own", CUSTOMERS, "pay, cancel and refresh one's own payments")
PERMISSIONS: Final = (
    Permission("payments:read", STAFF, "see every payment and refund, and what waits for a person"),
    CREATE,
    Permission("payments:cancel", MAKERS, "close a payment"),
    Permission("payments:refresh", STAFF, "ask the provider about a payment now"),
    Permission("payments:resolve", MONEY, "decide what becomes of money that is held"),
    READ_OWN,
    PAY_OWN,
    Permission("refunds:create", MAKERS, "promise money back"),
    SETTLE,
)


def payer_caller(payment_id: UUID) -> Caller:
    """Whoever holds the checkout link of one payment: may see and pay that one, nothing else."""
    held = frozenset({READ_OWN.name, PAY_OWN.name})
    return Caller(
        "payer", f"payer:{ids.show('pay', payment_id)}", permissions=held, object=ObjectRef(PAYMENT, payment_id)
    )
