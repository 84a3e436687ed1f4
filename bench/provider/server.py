"""The test provider's side of the wire: `POST /transactions` answers with a reference. Keeps nothing, costs next to nothing.

Speaks just enough HTTP/1.1 on plain asyncio streams of bytes, so that what is measured is the caller.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from typing import Final, cast

import uvloop

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_REFERENCE: Final = re.compile(rb'"reference" *: *"([A-Za-z0-9_.-]{1,64})"')


class Counter(asyncio.Protocol):
    """One keep-alive connection; requests are answered in order, at once."""

    def __init__(self) -> None:
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class inherits nothing of asyncio's

    def data_received(self, data: bytes) -> None:
        """Answer every whole request that has arrived."""
        self._heard += data
        while (request := self._next_request()) is not None:
            self._transport.write(answer(request))

    def _next_request(self) -> bytes | None:
        end = self._heard.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = _LENGTH.search(self._heard, 0, end)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self._heard) < whole:
            return None
        request, self._heard = self._heard[:whole], self._heard[whole:]
        return request


def answer(request: bytes) -> bytes:
    """Return the provider's answer: 201 with its own reference, derived from ours; 400 without one."""
    reference = _REFERENCE.search(request)
    if reference is None:
        body, status = b'{"error":"reference missing"}', b"400 Bad Request"
    else:
        body, status = b'{"reference":"P-' + reference[1] + b'","status":"registered"}', b"201 Created"
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


async def serve(port: int) -> None:
    """Serve on loopback until cancelled."""
    server = await asyncio.get_running_loop().create_server(Counter, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Run it: `python -m bench.provider.server --port N`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
