"""Connecting a shop of a marketplace: from its app's page to the marketplace and back, and what an app's and a shop's page show of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base.errors import GerbangError, Invalid
from gerbang.base.formats import Locale
from gerbang.core.connections.model import AuthorisationRefused, Connection, ShopTokens
from gerbang.core.connections.shops import Shops
from gerbang.web import texts
from gerbang.web.console.confirmation import REFUSED
from gerbang.web.console.objects import Fact
from gerbang.web.console.page_frame import operator, show, stamp
from gerbang.web.pages import locale_of, see_other, services_of

AnyRequest = Request[Any, Any, Any]
MANAGE: Final = "connections:manage"
_CALLBACK: Final = "/console/shops/callback"
_LONGEST: Final = 512


@dataclass(frozen=True, slots=True)
class ShopLine:
    """A shop as its app's page lists it."""

    id: str
    name: str
    word: str
    mark: str


@post("/console/connections/{connection:str}/connect-shop", status_code=303)
async def connect(request: AnyRequest, connection: FromPath[str]) -> Response[Any]:
    """Send the browser to the marketplace: a seller lets the app in there, of a shop the same one again."""
    caller, services = operator(request, MANAGE), services_of(request)
    return see_other(await services.service(Shops).begin(caller, connection, _callback(request)))


@get(_CALLBACK)
async def callback(request: AnyRequest) -> Response[Any]:
    """The browser is back: what it brings opens one authorisation, once, in the session that began it. It leaves no code in an address."""
    caller, query = operator(request, MANAGE), request.query_params
    try:
        state, code = query.get("state", ""), query.get("code", "")
        if not (0 < len(state) <= _LONGEST and 0 < len(code) <= _LONGEST):
            raise Invalid("The marketplace sent the browser back without a code.", hint="Connect the shop once more.")
        shop = await services_of(request).service(Shops).finish(caller, state, code)
    except (AuthorisationRefused, *REFUSED) as error:
        return await _refused(request, error)
    return see_other(f"/console/connections/{shop.id}?done=connected")


async def _refused(request: AnyRequest, error: GerbangError) -> Response[bytes]:
    return await show(
        request, "shop_refused.html", "connections", status_code=409, why=error.detail, cure=error.hint or ""
    )


def _callback(request: AnyRequest) -> str:
    return f"{services_of(request).settings.base_url}{_CALLBACK}"


async def form_to(request: AnyRequest, known: Connection) -> str:
    """The origin that the form leads to: a page's policy names it; empty where there are no shops."""
    address = await services_of(request).service(Shops).place(known)
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if address else ""


async def lines(request: AnyRequest, app: Connection) -> Sequence[ShopLine]:
    """The shops below an app."""
    services, say = services_of(request), texts.words(locale_of(request))
    shops = await services.connections.shops_of(app.id)
    tokens = await services.service(Shops).tokens([one.id for one in shops])
    made = []
    for one in shops:
        state = _state(tokens.get(one.id))
        made.append(ShopLine(one.id, name_of(one), str(say(f"market.state.{state}")), _MARKS[state]))
    return made


async def facts(request: AnyRequest, shop: Connection) -> tuple[Fact, ...]:
    """What is known of a shop, and of what its app was let in with."""
    services, locale = services_of(request), locale_of(request)
    say = texts.words(locale)
    tokens = (await services.service(Shops).tokens([shop.id])).get(shop.id)
    ends = tokens.refresh_until or tokens.access_until if tokens is not None else None
    return (
        Fact(say("market.app"), shop.parent or "", "mono", href=f"/console/connections/{shop.parent}"),
        Fact(say("market.seller"), shop.settings.get("seller_id", ""), "mono"),
        Fact(say("market.site"), shop.settings.get("site", "").upper()),
        Fact(say("market.account"), shop.settings.get("account", "") or "–"),
        Fact(say("market.state"), say(f"market.state.{_state(tokens)}")),
        Fact(say("market.access"), _when(tokens.access_until if tokens is not None else None, locale)),
        Fact(say("market.until"), _when(ends, locale)),
    )


def name_of(shop: Connection) -> str:
    """A shop as people know it."""
    return shop.settings.get("account") or shop.settings.get("seller_id", "")


_MARKS: Final = {"good": "paid", "failing": "unknown", "ended": "failed", "closed": "cancelled", "unknown": "pending"}


def _state(tokens: ShopTokens | None) -> str:
    if tokens is None or (tokens.access_until is None and not tokens.is_ended):
        return "unknown"
    if tokens.is_ended:
        return "ended"
    if tokens.is_closed:
        return "closed"
    return "failing" if tokens.failures else "good"


def _when(at: datetime | None, locale: Locale) -> str:
    return f"{stamp(at, locale)} WIB" if at is not None else "–"


HANDLERS: Final = [connect, callback]
