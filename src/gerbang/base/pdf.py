"""A small PDF of text: A4 pages in the fonts that every reader has, so that nothing is embedded and the same text makes the same bytes. Pure.

Those fonts have the letters of Western Europe. Others are written without their marks where they have such a letter below (`ế` as `e`), and as `?` where not.
"""

import unicodedata
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

WIDTH: Final = 595  # points; A4
HEIGHT: Final = 842
Font = Literal["plain", "bold", "mono"]
_FONTS: Final[dict[Font, str]] = {"plain": "Helvetica", "bold": "Helvetica-Bold", "mono": "Courier"}
_NAMES: Final[dict[Font, str]] = {"plain": "F1", "bold": "F2", "mono": "F3"}
_MONO: Final = 0.6  # of its size: how wide each letter of `mono` is


class Words(NamedTuple):
    """A line of text whose left end stands at `x` points from the left and `y` from the bottom."""

    x: float
    y: float
    text: str
    size: float = 10
    font: Font = "plain"


class Rule(NamedTuple):
    """A thin line across, from `x` to `to`."""

    x: float
    y: float
    to: float


Mark = Words | Rule


def flush_right(x: float, y: float, text: str, size: float = 10) -> Words:
    """Text in `mono` whose right end stands at `x`."""
    return Words(x - len(_known(text)) * size * _MONO, y, text, size, "mono")


def document(title: str, pages: Sequence[Sequence[Mark]]) -> bytes:
    """The whole file."""
    first = 4 + len(_FONTS)
    numbers = range(first, first + 2 * len(pages), 2)
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Title (%b) >>" % _escaped(title),
        *(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
            for name in _FONTS.values()
        ),
    ]
    fonts = " ".join(f"/{_NAMES[font]} {number} 0 R" for number, font in enumerate(_FONTS, start=4))
    for number, marks in zip(numbers, pages, strict=True):
        drawn = b"\n".join(_drawn(mark) for mark in marks)
        box = f"/MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << /Font << {fonts} >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {box} /Contents {number + 1} 0 R >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
    return _file(objects)


def _drawn(mark: Mark) -> bytes:
    match mark:
        case Rule(x, y, to):
            return f"0.5 w {x:.1f} {y:.1f} m {to:.1f} {y:.1f} l S".encode()
        case Words(x, y, text, size, font):
            return b"BT /%b %.1f Tf %.1f %.1f Td (%b) Tj ET" % (_NAMES[font].encode(), size, x, y, _escaped(text))


def _escaped(text: str) -> bytes:
    known = _known(text).encode("cp1252", "replace")
    return known.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _known(text: str) -> str:
    """With letters of these fonts only, one for each that is there; what breaks a line is a blank."""
    return "".join(_letter(one) for one in unicodedata.normalize("NFC", " ".join(text.split())))


def _letter(one: str) -> str:
    for tried in (one, unicodedata.normalize("NFKD", one)[0]):
        if tried.isprintable() and tried.encode("cp1252", "ignore"):
            return tried
    return "" if unicodedata.combining(one) else "?"


def _file(objects: Sequence[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", list[int]()
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        len(body),
    )
    return body + head + table + trailer
