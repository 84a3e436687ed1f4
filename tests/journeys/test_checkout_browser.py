"""The checkout in a real browser: by keyboard, without script, when the time runs out, on paper, and how much a slow phone waits for."""

import re
from typing import Any, Final

from playwright.async_api import BrowserContext, Page, expect

from gerbang.base import ids
from gerbang.sandbox.app import Sandbox
from gerbang.web.checkout import qr
from tests.journeys.test_browser import complaints, pay, pytestmark, running_browser, shop, violations
from tests.web.checkout.example_payments import BANKS, QRIS
from tests.web.checkout.test_qr import a_qris
from tests.web.conftest import PASSWORD, Edge

__all__ = ["pytestmark", "shop"]
ROUND_TRIP_S: Final = 0.150
BYTES_A_SECOND: Final = 1_638_400 / 8  # with that round trip, what measuring tools call slow 4G
FIRST_PAINT_S: Final = 1.0
BLOCKING: Final = ("Document", "Stylesheet")  # fonts swap in, and the script is deferred


async def a_link(edge: Edge, **more: Any) -> str:
    """The checkout link of a new payment."""
    return str((await edge.create(**more)).json()["checkout_url"])


async def test_the_shop_the_door_and_the_whole_way_ask_nobody_else_and_shut_nobody_out(
    chromium: str, shop: tuple[Edge, Sandbox]
) -> None:
    edge, sandbox = shop
    found: dict[str, list[str]] = {}
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(viewport={"width": 390, "height": 844}, locale="id-ID")).new_page()
        heard, asked = complaints(page), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{edge.url}/shop")
        await page.get_by_role("button", name="Tambah Kopi Gayo").click()
        found["shop"] = await violations(page)
        await page.get_by_role("button", name=re.compile("Bayar")).click()
        found["door"] = await violations(page)
        await page.get_by_label("Email").fill("customer@example.com")
        await page.get_by_label("Kata sandi").fill(PASSWORD)
        await page.get_by_role("button", name="Masuk").click()
        await page.locator("label", has_text="Virtual account").click()
        await page.locator("label", has_text="Mandiri").click()
        found["chosen"] = await violations(page)
        await page.get_by_role("button", name=re.compile("Lanjut bayar")).click()
        await page.get_by_text("Dari bank lain").click()
        await expect(page.get_by_text("008")).to_be_visible()
        found["number"] = await violations(page)
        await pay(sandbox, (await page.locator(".pass .big").inner_text()).replace(" ", ""))
        await page.get_by_role("button", name="Saya sudah bayar, periksa sekarang").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Pembayaran Anda sudah masuk.")
        found["receipt"] = await violations(page)
    assert [*found.items()] == [(place, []) for place in found]
    assert heard == []
    assert [url for url in asked if not url.startswith(edge.url)] == []


# WCAG 2.2, 2.4.11: what has the focus is not behind the band on top nor behind the button that sticks to the bottom edge.
IN_SIGHT = """(() => {
  const one = document.activeElement, box = (one.closest("label") || one).getBoundingClientRect();
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return at !== null && (one.closest("label") || one).contains(at);
})()"""


async def test_by_keyboard_alone_a_bank_is_chosen(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(locale="id-ID", viewport={"width": 320, "height": 480})).new_page()
        await page.goto(await a_link(edge))
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await page.keyboard.press("Enter")
        for _ in range(12):
            await page.keyboard.press("Tab")
            assert await page.evaluate(IN_SIGHT), await page.evaluate("document.activeElement.outerHTML")
            if await page.evaluate("document.activeElement.name") == "method":
                break
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
        for _ in range(len(BANKS)):
            await page.keyboard.press("ArrowRight")
            assert await page.evaluate(IN_SIGHT), await page.evaluate("document.activeElement.outerHTML")
        await page.keyboard.press("ArrowRight")
        await expect(page.locator("input[value=BRI]")).to_be_checked()
        await expect(page.locator("input[value=BRI]")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator(".pass")).to_contain_text("Virtual account BRI")


async def test_without_script_a_card_is_paid_at_the_provider_and_receipted(
    chromium: str, shop: tuple[Edge, Sandbox]
) -> None:
    edge, sandbox = shop
    async with running_browser(chromium) as browser:
        context = await browser.new_context(
            java_script_enabled=False, viewport={"width": 320, "height": 640}, locale="en-GB"
        )
        page = await context.new_page()
        await page.goto(await a_link(edge, customer={"name": "Jane", "locale": "en"}))
        await page.locator("input[value=card]").check()
        await page.get_by_role("button", name=re.compile("Go on and pay")).click()
        await page.get_by_role("link", name=re.compile("Open the secure page")).click()
        await page.wait_for_url(f"{sandbox.url}/**")
        for _ in range(2):  # the card, and then the bank's question
            await page.locator("button.main").click()
        await page.wait_for_url(f"{edge.url}/pay/**")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Your payment is in.")


_HOLDS_UP_THE_PAINT = (
    "performance.getEntriesByType('resource').filter(e => e.renderBlockingStatus === 'blocking').map(e => e.name)"
)


async def test_when_the_time_runs_out_the_number_goes_and_a_new_one_is_one_press_away(
    chromium: str, shop: tuple[Edge, Sandbox]
) -> None:
    edge, _ = shop
    made = (await edge.create(method="virtual_account", method_options={"bank": "BNI"})).json()
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(locale="id-ID")).new_page()
        heard = complaints(page)
        await page.clock.install()
        await page.goto(made["checkout_url"])
        await expect(page).to_have_url(f"{edge.url}/pay/{made['id']}")  # the link's token is out of sight
        assert await page.evaluate(_HOLDS_UP_THE_PAINT) == []
        await expect(page.get_by_role("timer")).to_be_visible()
        async with edge.services.db.transaction() as tx:
            await tx.execute(
                "UPDATE attempts SET expires_at = business_now() WHERE payment_id = $1", ids.read("pay", made["id"])
            )
        await page.clock.fast_forward("25:00:00")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Waktunya habis")
        assert await page.locator(".pass").count() == 0
        await page.get_by_role("button", name="Buat nomor baru").click()
        await expect(page.locator(".pass")).to_contain_text("Virtual account BNI")
        assert heard == []


