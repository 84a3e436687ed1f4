"""Packing (notes 6.2): up to 20 orders a call, an outcome for each item, one package for what is packed of one order together."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from gerbang.providers.lazada.simulator import moves, push
from gerbang.providers.lazada.simulator.access import Call
from gerbang.providers.lazada.simulator.countries import Country
from gerbang.providers.lazada.simulator.model import TO_PACK, Item, Package, ShopOrder, Status
from gerbang.providers.lazada.simulator.world import Turn

MOST: Final = 20
READY_AFTER: Final = timedelta(days=3)  # a pre-order; how long one waits differs, and the length is ours
SAYS: Final[Mapping[str, str]] = {
    "0": "success",
    "6": "system busy",
    "1003": "no carrier could be allocated",
    "600001": "package not found",
    "600002": "package is already cancelled",
    "700000": "the status of the package forbids it",
    "700001": "the provider code is unknown",
    "700004": "a parameter is illegal",
    "700009": "this is not a DBS order",
    "700013": "the operation is not supported",
    "700017": "a parameter is null",
    "700020": "this is not a digital item",
    "700021": "order not found",
    "700022": "the batch is too large",
    "700024": "the lock was not obtained",
    "700025": "item not found",
    "700026": "the status of the item forbids packing",
    "700027": "the item is fulfilled by Lazada",
    "700029": "the items are in different warehouses",
    "700030": "a digital item needs no packing",
    "700031": "the order is not ready to be fulfilled",
}
_RETRY: Final = frozenset({"6", "700024"})


class NotDone(Exception):
    """The whole call is refused inside an answer that says code 0: `result.success` is false."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Orders(msgspec.Struct):
    order_id: int
    order_item_list: list[int]


class _Pack(msgspec.Struct):
    pack_order_list: list[_Orders]
    delivery_type: str = ""
    shipping_allocate_type: str = ""
    shipment_provider_code: str = ""


def pack(call: Call, turn: Turn) -> Any:
    """/order/fulfill/pack; raises NotDone."""
    asked = read(call, "packReq", _Pack)
    if len(asked.pack_order_list) > MOST:
        raise NotDone("700022")
    if not asked.pack_order_list or not asked.delivery_type or not asked.shipping_allocate_type:
        raise NotDone("700017")
    if asked.delivery_type != "dropship" or asked.shipping_allocate_type not in {"TFS", "NTFS"}:
        raise NotDone("700004")
    carrier = _carrier(call, asked)
    busy = call.fault == "item_busy"
    told = []
    for number, one in enumerate(asked.pack_order_list):
        last = number == len(asked.pack_order_list) - 1
        told.append(
            {"order_id": one.order_id, "order_item_list": _pack_one(call, turn, one, carrier, busy=busy and last)}
        )
    return {"pack_order_list": told}


def outcome(code: str, **more: Any) -> dict[str, Any]:
    """What became of one item or package."""
    return {**more, "msg": SAYS[code], "item_err_code": code, "retry": code in _RETRY}


def read(call: Call, name: str, kind: type[Any]) -> Any:
    """The call's one parameter; raises NotDone."""
    found = call.json(name)
    try:
        return msgspec.convert(found, kind, strict=False)
    except msgspec.ValidationError as error:
        raise NotDone("700004") from error


def _carrier(call: Call, asked: _Pack) -> str:
    """Which carrier brings it: Lazada's choice for a local shop, the seller's for one that sells across borders."""
    if asked.shipping_allocate_type == "TFS":
        if asked.shipment_provider_code:
            raise NotDone("700004")
        return call.country.carriers[0]
    if not call.shop.cross_border:
        raise NotDone("700013")
    if not asked.shipment_provider_code:
        raise NotDone("700017")
    found = [one for one in call.country.carriers if code_of(one) == asked.shipment_provider_code]
    if not found:
        raise NotDone("700001")
    return found[0]


def code_of(carrier: str) -> str:
    return carrier.upper().replace(" ", "_").replace("&", "N")


def _pack_one(call: Call, turn: Turn, asked: _Orders, carrier: str, *, busy: bool) -> Sequence[Mapping[str, Any]]:
    order = turn.world.book.order(call.shop.seller_id, asked.order_id)
    if order is None:
        return [_item(id_, "700021") for id_ in asked.order_item_list]
    found = [(id_, order.item(id_)) for id_ in dict.fromkeys(asked.order_item_list)]
    codes = {id_: _problem(item, order, turn.now) for id_, item in found}
    if busy and found:
        codes[found[-1][0]] = "700024"
    good = [item for id_, item in found if item is not None and codes[id_] == "0"]
    if len({(item.warehouse, item.sort == "own_fleet") for item in good}) > 1:
        return [_item(id_, "700029" if code == "0" else code) for id_, code in codes.items()]
    if not good:
        return [_item(id_, code) for id_, code in codes.items()]
    package = _together(turn, order, good, "SOF" if good[0].sort == "own_fleet" else carrier)
    return [
        _item(id_, code, package=package if code == "0" else None, country=call.country) for id_, code in codes.items()
    ]


def _problem(item: Item | None, order: ShopOrder, now: datetime) -> str:
    """Why this item cannot be packed; 0: it can."""
    if item is None:
        return "700025"
    if item.sort == "digital":
        return "700030"
    if item.sort == "by_lazada":
        return "700027"
    if item.status not in TO_PACK:
        return "700026"
    waits = item.sort == "preorder" and now < order.created_at + READY_AFTER
    return "700031" if waits or item.is_cancel_pending else "0"


def _together(turn: Turn, order: ShopOrder, items: Sequence[Item], carrier: str) -> Package:
    package = new_package(turn, order, carrier)
    after = added(order, package)
    more = {"package": package.id, "tracking": package.tracking, "carrier": carrier}
    push.keep_order(turn, moves.moved_to(turn, after, items, Status.PACKED, **more))
    return package


def new_package(turn: Turn, order: ShopOrder, carrier: str) -> Package:
    """Its id and tracking number come from Lazada: nobody chooses them."""
    number = turn.world.book.number("package")
    country = turn.world.country(order.seller)
    word = moves.PACKAGE_WORDS[Status.PACKED]
    return Package(f"FP{number:015d}", carrier, f"LX{country.code.upper()}{number:010d}", word, ((word, turn.now),))


def by_lazada(turn: Turn, order: ShopOrder) -> None:
    """What Lazada fulfils itself is packed and ready at once: no seller is asked."""
    items = [item for item in order.items if item.sort == "by_lazada" and item.status is Status.PENDING]
    if items:
        package = new_package(turn, order, turn.world.country(order.seller).carriers[0])
        more = {"package": package.id, "tracking": package.tracking, "carrier": package.carrier}
        after = moves.moved_to(turn, added(order, package), items, Status.READY_TO_SHIP, **more)
        moves.left(turn, after, items)
        push.keep_order(turn, moves.with_package(turn, after, package, Status.READY_TO_SHIP))


def added(order: ShopOrder, package: Package) -> ShopOrder:
    return replace(order, packages=(*order.packages, package))


def _item(id_: int, code: str, *, package: Package | None = None, country: Country | None = None) -> dict[str, Any]:
    shown = {"tracking_number": "", "shipment_provider": "", "package_id": ""}
    if package is not None:
        assert country is not None, "a package has a country"
        shown = {
            "tracking_number": package.tracking,
            "shipment_provider": package.carrier,
            "package_id": package.id,
        }
    return outcome(code, order_item_id=id_, **shown)
