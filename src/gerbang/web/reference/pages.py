"""The pages under /docs. In English: programmers read them beside an API whose errors are English too. They work without script."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from gerbang.base.errors import NotFound
from gerbang.core.announcements.event_types import EventType
from gerbang.web.event_catalogue import CatalogueEntry
from gerbang.web.forms import read_form
from gerbang.web.gateway.request_context import context_of
from gerbang.web.gateway.same_origin import check_same_origin
from gerbang.web.pages import Page, is_https, page, see_other, services_of
from gerbang.web.reference import samples
from gerbang.web.reference.answers import answers
from gerbang.web.reference.client_packages import packages
from gerbang.web.reference.document import Document, Operation
from gerbang.web.reference.errors import error_rows
from gerbang.web.reference.examples import EXAMPLES, IDS, SHOP_URL
from gerbang.web.reference.guides import CLIENTS, GUIDES, QUICKSTART, Guide
from gerbang.web.reference.meanings import MEANINGS
from gerbang.web.reference.search import Entry, Index

AnyRequest = Request[Any, Any, Any]
KEY_COOKIE: Final = "grb_docs_key"
_KEY: Final = re.compile(r"grb_test_[A-Za-z0-9_]{10,200}")
_NO_KEY: Final = "grb_test_YOUR_KEY"
_KEPT_S: Final = 30 * 86_400
# What an operation alone can be refused for, beside what its form says.
_OWN: Final[Mapping[str, Sequence[str]]] = {
    "createPayment": ("invalid_amount", "method_unavailable", "card_data_refused"),
    "createAttempt": ("method_unavailable",),
    "listPaymentMethods": ("invalid_amount",),
    "createRefund": ("invalid_amount",),
    "createEndpoint": ("invalid_endpoint",),
    "changeEndpoint": ("invalid_endpoint",),
    "testEndpoint": ("endpoint_disabled",),
    "resendDelivery": ("endpoint_disabled",),
    "resendDeliveries": ("endpoint_disabled", "endpoint_too_young"),
}
_GUIDES: Final = Path(__file__).parent / "templates" / "reference" / "guides"
_MARKUP: Final = re.compile(r"<[^>]+>|{[{%].*?[%}]}")
_NAMES: Final = {"key": "api_key", "event": "webhook_event"}
_PART: Final = re.compile(r"\{(\w+)\}")


class Reference:
    """All that the pages tell, made once in a process of the OpenAPI document and the catalogue of events: when somebody reads, for a start waits for it."""

    def __init__(self, openapi: Mapping[str, Any], catalogue: Sequence[CatalogueEntry]) -> None:
        self._openapi = openapi
        self.catalogue = catalogue

    @cached_property
    def document(self) -> Document:
        return Document(self._openapi)

    @cached_property
    def index(self) -> Index:
        return Index(_entries(self.document, self.catalogue))

    def events_about(self, operation: Operation) -> Sequence[EventType]:
        """The types of events that may follow what an operation does."""
        about = operation.group.lower().removesuffix("s")
        if operation.verb == "GET":
            return ()
        return [one.type for one in self.catalogue if one.name.startswith(f"{about}.")]


def _entries(document: Document, catalogue: Sequence[CatalogueEntry]) -> Iterator[Entry]:
    yield Entry("guide", "Quickstart", QUICKSTART.says, "/docs", _words("quickstart"))
    for one in GUIDES:
        yield Entry("guide", one.title, one.says, f"/docs/{one.slug}", _words(one.slug))
    for op in document.operations:
        told = (*op.parameters, *op.body, *op.returns)
        names = " ".join(f"{field.name} {field.says} {' '.join(field.values)}" for field in told)
        yield Entry(
            "operation", op.title, f"{op.verb} {op.path}", f"/docs/operations/{op.slug}", f"{op.id} {op.says} {names}"
        )
    for event in catalogue:
        yield Entry("event", event.name, event.type.means, f"/docs/events#{event.name}")
    for row in error_rows():
        yield Entry("error", row.code, row.title, f"/docs/errors#{row.code}", f"{row.status} {row.told.cause}")
    for enum, values in MEANINGS.items():
        for value, meaning in values.items():
            yield Entry("status", value, meaning.says, f"/docs/statuses#{enum}", enum)


def _words(guide: str) -> str:
    """What a guide says, to be searched."""
    return unescape(_MARKUP.sub(" ", (_GUIDES / f"{guide}.html").read_text(encoding="utf-8")))


@get("/docs", include_in_schema=False)
async def quickstart(request: AnyRequest) -> Page:
    """From a key to an order that is marked paid."""
    return _guide(request, QUICKSTART)


@get("/docs/search", include_in_schema=False)
async def search(request: AnyRequest, q: str = "") -> Page:
    """What was found, by kinds."""
    return _shown(request, "search.html", "Search", asked=q, found=_reference(request).index.find(q))


@get("/docs/operations/{operation:str}", include_in_schema=False)
async def operation_page(request: AnyRequest, operation: str) -> Page:
    """One operation with its fields, answers, errors and samples."""
    reference = _reference(request)
    found = reference.document.by_slug.get(operation)
    if found is None:
        raise NotFound
    example = EXAMPLES.get(found.id)
    return _shown(
        request,
        "operation.html",
        found.title,
        operation=found,
        example=example,
        samples=_samples(request, found) if example else [],
        answer=answers().get(found.id),
        errors=[row for row in error_rows() if row.code in _codes(found)],
        events=reference.events_about(found),
    )


@get("/docs/clients", include_in_schema=False)
async def clients(request: AnyRequest) -> Page:
    """How our clients are installed, from here."""
    found = next(one for one in GUIDES if one.slug == CLIENTS)
    given = list((await asyncio.to_thread(packages)).values())
    return _shown(request, f"guides/{CLIENTS}.html", found.title, guide=found, packages=given)


@get("/docs/clients/{file:str}", include_in_schema=False)
async def client_package(file: str) -> Response[bytes]:
    """One of them, as pip or npm takes it."""
    found = (await asyncio.to_thread(packages)).get(file)
    if found is None:
        raise NotFound
    headers = {"cache-control": "no-cache", "etag": f'"{found.sha256}"'}
    return Response(found.content, media_type=found.media_type, headers=headers)


@get("/docs/{guide:str}", include_in_schema=False)
async def guide_page(request: AnyRequest, guide: str) -> Page:
    """One guide."""
    found = next((one for one in GUIDES if one.slug == guide), None)
    if found is None:
        raise NotFound
    return _guide(request, found)


@post("/docs/key", include_in_schema=False)
async def keep_key(request: AnyRequest) -> Page:
    """Put a test key into the samples of this browser; an empty one takes it out again. A live one is refused: it belongs on no page."""
    check_same_origin(context_of(request))
    form = await read_form(request, "key", "back")
    key, back = form["key"], form["back"]
    if key and not _KEY.fullmatch(key):  # not as an error: its page would keep what was typed
        known = GUIDES[0]
        return _shown(request, "guides/authentication.html", known.title, status_code=422, guide=known, wrong=True)
    cookie = Cookie(
        KEY_COOKIE,
        value=key,
        path="/docs",
        max_age=_KEPT_S if key else 0,
        httponly=True,
        samesite="strict",
        secure=is_https(request),
    )
    return see_other(back if re.fullmatch(r"/docs[/a-z-]*", back) else "/docs", [cookie])


def _guide(request: AnyRequest, guide: Guide) -> Page:
    return _shown(request, f"guides/{guide.slug or 'quickstart'}.html", guide.title, guide=guide)


def _shown(request: AnyRequest, template: str, title: str, *, status_code: int = 200, **values: Any) -> Page:
    reference, settings = _reference(request), services_of(request).settings
    key = request.cookies.get(KEY_COOKIE, "")
    return page(
        request,
        f"reference/{template}",
        status_code=status_code,
        written_in="en",
        title=title,
        here=context_of(request).path,
        groups=reference.document.groups,
        guides=GUIDES,
        key=key if _KEY.fullmatch(key) else "",
        no_key=_NO_KEY,
        languages=samples.LANGUAGES,
        base_url=settings.base_url,
        sandbox_url=settings.sandbox_url if settings.sandbox else "http://127.0.0.1:8090",
        sample=lambda operation: _samples(request, reference.document.by_slug[operation]),
        catalogue=reference.catalogue,
        meanings=MEANINGS,
        error_rows=error_rows(),
        is_test=False,
        **values,
    )


def _samples(request: AnyRequest, operation: Operation) -> Sequence[tuple[str, str, str, Any]]:
    """The example of an operation in each language: its short name, its name, the text to copy and the text to show."""
    key = request.cookies.get(KEY_COOKIE, "")
    settings = services_of(request).settings
    call = call_of(operation, settings.base_url, key if _KEY.fullmatch(key) else _NO_KEY)
    if settings.sandbox and call.body and call.body.get("url") == SHOP_URL:  # one that can be called here
        call = replace(call, body={**call.body, "url": f"{settings.sandbox_url}/inspect/shop"})
    written = (("curl", samples.curl), ("py", samples.python), ("ts", samples.typescript))
    return [
        (short, samples.LANGUAGES[short], text, samples.shown(text, call.key))
        for short, write in written
        for text in (write(call),)
    ]


def call_of(operation: Operation, base_url: str, key: str, ids: Mapping[str, str] = IDS) -> samples.Call:
    """The example of an operation as a request; `ids` stand for the parts of its address."""
    example = EXAMPLES[operation.id]
    stand_ins = {shown: ids[name] for name, shown in IDS.items() if name in ids}
    return samples.Call(
        base_url=base_url,
        key="" if operation.is_open else key,
        verb=operation.verb,
        path=_PART.sub(lambda part: ids[part[1]], operation.path),
        query={name: stand_ins.get(value, value) for name, value in example.query.items()},
        body=example.body,
        idempotency_key=example.key,
    )


def _codes(operation: Operation) -> frozenset[str]:
    """The errors that this operation can meet, beside those that any can."""
    codes = {"invalid_request"} if operation.body or operation.parameters else set()
    if not operation.is_open:
        codes |= {"unauthenticated", "invalid_token", "rate_limited"}
    if operation.permissions:
        codes.add("forbidden")
    if operation.needs_key:
        codes |= {"idempotency_key_invalid", "idempotency_key_reused"}
        if any(one.required and one.name == "Idempotency-Key" for one in operation.headers):
            codes.add("idempotency_key_required")
    if operation.body:
        codes |= {"malformed_request", "unsupported_media_type"}
    codes.update(_OWN.get(operation.id, ()))
    for part in _PART.findall(operation.path):
        codes.add(f"{_NAMES.get(part, part)}_not_found")
    return frozenset(codes)


def _reference(request: AnyRequest) -> Reference:
    found: Reference = request.app.state.reference
    return found


HANDLERS: Final = [quickstart, search, operation_page, keep_key, clients, client_package, guide_page]
