"""The demo's people, and its connections as each provider brings them: keys made at random once, and kept. Only the sandbox's process uses this."""

import contextlib
import json
import pkgutil
import secrets as chance
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from gerbang.base import ids
from gerbang.base.kept_file import write_whole
from gerbang.core.audit.service import SYSTEM
from gerbang.core.connections.model import ConnectionNotFound
from gerbang.core.connections.service import Connections
from gerbang.core.endpoints.model import EndpointNotFound
from gerbang.core.endpoints.service import Endpoints, NewEndpoint
from gerbang.core.identity.model import Role, system_caller
from gerbang.core.identity.service import Identity
from gerbang.core.secrets.model import Purpose
from gerbang.core.secrets.service import Secrets
from gerbang.ports.demo import Demo, DemoConnection, DemoPlace
from gerbang.ports.provider import Provider
from gerbang.sandbox.chain.local import NETWORK, LocalChain
from gerbang.settings import Settings
from gerbang.web.checkout.shop_orders import WEBHOOK

Providers = Mapping[str, Provider]
_HOOK: Final = "/shop/webhook"
_MANY: Final = 1_000


async def make_people(identity: Identity) -> dict[str, Any]:
    """The demo users with passwords made at random, and an API key: what people are shown of each."""
    people = {
        "customer": ("sari@lumbung.example", "Sari Wulandari", Role.CUSTOMER),
        "operator": ("ratih@lumbung.example", "Ratih Kusuma", Role.FINANCE),
        "admin": ("made@lumbung.example", "Made Wirawan", Role.ADMIN),
    }
    made: dict[str, Any] = {}
    has_died = await identity.accounts.is_taken(people["customer"][0])  # a seeding that did not come to its end
    tail = chance.token_hex(3) if has_died else ""
    for who, (email, name, role) in people.items():
        password = chance.token_urlsafe(15)
        place = email.replace("@", f"+{tail}@") if tail else email
        user = await identity.accounts.create(SYSTEM, place, password, name, "id", role)
        made[who] = {"email": user.email, "password": password}
    _, made["api_key"] = await identity.api_keys.create(system_caller("gerbang"), "demo", Role.ADMIN)
    return made


@dataclass(frozen=True, slots=True)
class Planned:
    """A connection of the demo, and the provider that it speaks to."""

    provider: str
    connection: DemoConnection


def place(settings: Settings, chain: LocalChain | None = None) -> DemoPlace:
    """This run, as the demo of each provider sees it."""
    return DemoPlace(
        settings.sandbox_url,
        lambda connection: f"{settings.base_url}/hooks/{connection}",
        partial(_kept, settings.data),
        NETWORK if chain else "",
        chain.url if chain else "",
    )


def planned(providers: Providers) -> list[Planned]:
    """Every connection of the demo in the order in which they are made, those that need the local chain last."""
    found = [Planned(provider.name, one) for provider, demo in _demos(providers) for one in demo.connections]
    return sorted(found, key=lambda one: (one.connection.needs_chain, one.connection.rank))


def simulators(providers: Providers, here: DemoPlace) -> dict[str, Any]:
    """What the sandbox's simulators are told, by the names of their entries; one without a demo of its own is there too."""
    told = {provider.name: demo.simulator(here) for provider, demo in _demos(providers) if demo.simulator is not None}
    return {one.simulator: told.get(one.name, {}) for one in providers.values() if one.simulator}


def played(providers: Providers) -> dict[str, str]:
    """Which of the demo's connections leads to which simulator, and by which of its wires where that matters."""
    return {one.connection.plays: one.connection.id for one in planned(providers)}


async def connect(connections: Connections, secrets: Secrets, here: DemoPlace, one: Planned) -> None:
    """A connection of the demo, made or brought up to this run's addresses; what people changed of it stays."""
    name, account = one.connection.id, one.connection.account(here)
    names = {credential: f"service/{name}/{credential}" for credential in account.secrets}
    for credential, secret in names.items():
        await secrets.ensure(secret, account.secrets[credential].encode, Purpose.CALL_PROVIDER)
    try:
        known = await connections.get(name)
    except ConnectionNotFound:
        fresh, parent = dict(account.settings), one.connection.parent
        await connections.create(
            SYSTEM, name, one.provider, livemode=False, settings=fresh, secrets=names, parent=parent
        )
        return
    if any(known.settings.get(field) != account.settings[field] for field in one.connection.moves):
        settings, both = {**known.settings, **account.settings}, {**known.secrets, **names}
        await connections.update(SYSTEM, name, settings=settings, secrets=both, enabled=True)


async def open_shop(endpoints: Endpoints, settings: Settings) -> None:
    """The demo shop's own webhook endpoint, made or brought up to this run's address; its secret is kept where the shop looks for it."""
    path, url = settings.data / WEBHOOK, settings.base_url + _HOOK
    caller = system_caller("gerbang")
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        with contextlib.suppress(EndpointNotFound):  # somebody deleted it: a shop makes another
            if known["url"] != url:
                await endpoints.change(caller, ids.read("ep", known["id"]), {"url": url})
            else:
                await endpoints.get(ids.read("ep", known["id"]))
            write_whole(path, json.dumps({**known, "url": url}).encode())
            return
    for one in await endpoints.page(None, _MANY):  # of a start that died before it had written the secret down
        if one.url.endswith(_HOOK):
            await endpoints.delete(caller, one.id)
    asked = NewEndpoint(url, ("payment.paid", "payment.expired", "payment.cancelled"), "The demo shop's orders")
    made, keys = await endpoints.create(caller, asked)
    kept = {"id": ids.show("ep", made.id), "url": url, "secret": keys.secret}
    write_whole(path, json.dumps(kept).encode())


def api_key(data: Path) -> str:
    """The demo's API key, for the shop that the sandbox plays; empty until `up` has made the demo users."""
    path = data / "demo.json"
    return str(json.loads(path.read_text())["api_key"]) if path.exists() else ""


def _demos(providers: Providers) -> list[tuple[Provider, Demo]]:
    return [(one, pkgutil.resolve_name(one.demo)) for one in providers.values() if one.demo]


def _kept(data: Path, makers: Mapping[str, Callable[[], str]]) -> Mapping[str, str]:
    """Made at random once and kept with the data (0600); those that came later are added to an older file."""
    path = data / "sandbox.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in makers if name not in known]
    if missing:
        known |= {name: makers[name]() for name in missing}
        data.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(known).encode())
    return known
