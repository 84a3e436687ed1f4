"""What the simulated Lazada is told: apps, shops with what they sell, and who has let whom in already. Values only."""

from typing import Literal

import msgspec

Country = Literal["sg", "my", "vn", "th", "ph", "id"]


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A SKU that a shop sells from the start: `price` in hundredths of the currency, `quantity` in each of `warehouses`.

    `locked` pieces of it are promised to a campaign; a semi-managed one takes its stock by the sellable calls only.
    """

    sku: str
    name: str
    price: int
    quantity: int = 100
    warehouses: tuple[str, ...] = ("dropshipping",)
    kind: Literal["parcel", "digital", "preorder", "by_lazada", "own_fleet"] = "parcel"
    locked: int = 0
    semi_managed: bool = False


class Shop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One seller in one country; `alias` is what the control calls may call it beside its seller id and short code."""

    seller_id: str
    country: Country
    name: str
    email: str
    short_code: str = ""
    alias: str = ""
    articles: tuple[Article, ...] = ()
    cross_border: bool = False


class App(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One application of the Open Platform. A `redirect_uri` that is empty allows any. `forbidden` are paths that it has no permission for.

    `online`: its tokens live 30 and 180 days, else 7 and 30, and it has 10 000 calls a day. Without `sees_buyers` names, phones and
    streets are masked.
    """

    key: str
    secret: str
    name: str = "Gerbang"
    hook_url: str = ""
    redirect_uri: str = ""
    online: bool = True
    sees_buyers: bool = True
    forbidden: tuple[str, ...] = ()


class Authorisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seller has let an app in before the sandbox stood; `issued_at` in seconds since 1970, 0: the tokens do not age."""

    app_key: str
    seller_id: str
    access_token: str
    refresh_token: str
    issued_at: float = 0.0


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    apps: tuple[App, ...] = ()
    shops: tuple[Shop, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
