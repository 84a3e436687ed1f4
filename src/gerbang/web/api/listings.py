"""/v1/listings and /v1/shops: what shops of marketplaces sell, which product of yours each is, and how its stock gets there."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, Response, get, patch, post, put
from litestar.params import Parameter

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.catalogue.listings.model import (
    IMPORT_PREFIX,
    LISTING_PREFIX,
    ImportNotFound,
    ListingFilters,
    ListingNotFound,
)
from gerbang.core.catalogue.listings.service import Listings
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.cleaning import cleaned
from gerbang.web.input.listings import ImportBody, MappingBody, MappingFileBody, StockRulesBody
from gerbang.web.services import Services
from gerbang.web.views.listings import (
    ImportView,
    ListingView,
    MappingReportView,
    StockRulesView,
    import_view,
    listing_view,
    report_view,
    rules_view,
)

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["listings"]
_LIST: Final = "listings"
ListingStatus = Annotated[
    Literal["unmapped", "different", "pending"] | None,
    Parameter(
        query="status",
        description="`unmapped`: no product of yours; `different`: the marketplace has other stock than it took; `pending`: it does not take what is sent.",
    ),
]
Shop = Annotated[str | None, Parameter(query="connection", max_length=64, description="One shop.")]


@get("/v1/listings", summary="Listings, newest first", tags=_TAGS)
async def list_listings(
    services: Services,
    cursors: Cursors,
    limit: Limit = 25,
    cursor: Cursor = None,
    connection: Shop = None,
    status: ListingStatus = None,
) -> Page[ListingView]:
    """What shops of marketplaces sell."""
    most, place = capped(limit), await cursors.read(_LIST, cursor)
    filters = ListingFilters(cleaned("connection", connection) if connection else None, status)
    rows = await services.service(Listings).page(filters, place, most + 1)
    return await cursors.page(_LIST, rows, most, lambda one: (one.created_at, one.id), listing_view)


@get("/v1/listings/{listing:str}", summary="One listing", tags=_TAGS)
async def read_listing(services: Services, listing: str) -> ListingView:
    """With what was sent, and what the marketplace says it has."""
    return listing_view(await services.service(Listings).get(_listing_id(listing)))


@patch("/v1/listings/{listing:str}", summary="Map a listing", tags=_TAGS)
async def map_listing(request: AnyRequest, services: Services, listing: str, data: MappingBody) -> ListingView:
    """Its stock is sent from now on, and what is sold there is taken from the product's."""
    mapped = await services.service(Listings).map_to(caller_of(request), _listing_id(listing), data.sku)
    return listing_view(mapped)


@post("/v1/listings/{listing:str}/push", summary="Send a listing's stock again", tags=_TAGS, status_code=200)
async def push_listing(request: AnyRequest, services: Services, listing: str) -> ListingView:
    """Whatever the marketplace said before: where a campaign is over, or somebody changed the stock there. A total is sent, so that asking twice does no harm."""
    return listing_view(await services.service(Listings).push(caller_of(request), _listing_id(listing)))


@post("/v1/shops/{connection:str}/listings/csv", summary="Map listings by a CSV", tags=_TAGS, status_code=200)
async def map_by_csv(
    request: AnyRequest, services: Services, connection: str, data: MappingFileBody
) -> MappingReportView:
    """All of it or nothing: `faults` name each line that is wrong. With `dry_run` it is only tried."""
    report = await services.service(Listings).map_csv(caller_of(request), connection, data.csv, dry_run=data.dry_run)
    return report_view(report)


@get("/v1/shops/{connection:str}/stock-rules", summary="What a shop is offered", tags=_TAGS)
async def read_stock_rules(services: Services, connection: str) -> StockRulesView:
    """How much of the pool is kept back from it, and which warehouses are which."""
    return rules_view(await services.service(Listings).rules(connection))


@put("/v1/shops/{connection:str}/stock-rules", summary="Say what a shop is offered", tags=_TAGS)
async def set_stock_rules(
    request: AnyRequest, services: Services, connection: str, data: StockRulesBody
) -> StockRulesView:
    """All of its listings are sent anew where it changes."""
    return rules_view(await services.service(Listings).set_rules(caller_of(request), data.read(connection)))


@post("/v1/shops/{connection:str}/imports", summary="Import a shop's list", tags=_TAGS, status_code=201)
async def begin_import(
    request: AnyRequest, services: Services, connection: str, data: ImportBody
) -> Response[ImportView]:
    """Read on in the background: `GET /v1/imports/{import}` tells how far it is. What has a SKU of yours is mapped to it. One that is under way is the answer."""
    found, replayed = await services.service(Listings).begin_import(
        caller_of(request), connection, context_of(request).idempotency_key(), makes_products=data.makes_products
    )
    headers = {"idempotent-replayed": "true"} if replayed else {}
    return Response(import_view(found), status_code=201, headers=headers)


@get("/v1/imports/{listing_import:str}", summary="One import", tags=_TAGS)
async def read_import(services: Services, listing_import: str) -> ImportView:
    """How far it is, and what it came to."""
    try:
        id_ = ids.read(IMPORT_PREFIX, listing_import)
    except NotFound as error:
        raise ImportNotFound from error
    return import_view(await services.service(Listings).get_import(id_))


@post("/v1/shops/{connection:str}/check", summary="Ask a marketplace for its stock", tags=_TAGS, status_code=202)
async def check_shop(request: AnyRequest, services: Services, connection: str) -> StockRulesView:
    """Its whole list is read now, as it is every quarter of an hour: `looked_at` says when it was, and `GET /v1/listings?status=different` what it has otherwise."""
    listings = services.service(Listings)
    await listings.look(caller_of(request), connection)
    return rules_view(await listings.rules(connection))


def _listing_id(shown: str) -> UUID:
    try:
        return ids.read(LISTING_PREFIX, shown)
    except NotFound as error:
        raise ListingNotFound from error


HANDLERS: Final = [
    list_listings,
    read_listing,
    map_listing,
    push_listing,
    map_by_csv,
    read_stock_rules,
    set_stock_rules,
    begin_import,
    read_import,
    check_shop,
]
