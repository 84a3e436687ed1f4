"""Lazada's pushes (notes 9): one per order item, with each type's own traps; signed when they leave, for each try anew.

A push is made with a note of whose app it is; `stamped` looks the latest status up again and puts the signature in the note's place.
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from gerbang.ports.simulator import Webhook
from gerbang.providers.lazada.simulator.model import Item, Package, PushState, Reverse, ReverseLine, ShopOrder, Sku
from gerbang.providers.lazada.simulator.world import Turn, World

TAMPERS: Final = ("", "token", "status")
TIMEOUT_S: Final = 0.5
RETRY_S: Final = (1_800.0,) * 12
PROMOTION_RETRY_S: Final = (300.0,) * 3
LOW_STOCK: Final = 5
_LEAST_TRIES: Final = 20
_AUTHORIZATION: Final = "Authorization"
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_PUSHED: Final[Mapping[str, Mapping[str, str]]] = {
    "CANCEL": {
        "REQUEST_INITIATE": "CANCEL_INIT",
        "CANCEL_SUCCESS": "CANCEL_SUCCESS",
        "REFUND_SUCCESS": "CANCEL_REFUND_ISSUED",
    },
    "RTM": {
        "REQUEST_INITIATE": "RTM_INIT",
        "REQUEST_CANCEL": "RTM_CANCELED",
        "BUYER_RETURN_ITEM": "RTM_SHIPPING_BACK",
        "RETURN_DELIVERED": "RTM_RECEIVE_ITEM",
    },
    "RTW": {
        "REQUEST_INITIATE": "RTW_INIT",
        "REQUEST_CANCEL": "RTW_CANCELED",
        "BUYER_RETURN_ITEM": "RTW_SHIPPING_BACK",
        "REQUEST_REJECT": "RTW_REJECT",
        "REFUND_PENDING": "RTW_REFUND_PENDING",
    },
    "ONLY_REFUND": {
        "REQUEST_INITIATE": "REFUND_INIT",
        "REFUND_PENDING": "REFUND_PENDING",
        "REFUND_SUCCESS": "REFUND_SUCCESS",
        "REFUND_REJECT": "REFUND_REJECTED",
    },
}


def keep_order(turn: Turn, order: ShopOrder) -> None:
    """Take the order in, and tell of each item and each package whose status is another now."""
    before = turn.world.book.order(*order.key)
    told: list[Webhook] = []
    for item in order.items:
        was = before.item(item.id) if before else None
        if was is None or was.status is not item.status:
            told += of_item(turn.world, order, item, turn.now)
    for package in order.packages:
        old = before.package(package.id) if before else None
        if old is None or old.status != package.status:
            told += of_package(turn.world, order, package, turn.now)
    turn.keep(order, told)


def keep_reverse(turn: Turn, reverse: Reverse) -> None:
    before = turn.world.book.reverses.get(reverse.id)
    was = {line.id: line.status for line in before.lines} if before else {}
    changed = [line for line in reverse.lines if was.get(line.id) != line.status]
    turn.keep(reverse, [webhook for line in changed for webhook in _of_line(turn, reverse, line)])


def keep_sku(turn: Turn, sku: Sku) -> None:
    """Take the SKU in; tells once when fewer than five are left to sell."""
    before = turn.world.book.skus.get((sku.seller, sku.sku_id))
    fell = sku.sellable < LOW_STOCK and (before is None or before.sellable >= LOW_STOCK)
    told: Sequence[Webhook] = ()
    if fell:
        data = {
            "seller_sku": sku.seller_sku,
            "sku_id": str(sku.sku_id),
            "warehouse": sku.stock[0].warehouse,
            "real_quantity": sum(one.total for one in sku.stock),
            "withhold_quantity": sum(one.withhold for one in sku.stock),
            "occupy_quantity": sum(one.occupy for one in sku.stock),
            "pre_order_quantity": 0,
        }
        told = _to_all(turn.world, sku.seller, sku.seller_sku, 6, data, turn.now)
    turn.keep(sku, told)


def of_item(world: World, order: ShopOrder, item: Item, now: datetime) -> Sequence[Webhook]:
    """Type 0: ids are texts, the status' time is in seconds, the envelope's in milliseconds."""
    data: dict[str, Any] = {
        "order_status": item.status.value,
        "trade_order_id": str(order.id),
        "trade_order_line_id": str(item.id),
        "status_update_time": int(item.updated_at.timestamp()),
    }
    reverse = world.book.reverses.get(item.reverse)
    if reverse is not None:
        line = next(line for line in reverse.lines if line.order_item == item.id)
        data |= {"reverse_order_id": str(reverse.id), "reverse_order_line_id": str(line.id)}
    return _to_all(world, order.seller, str(order.id), 0, data, now)


def of_package(world: World, order: ShopOrder, package: Package, now: datetime) -> Sequence[Webhook]:
    data = {
        "trade_order_id": str(order.id),
        "buyer_id": str(order.buyer.id),
        "fulfillment_package_id": package.id,
        "status": package.status,
        "status_update_time": int(now.timestamp()),
    }
    return _to_all(world, order.seller, str(order.id), 14, data, now)


def of_token(world: World, seller: str, app_key: str, expires_at: float, now: datetime) -> Sequence[Webhook]:
    """Type 8: the envelope's seller is the text null, the real one is inside."""
    data = {"app_key": app_key, "auth_expiry_time": int(expires_at), "seller_id": seller}
    return _to(world, app_key, _envelope(world, seller, 8, data, now) | {"seller_id": "null"}, seller)


