"""The pack station in a real browser: somebody types as a scanner does and touches no mouse, in both languages and themes, on a desk and on a phone, also without script."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.test_browser import complaints, pytestmark, running_browser, violations
from tests.journeys.world import World, eventually

__all__ = ["pytestmark"]
SHOP = "lazada-uji-2"


async def bought(world: World, *items: tuple[str, int]) -> Any:
    """An order of a simulated shop, once it is here."""
    wanted = [{"sku": sku, "quantity": count} for sku, count in items]
    answer = await world.http.post(f"{world.sandbox}/control/lazada/order", json={"shop": SHOP, "items": wanted})
    assert answer.status_code == 200, answer.text
    number = str(answer.json()["order_id"])

    async def there() -> Any:
        return (await asked(world, f"?external_id={number}&shop={SHOP}"))["data"]

    return (await eventually(there, f"order {number}"))[0]


async def asked(world: World, path: str) -> Any:
    key = {"authorization": f"Bearer {world.said['demo']['api_key']}"}
    return (await world.http.get(f"{world.api}/v1/orders{path}", headers=key)).json()


async def signed_in(browser: Browser, world: World, **more: Any) -> Page:
    page = await (await browser.new_context(locale="id", ignore_https_errors=True, **more)).new_page()
    demo = world.said["demo"]["admin"]
    await page.goto(f"{world.api}/login?next=/console/pack")
    await page.get_by_label("Email").fill(demo["email"])
    await page.get_by_label("Kata sandi").fill(demo["password"])
    await page.keyboard.press("Enter")
    await expect(page.locator("#scan")).to_be_focused()
    return page


_SEEN_MS = 150


async def scan(page: Page, word: str) -> None:
    """As a scanner does it: all at once, and Enter. Enter alone is a person's, who has seen the page: sooner it would be a scanner's second one."""
    await expect(page.locator("#scan")).to_be_focused()
    if not word:
        await page.wait_for_timeout(_SEEN_MS)
    await page.keyboard.type(word)
    await page.keyboard.press("Enter")


async def test_an_order_is_scanned_counted_packed_and_printed_by_the_keyboard_alone(
    chromium: str, world: World
) -> None:
    one = await bought(world, ("KOPI-250", 2), ("GULA-500", 1))
    async with running_browser(chromium) as browser:
        page = await signed_in(browser, world, viewport={"width": 1280, "height": 800}, color_scheme="light")
        heard, say = complaints(page), page.locator(".say")
        await scan(page, one["external_id"])
        await expect(page.locator(".how-many")).to_have_text(["0 / 2", "0 / 1"])
        await scan(page, "KOPI-250")
        await expect(page.locator(".how-many")).to_have_text(["1 / 2", "0 / 1"])
        await scan(page, "KECAP-320")
        await expect(page.get_by_role("alert")).to_contain_text("Bukan barang pesanan ini: KECAP-320")
        await expect(page.locator(".how-many")).to_have_text(["1 / 2", "0 / 1"])
        assert await violations(page) == []
        await page.reload()  # what was counted stands in the address
        await scan(page, "KOPI-250")
        await expect(page.get_by_role("alert")).to_have_count(0)
        await scan(page, "GULA-500")
        await expect(say).to_have_text("Lengkap. Enter: kemas dan siap dikirim.")
        await scan(page, "")
        await expect(page.get_by_role("alert")).to_contain_text("Dikemas, siap dijemput kurir.")
        assert (await asked(world, f"/{one['id']}"))["status"] == "ready_to_ship"
        wanted = f"/console/orders/{one['id']}/label"
        async with page.context.expect_event("request", lambda request: request.url.endswith(wanted)):
            await scan(page, "")
        await expect(page.locator("#scan")).to_be_focused()
        assert page.url.endswith(f"?order={one['id']}&done=packed"), "the station stays where it is"
        assert heard == []


@pytest.mark.full
async def test_a_phone_without_script_does_the_same_in_english_by_night(chromium: str, world: World) -> None:
    one = await bought(world, ("KOPI-250", 1))
    async with running_browser(chromium) as browser:
        page = await signed_in(
            browser, world, viewport={"width": 390, "height": 800}, color_scheme="dark", java_script_enabled=False
        )
        await page.goto(f"{world.api}/console/pack?lang=en")
        await scan(page, one["external_id"])
        await expect(page.locator(".how-many")).to_have_text(["0 / 1"])
        await scan(page, "kopi-250")
        await expect(page.locator(".say")).to_have_text("All there. Enter packs it and says it is ready.")
        await scan(page, "")
        await expect(page.get_by_role("alert")).to_contain_text("Packed, and ready for the carrier.")
        assert (await asked(world, f"/{one['id']}"))["status"] == "ready_to_ship"
        looked = await signed_in(browser, world, viewport={"width": 320, "height": 700}, color_scheme="dark")
        for address in ("/console/pack?lang=en", f"/console/pack?order={one['id']}"):
            await looked.goto(world.api + address)
            assert await violations(looked) == []
            assert await looked.evaluate("document.documentElement.scrollWidth <= innerWidth")
