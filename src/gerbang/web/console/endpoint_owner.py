"""The page of an endpoint's owner: only this endpoint, by a link that was mailed to them. Looking at the link opens nothing, so that no mail program's
preview uses it up: the button does, once, and the session lives in a cookie of this address.
"""

from typing import Any, Final, Literal
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath

from gerbang.base import ids
from gerbang.base.errors import GerbangError, NotFound
from gerbang.core.endpoints.model import (
    PERSONAL,
    Delivery,
    DeliveryNotFound,
    Endpoint,
    EndpointDisabled,
    EndpointOwnerLinkInvalid,
    OwnerCodeWrong,
    TooManyOwnerMails,
    host_of,
)
from gerbang.core.endpoints.owner_access import LINK_PREFIX, MOST_CODES, OwnerSession
from gerbang.core.endpoints.signing_keys import Revealed
from gerbang.web import texts
from gerbang.web.console import delivery_view
from gerbang.web.console.endpoints import core_of
from gerbang.web.console.page_frame import exact, stamp
from gerbang.web.console.raw import text_of
from gerbang.web.forms import read_form
from gerbang.web.gateway.page_addresses import without_marks
from gerbang.web.gateway.request_context import context_of
from gerbang.web.gateway.same_origin import check_same_origin
from gerbang.web.pages import Page, is_https, locale_of, only_shown, page, page_error, see_other, services_of

AnyRequest = Request[Any, Any, Any]
COOKIE: Final = "grb_endpoint"
SESSION_S: Final = 1_800
_ROWS: Final = 50
_HEADERS: Final = {"referrer-policy": "no-referrer", "cache-control": "no-store"}
_SAID: Final = frozenset({"resent", "off", "too_many"})
Act = Literal["show", "rotate"]


@get("/{link:str}")
async def look(request: AnyRequest, link: FromPath[str]) -> Response[bytes]:
    """The endpoint, to whoever has opened the link; the button that opens it, to whoever holds one that is new."""
    token = without_marks(request.query_params.get("t", ""))[:200]
    try:
        session = await _session(request, link)
    except EndpointOwnerLinkInvalid:
        is_new = bool(token) and await core_of(request).owners.is_waiting(_link_id(link), token)
        return _show(request, link, "open" if is_new else "dead", status_code=200 if is_new else 404, token=token)
    return await _endpoint(request, link, session)


@post("/{link:str}/open", status_code=303)
async def open_link(request: AnyRequest, link: FromPath[str]) -> Page:
    """Exchange the link for a session."""
    check_same_origin(context_of(request))
    form = await read_form(request, "t")
    if only_shown(request):
        return _show(request, link, "open", token=form["t"])
    try:
        session = await core_of(request).owners.open(_link_id(link), form["t"])
    except EndpointOwnerLinkInvalid:
        return _show(request, link, "dead", status_code=404)
    path = f"/owner/endpoint/{link}"
    cookie = Cookie(
        COOKIE, value=session, path=path, max_age=SESSION_S, httponly=True, samesite="lax", secure=is_https(request)
    )
    return _on(path, cookie)


@get("/{link:str}/deliveries/{delivery:str}")
async def look_at_delivery(request: AnyRequest, link: FromPath[str], delivery: FromPath[str]) -> Response[bytes]:
    """One delivery with its attempts. Names are left out, whatever the endpoint hears: whoever mails a link may not be allowed to see them."""
    session = await _session(request, link)
    one, endpoint = await _delivery(request, session, delivery), await core_of(request).get(session.endpoint_id)
    body, locale = await core_of(request).body(one, personal=False), locale_of(request)
    return _show(
        request,
        link,
        "delivery",
        endpoint=endpoint,
        delivery=one,
        status=delivery_view.status_of(one, await core_of(request).overview.held_by(one.id), locale),
        shown=delivery,
        attempts=delivery_view.attempts_of(one, endpoint, body, locale),
        cut="",
        body=text_of(body) if body is not None else "",
        request_line=delivery_view.request_line(endpoint.url),
        unnamed=PERSONAL in endpoint.include,
    )


@post("/{link:str}/deliveries/{delivery:str}/resend", status_code=303)
async def resend(request: AnyRequest, link: FromPath[str], delivery: FromPath[str]) -> Response[None]:
    """Send it again now."""
    session = await _session(request, link)
    one, here = await _delivery(request, session, delivery), f"/owner/endpoint/{link}/deliveries/{delivery}"
    try:
        await core_of(request).resend(session.caller, one.id)
    except EndpointDisabled:
        return _on(f"{here}?done=off")
    return _on(f"{here}?done=resent")


@post("/{link:str}/code", status_code=303)
async def ask_for_code(request: AnyRequest, link: FromPath[str]) -> Response[None]:
    """Mail a fresh code to the session's mailbox, for one act."""
    session, form = await _session(request, link), await read_form(request, "act")
    here = f"/owner/endpoint/{link}"
    try:
        await core_of(request).owners.send_code(session)
    except TooManyOwnerMails:
        return _on(f"{here}?done=too_many")
    return _on(f"{here}?{urlencode({'code': _act(form['act'])})}")


