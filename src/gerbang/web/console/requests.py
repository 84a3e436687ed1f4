"""What one request did, by its number: an error's page names it, and who searches for it reads what the audit trail has."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from gerbang.base.errors import NotFound
from gerbang.base.formats import Locale
from gerbang.core.audit.model import Recorded
from gerbang.web.console import actors, listing
from gerbang.web.console.actors import Names
from gerbang.web.console.listing import Cell, Column, ListPage, Row
from gerbang.web.console.page_frame import names_of, operator, stamp
from gerbang.web.pages import locale_of, services_of

MOST: Final = 50
_PAGE: Final = ListPage(
    name="payments",
    path="/console/payments",
    title="request.title",
    lead="request.lead",
    caption="request.title",
    columns=(
        Column("action", "done.what", "a1", "mono"),
        Column("object", "request.about", "b1", "mono wrap"),
        Column("by", "done.by", "c1", "wrap"),
        Column("detail", "request.detail", "d1", "dim wrap"),
        Column("time", "done.when", "a2", "num"),
    ),
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
    names, locale = await names_of(request, {one.actor for one in found}), locale_of(request)
    asked = await listing.read(request, _PAGE)
    return await listing.show_list(request, asked, [_row(one, names, locale) for one in found], id=request_id)


def _row(entry: Recorded, names: Names, locale: Locale) -> Row:
    cells = {
        "action": Cell(entry.action),
        "object": Cell(entry.object, href=_link(entry)),
        "by": Cell(actors.called(entry.actor, names, locale)),
        "detail": Cell(", ".join(f"{name} {value}" for name, value in entry.detail.items())),
        "time": Cell(stamp(entry.happened_at, locale), at=entry.happened_at),
    }
    return Row("", cells)


def _link(entry: Recorded) -> str:
    """The search knows where an id's page is."""
    kind = entry.object.partition("_")[0]
    return f"/console/find?q={entry.object}" if kind in ("pay", "ref", "att", "evt") else ""


HANDLERS: Final = [request_page]
