"""The pages in a real browser: narrow and wide, light and dark, with and without script. Skips aloud where there is no Chromium."""

import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Literal

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from gerbang.base.formats import Locale
from gerbang.sandbox.app import Sandbox
from gerbang.web import pages
from gerbang.web.checkout.view import page_of
from tests.web.checkout import example_payments
from tests.web.checkout.test_pages import RETURNS
from tests.web.conftest import PASSWORD, Edge, shop

__all__ = ["shop"]  # the fixture of a running service with a NICEPAY of its own
pytestmark = pytest.mark.browser
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (320, 390, 860, 1280)
# What a table hides at its right edge; and what a finger misses: words inside a sentence may be smaller.
_CUT_OFF = "[...document.querySelectorAll('.tw')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
_TOO_SMALL = """[...document.querySelectorAll('.btn, .tabs a, .lang a, .side a, .cp, .field input, .field select')]
    .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"""
# Every rule, those of WCAG 2.2 too, which axe-core leaves off by default.
AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@asynccontextmanager
async def running_browser(program: str) -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=program, headless=True, args=ARGUMENTS)
        yield browser
        await browser.close()


class Stories(BaseHTTPRequestHandler):
    """Serves every made-up payment as its page, with the real headers and files."""

    pages: ClassVar[dict[str, str]] = {}
    templates: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        name = path.removeprefix(f"/static/{pages.VERSION}/")
        if name in pages.STATIC:
            self._answer(pages.STATIC[name].content, pages.STATIC[name].media_type)
        else:
            self._answer(self.pages.get(path, "").encode(), "text/html; charset=utf-8")

    def _answer(self, body: bytes, media_type: str) -> None:
        self.send_response(200 if body else 404)
        for header, value in {**pages.HEADERS, "content-type": media_type, "content-length": str(len(body))}.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The address under which each story stands as /name.language."""
    for locale in ("id", "en"):
        for name, details in {**example_payments.STORIES, **RETURNS}.items():
            visit = example_payments.visit(
                locale,
                returned=name in RETURNS,
                seen=example_payments.SEEN.get(name, ()),
                signs=example_payments.signs_of(details),
            )
            template, values = page_of(details, visit, example_payments.choice())
            Stories.templates[f"/{name}.{locale}"] = template
            Stories.pages[f"/{name}.{locale}"] = pages.render(template, locale, {"id": "?", "en": "?"}, **values)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stories)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def complaints(page: Page) -> list[str]:
    """What the browser complains about from now on: errors of the script, refusals of the policy."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "console", lambda said: heard.append(said.text) if said.type == "error" and "404" not in said.text else None
    )
    return heard


