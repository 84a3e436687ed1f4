"""`gerbang connections`: our accounts at providers, from the command line. What it says and refuses is the API's."""

import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from gerbang.base.errors import Invalid
from gerbang.cli.process import run, settings_here
from gerbang.settings import Settings

if TYPE_CHECKING:
    from gerbang.app import Core
    from gerbang.core.connections.model import Connection
    from gerbang.ports.provider import Probed

connections = App(name="connections", help="Accounts of ours at providers: add, list, probe, enable, disable, delete.")
_ACTOR = "cli"
_AsJson = Annotated[bool, Parameter("--json")]


@connections.command(name="list")
def list_(*, as_json: _AsJson = False, data: Path | None = None) -> None:
    """Every connection with its provider, mode and state; the names of its secrets, never a value.

    Parameters
    ----------
    as_json
        One JSON object a line.
    data
        Data folder of a running `gerbang up`.
    """

    async def story(core: "Core") -> None:
        known = await core.connections.all()
        for one in [below for app in known if app.parent is None for below in (app, *_shops_of(app, known))]:
            _print(one, core.connections.provider_of(one).shown, as_json=as_json)

    _in_core(story, data)


@connections.command
def add(
    name: str,
    *,
    provider: str,
    live: bool = False,
    set_: Annotated[Sequence[str], Parameter("--set", negative=())] = (),
    secret: Annotated[Sequence[str], Parameter("--secret", negative=())] = (),
    parent: str | None = None,
    probe: bool = True,
    as_json: _AsJson = False,
    data: Path | None = None,
) -> None:
    """Add a connection: checked, asked once at the provider, and refused with the place to mend when it cannot work.

    Parameters
    ----------
    name
        Lower-case letters, digits and dashes; part of the address for the provider's webhooks.
    provider
        `nicepay`, `coinbase_checkouts`, `evm` …
    live
        It moves real money.
    set_
        One setting as NAME=VALUE; as often as needed.
    secret
        One credential as NAME=SECRET, where SECRET is a name in the secrets manager; as often as needed.
    parent
        The app of a marketplace below which a shop stands. A shop is best made by its seller, from the app's page in the console.
    probe
        Ask the provider before it is saved.
    as_json
        One JSON object.
    data
        Data folder of a running `gerbang up`.
    """
    given: dict[str, Any] = {
        "livemode": live,
        "settings": _pairs(set_, "--set"),
        "secrets": _pairs(secret, "--secret"),
        "parent": parent,
    }

    async def story(core: "Core") -> None:
        from gerbang.core.connections import probes

        draft = await core.connections.draft(name, provider, **given)
        found = await probes.probe(core.outbound, draft) if probe else ()
        probes.refuse_bad(found)
        for one in found:
            print(f"gerbang: {one.what}", file=sys.stderr)
        made = await core.connections.create(_ACTOR, name, provider, **given)
        _print(made, core.connections.provider_of(made).shown, as_json=as_json)

    _in_core(story, data)


@connections.command
def probe(name: str, *, as_json: _AsJson = False, data: Path | None = None) -> None:
    """Ask the provider whether it takes this connection; moves nothing there. The exit status is 1 when it clearly does not.

    Parameters
    ----------
    name
        The connection.
    as_json
        One JSON list of what was found.
    data
        Data folder of a running `gerbang up`.
    """
    found: list[Probed] = []

    async def story(core: "Core") -> None:
        from gerbang.core.connections import probes

        found.extend(await probes.probe(core.outbound, await core.connections.get(name)))

    _in_core(story, data)
    if as_json:
        print(
            json.dumps(
                [{"what": o.what, "good": o.good, "pointer": o.pointer, "cure": o.cure} for o in found], indent=2
            )
        )
    else:
        for one in found:
            mark = {True: "ok  ", False: "MEND", None: "?   "}[one.good]
            print(f"{mark}  {one.what}" + (f"\n      → {one.cure}" if one.cure else ""))
        if not found:
            print("?     this provider cannot be asked")
    sys.exit(1 if any(one.good is False for one in found) else 0)


@connections.command
def enable(name: str, *, data: Path | None = None) -> None:
    """Offer the connection to payers again."""
    _in_core(lambda core: _switch(core, name, enabled=True), data)


@connections.command
def disable(name: str, *, data: Path | None = None) -> None:
    """Offer the connection to no payer any more; payments that began with it go on."""
    _in_core(lambda core: _switch(core, name, enabled=False), data)


@connections.command
def delete(name: str, *, data: Path | None = None) -> None:
    """Delete a connection that is disabled and was never used for a payment, paid or not; its secrets stay."""

    async def story(core: "Core") -> None:
        await core.connections.delete(_ACTOR, name)
        print(f"deleted {name}")

    _in_core(story, data)


async def _switch(core: "Core", name: str, *, enabled: bool) -> None:
    switched = await core.connections.switch(_ACTOR, name, enabled=enabled)
    _print(switched, core.connections.provider_of(switched).shown, as_json=False)


def _shops_of(app: "Connection", known: Sequence["Connection"]) -> list["Connection"]:
    return [one for one in known if one.parent == app.id]


def _in_core(story: Callable[["Core"], Awaitable[None]], data: Path | None) -> None:
    from gerbang import app

    async def main(settings: Settings) -> None:
        async with app.core(settings, "connections") as core:
            await story(core)

    run(main, settings_here(data))


def _pairs(given: Sequence[str], flag: str) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    wrong = [name for name, mark, _ in pairs if not mark or not name]
    if wrong:
        raise Invalid(f"{flag} is written NAME=VALUE.", hint=f"Write for example {flag} imid=IONPAYTEST.")
    return {name: value for name, _, value in pairs}


def _print(one: "Connection", shown: Callable[[Mapping[str, str]], Mapping[str, str]], *, as_json: bool) -> None:
    if as_json:
        row = {
            "id": one.id,
            "provider": one.provider,
            "livemode": one.livemode,
            "enabled": one.enabled,
            "settings": dict(shown(one.settings)),
            "secrets": dict(one.secrets),
            "created_at": one.created_at.isoformat(),
            "parent": one.parent,
        }
        print(json.dumps(row))
    else:
        state = "enabled " if one.enabled else "disabled"
        name = one.id if one.parent is None else f"  {one.id}"
        print(f"{name:<24} {one.provider:<20} {'live' if one.livemode else 'test'}  {state}")
