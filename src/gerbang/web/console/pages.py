"""The operators' pages as one router; the pages themselves stand in payments.py and webhooks.py."""

from typing import Any, Final

from litestar import Request, Response, Router, get

from gerbang.base.errors import GerbangError
from gerbang.web.console import payments, webhooks
from gerbang.web.pages import page_error, see_other


@get("/console")
async def console(request: Request[Any, Any, Any]) -> Response[None]:  # noqa: ARG001 - the framework hands it over
    """The console begins with the payments."""
    return see_other("/console/payments")


HANDLERS: Final = [
    Router(
        path="/",
        route_handlers=[console, *payments.HANDLERS, *webhooks.HANDLERS],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
