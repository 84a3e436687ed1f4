"""The outer shape of listings, imports and what shops are offered. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from gerbang.base import ids
from gerbang.core.catalogue.listings.model import (
    IMPORT_PREFIX,
    LISTING_PREFIX,
    Import,
    Listing,
    MappingReport,
    Push,
    StockRules,
)


class SeenStockView(msgspec.Struct, frozen=True):
    """What a warehouse of the marketplace has: `sellable` units, of which `campaign` are locked; `held` wait for payment or parcel. `read_only`: the marketplace keeps it."""

    warehouse: str
    sellable: int
    held: int
    campaign: int
    read_only: bool


class PushView(msgspec.Struct, frozen=True):
    """How what is sent stands. `sent` is what the marketplace took last: units by its warehouse, or minor units by currency. `locked` (a campaign), `not_mine` (the marketplace keeps it),
    `refused` and `no_warehouse` wait: `code` and `said` are the marketplace's words.
    """

    state: Literal["current", "due", "unclear", "locked", "not_mine", "refused", "no_warehouse"]
    due_at: datetime | None
    sent: Mapping[str, int] | None
    sent_at: datetime | None
    code: str | None
    said: str | None


class ListingView(msgspec.Struct, frozen=True):
    """One variant of a shop; `sku` is your product, null while it is not mapped. `differs`: the marketplace has other stock than it took."""

    id: str
    connection: str
    item: str
    variant: str
    seller_sku: str
    name: str
    active: bool
    amount: int
    currency: str
    sku: str | None
    differs: bool
    seen: Sequence[SeenStockView]
    seen_at: datetime
    stock: PushView | None
    price: PushView | None
    created_at: datetime


class LineFaultView(msgspec.Struct, frozen=True):
    """What is wrong with a line, counted from 1 with the head."""

    line: int
    detail: str


class MappingReportView(msgspec.Struct, frozen=True):
    """What the file comes to. Nothing is `applied` while `faults` name a line, or when it is tried only."""

    lines: int
    changed: int
    unchanged: int
    faults: Sequence[LineFaultView]
    applied: bool


class StockRulesView(msgspec.Struct, frozen=True):
    """What the shop is offered; its whole list was read at `looked_at`."""

    connection: str
    buffer: int
    warehouses: Mapping[str, str]
    looked_at: datetime | None


class ImportView(msgspec.Struct, frozen=True):
    """How far it is: so many `variants` were read, of which some were `added`, `mapped` to a product by their SKU, or a product was `made` of. `cut`: the marketplace tells no more of a list
    that long. `said` is why it failed.
    """

    id: str
    connection: str
    status: Literal["running", "finished", "failed"]
    makes_products: bool
    variants: int
    added: int
    mapped: int
    made: int
    unreadable: int
    cut: bool
    said: str | None
    created_at: datetime
    finished_at: datetime | None


def listing_view(one: Listing) -> ListingView:
    """A listing as the API shows it."""
    return ListingView(
        id=ids.show(LISTING_PREFIX, one.id),
        connection=one.connection,
        item=one.item,
        variant=one.variant,
        seller_sku=one.seller_sku,
        name=one.name,
        active=one.is_active,
        amount=one.price.amount,
        currency=one.price.currency,
        sku=one.sku,
        differs=one.differs,
        seen=[SeenStockView(s.warehouse, s.sellable, s.held, s.campaign, s.read_only) for s in one.seen],
        seen_at=one.seen_at,
        stock=_push(one.stock),
        price=_push(one.price_push),
        created_at=one.created_at,
    )


def report_view(one: MappingReport) -> MappingReportView:
    """What a file comes to."""
    faults = [LineFaultView(fault.line, fault.detail) for fault in one.faults]
    return MappingReportView(one.lines, one.changed, one.unchanged, faults, one.applied)


def rules_view(one: StockRules) -> StockRulesView:
    """What a shop is offered."""
    return StockRulesView(one.connection, one.buffer, one.warehouses, one.looked_at)


def import_view(one: Import) -> ImportView:
    """How far an import is."""
    return ImportView(
        id=ids.show(IMPORT_PREFIX, one.id),
        connection=one.connection,
        status=one.status.value,
        makes_products=one.makes_products,
        variants=one.variants,
        added=one.added,
        mapped=one.mapped,
        made=one.made,
        unreadable=one.unreadable,
        cut=one.is_cut,
        said=one.said or None,
        created_at=one.created_at,
        finished_at=one.finished_at,
    )


def _push(one: Push | None) -> PushView | None:
    if one is None:
        return None
    return PushView(one.state.value, one.due_at, one.sent, one.sent_at, one.code or None, one.said or None)
