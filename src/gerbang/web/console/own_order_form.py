"""The form of an order of our own: from what was typed to a new order, or to what is wrong beside each field. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from markupsafe import Markup

from gerbang.base import email_address, formats, phone
from gerbang.base.formats import Locale, one_line
from gerbang.base.money import EXPONENTS, FIAT_LIMIT
from gerbang.core.catalogue.model import Product, is_sku, is_warehouse
from gerbang.core.orders.model import NewOwnOrder, OwnLine
from gerbang.ports.marketplace_orders import Address, Buyer
from gerbang.web import texts
from gerbang.web.console.confirmation import Input
from gerbang.web.console.link_form import CURRENCIES
from gerbang.web.input.typed_money import Unreadable, read_amount

MOST_LINES: Final = 12
LINES: Final = 3  # that an empty form shows
LINE: Final = ("sku", "quantity", "price", "warehouse")
BUYER: Final = ("name", "email", "phone", "street", "city", "post_code")
FIELDS: Final = (
    *(f"{part}{number}" for number in range(1, MOST_LINES + 1) for part in LINE),
    *BUYER,
    "external_id",
    "currency",
    "pay",
)
COD, LINK, PAID = "cod", "link", "paid"
_MOST_UNITS: Final = 100_000
_MOST: Final[Mapping[str, int]] = {"external_id": 100, "email": 254, "phone": 64, "street": 200, "post_code": 20}


def empty() -> dict[str, str]:
    """The form as it is opened."""
    return {**dict.fromkeys(FIELDS, ""), "currency": CURRENCIES[0], "quantity1": "1", "pay": COD}


def lines_shown(given: Mapping[str, str], *, more: bool = False) -> int:
    """How many lines the form has: those with something in them, and a few to go on with."""
    last = max((n for n in range(1, MOST_LINES + 1) if any(given[f"{part}{n}"] for part in LINE)), default=0)
    return min(MOST_LINES, max(LINES, last + (LINES if more else 0)))


def skus_of(given: Mapping[str, str]) -> Sequence[str]:
    """The products that were named."""
    named = (given[f"sku{number}"].strip() for number in range(1, MOST_LINES + 1))
    return [one for one in dict.fromkeys(named) if is_sku(one)]


def read(
    given: Mapping[str, str],
    products: Mapping[str, Product],
    ways: Sequence[str],
    locale: Locale,
    region: str,
    id_: UUID,
) -> tuple[NewOwnOrder | None, dict[str, Markup]]:
    """The order that the form asks for, or None and what is wrong with each field. A line without a price costs what its product does; `ways` are those to pay that may be chosen."""
    say, wrong = texts.words(locale), dict[str, Markup]()
    currency = given["currency"]
    if currency not in CURRENCIES:
        wrong["currency"] = say("link.wrong.currency", currency=currency[:8])
        currency = CURRENCIES[0]
    lines: list[OwnLine] = []
    for number in range(1, MOST_LINES + 1):
        if number == 1 or any(given[f"{part}{number}"] for part in LINE):
            line, faults = _line(given, number, products, currency, locale)
            wrong |= faults
            lines += [line] if line is not None else []
    if not wrong and sum(one.quantity * one.price for one in lines) >= FIAT_LIMIT:
        wrong["price1"] = say("link.wrong.amount.range")
    if given["pay"] not in ways:
        wrong["pay"] = say("ord.new.wrong.pay")
    wrong |= _wrong_buyer(given, region, locale)
    return (None if wrong else _order(given, lines, region, id_)), wrong


def inputs_of(shown: int, ways: Sequence[str], wrong: Mapping[str, object], locale: Locale) -> Mapping[str, Input]:
    """The fields of the form by name, the cursor in the first that is wrong."""
    say = texts.words(locale)
    focus = next((name for name in FIELDS if name in wrong), "sku1")
    found = {
        f"{part}{number}": Input(
            f"{part}{number}",
            say(f"ord.new.{part}"),
            most=64,
            mode={"quantity": "numeric", "price": "decimal"}.get(part, ""),
            required=number == 1 and part in ("sku", "quantity"),
            focus=focus == f"{part}{number}",
        )
        for number in range(1, shown + 1)
        for part in LINE
    }
    kinds = {"email": "email", "phone": "tel"}
    found |= {
        name: Input(
            name,
            say(f"ord.new.{name}"),
            kind=kinds.get(name, "text"),
            hint=say("ord.new.external_id.hint") if name == "external_id" else "",
            most=_MOST.get(name, 200),
            required=False,
            focus=focus == name,
        )
        for name in (*BUYER, "external_id")
    }
    found["currency"] = Input("currency", say("link.currency"), options=tuple((code, code) for code in CURRENCIES))
    options = tuple((way, say(f"ord.new.pay.{way}")) for way in ways)
    found["pay"] = Input("pay", say("ord.new.pay"), kind="radio", options=options)
    return found


def field_of(pointer: str, numbers: Sequence[int]) -> str:
    """The field that a fault of the core's is about: `/lines/0/sku` is the first line that was filled in."""
    parts = pointer.split("/")
    if len(parts) == 4 and parts[1] == "lines" and parts[2].isdigit() and int(parts[2]) < len(numbers):
        return f"{parts[3]}{numbers[int(parts[2])]}"
    return "pay" if pointer == "/payment" else "sku1"


