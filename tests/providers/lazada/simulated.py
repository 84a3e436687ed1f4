"""A sandbox with Lazada's simulator: six shops under one app, a caller that signs for itself, and an address for pushes.

The signature here is written from the notes a third time: neither the adapter's nor the simulator's.
"""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from gerbang.providers.lazada.simulator import App, Article, Authorisation, Config, Country, Shop
from gerbang.sandbox.app import Sandbox, SandboxConfig, running
from tests.conftest import NO_TLS

ENTRY: Final = "gerbang.providers.lazada.simulator:SIMULATOR"
KEY, SECRET = "100200", "made-up-app-secret-9c1d7e"
COUNTRIES: Final[tuple[Country, ...]] = ("id", "sg", "my", "vn", "th", "ph")
ARTICLES: Final = (
    Article("KOPI-250", "Kopi Arabika 250 g", 85_000_00, quantity=20),
    Article("TEH-100", "Teh Melati 100 g", 32_000_00, quantity=20, warehouses=("dropshipping", "surabaya")),
    Article("PULSA-50", "Pulsa 50.000", 51_500_00, kind="digital"),
    Article("LEMARI", "Lemari", 900_000_00, kind="own_fleet"),
    Article("BATIK-FBL", "Batik", 250_000_00, kind="by_lazada", warehouses=("fbl",)),
    Article("KAMPANYE", "Kampanye", 10_000_00, quantity=30, locked=10),
    Article("MADU", "Madu", 40_000_00, kind="preorder"),
    Article("SEMI", "Semi", 10_000_00, semi_managed=True),
)


def shops() -> tuple[Shop, ...]:
    return tuple(
        Shop(
            str(1001 + place),
            country,
            f"Toko {country}",
            f"{country}@toko.example",
            alias=f"toko-{country}",
            articles=ARTICLES,
        )
        for place, country in enumerate(COUNTRIES)
    )


def config(hook_url: str = "", *, online: bool = True) -> Config:
    """Every shop has let the app in; the token of each is `token-` and its country."""
    let_in = tuple(
        Authorisation(KEY, shop.seller_id, f"token-{shop.country}", f"refresh-{shop.country}") for shop in shops()
    )
    app = App(KEY, SECRET, hook_url=hook_url, redirect_uri="http://127.0.0.1/callback", online=online)
    return Config((app, App("100300", "another app's secret")), shops(), let_in)


def signed(path: str, values: Mapping[str, str], token: str = "", *, at: float | None = None) -> dict[str, str]:
    """All parameters with their signature."""
    whole = {"app_key": KEY, "sign_method": "sha256", "timestamp": str(int((at or time.time()) * 1000)), **values}
    if token:
        whole["access_token"] = token
    base = path + "".join(name + whole[name] for name in sorted(whole))
    return whole | {"sign": hmac.new(SECRET.encode(), base.encode(), hashlib.sha256).hexdigest().upper()}


@dataclass
class Lazada:
    """What a test calls: the wire signed, and the control."""

    http: httpx.AsyncClient
    sandbox: Sandbox

    async def get(self, path: str, country: str = "id", **values: str) -> dict[str, Any]:
        query = signed(path, values, f"token-{country}")
        found: dict[str, Any] = (await self.http.get(f"/lazada/{country}/rest{path}", params=query)).json()
        return found

    async def post(self, path: str, country: str = "id", **values: Any) -> dict[str, Any]:
        """A value that is no text is the call's JSON parameter."""
        texts = {n: v if isinstance(v, str) else msgspec.json.encode(v).decode() for n, v in values.items()}
        form = signed(path, texts, f"token-{country}")
        found: dict[str, Any] = (await self.http.post(f"/lazada/{country}/rest{path}", data=form)).json()
        return found

    async def control(self, act: str, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/control/lazada/{act}", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def order(self, sku: str = "KOPI-250", quantity: int = 1, **more: Any) -> str:
        told = await self.control("order", items=[{"sku": sku, "quantity": quantity}], **more)
        return str(told["order_id"])

    async def items(self, order_id: str, country: str = "id") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.get("/order/items/get", country, order_id=order_id))["data"]
        return found

    async def pack(self, order_id: str, country: str = "id", items: list[int] | None = None) -> list[dict[str, Any]]:
        """All items of the order, or these; the outcome of each."""
        chosen = items or [one["order_item_id"] for one in await self.items(order_id, country)]
        asked = {"pack_order_list": [{"order_id": int(order_id), "order_item_list": chosen}], **LOCAL}
        told = await self.post("/order/fulfill/pack", country, packReq=asked)
        assert told["result"]["success"] is True, told
        found: list[dict[str, Any]] = told["result"]["data"]["pack_order_list"][0]["order_item_list"]
        return found

    async def ready(self, *packages: str, country: str = "id") -> list[dict[str, Any]]:
        asked = {"packages": [{"package_id": one} for one in packages]}
        told = await self.post("/order/package/rts", country, readyToShipReq=asked)
        found: list[dict[str, Any]] = told["result"]["data"]["packages"]
        return found

    async def shipped(self, country: str = "id", **order: Any) -> str:
        """An order that was packed, is ready, and is with the carrier."""
        order_id = await self.order(shop=f"toko-{country}", **order)
        done = await self.pack(order_id, country)
        await self.ready(*{one["package_id"] for one in done}, country=country)
        await self.control("scan", shop=f"toko-{country}", order=order_id, kind="shipped")
        return order_id

    async def delivered(self, country: str = "id", **order: Any) -> str:
        order_id = await self.shipped(country, **order)
        await self.control("scan", shop=f"toko-{country}", order=order_id, kind="delivered")
        return order_id

    async def statuses(self, order_id: str, country: str = "id") -> list[str]:
        return [str(one["status"]) for one in await self.items(order_id, country)]


LOCAL: Final = {"delivery_type": "dropship", "shipping_allocate_type": "TFS"}


@asynccontextmanager
async def lazada(folder: Path, hook_url: str = "", *, online: bool = True) -> AsyncIterator[Lazada]:
    box = SandboxConfig(str(folder), {ENTRY: config(hook_url, online=online)})
    async with (
        running(box) as sandbox,
        httpx.AsyncClient(base_url=sandbox.url, timeout=10, verify=NO_TLS) as http,
    ):
        await http.put("/control/lazada/quirks", json={"rates": "off"})
        yield Lazada(http, sandbox)
