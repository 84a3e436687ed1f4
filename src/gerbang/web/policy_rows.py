"""What a row of the policy table says of its route, and the kinds of rows that there are."""

import enum
from dataclasses import dataclass
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


def anyone(method: str, path: str, rate: Rate = Rate.PAGE, body: Body = Body.NONE, *, unowned: bool = False) -> Row:
    return Row(method, path, Who.ANYONE, rate=rate, body=body, unowned=unowned)


def with_form(path: str) -> tuple[Row, Row]:
    """A page, and the form on it."""
    return anyone("GET", path), anyone("POST", path, Rate.WRITE, Body.FORM)


def probe(method: str, path: str) -> Row:
    return Row(method, path, Who.ANYONE, rate=Rate.FREE, unowned=True, any_host=True)


def signed_in(method: str, path: str, rate: Rate = Rate.READ, body: Body = Body.NONE) -> Row:
    return Row(method, path, Who.SIGNED_IN, rate=rate, body=body)


def read(path: str, *permissions: str, own: bool = False) -> Row:
    return Row("GET", path, Who.PERMITTED, permissions, Rate.READ, own=own)


def act(
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
