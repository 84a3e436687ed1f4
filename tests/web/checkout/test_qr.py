"""The QR codes that we draw, what a QRIS says of itself, and the page and picture of a payment by QRIS over HTTP."""

import re
from zlib import crc32

import httpx
import pytest

from gerbang.base import ids
from gerbang.web.checkout import qr
from tests.web.checkout.example_payments import QRIS
from tests.web.conftest import Edge


async def a_qris(edge: Edge) -> str:
    """The link of a payment whose provider answered with a QRIS."""
    made = (await edge.create(method="virtual_account", method_options={"bank": "BCA"}, order_reference="LBG-7")).json()
    async with edge.services.db.transaction() as tx:
        await tx.execute(
            "UPDATE attempts SET method = 'qris', options = '{}', next_action = $2 WHERE payment_id = $1",
            ids.read("pay", made["id"]),
            {"type": "display_qr", "content": QRIS},
        )
    return str(made["checkout_url"])


def test_a_qris_tells_the_name_that_the_payers_app_will_show() -> None:
    assert qr.read_qris(QRIS) == qr.Said("Toko Lumbung", has_amount=True)


def test_a_qris_without_an_amount_says_so() -> None:
    assert qr.read_qris(QRIS.replace("5406150000", "")) == qr.Said("Toko Lumbung", has_amount=False)


@pytest.mark.parametrize("text", ["", "0002", "0002x1", "000299", QRIS[:-1], "https://example.com/pay", "٠٠٠٢٠١"])
def test_what_is_no_qris_says_nothing(text: str) -> None:
    assert qr.read_qris(text) == qr.Said("", has_amount=False)


def test_the_picture_to_keep_is_dark_on_white_with_a_margin_that_scanners_need() -> None:
    png = qr.picture(QRIS, "png")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(png[29:33]) == crc32(png[12:29]), "a whole header"
    (modules,) = re.findall(r'viewBox="0 0 (\d+) ', qr.drawing(QRIS))
    assert int.from_bytes(png[16:20]) == int(modules) * 12
    assert (int(modules) - 2 * 4) % 4 == 1, "a code has 17 + 4 n modules a side, and four of white around"
    svg = qr.picture(QRIS, "svg").decode()
    assert "#fff" in svg
    assert "#0d1a1c" in svg
    assert QRIS not in svg


async def test_a_qris_is_shown_and_kept_as_a_file_by_whoever_has_the_link(shop: tuple[Edge, object]) -> None:
    edge, _ = shop
    link = await a_qris(edge)
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        page = await browser.get(link)
        assert "Pindai kode ini" in page.text
        path = str(page.url).partition("?")[0]
        for kind, media_type in (("png", "image/png"), ("svg", "image/svg+xml")):
            kept = await browser.get(f"{path}/qr.{kind}")
            assert kept.content == qr.picture(QRIS, kind)
            assert kept.headers["content-type"].startswith(media_type)
            assert kept.headers["content-disposition"] == f"attachment; filename*=utf-8''qris-LBG-7.{kind}"
            assert kept.headers["cache-control"] == "no-store"
        browser.cookies.clear()
        assert (await browser.get(f"{path}/qr.png")).status_code == 404, "no link, no code"
        await browser.get(link)
        assert (await browser.get(f"{path}/qr.gif")).status_code == 404
    async with edge.services.db.transaction() as tx:
        await tx.execute("UPDATE attempts SET status = 'expired'")
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        await browser.get(link)
        assert (await browser.get(f"{path}/qr.png")).status_code == 404, "nobody pays what ran out"
