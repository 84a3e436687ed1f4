"""/v1/products: what is sold, how much of it there is in one pool over all shops, and what it costs."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, patch, post, put
from litestar.params import Parameter

from gerbang.core.catalogue.model import ProductFilters
from gerbang.core.catalogue.service import Catalogue
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.cleaning import cleaned
from gerbang.web.input.products import NewProductBody, PriceBody, ProductChangeBody, StockBody, read_name, read_price
from gerbang.web.input.validation import refuse_no_change
from gerbang.web.services import Services
from gerbang.web.views.products import MovementView, ProductView, movement_view, product_view

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["products"]
_LIST: Final = "products"
SkuFilter = Annotated[str | None, Parameter(query="sku", max_length=64, description="The whole SKU.")]


@post("/v1/products", summary="Make a product", tags=_TAGS, status_code=201)
async def create_product(request: AnyRequest, services: Services, data: NewProductBody) -> Response[ProductView]:
    """With `components` it is a bundle: its stock is counted by theirs. 409 where another product has the SKU."""
    made, replayed = await services.service(Catalogue).create(
        caller_of(request), data.read(), context_of(request).idempotency_key()
    )
    headers = {"idempotent-replayed": "true"} if replayed else {}
    return Response(product_view(made), status_code=201, headers=headers)


@get("/v1/products", summary="Products, newest first", tags=_TAGS)
async def list_products(
    services: Services, cursors: Cursors, limit: Limit = 25, cursor: Cursor = None, sku: SkuFilter = None
) -> Page[ProductView]:
    """With their stock, warehouse by warehouse."""
    most, place = capped(limit), await cursors.read(_LIST, cursor)
    filters = ProductFilters(cleaned("sku", sku) if sku else None)
    rows = await services.service(Catalogue).page(filters, place, most + 1)
    return await cursors.page(_LIST, rows, most, lambda one: (one.created_at, one.id), product_view)


@get("/v1/products/{sku:str}", summary="One product", tags=_TAGS)
async def read_product(services: Services, sku: str) -> ProductView:
    """With its stock, warehouse by warehouse."""
    return product_view(await services.service(Catalogue).get(sku))


@patch("/v1/products/{sku:str}", summary="Change a product", tags=_TAGS)
async def change_product(request: AnyRequest, services: Services, sku: str, data: ProductChangeBody) -> ProductView:
    """Its name, or what a bundle consists of. The SKU stays: orders were made by it."""
    name = read_name(data.name) if data.name is not msgspec.UNSET else None
    components = data.components if data.components is not msgspec.UNSET else None
    refuse_no_change(name=name, components=components)
    changed = await services.service(Catalogue).change(caller_of(request), sku, name=name, components=components)
    return product_view(changed)


@put("/v1/products/{sku:str}/stock", summary="Set the stock of a product", tags=_TAGS)
async def set_stock(request: AnyRequest, services: Services, sku: str, data: StockBody) -> ProductView:
    """What was counted in the warehouse, with what is reserved for orders: the same count again changes nothing. Every shop is told what is left for it."""
    set_ = await services.service(Catalogue).set_stock(caller_of(request), sku, data.quantity, data.warehouse)
    return product_view(set_)


@put("/v1/products/{sku:str}/price", summary="Set the price of a product", tags=_TAGS)
async def set_price(request: AnyRequest, services: Services, sku: str, data: PriceBody) -> ProductView:
    """What it costs from now on; orders that were made keep theirs."""
    price = read_price(data.amount, data.currency)
    return product_view(await services.service(Catalogue).set_price(caller_of(request), sku, price))


@get("/v1/products/{sku:str}/movements", summary="What moved of a product's stock", tags=_TAGS)
async def list_movements(
    services: Services, cursors: Cursors, sku: str, limit: Limit = 25, cursor: Cursor = None
) -> Page[MovementView]:
    """Newest first: counts, reservations, what was given up, and what left."""
    name, most = f"movements-{sku}", capped(limit)
    place = await cursors.read(name, cursor)
    rows = await services.service(Catalogue).movements(sku, place, most + 1)
    return await cursors.page(name, rows, most, lambda one: (one.made_at, one.id), movement_view)


HANDLERS: Final = [
    create_product,
    list_products,
    read_product,
    change_product,
    set_stock,
    set_price,
    list_movements,
]
