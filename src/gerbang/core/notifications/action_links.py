"""The address behind a message's button; it holds a token, so it is made for each sending and never kept."""

from collections.abc import Mapping
from typing import Final

from gerbang.base import ids
from gerbang.core.notifications import operator_places
from gerbang.core.notifications.model import Notification, Template
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.service import Payments

_PLACES: Final[Mapping[Template, str]] = {
    Template.OPERATOR_WORK: "/console/work",
    Template.OPERATOR_CHAIN: "/console/payments?method=crypto&status=pending",
    Template.OPERATOR_SECURITY: "/console/audit",
    Template.OPERATOR_TEMPLATE: operator_places.TEMPLATES,
    Template.OPERATOR_SETTLEMENT: "/console/payouts",
    Template.OPERATOR_DIGEST: operator_places.BELL,
}


async def button_link(payments: Payments, base: str, template: Template, notification: Notification) -> str:
    """Where the button leads; empty for a message without one."""
    refund = notification.data.get("refund")
    if template in _PLACES:
        return f"{base}{_PLACES[template]}"
    if template is Template.OPERATOR_SHOP:
        return f"{base}/console/connections/{notification.data['connection']}"
    if template is Template.OPERATOR_CLAIM:
        return f"{base}/console/claims/{notification.data['claim']}"
    if template is Template.OPERATOR_ORDER:
        return f"{base}/console/orders/{notification.data['order']}"
    if template is Template.OPERATOR_ENDPOINT:
        return f"{base}/console/endpoints/{notification.data['endpoint']}"
    if template in (Template.REFUND_AWAITING_TRANSFER, Template.REFUND_DESTINATION) and refund:
        return f"{base}/refund/{refund}?t={await payments.mailed_refund_token(ids.read('ref', str(refund)))}"
    if (payment := notification.id_of(PAYMENT)) is None:
        return ""
    shown = ids.show("pay", payment)
    if template is Template.OPERATOR_ATTENTION:
        return f"{base}/console/payments/{shown}"
    return f"{base}/pay/{shown}?t={await payments.link_token(payment)}"