def filled(given: Mapping[str, str]) -> Sequence[int]:
    """The numbers of the lines with something in them."""
    return [n for n in range(1, MOST_LINES + 1) if n == 1 or any(given[f"{part}{n}"] for part in LINE)]


def _line(
    given: Mapping[str, str], number: int, products: Mapping[str, Product], currency: str, locale: Locale
) -> tuple[OwnLine | None, dict[str, Markup]]:
    say, wrong = texts.words(locale), dict[str, Markup]()
    sku, where, count = (given[f"{part}{number}"].strip() for part in ("sku", "warehouse", "quantity"))
    product = products.get(sku)
    if product is None:
        wrong[f"sku{number}"] = say("ord.new.wrong.sku")
    if not (count.isascii() and count.isdigit() and len(count) < 7 and 0 < int(count) <= _MOST_UNITS):
        wrong[f"quantity{number}"] = say("ord.new.wrong.quantity")
    if where and not is_warehouse(where):
        wrong[f"warehouse{number}"] = say("ord.new.wrong.warehouse")
    price = 0
    typed = given[f"price{number}"].strip()
    try:
        if typed:
            price = 0 if typed == "0" else read_amount(typed, currency)
        elif product is not None and product.price is not None and product.price.currency == currency:
            price = product.price.amount
        elif product is not None:
            wrong[f"price{number}"] = say("ord.new.wrong.price", currency=currency)
    except Unreadable:
        example = formats.money(150_000 if EXPONENTS[currency] == 0 else 125_000, currency, locale)
        wrong[f"price{number}"] = say("link.wrong.amount", example=example)
    if wrong or product is None:
        return None, wrong
    return OwnLine(sku, int(count), price, where or None, product.name), {}


def _wrong_buyer(given: Mapping[str, str], region: str, locale: Locale) -> dict[str, Markup]:
    say, wrong = texts.words(locale), dict[str, Markup]()
    try:
        email_address.read(given["email"])
    except email_address.BadEmail:
        wrong["email"] = say("link.wrong.email")
    try:
        phone.read(given["phone"], region)
    except phone.BadPhone as error:
        wrong["phone"] = say(f"phone.wrong.{error.why}")
    wrong |= {
        name: say("ord.new.wrong.long") for name in (*BUYER, "external_id") if len(given[name]) > _MOST.get(name, 200)
    }
    return wrong


def _order(given: Mapping[str, str], lines: Sequence[OwnLine], region: str, id_: UUID) -> NewOwnOrder:
    name, number = one_line(given["name"]), phone.read(given["phone"], region)
    street = one_line(given["street"])
    place = Address(
        name, number, (street,) if street else (), one_line(given["city"]), one_line(given["post_code"]), ""
    )
    return NewOwnOrder(
        id=id_,
        currency=given["currency"],
        lines=tuple(lines),
        external_id=one_line(given["external_id"]) or None,
        email=email_address.read(given["email"]),
        phone=number,
        buyer=Buyer(name=name, shipping=place),
        is_cod=given["pay"] == COD,
    )
