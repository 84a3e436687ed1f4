"""The toy's connection in `gerbang up`."""

import secrets as chance
from typing import Final

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace
from tests.toy.simulator import Config


def key(place: DemoPlace) -> str:
    """Made once, and kept."""
    return place.keys({"toy_key": lambda: chance.token_urlsafe(24)})["toy_key"]


def account(place: DemoPlace) -> DemoAccount:
    """The connection."""
    return DemoAccount({"base_url": f"{place.sandbox_url}/toy"}, {"key": key(place)})


def simulator(place: DemoPlace) -> Config:
    """The same account at the simulator."""
    return Config(key(place), place.hook_url("toy-uji"))


DEMO: Final = Demo((DemoConnection("toy-uji", "toy", account),), simulator)
