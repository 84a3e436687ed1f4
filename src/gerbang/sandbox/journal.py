"""The sandbox's journal: one JSON line for every request received, notification sent and change of state. No meaning in here.

A line is on disk (fdatasync) before `append`'s future is done, so nobody is answered about something a crash could take back. All
that wait together share one sync, off the event loop. A line torn by a crash is cut off at the next start.
"""

import asyncio
import base64
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Webhook

_INDEX_EVERY: Final = 512
_TAIL: Final = 200
_CHUNK_BYTES: Final = 1 << 16
_encoder: Final = msgspec.json.Encoder()


class Due(msgspec.Struct, frozen=True):
    """A notification that must be sent: `delay_s` after its cause, then by its own retries."""

    id: str
    webhook: Webhook
    delay_s: float = 0.0


class Delivery(msgspec.Struct, frozen=True):
    """One try to send a Due. `last` ends it: accepted, dropped, or no retry left."""

    id: str
    attempt: int
    accepted: bool
    last: bool
    error: str = ""


class Entry(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One line. `direction` is in, out or internal; a `status` of 0 means that no answer was given.

    Bodies are text, or base64 in the field beside it. `effect` is one change of a simulator's state, tagged by `kind`.
    """

    seq: int = -1
    at: str = ""
    direction: str
    provider: str
    route: str
    method: str = ""
    query: str = ""
    headers: list[tuple[str, str]] = []
    body: str = ""
    body_base64: str = ""
    status: int = 0
    answer: str = ""
    answer_base64: str = ""
    fault: str = ""
    effect: Any = None
    webhooks: list[Due] = []
    delivery: Delivery | None = None


class Replayed(msgspec.Struct, frozen=True):
    """What a restart needs of a line."""

    seq: int
    provider: str
    effect: msgspec.Raw = msgspec.Raw()
    webhooks: list[Due] = []
    delivery: Delivery | None = None


class _Address(msgspec.Struct, frozen=True):
    seq: int
    provider: str


def as_text(data: bytes) -> tuple[str, str]:
    """Bytes as (text, "") when they are UTF-8, else as ("", base64)."""
    try:
        return data.decode(), ""
    except UnicodeDecodeError:
        return "", base64.b64encode(data).decode()


class Journal:
    """Append-only file. Make it with `open`, replay it, then append; close it at the end."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._size = _cut_torn_line(self._file)
        _sync_folder(path.parent)
        self._seq = 0
        self._index: list[tuple[int, int]] = []
        self._buffer: list[bytes] = []
        self._waiting: asyncio.Future[None] | None = None
        self._flusher: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "journal")
        self.tail: deque[Entry] = deque(maxlen=_TAIL)

    def replay(self) -> Iterator[Replayed]:
        """Every line so far, oldest first. Must be run to its end before the first append."""
        decode = msgspec.json.Decoder(Replayed).decode
        offset = 0
        with self._path.open("rb") as lines:
            for line in lines:
                entry = decode(line)
                self._note(entry.seq, offset)
                self._seq = entry.seq + 1
                offset += len(line)
                yield entry

    def append(self, entry: Entry) -> asyncio.Future[None]:
        """Number and time the entry now; the future is done when it is on disk. Order of calls is order of lines."""
        entry.seq, entry.at = self._seq, datetime.now(UTC).isoformat(timespec="microseconds")
        self._seq += 1
        line = _encoder.encode(entry) + b"\n"
        self._note(entry.seq, self._size)
        self._size += len(line)
        self._buffer.append(line)
        self.tail.append(entry)
        loop = asyncio.get_running_loop()
        if self._waiting is None:
            self._waiting = loop.create_future()
        if self._flusher is None:
            self._flusher = loop.create_task(self._flush())
        return asyncio.shield(self._waiting)

    async def read(self, provider: str, since: int, limit: int) -> tuple[list[bytes], int | None]:
        """Up to `limit` lines after number `since`, of one provider or all; and where to go on, if there are more."""
        if self._waiting is not None:
            await asyncio.shield(self._waiting)
        return await asyncio.get_running_loop().run_in_executor(None, self._read, provider, since, limit)

    async def close(self) -> None:
        while self._flusher is not None:
            await asyncio.shield(self._flusher)
        self._thread.shutdown()
        os.close(self._file)

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._buffer:
                await asyncio.sleep(0)  # let everybody who is ready now come along
                lines, waiting = b"".join(self._buffer), self._waiting
                self._buffer, self._waiting = [], None
                assert waiting is not None, "lines without anybody who waits for them"
                try:
                    await loop.run_in_executor(self._thread, self._write, lines)
                except OSError as error:
                    waiting.set_exception(error)
                else:
                    waiting.set_result(None)
        finally:
            self._flusher = None

    def _write(self, lines: bytes) -> None:
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fdatasync(self._file)

    def _note(self, seq: int, offset: int) -> None:
        if seq % _INDEX_EVERY == 0:
            self._index.append((seq, offset))

    def _read(self, provider: str, since: int, limit: int) -> tuple[list[bytes], int | None]:
        decode = msgspec.json.Decoder(_Address).decode
        start = next((offset for seq, offset in reversed(self._index) if seq <= since + 1), 0)
        found: list[bytes] = []
        last = since
        with self._path.open("rb") as lines:
            lines.seek(start)
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # the one that is being written meanwhile
                address = decode(line)
                if address.seq <= since or (provider and address.provider != provider):
                    continue
                if len(found) == limit:
                    return found, last
                found.append(line.rstrip())
                last = address.seq
        return found, None


def _sync_folder(folder: Path) -> None:
    """Make the file's name as durable as its lines."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cut_torn_line(file: int) -> int:
    """Truncate after the last newline; returns the size that is left."""
    size = os.fstat(file).st_size
    end = size
    while end:
        start = max(0, end - _CHUNK_BYTES)
        newline = os.pread(file, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end != size:
        os.ftruncate(file, end)
    return end
