"""Notifications over real HTTP: retries, duplicates, order, forgeries, losses, and what survives a restart (F7)."""

from typing import Any

import httpx
import pytest

from gerbang.sandbox.app import Sandbox, SandboxConfig, running
from tests.sandbox.merchant import IMID, KEY, registration, token
from tests.sandbox.receiver import Receiver


async def register(http: httpx.AsyncClient, shop: Receiver, reference: str = "R1") -> None:
    fields = registration(referenceNo=reference, dbProcessUrl=shop.url)
    assert (await http.post("/nicepay/direct/v2/registration", json=fields)).json()["resultCd"] == "0000"


async def control(http: httpx.AsyncClient, call: str, **body: Any) -> httpx.Response:
    return await http.post(f"/control/nicepay/{call}", json=body)


async def deliveries(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    data = (await http.get("/control/journal", params={"limit": 1000})).json()["data"]
    return [entry for entry in data if entry["direction"] == "out"]


async def quick_retries(http: httpx.AsyncClient, *seconds: float) -> None:
    answer = await http.put("/control/nicepay/quirks", json={"notification_retry_s": seconds})
    assert answer.status_code == 200, answer.text


async def test_a_payment_is_told_once_with_a_valid_token(
    http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox
) -> None:
    await register(http, shop)
    assert (await control(http, "pay", reference="R1")).json()["state"] == "paid"
    await sandbox.webhook_sender.idle()
    headers, form = shop.received[0]
    assert headers["user-agent"] == "Jakarta Commons-HttpClient/3.1"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert form["merchantToken"] == token(IMID, form["tXid"], "150000", KEY)
    sent = await deliveries(http)
    assert [(one["status"], one["answer"], one["delivery"]["accepted"]) for one in sent] == [(200, "ok", True)]


async def test_a_refusal_is_tried_again_until_it_is_taken(
    http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox
) -> None:
    await quick_retries(http, 0.01, 0.01, 0.01)
    shop.answers = [500, 0, 302]
    await register(http, shop)
    await control(http, "pay", reference="R1")
    await sandbox.webhook_sender.idle()
    assert len(shop.received) == 4
    assert [one["delivery"]["last"] for one in await deliveries(http)] == [False, False, False, True]


async def test_it_gives_up_after_the_last_try(http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox) -> None:
    await quick_retries(http, 0.01)
    shop.answers = [500] * 9
    await register(http, shop)
    await control(http, "pay", reference="R1")
    await sandbox.webhook_sender.idle()
    assert len(shop.received) == 2


async def test_an_address_that_cannot_be_reached_is_written_down(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await quick_retries(http)
    for number, url in enumerate(("http://127.0.0.1:1/x", "ftp://shop.test/", "no url")):
        fields = registration(referenceNo=f"R{number}", dbProcessUrl=url)
        await http.post("/nicepay/direct/v2/registration", json=fields)
        await control(http, "pay", reference=f"R{number}")
    await sandbox.webhook_sender.idle()
    assert all(one["delivery"]["error"] for one in await deliveries(http))
    assert len(await deliveries(http)) == 3


@pytest.mark.parametrize(("accepts", "tries"), [("any_2xx", 1), ("only_200", 2)])
async def test_what_counts_as_taken_is_a_switch(
    http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox, accepts: str, tries: int
) -> None:
    await quick_retries(http, 0.01)
    await http.put("/control/nicepay/quirks", json={"notification_accepts": accepts})
    shop.answers = [204]
    await register(http, shop)
    await control(http, "pay", reference="R1")
    await sandbox.webhook_sender.idle()
    assert len(shop.received) == tries


async def test_duplicates_to_order(http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox) -> None:
    await register(http, shop)
    await control(http, "pay", reference="R1")
    assert (await control(http, "webhooks", reference="R1", times=20)).status_code == 202
    await sandbox.webhook_sender.idle()
    assert len(shop.forms) == 21
    assert all(form == shop.forms[0] for form in shop.forms)


async def test_all_notifications_in_another_order(http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox) -> None:
    await control(http, "webhooks", drop=True)
    for number in range(20):
        await register(http, shop, f"R{number:02}")
        await control(http, "pay", reference=f"R{number:02}")
    await sandbox.webhook_sender.idle()
    await control(http, "webhooks", drop=False)
    assert (await control(http, "webhooks", shuffle=True, seed=7)).json() == {"scheduled": 20}
    await sandbox.webhook_sender.idle()
    references = [form["referenceNo"] for form in shop.forms]
    assert references != sorted(references)
    assert len(set(references)) == 20


async def test_a_lost_notification_is_in_the_journal_and_not_at_the_shop(
    http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox
) -> None:
    await register(http, shop)
    await register(http, shop, "R2")
    await control(http, "webhooks", reference="R1", drop=True)
    for reference in ("R1", "R2"):
        await control(http, "pay", reference=reference)
    await sandbox.webhook_sender.idle()
    assert [form["referenceNo"] for form in shop.forms] == ["R2"]
    assert sorted(one.get("fault", "") for one in await deliveries(http)) == ["", "drop"]


@pytest.mark.parametrize("tamper", [True, "token", "amount"])
async def test_a_forgery_has_a_token_that_does_not_fit(
    http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox, tamper: bool | str
) -> None:
    await register(http, shop)
    await control(http, "webhooks", reference="R1", tamper=tamper)
    await sandbox.webhook_sender.idle()
    form = shop.forms[0]
    assert form["merchantToken"] != token(IMID, form["tXid"], form["amt"], KEY)


async def test_a_delayed_notification_waits(http: httpx.AsyncClient, shop: Receiver, sandbox: Sandbox) -> None:
    await register(http, shop)
    await control(http, "webhooks", reference="R1", tamper="status", delay_s=0.2)
    assert shop.forms == []
    await sandbox.webhook_sender.idle()
    assert len(shop.forms) == 1


@pytest.mark.parametrize(
    "body", [{"times": 0}, {"delay_s": -1}, {"reference": "nobody"}, {"tamper": "all"}, {"typo": 1}]
)
async def test_a_wish_that_cannot_be_met_is_refused(
    http: httpx.AsyncClient, shop: Receiver, body: dict[str, Any]
) -> None:
    await register(http, shop)
    assert (await control(http, "webhooks", **{"reference": "R1", **body})).status_code in {404, 409, 422}


async def test_a_restart_takes_up_what_was_not_taken_and_keeps_what_was_lost(
    config: SandboxConfig, shop: Receiver
) -> None:
    shop.answers = [500]
    async with running(config) as sandbox, httpx.AsyncClient(base_url=sandbox.url) as http:
        await quick_retries(http, 0.5)
        await register(http, shop)
        await register(http, shop, "R2")
        await control(http, "webhooks", reference="R2", drop=True)
        await control(http, "pay", reference="R1")
        await shop.wait_for(1)
    async with running(config) as sandbox, httpx.AsyncClient(base_url=sandbox.url) as http:
        await sandbox.webhook_sender.idle()
        assert [form["referenceNo"] for form in shop.forms] == ["R1", "R1"]
        await control(http, "pay", reference="R2")
        await sandbox.webhook_sender.idle()
    assert len(shop.forms) == 2
