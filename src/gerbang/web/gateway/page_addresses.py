"""Addresses as people reach them: a slash or a mark too many, a form's address opened like a page. Which page is meant, and who wants one."""

import re
from typing import Final
from urllib.parse import quote, unquote

from gerbang.base.errors import GerbangError
from gerbang.web.gateway.request_context import RequestContext
from gerbang.web.gateway.routing import Routes

_SLASHES: Final = re.compile(r"/{2,}")
_MARKS: Final = (
    ".,;:!?)]}>*'\"’”»…"  # what a message puts behind a link; none of them ends an address or a token of ours
)
_PROGRAMS: Final = ("/v1/", "/hooks/", "/static/", "/metrics", "/openapi.json", "/healthz", "/readyz", "/.well-known/")
_LANGUAGES: Final = ("id", "en")
_READS: Final = frozenset({"GET", "HEAD"})


def without_marks(text: str) -> str:
    """What stands before the punctuation that came along when a link was copied out of a sentence."""
    return text.strip().rstrip(_MARKS)


def wants_page(context: RequestContext) -> bool:
    """Whether a browser asks for something to show to a person, so that an error must be a page too."""
    return b"text/html" in context.headers.get(b"accept", b"") and not context.path.startswith(_PROGRAMS)


def page_meant(context: RequestContext, routes: Routes) -> str | None:
    """The address of the page that this one must mean, where nothing stands at it itself; None where none does."""
    if context.method not in _READS or context.path.startswith(_PROGRAMS):
        return None
    raw: str = context.scope.get("raw_path", context.path.encode()).decode("ascii", "replace")
    query: str = context.scope["query_string"].decode("latin-1")
    trimmed = _trimmed(_SLASHES.sub("/", raw))
    if trimmed != raw and _is_page(routes, trimmed):
        return trimmed + (f"?{query}" if query else "")
    if not _takes_a_form(routes, context.path):
        return None
    above = trimmed
    while above := above.rpartition("/")[0]:
        if _is_page(routes, above):
            break
    language = context.query().get("lang", "")
    return (above or "/") + (f"?lang={language}" if language in _LANGUAGES else "")


def _trimmed(path: str) -> str:
    """The path without its last slash, and without marks, however they are written."""
    plain = unquote(path)
    kept = without_marks(plain.rstrip("/")).rstrip("/")
    return path if kept == plain else quote(kept, safe="/:@!$&'()*+,;=~") or "/"


def _is_page(routes: Routes, path: str) -> bool:
    try:
        row, _ = routes.find("GET", unquote(path))
    except GerbangError:
        return False
    return row.is_page


def _takes_a_form(routes: Routes, path: str) -> bool:
    try:
        row, _ = routes.find("POST", path)
    except GerbangError:
        return False
    return row.is_page
