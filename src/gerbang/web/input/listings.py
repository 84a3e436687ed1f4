"""What clients may send about listings and what shops are offered."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from gerbang.core.catalogue.listings.model import MOST_LINES, StockRules
from gerbang.core.catalogue.model import MOST_UNITS
from gerbang.web.input.products import Sku, Warehouse

MOST_CSV: Final = 100_000
Csv = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=MOST_CSV,
        description=f"A head that names `seller_sku` and `sku`, and at most {MOST_LINES} lines; an empty `sku` takes a mapping away.",
    ),
]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Buffer = Annotated[int, msgspec.Meta(ge=0, le=MOST_UNITS)]


class MappingBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which product of yours it is; null: none."""

    sku: Sku | None


class MappingFileBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which product of yours each seller SKU of the shop is."""

    csv: Csv
    dry_run: bool = False


class StockRulesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the shop is offered: the pool without `buffer` units. `warehouses` names for each warehouse of the marketplace the one of yours that it shows; none: the whole pool. Both are named: one
    that was forgotten would put up for sale what is kept back.
    """

    buffer: Buffer
    warehouses: Annotated[Mapping[Code, Warehouse], msgspec.Meta(max_length=20)]

    def read(self, connection: str) -> StockRules:
        """As core takes it."""
        return StockRules(connection, self.buffer, self.warehouses)


class ImportBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`makes_products`: what is no product of yours yet becomes one under its seller SKU, with its name, price and, as the first count, what can be sold of it and what its open orders hold."""

    makes_products: bool = False
