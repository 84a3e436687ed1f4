"""What clients may send about orders. Unknown members are refused (R40); whether it can be done is decided by core."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.errors import FieldError, NotFound
from gerbang.core.orders.model import ITEM_PREFIX, PREFIX, OrderNotFound
from gerbang.core.orders.operation_model import OperationKind, UnknownItems
from gerbang.core.orders.operations import Wanted

_MOST: Final = 200
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Items = Annotated[
    list[Name],
    msgspec.Meta(
        min_length=1,
        max_length=_MOST,
        description="Our ids of items (`itm_…`); without it all that stand where it can be done.",
    ),
]
Packages = Annotated[
    list[Name],
    msgspec.Meta(
        min_length=1,
        max_length=_MOST,
        description="The marketplace's ids of parcels; without it all that are packed.",
    ),
]


class PackBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All items go into one parcel. `shipment_provider` only where the marketplace lets the shop choose."""

    items: Items | None = None
    shipment_provider: Name | None = None

    def read(self) -> Wanted:
        """What is wanted. Raises UnknownItems."""
        return Wanted(OperationKind.PACK, read_items(self.items), carrier=self.shipment_provider or "")


class ShipBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    packages: Packages | None = None

    def read(self) -> Wanted:
        """What is wanted."""
        return Wanted(OperationKind.SHIP, packages=self.packages)


class ParcelsBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    packages: Packages | None = None

    def read(self, kind: OperationKind) -> Wanted:
        """What is wanted."""
        return Wanted(kind, packages=self.packages)


class ItemsBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    items: Items | None = None

    def read(self, kind: OperationKind) -> Wanted:
        """What is wanted. Raises UnknownItems."""
        return Wanted(kind, read_items(self.items))


class CancelItemsBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`reason` is the id of one of `cancel-options`."""

    reason: Name
    items: Items | None = None

    def read(self) -> Wanted:
        """What is wanted. Raises UnknownItems."""
        return Wanted(OperationKind.CANCEL, read_items(self.items), reason=self.reason)


class InvoiceNumberBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The number of the invoice that the buyer gets with the order."""

    number: Name

    def read(self) -> Wanted:
        """What is wanted."""
        return Wanted(OperationKind.INVOICE_NUMBER, number=self.number)


def read_items(shown: Sequence[str] | None) -> Sequence[UUID] | None:
    """The inner form of items' ids. Raises UnknownItems with a pointer for each that can be none."""
    if shown is None:
        return None
    found: list[UUID] = []
    faults: list[FieldError] = []
    for place, one in enumerate(shown):
        try:
            found.append(ids.read(ITEM_PREFIX, one))
        except NotFound:
            faults.append(FieldError(f"/items/{place}", "The order has no such item."))
    if faults:
        raise UnknownItems(errors=faults)
    return found


def order_id(shown: str) -> UUID:
    """The inner form of an order's id. Raises OrderNotFound."""
    try:
        return ids.read(PREFIX, shown)
    except NotFound as error:
        raise OrderNotFound from error
