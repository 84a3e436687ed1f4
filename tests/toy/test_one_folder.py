"""A provider is one folder: the toy works with the whole house, which gets nothing of it but the registry that holds its entry."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from gerbang import app, demo, settings
from gerbang.base import ids
from gerbang.core.identity.model import Role, system_caller
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.queue.worker import Worker as QueueWorker
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import ensure_root_key
from gerbang.sandbox.app import SandboxConfig, running
from gerbang.web.assembly import assemble
from gerbang.web.transport.server import limits_of, serve
from tests.conftest import NO_TLS, FreshDatabase
from tests.toy import demo as toy
from tests.toy.provider import PROVIDER

REGISTRY = {**{name: one for name, one in PROVIDERS.items() if name == "nicepay"}, PROVIDER.name: PROVIDER}


@dataclass
class House:
    """The house with two providers: its API, and the sandbox beside it."""

    api: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    core: app.Core

    async def paid(self, payment: str) -> str:
        async with asyncio.timeout(15):
            while (status := (await self.api.get(f"/v1/payments/{payment}")).json()["status"]) != "paid":
                await asyncio.sleep(0.05)
        return str(status)


@pytest.fixture
async def house(database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[House]:
    chosen = settings.load(
        data=tmp_path,
        database_url=database.app_dsn,
        database_owner_url=database.owner_dsn,
        sandbox=True,
        port=free_port(),
        sandbox_port=free_port(),
        provider_wait_s=3.0,
    )
    ensure_root_key(chosen.root_key_path, create=True)
    here, stop, ready = demo.place(chosen), asyncio.Event(), asyncio.Event()
    config = SandboxConfig(str(tmp_path / "box"), demo.simulators(REGISTRY, here), port=chosen.sandbox_port)
    async with running(config) as box, app.core(chosen, "test", REGISTRY) as core, asyncio.TaskGroup() as group:
        for one in demo.planned(REGISTRY):
            await demo.connect(core.connections, core.secrets, here, one)
        queue = QueueWorker(core.db, core.nouns.jobs(core))
        group.create_task(queue.run(stop))
        group.create_task(InboxWorker(core.db, core.events.handlers()).run(stop))
        limits = limits_of(chosen)
        gateway = assemble(app.services(core))
        group.create_task(
            serve(gateway, "127.0.0.1", chosen.port, limits=limits, stop=stop, ready=lambda _: ready.set())
        )
        await ready.wait()
        _, key = await core.identity.api_keys.create(system_caller("test"), "test", Role.ADMIN)
        bearer = {"authorization": f"Bearer {key}", "idempotency-key": ids.new().hex}
        async with (
            httpx.AsyncClient(base_url=chosen.base_url, headers=bearer, timeout=20, verify=NO_TLS) as api,
            httpx.AsyncClient(base_url=box.url, timeout=20, verify=NO_TLS) as sandbox,
        ):
            yield House(api, sandbox, core)
        stop.set()


async def test_a_provider_that_nothing_names_is_connected_offered_paid_told_of_and_verified(house: House) -> None:
    listed = (await house.api.get("/v1/connections")).json()["data"]
    assert [one["id"] for one in listed] == ["nicepay-uji", "toy-uji", "nicepay-snap-uji"]
    body = {"amount": 150_000, "currency": "IDR", "description": "Kopi", "method": "qris", "connection": "toy-uji"}
    made = (await house.api.post("/v1/payments", json=body)).json()
    (attempt,) = made["attempts"]
    assert attempt["next_action"] == {"type": "display_qr", "content": f"toy:{attempt['id']}"}
    assert "toy" in (await house.sandbox.get("/")).text
    paid = await house.sandbox.post("/control/toy/pay", json={"reference": attempt["id"]})
    assert paid.status_code == 200
    assert await house.paid(made["id"]) == "paid"
    (event,) = (await house.api.get("/v1/webhook-events")).json()["data"]
    assert (event["source"], event["type"], event["status"]) == ("toy-uji", "order.paid", "done")
    key = toy.key(demo.place(house.core.settings))
    answer = await house.api.get("/hooks/toy-uji", params={"key": key, "ask": "are you there?"})
    assert (answer.status_code, answer.text) == (200, "are you there?")
    assert (await house.api.get("/hooks/toy-uji", params={"key": "guess"})).status_code == 401


async def test_the_page_that_shows_its_next_action_may_load_what_it_names_and_no_other_page_may(house: House) -> None:
    body = {"amount": 150_000, "currency": "IDR", "description": "Kopi"}
    made = (await house.api.post("/v1/payments", json=body)).json()
    headers = {"idempotency-key": ids.new().hex}
    chosen = {"method": "qris", "connection": "toy-uji"}
    async with httpx.AsyncClient(base_url=house.core.settings.base_url, verify=NO_TLS) as payer:

        async def policy(address: str) -> str:
            answer = await payer.get(address, follow_redirects=True)
            assert answer.status_code == 200, answer.text
            return str(answer.headers["content-security-policy"])

        chooser = await policy(made["checkout_url"])
        await house.api.post(f"/v1/payments/{made['id']}/attempts", json=chosen, headers=headers)
        shown = await policy(f"/pay/{made['id']}")
        assert "; script-src 'self' https://js.toy.example; " in shown
        assert "; frame-src https://toy.example:8443; " in shown
        assert "toy.example" not in chooser
        for elsewhere in (f"/pay/{made['id']}?choose=1", "/shop", "/login"):
            assert "toy.example" not in await policy(elsewhere), elsewhere
        other = {"method": "virtual_account", "method_options": {"bank": "BCA"}, "connection": "nicepay-uji"}
        headers = {"idempotency-key": ids.new().hex}
        answer = await house.api.post(f"/v1/payments/{made['id']}/attempts", json=other, headers=headers)
        assert answer.status_code == 201, answer.text
        assert await policy(f"/pay/{made['id']}") == chooser
