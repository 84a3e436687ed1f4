"""The invoice of an order of our own as PDF: who sells, who buys, what, and what is owed. Pure: the same order makes the same bytes."""

from collections.abc import Sequence
from typing import Final

from gerbang.base import formats
from gerbang.base.pdf import HEIGHT, WIDTH, Mark, Rule, Words, document, flush_right
from gerbang.core.orders.model import Item, Order, OrderDetails
from gerbang.ports.marketplace_orders import ItemStatus

_LEFT: Final = 50
_RIGHT: Final = WIDTH - 50
_TOP: Final = HEIGHT - 60
_ROW: Final = 16
_FIRST: Final = _TOP - 190  # where the items begin
_ROWS: Final = 26  # on a page
_LONGEST: Final = 48  # letters of an item's name
_COLUMNS: Final = (330, 430)  # where quantity and price end
_WORDS: Final = {  # both languages: whoever reads it need not read ours
    "invoice": "FAKTUR / INVOICE",
    "test": "UJI COBA / TEST",
    "number": "Nomor / Number",
    "date": "Tanggal / Date",
    "buyer": "Pembeli / Buyer",
    "item": "Barang / Item",
    "quantity": "Jumlah / Qty",
    "price": "Harga / Price",
    "amount": "Total / Amount",
    "sum": "TOTAL",
    "unpaid": "Belum dibayar / Unpaid",
    "cod": "Dibayar di tempat / Cash on delivery",
    "paid": "Lunas / Paid",
}


def invoice_items(details: OrderDetails) -> Sequence[Item]:
    """What is billed: all that is not cancelled."""
    return [item for item in details.items if item.status is not ItemStatus.CANCELLED]


def invoice(details: OrderDetails, seller: str) -> bytes:
    """The file. Amounts as Indonesia writes them, days in UTC+7, its invoice number where one was told and else the order's."""
    order, items = details.order, invoice_items(details)
    number = next((item.detail.invoice_number for item in items if item.detail.invoice_number), order.number)
    parts = [items[first : first + _ROWS] for first in range(0, len(items), _ROWS)]
    pages: list[list[Mark]] = []
    for place, part in enumerate(parts):
        marks = _head(details, seller, number, f"{place + 1}/{len(parts)}")
        for row, item in enumerate(part):
            marks += _line(item, order, _FIRST - (row + 1) * _ROW)
        pages.append(marks)
    end = _FIRST - (len(parts[-1]) + 1) * _ROW
    total = sum(item.paid * item.quantity for item in items)
    pages[-1] += [
        Rule(_LEFT, end + 6, _RIGHT),
        Words(_LEFT, end - 12, _WORDS["sum"], 12, "bold"),
        flush_right(_RIGHT, end - 12, formats.money(total, order.currency, "id"), 12),
        Words(_LEFT, end - 32, _WORDS[_owed(details)]),
    ]
    return document(f"Invoice {number}", pages)


def _head(details: OrderDetails, seller: str, number: str, page: str) -> list[Mark]:
    order, told = details.order, details.buyer.told
    where = told.shipping
    place = " ".join(part for part in (where.city, where.post_code) if part)
    buyer = [line for line in (told.name or where.name, *where.lines, place) if line][:5]
    marks: list[Mark] = [
        Words(_LEFT, _TOP, seller, 16, "bold"),
        Words(_LEFT, _TOP - 24, _WORDS["invoice"], 12, "bold"),
        Words(_LEFT, _TOP - 44, f"{_WORDS['number']}: {number}"),
        Words(_LEFT, _TOP - 60, f"{_WORDS['date']}: {formats.day(order.created_at, 'id')} {order.created_at.year}"),
        flush_right(_RIGHT, _TOP, page),
        Words(_LEFT, _TOP - 84, _WORDS["buyer"], 10, "bold"),
        *(Words(_LEFT, _TOP - 100 - 14 * row, line) for row, line in enumerate(buyer)),
        Words(_LEFT, _FIRST + 6, _WORDS["item"], 9, "bold"),
        flush_right(_COLUMNS[0], _FIRST + 6, _WORDS["quantity"], 8),
        flush_right(_COLUMNS[1], _FIRST + 6, _WORDS["price"], 8),
        flush_right(_RIGHT, _FIRST + 6, _WORDS["amount"], 8),
        Rule(_LEFT, _FIRST, _RIGHT),
    ]
    return marks if order.livemode else [*marks, flush_right(_RIGHT, _TOP - 24, _WORDS["test"], 12)]


def _line(item: Item, order: Order, y: float) -> list[Mark]:
    name = item.name if len(item.name) <= _LONGEST else item.name[: _LONGEST - 1] + "…"
    return [
        Words(_LEFT, y, name, 9),
        flush_right(_COLUMNS[0], y, str(item.quantity), 9),
        flush_right(_COLUMNS[1], y, formats.money(item.paid, order.currency, "id"), 9),
        flush_right(_RIGHT, y, formats.money(item.paid * item.quantity, order.currency, "id"), 9),
    ]


def _owed(details: OrderDetails) -> str:
    if any(item.status is ItemStatus.UNPAID for item in details.items):
        return "unpaid"
    return "cod" if details.order.is_cod and details.order.cod == "owed" else "paid"
