"""The house with a worker and the sandbox beside it, for journeys of what people are told: one payment, and what came to whom on which channel."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from gerbang import app, demo, settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.cli.ports import free_port
from gerbang.core.identity.model import Role, system_caller
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.notifications import suppression_store
from gerbang.core.personal_data.model import Person
from gerbang.core.queue import business_time
from gerbang.core.queue.service import TOPIC as JOBS
from gerbang.core.queue.worker import Worker as QueueWorker
from gerbang.ports.messenger import Channel
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import ensure_root_key
from gerbang.sandbox.app import SandboxConfig, running
from gerbang.web.assembly import assemble
from gerbang.web.transport.server import limits_of, serve
from tests.conftest import NO_TLS, FreshDatabase

REGISTRY = {name: PROVIDERS[name] for name in ("nicepay", "twilio", "http_sms", "smtp", "whatsapp")}
CONSENT = {"text": "Kirim kabar pembayaran lewat SMS.", "where": "kasir toko"}


@dataclass
class House:
    """The house with a worker: its API, and the sandbox beside it."""

    api: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    core: app.Core

    async def pay_by_account(self, phone: str, **customer: Any) -> str:
        """A payment that shows its payer an account to pay to; its id."""
        who = {
            "name": "Sari",
            "email": f"sari{phone[-4:]}@example.com",
            "phone": phone,
            "sms_consent": CONSENT,
            **customer,
        }
        body = {
            "amount": 150_000,
            "currency": "IDR",
            "description": "Kopi Gayo",
            "method": "virtual_account",
            "method_options": {"bank": "BCA"},
            "connection": "nicepay-uji",
            "customer": who,
            "expires_in_s": 14_400,
        }
        made = await self.api.post("/v1/payments", json=body, headers={"idempotency-key": ids.new().hex})
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def open_page(self, **customer: Any) -> tuple[str, str]:
        """A payment whose payer chooses on their page: its id, and the page's path with its token."""
        body = {"amount": 150_000, "currency": "IDR", "description": "Kopi Gayo", "customer": customer}
        made = await self.api.post("/v1/payments", json=body, headers={"idempotency-key": ids.new().hex})
        assert made.status_code == 201, made.text
        return made.json()["id"], made.json()["checkout_url"].removeprefix(str(self.api.base_url).rstrip("/"))

    async def press(self, page: str, **form: str) -> httpx.Response:
        """The payer sends the form about messages to their phone."""
        here, _, token = page.partition("?t=")
        headers = {"origin": str(self.api.base_url).rstrip("/")}
        return await self.api.post(f"{here}/notify", data={"t": token, **form}, headers=headers)

    async def choose_account(self, payment: str) -> None:
        """The payer chooses to pay to an account at BCA."""
        body = {"method": "virtual_account", "method_options": {"bank": "BCA"}, "connection": "nicepay-uji"}
        made = await self.api.post(
            f"/v1/payments/{payment}/attempts", json=body, headers={"idempotency-key": ids.new().hex}
        )
        assert made.status_code == 201, made.text

    async def agreed(self, payment: str) -> tuple[Any, ...]:
        """When the payer agreed to texts and to WhatsApp for this payment, where, and to which words."""
        async with self.core.db.reading() as tx:
            rows = await tx.fetch(
                "SELECT channel, agreed_at, agreed_where, agreed_text FROM contact_consents WHERE payment_id = $1 AND withdrawn_at IS NULL",
                ids.read("pay", payment),
            )
        by = {row["channel"]: row for row in rows}
        at = [by[one]["agreed_at"] if one in by else None for one in ("sms", "whatsapp")]
        said = rows[0] if rows else {"agreed_where": "", "agreed_text": ""}
        return (*at, said["agreed_where"], said["agreed_text"])

    async def paid(self, payment: str) -> None:
        """Their bank has sent the money."""
        (attempt,) = (await self.api.get(f"/v1/payments/{payment}")).json()["attempts"]
        answer = await self.sandbox.post("/control/nicepay/pay", json={"reference": attempt["id"]})
        assert answer.status_code == 200, answer.text

    async def told(self, payment: str, template: str) -> dict[str, dict[str, Any]]:
        """What people were told, by channel."""
        found = (await self.api.get("/v1/notifications", params={"payment": payment, "template": template})).json()
        return {one["channel"]: one for one in found["data"]}

    async def until(self, payment: str, template: str, **statuses: str) -> dict[str, dict[str, Any]]:
        """Wait until the channels are so far."""
        told: dict[str, dict[str, Any]] = {}
        async with asyncio.timeout(40):
            while {name: one["status"] for name, one in told.items()} != statuses:
                await asyncio.sleep(0.1)
                told = await self.told(payment, template)
        return told

    async def until_tried(self, payment: str, template: str, channel: str) -> None:
        """Wait until a first try on this channel is over, and came to nothing."""
        async with asyncio.timeout(40):
            while (one := (await self.told(payment, template)).get(channel)) is None or one["error"] is None:
                await asyncio.sleep(0.1)

    async def got(self, channel: str, to: str) -> Sequence[dict[str, Any]]:
        """What came to an address or a phone."""
        found: Sequence[dict[str, Any]] = (await self.sandbox.get(f"/control/{channel}", params={"to": to})).json()[
            "data"
        ]
        return found

    async def until_heard(self, *outcomes: str) -> None:
        """Wait until the newest thing that a person wrote was worked on."""
        async with asyncio.timeout(20):
            while True:
                (newest, *_) = (await self.api.get("/v1/webhook-events", params={"type": "message.received"})).json()[
                    "data"
                ]
                if all(one in (newest["outcome"] or "") for one in outcomes):
                    return
                await asyncio.sleep(0.1)

    async def until_stopped(self, phone: str) -> None:
        """Wait until a STOP of this number was worked on."""
        async with asyncio.timeout(40):
            while True:
                async with self.core.db.reading() as tx:
                    if await suppression_store.why_suppressed(tx, Channel.SMS, phone):
                        return
                await asyncio.sleep(0.1)

    async def stored(self, connection: str, phone: str) -> int:
        """How many events of a connection name a number."""
        async with self.core.db.reading() as tx:
            rows = await tx.fetch("SELECT body FROM inbox WHERE connection = $1", connection)
        return len([row for row in rows if phone[1:].encode() in row["body"]])

    async def erase(self, phone: str) -> None:
        """Forget somebody, in every noun."""
        for one in self.core.nouns.personal_data:
            async with self.core.db.transaction() as tx:
                await one.erase(tx, Person(phone=phone), None, 100)

    async def later(self, seconds: int) -> None:
        """Business time goes on."""
        assert (await self.sandbox.post("/control/clock", json={"advance_s": seconds})).status_code == 200


