"""The console in a real browser while things happen: an open page stays true, keeps what somebody types, and says when it cannot be."""

import threading
from collections.abc import AsyncIterator
from http.server import ThreadingHTTPServer

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from gerbang.core.identity.model import Role
from gerbang.sandbox.app import Sandbox
from gerbang.web import pages, texts
from tests.journeys.test_browser import Stories, complaints, pay, pytestmark, running_browser, violations
from tests.web.conftest import PASSWORD, Edge, one_shop
from tests.web.console.test_charts import CHART

__all__ = ["one_shop", "pytestmark"]
Shop = tuple[Edge, Sandbox]
SOON_MS = 9_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium: str, one_shop: Shop) -> AsyncIterator[Browser]:
    async with running_browser(chromium) as running:
        await one_shop[0].services.identity.accounts.create(
            "system:test", "live@lumbung.example", PASSWORD, "Ratih", "id", Role.ADMIN
        )
        yield running


async def at(browser: Browser, edge: Edge, address: str) -> Page:
    """The page, signed in, once it says that it is live."""
    page = await (await browser.new_context(locale="id")).new_page()
    await page.goto(f"{edge.url}/login?next=/console/payments")
    await page.get_by_label("Email").fill("live@lumbung.example")
    await page.get_by_label("Kata sandi").fill(PASSWORD)
    await page.get_by_role("button", name="Masuk").click()
    await page.goto(edge.url + address)
    await expect(page.locator("#live span")).to_have_text("Langsung", timeout=SOON_MS)
    return page


@pytest.mark.asyncio(loop_scope="module")
async def test_an_open_list_shows_what_comes_and_keeps_what_is_typed_under_the_strict_policy(
    browser: Browser, one_shop: Shop
) -> None:
    edge, _ = one_shop
    await edge.create(order_reference="LBG-1")
    page = await at(browser, edge, "/console/payments?status=created")
    heard = complaints(page)
    await page.locator("#f-order_reference").press_sequentially("LBG-")
    made = (await edge.create(order_reference="LBG-2")).json()["id"]
    await expect(page.locator(f"#row-{made}")).to_be_visible(timeout=SOON_MS)
    await expect(page.locator("#said")).to_have_text("1 baris baru.", timeout=SOON_MS)
    typed = await page.evaluate("[document.activeElement.name, document.activeElement.value]")
    assert typed == ["order_reference", "LBG-"]
    assert page.url.endswith("?status=created")
    assert await page.locator("[data-copy][hidden]").count() == 0
    assert await violations(page) == []
    assert heard == []


@pytest.mark.full
@pytest.mark.asyncio(loop_scope="module")
async def test_an_open_payment_tells_that_it_was_paid(browser: Browser, one_shop: Shop) -> None:
    edge, sandbox = one_shop
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"})).json()
    page = await at(browser, edge, f"/console/payments/{made['id']}")
    heard = complaints(page)
    await expect(page.locator("h1")).to_contain_text("Menunggu")
    await pay(sandbox, made["next_action"]["number"])
    await edge.post(f"/v1/payments/{made['id']}/refresh")
    await expect(page.locator("h1")).to_contain_text("Lunas", timeout=SOON_MS)
    await expect(page.locator("#said")).to_have_text("Lunas", timeout=SOON_MS)
    assert "Lunas" in await page.title()
    assert await violations(page) == []
    assert heard == []


@pytest.mark.full
@pytest.mark.asyncio(loop_scope="module")
async def test_a_ticked_line_of_the_work_list_stays_ticked(browser: Browser, one_shop: Shop) -> None:
    edge, sandbox = one_shop
    await a_refund(edge, sandbox)
    page = await at(browser, edge, "/console/work")
    await page.locator(".tick input").first.check()
    kept = await page.locator(".todo > li").first.get_attribute("id")
    await a_refund(edge, sandbox)
    await expect(page.locator("h1")).to_contain_text("2", timeout=SOON_MS)
    await expect(page.locator("#waiting")).to_contain_text("2")
    assert await page.locator(f'[id="{kept}"] .tick input').is_checked()


@pytest.mark.full
@pytest.mark.asyncio(loop_scope="module")
async def test_a_lost_connection_is_shown_and_comes_back(browser: Browser, one_shop: Shop) -> None:
    edge, _ = one_shop
    page = await at(browser, edge, "/console/payments")
    await page.route("**/console/live*", lambda route: route.abort())
    await edge.services.live.close()  # what a restarted process does to its streams
    await expect(page.locator("#live span")).to_have_text("Terputus, menyambung lagi", timeout=SOON_MS)
    made = (await edge.create()).json()["id"]
    await page.unroute("**/console/live*")
    await expect(page.locator("#live span")).to_have_text("Langsung", timeout=20_000)
    await expect(page.locator(f"#row-{made}")).to_be_visible(timeout=SOON_MS)


async def a_refund(edge: Edge, sandbox: Sandbox) -> None:
    """One that waits for a transfer."""
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"})).json()
    await pay(sandbox, made["next_action"]["number"])
    await edge.post(f"/v1/payments/{made['id']}/refresh")
    body = {"reason": "Stok habis", "amount": 40_000}
    answer = await edge.post(f"/v1/payments/{made['id']}/refunds", body=body, key="new")
    assert answer.status_code == 201, answer.text


_CHART_PAGE = """{% import "console/charts.html" as charts with context %}<!doctype html><html lang="en"><head><title>Chart</title>
<link rel="stylesheet" href="{{ static("console.css") }}">{{ charts.sheet() }}{{ charts.script() }}
<script type="module" src="{{ static("console.js") }}"></script></head><body class="console"><main><h1>Chart</h1>{{ charts.chart(one) }}</main></body></html>"""


@pytest.mark.full
@pytest.mark.parametrize("script", [True, False])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_chart_is_drawn_under_the_strict_policy_and_is_its_table_without_script(
    browser: Browser, script: bool
) -> None:
    Stories.pages["/chart"] = pages._ENVIRONMENT.from_string(_CHART_PAGE).render(t=texts.words("en"), one=CHART)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stories)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = await (await browser.new_context(java_script_enabled=script)).new_page()
    heard = complaints(page)
    await page.goto(f"http://127.0.0.1:{server.server_address[1]}/chart")
    table = page.get_by_role("cell", name="no data")
    if script:
        await expect(page.locator(".plot canvas")).to_be_visible()
        await expect(table).to_be_hidden()
        assert await violations(page) == []
    else:
        await expect(table).to_be_visible()
    assert heard == []
    server.shutdown()
    server.server_close()


_UNSEEN = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => !window.seen })"


@pytest.mark.asyncio(loop_scope="module")
async def test_tabs_that_nobody_sees_hold_no_connection_and_one_that_is_looked_at_becomes_live(
    browser: Browser, one_shop: Shop
) -> None:
    """A browser has six connections to one host over HTTP/1.1: streams of eight tabs behind would keep every further page from loading."""
    edge, _ = one_shop
    made = (await edge.create()).json()
    context = (await at(browser, edge, "/console/payments")).context
    await context.add_init_script(_UNSEEN)
    tabs = [await context.new_page() for _ in range(8)]
    for number, tab in enumerate(tabs):
        address = made["checkout_url"] if number % 2 else f"{edge.url}/console/payments/{made['id']}"
        await tab.goto(address, timeout=SOON_MS)
    await expect(tabs[0].locator("#live")).to_be_hidden()
    await tabs[0].evaluate("() => { window.seen = true; document.dispatchEvent(new Event('visibilitychange')); }")
    await expect(tabs[0].locator("#live span")).to_have_text("Langsung", timeout=SOON_MS)
