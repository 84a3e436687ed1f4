"""What follows packing (notes 6.2, 6.3): carriers, ready to ship, pack anew, the seller's own fleet, digital goods, where a parcel is."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from gerbang.providers.lazada.simulator import finance, moves, push
from gerbang.providers.lazada.simulator.access import Call, number
from gerbang.providers.lazada.simulator.countries import spaced
from gerbang.providers.lazada.simulator.model import READY, TO_PACK, Package, ShopOrder, Status
from gerbang.providers.lazada.simulator.packing import MOST, NotDone, code_of, outcome, read
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn

_Step = Callable[[Turn, ShopOrder, Package], str]


class _PackageId(msgspec.Struct):
    package_id: str


class _Packages(msgspec.Struct):
    packages: list[_PackageId]


class _Order(msgspec.Struct):
    order_id: int
    order_item_ids: list[int] = []
    order_item_list: list[int] = []


class _Orders(msgspec.Struct):
    orders: list[_Order]


def providers(call: Call, turn: Turn) -> Any:
    """/order/shipment/providers/get: nothing to choose for a local shop."""
    asked = read(call, "getShipmentProvidersReq", _Orders)
    if len(asked.orders) > MOST:
        raise NotDone("700022")
    if any(turn.world.book.order(call.shop.seller_id, one.order_id) is None for one in asked.orders):
        raise NotDone("700021")
    carriers = call.country.carriers if call.shop.cross_border else call.country.carriers[:1]
    return {
        "platform_default": 0 if call.shop.cross_border else 1,
        "shipment_providers": [{"name": one, "provider_code": code_of(one)} for one in carriers],
        "shipping_allocate_type": "NTFS" if call.shop.cross_border else "TFS",
    }


def ready_to_ship(call: Call, turn: Turn) -> Any:
    """/order/package/rts: its goods are out of the stock from here on."""
    to = Status.READY_TO_SHIP if turn.world.quirks.ready_to_ship == "at_once" else Status.READY_TO_SHIP_PENDING

    def step(turn: Turn, order: ShopOrder, package: Package) -> str:
        items = order.of_package(package.id)
        if not items or any(item.status is not Status.PACKED for item in items):
            return "700000"
        moves.left(turn, order, items)
        push.keep_order(turn, moves.moved_to(turn, moves.with_package(turn, order, package, to), items, to))
        return "0"

    return _of_packages(call, turn, "readyToShipReq", step)


def repack(call: Call, turn: Turn) -> Any:
    """/order/package/repack: the package is cancelled, and its items can be packed again."""

    def step(turn: Turn, order: ShopOrder, package: Package) -> str:
        items = order.of_package(package.id)
        if not items or any(item.status is not Status.PACKED for item in items):
            return "700000"
        after = moves.with_package(turn, order, package, Status.REPACKED)
        no_more = {"package": "", "tracking": "", "carrier": ""}
        push.keep_order(turn, moves.moved_to(turn, after, items, Status.REPACKED, **no_more))
        return "0"

    return _of_packages(call, turn, "rePackReq", step)


def own_fleet_delivered(call: Call, turn: Turn) -> Any:
    """/order/package/sof/delivered."""
    return _of_packages(call, turn, "dbsDeliveryReq", _own_fleet(Status.DELIVERED))


def own_fleet_failed(call: Call, turn: Turn) -> Any:
    """/order/package/sof/failed_delivery."""
    return _of_packages(call, turn, "dbsFailedDeliveryReq", _own_fleet(Status.FAILED_DELIVERY))


def own_fleet_status(call: Call, turn: Turn) -> Any:
    """/order/package/sof/status/update, by tracking number."""
    tags = {
        "in_transit": Status.SHIPPED,
        "delivered": Status.DELIVERED,
        "failed_delivery": Status.FAILED_DELIVERY,
    }
    to = tags.get(call.needed("tag").lower())
    tracking = call.needed("trackingNumber")
    for order in turn.world.book.orders_of(call.shop.seller_id):
        for package in order.packages:
            if package.tracking == tracking and to is not None:
                code = _own_fleet(to)(turn, order, package)
                if code != "0":
                    raise NotDone(code)
                return {"trackingNumber": tracking}
    raise NotDone("600001" if to is not None else "700004")


def digital(call: Call, turn: Turn) -> Any:
    """/order/digital/delivered."""
    asked = read(call, "digitalDeliveryReq", _Orders)
    if len(asked.orders) > MOST:
        raise NotDone("700022")
    return {
        "orders": [
            {
                "order_id": one.order_id,
                "order_item_list": [
                    outcome(_deliver(call, turn, one.order_id, id_), order_item_id=id_) for id_ in one.order_item_list
                ],
            }
            for one in asked.orders
        ]
    }


def trace(call: Call, turn: Turn) -> Any:
    """/logistic/order/trace: nothing before a package is ready to ship."""
    text = call.needed("order_id")
    order = turn.world.book.order(call.shop.seller_id, number(text))
    if order is None:
        raise Refused("16", text)
    shown = [_traced(package, call) for package in order.packages if len(package.history) > 1]
    module = [{"ofc_order_id": str(order.id), "warehouse_detail_info": {}, "package_detail_info_list": shown}]
    return {"not_success": False, "retry": False, "repeated": False, "module": module}


def _traced(package: Package, call: Call) -> Mapping[str, Any]:
    details = [
        {
            "title": word.replace("_", " ").capitalize(),
            "description": "",
            "detail_type": word,
            "status_code": word,
            "event_time": int(at.timestamp() * 1000),
            "event_date": spaced(at, call.country)[:10],
            "receive_time": int(at.timestamp() * 1000),
            "proof_images": [],
        }
        for word, at in package.history
    ]
    return {
        "ofc_package_id": package.id,
        "tracking_number": package.tracking,
        "logistic_detail_info_list": details,
    }


def _of_packages(call: Call, turn: Turn, name: str, step: _Step) -> Any:
    """One step for each of up to 20 packages, with its outcome; a fault leaves the last one undone inside a success."""
    asked = read(call, name, _Packages)
    if len(asked.packages) > MOST:
        raise NotDone("700022")
    if not asked.packages:
        raise NotDone("700017")
    told = []
    for place, one in enumerate(asked.packages, start=1):
        busy = call.fault == "item_busy" and place == len(asked.packages)
        code = "700024" if busy else _step(call, turn, one.package_id, step)
        told.append(outcome(code, package_id=one.package_id))
    return {"packages": told}


def _step(call: Call, turn: Turn, id_: str, step: _Step) -> str:
    order = turn.world.book.order_of_package(call.shop.seller_id, id_)
    package = order.package(id_) if order else None
    if order is None or package is None:
        return "600001"
    if package.status == moves.PACKAGE_WORDS[Status.CANCELED]:
        return "600002"
    return step(turn, order, package)


def _own_fleet(to: Status) -> _Step:
    def step(turn: Turn, order: ShopOrder, package: Package) -> str:
        items = order.of_package(package.id)
        if any(item.sort != "own_fleet" for item in items):
            return "700009"
        if to is Status.FAILED_DELIVERY and any(item.status in READY for item in items):
            order = moves.scan(turn, order, package, Status.SHIPPED) or order
        return "0" if moves.scan(turn, order, package, to) is not None else "700000"

    return step


def _deliver(call: Call, turn: Turn, order_id: int, id_: int) -> str:
    order = turn.world.book.order(call.shop.seller_id, order_id)
    if order is None:
        return "700021"
    item = order.item(id_)
    if item is None:
        return "700025"
    if item.sort != "digital":
        return "700020"
    if item.status not in TO_PACK:
        return "700026"
    moves.left(turn, order, [item])
    after = moves.moved_to(turn, order, [item], Status.DELIVERED)
    push.keep_order(turn, after)
    finance.sold(turn, after, [item])
    return "0"
