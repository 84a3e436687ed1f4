"""How pages are made: the template environment, the language of a visitor, the headers of a page, static files. No page of its own."""

import gzip
import hashlib
import mimetypes
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import formats
from gerbang.base.amount_in_words import amount_in_words
from gerbang.base.errors import CommitUnknown, GerbangError, NotFound
from gerbang.base.formats import Locale
from gerbang.core.identity.model import Caller, NoOwnerYet
from gerbang.ports.page_origins import PageOrigins
from gerbang.web import texts
from gerbang.web.gateway.hosts import BY_PROXY
from gerbang.web.gateway.request_context import context_of
from gerbang.web.problems import CrossSite, MethodNotAllowed, UnsupportedMedia, allowed_methods, status_of
from gerbang.web.rejected_form import rejected_form, typed_again
from gerbang.web.services import Services

_WEB: Final = Path(__file__).parent
_PARTS: Final = ("checkout", "console", "reference")
_TEMPLATES: Final = tuple(_WEB / part / "templates" for part in _PARTS)
_STATICS: Final = tuple(_WEB / part / "static" for part in _PARTS)
_DESK: Final = "/console"
_REFERENCE: Final = "/docs"
LANGUAGE_COOKIE: Final = "grb_lang"
LINK_COOKIE: Final = "grb_link"  # what a payer's link becomes at the first visit
# A page waits for one sheet: what every page needs goes before its own, in the same file.
_SHEETS: Final = ("payer.css", "console.css", "reference.css")
_INLINE: Final = "payer.css"  # who pays waits for no second answer
_EVERY_SHEET: Final = ("tokens.css", "base.css")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE: Final = re.compile(r"\s+")
_ADDRESS: Final = re.compile(r'url\("([^"]+)"\)')
_YEAR_S: Final = 31_536_000
mimetypes.add_type("font/woff2", ".woff2")
Page = Response[bytes] | Response[None]


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file that pages ask for, read once; `packed` is the same by gzip, empty where that saves nothing."""

    content: bytes
    media_type: str
    packed: bytes = b""


def _read_statics(folders: Sequence[Path]) -> dict[str, StaticFile]:
    read = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for name in _SHEETS:
        read[name] = b"".join(read[part] for part in (*_EVERY_SHEET, name))
    return {name: _static_file(name, content) for name, content in read.items()}


def _static_file(name: str, content: bytes) -> StaticFile:
    packed = gzip.compress(content, mtime=0)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return StaticFile(content, kind, packed if len(packed) < len(content) * 9 // 10 else b"")


STATIC: Final = _read_statics(_STATICS)
# One digest over all: style sheets name their fonts relative to themselves, so the version stands in the folder.
VERSION: Final = hashlib.sha256(b"".join(name.encode() + file.content for name, file in STATIC.items())).hexdigest()[
    :12
]


def static_url(name: str) -> str:
    """Where a static file is served for ever; KeyError for a name that does not exist, so a typing error shows at once."""
    assert name in STATIC, f"no static file {name!r}"
    return f"/static/{VERSION}/{name}"


@get("/static/{version:str}/{name:path}", sync_to_thread=False, include_in_schema=False)
def static_file(request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file by version and name: for ever when the version is ours, unkept when it is another's. Packed for whoever unpacks it."""
    file = STATIC.get(str(name).lstrip("/"))
    if file is None:
        raise NotFound
    kept = f"public, max-age={_YEAR_S}, immutable" if version == VERSION else "no-cache"
    headers = {"cache-control": kept, "x-content-type-options": "nosniff", "vary": "accept-encoding"}
    if file.packed and _unpacks(request):
        return Response(file.packed, media_type=file.media_type, headers={**headers, "content-encoding": "gzip"})
    return Response(file.content, media_type=file.media_type, headers=headers)


def _inline(name: str) -> str:
    """A style sheet as it stands inside a page, where an address relative to the sheet would lead nowhere."""
    content = _SPACE.sub(" ", _COMMENT.sub("", STATIC[name].content.decode()))
    return _ADDRESS.sub(lambda found: f'url("{static_url(found[1])}")', content)


_SHEET: Final = _inline(_INLINE)
_NO_ORIGINS: Final = PageOrigins()
_SHEET_DIGEST: Final = b64encode(hashlib.sha256(_SHEET.encode()).digest()).decode()


