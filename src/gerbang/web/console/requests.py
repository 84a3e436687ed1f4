"""What one request did, by its number: an error's page names it, and who searches for it reads what the audit trail has."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from gerbang.base.errors import NotFound
from gerbang.core.audit.model import Recorded
from gerbang.web.console import actors
from gerbang.web.console.page_frame import names_of, operator, show
from gerbang.web.pages import locale_of, services_of

MOST: Final = 50


@get("/console/requests/{request_id:str}")
async def request_page(request: Request[Any, Any, Any], request_id: FromPath[str]) -> Response[bytes]:
    """Its entries in the audit trail, oldest first; NotFound where there are none."""
    operator(request, "audit:read")
    found = await services_of(request).audit.of_request(request_id, MOST)
    if not found:
        raise NotFound
    names, locale = await names_of(request, {one.actor for one in found}), locale_of(request)
    rows = [{"entry": one, "by": actors.called(one.actor, names, locale), "link": _link(one)} for one in found]
    return await show(request, "request.html", "payments", rows=rows, id=request_id)


def _link(entry: Recorded) -> str:
    """The search knows where an id's page is."""
    kind = entry.object.partition("_")[0]
    return f"/console/find?q={entry.object}" if kind in ("pay", "ref", "att", "evt") else ""


HANDLERS: Final = [request_page]
