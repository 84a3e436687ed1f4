"""The one table from error to status, and the form of every error: RFC 9457 problem+json. Nothing below this layer knows HTTP.

`type` is the address of the error's documentation, `/docs/errors#code`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from gerbang.base.errors import (
    Conflict,
    FieldError,
    Forbidden,
    GerbangError,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
    UpstreamFailed,
)
from gerbang.ports.marketplace import ConnectionUnauthorized
from gerbang.web.texts.problems import PROBLEMS

Header = tuple[bytes, bytes]


class Malformed(Invalid):
    """The body is not the JSON that we take, or the request line or a header is not HTTP as we take it."""

    code = "malformed_request"
    title = "The request cannot be read"


class IdempotencyKeyRequired(Invalid):
    """A request that makes or changes something for good came without an Idempotency-Key (R3)."""

    code = "idempotency_key_required"
    title = "An Idempotency-Key header is required"


class IdempotencyKeyInvalid(Invalid):
    """The key is empty, longer than 255, or not printable ASCII (R5)."""

    code = "idempotency_key_invalid"
    title = "The Idempotency-Key header is not valid"


class CardDataRefused(Invalid):
    """A card number, security code or track data stood in the request; it was neither stored nor logged (R14)."""

    code = "card_data_refused"
    title = "Card data is not accepted here"


class BodyTooLarge(Invalid):
    code = "body_too_large"
    title = "The request body is too large"


class UnsupportedMedia(Invalid):
    """A content type or content coding that this route does not take."""

    code = "unsupported_media_type"
    title = "The content type is not supported"


class MethodNotAllowed(Invalid):
    code = "method_not_allowed"
    title = "The method is not allowed here"


class RouteNotFound(NotFound):
    code = "route_not_found"
    title = "There is nothing at this address"


class HostUnknown(Invalid):
    """The Host header names none of our addresses."""

    code = "host_unknown"
    title = "This host is not served here"


class CrossSite(Forbidden):
    """A page of another site tried to use the signed-in session."""

    code = "cross_site_request"
    title = "The request came from another site"


class WebhookRejected(Unauthenticated):
    """A message at a hook is not proved to be genuine; nothing of it was kept but a digest."""

    code = "webhook_rejected"
    title = "The webhook is not genuine"


class RequestTimeout(Invalid):
    code = "request_timeout"
    title = "The request took too long to arrive"


class UriTooLong(Invalid):
    code = "uri_too_long"
    title = "The address is too long"


class HeadTooLarge(Invalid):
    code = "headers_too_large"
    title = "The headers are too large"


class TooManyConnections(Unavailable):
    code = "too_many_connections"
    title = "Too many connections"


class LimiterUnavailable(Unavailable):
    """The limits of this route cannot be checked now, so it stays closed (R48)."""

    code = "limiter_unavailable"
    title = "The request limits cannot be checked"


# Looked up along the class's bases: the kind decides, unless the class itself stands here.
STATUSES: Final[dict[type[GerbangError], int]] = {
    GerbangError: 500,
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
    UpstreamFailed: 502,
    ConnectionUnauthorized: 409,
    Malformed: 400,
    IdempotencyKeyRequired: 400,
    IdempotencyKeyInvalid: 400,
    HostUnknown: 400,
    MethodNotAllowed: 405,
    RequestTimeout: 408,
    BodyTooLarge: 413,
    UriTooLong: 414,
    UnsupportedMedia: 415,
    HeadTooLarge: 431,
}
_BY_CODE: Final = {"credential_in_query": 400, "method_unavailable": 422}
_BARE: Final[dict[int, type[GerbangError]]] = {
    400: Malformed,
    408: RequestTimeout,
    414: UriTooLong,
    431: HeadTooLarge,
    503: TooManyConnections,
}
# What came in place of a request, or what is wrong with its head: what happened, and the cure.
UNREADABLE: Final[Mapping[str, tuple[str, str]]] = {
    "tls": (
        "A TLS handshake came, and this port speaks plain HTTP.",
        "Use http:// for this port, or let a proxy with a certificate stand in front: it ends TLS and passes plain HTTP on.",
    ),
    "proxy": (
        "A line of the PROXY protocol came before the request, and Gerbang does not speak that.",
        "Take send-proxy (HAProxy) or proxy_protocol (nginx) out of what leads here, and send X-Forwarded-For instead.",
    ),
    "http2": (
        "HTTP/2 came without TLS, and this port speaks HTTP/1.1.",
        "Let what stands in front speak HTTP/1.1 to Gerbang.",
    ),
    "no_host": (
        "The request names no host.",
        "A proxy in front should pass the visitor's Host on (nginx: proxy_set_header Host $http_host). Health checks ask GET /readyz without.",
    ),
    "two_hosts": (
        "The request names two hosts.",
        "Send one Host header, and in a whole address the same host as there.",
    ),
    "version": (
        "The request line does not end in HTTP/1.1 or HTTP/1.0.",
        "Write METHOD, one space, the address without blanks, one space, HTTP/1.1, and end each line of the head with CR and LF.",
    ),
    "method": (
        "The request line begins with no HTTP method that this server knows.",
        "Write the method in capitals (GET, POST), and end a body where its Content-Length says: what comes behind is read as the next request.",
    ),
    "address": (
        "The address in the request line is none: it is empty, or holds a character that must be written as %XX.",
        "Begin it with a slash, and write blanks, control characters and letters beyond ASCII as %XX of their UTF-8 bytes.",
    ),
    "line_end": (
        "A line of the request's head does not end in CR and LF, or goes on in the next line.",
        "End each line with CR and LF, and write each header in one line.",
    ),
    "header_name": (
        "The name of a header holds a character that none may have, or no colon follows it at once.",
        "Write name, colon, value; a name has letters, digits and hyphens, and no blank stands before the colon.",
    ),
    "header_value": (
        "The value of a header holds a control character.",
        "Take control characters (U+0000 to U+001F but the tab, and U+007F) out of it.",
    ),
    "length": (
        "The header Content-Length stands twice, beside Transfer-Encoding, or is no whole number.",
        "Send one Content-Length with the body's number of bytes, or Transfer-Encoding: chunked alone.",
    ),
    "chunks": (
        "The chunks of the body are not written as chunks are.",
        "Begin each chunk with its size in hexadecimal digits, and end with a chunk of size 0.",
    ),
    "head": (
        "The request line or a header is not HTTP/1.1.",
        "Send requests by an HTTP library.",
    ),
    "framing": (
        "The header Transfer-Encoding is not one that this server takes.",
        "Send a Content-Length, or Transfer-Encoding: chunked by HTTP/1.1.",
    ),
}
_RETRY_S: Final = {429: 1, 503: 2}
_REASONS: Final = {
    400: b"Bad Request",
    408: b"Request Timeout",
    414: b"URI Too Long",
    431: b"Request Header Fields Too Large",
    503: b"Service Unavailable",
}


class Field(msgspec.Struct, frozen=True):
    """What is wrong with one field; `pointer` is a JSON Pointer into the body, or the name of a parameter after a slash."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every error (RFC 9457). `errors` names the fields, `hint` what to do, `retry` whether the same request may be sent again."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    hint: str | None = None
    retry: str | None = None
    errors: Sequence[Field] = ()


