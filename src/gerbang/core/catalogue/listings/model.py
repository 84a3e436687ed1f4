"""Listings, what is sent of them and what the marketplace says it has, as frozen values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from gerbang.base.errors import NotFound
from gerbang.base.money import Money

LISTING_PREFIX: Final = "lst"
IMPORT: Final = "listing_import"
IMPORT_PREFIX: Final = "imp"
MOST_LINES: Final = 1_000


class ListingNotFound(NotFound):
    code = "listing_not_found"
    title = "There is no such listing"


class ImportNotFound(NotFound):
    code = "import_not_found"
    title = "There is no such import"


class NoShop(NotFound):
    """The connection is none, or no shop of a marketplace."""

    code = "no_such_shop"
    title = "There is no such shop"


class Task(StrEnum):
    """What is sent of a listing."""

    STOCK = "stock"
    PRICE = "price"


class PushState(StrEnum):
    """How what we want stands with the marketplace. `current`: as it was sent, or nothing to send; the last four wait for somebody, or for the marketplace to say otherwise."""

    CURRENT = "current"
    DUE = "due"
    UNCLEAR = "unclear"  # a batch failed without saying which: it is sent again alone
    LOCKED = "locked"  # a campaign forbids it
    NOT_MINE = "not_mine"  # the marketplace keeps it
    REFUSED = "refused"
    NO_WAREHOUSE = "no_warehouse"  # it stands in several warehouses there, and nobody said which are which of ours


PENDING: Final = (PushState.LOCKED, PushState.NOT_MINE, PushState.REFUSED, PushState.NO_WAREHOUSE)


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent: `sent` is what the marketplace took last, of stock by its warehouses, of a price in minor units by currency."""

    task: Task
    state: PushState
    due_at: datetime | None = None
    revision: int = 1
    tries: int = 0
    sent: Mapping[str, int] | None = None
    sent_at: datetime | None = None
    code: str = ""
    said: str = ""


class SeenStock(msgspec.Struct, frozen=True):
    """What a warehouse there has: `sellable` units, of which `campaign` are locked; `held` wait for payment or parcel. `read_only`: the marketplace keeps it."""

    warehouse: str
    sellable: int
    held: int = 0
    campaign: int = 0
    read_only: bool = False


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One variant of a shop. `sku` is our product's, None while it is not mapped; `is_left_alone`: somebody said that it is none. `differs`: the marketplace has other stock than it took."""

    id: UUID
    connection: str
    item: str
    variant: str
    seller_sku: str
    name: str
    is_active: bool
    price: Money
    seen: tuple[SeenStock, ...]
    seen_at: datetime
    differs: bool
    product_id: UUID | None
    sku: str | None
    created_at: datetime
    is_left_alone: bool = False
    stock: Push | None = None
    price_push: Push | None = None


class StockRules(msgspec.Struct, frozen=True):
    """What a shop is offered: the pool without `buffer` units. `warehouses` names for each of the marketplace's warehouses the one of ours that it shows; none: the pool."""

    connection: str
    buffer: int = 0
    warehouses: Mapping[str, str] = {}
    looked_at: datetime | None = None


class ImportStatus(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """Reading a shop's whole list: so many `variants` so far, of which some were `added`, `mapped` to a product of ours by their SKU, or a product `made` of them. `is_cut`: the
    marketplace tells no more than so many. `place` is where the list goes on.
    """

    id: UUID
    connection: str
    status: ImportStatus
    makes_products: bool
    place: str
    variants: int
    added: int
    mapped: int
    made: int
    unreadable: int
    is_cut: bool
    said: str
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListingFilters:
    """Which listings a list shows; None means any. `state`: `unmapped`, `different`, or `pending` on the marketplace's side."""

    connection: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line of a CSV, counted from 1 with the head."""

    line: int
    detail: str


@dataclass(frozen=True, slots=True)
class MappingReport:
    """What a CSV comes to: so many lines change a mapping, so many say what is so already. Nothing is `applied` while anything is wrong, or when it is tried only."""

    lines: int
    changed: int
    unchanged: int
    faults: tuple[LineFault, ...]
    applied: bool
