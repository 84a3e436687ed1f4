"""A marketplace on loopback, and a process whose shops are there."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import pytest_asyncio

from gerbang import app, settings
from gerbang.base import ids
from gerbang.core.connections.model import (
    Connection,
)
from gerbang.core.connections.shops import Shops
from gerbang.core.identity.model import Caller, Role, user_caller
from gerbang.core.secrets.model import Purpose
from gerbang.noun import Core
from gerbang.providers.sealed import ensure_root_key
from tests.conftest import FreshDatabase
from tests.providers.lazada.gateway import Gateway, Heard, data, listening, refusal
from tests.providers.lazada.vectors import APP_KEY

CALLBACK = "https://pay.example.com/console/shops/callback"
DAY_S = 86_400
NUMBERS = count(1)


@dataclass(slots=True)
class Market:
    """A marketplace's auth host: gives tokens for any code `c-{seller}`, and for the newest refresh token of a seller only."""

    gateway: Gateway
    site: str = "id"
    access_s: int = 30 * DAY_S
    refresh_s: int = 180 * DAY_S
    newest: dict[str, str] = field(default_factory=dict)
    made: int = 0
    lost: int = 0
    instead: str = ""
    other: str = ""

    def answer(self, heard: Heard) -> Any:
        given = heard.parameters
        if self.instead:
            return refusal(self.instead)
        if heard.path == "/seller/get":
            seller = given["access_token"].split("-")[1]
            is_newest = given["access_token"] == self.newest[seller].replace("refresh", "access")
            return data({"seller_id": seller, "status": "ACTIVE"}) if is_newest else refusal("IllegalAccessToken")
        if heard.path.endswith("/create"):
            seller = given["code"].removeprefix("c-")
        else:
            seller = next((one for one, token in self.newest.items() if token == given["refresh_token"]), "")
            if not seller:
                return refusal("IllegalRefreshToken")
        told = self.tokens(self.other or seller)
        if self.lost:
            self.lost -= 1
            return None
        return told

    def tokens(self, seller: str) -> dict[str, Any]:
        self.made += 1
        self.newest[seller] = f"refresh-{seller}-{self.made}"
        return {
            "code": "0",
            "access_token": f"access-{seller}-{self.made}",
            "refresh_token": self.newest[seller],
            "expires_in": self.access_s,
            "refresh_expires_in": self.refresh_s,
            "country": self.site,
            "account": f"{seller}@example.com",
            "country_user_info": [{"country": self.site.upper(), "seller_id": seller}],
        }


@dataclass(slots=True)
class World:
    core: Core
    market: Market
    shops: Shops

    async def app(self) -> str:
        """An app of its own for each test."""
        name = f"app-{next(NUMBERS)}"
        base = self.market.gateway.base_url
        await self.core.secrets.put(f"service/{name}/app_secret", b"s", overlap_s=0, actor="test")
        await self.core.connections.create(
            "test",
            name,
            "lazada",
            livemode=False,
            settings={"app_key": APP_KEY, "auth_url": base, "base_url": base},
            secrets={"app_secret": f"service/{name}/app_secret"},
        )
        return name

    async def state(self, caller: Caller, connection: str) -> str:
        address = await self.shops.begin(caller, connection, CALLBACK)
        return parse_qs(urlsplit(address).query)["state"][0]

    async def connected(self, app_: str, seller: str, caller: Caller | None = None) -> Connection:
        who = caller or someone()
        return await self.shops.finish(who, await self.state(who, app_), f"c-{seller}")

    async def secret(self, shop: Connection, credential: str) -> str:
        return (await self.core.secrets.newest(shop.secrets[credential], Purpose.CALL_PROVIDER)).value.decode()

    async def sql(self, statement: str, *values: Any) -> Any:
        async with self.core.db.transaction() as tx:
            return await tx.fetchval(statement, *values)

    async def due(self, shop: Connection) -> None:
        await self.sql("UPDATE shop_tokens SET refresh_at = clock_timestamp() WHERE connection = $1", shop.id)

    async def count(self, table: str, shop: Connection, kind: str) -> int:
        asked: Callable[[str], str] = {
            "audit": lambda _: "SELECT count(*) FROM audit WHERE object = $1 AND action = $2",
            "told": lambda _: "SELECT count(*) FROM announcements WHERE data ->> 'connection' = $1 AND type = $2",
        }[table]
        return int(await self.sql(asked(""), f"connection:{shop.id}" if table == "audit" else shop.id, kind))


def someone() -> Caller:
    return user_caller(ids.new(), Role.ADMIN, UUID(int=next(NUMBERS)), frozenset({"connections:manage"}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("shops")
    configured = settings.load(data=folder, database_url=module_database.app_dsn, sandbox=True)
    ensure_root_key(configured.root_key_path, create=True)
    async with app.core(configured, "maker") as core, listening() as gateway:
        yield World(core, Market(gateway), core.service(Shops))


@pytest.fixture
def world(running: World) -> World:
    running.market = Market(running.market.gateway)
    running.market.gateway.by = running.market.answer
    running.market.gateway.heard.clear()
    return running
