"""How a seller lets an app in: the address, the code, and both tokens anew."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gerbang.base.http import Http, OutcomeUnknown
from gerbang.ports.marketplace import Refused, Why
from gerbang.ports.payment import Account
from gerbang.providers.lazada import PROVIDER, checking
from gerbang.providers.lazada.account import SITES, shop_endpoint
from gerbang.providers.lazada.authorisation import LazadaAuthorisation
from tests.providers.lazada import gateway as other_side
from tests.providers.lazada.gateway import Gateway, data, refusal
from tests.providers.lazada.rows import as_texts
from tests.providers.lazada.vectors import APP_KEY, NOW_MS, SECRET

NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)
ONE = {"country": "ID", "user_id": "1", "seller_id": "1234567", "short_code": "IDXXX"}
TOLD: dict[str, Any] = {
    "access_token": "50000a",
    "refresh_token": "50001r",
    "expires_in": 2_592_000,
    "refresh_expires_in": "15552000",
    "country": "id",
    "account": "toko@example.com",
    "account_id": None,
    "account_platform": "seller_center",
    "country_user_info": [ONE],
    "code": "0",
    "request_id": "0ba2",
}


def app(gateway: Gateway) -> Account:
    settings = {"app_key": APP_KEY, "auth_url": gateway.base_url, "base_url": gateway.base_url}
    return Account("lazada-uji", False, settings, {"app_secret": [SECRET]})


def test_the_page_is_asked_with_a_state_and_never_with_a_uuid(authorisation: LazadaAuthorisation) -> None:
    live = Account("lazada", True, {"app_key": APP_KEY}, {})
    place = urlsplit(authorisation.address(live, "https://pay.example.com/console/x?a=1", "s3cret"))
    assert (place.scheme, place.netloc, place.path) == ("https", "auth.lazada.com", "/oauth/authorize")
    assert parse_qs(place.query) == {
        "response_type": ["code"],
        "force_auth": ["true"],
        "redirect_uri": ["https://pay.example.com/console/x?a=1"],
        "client_id": [APP_KEY],
        "state": ["s3cret"],
    }


@pytest.mark.parametrize("form", [lambda row: row, as_texts], ids=["types", "texts"])
async def test_a_code_becomes_tokens_at_the_one_host(
    authorisation: LazadaAuthorisation, gateway: Gateway, form: Any
) -> None:
    gateway.answers["/rest/auth/token/create"] = form(TOLD)
    tokens = await authorisation.create(app(gateway), "0_100200_MadeUpCode")
    assert (tokens.access, tokens.refresh, tokens.access_s, tokens.refresh_s) == (
        b"50000a",
        b"50001r",
        2_592_000,
        15_552_000,
    )
    assert (tokens.site, tokens.account, dict(tokens.sellers)) == ("id", "toko@example.com", {"id": "1234567"})
    assert "50000a" not in repr(tokens)
    assert "access_token" not in gateway.heard[0].parameters


@pytest.mark.parametrize("name", ["country_user_info", "country_user_info_list"])
async def test_a_refresh_brings_both_anew_under_either_name_of_its_sellers(
    authorisation: LazadaAuthorisation, gateway: Gateway, name: str
) -> None:
    told = {**TOLD, name: [{"country": "id", "seller_id": 1234567}]}
    if name != "country_user_info":
        del told["country_user_info"]
    gateway.answers["/rest/auth/token/refresh"] = told
    tokens = await authorisation.refresh(app(gateway), b"50001r")
    assert dict(tokens.sellers) == {"id": "1234567"}
    assert gateway.heard[0].parameters["refresh_token"] == "50001r"


async def test_a_cross_border_seller_has_one_number_in_each_country(
    authorisation: LazadaAuthorisation, gateway: Gateway
) -> None:
    infos = [{"country": site.upper(), "seller_id": n} for n, site in enumerate(SITES, 1)]
    gateway.answers["/rest/auth/token/create"] = {**TOLD, "country": "cb", "country_user_info": infos}
    tokens = await authorisation.create(app(gateway), "c")
    assert (tokens.site, tokens.sellers["sg"], len(tokens.sellers)) == ("cb", "1", 6)


async def test_a_seller_of_another_country_than_the_token_is_not_believed(
    authorisation: LazadaAuthorisation, gateway: Gateway
) -> None:
    gateway.answers["/rest/auth/token/create"] = {**TOLD, "country_user_info": [{"country": "sg", "seller_id": "9"}]}
    assert dict((await authorisation.create(app(gateway), "c")).sellers) == {}


@pytest.mark.parametrize(
    ("code", "why"), [("InvalidCode", Why.CODE_USED), ("IllegalRefreshToken", Why.AUTHORISE_AGAIN)]
)
async def test_what_is_over_is_over(authorisation: LazadaAuthorisation, gateway: Gateway, code: str, why: Why) -> None:
    gateway.by = lambda _: refusal(code)
    with pytest.raises(Refused) as refused:
        await authorisation.refresh(app(gateway), b"r")
    assert refused.value.why is why


async def test_a_success_without_a_token_is_none(authorisation: LazadaAuthorisation, gateway: Gateway) -> None:
    gateway.answers["/rest/auth/token/create"] = {"code": "0"}
    with pytest.raises(OutcomeUnknown):
        await authorisation.create(app(gateway), "c")


@pytest.mark.parametrize("site", SITES)
def test_a_token_goes_to_its_own_countrys_host(site: str) -> None:
    secrets = {"app_secret": [SECRET], "access_token": [b"t"]}
    live = Account("lazada-1", True, {"app_key": APP_KEY, "site": site}, secrets)
    assert shop_endpoint(live).base_url == SITES[site].host
    here = Account("lazada-1", False, {"app_key": APP_KEY, "site": site, "base_url": "http://x/{site}/rest/"}, secrets)
    assert shop_endpoint(here).base_url == f"http://x/{site}/rest"


def test_an_app_or_a_shop_whose_number_is_none_is_not_saved() -> None:
    assert [one.pointer for one in PROVIDER.problems({"app_key": "abc"}, {"app_secret"})] == ["/settings/app_key"]
    shop = {"seller_id": "1234567", "site": "id"}
    tokens = {"access_token", "refresh_token"}
    assert list(PROVIDER.of_shop().problems(shop, tokens)) == []
    wrong = PROVIDER.of_shop().problems({"seller_id": "x", "site": "jp"}, set())
    assert sorted(one.pointer for one in wrong) == [
        "/secrets/access_token",
        "/secrets/refresh_token",
        "/settings/seller_id",
        "/settings/site",
    ]


SHOP = {"seller_id": 1234567, "name": "Toko Lumbung", "status": "ACTIVE"}


@pytest.mark.parametrize(
    ("told", "good"),
    [(SHOP, True), ({**SHOP, "seller_id": "7"}, False), ({**SHOP, "status": "INACTIVE"}, False)],
)
async def test_a_probe_asks_the_shop_who_it_is(http: Http, gateway: Gateway, told: dict[str, Any], good: bool) -> None:
    gateway.answers["/seller/get"] = data(told)
    (found,) = await checking.probe(http, other_side.shop(gateway), NOW)
    assert found.good is good


async def test_an_app_alone_cannot_be_asked(http: Http, gateway: Gateway) -> None:
    (found,) = await checking.probe(http, app(gateway), NOW)
    assert found.good is None
    assert gateway.heard == []
