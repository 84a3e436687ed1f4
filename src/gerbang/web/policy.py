"""Every route and who may use it. A route without a row here fails start-up and the build (R39). Decides nothing about rows of data."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

# What strangers may send is small: reading it costs time before anybody knows who they are.
_LOGIN_BYTES: Final = 8_192
_FORM_BYTES: Final = 32_768
_SMALL_BYTES: Final = 16_384
_PAGES: Final = ("/docs", "/owner", "/login", "/logout", "/shop", "/pay/", "/refund/", "/unsubscribe/", "/console")


class Who(enum.Enum):
    """Who gets past the gateway; whose object it is, the handler decides."""

    ANYONE = "anyone"  # no credential is looked at, unless one is sent
    SIGNED_IN = "signed in"  # any verified caller
    PERMITTED = "permitted"  # one of the row's permissions


class Rate(enum.StrEnum):
    """The class of a route for rate limits. `LOGIN` and `MONEY` hold over processes and restarts, and stay closed without a limiter."""

    FREE = "free"
    PAGE = "page"
    READ = "read"
    WRITE = "write"
    MONEY = "money"
    LOGIN = "login"


class Body(enum.Enum):
    """What a route takes as its body."""

    NONE = "none"
    JSON = "json"
    FORM = "form"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Row:
    """One route. `permissions`: any of them is enough. `own`: a caller who may only see its own gets 404 for what is another's."""

    method: str
    path: str
    who: Who
    permissions: tuple[str, ...] = ()
    rate: Rate = Rate.READ
    body: Body = Body.NONE
    own: bool = False
    key_required: bool = False
    key_taken: bool = False  # an Idempotency-Key is honoured, and may be absent
    unowned: bool = False  # served even before anybody owns this installation
    ran_out: bool = False  # a credential that has run out is nobody's here; the body may hold another
    any_host: bool = False  # served to whoever asks by any name, or none: probes do not know ours
    large: bool = False  # takes a body as large as GERBANG_BODY_LIMIT_BYTES says

    @property
    def most_bytes(self) -> int | None:
        """How large a body may be; None: as the settings say."""
        if self.large or self.body is Body.RAW:
            return None
        if self.body is Body.FORM and self.rate is not Rate.LOGIN:
            return _FORM_BYTES
        return _SMALL_BYTES if self.who is Who.PERMITTED else _LOGIN_BYTES

    @property
    def route(self) -> str:
        """The route's name in logs, metrics and limits."""
        return f"{self.method} {self.path}"

    @property
    def is_page(self) -> bool:
        """Whether people come here with a browser, so that a refusal is a page too, and nothing that they typed is lost."""
        shown = self.rate not in (Rate.READ, Rate.FREE) and self.body in (Body.NONE, Body.FORM)
        return shown and (self.path == "/" or self.path.startswith(_PAGES))


def _open(method: str, path: str, rate: Rate = Rate.PAGE, body: Body = Body.NONE, *, unowned: bool = False) -> Row:
    return Row(method, path, Who.ANYONE, rate=rate, body=body, unowned=unowned)


def _with_form(path: str) -> tuple[Row, Row]:
    """A page, and the form on it."""
    return _open("GET", path), _open("POST", path, Rate.WRITE, Body.FORM)


def _probe(method: str, path: str) -> Row:
    return Row(method, path, Who.ANYONE, rate=Rate.FREE, unowned=True, any_host=True)


def _self(method: str, path: str, rate: Rate = Rate.READ, body: Body = Body.NONE) -> Row:
    return Row(method, path, Who.SIGNED_IN, rate=rate, body=body)


def _read(path: str, *permissions: str, own: bool = False) -> Row:
    return Row("GET", path, Who.PERMITTED, permissions, Rate.READ, own=own)


def _do(
    method: str,
    path: str,
    *permissions: str,
    rate: Rate = Rate.WRITE,
    own: bool = False,
    key: bool = False,
    large: bool = False,
) -> Row:
    return Row(
        method=method,
        path=path,
        who=Who.PERMITTED,
        permissions=permissions,
        rate=rate,
        body=Body.JSON,
        own=own,
        key_required=key,
        large=large,
    )


