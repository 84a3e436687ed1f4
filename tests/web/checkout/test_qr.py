"""The QR codes that we draw, and what a QRIS says of itself."""

import re
from zlib import crc32

import pytest

from gerbang.web.checkout import qr

from .stories import QRIS


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
