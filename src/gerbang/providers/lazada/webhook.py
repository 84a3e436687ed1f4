"""Lazada's pushes: the signature over app key and raw body, and what each type says. Pure.

A push is a hint: its signature holds, yet it may be old or come twice, and what it says of a status is looked up again there before each try. So it only makes us ask.
The envelope has its traps: see README.
"""

from typing import Any, Final

import msgspec

from gerbang.ports.marketplace import (
    ClaimHint,
    MarketplaceMessage,
    OrderHint,
    PackageHint,
    ProductHint,
    SellerStatus,
    TokenExpiring,
)
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, Reply, Verified, WebhookRequest
from gerbang.providers.lazada import wire
from gerbang.providers.lazada.account import SITES, setting
from gerbang.providers.lazada.signature import is_push_genuine
from gerbang.providers.lazada.wire import Row, UnreadableValue

_LIMIT_BYTES: Final = 256 * 1024
TYPES: Final = {
    0: "order",
    1: "product_quality",
    2: "chat_message",
    3: "product_created",
    4: "product_edited",
    5: "product_deleted",
    6: "low_stock",
    7: "video",
    8: "token_expiring",
    10: "reverse_order",
    11: "promotion",
    12: "category_tree",
    13: "seller_status",
    14: "package",
    19: "chat_session",
    21: "review",
    35: "jit_purchase",
    46: "jit_pickup",
}
_PRODUCTS: Final = frozenset({1, 3, 4, 5, 6})
_OPEN: Final = "normal"


class LazadaWebhook:
    """Implements ports.webhook.WebhookProvider."""

    reply = Reply()

    def verify(self, account: Account, incoming: WebhookRequest, _now_s: float) -> Verified | Rejection:
        """Compare with the signature by every valid secret, in constant time. There is no time in it: what comes again is told by its key."""
        given = incoming.headers.get("authorization", "")
        if not given:
            return Rejection.MISSING
        if len(incoming.body) > _LIMIT_BYTES:
            return Rejection.MALFORMED
        secrets = [secret for secret in account.secrets.get("app_secret", ()) if secret]
        key = setting(account, "app_key")
        if not secrets or not key:
            return Rejection.NO_SECRET
        if not is_push_genuine(given, key, incoming.body, secrets):
            return Rejection.FORGED
        return _told(_envelope(incoming.body))

    def read(self, _account: Account, incoming: WebhookRequest) -> MarketplaceMessage:
        """What a stored, verified push says. `Verify` in Lazada's console sends a test of no certain form: it changes nothing."""
        envelope = _envelope(incoming.body)
        if not envelope:
            return Ignored("It is no JSON object, as a test of the address may be.")
        kind, data = wire.number(envelope, "message_type"), wire.row(envelope.get("data"))
        seller, site = _seller(envelope, data), _site(envelope)
        if kind in _PRODUCTS and seller:
            product = wire.text(data, "item_id", "itemId", "sku_id")
            return ProductHint(seller, site, product, TYPES[kind])
        if kind is None or not seller or kind not in {0, 8, 10, 13, 14}:
            return Ignored(
                f"It is of a type that changes nothing here: {TYPES.get(-1 if kind is None else kind, 'unknown')}."
            )
        return _hint(kind, seller, site, data)


def _hint(kind: int, seller: str, site: str, data: Row) -> MarketplaceMessage:
    order = wire.text(data, "trade_order_id")
    match kind:
        case 8:
            return TokenExpiring(seller, site, _moment(data, "auth_expiry_time"))
        case 13:
            said = wire.text(data, "status")
            return SellerStatus(seller, site, said.lower() == _OPEN, wire.printable(said, 40))
        case _ if not order:
            return Ignored("It names no order.")
        case 14:
            return PackageHint(seller, site, order, wire.text(data, "fulfillment_package_id"))
        case _:
            claim = wire.text(data, "reverse_order_id")
            return ClaimHint(seller, site, order, claim) if claim else OrderHint(seller, site, order)


def _told(envelope: Row) -> Verified:
    """What tells messages apart: a try again has the same unit, status and time of change; where one of these is not told, the bytes do."""
    kind, data = wire.number(envelope, "message_type"), wire.row(envelope.get("data"))
    seller, site = _seller(envelope, data), _site(envelope)
    about = wire.text(data, "trade_order_id", "item_id", "itemId", "sku_id")
    said = wire.text(data, "order_status", "reverse_status", "status", "action")
    parts = [
        str(kind),
        site,
        seller,
        about,
        wire.text(data, "trade_order_line_id", "fulfillment_package_id"),
        wire.text(data, "reverse_order_line_id", "reverse_order_id"),
        said,
        wire.text(data, "status_update_time"),
    ]
    is_told = bool(about and parts[-1] and said)
    subject = f"{site}:{seller}:{about}"[:64] if seller else "unknown"
    type_ = TYPES.get(-1 if kind is None else kind, "unknown")
    return Verified(
        "|".join(parts)[:200] if is_told else "", subject, f"{type_}.{said.lower()}"[:60] if said else type_
    )


def _envelope(body: bytes) -> Row:
    """The object; empty for anything else. Type 11 has no envelope: its fields are the message."""
    try:
        found: Any = wire.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _seller(envelope: Row, data: Row) -> str:
    """A text, a number, or in type 8 the text `null`, and the real one inside."""
    told = wire.text(envelope, "seller_id")
    return told if told and told != "null" else wire.text(data, "seller_id")


def _site(envelope: Row) -> str:
    """lazada_vn, LAZADA_SG and lazada-sg are written for vn and sg."""
    site = wire.text(envelope, "site").lower()[-2:]
    return site if site in SITES else ""


def _moment(data: Row, name: str) -> Any:
    try:
        return wire.moment(data, name)
    except UnreadableValue:
        return None
