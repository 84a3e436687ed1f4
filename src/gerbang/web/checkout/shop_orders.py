"""What the demo shop keeps itself, as any shop would: its orders and the secret of its webhook endpoint, in files of the data folder. It never asks
whether one is paid: it is told.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gerbang.base.errors import NotFound
from gerbang.base.kept_file import write_whole
from gerbang.web.problems import WebhookRejected

ORDERS: Final = "shop-orders.json"
WEBHOOK: Final = "shop-webhook.json"  # the endpoint that the demo made for the shop: its id, address and secret
_MOST: Final = 200
_TOLERANCE_S: Final = 300


@dataclass(frozen=True, slots=True)
class Order:
    """`status` is what the newest webhook said of its payment, `sequence` which that was; `waiting` until one came."""

    reference: str
    owner: str
    payment: str
    amount: int
    status: str = "waiting"
    sequence: int = 0


class Orders:
    """The orders in the file of one data folder. Read and written at once, in between nothing is awaited: so no other request comes between."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def add(self, order: Order) -> None:
        """A new one; one that is there already stays as it is."""
        known = self._read()
        if order.reference not in known:
            self._write({**known, order.reference: order})

    def of(self, owner: str, most: int) -> Sequence[Order]:
        """The newest of a buyer."""
        return [one for one in reversed(self._read().values()) if one.owner == owner][:most]

    def receive(self, body: bytes, headers: Mapping[bytes, bytes]) -> None:
        """What Gerbang says of a payment. Twice or late it changes nothing: only a larger `sequence` does. Raises WebhookRejected, NotFound."""
        event = verified(body, headers, self._secret(), time.time())
        known, told = self._read(), event["data"]
        order = known.get(str(told.get("order_reference")))
        if order is not None and order.payment == told["id"] and event["sequence"] > order.sequence:
            newer = Order(order.reference, order.owner, order.payment, order.amount, told["status"], event["sequence"])
            self._write({**known, order.reference: newer})

    def _secret(self) -> str:
        path = self._data / WEBHOOK
        if not path.exists():
            raise NotFound
        return str(json.loads(path.read_text(encoding="utf-8"))["secret"])

    def _read(self) -> dict[str, Order]:
        path = self._data / ORDERS
        rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        return {row["reference"]: Order(**row) for row in rows}

    def _write(self, orders: Mapping[str, Order]) -> None:
        rows = [{name: getattr(one, name) for name in Order.__slots__} for one in orders.values()]
        write_whole(self._data / ORDERS, json.dumps(rows[-_MOST:]).encode())


def verified(body: bytes, headers: Mapping[bytes, bytes], secret: str, now: float) -> Any:
    """The event of a message of Standard Webhooks, of which one `v1` fits. Raises WebhookRejected."""
    id_, at, tokens = (headers.get(b"webhook-" + part, b"") for part in (b"id", b"timestamp", b"signature"))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    due = b"v1," + base64.b64encode(hmac.digest(key, id_ + b"." + at + b"." + body, hashlib.sha256))
    good = any([hmac.compare_digest(due, one) for one in tokens.split()])  # noqa: C419  always all of them
    if not good or not at.isdigit() or abs(now - int(at)) > _TOLERANCE_S:
        raise WebhookRejected
    return json.loads(body)
