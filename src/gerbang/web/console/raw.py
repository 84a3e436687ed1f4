"""Raw bytes for people's eyes: lines with their offsets, as text where it is text, as hexadecimal where not. Pure; trusts nothing (R47)."""

import json
from dataclasses import dataclass
from typing import Final

MOST_BYTES: Final = 65_536
_LINE: Final = 96


@dataclass(frozen=True, slots=True)
class Line:
    """Some bytes of a body: where they begin, and how they read."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Raw:
    """A body cut into lines. `kind` is `form`, `json`, `text` or `hex`; `shown` says how many bytes are here of `size`."""

    kind: str
    size: int
    shown: int
    lines: tuple[Line, ...]


def raw_of(body: bytes, content_type: str) -> Raw:
    """The body as lines. A form breaks before each field, text at its line ends; nothing is decoded or put in order."""
    part = body[:MOST_BYTES]
    text = _text(part)
    if text is None:
        rows = [(at, part[at : at + 16].hex(" ")) for at in range(0, len(part), 16)]
        return Raw("hex", len(body), len(part), tuple(Line(at, row) for at, row in rows))
    kind = _kind(text, content_type)
    pieces = text.replace("&", "\n&").split("\n") if kind == "form" else text.splitlines(keepends=True)
    return Raw(kind, len(body), len(part), tuple(_lines(pieces)))


def text_of(body: bytes) -> str:
    """The body as text with its own line ends, for where no offsets are asked for; what is no text as hexadecimal."""
    text = _text(body[:MOST_BYTES])
    if text is None:
        return "\n".join(line.text for line in raw_of(body, "").lines)
    return "\n".join(_visible(line) for line in text.splitlines())


def _lines(pieces: list[str]) -> list[Line]:
    lines, offset = [], 0
    for piece in pieces:
        for start in range(0, max(len(piece), 1), _LINE):
            chunk = piece[start : start + _LINE]
            lines.append(Line(offset, _visible(chunk)))
            offset += len(chunk.encode())
    return lines


def _visible(text: str) -> str:
    """Control characters and marks that turn the direction of text are shown, not obeyed."""
    return "".join(char if char.isprintable() else "" if char in "\r\n" else f"\\u{ord(char):04x}" for char in text)


def _text(part: bytes) -> str | None:
    for spare in range(4):  # the cut may have gone through a character
        try:
            return part[: len(part) - spare].decode()
        except UnicodeDecodeError:
            if len(part) < MOST_BYTES:
                return None
    return None


def _kind(text: str, content_type: str) -> str:
    media = content_type.partition(";")[0].strip().lower()
    if media == "application/x-www-form-urlencoded":
        return "form"
    try:
        json.loads(text)
    except ValueError:
        return "text"
    return "json"
