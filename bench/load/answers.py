"""Reads HTTP/1.1 answers off a socket's bytes. Only what a load generator needs: status, body, and where the answer ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_END_OF_CHUNKS: Final = b"\r\n0\r\n\r\n"
_BODYLESS: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer. `body` is still framed when it came in chunks."""

    status: int
    body: bytes
    head: bytes = b""


def read_answer(data: bytes) -> Answer | None:
    """Return the answer that `data` holds, or None while it is not complete.

    Raises ValueError when the bytes are no HTTP/1.1 answer.
    """
    if len(data) > 8 and not data.startswith(b"HTTP/1.1 "):
        message = f"not an HTTP/1.1 answer: {data[:40]!r}"
        raise ValueError(message)
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    status = int(data[9:12])
    length = _LENGTH.search(data, 0, end)
    if length is None:
        return _without_length(data, status, end)
    body_end = end + 4 + int(length[1])
    if len(data) < body_end:
        return None
    return Answer(status, data[end + 4 : body_end], data[:end])


def _without_length(data: bytes, status: int, end: int) -> Answer | None:
    if status in _BODYLESS:
        return Answer(status, b"", data[:end])
    if _CHUNKED.search(data, 0, end) is None:
        message = f"an answer without a length: {data[:end]!r}"
        raise ValueError(message)
    if not data.endswith(_END_OF_CHUNKS):
        return None
    return Answer(status, data[end + 4 :], data[:end])
