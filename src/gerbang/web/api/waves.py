"""/v1/waves: many orders packed and shipped together, their pick list, and their labels in one document."""

from typing import Any, Final

from litestar import Request, Response, get, post

from gerbang.core.orders.service import Orders
from gerbang.core.orders.waves_csv import as_csv
from gerbang.web.api.orders import check_places
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, Part, capped
from gerbang.web.gateway.query_parameters import read_time
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.waves import NewWaveBody, wave_id
from gerbang.web.services import Services
from gerbang.web.views.waves import PickLineView, WaveView, WholeWaveView, pick_line_view, wave_view, whole_wave_view

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["orders"]
_LIST: Final = "waves"


@post("/v1/waves", summary="Pack many orders", tags=_TAGS, status_code=201)
async def create_wave(request: AnyRequest, services: Services, data: NewWaveBody) -> Response[WaveView]:
    """Up to 500 orders, the nearest deadline first: they are packed in batches of twenty, then their labels are fetched; what cannot be packed falls out and is told by
    `GET /v1/waves/{id}`. An order is in one wave at a time. 409 where nothing waits.
    """
    await check_places(services.connections, channel=None, connection=None, shop=data.shop)
    wanted = data.read(read_time("ship_by_before", data.ship_by_before))
    made, replayed = await services.service(Orders).waves.make(
        caller_of(request), wanted, context_of(request).idempotency_key()
    )
    headers = {"idempotent-replayed": "true"} if replayed else {}
    return Response(wave_view(made), status_code=201, headers=headers)


@post("/v1/waves/{wave:str}/ship", summary="Ship a wave", tags=_TAGS, status_code=202)
async def ship_wave(request: AnyRequest, services: Services, wave: str) -> Response[WaveView]:
    """All its parcels are ready for their carriers: said in batches of twenty, each order once. What cannot leave is told by `GET /v1/waves/{id}` and stays packed;
    ask again with a new key to try it once more. 409 before the wave is `done`, or where nothing is left to ship.
    """
    made, replayed = await services.service(Orders).waves.ship(
        caller_of(request), wave_id(wave), context_of(request).idempotency_key()
    )
    headers = {"idempotent-replayed": "true"} if replayed else {}
    return Response(wave_view(made), status_code=202, headers=headers)


@get("/v1/waves", summary="Waves, newest first", tags=_TAGS)
async def list_waves(services: Services, cursors: Cursors, limit: Limit = 25, cursor: Cursor = None) -> Page[WaveView]:
    """How far each is."""
    most, place = capped(limit), await cursors.read(_LIST, cursor)
    rows = await services.service(Orders).waves.page(place, most + 1)
    return await cursors.page(_LIST, rows, most, lambda one: (one.created_at, one.id), wave_view)


@get("/v1/waves/{wave:str}", summary="One wave", tags=_TAGS)
async def read_wave(services: Services, wave: str) -> WholeWaveView:
    """With every order that fell out, and why."""
    return whole_wave_view(*await services.service(Orders).waves.get(wave_id(wave)))


@get("/v1/waves/{wave:str}/pick-list", summary="What to fetch for a wave", tags=_TAGS)
async def read_pick_list(services: Services, part: Part, wave: str) -> Page[PickLineView]:
    """By warehouse and SKU. What fell out of the wave or is cancelled is not in it."""
    id_ = wave_id(wave)
    lines = [pick_line_view(one) for one in await services.service(Orders).waves.pick_list(id_)]
    return await part.of(f"pick-list-{id_}", lines)


@get("/v1/waves/{wave:str}/pick-list/csv", summary="A pick list as CSV", tags=_TAGS, media_type="text/csv")
async def export_pick_list(services: Services, wave: str) -> Response[bytes]:
    """The whole pick list for a spreadsheet."""
    body = as_csv(await services.service(Orders).waves.pick_list(wave_id(wave)))
    headers = {"content-disposition": f'attachment; filename="{wave}-pick-list.csv"'}
    return Response(body, media_type="text/csv", headers=headers)


@get("/v1/waves/{wave:str}/labels", summary="The labels of a wave as PDF", tags=_TAGS, media_type="application/pdf")
async def read_wave_labels(request: AnyRequest, services: Services, wave: str) -> Response[bytes]:
    """One document with the labels that are there, in the order of the wave, each on a page of its own. Printing again packs nothing and asks nobody."""
    made = await services.service(Orders).waves.labels.print(caller_of(request), wave_id(wave))
    headers = {"content-disposition": f'inline; filename="{wave}-labels.pdf"'}
    return Response(made.body, media_type=made.content_type, headers=headers)


HANDLERS: Final = [
    create_wave,
    ship_wave,
    list_waves,
    read_wave,
    read_pick_list,
    export_pick_list,
    read_wave_labels,
]
