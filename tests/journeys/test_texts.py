"""A payer with a phone: one text and one mail for one payment, and with the gateway down the mail says what the text would have said."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest
import pytest_asyncio

from gerbang import app, demo, settings
from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.cli.ports import free_port
from gerbang.core.identity.model import Role, system_caller
from gerbang.core.inbox.worker import Worker as InboxWorker
from gerbang.core.personal_data.model import Person
from gerbang.core.queue import business_time
from gerbang.core.queue.worker import Worker as QueueWorker
from gerbang.providers import PROVIDERS
from gerbang.providers.sealed import ensure_root_key
from gerbang.sandbox.app import SandboxConfig, running
from gerbang.web.assembly import assemble
from gerbang.web.transport.server import limits_of, serve
from tests.conftest import NO_TLS, FreshDatabase

pytestmark = pytest.mark.asyncio(loop_scope="module")
REGISTRY = {name: PROVIDERS[name] for name in ("nicepay", "twilio", "http_sms", "smtp")}
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

    async def got(self, channel: str, to: str) -> Sequence[dict[str, Any]]:
        """What came to an address or a phone."""
        found: Sequence[dict[str, Any]] = (await self.sandbox.get(f"/control/{channel}", params={"to": to})).json()[
            "data"
        ]
        return found

    async def later(self, seconds: int) -> None:
        """Business time goes on."""
        assert (await self.sandbox.post("/control/clock", json={"advance_s": seconds})).status_code == 200


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder, database, mail = tmp_path_factory.mktemp("texts"), module_database, free_port()
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
        group.create_task(QueueWorker(core.db, core.nouns.jobs(core)).run(stop))
        group.create_task(InboxWorker(core.db, core.events.handlers()).run(stop))
        for consumer in core.nouns.consumers(core):
            await consumer.prepare()
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


async def test_a_paid_payment_is_one_text_and_one_mail_and_the_text_is_said_to_have_arrived(house: House) -> None:
    phone = "+6281200000001"
    payment = await house.pay_by_account(phone)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", sms="delivered", email="sent")
    (text,) = await house.got("sms", phone)
    assert text["text"].startswith("UJI - ")
    assert "Rp 150.000 untuk Kopi Gayo sudah masuk" in text["text"]
    assert (told["sms"]["provider_id"], told["sms"]["connection"], told["sms"]["recipient"]) == (
        text["id"],
        "twilio-uji",
        "•••001",
    )
    assert told["sms"]["unknown_tries"] == 0
    assert told["sms"]["sent_at"] is not None
    mails = [one["subject"] for one in await house.got("mail", "sari0001@example.com")]
    assert len([one for one in mails if "Rp\u00a0150.000" in one and "masuk" in one]) == 1, mails


async def test_who_gave_a_phone_and_did_not_agree_gets_a_mail_alone(house: House) -> None:
    payment = await house.pay_by_account("+6281200000002", sms_consent=None)
    await house.paid(payment)
    await house.until(payment, "payment_paid", email="sent")
    assert await house.got("sms", "+6281200000002") == []


async def test_consent_goes_with_a_phone_and_lies_in_the_past(house: House) -> None:
    body = {"amount": 1_000, "currency": "IDR", "description": "Kopi", "customer": {"sms_consent": CONSENT}}
    answer = await house.api.post("/v1/payments", json=body, headers={"idempotency-key": ids.new().hex})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/customer/sms_consent")
    body["customer"] = {"phone": "+6281200000001", "sms_consent": {**CONSENT, "at": "2099-01-01T00:00:00Z"}}
    answer = await house.api.post("/v1/payments", json=body, headers={"idempotency-key": ids.new().hex})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/customer/sms_consent/at")


async def test_a_reminder_that_was_not_delivered_comes_by_mail(house: House) -> None:
    phone = "+6281200000003"
    await house.sandbox.put("/control/twilio/quirks", json={"delivery": "undelivered"})
    payment = await house.pay_by_account(phone)
    await house.until(payment, "payment_instructions", email="sent")
    await house.later(10_900)
    told = await house.until(payment, "payment_reminder", sms="failed", email="sent")
    await house.sandbox.put("/control/twilio/quirks", json={"delivery": "delivered"})
    assert told["sms"]["error"] == "30005: nobody has this number"
    assert len(await house.got("sms", phone)) == 1
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", sms="failed", email="sent")
    assert told["sms"]["error"] == "not written to any more: 30005: nobody has this number"


async def test_with_the_gateway_down_the_mail_reminds_after_a_quarter_of_an_hour(house: House) -> None:
    phone = "+6281200000004"
    payment = await house.pay_by_account(phone)
    await house.until(payment, "payment_instructions", email="sent")
    await house.sandbox.put("/control/twilio/faults", json={"kind": "reset_before"})
    await house.later(10_900)
    await house.until(payment, "payment_reminder", sms="queued")
    await house.later(1_000)
    told = await house.until(payment, "payment_reminder", sms="failed", email="sent")
    await house.sandbox.delete("/control/twilio/faults")
    assert told["sms"]["error"].startswith("too late; ")
    assert await house.got("sms", phone) == []


async def test_who_says_stop_is_sent_no_more_texts_until_they_say_start(house: House) -> None:
    phone = "+6281200000005"
    await house.sandbox.post("/control/twilio/stop", json={"number": phone})
    payment = await house.pay_by_account(phone)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", sms="failed", email="sent")
    assert await house.got("sms", phone) == []
    assert told["sms"]["error"] in (
        "not written to any more: the person said stop",
        "refused: Twilio answered HTTP 400, 21610: the person asked to be left alone (STOP).",
    )
    await house.sandbox.post("/control/twilio/start", json={"number": phone})
    async with asyncio.timeout(20):
        while not [
            one
            for one in (await house.api.get("/v1/webhook-events")).json()["data"]
            if one["type"] == "message.received" and one["outcome"] == "this number may be written to again"
        ]:
            await asyncio.sleep(0.1)
    again = await house.pay_by_account(phone)
    await house.paid(again)
    await house.until(again, "payment_paid", sms="delivered", email="sent")


async def test_without_twilio_the_described_gateway_sends_and_its_receipt_comes_by_a_secret_in_the_path(
    house: House,
) -> None:
    phone = "+6281200000006"
    answer = await house.api.patch("/v1/connections/twilio-uji", json={"enabled": False})
    assert answer.status_code == 200, answer.text
    payment = await house.pay_by_account(phone)
    await house.paid(payment)
    told = await house.until(payment, "payment_paid", sms="delivered", email="sent")
    await house.api.patch("/v1/connections/twilio-uji", json={"enabled": True})
    assert told["sms"]["connection"] == "sms-uji"
    assert len(await house.got("sms", phone)) == 1
    guess = await house.api.post("/hooks/sms-uji/guess", content=b"messageId=1&status=failed")
    assert guess.status_code == 401
    assert "guess" not in guess.text
    assert (await house.api.post("/hooks/twilio-uji/anything", content=b"x")).status_code == 404


async def test_who_is_erased_is_erased_from_what_the_sender_told_too(house: House) -> None:
    phone = "+6281200000007"
    payment = await house.pay_by_account(phone)
    await house.paid(payment)
    await house.until(payment, "payment_paid", sms="delivered", email="sent")

    async def told() -> list[bytes]:
        async with house.core.db.reading() as tx:
            rows = await tx.fetch("SELECT body FROM inbox WHERE connection = 'twilio-uji'")
        return [row["body"] for row in rows if phone[1:].encode() in row["body"]]

    assert len(await told()) == 2, "sent and delivered"
    for one in house.core.nouns.personal_data:
        async with house.core.db.transaction() as tx:
            await one.erase(tx, Person(phone=phone), None, 100)
    assert await told() == []
    erased = await house.told(payment, "payment_paid")
    assert {one["recipient"] for one in erased.values()} == {"erased"}
