"""Web Push in `gerbang up`: on from the start, with a key made here. The sandbox's push service takes subscriptions of its own."""

from typing import Final

from gerbang.ports.demo import Demo, DemoAccount, DemoConnection, DemoPlace


def account(_place: DemoPlace) -> DemoAccount:
    """The connection: a subscription names its push service, so there is no address to set."""
    return DemoAccount({"contact": "mailto:ops@lumbung.example"})


DEMO: Final = Demo((DemoConnection("webpush-uji", "webpush", account, moves=(), rank=5),))