def of_seller(world: World, seller: str, status: str, now: datetime) -> Sequence[Webhook]:
    return _to_all(world, seller, seller, 13, {"status": status}, now)


def of_product(world: World, sku: Sku, type_: int, action: str, now: datetime) -> Sequence[Webhook]:
    """Types 3, 4 and 5: their time is in milliseconds, and type 3's stands beside the data."""
    shown = {"sku_id": str(sku.sku_id), "seller_sku": sku.seller_sku, "shop_sku": shop_sku(world, sku)}
    beside = {"action": action, "status_update_time": int(now.timestamp() * 1000)}
    data: dict[str, Any] = {"item_id": str(sku.item_id), "sku_list": [shown]}
    if type_ != 3:
        return _to_all(world, sku.seller, sku.seller_sku, type_, data | beside, now)
    told = _envelope(world, sku.seller, 3, data, now) | beside
    return [one for key in world.listeners(sku.seller) for one in _to(world, key, told, sku.seller_sku)]


def of_promotion(world: World, seller: str, promotion: str, now: datetime) -> Sequence[Webhook]:
    """Type 11 has no envelope at all, and three retries."""
    told = {
        "promotionId": promotion,
        "promotionType": "CAMPAIGN",
        "sellerId": seller,
        "notifyTime": int(now.timestamp() * 1000),
    }
    return [one for key in world.listeners(seller) for one in _to(world, key, told, promotion, PROMOTION_RETRY_S)]


def verify(world: World, app_key: str, now: datetime) -> Sequence[Webhook]:
    """What the console's button sends: a real message about an order that nobody has."""
    data = {
        "order_status": "unpaid",
        "trade_order_id": "260422900198363",
        "trade_order_line_id": "260422900298363",
        "status_update_time": int(now.timestamp()),
    }
    told = {"seller_id": "1234567", "message_type": 0, "data": data, "timestamp": _ms(now), "site": "lazada_vn"}
    return _to(world, app_key, told, "verify", ())


def stamped(world: World, webhook: Webhook, attempt: int) -> Webhook | None:
    """As it leaves now; None where it does not leave any more: pushing is off, has stopped, or the seller took the authorisation back."""
    note = dict(webhook.headers)[_AUTHORIZATION]
    key, _, rest = note.partition(" ")
    seller, _, tamper = rest.partition(" ")
    if world.quirks.push == "off" or key in world.book.stopped:
        return None
    if seller in world.shops and key not in world.listeners(seller):
        return None
    body = webhook.body if attempt == 1 else _newest(world, webhook.body)
    code = hmac.new(world.apps[key].secret.encode(), key.encode() + body, sha256).hexdigest()
    if tamper == "token":
        code = code[::-1]
    if tamper == "status":
        body = _other_status(body)
    headers = tuple((name, code if name == _AUTHORIZATION else value) for name, value in webhook.headers)
    return replace(webhook, headers=headers, body=body)


