"""QR codes, drawn by us: inline on a page, as a picture to keep; and what a QRIS says about itself. Pure.

A QRIS is text of tags (EMV QR Code Specification for Payment Systems, merchant-presented mode, section 3): two digits of id, two of
length, then the value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final

import segno
from markupsafe import Markup

_INK: Final = "#0d1a1c"
_QUIET_MODULES: Final = 4  # ISO/IEC 18004: scanners want this much white around
_PIXELS_A_MODULE: Final = 12
_AMOUNT, _MERCHANT = "54", "59"


@dataclass(frozen=True, slots=True)
class Said:
    """What the payer's app will show: the merchant's name, empty where the text is no QRIS, and whether the amount is in the code."""

    merchant: str
    has_amount: bool


def read_qris(content: str) -> Said:
    """What a QRIS says; nothing of a text that does not follow the format to its end."""
    tags = _tags(content)
    return Said(tags.get(_MERCHANT, ""), _AMOUNT in tags)


def _tags(content: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(content):
        head = content[at : at + 4]
        if len(head) < 4 or not (head.isascii() and head.isdigit()):
            return {}
        end = at + 4 + int(head[2:])
        if end > len(content):
            return {}
        found[head[:2]] = content[at + 4 : end]
        at = end
    return found


@lru_cache(maxsize=256)
def drawing(text: str) -> Markup:
    """The code as inline SVG with its quiet zone, dark on whatever is behind it, without a size of its own."""
    drawn = _code(text).svg_inline(border=_QUIET_MODULES, omitsize=True, svgclass="qr", lineclass=None, dark=_INK)
    return Markup(drawn)  # noqa: S704  made of modules by segno: the text itself is not in it


@lru_cache(maxsize=64)
def picture(text: str, kind: str) -> bytes:
    """The code as a file of its own, `png` or `svg`, dark on white with its quiet zone: what a gallery keeps and an app can read."""
    file = BytesIO()
    _code(text).save(file, kind=kind, border=_QUIET_MODULES, scale=_PIXELS_A_MODULE, dark=_INK, light="#ffffff")
    return file.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)
