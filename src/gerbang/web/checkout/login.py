"""The door: signing in and out with cookies, for the shop and the console. What a password is worth is identity's matter.

The access token is the session cookie; the refresh token is sent to /login, which renews a session without asking, and /logout only.
"""

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie

from gerbang.base import formats
from gerbang.base.errors import GerbangError
from gerbang.core.identity.model import AccountThrottled, Client, InvalidCredentials, InvalidToken, LoginBusy, TokenPair
from gerbang.web import texts
from gerbang.web.forms import read_form
from gerbang.web.gateway.request_context import context_of
from gerbang.web.gateway.same_origin import check_same_origin
from gerbang.web.gateway.session_cookie import SESSION_COOKIE
from gerbang.web.pages import (
    Page,
    caller_or_none,
    is_https,
    locale_of,
    only_shown,
    page,
    page_error,
    see_other,
    services_of,
)

log = structlog.get_logger()
REFRESH_COOKIE: Final = "grb_refresh"
_REFRESH_PATH: Final = "/login"
# the refresh token once more, for a page that stood open longer than the access token lives
_LEAVE_COOKIE: Final = "grb_leave"
_LEAVE_PATH: Final = "/logout"


@get("/login")
async def login_page(request: Request[Any, Any, Any]) -> Page:
    """The form; or straight on for whoever is signed in, or was and may be again."""
    onward = safe_next(request.query_params.get("next", ""))
    if caller_or_none(request) is not None and onward:
        return see_other(onward)
    token = request.cookies.get(REFRESH_COOKIE, "")
    if token and onward:
        try:
            pair = await services_of(request).identity.sessions.refresh(token, client_of(request))
        except InvalidToken:
            return _form(request, onward, cookies=_no_session(request))
        return see_other(onward, session_cookies(request, pair))
    return _form(request, onward)


@post("/login", status_code=303)
async def enter(request: Request[Any, Any, Any]) -> Page:
    """Check e-mail and password. A wrong pair is told in one way, whichever of the two is wrong."""
    check_same_origin(context_of(request))
    form = await read_form(request, "email", "next")
    password = await password_of(request)
    onward, locale = safe_next(form["next"]), locale_of(request)
    say = texts.words(locale)
    if only_shown(request):
        return _form(request, onward, email=form["email"])
    if form.cards:
        return _form(request, onward, wrong=say("link.wrong.card"), status_code=422)
    try:
        pair = await services_of(request).identity.sessions.login(
            form["email"], password, client_of(request), locale=locale
        )
    except InvalidCredentials:
        return _form(request, onward, email=form["email"], wrong=say("login.wrong"), status_code=401)
    except (AccountThrottled, LoginBusy) as error:
        wait_s = error.retry_after_s or 5
        wrong = say("login.slow", wait=formats.duration(wait_s * 1000, locale))
        headers = {"retry-after": str(wait_s)}
        return _form(request, onward, email=form["email"], wrong=wrong, status_code=429, headers=headers)
    return see_other(onward or "/", session_cookies(request, pair))


@post("/logout", status_code=303)
async def leave(request: Request[Any, Any, Any]) -> Response[None]:
    """End the session, here and on every process."""
    check_same_origin(context_of(request))
    form = await read_form(request, "next")
    token = request.cookies.get(_LEAVE_COOKIE)
    await services_of(request).identity.sessions.logout(caller_or_none(request), token)
    return see_other(safe_next(form["next"]) or "/login", _no_session(request))


def session_cookies(request: Request[Any, Any, Any], pair: TokenPair) -> list[Cookie]:
    """The cookies of a session: never readable by a script, never sent by another site's form."""
    kept_s = services_of(request).settings.refresh_token_ttl_s
    return _cookies(request, (pair.access_token, pair.expires_in), (pair.refresh_token, kept_s))


def safe_next(address: str) -> str:
    """Where to go on after the door: a path of our own, or empty. Never another site, however it is spelled."""
    parts = urlsplit(address)
    ours = address.startswith("/") and not parts.scheme and not parts.netloc
    plain = address.isprintable() and "\\" not in address and not address.startswith(("//", "/login", "/logout"))
    return address if ours and plain and len(address) <= 512 else ""


def _no_session(request: Request[Any, Any, Any]) -> list[Cookie]:
    return _cookies(request, ("", 0), ("", 0))


def _cookies(request: Request[Any, Any, Any], access: tuple[str, int], refresh: tuple[str, int]) -> list[Cookie]:
    """Each given as its value and how long it is kept, in seconds."""
    wanted = [
        (SESSION_COOKIE, "/", access),
        (REFRESH_COOKIE, _REFRESH_PATH, refresh),
        (_LEAVE_COOKIE, _LEAVE_PATH, refresh),
    ]
    secure = is_https(request)
    return [
        Cookie(name, value=value, path=path, max_age=kept_s, httponly=True, samesite="lax", secure=secure)
        for name, path, (value, kept_s) in wanted
    ]


async def password_of(request: Request[Any, Any, Any]) -> str:
    """The password as it was typed: no trimming, and no look for card numbers in it."""
    values = await request.form()
    given = values.get("password", "")
    return given if isinstance(given, str) else ""


def client_of(request: Request[Any, Any, Any]) -> Client:
    """From where somebody asks, for identity's keyed digests."""
    return Client(context_of(request).address, request.headers.get("user-agent", "")[:512])


def _form(
    request: Request[Any, Any, Any],
    onward: str,
    *,
    email: str = "",
    wrong: str = "",
    status_code: int = 200,
    cookies: list[Cookie] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    settings = services_of(request).settings
    kept = settings.data / "demo.json"
    return page(
        request,
        "login.html",
        status_code=status_code,
        cookies=cookies or (),
        headers=headers,
        shop=settings.shop_name,
        is_test=settings.sandbox,
        next=onward,
        email=email,
        wrong=wrong,
        demo=_demo_people(kept) if settings.sandbox else [],
        demo_where=str(kept),
    )


def _demo_people(kept: Path) -> list[dict[str, str]]:
    """Role and e-mail of the demo users, never their passwords; none before `up` has made them."""
    try:
        people = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        log.info("login.no_demo_file", why=type(error).__name__)
        return []
    return [
        {"role": role, "email": one["email"]}
        for role, one in people.items()
        if isinstance(one, dict) and "email" in one
    ]


HANDLERS: Final = [
    Router(
        path="/",
        route_handlers=[login_page, enter, leave],
        exception_handlers={GerbangError: page_error},
        include_in_schema=False,
    )
]
