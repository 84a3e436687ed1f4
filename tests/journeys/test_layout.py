"""Every page of console and checkout at every width: nothing is wider than the screen, no word is cut off, and none covers another."""

import threading
from collections.abc import AsyncIterator
from http.server import ThreadingHTTPServer
from typing import Final, Literal

import pytest
import pytest_asyncio

from gerbang.base.formats import Locale
from gerbang.sandbox.app import Sandbox
from tests.journeys.gallery import taken
from tests.journeys.markup import Markup
from tests.journeys.test_browser import Stories, complaints, pytestmark, running_browser, violations
from tests.web.conftest import Edge, one_shop

__all__ = ["one_shop", "pytestmark"]
WIDTHS: Final = (320, 390, 768, 1024, 1280, 1440)
# Of every word that can be seen: whether it lies on the screen, inside whatever cuts off around it, and on no other word. What may be scrolled
# by itself is left out: the strips of tabs and of sections, and raw bytes.
MEASURED: Final = """(() => {
  const found = [], wide = document.documentElement.scrollWidth, screen = document.documentElement.clientWidth;
  if (wide > screen) found.push(`the page is ${wide} px wide`);
  const seen = [], strips = ".tabs, .side nav, .raw, pre.cmd, .vh, .skip, option, .dock";
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let word; word = words.nextNode();) {
    const one = word.parentElement, head = one.closest("thead");
    if (!word.data.trim() || one.closest(strips) || !one.checkVisibility({visibilityProperty: true})) continue;
    if (head && getComputedStyle(head).position === "absolute") continue;  // a folded table's: for screen readers
    const range = document.createRange();
    range.selectNodeContents(word);
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      const said = `"${word.data.trim().slice(0, 40)}" in ${one.tagName}.${one.className}`;
      if (box.left < -1 || box.right > screen + 1) found.push(`${said} runs over the edge`);
      for (let around = one; around && around !== document.body; around = around.parentElement) {
        if (getComputedStyle(around).overflowX === "visible") continue;
        const edge = around.getBoundingClientRect();
        if (box.right > edge.right + 1 || box.left < edge.left - 1) found.push(`${said} is cut off`);
      }
      seen.push({said, one, box});
    }
  }
  for (let i = 0; i < seen.length; i++) for (let k = i + 1; k < seen.length; k++) {
    const a = seen[i].box, b = seen[k].box;
    if (seen[i].one === seen[k].one) continue;  // lines of one heading
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5)
      found.push(`${seen[i].said} lies over ${seen[k].said}`);
  }
  return [...new Set(found)];
})()"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gallery(one_shop: tuple[Edge, Sandbox]) -> AsyncIterator[str]:
    """The address under which each page stands as /name.language."""
    Stories.pages.update((await taken(*one_shop)).pages)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stories)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.asyncio(loop_scope="module")
async def test_every_field_has_a_label_every_complaint_its_field_and_every_page_one_heading(gallery: str) -> None:
    found = {path: Markup(text).wrong() for path, text in Stories.pages.items()}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("locale", "theme", "widths"),
    [
        ("id", "light", (320, 1280)),
        *(
            pytest.param(locale, theme, WIDTHS, marks=pytest.mark.full)
            for locale, theme in (("id", "light"), ("en", "dark"), ("en", "light"))
        ),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_every_page_is_whole_at_every_width(
    chromium: str, gallery: str, locale: Locale, theme: Literal["light", "dark"], widths: tuple[int, ...]
) -> None:
    wrong = list[str]()
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(color_scheme=theme)).new_page()
        heard = complaints(page)
        for path in [one for one in Stories.pages if one.endswith(locale)]:
            await page.goto(gallery + path)
            for width in widths:
                await page.set_viewport_size({"width": width, "height": 800})
                wrong += [f"{path} at {width}: {one}" for one in await page.evaluate(MEASURED)]
    assert wrong == []
    assert heard == []


@pytest.mark.full
@pytest.mark.parametrize(("locale", "theme"), [("id", "light"), ("en", "dark")])
@pytest.mark.asyncio(loop_scope="module")
async def test_no_page_shuts_anybody_out(
    chromium: str, gallery: str, locale: Locale, theme: Literal["light", "dark"]
) -> None:
    """WCAG 2.2 AA as far as axe-core can tell."""
    wrong = list[str]()
    async with running_browser(chromium) as browser:
        page = await (await browser.new_context(color_scheme=theme, viewport={"width": 390, "height": 800})).new_page()
        for path in [one for one in Stories.pages if one.endswith(locale)]:
            await page.goto(gallery + path)
            wrong += [f"{path}: {one}" for one in await violations(page)]
    assert wrong == []
