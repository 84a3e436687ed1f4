"""A payment link from the operator's form to the receipt: made, mailed by the real worker, opened from the mail, paid, and seen to be."""

import pytest
from playwright.async_api import Page, expect

from gerbang.sandbox.app import Sandbox
from tests.journeys.test_browser import WIDTHS, an_admin, complaints, running_browser
from tests.journeys.world import World, eventually, link_in
from tests.web.conftest import PASSWORD, Edge, shop

__all__ = ["shop"]  # the fixture of a running service with a NICEPAY of its own


async def test_a_link_is_made_mailed_opened_and_paid(world: World) -> None:
    async with world.browser() as desk, world.browser() as payer:
        await desk.open(f"{world.api}/console/payments/new?lang=en")
        demo = world.said["demo"]["operator"]
        await desk.submit("/login", **demo)
        await desk.submit(
            "/console/payments/new",
            amount="Rp 275.000",
            currency="IDR",
            description="Kopi untuk kantor",
            expires="3d",
            language="en",
            name="Jane Doe",
            email="jane@kantor.example",
        )
        page = desk.url
        assert page.endswith("/link"), desk.page[:2000]
        await desk.submit("/link")
        mail = await world.mail("jane@kantor.example", "sent you a bill of")
        assert mail["subject"].replace("\u00a0", " ") == "TEST · Toko Lumbung sent you a bill of Rp 275.000"

        await payer.open(link_in(mail, "/pay/"))
        await payer.submit("/choose", method="virtual_account", bank="BNI")
        payment = {"id": page.split("/")[-2]}
        await world.pays(await world.payment(payment))
        await world.becomes(payment, "paid")

        async def told() -> bool:
            return (await desk.open(page)).count('<li class="done">') == 5

        await eventually(told, "all five stages of the link")
        assert "taken by the mail server" in desk.page
    assert await world.ledger(payment) == [("clearing", "sales", 275_000)]
    assert len(await world.mails("jane@kantor.example", "sent you a bill of")) == 1


async def make_one(page: Page, edge: Edge) -> None:
    """Sign in and make a link, by the keyboard alone."""
    email = await an_admin(edge)
    await page.goto(f"{edge.url}/console/payments/new?lang=id")
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Kata sandi").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Jumlah")).to_be_focused()
    await page.keyboard.type("Rp 150.000")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Kopi Gayo")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/link")


@pytest.mark.browser
async def test_a_link_is_made_by_keyboard_and_copied(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    async with running_browser(chromium) as browser:
        context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="id-ID")
        await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=edge.url)
        page = await context.new_page()
        heard = complaints(page)
        await make_one(page, edge)
        await page.get_by_role("button", name="Salin tautan").click()
        await expect(page.locator(".copy.done")).to_have_text("Tersalin")
        assert await page.evaluate("navigator.clipboard.readText()") == await page.locator("#url").inner_text()
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{wide} px wide at {width}"
        assert heard == []


@pytest.mark.browser
async def test_without_script_a_link_is_made_and_can_be_selected(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(java_script_enabled=False, locale="id-ID")).new_page()
        await make_one(page, edge)
        assert not await page.locator(".copy").is_visible()
        assert "/pay/pay_" in await page.locator("#url").inner_text()
