"""`gerbang endpoints`: the shop's own addresses that hear of events, from the command line. What it says and refuses is the API's."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import msgspec
from cyclopts import App, Parameter

from gerbang.base import ids
from gerbang.base.errors import Invalid, NotFound
from gerbang.cli.process import run, settings_here
from gerbang.core.identity.model import Caller, system_caller
from gerbang.settings import Settings

if TYPE_CHECKING:
    from gerbang.core.endpoints.model import Delivery, Endpoint
    from gerbang.core.endpoints.service import Endpoints
    from gerbang.core.endpoints.signing_keys import Revealed

endpoints = App(
    name="endpoints",
    help="The shop's own addresses that hear of events: list, create, show, test, rotate, resend, enable, disable, delete.",
)
_AsJson = Annotated[bool, Parameter("--json", negative=())]
_PAGE = 100


@endpoints.command(name="list")
def list_(*, as_json: _AsJson = False, data: Path | None = None) -> None:
    """Every endpoint, newest first; never a secret.

    Parameters
    ----------
    as_json
        One JSON object a line.
    data
        Data folder of a running `gerbang up`.
    """

    async def story(known: "Endpoints") -> None:
        after: UUID | None = None
        while rows := await known.page(after, _PAGE):
            for one in rows:
                _print(_shown(one), _line(one), as_json=as_json)
            after = rows[-1].id

    _with_endpoints(story, data)


@endpoints.command
def create(
    url: str,
    *,
    events: Annotated[Sequence[str], Parameter("--events", negative=())] = ("*",),
    description: str = "",
    signing: str = "hmac",
    ordered: bool = False,
    rate_per_s: int | None = None,
    retries: str = "standard",
    include: Annotated[Sequence[str], Parameter("--include", negative=())] = (),
    as_json: _AsJson = False,
    data: Path | None = None,
) -> None:
    """Add an endpoint. Its secret is printed now, and never again.

    Parameters
    ----------
    url
        Where events go: https, or what GERBANG_ALLOWED_PRIVATE_TARGETS names.
    events
        `payment.paid`, `payment.*` or `*`; as often as needed.
    description
        A word for people.
    signing
        `hmac`, `ed25519` or `both`.
    ordered
        Hold an object's later events back behind one that is still tried.
    rate_per_s
        At most so many a second.
    retries
        `standard` (three days) or `long` (thirty).
    include
        `personal`: payloads name people too.
    as_json
        One JSON object.
    data
        Data folder of a running `gerbang up`.
    """
    from gerbang.core.endpoints.model import Profile, Signing
    from gerbang.core.endpoints.service import NewEndpoint

    asked = NewEndpoint(
        url=url,
        events=tuple(events),
        description=description,
        signing=_one_of(Signing, signing, "--signing"),
        ordered=ordered,
        rate_per_s=rate_per_s,
        profile=_one_of(Profile, retries, "--retries"),
        include=tuple(include),
    )

    async def story(known: "Endpoints") -> None:
        made, keys = await known.create(_caller(), asked)
        _print(_shown(made) | _told(keys), f"{_line(made)}{_told_lines(keys)}", as_json=as_json)

    _with_endpoints(story, data)


@endpoints.command
def show(endpoint: str, *, as_json: _AsJson = False, data: Path | None = None) -> None:
    """One endpoint with its newest deliveries.

    Parameters
    ----------
    endpoint
        Its id (`ep_…`).
    as_json
        One JSON object.
    data
        Data folder of a running `gerbang up`.
    """

    async def story(known: "Endpoints") -> None:
        one = await known.get(_id(endpoint))
        sent = await known.deliveries(one.id, None, None, 20)
        lines = "".join(f"\n  {_delivery_line(each)}" for each in sent)
        _print(_shown(one) | {"deliveries": [_delivery(each) for each in sent]}, _line(one) + lines, as_json=as_json)

    _with_endpoints(story, data)


@endpoints.command(name="test")
def send_test(endpoint: str, *, as_json: _AsJson = False, data: Path | None = None) -> None:
    """Send an endpoint an event that is only a test: a running worker sends it.

    Parameters
    ----------
    endpoint
        Its id (`ep_…`).
    as_json
        One JSON object.
    data
        Data folder of a running `gerbang up`.
    """

    async def story(known: "Endpoints") -> None:
        sent = await known.test(_caller(), _id(endpoint))
        _print(_delivery(sent), f"{_delivery_line(sent)}\nlook: gerbang endpoints show {endpoint}", as_json=as_json)

    _with_endpoints(story, data)


@endpoints.command
def rotate(endpoint: str, *, overlap_s: int = 86_400, as_json: _AsJson = False, data: Path | None = None) -> None:
    """Replace an endpoint's secret. The new one is printed now, and never again.

    Parameters
    ----------
    endpoint
        Its id (`ep_…`).
    overlap_s
        For so many seconds both secrets sign.
    as_json
        One JSON object.
    data
        Data folder of a running `gerbang up`.
    """

    async def story(known: "Endpoints") -> None:
        keys = await known.rotate(_caller(), _id(endpoint), overlap_s)
        _print(_told(keys), f"replaced{_told_lines(keys)}", as_json=as_json)

    _with_endpoints(story, data)


@endpoints.command
def resend(
    what: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    status: str | None = None,
    as_json: _AsJson = False,
    data: Path | None = None,
) -> None:
    """Send one delivery again (`dlv_…`), or all of an endpoint's (`ep_…`) that were made in a range of time and failed.

    Parameters
    ----------
    what
        A delivery's id, or an endpoint's with --since.
    since
        From when on, as 2026-11-30T00:00:00Z.
    until
        Before when; without it until now.
    status
        What became of them: `failed`, `cancelled` or `succeeded`; without it failed and cancelled ones.
    as_json
        One JSON object.
    data
        Data folder of a running `gerbang up`.
    """
    from gerbang.core.endpoints.model import DeliveryOutcome

    wanted = _one_of(DeliveryOutcome, status, "--status") if status is not None else None

    async def story(known: "Endpoints") -> None:
        if what.startswith("dlv_"):
            sent = await known.resend(_caller(), ids.read("dlv", what))
            _print(_delivery(sent), _delivery_line(sent), as_json=as_json)
            return
        if since is None:
            raise Invalid("Say from when on.", hint="Add --since 2026-11-30T00:00:00Z, or name one delivery (dlv_…).")
        count, after, goes_on = 0, None, True
        while goes_on:
            done = await known.resend_range(_caller(), _id(what), _utc(since), _utc(until), wanted, after)
            count, after, goes_on = count + done.count, done.next, done.next is not None
            if goes_on:
                print(f"gerbang: {count} so far", file=sys.stderr)
        _print({"resent": count}, f"{count} are sent again", as_json=as_json)

    _with_endpoints(story, data)


@endpoints.command
def enable(endpoint: str, *, as_json: _AsJson = False, data: Path | None = None) -> None:
    """Send events to an endpoint again, from now on.

    Parameters
    ----------
    endpoint
        Its id (`ep_…`).
    as_json
        One JSON object.
    data
        Data folder of a running `gerbang up`.
    """
    _switch(endpoint, data, enabled=True, as_json=as_json)


@endpoints.command
def disable(endpoint: str, *, as_json: _AsJson = False, data: Path | None = None) -> None:
    """Send an endpoint nothing any more, and cancel what is on its way.

    Parameters
    ----------
    endpoint
        Its id (`ep_…`).
    as_json
        One JSON object.
    data
        Data folder of a running `gerbang up`.
    """
    _switch(endpoint, data, enabled=False, as_json=as_json)


@endpoints.command
def delete(endpoint: str, *, as_json: _AsJson = False, data: Path | None = None) -> None:
    """Delete an endpoint and its secret; what was sent to it stays on record.

    Parameters
    ----------
    endpoint
        Its id (`ep_…`).
    as_json
        One JSON object.
    data
        Data folder of a running `gerbang up`.
    """

    async def story(known: "Endpoints") -> None:
        await known.delete(_caller(), _id(endpoint))
        _print({"deleted": endpoint}, f"deleted {endpoint}", as_json=as_json)

    _with_endpoints(story, data)


def _switch(endpoint: str, data: Path | None, *, enabled: bool, as_json: bool) -> None:
    from gerbang.core.endpoints.service import switched

    async def story(known: "Endpoints") -> None:
        saved, _ = await known.change(_caller(), _id(endpoint), {"disabled": switched(enabled=enabled)})
        _print(_shown(saved), _line(saved), as_json=as_json)

    _with_endpoints(story, data)


def _with_endpoints(story: Callable[["Endpoints"], Awaitable[None]], data: Path | None) -> None:
    from gerbang import app
    from gerbang.core.endpoints.service import Endpoints

    async def inside(settings: Settings) -> None:
        async with app.core(settings, "endpoints") as core:
            await story(core.service(Endpoints))

    run(inside, settings_here(data))


def _shown(one: "Endpoint") -> dict[str, Any]:
    """As the API shows it."""
    from gerbang.web.api.endpoints import endpoint_view

    shown: dict[str, Any] = msgspec.to_builtins(endpoint_view(one))
    return shown


def _delivery(one: "Delivery") -> dict[str, Any]:
    from gerbang.web.api.deliveries import delivery_view

    shown: dict[str, Any] = msgspec.to_builtins(delivery_view(one))
    return shown


def _line(one: "Endpoint") -> str:
    state = f"disabled ({one.disabled.value})" if one.disabled else "failing" if one.failing_since else "enabled"
    return f"{ids.show('ep', one.id)}  {state}  {', '.join(one.events)}  {one.url}"


def _delivery_line(one: "Delivery") -> str:
    last = one.attempts[-1] if one.attempts else None
    said = f"  {last.error or last.status_code}, {last.duration_ms} ms" if last else ""
    return f"{ids.show('dlv', one.id)}  {one.status.value}  {one.type}  {one.created_at:%Y-%m-%d %H:%M:%S}{said}"


def _told(keys: "Revealed") -> dict[str, str]:
    told = {"secret": keys.secret, "public_key": keys.public_key}
    return {name: value for name, value in told.items() if value is not None}


def _told_lines(keys: "Revealed") -> str:
    return "".join(f"\n{name.replace('_', ' ')}: {value}" for name, value in _told(keys).items())


def _print(shown: Mapping[str, Any], line: str, *, as_json: bool) -> None:
    print(msgspec.json.encode(shown).decode() if as_json else line)


def _one_of(kind: Any, text: str, name: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(one.value for one in kind)
        raise Invalid(f"{name} is {text!r}.", hint=f"It is one of {known}.") from None


def _id(text: str) -> UUID:
    try:
        return ids.read("ep", text)
    except NotFound as error:
        raise NotFound(f"{text!r} is no endpoint's id.", hint="List them: gerbang endpoints list.") from error


def _utc(at: datetime | None) -> Any:
    """A time without a zone is UTC."""
    from datetime import UTC

    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _caller() -> Caller:
    return system_caller("cli")
