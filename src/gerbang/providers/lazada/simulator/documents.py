"""A package's label (notes 6.2): a real PDF of A6 pages with a barcode, or HTML. Its link dies after ten minutes.

A link needs no memory: it carries its end, and a code that only the sandbox can make.
"""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Answer, Request
from gerbang.providers.lazada.simulator import pdf
from gerbang.providers.lazada.simulator.access import Call, number
from gerbang.providers.lazada.simulator.model import CANCELLABLE, TO_PACK, Package, ShopOrder, Status
from gerbang.providers.lazada.simulator.packing import MOST, NotDone, read
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn, World

LIVES_S: Final = 600
FOLDER: Final = "/awb/"
_HTML: Final = (("content-type", "text/html; charset=utf-8"),)
_PDF: Final = (("content-type", "application/pdf"), ("cache-control", "no-store"))


class _PackageId(msgspec.Struct):
    package_id: str


class _Asked(msgspec.Struct):
    packages: list[_PackageId]
    doc_type: str = ""


def labels(call: Call, turn: Turn) -> Any:
    """/order/package/document/get: all packages in one file; from packed on."""
    asked = read(call, "getDocumentReq", _Asked)
    if len(asked.packages) > MOST:
        raise NotDone("700022")
    if asked.doc_type not in {"PDF", "HTML"} or not asked.packages:
        raise NotDone("700004")
    found = [_printable(call, turn, one.package_id) for one in asked.packages]
    if asked.doc_type == "HTML":
        page = "".join(f"<section>{'<br>'.join(map(escape, _lines(o, p, turn.world)))}</section>" for o, p in found)
        return {"file": _coded(f"<html><body>{page}</body></html>"), "doc_type": "HTML"}
    url = _link(call, turn, [package.id for _, package in found])
    frame = f'<html><body><iframe src="{url}" width="100%" height="100%"></iframe></body></html>'
    return {"file": _coded(frame), "doc_type": "PDF", "pdf_url": url}


def document(call: Call, turn: Turn) -> Any:
    """/order/document/get, of which invoices are served: of items that are packed."""
    if call.needed("doc_type") != "invoice":
        raise Refused("32")
    try:
        asked = msgspec.json.decode(call.needed("order_item_ids").encode(), type=list[int])
    except msgspec.DecodeError as error:
        raise Refused("20", call.needed("order_item_ids")) from error
    lines: list[str] = []
    for id_ in asked:
        order = turn.world.book.order_of_item(id_)
        item = order.item(id_) if order is not None and order.seller == call.shop.seller_id else None
        if item is None:
            raise Refused("20", str(id_))
        if item.status in TO_PACK or item.status is Status.UNPAID:
            raise Refused("34")
        lines.append(f"{item.invoice or '-'}  {item.name}")
    file = pdf.document([pdf.Sheet(str(asked[0]) if asked else "0", tuple(lines))])
    coded = base64.b64encode(file).decode()
    return {"document": {"file": coded, "mime_type": "application/pdf", "document_type": "invoice"}}


def download(world: World, request: Request, now: datetime) -> Answer:
    """The file behind a link, while it lives."""
    name = request.path.rpartition("/")[2].removesuffix(".pdf")
    seller, _, rest = name.partition("-")
    signed, _, code = name.rpartition("-")
    until, *ids = rest.split("-")[:-1] or [""]
    if seller not in world.shops or number(until) < 0 or not hmac.compare_digest(_code(world, seller, signed), code):
        return Answer(404, b"Not Found", (("content-type", "text/plain"),))
    if number(until) < now.timestamp():
        return Answer(
            403,
            b"<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>",
            (("content-type", "application/xml"),),
        )
    found = [(order, order.package(id_)) for id_ in ids if (order := world.book.order_of_package(seller, id_))]
    sheets = [pdf.Sheet(p.tracking, tuple(_lines(o, p, world))) for o, p in found if p is not None]
    return Answer(200, pdf.document(sheets), _PDF)


def _printable(call: Call, turn: Turn, id_: str) -> tuple[ShopOrder, Package]:
    order = turn.world.book.order_of_package(call.shop.seller_id, id_)
    package = order.package(id_) if order else None
    if order is None or package is None:
        raise NotDone("600001")
    statuses = {item.status for item in order.of_package(id_)}
    if not statuses or statuses & {*TO_PACK, Status.CANCELED}:
        raise NotDone("600002" if not statuses or Status.CANCELED in statuses else "700000")
    return order, package


def _link(call: Call, turn: Turn, ids: Sequence[str]) -> str:
    seller = call.shop.seller_id
    signed = "-".join([seller, str(int(turn.now.timestamp()) + LIVES_S), *ids])
    return f"{call.base_url}{FOLDER}{signed}-{_code(turn.world, seller, signed)}.pdf"


def _code(world: World, seller: str, signed: str) -> str:
    secret = "".join(app.secret for app in world.apps.values()) + seller
    return hmac.new(secret.encode(), signed.encode(), "sha256").hexdigest()[:32]


def _lines(order: ShopOrder, package: Package, world: World) -> list[str]:
    shop, country = world.shops[order.seller], world.country(order.seller)
    items = order.of_package(package.id)
    cod = order.payment_method == "COD" and all(item.status in CANCELLABLE for item in items)
    paid = sum(item.paid_price + item.shipping for item in items)
    return [
        "SANDBOX - not a real parcel",
        f"{package.carrier}   {package.id}",
        f"Order {order.id}",
        f"From {shop.name}, {country.name}",
        f"To {order.buyer.name}, {order.buyer.phone}",
        f"{order.buyer.street}, {country.city} {country.post_code}",
        f"COD {country.currency} {paid // 100}" if cod else "Paid",
        *(f"1 x {item.seller_sku}  {item.name}"[:60] for item in items),
    ]


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