@post("/{link:str}/secret", status_code=200)
async def secret(request: AnyRequest, link: FromPath[str]) -> Page:
    """Show the keys, or replace them and show the new ones, against the code."""
    session, form = await _session(request, link), await read_form(request, "act", "code")
    act, core = _act(form["act"]), core_of(request)
    if only_shown(request):
        return await _endpoint(request, link, session, asking=act)
    try:
        await core.owners.spend_code(session, "".join(form["code"].split()), act)
    except OwnerCodeWrong as error:
        return await _endpoint(request, link, session, asking=act, tries_left=error.left)
    keys = await (
        core.rotate(session.caller, session.endpoint_id) if act == "rotate" else core.owners.revealed(session)
    )
    return _keys(request, link, await core.get(session.endpoint_id), keys, act)


def _keys(request: AnyRequest, link: str, endpoint: Endpoint, keys: Revealed, act: Act) -> Response[bytes]:
    return _show(request, link, "keys", endpoint=endpoint, keys=keys, act=act)


async def _endpoint(
    request: AnyRequest, link: str, session: OwnerSession, *, asking: Act | None = None, tries_left: int | None = None
) -> Response[bytes]:
    """The endpoint with its newest deliveries; `asking`: where a code is typed, and for what."""
    core, locale = core_of(request), locale_of(request)
    endpoint = await core.get(session.endpoint_id)
    lines = await core.overview.of_endpoint(session.endpoint_id, None, None, _ROWS)
    asked = request.query_params.get("code", "")
    base = f"/owner/endpoint/{link}/deliveries"
    return _show(
        request,
        link,
        "endpoint",
        status_code=422 if tries_left is not None else 200,
        endpoint=endpoint,
        columns=delivery_view.OF_ONE,
        rows=[delivery_view.row_of(one, locale, base) for one in lines],
        mailbox=session.email,
        asking=asking or (_act(asked) if asked else ""),
        tries_left=tries_left,
        codes_left=session.codes_left,
        is_first_code=session.codes_left == MOST_CODES,
    )


async def _session(request: AnyRequest, link: str) -> OwnerSession:
    """The session that this browser has for the link. Raises EndpointOwnerLinkInvalid, CrossSite for another site's form."""
    if request.method == "POST":
        check_same_origin(context_of(request))
    return await core_of(request).owners.session(_link_id(link), request.cookies.get(COOKIE, ""))


async def _delivery(request: AnyRequest, session: OwnerSession, shown: str) -> Delivery:
    """A delivery to this endpoint. Raises DeliveryNotFound for another's, as if it did not exist."""
    try:
        one = await core_of(request).delivery(ids.read("dlv", shown))
    except NotFound as error:
        raise DeliveryNotFound from error
    if one.endpoint_id != session.endpoint_id:
        raise DeliveryNotFound
    return one


def _link_id(link: str) -> Any:
    try:
        return ids.read(LINK_PREFIX, link)
    except NotFound as error:
        raise EndpointOwnerLinkInvalid from error


def _act(typed: str) -> Act:
    return "rotate" if typed == "rotate" else "show"


def _on(path: str, *cookies: Cookie) -> Response[None]:
    answer = see_other(path, cookies)
    answer.headers.update(_HEADERS)
    return answer


def _over(request: AnyRequest, error: EndpointOwnerLinkInvalid) -> Response[bytes]:
    """A session that has ended, told as it is."""
    context_of(request).error = error
    return _show(request, str(request.path_params["link"]), "dead", status_code=404)


def _show(request: AnyRequest, link: str, step: str, *, status_code: int = 200, **values: Any) -> Response[bytes]:
    services, locale = services_of(request), locale_of(request)
    done = request.query_params.get("done", "")
    endpoint: Endpoint | None = values.get("endpoint")
    return page(
        request,
        "console/endpoint_owner.html",
        status_code=status_code,
        headers=_HEADERS,
        is_test=services.settings.sandbox,
        shop=services.settings.shop_name,
        here=f"/owner/endpoint/{link}",
        step=step,
        host=host_of(endpoint.url) if endpoint else "",
        said=texts.words(locale)(f"epo.said.{done}") if done in _SAID else "",
        doubtful=done != "resent",
        exact=lambda at: exact(at, locale),
        stamp=lambda at: stamp(at, locale),
        **values,
    )


HANDLERS: Final = [
    Router(
        path="/owner/endpoint",
        route_handlers=[look, open_link, look_at_delivery, resend, ask_for_code, secret],
        exception_handlers={EndpointOwnerLinkInvalid: _over, GerbangError: page_error},
        include_in_schema=False,
    )
]
