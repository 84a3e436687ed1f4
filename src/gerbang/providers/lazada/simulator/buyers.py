"""What people do in the simulated Lazada, by control: buyers order, cancel and return, carriers scan, and Lazada pays out, warns and closes."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from gerbang.ports.simulator import Act, ActItem, Impossible
from gerbang.providers.lazada.simulator import access, cancellation, finance, moves, oauth, packing, push, returns
from gerbang.providers.lazada.simulator.config import Article, Shop
from gerbang.providers.lazada.simulator.countries import COUNTRIES
from gerbang.providers.lazada.simulator.model import (
    CANCELLABLE,
    Buyer,
    Item,
    Package,
    PushState,
    Reverse,
    SellerState,
    ShopOrder,
    Sku,
    Status,
)
from gerbang.providers.lazada.simulator.world import Turn, World

PAY_WITHIN: Final = timedelta(minutes=30)
MOST_UNITS: Final = 200
_UNLISTED_PRICE: Final = 9_900_00
_SHIPPING: Final = 5
_VOUCHER: Final = 10
_NAMES: Final = ("Sari Wulandari", "Budi Santoso", "Maria Santos", "Nguyễn Văn An", "Tan Wei Ling", "Somchai Jaidee")
_STREETS: Final = ("Jl. Melati 12", "12 Orchid Road", "88 Rizal Street", "25 Lê Lợi", "7 Sukhumvit Soi 11")
_ORDER_KINDS: Final = frozenset({"cod", "unpaid", "voucher_seller", "voucher_platform"})
_SKU: Final = re.compile(r"[^\x00-\x1f]{1,100}")
SCANS: Final[Mapping[str, Status]] = {
    "shipped": Status.SHIPPED,
    "delivered": Status.DELIVERED,
    "failed": Status.FAILED_DELIVERY,
    "lost": Status.LOST_BY_3PL,
    "damaged": Status.DAMAGED_BY_3PL,
    "shipped_back": Status.SHIPPED_BACK,
    "shipped_back_success": Status.SHIPPED_BACK_SUCCESS,
    "shipped_back_failed": Status.SHIPPED_BACK_FAILED,
    "scrapped": Status.PACKAGE_SCRAPPED,
}


def order(turn: Turn, act: Act) -> dict[str, Any]:
    """A basket: its id is the same in each shop that has a part of it. `kind` is words: cod, unpaid, voucher_seller, voucher_platform."""
    kinds = set(act.kind.replace(",", " ").split())
    if kinds - _ORDER_KINDS:
        raise Impossible("invalid", f"kind is words out of {', '.join(sorted(_ORDER_KINDS))}.")
    by_shop: dict[str, list[ActItem]] = {}
    for line in act.items or (ActItem(),):
        shop = turn.world.shop(line.shop or act.shop)
        by_shop.setdefault(shop.seller_id, []).append(line)
    units = sum(line.quantity for line in act.items)
    if any(line.quantity < 1 for line in act.items) or units > MOST_UNITS:
        raise Impossible("invalid", f"A quantity is 1 or more, and an order has {MOST_UNITS} units at most.")
    wanted = {seller: _units(turn.world, turn.world.shops[seller], lines) for seller, lines in by_shop.items()}
    id_ = turn.world.book.number("order")
    for seller, chosen in wanted.items():
        _place(turn, turn.world.shops[seller], id_, chosen, kinds)
    first = next(iter(wanted))
    return {"order_id": str(id_), "shop": turn.world.shops[first].alias or first, "shops": list(wanted)}


def find(world: World, act: Act) -> ShopOrder:
    """By its id, as `order` or `reference`, alone or as shop/id; the newest of the shop without one. Raises Impossible."""
    named = act.order or act.reference
    seller, _, text = named.rpartition("/")
    seller = seller or act.shop
    if not named:
        found = list(world.book.orders_of(world.shop(act.shop).seller_id))[-1:]
    else:
        shops = [world.shop(seller).seller_id] if seller else list(world.shops)
        found = [one for shop in shops if (one := world.book.order(shop, access.number(text)))]
    if not found:
        raise Impossible("not_found", "No order here has this number.")
    return found[0]


def pay(turn: Turn, act: Act) -> dict[str, Any]:
    one = find(turn.world, act)
    if one.pay_until is None or any(item.status is not Status.UNPAID for item in one.items):
        raise Impossible("conflict", "This order is not waiting for its money.")
    packing.by_lazada(turn, moves.paid(turn, one))
    return _shown(turn, one)


def cancel(turn: Turn, act: Act) -> dict[str, Any]:
    """The buyer wants it, or these items of it, no more. `kind` now: nobody is asked."""
    one = find(turn.world, act)
    items = _named(one, act, lambda item: item.status in {*CANCELLABLE, Status.UNPAID})
    if not items or any(item.need_cancel_confirm or item.is_cancel_pending for item in items):
        raise Impossible("conflict", "What is shipped, cancelled or waits for the seller's word cannot be cancelled.")
    if act.kind == "now":
        moves.cancel(turn, one, [item.id for item in items], "cancellation-customer", cancellation.BUYERS_REASON)
        return _shown(turn, one)
    reverse = cancellation.by_buyer(turn, one, items)
    return _shown(turn, one) | ({"reverse_order_id": str(reverse.id)} if reverse else {})


def send_back(turn: Turn, act: Act) -> dict[str, Any]:
    """The buyer wants to give it, or these items of it, back; `kind` is RTM (the default), RTW or ONLY_REFUND."""
    one = find(turn.world, act)
    items = _named(one, act, lambda item: item.status is Status.DELIVERED and not item.return_status)
    reverse = returns.begin(turn, one, items, act.kind or "RTM", act.reason)
    return _shown(turn, one) | {"reverse_order_id": str(reverse.id)}


def scan(turn: Turn, act: Act) -> dict[str, Any]:
    """The carrier has an order's parcels in hand: `kind` says what it sees; `returned` is a return's parcel, one step on. Without `kind` the next step."""
    one = find(turn.world, act)
    if act.kind == "returned":
        reverse = _return_of(turn.world, one)
        returns.came_back(turn, reverse)
        return _shown(turn, one)
    if act.kind and act.kind not in SCANS:
        raise Impossible("invalid", f"kind is one of {', '.join([*SCANS, 'returned'])}.")
    moved = 0
    for package in one.packages:
        now = turn.world.book.orders[one.key]
        to = SCANS[act.kind] if act.kind else _next(now, package)
        moved += to is not None and moves.scan(turn, now, package, to) is not None
    if not moved:
        raise Impossible("conflict", "No parcel of this order can have come to this: it must be ready to ship first.")
    return _shown(turn, one)


def pay_out(turn: Turn, act: Act) -> dict[str, Any]:
    shop = turn.world.shop(act.shop)
    payout = finance.pay_out(turn, shop.seller_id)
    return {"statement": payout.number, "amount": payout.amount, "lines": len(payout.lines), "shop": shop.seller_id}


def expire(turn: Turn, act: Act) -> dict[str, Any]:
    """The tokens of a shop: dead now, or `kind` soon (told by a push) or refresh (the seller must let the app in again)."""
    shop = turn.world.shop(act.shop)
    for grant in [one for one in turn.world.book.grants.values() if one.seller == shop.seller_id]:
        if act.kind == "soon":
            turn.keep(
                grant, push.of_token(turn.world, shop.seller_id, grant.app_key, oauth.soon(grant, turn.now), turn.now)
            )
        else:
            turn.keep(replace(grant, access_dead=True, refresh_dead=grant.refresh_dead or act.kind == "refresh"))
    return {"shop": shop.seller_id}


def close(turn: Turn, act: Act) -> dict[str, Any]:
    """The shop is closed by Lazada, or open again (`kind` normal)."""
    shop = turn.world.shop(act.shop)
    is_open = act.kind == "normal"
    told = push.of_seller(turn.world, shop.seller_id, "normal" if is_open else "close", turn.now)
    turn.keep(SellerState(shop.seller_id, "ACTIVE" if is_open else "INACTIVE"), told)
    return {"shop": shop.seller_id}


def verify(turn: Turn, act: Act) -> dict[str, Any]:  # noqa: ARG001  the button knows no shop
    """The console's Verify: a test push to each app's address, which also lets pushing go on after a stop."""
    for key in turn.world.apps:
        resume(turn, key)
        turn.keep(PushState(key, stopped=False), push.verify(turn.world, key, turn.now))
    return {"sent": len(turn.webhooks)}


def resume(turn: Turn, app_key: str) -> None:
    turn.world.tries[app_key].clear()
    if app_key in turn.world.book.stopped:
        turn.keep(PushState(app_key, stopped=False))


ACTS: Final[Mapping[str, Callable[[Turn, Act], dict[str, Any]]]] = {
    "order": order,
    "pay": pay,
    "cancel": cancel,
    "return": send_back,
    "scan": scan,
    "pay-out": pay_out,
    "expire": expire,
    "close": close,
    "verify": verify,
}


def _units(world: World, shop: Shop, lines: Sequence[ActItem]) -> list[tuple[str, int]]:
    """Seller SKU and quantity; a line without a SKU is the first thing that the shop sells. Raises Impossible."""
    first = next((sku.seller_sku for sku in world.book.skus_of(shop.seller_id)), "SANDBOX-1")
    chosen = [(line.sku or first, line.quantity) for line in lines]
    if not all(_SKU.fullmatch(name) for name, _ in chosen):
        raise Impossible("invalid", "A SKU has 1 to 100 characters.")
    for name, quantity in chosen:
        sku = world.book.sku_named(shop.seller_id, name)
        wanted = sum(other for same, other in chosen if same == name)
        if sku is not None and sku.sellable < wanted:
            raise Impossible("conflict", f"{shop.name} has {sku.sellable} of {name} left to sell, not {quantity}.")
    return chosen


def _place(turn: Turn, shop: Shop, id_: int, chosen: Sequence[tuple[str, int]], kinds: set[str]) -> None:
    world, at = turn.world, turn.world.stamp(turn.now)
    unpaid = "unpaid" in kinds and "cod" not in kinds
    items: list[Item] = []
    for name, quantity in chosen:
        for _ in range(quantity):
            sku = world.book.sku_named(shop.seller_id, name) or _listed(turn, shop, name)
            warehouse = next(one.warehouse for one in sku.stock if one.sellable > 0)
            held = {"withhold": 1} if unpaid else {"occupy": 1}
            moves.change_stock(turn, shop.seller_id, sku.sku_id, warehouse, **held)
            items.append(_item(world, sku, warehouse, at, kinds, Status.UNPAID if unpaid else Status.PENDING))
    country = COUNTRIES[shop.country]
    number = id_ % 1_000
    buyer = Buyer(
        id=100_000_000_000 + id_ % 1_000_000,
        name=_NAMES[number % len(_NAMES)],
        phone=f"{country.dialling}81{id_ % 100_000_000:08d}",
        street=_STREETS[number % len(_STREETS)],
    )
    placed = ShopOrder(
        seller=shop.seller_id,
        id=id_,
        created_at=at,
        updated_at=at,
        buyer=buyer,
        payment_method="COD" if "cod" in kinds else country.payment_method,
        items=tuple(items),
        pay_until=turn.now + PAY_WITHIN if unpaid else None,
        paid_at=None if unpaid or "cod" in kinds else turn.now,
    )
    push.keep_order(turn, placed)
    if not unpaid:
        packing.by_lazada(turn, placed)


def _item(world: World, sku: Sku, warehouse: str, at: datetime, kinds: set[str], status: Status) -> Item:
    price, country = sku.buyers_price, world.country(sku.seller)
    voucher = country.share(price, _VOUCHER)
    return Item(
        id=world.book.number("item"),
        sku_id=sku.sku_id,
        item_id=sku.item_id,
        seller_sku=sku.seller_sku,
        name=sku.name,
        price=price,
        warehouse=warehouse,
        sort=sku.sort,
        status=status,
        updated_at=at,
        voucher_seller=voucher if "voucher_seller" in kinds else 0,
        voucher_platform=voucher if "voucher_platform" in kinds else 0,
        shipping=0 if sku.sort == "digital" else country.share(price, _SHIPPING),
    )


def _listed(turn: Turn, shop: Shop, name: str) -> Sku:
    """Put up for sale because somebody wants to buy it: a hundred pieces, told as a new product."""
    sku = turn.world.sku_of(shop, Article(name, name, _UNLISTED_PRICE), turn.world.stamp(turn.now))
    turn.keep(sku, push.of_product(turn.world, sku, 3, "PUBLISHED", turn.now))
    return sku


def _named(one: ShopOrder, act: Act, can: Callable[[Item], bool]) -> list[Item]:
    """The units that the act names by SKU and quantity; all that it can be done to without any. Raises Impossible."""
    able = [item for item in one.items if can(item)]
    if not act.items:
        return able
    found: list[Item] = []
    for line in act.items:
        units = [item for item in able if item.seller_sku == line.sku and item not in found]
        if not 1 <= line.quantity <= len(units):
            raise Impossible("conflict", f"The order has {len(units)} of {line.sku} that this can be done to.")
        found += units[: line.quantity]
    return found


def _return_of(world: World, one: ShopOrder) -> Reverse:
    found = [r for r in world.book.reverses.values() if (r.seller, r.order) == one.key and r.sort in {"RTM", "RTW"}]
    if not found:
        raise Impossible("not_found", "Nothing of this order is coming back.")
    return found[-1]


def _next(one: ShopOrder, package: Package) -> Status | None:
    at = datetime.max.replace(tzinfo=one.created_at.tzinfo)
    return moves.next_of(replace(package, moves_at=at), one, at) if one.of_package(package.id) else None


def _shown(turn: Turn, one: ShopOrder) -> dict[str, Any]:
    now = turn.world.book.orders[one.key]
    statuses = list(dict.fromkeys(item.status.value for item in now.items))
    return {"order_id": str(now.id), "shop": now.seller, "statuses": statuses}


def actions_of(one: ShopOrder) -> list[tuple[str, str, str]]:
    """What can be done to an order now, as (act, kind, words) for its buttons."""
    statuses = {item.status for item in one.items}
    offered = [
        ("pay", "", "Pay", statuses == {Status.UNPAID}),
        ("cancel", "", "Buyer cancels", bool(statuses & {*CANCELLABLE, Status.UNPAID})),
        ("scan", "", "Carrier: next scan", bool(statuses & {Status.READY_TO_SHIP, Status.SHIPPED})),
        ("scan", "failed", "Delivery fails", Status.SHIPPED in statuses),
        ("scan", "lost", "Lost", Status.SHIPPED in statuses),
        ("scan", "shipped_back", "On its way back", Status.FAILED_DELIVERY in statuses),
        ("scan", "shipped_back_success", "Back at the shop", Status.SHIPPED_BACK in statuses),
        ("return", "RTM", "Return to the shop", Status.DELIVERED in statuses),
        ("return", "RTW", "Return to Lazada", Status.DELIVERED in statuses),
        ("return", "ONLY_REFUND", "Money back only", Status.DELIVERED in statuses),
        ("scan", "returned", "Return's parcel moves", any(item.return_status for item in one.items)),
    ]
    return [(act, kind, words) for act, kind, words, can in offered if can]
