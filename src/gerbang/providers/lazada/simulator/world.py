"""What every part of the simulated Lazada works on, and one step of it: what changed, and whom Lazada tells of that."""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from gerbang.ports.simulator import Impossible, Passed, Webhook
from gerbang.providers.lazada.simulator.book import Book, Change
from gerbang.providers.lazada.simulator.config import Article, Config, Shop
from gerbang.providers.lazada.simulator.countries import COUNTRIES, Country
from gerbang.providers.lazada.simulator.limits import Limits
from gerbang.providers.lazada.simulator.model import Grant, Item, ShopOrder, Sku, Stock
from gerbang.providers.lazada.simulator.quirks import Quirks

_DAY_S: Final = 86_400
_LOOKED_AT: Final = 50


class World:
    """The state. Objects change through a Turn only."""

    def __init__(self, config: Config) -> None:
        self.apps = {app.key: app for app in config.apps}
        self.shops = {shop.seller_id: shop for shop in config.shops}
        self.book = Book()
        self.quirks = Quirks()
        self.limits = Limits()
        self.tries: dict[str, deque[bool]] = {key: deque(maxlen=_LOOKED_AT) for key in self.apps}
        for shop in config.shops:
            for article in shop.articles:
                self.book.apply(self.sku_of(shop, article, datetime.fromtimestamp(0, COUNTRIES[shop.country].zone)))
        for one in config.authorisations:
            access_s, refresh_s = self.lives_s(one.app_key)
            access, refresh = (one.issued_at + life if one.issued_at else 0.0 for life in (access_s, refresh_s))
            grant = Grant(one.app_key, one.seller_id, one.access_token, one.refresh_token, access, refresh)
            self.book.apply(grant)

    def country(self, seller: str) -> Country:
        return COUNTRIES[self.shops[seller].country]

    def shop(self, named: str) -> Shop:
        """By seller id, alias or short code; without a name the first. Raises Impossible."""
        for shop in self.shops.values():
            if not named or named in {shop.seller_id, shop.alias, shop.short_code}:
                return shop
        known = ", ".join(shop.alias or shop.seller_id for shop in self.shops.values())
        raise Impossible("not_found", f"There is no shop {named} here. There are {known or 'none'}.")

    def lives_s(self, app_key: str) -> tuple[int, int]:
        """Of an access token and of a refresh token."""
        if self.apps[app_key].online:
            return 30 * _DAY_S, 180 * _DAY_S
        return 7 * _DAY_S, int(self.quirks.test_refresh_days) * _DAY_S

    def listeners(self, seller: str) -> Iterable[str]:
        """The apps that are told of a seller: those that it has let in, whose tokens were not taken back."""
        return dict.fromkeys(
            grant.app_key for grant in self.book.grants.values() if grant.seller == seller and not grant.refresh_dead
        )

    def sku_of(self, shop: Shop, article: Article, at: datetime) -> Sku:
        return Sku(
            seller=shop.seller_id,
            item_id=self.book.number("product"),
            sku_id=self.book.number("sku"),
            seller_sku=article.sku,
            name=article.name,
            price=article.price,
            special_price=0,
            sort=article.kind,
            stock=tuple(Stock(name, article.quantity) for name in article.warehouses),
            locked=article.locked,
            semi_managed=article.semi_managed,
            updated_at=at,
        )

    def stamp(self, now: datetime, before: datetime | None = None) -> datetime:
        """The time of a change as Lazada keeps it: whole seconds, so that two changes may tell the same."""
        at = now.replace(microsecond=0)
        if before is not None and self.quirks.updated_at == "distinct":
            at = max(at, before + timedelta(seconds=1))
        return at


class Turn:
    """One step. `keep` takes a changed thing in at once; `passed` is what the journal holds of it, with the pushes that each change causes."""

    def __init__(self, world: World, now: datetime) -> None:
        self.world = world
        self.now = now
        self.passed: list[Passed] = []

    def keep(self, change: Change, webhooks: Sequence[Webhook] = ()) -> None:
        self.world.book.apply(change)
        self.passed.append(Passed(change, tuple(webhooks)))

    @property
    def webhooks(self) -> tuple[Webhook, ...]:
        return tuple(webhook for one in self.passed for webhook in one.webhooks)

    @property
    def effects(self) -> tuple[Change, ...]:
        return tuple(one.effect for one in self.passed)


def with_items(order: ShopOrder, changed: Iterable[Item]) -> ShopOrder:
    """The order with these of its items as they are now."""
    by_id = {item.id: item for item in changed}
    return replace(order, items=tuple(by_id.get(item.id, item) for item in order.items))