async def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it is: the rule, and where."""
    found = await Axe().run(page, options=AXE)
    return [f"{one['id']} at {node['target']}" for one in found.response["violations"] for node in one["nodes"]]


@pytest.mark.parametrize(
    ("locale", "theme", "width", "half"),
    [
        ("id", "light", 390, 0),
        ("en", "dark", 1280, 1),
        pytest.param("id", "light", 390, 1, marks=pytest.mark.full),
        pytest.param("en", "dark", 1280, 0, marks=pytest.mark.full),
    ],
)
async def test_every_state_fits_every_width_breaks_no_policy_and_shuts_nobody_out(
    chromium: str, gallery: str, locale: Locale, theme: Literal["light", "dark"], width: int, half: int
) -> None:
    """R47: the strict policy refuses nothing that the pages need, and nobody else is asked. WCAG 2.2 AA as far as axe-core can tell:
    it reads one story of every template, since that takes most of the time here. Without `full` every state is looked at in one of two ways.
    """
    wrong, judged = list[str](), set[str]()
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(color_scheme=theme)).new_page()
        heard = complaints(page)
        page.on("request", lambda asked: None if asked.url.startswith(gallery) else wrong.append(asked.url))
        for path in [one for one in Stories.pages if one.endswith(locale)][half::2]:
            await page.goto(gallery + path)
            for tried in (*(one for one in WIDTHS if one != width), width):
                await page.set_viewport_size({"width": tried, "height": 800})
                wide = await page.evaluate("document.documentElement.scrollWidth")
                wrong += [f"{path} is {wide} px wide at {tried}"] if wide > tried else []
            if Stories.templates[path] not in judged:
                judged.add(Stories.templates[path])
                wrong += [f"{path}: {one}" for one in await violations(page)]
    assert wrong == []
    assert heard == []


async def test_without_script_a_number_is_chosen_paid_and_receipted(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    edge, sandbox = shop
    link = (await edge.create()).json()["checkout_url"]
    async with running_browser(chromium) as browser:
        context = await browser.new_context(
            java_script_enabled=False, viewport={"width": 320, "height": 640}, locale="id-ID"
        )
        page = await context.new_page()
        await page.goto(link)
        await page.get_by_text("Virtual account").first.check()
        await page.get_by_text("BCA", exact=True).click()
        await page.get_by_role("button", name=re.compile("Lanjut bayar")).click()
        number = (await page.locator(".pass .big").inner_text()).replace(" ", "")
        assert not await page.locator("[data-copy]").first.is_visible()
        await pay(sandbox, number)
        await page.get_by_role("button", name="Saya sudah bayar, periksa sekarang").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Pembayaran Anda sudah masuk.")
        assert not await page.get_by_role("button", name="Cetak bukti").is_visible()


async def test_an_open_page_turns_into_the_receipt_by_itself(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    edge, sandbox = shop
    made = (await edge.create(method="virtual_account", method_options={"bank": "BNI"})).json()
    number = made["next_action"]["number"]
    async with running_browser(chromium) as browser:
        context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="id-ID")
        await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=edge.url)
        page = await context.new_page()
        heard = complaints(page)
        await page.goto(made["checkout_url"])
        await expect(page.locator(".pass .big")).to_have_text(" ".join(re.findall(".{1,4}", number)))
        await page.get_by_role("button", name="Salin nomor virtual account").click()
        await expect(page.locator(".copy.done")).to_have_text("Tersalin")
        assert await page.evaluate("navigator.clipboard.readText()") == number
        before = await page.get_by_role("timer").inner_text()
        await expect(page.get_by_role("timer")).not_to_have_text(before, timeout=3_000)
        await pay(sandbox, number)
        await edge.post(f"/v1/payments/{made['id']}/refresh")
        await expect(page.get_by_role("heading", level=1)).to_contain_text(
            "Pembayaran Anda sudah masuk.", timeout=10_000
        )
        assert await page.evaluate("document.activeElement.id") == "isi"
        assert await page.title() == "UJI · Lunas · Rp\u00a0150.000 · Toko Lumbung"
        assert "?" not in page.url
        assert heard == []


async def test_the_last_choice_is_remembered_on_this_device(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    edge, _ = shop
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(locale="en-GB")).new_page()
        await page.goto((await edge.create()).json()["checkout_url"] + "&lang=en")
        await page.get_by_text("Virtual account").first.check()
        await page.get_by_text("BRI", exact=True).click()
        await page.get_by_role("button", name=re.compile("Go on and pay")).click()
        await page.wait_for_selector(".pass")
        await page.goto((await edge.create()).json()["checkout_url"])
        await expect(page.locator("input[value=virtual_account]")).to_be_checked()
        await expect(page.locator("input[value=BRI]")).to_be_checked()
        await expect(page.locator(".ln").first).to_have_text("You used this last")


async def test_a_card_is_paid_on_the_providers_page_and_the_bank_is_asked(
    chromium: str, shop: tuple[Edge, Sandbox]
) -> None:
    edge, sandbox = shop
    link = (await edge.create()).json()["checkout_url"]
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(locale="id-ID")).new_page()
        await page.goto(link)
        await page.locator("input[value=card]").check()
        await page.get_by_role("button", name=re.compile("Lanjut bayar")).click()
        await page.wait_for_url(f"{sandbox.url}/**", timeout=10_000)
        assert "nicepay" in page.url
        await page.go_back(wait_until="load")  # who thinks again is not sent on again two seconds later
        await page.wait_for_timeout(3_000)
        assert page.url.startswith(f"{edge.url}/pay/")
        await expect(page.get_by_role("link", name=re.compile("Buka halaman aman"))).to_be_visible()


async def test_the_console_fits_a_phone_and_needs_no_script(chromium: str, shop: tuple[Edge, Sandbox]) -> None:
    edge, sandbox = shop
    made = (
        await edge.create(method="virtual_account", method_options={"bank": "BCA"}, customer={"name": "Sari"})
    ).json()
    await pay(sandbox, made["next_action"]["number"])
    await edge.post(f"/v1/payments/{made['id']}/refresh")
    email = await an_admin(edge)
    async with running_browser(chromium) as browser:
        context = await browser.new_context(java_script_enabled=False, locale="id-ID")
        page = await context.new_page()
        heard = complaints(page)
        await page.goto(f"{edge.url}/console")
        await page.get_by_label("Email").fill(email)
        await page.get_by_label("Kata sandi").fill(PASSWORD)
        await page.get_by_role("button", name="Masuk").click()
        addresses = (
            "/console/payments",
            f"/console/payments/{made['id']}",
            f"/console/payments/{made['id']}/refund",
            "/console/webhooks",
            "/console/rejections",
            "/shop",
            "/login",
        )
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            for address in addresses:
                await page.goto(edge.url + address)
                wide = await page.locator("html").bounding_box()
                assert wide is not None
                assert wide["width"] <= width, f"{address} is {wide['width']} px wide at {width}"
                assert await page.evaluate(_CUT_OFF) == [], f"{address} at {width}"
                assert width > 859 or await page.evaluate(_TOO_SMALL) == [], f"{address} at {width}"
        assert heard == []


async def an_admin(edge: Edge) -> str:
    from gerbang.core.identity.model import Role

    email = "made@lumbung.example"
    await edge.services.identity.accounts.create("system:test", email, PASSWORD, "Made", "id", Role.ADMIN)
    return email


async def pay(sandbox: Sandbox, number: str) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url) as client:
        answer = await client.post("/control/nicepay/pay", json={"number": number})
        assert answer.status_code == 200, answer.text