# What a phone's browser has and this one has not.
SHARING = """
navigator.canShare = (what) => what.files.length === 1 && what.files[0].type === "image/png";
navigator.share = async (what) => { window.shared = [...new Uint8Array(await what.files[0].arrayBuffer())]; };
"""


async def test_a_qris_is_saved_anywhere_and_shared_where_the_phone_can(
    chromium: str, shop: tuple[Edge, Sandbox]
) -> None:
    edge, _ = shop
    link = await a_qris(edge)
    async with running_browser(chromium) as browser:
        plain, phone = await browser.new_context(locale="id-ID"), await browser.new_context(locale="id-ID")
        await phone.add_init_script(SHARING)
        page = await plain.new_page()
        await page.goto(link)
        async with page.expect_download() as saving:
            await page.get_by_role("link", name="Simpan gambar kode").click()
        saved = await saving.value
        assert saved.suggested_filename == "qris-LBG-7.png"
        assert (await saved.path()).read_bytes() == qr.picture(QRIS, "png")
        assert not await page.get_by_text("Bagikan ke aplikasi").is_visible()
        page = await phone.new_page()
        await page.goto(link)
        await page.get_by_role("button", name="Bagikan ke aplikasi di HP ini").click()
        await page.wait_for_function("window.shared")
        assert bytes(await page.evaluate("window.shared")) == qr.picture(QRIS, "png")


async def test_the_first_tap_counts_after_a_phone_number_was_typed(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    async with running_browser(chromium) as browser:
        size = {"width": 360, "height": 640}
        page = await (await browser.new_context(locale="id-ID", viewport=size, has_touch=True)).new_page()  # type: ignore[arg-type]  # a TypedDict of these two
        await page.goto(await a_link(edge))
        await page.locator("label", has_text="Dompet digital").click()
        await page.get_by_text("OVO", exact=True).click()
        await page.get_by_label(re.compile("Nomor HP")).fill("0812 3456 7890")
        await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        button = await page.get_by_role("button", name=re.compile("Lanjut bayar")).bounding_box()
        assert button is not None
        await page.mouse.move(button["x"] + button["width"] / 2, button["y"] + button["height"] / 2)
        await page.mouse.down()  # the field loses the focus now, and says that it changed
        await page.wait_for_timeout(200)
        await page.mouse.up()
        await expect(page).not_to_have_title(re.compile("Pilih cara bayar"))


async def test_a_receipt_prints_dark_on_white_and_alone(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    edge, sandbox = shop
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"})).json()
    await pay(sandbox, made["next_action"]["number"])
    await edge.post(f"/v1/payments/{made['id']}/refresh")
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(locale="id-ID", color_scheme="dark")).new_page()
        await page.goto(made["checkout_url"])
        await page.emulate_media(media="print")
        for gone in (".thanks", ".p-foot", ".lang", ".test-band", ".acts"):
            await expect(page.locator(gone)).to_be_hidden()
        await expect(page.locator(".receipt")).to_contain_text("seratus lima puluh ribu rupiah")
        await expect(page.locator(".receipt .stamp")).to_have_text("CONTOH, BUKAN BUKTI BAYAR")
        colours = "(one) => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
        assert await page.locator(".receipt").evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


async def test_a_page_is_there_within_a_second_on_slow_4g(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    """Counted, not timed, so that a busy machine changes nothing: round trips until all is there that a page waits for, and their bytes."""
    edge, _ = shop
    links = [await a_link(edge), await a_link(edge, method="virtual_account", method_options={"bank": "BCA"})]
    async with running_browser(chromium) as browser:
        for link in links:
            context = await browser.new_context(locale="id-ID")
            trips, size = await _waited_for(context, link)
            await context.close()
            connecting = 2  # TCP and TLS 1.3
            paint_s = (connecting + trips) * ROUND_TRIP_S + size / BYTES_A_SECOND
            assert paint_s < FIRST_PAINT_S, f"{link}: {trips} round trips and {size} bytes"


async def _waited_for(context: BrowserContext, link: str) -> tuple[int, int]:
    """How many requests one after the other an opened page needs, and the bytes of everything that it loads."""
    page = await context.new_page()
    await page.goto(link)  # the link becomes a cookie
    loaded, depth = await _loading(context, page)
    return max(depth.values()), sum(loaded.values())


async def _loading(context: BrowserContext, page: Page) -> tuple[dict[str, int], dict[str, int]]:
    wire = await context.new_cdp_session(page)
    urls, depth, loaded = dict[str, str](), dict[str, int](), dict[str, int]()

    def asked(said: dict[str, Any]) -> None:
        url, by = said["request"]["url"], said["initiator"].get("url", "")
        urls[said["requestId"]] = url
        if said["type"] in BLOCKING:
            depth[url] = depth.get(by, 0) + 1

    def came(said: dict[str, Any]) -> None:
        if said["requestId"] in urls:  # not the feed of the page before
            loaded[urls[said["requestId"]]] = said["encodedDataLength"]

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", came)
    await wire.send("Network.enable")
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await page.reload(wait_until="load")
    await page.wait_for_function("document.fonts.status === 'loaded'")
    return loaded, depth
