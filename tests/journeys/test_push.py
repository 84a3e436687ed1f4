"""A payer presses the bell of the payment's page, pays, and the push comes up in a real Chromium: in between stands the sandbox's push service.

Chromium subscribes at its maker's push service alone and cannot be told another; so what its subscribing answers is a subscription at the sandbox's, with keys that
are the sandbox's own, and what that service opened is handed to the real service worker by the DevTools protocol. A subscription at a browser's own push
service is unverified.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.journeys.test_browser import complaints, pytestmark, running_browser, violations
from tests.journeys.world import PATIENCE_S, Json, World, eventually

__all__ = ["pytestmark"]
BELL: Final = re.compile("Kabari saya di sini|Dikabari di sini")
PHONE: Final = "+6281200000061"
CONSENT: Final = {"text": "Kirim kabar pembayaran lewat SMS.", "where": "kasir toko"}
SUBSCRIBING: Final = """
  window.askedForPermission = 0;
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => { window.askedForPermission += 1; return ask(); };
  let held = null;
  PushManager.prototype.getSubscription = async () => held;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    const made = await window.subscribeAtSandbox(applicationServerKey);
    const raw = atob(applicationServerKey.replaceAll("-", "+").replaceAll("_", "/"));
    const options = { applicationServerKey: Uint8Array.from(raw, (one) => one.charCodeAt(0)).buffer };
    held = { options, endpoint: made.endpoint, toJSON: () => made, unsubscribe: async () => { held = null; return true; } };
    return held;
  };
