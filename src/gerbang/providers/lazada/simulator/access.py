"""Who may call what: signature, time, token, country, permission and rates, in this order (notes 2, 3.1); the order is ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Request
from gerbang.providers.lazada.simulator import parameters
from gerbang.providers.lazada.simulator.config import App, Shop
from gerbang.providers.lazada.simulator.countries import COUNTRIES, Country
from gerbang.providers.lazada.simulator.model import Grant
from gerbang.providers.lazada.simulator.refusals import Refused
from gerbang.providers.lazada.simulator.world import World

_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def number(text: str) -> int:
    """A whole number as the wire writes it; -1 for what is none."""
    return int(text) if _NUMBER.fullmatch(text) else -1


@dataclass(frozen=True, slots=True)
class Call:
    """One signed call, let in: whose app, which shop's token, and the parameters that are the API's own. `fault` is one that the simulator plays itself."""

    path: str
    app: App
    shop: Shop
    values: Mapping[str, str]
    base_url: str
    fault: str = ""

    @property
    def country(self) -> Country:
        return COUNTRIES[self.shop.country]

    def needed(self, name: str) -> str:
        """Raises Refused for one that is absent."""
        value = self.values.get(name, "")
        if not value:
            raise Refused("MissingParameter", name)
        return value

    def json(self, name: str) -> Any:
        """The one JSON parameter; None where it is none."""
        try:
            return msgspec.json.decode(self.needed(name))
        except (msgspec.DecodeError, RecursionError):
            return None


def signed(world: World, path: str, request: Request) -> tuple[App, dict[str, str]]:
    """The app that signed this request now, and all that it says; raises Refused."""
    values, body = parameters.read(request)
    parameters.check_system(values)
    app = world.apps.get(values["app_key"])
    if app is None:
        raise Refused("InvalidAppKey")
    parameters.check(path, values, body, app.secret)
    parameters.check_time(values["timestamp"], request.came_at)
    return app, values


def let_in(world: World, path: str, country: str, request: Request) -> tuple[Call, Grant]:
    """`country` is of the host that was called; empty: the token says it. Raises Refused."""
    app, values = signed(world, path, request)
    if not values.get("access_token"):
        raise Refused("MissingParameter", "access_token")
    grant = world.book.grant_of(values["access_token"])
    if grant is None or grant.app_key != app.key or grant.access_dead or 0 < grant.access_until <= request.came_at:
        raise Refused("IllegalAccessToken")
    shop = world.shops[grant.seller]
    if country and country != shop.country and not shop.cross_border:
        raise Refused(world.quirks.foreign_token, "order_id")
    if path in app.forbidden:
        raise Refused("InsufficientPermission", path)
    state = world.book.states.get(shop.seller_id, "ACTIVE")
    if state != "ACTIVE":
        raise Refused("SellerNotActive")
    if world.quirks.rates == "strict" and request.came_at:
        world.limits.check(app.key, shop.seller_id, path, request.came_at, online=app.online)
    return Call(path, app, shop, values, request.base_url, request.fault), grant