def status_of(error: GerbangError) -> int:
    """The HTTP status of an error."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def describe(error: GerbangError, *, instance: str, request_id: str) -> tuple[int, list[Header], bytes]:
    """Status, headers and body of the answer to an error. What it does not say itself, the table of codes says."""
    status, told = status_of(error), PROBLEMS.get(error.code)
    said_nothing = told is not None and error.detail == error.title
    body = msgspec.json.encode(
        Problem(
            type=f"/docs/errors#{error.code}",
            title=error.title,
            status=status,
            detail=_unmarked(told.cause) if told and said_nothing else error.detail,
            instance=instance,
            code=error.code,
            request_id=request_id,
            hint=error.hint or (_unmarked(told.cure) if told else None),
            retry=told.retry.wire if told else None,
            errors=tuple(Field(one.pointer, one.detail) for one in error.errors),
        )
    )
    headers = [(b"content-type", b"application/problem+json")]
    retry_after_s = error.retry_after_s or _RETRY_S.get(status)
    if retry_after_s:
        headers.append((b"retry-after", str(retry_after_s).encode()))
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="gerbang"'))
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", allowed_methods(error).encode()))
    return status, headers, body


def _unmarked(text: str) -> str:
    """What the table says, without the marks by which its page sets code."""
    return text.replace("`", "")


def allowed_methods(error: MethodNotAllowed) -> str:
    """The methods that the address takes, as the header Allow lists them."""
    return error.detail.removeprefix("This address takes ").rstrip(".")


def bare_problem(status: int, request_id: str, why: str = "") -> bytes:
    """A whole HTTP answer that closes the connection, for what never became a request; `why` is one of UNREADABLE."""
    detail, hint = UNREADABLE.get(why, ("", None))
    error = _BARE[status](detail, hint=hint)
    _, headers, body = describe(error, instance="", request_id=request_id)
    lines = [b"HTTP/1.1 %d %b" % (status, _REASONS[status])]
    lines += [name + b": " + value for name, value in [*headers, (b"x-request-id", request_id.encode())]]
    lines += [b"content-length: %d" % len(body), b"connection: close", b"", body]
    return b"\r\n".join(lines)


def invalid_field(pointer: str, detail: str) -> Invalid:
    """One wrong field, as an error."""
    return Invalid(detail, errors=[FieldError(pointer, detail)])