"""
SHOWN: Final = """navigator.serviceWorker.getRegistration("/pay/").then((one) => one.getNotifications())
  .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))"""


@dataclass
class Browser:
    """One browser with a page, and the subscriptions that it made."""

    context: BrowserContext
    page: Page
    world: World
    subscriptions: list[Json] = field(default_factory=list)

    async def subscribe(self, key: str) -> Json:
        """What its push service answers."""
        answer = await self.world.http.post(
            f"{self.world.sandbox}/webpush/subscribe", json={"applicationServerKey": key}
        )
        self.subscriptions.append(answer.json())
        return self.subscriptions[-1]

    async def deliver(self, plaintext: str) -> None:
        """Its push service hands a push to the service worker."""
        devtools = await self.context.new_cdp_session(self.page)
        found: list[str] = []
        devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
        )
        await devtools.send("ServiceWorker.enable")

        async def first() -> str | None:
            return found[0] if found else None

        push = {
            "origin": self.world.api,
            "registrationId": await eventually(first, "the service worker's registration"),
            "data": plaintext,
        }
        await devtools.send("ServiceWorker.deliverPushMessage", push)

    async def shown(self) -> list[Json]:
        found: list[Json] = await self.page.evaluate(SHOWN)
        return found


@asynccontextmanager
async def opened(chromium: str, world: World, checkout_url: str, **more: Any) -> AsyncIterator[Browser]:
    async with running_browser(chromium) as program:
        context = await program.new_context(locale="id-ID", viewport={"width": 390, "height": 844}, **more)
        await context.grant_permissions(["notifications"], origin=world.api)
        page = await context.new_page()
        browser = Browser(context, page, world)
        await page.expose_function("subscribeAtSandbox", browser.subscribe)
        await page.add_init_script(SUBSCRIBING)
        await page.goto(checkout_url)
        yield browser


async def pushes(world: World, subscription: Json) -> list[str]:
    answer = await world.http.get(f"{world.sandbox}/control/push", params={"to": subscription["endpoint"]})
    return [one["text"] for one in answer.json()["data"]]


async def test_who_presses_the_bell_and_pays_gets_one_push_one_text_and_one_mail(chromium: str, world: World) -> None:
    email = "sari.bell@lumbung.example"
    customer = {"name": "Sari", "email": email, "phone": PHONE, "sms_consent": CONSENT, "locale": "id"}
    payment = await world.buy(customer=customer)
    async with opened(chromium, world, payment["checkout_url"]) as browser:
        page, heard = browser.page, complaints(browser.page)
        bell = page.get_by_role("button", name=BELL)
        await expect(bell).to_have_attribute("aria-pressed", "false")
        assert await page.evaluate("window.askedForPermission") == 0
        await bell.click()
        await expect(bell).to_have_attribute("aria-pressed", "true")
        assert await page.evaluate("window.askedForPermission") == 1
        assert await violations(page) == []
        (subscription,) = browser.subscriptions
        await world.pays(payment)

        async def came() -> list[str]:
            return await pushes(world, subscription)

        (plaintext,) = await eventually(came, "the push")
        await browser.deliver(plaintext)
        (shown,) = await eventually(browser.shown, "the notification")
        assert shown["body"] == "Pembayaran Anda sudah masuk. Terima kasih."
        assert shown["title"].startswith("UJI · ")
        assert shown["data"] == {"payment": payment["id"]}
        assert heard == []
    told = f"{plaintext}{shown}"
    assert not [word for word in ("Sari", "150", "Kopi", payment["checkout_url"].partition("t=")[2]) if word in told]
    await world.mail(email, "masuk")
    texts = (await world.http.get(f"{world.sandbox}/control/sms", params={"to": PHONE})).json()["data"]
    mails = [one for one in await world.mails(email, "masuk") if "sudah masuk" in one["subject"]]
    assert (len(await came()), len(mails), len([one for one in texts if "masuk" in one["text"]])) == (1, 1, 1)


@pytest.mark.full
async def test_the_bell_takes_back_what_it_asked_for_and_the_same_page_asks_again(chromium: str, world: World) -> None:
    payment = await world.buy(customer={"email": "sari.back@lumbung.example"})
    async with opened(chromium, world, payment["checkout_url"]) as browser:
        bell, page = browser.page.get_by_role("button", name=BELL), browser.page
        for pressed in ("true", "false", "true", "false"):
            await bell.click()
            await expect(bell).to_have_attribute("aria-pressed", pressed)
        await page.reload()
        await expect(bell).to_have_attribute("aria-pressed", "false")
    await world.pays(payment)
    await world.mail("sari.back@lumbung.example", "masuk")
    assert [await pushes(world, one) for one in browser.subscriptions] == [[]]
    trail = (await world.get(f"/v1/payments/{payment['id']}/timeline"))["data"]
    kinds = [one["kind"] for one in trail if one["kind"].startswith("push.")]
    assert sorted(kinds) == ["push.subscribed"] * 2 + ["push.unsubscribed"] * 2


@pytest.mark.full
async def test_a_push_that_says_nothing_readable_and_one_that_comes_twice_are_shown_as_one_line_each(
    chromium: str, world: World
) -> None:
    payment = await world.buy(customer={"email": "sari.twice@lumbung.example"})
    async with opened(chromium, world, payment["checkout_url"]) as browser:
        bell = browser.page.get_by_role("button", name=BELL)
        await bell.click()
        await expect(bell).to_have_attribute("aria-pressed", "true")
        said = {"event": "payment_expired", "lang": "en", "tag": "a1", "payment": payment["id"]}
        for push in (json.dumps(said), json.dumps(said), "none of ours"):
            await browser.deliver(push)

        async def both() -> list[Json] | None:
            found = await browser.shown()
            return found if len(found) > 1 else None

        shown = await eventually(both, "both notifications", PATIENCE_S)
    assert sorted(one["body"] for one in shown) == ["Ada kabar tentang pembayaran Anda.", "The time to pay is over."]


@pytest.mark.full
async def test_who_does_not_allow_it_sees_why_nothing_is_told_here(chromium: str, world: World) -> None:
    payment = await world.buy()
    async with opened(chromium, world, payment["checkout_url"]) as browser:
        await browser.context.clear_permissions()
        bell = browser.page.get_by_role("button", name=BELL)
        await bell.click()
        await expect(browser.page.get_by_text("Peramban ini tidak boleh mengabari.")).to_be_visible()
        await expect(bell).to_have_attribute("aria-pressed", "false")
        assert browser.subscriptions == []


async def test_without_script_there_is_no_bell(chromium: str, world: World) -> None:
    payment = await world.buy()
    async with running_browser(chromium) as program:
        page = await (await program.new_context(java_script_enabled=False, locale="id-ID")).new_page()
        await page.goto(payment["checkout_url"])
        await expect(page.locator("main h1, .pass").first).to_be_visible()
        await expect(page.locator("[data-push]")).to_be_hidden()


async def test_an_app_that_the_shop_registers_is_told_by_fcm_until_it_is_removed(world: World) -> None:
    installed = await world.http.post(f"{world.sandbox}/fcm/install")
    token = installed.json()["token"]
    payment, other = await world.buy(), await world.buy()
    devices = [await world.post(f"/v1/payments/{one['id']}/devices", {"token": token}) for one in (payment, other)]
    assert [one["connection"] for one in devices] == ["fcm-uji"] * 2
    gone = f"{world.api}/v1/payments/{other['id']}/devices/{devices[1]['id']}"
    assert (await world.http.delete(gone, headers=(await world.person("api_key")).headers())).status_code == 204
    await world.pays(other)
    await world.becomes(other, "paid")
    await world.pays(payment)

    async def came() -> list[str]:
        return await pushes(world, {"endpoint": token})

    (shown,) = [json.loads(one) for one in await eventually(came, "the push")]
    assert shown["notification"]["body"] in (
        "Pembayaran Anda sudah masuk. Terima kasih.",
        "Your payment is in. Thank you.",
    )
    assert shown["data"]["payment"] == payment["id"]
    assert "150" not in shown["notification"]["title"] + shown["notification"]["body"]
