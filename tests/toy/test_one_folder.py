"""A provider is one folder: the toy works with the whole house, which gets nothing of it but the registry that holds its entry."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from gerbang import app, demo, settings
from gerbang.base import ids
from gerbang.cli.ports import free_port
from gerbang.core.identity.model import Role, system_caller
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.queue.service import TOPIC as JOBS
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    tmp_path, database = tmp_path_factory.mktemp("toy"), module_database
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
        inbox = InboxWorker(core.db, core.events.handlers())
        inbox.channel.subscribe(JOBS, queue.wake)
        core.db.tell = inbox.channel.tell_here
        group.create_task(queue.run(stop))
        group.create_task(inbox.run(stop))
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


@pytest.mark.asyncio(loop_scope="module")
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


@pytest.mark.asyncio(loop_scope="module")
async def test_the_page_that_shows_its_next_action_may_load_what_it_names_and_no_other_page_may(house: House) -> None:
    body = {"amount": 150_000, "currency": "IDR", "description": "Kopi"}
    headers = {"idempotency-key": ids.new().hex}
    made = (await house.api.post("/v1/payments", json=body, headers=headers)).json()
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


@dataclass
class Agreed:
    """A payment by the toy's wallet, whose payer has agreed on the toy's page."""

    house: House
    id: str
    attempt: str
    link: str

    async def come_back(self) -> None:
        async with httpx.AsyncClient(base_url=self.house.core.settings.base_url, verify=NO_TLS) as payer:
            answer = await payer.get(f"{self.link}&back=1")
        assert answer.status_code == 200, answer.text

    async def taken(self) -> int:
        """How often the call that takes the money came in at the toy."""
        journal = (await self.house.sandbox.get("/control/journal", params={"provider": "toy"})).json()["data"]
        return sum(one["route"].endswith(f"{self.attempt}/take") for one in journal if one["direction"] == "in")


async def agreed(house: House) -> Agreed:
    body = {"amount": 150_000, "currency": "IDR", "description": "Kopi", "method": "ewallet", "connection": "toy-uji"}
    headers = {"idempotency-key": ids.new().hex}
    made = (await house.api.post("/v1/payments", json=body, headers=headers)).json()
    attempt = made["attempts"][0]["id"]
    assert made["next_action"]["type"] == "redirect", made
    assert (await house.sandbox.post("/control/toy/pay", json={"reference": attempt})).status_code == 200
    return Agreed(house, made["id"], attempt, made["checkout_url"])


@pytest.mark.asyncio(loop_scope="module")
async def test_what_a_payer_only_agreed_to_is_taken_once_when_they_come_back(house: House) -> None:
    payment = await agreed(house)
    assert await payment.taken() == 0
    await payment.come_back()
    assert await house.paid(payment.id) == "paid"
    await payment.come_back()
    assert await payment.taken() == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_taking_whose_answer_was_lost_is_looked_up_and_not_sent_again(house: House) -> None:
    """It was carried out, or it was not: while nobody knows, the provider is only asked."""
    carried_out, left_undone = await agreed(house), await agreed(house)
    for payment, kind, status in ((carried_out, "reset_after_effect", "paid"), (left_undone, "http_500", "pending")):
        fault = {"kind": kind, "route": "/take", "count": 1}
        assert (await house.sandbox.put("/control/toy/faults", json=fault)).status_code == 200
        await payment.come_back()
        async with asyncio.timeout(15):
            while await payment.taken() == 0:
                await asyncio.sleep(0.05)
        for _ in range(3):
            await payment.come_back()
            await asyncio.sleep(0.2)
        known = (await house.api.get(f"/v1/payments/{payment.id}")).json()
        assert (known["status"], await payment.taken()) == (status, 1), kind
    async with house.core.db.transaction() as tx:
        await tx.execute("UPDATE attempt_confirmations SET sent_at = sent_at - interval '6 minutes'")
    await left_undone.come_back()  # it is still said that they agreed, and that nothing moved: by now that is true
    assert await house.paid(left_undone.id) == "paid"
    assert (await carried_out.taken(), await left_undone.taken()) == (1, 2)


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_is_taken_for_a_payment_that_was_cancelled_meanwhile(house: House) -> None:
    payment = await agreed(house)
    cancelled = await house.api.post(f"/v1/payments/{payment.id}/cancel", json={})
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled"), cancelled.text
    await payment.come_back()
    await asyncio.sleep(0.5)
    known = (await house.api.get(f"/v1/payments/{payment.id}")).json()
    assert (known["status"], known["attempts"][0]["status"], await payment.taken()) == ("cancelled", "cancelled", 0)