_SEE: Final = ("payments:read", "payments:read_own")
_PAY: Final = ("payments:create", "payments:pay_own")

POLICY: Final[Sequence[Row]] = (
    # plumbing
    _probe("GET", "/healthz"),
    _probe("GET", "/readyz"),
    _probe("OPTIONS", "/"),
    _probe("OPTIONS", "/healthz"),
    _probe("OPTIONS", "/readyz"),
    _open("GET", "/metrics", Rate.FREE, unowned=True),
    _open("GET", "/openapi.json"),
    _open("GET", "/docs"),
    _open("GET", "/docs/search"),
    _open("GET", "/docs/operations/{operation}"),
    _open("POST", "/docs/key", body=Body.FORM),
    _open("GET", "/docs/{guide}"),
    _open("GET", "/.well-known/jwks.json"),
    # pages: whose they are is decided by link, cookie or session in web/checkout
    _open("GET", "/static/{version}/{name:path}", Rate.FREE, unowned=True),
    _open("GET", "/"),
    _open("GET", "/owner", unowned=True),
    _open("POST", "/owner", Rate.LOGIN, Body.FORM, unowned=True),
    # an endpoint's owner, by a link that was mailed to them
    _open("GET", "/owner/endpoint/{link}"),
    _open("POST", "/owner/endpoint/{link}/open", Rate.LOGIN, Body.FORM),
    _open("POST", "/owner/endpoint/{link}/code", Rate.LOGIN, Body.FORM),
    _open("POST", "/owner/endpoint/{link}/secret", Rate.LOGIN, Body.FORM),
    _open("GET", "/owner/endpoint/{link}/deliveries/{delivery}"),
    _open("POST", "/owner/endpoint/{link}/deliveries/{delivery}/resend", Rate.WRITE, Body.FORM),
    _open("GET", "/login"),
    _open("POST", "/login", Rate.LOGIN, Body.FORM),
    _open("POST", "/logout", Rate.WRITE, Body.FORM),
    _open("GET", "/shop"),
    _open("POST", "/shop/cart", Rate.WRITE, Body.FORM),
    Row("POST", "/shop/webhook", Who.ANYONE, rate=Rate.FREE, body=Body.JSON, large=True),
    _open("GET", "/shop/pay", Rate.MONEY),
    _open("POST", "/shop/pay", Rate.MONEY, Body.FORM),
    *_with_form("/pay/{payment}"),
    _open("GET", "/pay/{payment}/state", Rate.READ),
    _open("GET", "/pay/{payment}/feed", Rate.READ),
    _open("POST", "/pay/{payment}/choose", Rate.MONEY, Body.FORM),
    _open("POST", "/pay/{payment}/check", Rate.WRITE, Body.FORM),
    _open("POST", "/pay/{payment}/refund-link", Rate.WRITE, Body.FORM),
    _open("POST", "/pay/{payment}/notify", Rate.WRITE, Body.FORM),
    _open("GET", "/pay/{payment}/go"),
    _open("GET", "/pay/worker.js", Rate.READ),
    _open("POST", "/pay/{payment}/push", Rate.WRITE, Body.FORM),
    _open("GET", "/pay/{payment}/qr.png", Rate.READ),
    _open("GET", "/pay/{payment}/qr.svg", Rate.READ),
    _open("GET", "/refund/{refund}"),
    _open("POST", "/refund/{refund}/review", Rate.WRITE, Body.FORM),
    _open("POST", "/refund/{refund}/edit", Rate.WRITE, Body.FORM),
    _open("POST", "/refund/{refund}/name", Rate.WRITE, Body.FORM),
    # one click of a mail program: no credential is looked at, and many mailboxes' clicks come from few addresses
    _open("GET", "/unsubscribe/{message}/{token}"),
    _open("POST", "/unsubscribe/{message}/{token}", Rate.FREE, Body.FORM),
    # the console's pages: strangers are led to the door, permissions are checked page by page in web/console
    _open("GET", "/console"),
    _open("GET", "/console/find"),
    _open("GET", "/console/live", Rate.READ),
    _open("GET", "/console/work"),
    _open("POST", "/console/work/claim", Rate.WRITE, Body.FORM),
    _open("POST", "/console/work/release", Rate.WRITE, Body.FORM),
    _open("POST", "/console/work/dismiss", Rate.WRITE, Body.FORM),
    _open("POST", "/console/payments/{payment}/return-excess", Rate.MONEY, Body.FORM),
    _open("POST", "/console/refunds/{refund}/dismiss", Rate.WRITE, Body.FORM),
    _open("GET", "/console/requests/{request_id}"),
    _open("GET", "/console/audit"),
    _open("GET", "/console/notifications"),
    _open("GET", "/console/notifications/audiences"),
    *_with_form("/console/notifications/preferences"),
    *_with_form("/console/notifications/preferences/team"),
    _open("GET", "/console/notifications/templates"),
    *_with_form("/console/notifications/templates/{connection}/{template}/{language}"),
    _open("GET", "/console/notifications/texts"),
    *_with_form("/console/notifications/texts/{template}/{language}/{channel}"),
    _open("POST", "/console/notifications/texts/{template}/{language}/{channel}/ours", Rate.WRITE, Body.FORM),
    _open("GET", "/console/notifications/text-versions/{version}"),
    _open("POST", "/console/notifications/text-versions/{version}", Rate.MONEY, Body.FORM),
    _open("GET", "/console/notices"),
    _open("POST", "/console/notices/read", Rate.WRITE, Body.FORM),
    _open("POST", "/console/notices/{notice}/read", Rate.WRITE, Body.FORM),
    _open("GET", "/console/payments"),
    _open("GET", "/console/payments/new"),
    _open("POST", "/console/payments/new", Rate.MONEY, Body.FORM),
    _open("GET", "/console/payments/{payment}"),
    *_with_form("/console/payments/{payment}/link"),
    _open("POST", "/console/payments/{payment}/ask", Rate.WRITE, Body.FORM),
    *_with_form("/console/payments/{payment}/cancel"),
    _open("GET", "/console/payments/{payment}/refund"),
    _open("POST", "/console/payments/{payment}/refund", Rate.MONEY, Body.FORM),
    _open("GET", "/console/payments/{payment}/resolve"),
    _open("POST", "/console/payments/{payment}/resolve", Rate.MONEY, Body.FORM),
    _open("GET", "/console/approvals/{approval}"),
    _open("POST", "/console/approvals/{approval}/approve", Rate.MONEY, Body.FORM),
    _open("POST", "/console/approvals/{approval}/refuse", Rate.MONEY, Body.FORM),
    _open("GET", "/console/refunds"),
    _open("GET", "/console/connections"),
    _open("GET", "/console/connections/{connection}"),
    _open("POST", "/console/connections/{connection}/probe", Rate.WRITE, Body.FORM),
    _open("POST", "/console/connections/{connection}/switch", Rate.WRITE, Body.FORM),
    _open("POST", "/console/connections/{connection}/connect-shop", Rate.WRITE, Body.FORM),
    _open("GET", "/console/shops/callback", Rate.WRITE),
    _open("GET", "/console/refunds/{refund}/destination"),
    _open("POST", "/console/refunds/{refund}/destination", Rate.MONEY, Body.FORM),
    _open("POST", "/console/refunds/{refund}/send-link", Rate.WRITE, Body.FORM),
    _open("POST", "/console/refunds/{refund}/link", Rate.WRITE, Body.FORM),
    _open("GET", "/console/refunds/{refund}/settle"),
    _open("POST", "/console/refunds/{refund}/settle", Rate.MONEY, Body.FORM),
    _open("GET", "/console/refunds/{refund}/resolve"),
    _open("POST", "/console/refunds/{refund}/resolve", Rate.MONEY, Body.FORM),
    _open("GET", "/console/webhooks"),
    _open("GET", "/console/webhooks/{event}"),
    _open("POST", "/console/webhooks/{event}/replay", Rate.WRITE, Body.FORM),
    _open("POST", "/console/webhooks/{event}/set-aside", Rate.WRITE, Body.FORM),
    _open("GET", "/console/rejections"),
    _open("GET", "/console/endpoints"),
    *_with_form("/console/endpoints/new"),
    _open("GET", "/console/endpoints/{endpoint}"),
    *_with_form("/console/endpoints/{endpoint}/edit"),
    _open("POST", "/console/endpoints/{endpoint}/test", Rate.WRITE, Body.FORM),
    *_with_form("/console/endpoints/{endpoint}/rotate"),
    *_with_form("/console/endpoints/{endpoint}/resend"),
    *_with_form("/console/endpoints/{endpoint}/owner"),
    *_with_form("/console/endpoints/{endpoint}/disable"),
    _open("POST", "/console/endpoints/{endpoint}/enable", Rate.WRITE, Body.FORM),
    *_with_form("/console/endpoints/{endpoint}/delete"),
    _open("GET", "/console/deliveries/{delivery}"),
    _open("POST", "/console/deliveries/{delivery}/resend", Rate.WRITE, Body.FORM),
    *_with_form("/console/deliveries/{delivery}/cancel"),
    _open("GET", "/console/customers"),
    *_with_form("/console/customers/new"),
    _open("GET", "/console/customers/{customer}"),
    *_with_form("/console/customers/{customer}/edit"),
    *_with_form("/console/customers/{customer}/preferences"),
    *_with_form("/console/customers/{customer}/data-requests"),
    *_with_form("/console/data-requests/{data_request}"),
    *_with_form("/console/customers/{customer}/export"),
    *_with_form("/console/customers/{customer}/erase"),
    # webhooks in: the signature is the credential
    _open("POST", "/hooks/{connection}", Rate.FREE, Body.RAW),
    _open("GET", "/hooks/{connection}", Rate.FREE, Body.RAW),
    _open("POST", "/hooks/{connection}/{secret}", Rate.FREE, Body.RAW),
    # who am I
    _open("POST", "/v1/auth/register", Rate.LOGIN, Body.JSON),
    _open("POST", "/v1/auth/login", Rate.LOGIN, Body.JSON),
    _open("POST", "/v1/auth/refresh", Rate.LOGIN, Body.JSON),
    _open("POST", "/v1/auth/owner", Rate.LOGIN, Body.JSON, unowned=True),
    Row("POST", "/v1/auth/logout", Who.ANYONE, rate=Rate.WRITE, body=Body.JSON, ran_out=True),
    _self("POST", "/v1/auth/password", Rate.LOGIN, Body.JSON),
    _self("POST", "/v1/auth/step-up", Rate.LOGIN, Body.JSON),
    _self("GET", "/v1/me"),
    _read("/v1/users", "users:manage"),
    _do("POST", "/v1/users", "users:manage"),
    _read("/v1/users/{user}", "users:manage"),
    _do("PATCH", "/v1/users/{user}", "users:manage"),
    _read("/v1/api-keys", "keys:manage"),
    _do("POST", "/v1/api-keys", "keys:manage"),
    _do("DELETE", "/v1/api-keys/{key}", "keys:manage"),
    # payments
    _do("POST", "/v1/payments", "payments:create", rate=Rate.MONEY, key=True, large=True),
    _read("/v1/payments", *_SEE, own=True),
    _read("/v1/payments/{payment}", *_SEE, own=True),
    _read("/v1/payments/{payment}/attempts", *_SEE, own=True),
    _do("POST", "/v1/payments/{payment}/attempts", *_PAY, rate=Rate.MONEY, own=True, key=True),
    _do("POST", "/v1/payments/{payment}/send-link", "payments:create", key=True),
    _read("/v1/payments/{payment}/timeline", "payments:read"),
    _do("POST", "/v1/payments/{payment}/devices", *_PAY, own=True),
    _do("DELETE", "/v1/payments/{payment}/devices/{device}", *_PAY, own=True),
    _read("/v1/payments/{payment}/chain", "payments:read"),
    _read("/v1/payments/{payment}/events", *_SEE, own=True),
    _do("POST", "/v1/payments/{payment}/cancel", "payments:cancel", "payments:pay_own", own=True),
    _do("POST", "/v1/payments/{payment}/refresh", "payments:refresh", "payments:pay_own", own=True),
    _do("POST", "/v1/payments/{payment}/resolve", "payments:resolve", rate=Rate.MONEY),
    _read("/v1/payment-methods", *_SEE, "payments:create"),
    # refunds
    _do("POST", "/v1/payments/{payment}/refunds", "refunds:create", rate=Rate.MONEY, key=True),
    _read("/v1/refunds", "payments:read"),
    _read("/v1/refunds/{refund}", *_SEE, own=True),
    _do("PUT", "/v1/refunds/{refund}/destination", "refunds:settle", rate=Rate.MONEY),
    _do("POST", "/v1/refunds/{refund}/send-link", "refunds:create", "refunds:settle"),
    _do("POST", "/v1/refunds/{refund}/link", "refunds:settle"),
    _do("POST", "/v1/refunds/{refund}/settle", "refunds:settle", rate=Rate.MONEY),
    _do("POST", "/v1/refunds/{refund}/resolve", "refunds:settle", rate=Rate.MONEY),
    # products
    _do("POST", "/v1/products", "products:write", key=True),
    _read("/v1/products", "products:read"),
    _read("/v1/products/{sku}", "products:read"),
    _do("PATCH", "/v1/products/{sku}", "products:write"),
    _do("PUT", "/v1/products/{sku}/stock", "products:write"),
    _do("PUT", "/v1/products/{sku}/price", "products:write"),
    _read("/v1/products/{sku}/movements", "products:read"),
    # customers
    _do("POST", "/v1/customers", "customers:write", key=True),
    _read("/v1/customers", "customers:read"),
    _read("/v1/customers/{customer}", "customers:read"),
    _do("PATCH", "/v1/customers/{customer}", "customers:write"),
    _read("/v1/customers/{customer}/export", "customers:erase"),
    _do("POST", "/v1/customers/{customer}/erase", "customers:erase"),
    _do("POST", "/v1/customers/{customer}/data-requests", "customers:write", key=True),
    _read("/v1/data-requests", "customers:read"),
    _read("/v1/data-requests/{data_request}", "customers:read"),
    _do("POST", "/v1/data-requests/{data_request}/complete", "customers:write", "customers:erase"),
    _do("POST", "/v1/data-requests/{data_request}/refuse", "customers:write", "customers:erase"),
    # approvals: an API key gets past here and no further, since only a person decides
    _read("/v1/approvals", "refunds:settle"),
    _read("/v1/approvals/{approval}", "refunds:settle"),
    _do("POST", "/v1/approvals/{approval}/approve", "refunds:settle", rate=Rate.MONEY),
    _do("POST", "/v1/approvals/{approval}/refuse", "refunds:settle", rate=Rate.MONEY),
    # webhook events
    _read("/v1/webhook-events", "webhooks:read"),
    _read("/v1/webhook-events/{event}", "webhooks:read"),
    _do("POST", "/v1/webhook-events/{event}/replay", "webhooks:replay"),
    _read("/v1/webhook-rejections", "webhooks:read"),
    # sight
    _read("/v1/ledger/accounts", "ledger:read"),
    _read("/v1/ledger/postings", "ledger:read"),
    _read("/v1/audit", "audit:read"),
    _read("/v1/notifications", "notifications:read"),
    _do("POST", "/v1/notifications/{notification}/resend", "notifications:resend"),
    _read("/v1/message-texts", "notifications:read"),
    _read("/v1/message-texts/{template}/{language}/{channel}", "notifications:read"),
    _do("POST", "/v1/message-texts/{template}/{language}/{channel}", "message_texts:write"),
    _do("POST", "/v1/message-texts/{template}/{language}/{channel}/preview", "notifications:read"),
    _do("POST", "/v1/message-texts/{template}/{language}/{channel}/ours", "message_texts:write"),
    # an API key gets past here and no further, since only a person decides
    _do("POST", "/v1/message-text-versions/{version}/approve", "message_texts:approve", rate=Rate.MONEY),
    _do("POST", "/v1/message-text-versions/{version}/refuse", "message_texts:approve", rate=Rate.MONEY),
    _read("/v1/message-templates", "notifications:read"),
    _do("POST", "/v1/message-templates/{connection}/{template}/{language}/resume", "connections:manage"),
    _do("POST", "/v1/message-templates/{connection}/{template}/{language}/leave", "connections:manage"),
    _read("/v1/me/notification-preferences", "notifications:read"),
    _do("PATCH", "/v1/me/notification-preferences", "notifications:read"),
    _read("/v1/team/notification-preferences", "notifications:manage"),
    _do("PATCH", "/v1/team/notification-preferences", "notifications:manage"),
    _read("/v1/events", "payments:read"),
    _read("/v1/event-log", "payments:read"),
    _do("POST", "/v1/events/{event}/resend", "endpoints:manage"),
    _self("GET", "/v1/event-types"),
    _self("GET", "/v1/event-types/{event_type}"),
    # endpoints
    _read("/v1/endpoints", "endpoints:manage"),
    replace(_do("POST", "/v1/endpoints", "endpoints:manage"), key_taken=True),
    _read("/v1/endpoints/{endpoint}", "endpoints:manage"),
    _do("PATCH", "/v1/endpoints/{endpoint}", "endpoints:manage"),
    _do("DELETE", "/v1/endpoints/{endpoint}", "endpoints:manage"),
    _do("POST", "/v1/endpoints/{endpoint}/rotate-secret", "endpoints:manage"),
    _do("POST", "/v1/endpoints/{endpoint}/test", "endpoints:manage"),
    _read("/v1/endpoints/{endpoint}/deliveries", "endpoints:manage"),
    _do("POST", "/v1/endpoints/{endpoint}/resend", "endpoints:manage"),
    _read("/v1/deliveries", "endpoints:manage"),
    _read("/v1/deliveries/{delivery}", "endpoints:manage"),
    _do("POST", "/v1/deliveries/{delivery}/cancel", "endpoints:manage"),
    _do("POST", "/v1/deliveries/{delivery}/resend", "endpoints:manage"),
    # set-up
    _read("/v1/connections", "connections:manage", "payments:read"),
    _read("/v1/connections/{connection}", "connections:manage", "payments:read"),
    _do("POST", "/v1/connections", "connections:manage", large=True),
    _do("PATCH", "/v1/connections/{connection}", "connections:manage", large=True),
    _do("DELETE", "/v1/connections/{connection}", "connections:manage"),
    _do("POST", "/v1/connections/{connection}/probe", "connections:manage"),
    _read("/v1/secrets", "secrets:manage"),
    _do("PUT", "/v1/secrets/{name:path}", "secrets:manage", large=True),
    _do("POST", "/v1/secrets/{name:path}", "secrets:manage", large=True),
)


def check_complete(routes: Sequence[tuple[str, str]], table: Sequence[Row]) -> None:
    """Every (method, path) that is served has exactly one row; raises ValueError naming those that have none."""
    known = [row.route for row in table]
    doubled = sorted({route for route in known if known.count(route) > 1})
    missing = sorted({f"{method} {path}" for method, path in routes} - set(known))
    if doubled or missing:
        raise ValueError(f"web/policy.py: routes without a row: {missing}; rows that stand twice: {doubled}")
