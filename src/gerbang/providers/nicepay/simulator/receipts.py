"""The fields that shops, wallets, lenders and QR issuers share in inquiry, notification and callback (notes 5.5, 8.1). Values only."""

from hashlib import sha256

from gerbang.providers.nicepay.simulator import fields as read
from gerbang.providers.nicepay.simulator.orders import CONVENIENCE_STORE, Order


def receipt(order: Order) -> dict[str, str | None]:
    """Partner, code for the counter, and what the partner wrote on the receipt; all None where no partner collects."""
    code, paid = order.method == CONVENIENCE_STORE, order.paid_at is not None and bool(order.partner)
    digits = str(int(sha256(order.txid.encode()).hexdigest(), 16))
    return {
        "mitraCd": order.partner or None,
        "payNo": order.number if code else None,
        "payValidDt": read.day(order.valid_until) if code else None,
        "payValidTm": read.clock(order.valid_until) if code else None,
        "receiptCode": digits[-12:] if paid else None,
        "mRefNo": digits[-30:-12] if paid else None,
    }
