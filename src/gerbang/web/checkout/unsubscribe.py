"""The page behind a mail's link to unsubscribe, and the one click of a mail program (RFC 8058): a POST without cookies, answered at once and the same twice.

Looking changes nothing, for scanners follow links. Who sends the form is not asked: the address itself is signed, and says whom it is for.
"""

from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from gerbang.base.errors import GerbangError
from gerbang.core.notifications.unsubscribing import Subscription, Unsubscribing
from gerbang.web.forms import read_form
from gerbang.web.pages import only_shown, page, page_error, services_of

_ONE_CLICK: Final = "One-Click"
_FIELD: Final = "List-Unsubscribe"
_HEADERS: Final = {"referrer-policy": "no-referrer"}  # the address is the credential, and this form needs no Origin


@get("/{message:str}/{token:str}")
async def ask(request: Request[Any, Any, Any], message: FromPath[str], token: FromPath[str]) -> Response[bytes]:
    """What would be stopped, or was."""
    found = await _service(request).read(message, token)
    return _shown(request, found, unsubscribed=await _service(request).is_unsubscribed(found))


@post("/{message:str}/{token:str}", status_code=200)
async def act(request: Request[Any, Any, Any], message: FromPath[str], token: FromPath[str]) -> Response[bytes]:
    """Stop it, or send it again; whatever else was sent is only shown the page."""
    service = _service(request)
    found, asked = await service.read(message, token), await _asked(request)
    if asked == "stop" and not only_shown(request):
        await service.unsubscribe(found)
    if asked == "again" and not only_shown(request):
        await service.subscribe(found)
    unsubscribed = await service.is_unsubscribed(found)
    return _shown(request, found, unsubscribed=unsubscribed, again=asked == "again" and not unsubscribed)


async def _asked(request: Request[Any, Any, Any]) -> str:
    """`stop` or `again`. A mail program may send its one field as either kind of form (section 3.2)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        body = await request.body()
        return "stop" if f'name="{_FIELD}"'.encode() in body and _ONE_CLICK.encode() in body else ""
    form = await read_form(request, _FIELD, "subscribe")
    return "stop" if form[_FIELD] == _ONE_CLICK else "again" if form["subscribe"] == "again" else ""


def _service(request: Request[Any, Any, Any]) -> Unsubscribing:
    return services_of(request).service(Unsubscribing)


def _shown(
    request: Request[Any, Any, Any], found: Subscription, *, unsubscribed: bool, again: bool = False
) -> Response[bytes]:
    settings, told = services_of(request).settings, request.query_params.get("l", "")
    here = request.url.path + (f"?l={told}" if told in ("id", "en") else "")
    return page(
        request,
        "unsubscribe.html",
        preferred=told,
        headers=_HEADERS,
        here=here,
        message=found.template.value,
        unsubscribed=unsubscribed,
        again=again,
        shop=settings.shop_name,
        home="",
        is_test=settings.sandbox,
    )


HANDLERS: Final = [
    Router(
        path="/unsubscribe",
        route_handlers=[ask, act],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
