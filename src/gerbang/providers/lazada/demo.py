"""Lazada in `gerbang up`: one app and two shops below it that have let it in already, in Indonesia and in Singapore."""

import secrets as chance
from collections.abc import Mapping
from functools import partial
from typing import Final

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace
from gerbang.providers.lazada.simulator import App, Article, Authorisation, Config, Shop

_APP: Final = "lazada-uji"
_APP_KEY: Final = "100200"
_SHOPS: Final = (
    Shop(
        "400100200",
        "id",
        "Toko Lumbung",
        "lumbung@toko.example",
        "IDLUMBUNG",
        f"{_APP}-1",
        (
            Article("KOPI-250", "Kopi Gayo 250 g", 14_900_000),
            Article("BERAS-5", "Beras Pandan Wangi 5 kg", 8_500_000, warehouses=("dropshipping", "jakarta")),
            Article("PULSA-50", "Pulsa 50.000", 5_000_000, kind="digital"),
            Article("MADU-500", "Madu Hutan 500 ml", 12_500_000, kind="preorder"),
        ),
    ),
    Shop(
        "400100201",
        "sg",
        "Lumbung Singapore",
        "lumbung@shop.example",
        "SGLUMBUNG",
        f"{_APP}-2",
        (Article("KOPI-250", "Gayo Coffee 250 g", 1_690), Article("MADU-500", "Wild Honey 500 ml", 1_450)),
    ),
)


def app(place: DemoPlace) -> DemoAccount:
    """The app."""
    sandbox = place.sandbox_url
    settings = {
        "app_key": _APP_KEY,
        "base_url": f"{sandbox}/lazada/{{site}}/rest",
        "auth_url": f"{sandbox}/lazada-auth",
    }
    return DemoAccount(settings, {"app_secret": _keys(place)["lazada_app_secret"]})


def shop(which: Shop, place: DemoPlace) -> DemoAccount:
    """A shop, with the tokens that its first authorisation brought."""
    keys = _keys(place)
    settings = {"seller_id": which.seller_id, "site": which.country, "account": which.email}
    return DemoAccount(settings, {name: keys[f"{which.alias}_{name}"] for name in ("access_token", "refresh_token")})


def simulator(place: DemoPlace) -> Config:
    """The same app and sellers at the simulator."""
    keys = _keys(place)
    return Config(
        (App(_APP_KEY, keys["lazada_app_secret"], hook_url=place.hook_url(_APP)),),
        _SHOPS,
        tuple(
            Authorisation(
                _APP_KEY, one.seller_id, keys[f"{one.alias}_access_token"], keys[f"{one.alias}_refresh_token"]
            )
            for one in _SHOPS
        ),
    )


def _keys(place: DemoPlace) -> Mapping[str, str]:
    names = [f"{one.alias}_{name}" for one in _SHOPS for name in ("access_token", "refresh_token")]
    return place.keys({name: partial(chance.token_urlsafe, 32) for name in ("lazada_app_secret", *names)})


DEMO: Final = Demo(
    (
        DemoConnection(_APP, "lazada", app, ("base_url", "auth_url"), rank=2),
        *(DemoConnection(one.alias, "lazada", partial(shop, one), (), rank=3, parent=_APP) for one in _SHOPS),
    ),
    simulator,
)
