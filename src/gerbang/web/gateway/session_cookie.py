"""The session of people on our own pages: an access token in a cookie. What it opens is identity's matter."""

from http.cookies import CookieError, SimpleCookie
from typing import Final

from gerbang.web.gateway.request_context import RequestContext

SESSION_COOKIE: Final = "grb_session"


def session_token(context: RequestContext) -> str | None:
    """The access token that the browser sent; None without one, and for a Cookie header that cannot be read."""
    header = context.headers.get(b"cookie")
    if not header:
        return None
    try:
        found = SimpleCookie(header.decode("latin-1")).get(SESSION_COOKIE)
    except CookieError:
        return None
    return found.value if found else None
