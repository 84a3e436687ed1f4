"""The road of a provider's wire through the sandbox: find the simulator, draw a fault, make the step durable, answer.

Raw ASGI, because it is measured: registrations and inquiries are part of the throughput benches.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from gerbang.ports.simulator import Answer, Request, Simulator, prefixes
from gerbang.sandbox.faults import CATALOGUE, Fault, Faults, Kind
from gerbang.sandbox.server import Receive, Scope, Send, gone, reset
from gerbang.sandbox.world import Twist, World

_MOST_BYTES: Final = 1 << 20
_PLAIN: Final = (("content-type", "text/html"),)
_BROKEN: Final = Answer(500, b"<html><body><h1>HTTP Status 500 - Internal Server Error</h1></body></html>", _PLAIN)
_TOO_LARGE: Final = Answer(413, b"", _PLAIN)
_GARBAGE: Final = Answer(200, b"\x1f\x8b\x00<html>\xff\xfe not what was asked for \x00", _PLAIN)
_BEFORE: Final = frozenset({Kind.RESET_BEFORE, Kind.TIMEOUT_BEFORE, Kind.HTTP_500, Kind.SAYS_NO})
_HELD: Final = frozenset({Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER_EFFECT})
_CUT: Final = frozenset({Kind.RESET_BEFORE, Kind.RESET_AFTER_EFFECT, *_HELD})


class Dispatcher:
    """Serves every simulator under its prefix."""

    def __init__(self, world: World, faults: Faults, public_url: str = "") -> None:
        self._world = world
        self._faults = faults
        self._public_url = public_url
        self._prefixes = [
            (f"{one}/", simulator) for simulator in world.simulators.values() for one in prefixes(simulator)
        ]

    def find(self, path: str) -> tuple[Simulator, str] | None:
        """Whose path it is, and the prefix by which it was called."""
        return next(((simulator, one[:-1]) for one, simulator in self._prefixes if path.startswith(one)), None)

    async def serve(self, found: tuple[Simulator, str], path: str, scope: Scope, receive: Receive, send: Send) -> None:
        simulator, prefix = found
        body = await read_body(receive)
        if body is None:
            await reply(send, _TOO_LARGE)
            return
        request = self._request(prefix, path, scope, body)
        fault = self._faults.draw(simulator.name, request.path)
        if fault is None:
            answer = await self._world.request(simulator, request)
        else:
            answer = await self._under(fault, simulator, request)
            if fault.kind in _CUT:
                await _hold(fault, receive)
                await reset(scope, receive)
                return
        assert answer is not None, f"no answer to {request.path} and no fault that cuts"
        await reply(send, answer)

    async def _under(self, fault: Fault, simulator: Simulator, request: Request) -> Answer | None:
        """The step under a fault; None where the connection is to be cut."""
        if fault.kind in _BEFORE:
            known: Mapping[str, Answer] = {Kind.HTTP_500: _BROKEN, Kind.SAYS_NO: simulator.refusal(request)}
            sent = known.get(fault.kind)
            await self._world.nothing(simulator, request, fault.kind, sent)
            return sent
        if fault.kind == Kind.SLOW:
            await asyncio.sleep(fault.wait_s)
        if fault.kind == Kind.DUPLICATE_REFERENCE:
            await self._world.request(simulator, request, fault.kind)
        if fault.kind not in CATALOGUE:
            request = msgspec.structs.replace(request, fault=fault.kind)
        return await self._world.request(simulator, request, fault.kind, _twists(simulator).get(fault.kind))

    def _request(self, prefix: str, path: str, scope: Scope, body: bytes) -> Request:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        root = self._public_url or f"{scope['scheme']}://{headers.get('host', '')}"
        inner = path[len(prefix) :]
        return Request(
            method=scope["method"],
            path=inner,
            query=scope["query_string"],
            headers=headers,
            body=body,
            base_url=root + prefix,
            came_at=time.time(),
        )


def _twists(simulator: Simulator) -> Mapping[str, Twist]:
    nothing: Callable[[Answer], None] = lambda _: None  # noqa: E731  a table of lambdas reads best as a table
    return {
        Kind.TIMEOUT_AFTER_EFFECT: nothing,
        Kind.RESET_AFTER_EFFECT: nothing,
        Kind.HTTP_500_AFTER_EFFECT: lambda _: _BROKEN,
        Kind.GARBAGE: lambda _: _GARBAGE,
        Kind.TRUNCATED_JSON: lambda answer: Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers),
        Kind.WRONG_AMOUNT: simulator.with_wrong_amount,
    }


async def _hold(fault: Fault, receive: Receive) -> None:
    if fault.kind in _HELD:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(gone(receive), fault.wait_s)


async def read_body(receive: Receive) -> bytes | None:
    """The whole body; None when it is over 1 MB."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > _MOST_BYTES:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def reply(send: Send, answer: Answer) -> None:
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": encoded(answer.headers, answer.body)}
    )
    await send({"type": "http.response.body", "body": answer.body})


def encoded(headers: Sequence[tuple[str, str]], body: bytes) -> list[tuple[bytes, bytes]]:
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers if name != "content-length"]
    return [*lines, (b"content-length", str(len(body)).encode())]
