"""What clients may send about products, their stock and their prices."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, UnsetType

from gerbang.base import ids
from gerbang.base.errors import FieldError
from gerbang.base.formats import one_line
from gerbang.base.money import ASSETS, EXPONENTS, FIAT_LIMIT, BadMoney, Money
from gerbang.core.catalogue.model import MOST_UNITS, SKU_PATTERN, WAREHOUSE_PATTERN, NewProduct
from gerbang.web.input.body_errors import all_at_once
from gerbang.web.problems import invalid_field

_FIATS: Final = sorted(EXPONENTS.keys() - ASSETS)
Sku = Annotated[
    str,
    msgspec.Meta(
        pattern=SKU_PATTERN,
        description="Your own number for it: letters, digits and . _ : + - with a letter or digit first; large and small letters differ.",
    ),
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Warehouse = Annotated[
    str,
    msgspec.Meta(
        pattern=WAREHOUSE_PATTERN,
        description="Your own name of it, made by the first stock that stands there; without it the only one, and `main` where there is none.",
    ),
]
Amount = Annotated[int, msgspec.Meta(gt=0, lt=FIAT_LIMIT, description="Whole minor units of the currency.")]
Currency = Annotated[str, msgspec.Meta(extra_json_schema={"enum": _FIATS})]
Quantity = Annotated[int, msgspec.Meta(ge=0, le=MOST_UNITS)]
Components = Annotated[
    Mapping[Sku, Annotated[int, msgspec.Meta(ge=1, le=1_000)]],
    msgspec.Meta(
        max_length=50, description="By SKU, how many of it are in one unit of a bundle: its stock is counted by theirs."
    ),
]


class NewProductBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product of yours; one with `components` is a bundle. `amount` and `currency` together are its price."""

    sku: Sku
    name: Name
    amount: Amount | None = None
    currency: Currency | None = None
    components: Components = {}

    def read(self) -> NewProduct:
        """As core takes it. Raises Invalid with a pointer for each fault."""
        all_at_once(lambda: read_name(self.name), lambda: _check_currency(self.currency), self._price)
        return NewProduct(ids.new(), self.sku, read_name(self.name), self._price(), self.components)

    def _price(self) -> Money | None:
        if (self.amount is None) != (self.currency is None):
            missing = "currency" if self.currency is None else "amount"
            raise invalid_field(f"/{missing}", "Amount and currency are given together.")
        return None if self.amount is None or self.currency is None else read_price(self.amount, self.currency)


class ProductChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is; `components` are replaced as a whole, and none make it a bundle no more."""

    name: Name | UnsetType = UNSET
    components: Components | UnsetType = UNSET


class StockBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many stand in the warehouse, those that are reserved for orders included."""

    quantity: Quantity
    warehouse: Warehouse | None = None


class PriceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it costs from now on."""

    amount: Amount
    currency: Currency


def _check_currency(currency: str | None) -> None:
    if currency is not None and currency not in _FIATS:
        said = f"Must be one of: {', '.join(_FIATS)}."
        raise BadMoney("Goods are priced in a fiat currency.", errors=[FieldError("/currency", said)])


def read_price(amount: int, currency: str) -> Money:
    """Money of a currency that goods are priced in; raises BadMoney with a pointer."""
    _check_currency(currency)
    return Money(amount, currency)


def read_name(text: str) -> str:
    """A name as it is kept; raises Invalid with a pointer for one of spaces."""
    name = one_line(text)
    if not name:
        raise invalid_field("/name", "Give it a name.")
    return name
