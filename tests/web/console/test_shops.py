"""Connecting a shop in the console: from its app's page to the marketplace and back, by whoever may, and no further than the session that began it."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gerbang.core.identity.model import Role
from gerbang.sandbox.app import Sandbox
from tests.providers.lazada.gateway import Heard, listening, refusal
from tests.providers.lazada.vectors import APP_KEY
from tests.web.conftest import Edge, one_desk, one_shop
from tests.web.console.test_operators import signed_in

__all__ = ["one_desk", "one_shop"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
APP = "/console/connections/market"


def tokens(heard: Heard) -> object:
    seller = heard.parameters["code"]
    if seller == "expired":
        return refusal("InvalidCode")
    return {
        "code": "0",
        "access_token": "50000-a",
        "refresh_token": "50001-r",
        "expires_in": 2_592_000,
        "refresh_expires_in": 15_552_000,
        "country": "id",
        "account": "toko@example.com",
        "country_user_info": [{"country": "ID", "seller_id": seller}],
    }


async def begun(browser: httpx.AsyncClient, here: str = APP) -> str:
    """Press the button; the state that goes along."""
    gone = await browser.post(f"{here}/connect-shop")
    assert gone.status_code == 303, gone.text
    place = urlsplit(gone.headers["location"])
    asked = parse_qs(place.query)
    assert asked["redirect_uri"][0].endswith("/console/shops/callback")
    return asked["state"][0]


async def back(browser: httpx.AsyncClient, state: str, code: str) -> httpx.Response:
    return await browser.get("/console/shops/callback", params={"state": state, "code": code})


async def test_a_shop_is_connected_by_a_press_and_stands_below_its_app(
    one_shop: tuple[Edge, Sandbox], one_desk: httpx.AsyncClient
) -> None:
    edge, _ = one_shop
    async with listening() as gateway:
        gateway.by = tokens
        await edge.services.secrets.put("service/market/app_secret", b"s", overlap_s=0, actor="test")
        body = {
            "id": "market",
            "provider": "lazada",
            "livemode": False,
            "settings": {"app_key": APP_KEY, "auth_url": gateway.base_url, "base_url": gateway.base_url},
            "secrets": {"app_secret": "service/market/app_secret"},
        }
        made = await edge.post("/v1/connections", body=body)
        assert (made.status_code, made.json()["parent"]) == (201, None), made.text

        assert "/connect-shop" not in (await one_desk.get(APP)).text  # who may not is shown no button
        assert (await one_desk.post(f"{APP}/connect-shop")).status_code == 403
        admin = await signed_in(edge, Role.ADMIN)
        page = await admin.get(APP)
        assert "Belum ada toko." in page.text
        assert gateway.base_url in page.headers["content-security-policy"]
        assert gateway.base_url not in (await admin.get("/console/connections")).headers["content-security-policy"]

        state = await begun(admin)
        another = await signed_in(edge, Role.ADMIN)
        stolen = await back(another, state, "1234567")
        assert (stolen.status_code, "not begun in this session" in stolen.text) == (409, True)
        arrived = await back(admin, state, "1234567")
        assert arrived.headers["location"] == "/console/connections/market-1?done=connected"
        again = await back(admin, state, "1234567")
        assert (again.status_code, "Toko tidak terhubung" in again.text) == (409, True)

        shop = html.unescape((await admin.get(arrived.headers["location"])).text)
        assert (
            "no stock and no price is sent to this shop" in shop
            or "stok dan harga tidak dikirim lagi ke toko ini" in shop
        )
        assert "its money is still taken" not in shop
        for words in ("Tokonya terhubung.", "toko@example.com", "1234567", "Hubungkan lagi", "/hooks/market<"):
            assert words in shop, words
        assert "50000-a" not in shop
        listed = (await admin.get("/console/connections")).text
        assert re.search(r">market</a>.*└ market-1", listed, re.DOTALL)
        assert "market-1" in (await admin.get(APP)).text

        told = (await edge.get("/v1/connections/market-1")).json()
        assert (told["parent"], told["hook_url"].endswith("/hooks/market")) == ("market", True)
        assert (await edge.client.post("/hooks/market-1", content=b"{}")).status_code == 404
        assert [one["detail"]["seller_id"] for one in await edge.audited("shop.connected")] == ["1234567"]

        refused = await back(admin, await begun(admin, f"{APP}-1"), "7654321")
        assert (refused.status_code, "Another seller or country" in html.unescape(refused.text)) == (409, True)
        late = await back(admin, await begun(admin), "expired")
        assert (late.status_code, "older than 30 minutes" in late.text) == (409, True)
        nothing = await admin.get("/console/shops/callback")
        assert (nothing.status_code, "without a code" in nothing.text) == (409, True)
        assert (await edge.client.delete("/v1/connections/market")).status_code in (401, 409)


async def test_a_connection_without_shops_has_no_such_button(
    one_shop: tuple[Edge, Sandbox], one_desk: httpx.AsyncClient
) -> None:
    edge, _ = one_shop
    admin = await signed_in(edge, Role.ADMIN)
    assert "connect-shop" not in (await admin.get("/console/connections/nicepay-uji")).text
    assert (await admin.post("/console/connections/nicepay-uji/connect-shop")).status_code == 404
    assert (await admin.post("/console/connections/nobody/connect-shop")).status_code == 404