@lru_cache(maxsize=64)
def content_security_policy(origins: PageOrigins = _NO_ORIGINS, form_to: str = "") -> str:
    """The policy of one page: nothing inline but our sheet, nobody else's server but these origins, and forms to `form_to`, the sandbox for one."""
    directives = (
        ("default-src", "'none'"),
        ("style-src", "'self'", f"'sha256-{_SHEET_DIGEST}'"),
        ("script-src", "'self'", *origins.script),
        ("font-src", "'self'"),
        ("img-src", "'self'"),
        ("connect-src", "'self'", *origins.connect),
        *((("frame-src", *origins.frame),) if origins.frame else ()),
        ("form-action", "'self'", *origins.form_action, *((form_to,) if form_to else ())),
        ("base-uri", "'none'"),
        ("frame-ancestors", "'none'"),
    )
    return "; ".join(" ".join(directive) for directive in directives)


# `same-origin` and not `no-referrer`, because the latter turns Origin into `null` on our own forms.
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": content_security_policy(),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "vary": "accept-language, accept-encoding, cookie, hx-request",
}


def _environment() -> Environment:
    loader = FileSystemLoader([str(folder) for folder in _TEMPLATES])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals["static"] = static_url
    made.globals["sheet"] = Markup(_SHEET)  # noqa: S704  our own file
    made.globals["knows"] = texts.knows
    made.filters["fours"] = formats.fours
    made.filters["mask_email"] = formats.mask_email
    made.filters["mask_number"] = formats.mask_number
    return made


_ENVIRONMENT: Final = _environment()


def locale_of(request: Request[Any, Any, Any], preferred: str = "") -> Locale:
    """The visitor's language: `?lang=`, then the cookie, then what is known of the person, then Accept-Language, then Indonesian."""
    for wanted in (request.query_params.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, ""), preferred):
        if wanted in ("id", "en"):
            return formats.locale_of(wanted)
    return formats.accepted(request.headers.get("accept-language", ""))


def only_shown(request: Request[Any, Any, Any]) -> bool:
    """Whether this form was sent by the language switch of the page that answered it: it is shown once more, and nothing is carried out."""
    return request.query_params.get("lang", "") in ("id", "en")


def language_links(path: str, query: str, *, carried: bool = False) -> dict[str, str]:
    """The same address in each language; a token in the query is left behind, unless it is `carried` for want of a cookie."""
    left = ("lang", "go") if carried else ("lang", "go", "t")
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name not in left]
    return {language: f"{path}?{urlencode([*kept, ('lang', language)])}" for language in ("id", "en")}


def render(
    template: str,
    locale: Locale,
    links: Mapping[str, str],
    *,
    typed: Sequence[tuple[str, str]] | None = None,
    **values: Any,
) -> str:
    """A page as text. Every template gets the words `t`, the formats of its language, and `links` for the language switch."""
    return _ENVIRONMENT.get_template(template).render(
        t=texts.words(locale),
        lang=locale,
        links=links,
        typed=typed,
        money=lambda amount, currency: formats.money(amount, currency, locale),
        moment=lambda at: formats.moment(at, locale),
        day=lambda at: formats.day(at, locale),
        clock=lambda at: formats.clock(at, locale),
        duration=lambda milliseconds: formats.duration(milliseconds, locale),
        in_words=lambda amount, currency: amount_in_words(amount, currency, locale),
        **values,
    )


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status_code: int = 200,
    preferred: str = "",
    cookies: Sequence[Cookie] = (),
    headers: Mapping[str, str] | None = None,
    origins: PageOrigins = _NO_ORIGINS,
    form_to: str = "",
    packed: bool = False,
    written_in: Locale | None = None,
    **values: Any,
) -> Response[bytes]:
    """The answer to a browser: HTML in the visitor's language under a policy that allows nothing inline but our sheet and nothing foreign but
    `origins` and a form to `form_to`. `packed` by gzip where the browser unpacks: only for a page without a secret, whose length tells. `written_in` is
    the language of a page that has one only.
    """
    locale = written_in or locale_of(request, preferred)
    chosen = request.query_params.get("lang", "")
    kept = list(cookies)
    if chosen in ("id", "en"):
        kept.append(
            Cookie(
                LANGUAGE_COOKIE,
                value=chosen,
                path="/",
                max_age=_YEAR_S,
                httponly=True,
                samesite="lax",
                secure=is_https(request),
            )
        )
    context = context_of(request)
    links = language_links(quote(context.path), request.url.query, carried=LINK_COOKIE not in request.cookies)
    typed = typed_again(context) if request.method == "POST" else None
    contact = services_of(request).settings.contact_link
    content = render(template, locale, links, contact=contact, typed=typed, **values).encode()
    sent = {**HEADERS, "content-language": locale, **(headers or {})}
    if packed and _unpacks(request):
        content, sent["content-encoding"] = gzip.compress(content, 6), "gzip"
    sent["content-security-policy"] = content_security_policy(origins, form_to)
    return Response(content, status_code=status_code, media_type="text/html", headers=sent, cookies=kept)


