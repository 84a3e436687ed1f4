"""All that the simulated Lazada knows, by key. It changes through `apply` alone, which the journal's replay calls as well."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from gerbang.providers.lazada.simulator.model import (
    Code,
    Fee,
    Grant,
    Payout,
    PushState,
    Reverse,
    SellerState,
    ShopOrder,
    Sku,
)

Change = ShopOrder | Sku | Reverse | Fee | Payout | Grant | Code | SellerState | PushState
_FIRST: Final = {
    "order": 560_694_400_000_000,
    "item": 660_694_500_000_000,
    "reverse": 658_960_600_000_000,
    "reverse_line": 663_790_000_000_000,
    "product": 6_718_170_000,
    "sku": 12_761_620_000,
    "package": 0,
    "fee": 1_400_000_000,
    "payout": 0,
}


class Book:
    """Numbers are handed out in order, and go on after a replay."""

    def __init__(self) -> None:
        self.orders: dict[tuple[str, int], ShopOrder] = {}
        self.of_seller: dict[str, list[tuple[str, int]]] = {}
        self.skus: dict[tuple[str, int], Sku] = {}
        self.reverses: dict[int, Reverse] = {}
        self.fees: dict[int, Fee] = {}
        self.payouts: dict[str, Payout] = {}
        self.grants: dict[str, Grant] = {}
        self.codes: dict[str, Code] = {}
        self.states: dict[str, str] = {}
        self.stopped: set[str] = set()
        self._of_access: dict[str, str] = {}
        self._of_package: dict[str, tuple[str, int]] = {}
        self._of_item: dict[int, tuple[str, int]] = {}
        self._last = dict(_FIRST)
        self._timers: list[tuple[datetime, str, int]] = []

    def number(self, of: str) -> int:
        """The next one of its sort."""
        self._last[of] += 1
        return self._last[of]

    def apply(self, change: Change) -> None:
        match change:
            case ShopOrder():
                self._keep_order(change)
            case Sku():
                self.skus[change.seller, change.sku_id] = change
                self._seen("sku", change.sku_id)
                self._seen("product", change.item_id)
            case Reverse():
                self._keep_reverse(change)
            case Fee(number=number):
                self.fees[number] = change
                self._seen("fee", number)
            case Payout(number=number):
                self.payouts[number] = change
                self._seen("payout", len(self.payouts))
            case Grant(refresh_token=token):
                self.grants[token] = change
                self._of_access[change.access_token] = token
            case Code(code=code):
                self.codes[code] = change
            case SellerState(seller=seller, status=status):
                self.states[seller] = status
            case PushState(app_key=key, stopped=stopped):
                (self.stopped.add if stopped else self.stopped.discard)(key)

    def grant_of(self, access_token: str) -> Grant | None:
        token = self._of_access.get(access_token)
        return None if token is None else self.grants[token]

    def order(self, seller: str, id_: int) -> ShopOrder | None:
        return self.orders.get((seller, id_))

    def orders_of(self, seller: str) -> Iterator[ShopOrder]:
        return (self.orders[key] for key in self.of_seller.get(seller, ()))

    def order_of_item(self, id_: int) -> ShopOrder | None:
        key = self._of_item.get(id_)
        return None if key is None else self.orders[key]

    def order_of_package(self, seller: str, id_: str) -> ShopOrder | None:
        key = self._of_package.get(id_)
        return None if key is None or key[0] != seller else self.orders[key]

    def skus_of(self, seller: str) -> list[Sku]:
        return [sku for (owner, _), sku in self.skus.items() if owner == seller]

    def sku_named(self, seller: str, seller_sku: str) -> Sku | None:
        """The first: a seller SKU need not be unique."""
        return next((sku for sku in self.skus_of(seller) if sku.seller_sku == seller_sku), None)

    def fees_of(self, seller: str) -> list[Fee]:
        return [fee for fee in self.fees.values() if fee.seller == seller]

    def due(self, now: datetime) -> Iterator[ShopOrder | Reverse]:
        """What has something to do by now, each as often as it has a time set: who asks looks whether it still holds."""
        while self._timers and self._timers[0][0] <= now:
            _, owner, id_ = heapq.heappop(self._timers)
            found = self.orders.get((owner, id_)) if owner else self.reverses.get(id_)
            if found is not None:
                yield found

    def _keep_order(self, order: ShopOrder) -> None:
        if order.key not in self.orders:
            self.of_seller.setdefault(order.seller, []).append(order.key)
        self.orders[order.key] = order
        self._seen("order", order.id)
        for item in order.items:
            self._of_item[item.id] = order.key
            self._seen("item", item.id)
        for package in order.packages:
            self._of_package[package.id] = order.key
            self._seen("package", int(package.id[2:]))
        times = [order.pay_until, *(i.cancel_at for i in order.items), *(p.moves_at for p in order.packages)]
        for at in {at for at in times if at is not None}:
            heapq.heappush(self._timers, (at, order.seller, order.id))

    def _keep_reverse(self, reverse: Reverse) -> None:
        self.reverses[reverse.id] = reverse
        self._seen("reverse", reverse.id)
        for line in reverse.lines:
            self._seen("reverse_line", line.id)
        if reverse.decide_by is not None:
            heapq.heappush(self._timers, (reverse.decide_by, "", reverse.id))

    def _seen(self, of: str, number: int) -> None:
        self._last[of] = max(self._last[of], number)