@contextlib.asynccontextmanager
async def open_house(folder: Path, database: FreshDatabase) -> AsyncIterator[House]:
    """Everything that runs in one process, and its demo connections."""
    mail = free_port()
    chosen = settings.load(
        data=folder,
        database_url=database.app_dsn,
        database_owner_url=database.owner_dsn,
        sandbox=True,
        port=free_port(),
        sandbox_port=free_port(),
        smtp_url=f"smtp://127.0.0.1:{mail}",
        provider_wait_s=3.0,
        allowed_private_targets=("127.0.0.0/8",),
    )
    ensure_root_key(chosen.root_key_path, create=True)
    here, stop, ready = demo.place(chosen), asyncio.Event(), asyncio.Event()
    config = SandboxConfig(
        str(folder / "box"), demo.simulators(REGISTRY, here), port=chosen.sandbox_port, smtp_port=mail
    )
    owner = Database(database.owner_dsn, size=2)
    await owner.open()
    async with (
        running(config, partial(business_time.advance, owner)) as box,
        app.core(chosen, "test", REGISTRY) as core,
        asyncio.TaskGroup() as group,
    ):
        for one in demo.planned(REGISTRY):
            await demo.connect(core.connections, core.secrets, here, one)
        queue, inbox = QueueWorker(core.db, core.nouns.jobs(core)), InboxWorker(core.db, core.events.handlers())
        inbox.channel.subscribe(JOBS, queue.wake)
        core.db.tell = inbox.channel.tell_here
        group.create_task(queue.run(stop))
        group.create_task(inbox.run(stop))
        for consumer in core.nouns.consumers(core):
            await consumer.prepare()
            for topic in consumer.topics:
                inbox.channel.subscribe(topic, consumer.wake)
            group.create_task(consumer.run(stop))
        gateway, limits = assemble(app.services(core)), limits_of(chosen)
        group.create_task(
            serve(gateway, "127.0.0.1", chosen.port, limits=limits, stop=stop, ready=lambda _: ready.set())
        )
        await ready.wait()
        _, key = await core.identity.api_keys.create(system_caller("test"), "test", Role.ADMIN)
        bearer = {"authorization": f"Bearer {key}"}
        async with (
            httpx.AsyncClient(base_url=chosen.base_url, headers=bearer, timeout=20, verify=NO_TLS) as api,
            httpx.AsyncClient(base_url=box.url, timeout=20, verify=NO_TLS) as sandbox,
        ):
            yield House(api, sandbox, core)
        stop.set()
    await owner.close()
