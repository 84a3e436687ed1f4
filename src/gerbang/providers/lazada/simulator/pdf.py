"""A small PDF of A6 pages, each with text and a Code 39 barcode. Written by hand: a label needs no library."""

from collections.abc import Sequence
from typing import Final, NamedTuple

_WIDTH, _HEIGHT = 298, 420  # A6 in points
_NARROW: Final = 0.95
# Code 39: nine elements a character, bar and space in turn; a digit of 1 is wide.
_PATTERNS: Final = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. *",
        [
            "000110100",
            "100100001",
            "001100001",
            "101100000",
            "000110001",
            "100110000",
            "001110000",
            "000100101",
            "100100100",
            "001100100",
            "100001001",
            "001001001",
            "101001000",
            "000011001",
            "100011000",
            "001011000",
            "000001101",
            "100001100",
            "001001100",
            "000011100",
            "100000011",
            "001000011",
            "101000010",
            "000010011",
            "100010010",
            "001010010",
            "000000111",
            "100000110",
            "001000110",
            "000010110",
            "110000001",
            "011000001",
            "111000000",
            "010010001",
            "110010000",
            "011010000",
            "010000101",
            "110000100",
            "011000100",
            "010010100",
        ],
        strict=True,
    )
)


class Sheet(NamedTuple):
    """One page: what the barcode says, and the lines below it."""

    barcode: str
    lines: tuple[str, ...]


def document(sheets: Sequence[Sheet]) -> bytes:
    """The whole file."""
    pages = range(4, 4 + 2 * len(sheets), 2)
    kids = " ".join(f"{number} 0 R" for number in pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, sheet in zip(pages, sheets, strict=True):
        drawn = _drawn(sheet)
        box = f"/MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {box} /Contents {number + 1} 0 R >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + trailer


def _drawn(sheet: Sheet) -> bytes:
    out, x, top = [], 20.0, _HEIGHT - 90
    for character in f"*{sheet.barcode}*":
        for place, wide in enumerate(_PATTERNS[character]):
            width = _NARROW * (2.5 if wide == "1" else 1)
            if place % 2 == 0:
                out.append(f"{x:.2f} {top} {width:.2f} 60 re f")
            x += width
        x += _NARROW
    out += ["BT /F1 12 Tf 20", f"{top - 16} Td ({_text(sheet.barcode)}) Tj ET"]
    out += [f"BT /F1 9 Tf 20 {top - 40 - 14 * row} Td ({_text(line)}) Tj ET" for row, line in enumerate(sheet.lines)]
    return "\n".join(out).encode("cp1252", "replace")


def _text(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
