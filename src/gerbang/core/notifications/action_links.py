"""The address behind a message's button; it holds a token, so it is made for each sending and never kept."""

from gerbang.base import ids
from gerbang.core.notifications.model import Notification, Template
from gerbang.core.payments.model import PAYMENT
from gerbang.core.payments.service import Payments


async def button_link(payments: Payments, base: str, template: Template, notification: Notification) -> str:
    """Where the button leads; empty for a message without one."""
    refund = notification.data.get("refund")
    if template is Template.OPERATOR_DIGEST:
        return f"{base}/console/work"
    if template is Template.OPERATOR_CHAIN:
        return f"{base}/console/payments?method=crypto&status=pending"
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
