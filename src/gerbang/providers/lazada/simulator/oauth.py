"""How a seller lets an app in (notes 4): the authorise page, the code that works once, and both tokens, which a refresh replaces.

Times are real ones: tokens do not notice that business time moves.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from gerbang.ports.simulator import Answer, Outcome, Request
from gerbang.providers.lazada.simulator import pages, push
from gerbang.providers.lazada.simulator.access import signed
from gerbang.providers.lazada.simulator.config import Shop
from gerbang.providers.lazada.simulator.model import Code, Grant
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import Turn, World

CODE_LIVES_S: Final = 1_800
WARNED_S: Final = 48 * 3_600


def authorise(world: World, request: Request, turn: Turn) -> Outcome:
    """The browser's page: GET shows the log-in of the demo's sellers, POST is the button; both check the app's address again."""
    values = dict(parse_qsl((request.query + b"&" + request.body).decode("utf-8", "replace"), keep_blank_values=True))
    app = world.apps.get(values.get("client_id", ""))
    back = values.get("redirect_uri", "")
    if app is None or values.get("response_type") != "code":
        return pages.refused("There is no such app, or response_type is not code.")
    if "uuid" in values:
        return pages.refused("The parameter uuid is not taken.")
    if not back or (app.redirect_uri and back != app.redirect_uri):
        return pages.refused("redirect_uri is not the callback that is registered for this app.")
    shop = world.shops.get(values.get("seller", ""))
    if request.method != "POST" or shop is None:
        return pages.authorise(app, tuple(world.shops.values()), values)
    if values.get("decision") != "agree":
        return pages.away(back, _with_state({"error": "access_denied"}, values))
    text = f"0_{app.key}_{_random(request, shop.seller_id, len(world.book.codes))[:24]}"
    turn.keep(Code(text, app.key, shop.seller_id, request.came_at + CODE_LIVES_S))
    done = pages.away(back, _with_state({"code": text}, values))
    return Outcome(done.answer, turn.effects)


def create(world: World, request: Request, turn: Turn) -> Mapping[str, Any]:
    """/auth/token/create; raises Refused."""
    app, values = signed(world, "/auth/token/create", request)
    if not values.get("code"):
        raise Refused("MissingParameter", "code")
    code = world.book.codes.get(values["code"])
    if code is None or code.used or code.app_key != app.key or code.until <= request.came_at:
        raise Refused("InvalidCode")
    turn.keep(replace(code, used=True))
    _, refresh_s = world.lives_s(app.key)
    return _issue(world, request, turn, app.key, code.seller, request.came_at + refresh_s)


def refresh(world: World, request: Request, turn: Turn) -> Mapping[str, Any]:
    """/auth/token/refresh: both tokens are new, and the refresh token's end stays where it was; raises Refused."""
    app, values = signed(world, "/auth/token/refresh", request)
    if not values.get("refresh_token"):
        raise Refused("MissingParameter", "refresh_token")
    grant = world.book.grants.get(values["refresh_token"])
    if grant is None or grant.app_key != app.key or grant.refresh_dead or 0 < grant.refresh_until <= request.came_at:
        raise Refused("IllegalRefreshToken")
    until = grant.refresh_until or request.came_at + world.lives_s(app.key)[1]
    told = _issue(world, request, turn, app.key, grant.seller, until)
    if world.quirks.old_tokens == "die":
        turn.keep(replace(grant, access_dead=True, refresh_dead=True))
    return told


def warn(turn: Turn, grant: Grant, at: float) -> None:
    """Once a day, a push says that the access token ends within 48 hours."""
    today = datetime.fromtimestamp(at, UTC).date().isoformat()
    if grant.access_until and grant.access_until - at < WARNED_S and grant.told_on != today:
        told = push.of_token(turn.world, grant.seller, grant.app_key, grant.access_until, turn.now)
        turn.keep(replace(grant, told_on=today), told)


def soon(grant: Grant, now: datetime) -> float:
    """An end that is near, for a warning by hand."""
    return grant.access_until or now.timestamp() + WARNED_S - 3_600


def _issue(
    world: World, request: Request, turn: Turn, app_key: str, seller: str, refresh_until: float
) -> Mapping[str, Any]:
    access_s, _ = world.lives_s(app_key)
    access, renewal = (f"5000{_random(request, seller, kind, len(world.book.grants))[:56]}" for kind in ("a", "r"))
    turn.keep(Grant(app_key, seller, access, renewal, request.came_at + access_s, refresh_until))
    left = int(refresh_until - request.came_at)
    shop = world.shops[seller]
    return {
        "access_token": access,
        "refresh_token": renewal,
        "expires_in": access_s,
        "refresh_expires_in": left if world.quirks.refresh_expires_in == "number" else str(left),
        "country": "cb" if shop.cross_border else shop.country,
        "account": shop.email,
        "account_id": None,
        "account_platform": "seller_center",
        world.quirks.token_list: _users(world, shop),
    }


def _users(world: World, shop: Shop) -> list[dict[str, str]]:
    countries = ("sg", "my", "vn", "th", "ph", "id") if shop.cross_border else (shop.country,)
    return [
        {
            "country": country.upper() if world.quirks.country_case == "upper" else country,
            "user_id": f"10{shop.seller_id}",
            "seller_id": shop.seller_id,
            "short_code": shop.short_code or f"{shop.country.upper()}{shop.seller_id}",
        }
        for country in countries
    ]


def _random(request: Request, *more: object) -> str:
    """Text that nobody guesses who does not see the sandbox: it only needs to be another each time."""
    seen = f"{request.came_at!r}{request.query!r}{request.body!r}{more}"
    return sha256(seen.encode()).hexdigest()


def _with_state(told: Mapping[str, str], values: Mapping[str, str]) -> str:
    return urlencode({**told, **({"state": values["state"]} if "state" in values else {})})


def answer(world: World, request: Request, turn: Turn) -> Outcome | Mapping[str, Any]:
    """Whatever comes to /lazada-auth; raises Refused."""
    match request.method, request.path:
        case (("GET" | "POST"), "/oauth/authorize"):
            return authorise(world, request, turn)
        case (("GET" | "POST"), "/rest/auth/token/create"):
            return create(world, request, turn)
        case (("GET" | "POST"), "/rest/auth/token/refresh"):
            return refresh(world, request, turn)
        case _:
            if request.path.startswith("/rest/"):
                raise Refused("InvalidApiPath")
            return Outcome(Answer(404, b"Not Found", (("content-type", "text/plain"),)))
