"""What clients may send of orders of their own. Unknown members are refused (R40); all faults are told at once."""

from typing import Annotated, Final
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.base.money import ASSETS, EXPONENTS, FIAT_LIMIT
from gerbang.core.orders.model import Cod, NewOwnOrder, OwnLine
from gerbang.ports.marketplace_orders import Address, Buyer
from gerbang.web.input.bodies import Email, Line, Phone, read_email, read_phone
from gerbang.web.input.body_errors import all_at_once
from gerbang.web.input.cleaning import cleaned
from gerbang.web.problems import invalid_field

_MOST: Final = 200
Sku = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_FIATS: Final = sorted(EXPONENTS.keys() - ASSETS)
Currency = Annotated[str, msgspec.Meta(extra_json_schema={"enum": _FIATS})]
Street = Annotated[tuple[Line, ...], msgspec.Meta(max_length=5)]


class OrderLineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many units of one of your products, at `price` each in minor units. Without `warehouse` they come from wherever they are."""

    sku: Sku
    quantity: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    price: Annotated[int, msgspec.Meta(ge=0, lt=FIAT_LIMIT)]
    warehouse: Sku | None = None
    name: Line = ""


class OrderAddressBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it goes."""

    lines: Street = ()
    city: Line = ""
    post_code: Line = ""
    country: Line = ""


class OrderCustomerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who buys: a customer by `id`, or whoever is told here."""

    id: Line = ""
    name: Line = ""
    email: Email = ""
    phone: Phone = ""
    address: OrderAddressBody = OrderAddressBody()


class OrderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order of your own. `payment` is one of our payments, of the amount of all lines: until it is paid the order is `unpaid`, and its stock kept as long as the payment is open.
    `cod`: paid at the door. Without both it is paid already.
    """

    lines: Annotated[list[OrderLineBody], msgspec.Meta(min_length=1, max_length=_MOST)]
    currency: Currency = "IDR"
    external_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None
    customer: OrderCustomerBody = OrderCustomerBody()
    payment: Line = ""
    cod: bool = False

    def read(self, id_: UUID, region: str) -> NewOwnOrder:
        """The order, all faults at once. Raises Invalid with pointers."""
        told = self.customer
        found: dict[str, str] = {}
        named: dict[str, UUID | None] = {}

        def total() -> None:
            if sum(line.quantity * line.price for line in self.lines) >= FIAT_LIMIT:
                raise invalid_field("/lines", "All lines together must be below 1,000,000,000,000 minor units.")

        def currency() -> None:
            if self.currency not in _FIATS:
                raise invalid_field("/currency", f"Must be one of: {', '.join(_FIATS)}.")

        def one_way() -> None:
            if self.cod and self.payment:
                raise invalid_field("/cod", "Paid at the door or by `payment`, not both.")

        all_at_once(
            total,
            currency,
            one_way,
            lambda: found.update(email=read_email(told.email) if told.email else ""),
            lambda: found.update(phone=read_phone(told.phone, region) if told.phone else ""),
            lambda: named.update(customer=_id("cus", told.id, "/customer/id")),
            lambda: named.update(payment=_id("pay", self.payment, "/payment")),
        )
        where = told.address
        place = Address(told.name, found["phone"], tuple(where.lines), where.city, where.post_code, where.country)
        return NewOwnOrder(
            id=id_,
            currency=self.currency,
            lines=tuple(OwnLine(one.sku, one.quantity, one.price, one.warehouse, one.name) for one in self.lines),
            external_id=cleaned("external_id", self.external_id) if self.external_id else None,
            customer=named["customer"],
            email=found["email"],
            phone=found["phone"],
            buyer=Buyer(name=told.name, shipping=place),
            payment=named["payment"],
            is_cod=self.cod,
        )


class CodBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`collected` by whoever brings it, `remitted` to your bank, or `refused` by the buyer."""

    status: Cod


def _id(kind: str, shown: str, pointer: str) -> UUID | None:
    try:
        return ids.read(kind, shown) if shown else None
    except NotFound as error:
        raise invalid_field(pointer, error.detail) from error
