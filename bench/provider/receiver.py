"""A shop's server that takes webhooks on plain sockets: when each event came first stands in memory, and is told by `GET /seen` (and forgotten).

One process with as little Python for each request as can be: what it costs is taken from whoever is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from time import time
from typing import Final

_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_ID: Final = re.compile(rb"\r\nwebhook-id: (\S+)", re.IGNORECASE)
_OK: Final = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver(asyncio.Protocol):
    """One connection."""

    seen: dict[str, list[float]] = {}  # noqa: RUF012  of all connections, on purpose

    def __init__(self) -> None:
        self._heard = b""
        self._line: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connects."""
        assert isinstance(transport, asyncio.Transport), "a server's connection can be written to"
        self._line = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._heard += data
        assert self._line is not None, "data comes on a connection"
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            head = self._heard[:end]
            length = _LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._heard) < whole:
                return
            self._heard = self._heard[whole:]
            self._line.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        if head.startswith(b"GET /seen"):
            body = json.dumps(self.seen).encode()
            self.seen.clear()
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        if found := _ID.search(head):
            self.seen.setdefault(found[1].decode(), []).append(time())
        return _OK


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Listen until asked to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(_serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