def delivered(world: World, webhook: Webhook, *, accepted: bool) -> PushState | None:
    """Count how a try ended; pushing stops when more than half of the last ones failed."""
    key = dict(webhook.headers)[_AUTHORIZATION].partition(" ")[0]
    tries = world.tries[key]
    tries.append(accepted)
    if world.quirks.push_stop == "never" or key in world.book.stopped or len(tries) < _LEAST_TRIES:
        return None
    if tries.count(False) * 2 <= len(tries):
        return None
    tries.clear()
    change = PushState(key, stopped=True)
    world.book.apply(change)
    return change


def forged(webhook: Webhook, tamper: str) -> Webhook:
    """The same push, spoilt on its way: `token` or `status`."""
    headers = tuple((n, f"{v} {tamper}" if n == _AUTHORIZATION else v) for n, v in webhook.headers)
    return replace(webhook, headers=headers)


def shop_sku(world: World, sku: Sku) -> str:
    return f"{sku.item_id}_{world.shops[sku.seller].country.upper()}-{sku.sku_id}"


def _of_line(turn: Turn, reverse: Reverse, line: ReverseLine) -> Sequence[Webhook]:
    """Type 10: ids are numbers. Not every state is told for every sort."""
    status = _PUSHED[reverse.sort].get(line.status)
    order = turn.world.book.order(reverse.seller, reverse.order)
    if status is None or order is None:
        return ()
    data = {
        "reverse_order_id": reverse.id,
        "reverse_status": status,
        "trade_order_id": reverse.order,
        "extraParams": {},
        "trade_order_line_id": line.order_item,
        "buyer_id": order.buyer.id,
        "seller_id": int(reverse.seller),
        "reverse_order_line_id": line.id,
        "status_update_time": int(turn.now.timestamp()),
    }
    return _to_all(turn.world, reverse.seller, str(reverse.order), 10, data, turn.now)


def _to_all(
    world: World, seller: str, subject: str, type_: int, data: Mapping[str, Any], now: datetime
) -> Sequence[Webhook]:
    told = _envelope(world, seller, type_, data, now)
    return [one for key in world.listeners(seller) for one in _to(world, key, told, subject)]


def _envelope(world: World, seller: str, type_: int, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """`timestamp` is in milliseconds for type 0 and in seconds for the others; `site` is spelt in three ways."""
    country = world.shops[seller].country
    site = {3: f"LAZADA_{country.upper()}", 4: f"LAZADA_{country.upper()}", 13: f"lazada-{country}"}
    return {
        "seller_id": seller,
        "message_type": type_,
        "data": data,
        "timestamp": _ms(now) if type_ == 0 else int(now.timestamp()),
        "site": site.get(type_, f"lazada_{country}"),
    }


def _to(
    world: World, app_key: str, told: Mapping[str, Any], subject: str, retry_s: tuple[float, ...] = RETRY_S
) -> Sequence[Webhook]:
    app = world.apps[app_key]
    url = urlsplit(app.hook_url)
    if world.quirks.push == "off" or app_key in world.book.stopped:
        return ()
    if url.scheme != "https" and url.hostname not in _LOCAL:
        return ()
    seller = str(told.get("seller_id", ""))
    headers = (("Content-Type", "application/json"), (_AUTHORIZATION, f"{app_key} {seller}"))
    return [
        Webhook(
            subject=subject,
            url=app.hook_url,
            headers=headers,
            body=msgspec.json.encode(told),
            retry_after_s=retry_s,
            accepts="only_200",
            timeout_s=TIMEOUT_S,
            by_clock=True,
        )
    ]


def _newest(world: World, body: bytes) -> bytes:
    """The body with the status that its item has now: a retry tells what is, not what was."""
    told: dict[str, Any] = msgspec.json.decode(body)
    if told.get("message_type") != 0:
        return body
    order = world.book.order(told["seller_id"], int(told["data"]["trade_order_id"]))
    item = order.item(int(told["data"]["trade_order_line_id"])) if order else None
    if item is None:
        return body
    told["data"] |= {"order_status": item.status.value, "status_update_time": int(item.updated_at.timestamp())}
    return msgspec.json.encode(told)


def _other_status(body: bytes) -> bytes:
    told: dict[str, Any] = msgspec.json.decode(body)
    data = told.get("data", {})
    if "order_status" in data:
        data["order_status"] = "canceled" if data["order_status"] == "delivered" else "delivered"
    return msgspec.json.encode(told)


def _ms(now: datetime) -> int:
    return int(now.timestamp() * 1000)