def _unpacks(request: Request[Any, Any, Any]) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def wants_part(request: Request[Any, Any, Any]) -> bool:
    """Whether an open page asks for its part that changes, by htmx, and not a person for the page."""
    return request.method == "GET" and request.headers.get("hx-request") == "true"


def is_https(request: Request[Any, Any, Any]) -> bool:
    """Whether the visitor's own connection is encrypted, so that cookies may say Secure.

    A proxy may not tell; but whoever came through one that we know, or by our https name, came by https.
    """
    context = context_of(request)
    public = context.hosts.public
    if request.url.scheme == "https" or public is None or public[0] != "https":
        return bool(request.url.scheme == "https")
    return bool(context.scope.get(BY_PROXY)) or context.hosts.is_named(context.host)


def see_other(path: str, cookies: Sequence[Cookie] = ()) -> Response[None]:
    """On to another page by GET, after a form or for a cleaner address."""
    headers = {"location": path, "referrer-policy": "same-origin", "cache-control": "no-store"}
    return Response(None, status_code=303, headers=headers, cookies=list(cookies))


def services_of(request: Request[Any, Any, Any]) -> Services:
    """The services of this process."""
    found: Services = request.scope["state"]["services"]
    return found


def caller_or_none(request: Request[Any, Any, Any]) -> Caller | None:
    """Who is signed in, if anybody: pages lead strangers to the door instead of refusing them."""
    found: Caller | None = request.scope["state"].get("caller")
    return found


def page_error(request: Request[Any, Any, Any], error: GerbangError) -> Page:
    """An error as a page: what happened, whether anything moved, what was typed, and the number that finds it in our log."""
    context_of(request).error = error  # so that the gateway audits it where that is due
    status = status_of(error)
    if status == 401 and request.method == "GET" and not wants_part(request):
        return see_other(f"/login?{urlencode({'next': _local(request)})}")
    settings = services_of(request).settings
    message, desk = _message(error, status), request.url.path.startswith(_DESK)
    headers = {"retry-after": str(error.retry_after_s or 2)} if status in (429, 503) else {}
    if isinstance(error, MethodNotAllowed):
        headers["allow"] = allowed_methods(error)
    if status in (413, 415):
        headers["connection"] = "close"  # the rest of the body was not read
    return page(
        request,
        "message.html",
        status_code=status,
        headers=headers,
        message="absent" if message == "lost" and request.url.path.startswith((_DESK, _REFERENCE)) else message,
        detail=" ".join(part for part in (error.detail, error.hint) if part) if message == "refused" else "",
        request_id=request.scope["state"].get("request_id", ""),
        back=f"{_DESK}/payments" if desk else "",
        kept=rejected_form(request, error),
        shop=settings.shop_name,
        home=f"{_DESK}/payments" if desk else "/shop" if settings.sandbox else "",
        is_test=settings.sandbox,
    )


def _message(error: GerbangError, status: int) -> str:
    """Under which words a page tells an error."""
    if isinstance(error, CrossSite):
        return "foreign"
    if isinstance(error, NoOwnerYet):
        return "unowned"
    if isinstance(error, CommitUnknown):
        return "unsure"
    if isinstance(error, UnsupportedMedia):
        return "unreadable"
    return {401: "ended", 403: "denied", 404: "lost", 413: "too_large", 429: "too_often"}.get(
        status, "busy" if status >= 500 else "refused"
    )


def _local(request: Request[Any, Any, Any]) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


HANDLERS: Final = [static_file]
