"""What one request did, by its number: an error's page names it, and who searches for it reads what the audit trail has."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from gerbang.base.errors import NotFound
from gerbang.web.console import audit, listing
from gerbang.web.console.listing import ListPage
from gerbang.web.console.page_frame import operator
from gerbang.web.pages import services_of

MOST: Final = 50
_PAGE: Final = ListPage(
    name="audit",
    path="/console/audit",
    title="request.title",
    lead="request.lead",
    caption="request.title",
    columns=audit.COLUMNS,
    empty="pays.none",
    template="request.html",
)


@get("/console/requests/{request_id:str}")
async def request_page(request: Request[Any, Any, Any], request_id: FromPath[str]) -> Response[bytes]:
    """Its entries in the audit trail, oldest first; NotFound where there are none."""
    operator(request, "audit:read")
    found = await services_of(request).audit.of_request(request_id, MOST)
    if not found:
        raise NotFound
    asked = await listing.read(request, _PAGE)
    return await listing.show_list(request, asked, await audit.rows_of(request, found), id=request_id)


HANDLERS: Final = [request_page]
