"""Packing, shipping and labels: what is asked, and what Lazada says of each unit and parcel. Pure.

`success: true` does not say that each unit went well: that stands in its `item_err_code`. A unit of which nothing is said may have been packed.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import Any, Final

from gerbang.base.http import OutcomeUnknown
from gerbang.ports.marketplace import Refused, Why
from gerbang.ports.marketplace_orders import (
    Carriers,
    Label,
    NotDone,
    NotTold,
    Packed,
    Packing,
    PackOutcome,
    ShipOutcome,
    Shipped,
)
from gerbang.providers.lazada import wire
from gerbang.providers.lazada.codes import Family, may_retry, meaning_of
from gerbang.providers.lazada.wire import Row

PDF: Final = b"%PDF"
_DONE: Final = "0"
_OWN_CARRIER: Final = "NTFS"


def pack_request(packings: Sequence[Packing]) -> str:
    """`packReq`. A carrier is named for cross-border shops only (NTFS); one call names one. Raises Refused, before anything is sent."""
    carriers = {one.carrier for one in packings}
    if len(carriers) != 1:
        raise Refused("One call packs for one carrier.", Why.BAD_REQUEST)
    carrier = carriers.pop()
    asked: dict[str, Any] = {
        "pack_order_list": [
            {"order_item_list": wire.ids(one.items), "order_id": wire.ids((one.order,))[0]} for one in packings
        ],
        "delivery_type": "dropship",
        "shipping_allocate_type": _OWN_CARRIER if carrier else "TFS",
    }
    return wire.json({**asked, "shipment_provider_code": carrier} if carrier else asked)


def packages_request(packages: Sequence[str], **more: str) -> str:
    """`readyToShipReq`, `rePackReq`, `dbsDeliveryReq`; with a `doc_type` also `getDocumentReq`."""
    return wire.json({**more, "packages": [{"package_id": one} for one in packages]})


def carriers_request(packing: Packing) -> str:
    """`getShipmentProvidersReq`."""
    order = {"order_id": wire.ids((packing.order,))[0], "order_item_ids": wire.ids(packing.items)}
    return wire.json({"orders": [order]})


def digital_request(order: str, items: Sequence[str]) -> str:
    """`digitalDeliveryReq`."""
    return wire.json({"orders": [{"order_id": wire.ids((order,))[0], "order_item_list": wire.ids(list(items))}]})


def packed(data: Row, packings: Sequence[Packing]) -> list[PackOutcome]:
    """What became of every unit that was asked for."""
    told = {
        (wire.text(order, "order_id"), wire.text(unit, "order_item_id")): unit
        for order in wire.rows(data.get("pack_order_list"))
        for unit in wire.rows(order.get("order_item_list"))
    }
    wanted = [(one.order, unit) for one in packings for unit in one.items]
    return [_packed(order, unit, told.get((order, unit), {})) for order, unit in wanted]


def shipped(data: Row, packages: Iterable[str]) -> list[ShipOutcome]:
    """What became of every parcel that was asked for."""
    told = {wire.text(one, "package_id"): one for one in wire.rows(data.get("packages"))}
    return [_shipped(package, told.get(package, {})) for package in packages]


def digitally_delivered(data: Row, order: str, items: Iterable[str]) -> list[ShipOutcome]:
    """What became of every unit without a parcel."""
    told = {
        wire.text(unit, "order_item_id"): unit
        for one in wire.rows(data.get("orders"))
        for unit in wire.rows(one.get("order_item_list"))
    }
    return [
        Shipped(item=one) if _is_done(unit) else _not_done(unit, order=order, item=one)
        for one in items
        for unit in (told.get(one, {}),)
    ]


def carriers(data: Row) -> Carriers:
    """Where the platform decides, or the shop is local, there is nothing to choose, and naming one is an error."""
    options = tuple(
        (code, wire.text(one, "name") or code)
        for one in wire.rows(data.get("shipment_providers"))
        if (code := wire.text(one, "provider_code", "shipment_provider_id", "code"))
    )
    is_ours = wire.text(data, "shipping_allocate_type").upper() == _OWN_CARRIER
    return Carriers(choose=is_ours and not wire.flag(data, "platform_default"), options=options if is_ours else ())


def label(data: Row) -> Label:
    """The document itself where it came along, else where it lies for ten minutes. Raises OutcomeUnknown for neither."""
    url = wire.text(data, "pdf_url")
    try:
        body = base64.b64decode(wire.text(data, "file"), validate=True)
    except (binascii.Error, ValueError):
        body = b""
    if body.startswith(PDF):
        return Label("application/pdf", body)
    if not url.startswith(("https://", "http://")):
        raise OutcomeUnknown("Lazada told of no document.")
    return Label("application/pdf", url=url)


def invoice(data: Row) -> Label:
    """An invoice that came along as PDF. Raises Refused for another kind of document, which is for the seller's own browser, and OutcomeUnknown for none."""
    told = wire.row(data.get("document"))
    try:
        body = base64.b64decode(wire.text(told, "file"), validate=True)
    except (binascii.Error, ValueError):
        body = b""
    if body.startswith(PDF):
        return Label("application/pdf", body)
    if not body:
        raise OutcomeUnknown("Lazada told of no document.")
    kind = wire.text(told, "mime_type") or "of an unknown kind"
    raise Refused(f"It is {kind[:60]}, and no PDF.", Why.UNREADABLE, hint="Print it in Seller Center.")


def _packed(order: str, item: str, told: Row) -> PackOutcome:
    package = wire.text(told, "package_id")
    if not _is_done(told):
        return _not_done(told, order=order, item=item)
    if not package:
        return NotTold(order=order, item=item)
    return Packed(order, item, package, wire.text(told, "tracking_number"), wire.text(told, "shipment_provider"))


def _shipped(package: str, told: Row) -> ShipOutcome:
    return Shipped(package) if _is_done(told) else _not_done(told, package=package)


def _is_done(told: Row) -> bool:
    return wire.text(told, "item_err_code") == _DONE


def _not_done(told: Row, *, order: str = "", item: str = "", package: str = "") -> NotDone | NotTold:
    code = wire.text(told, "item_err_code")
    if not code:
        return NotTold(order=order, item=item, package=package)
    reason = meaning_of(code, Family.PARCELS).words
    retry = wire.flag(told, "retry") or may_retry(code, Family.PARCELS)
    return NotDone(wire.printable(code, 40), reason, retry, order=order, item=item, package=package)
