"""One connection against hostile clients, by raw sockets (R43–R45): framing, deadlines, sizes, and whom to believe."""

import asyncio
import contextlib
import ipaddress
import json
import re
import resource
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from gerbang.web.transport.connection import ConnectionLimits
from gerbang.web.transport.server import serve

LIMITS = ConnectionLimits(
    head_s=1.0, body_s=1.5, idle_s=1.0, linger_s=0.5, connections=300, proxies=(ipaddress.ip_network("127.0.0.9/32"),)
)
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
GET_AND_CLOSE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the client's address, scheme, path and the body's size; 413 with a close above 64 KiB."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    size, more = 0, True
    while more and size <= 65_536:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        more = message["more_body"]
    if scope["path"] == "/slow":
        await asyncio.sleep(0.3)
    body = f"{scope['client'][0]} {scope['scheme']} {scope['path']} {size}".encode()
    headers = [(b"content-length", str(len(body)).encode())]
    if size > 65_536:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 413 if size > 65_536 else 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port(free_port: Callable[[], int]) -> AsyncIterator[int]:
    """Where `echo` is served under strict limits."""
    stop, ready, number = asyncio.Event(), asyncio.Event(), free_port()
    task = asyncio.create_task(serve(echo, "127.0.0.1", number, limits=LIMITS, stop=stop, ready=lambda _: ready.set()))
    await ready.wait()
    yield number
    stop.set()
    await task


async def context(port: int, *parts: bytes, pause_s: float = 0, source: str = "127.0.0.1") -> bytes:
    """Send the parts with pauses while reading; everything that came back until the server closed, or two seconds of silence."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    answer = bytearray()

    async def read() -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(65_536):
                answer.extend(chunk)

    reading = asyncio.create_task(read())
    with contextlib.suppress(ConnectionError):
        for part in parts:
            if reading.done():
                break
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)
    await asyncio.wait({reading}, timeout=2)
    reading.cancel()
    writer.close()
    return bytes(answer)


def statuses(answer: bytes) -> list[int]:
    """The status of every response in the bytes."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


SMUGGLING = {
    "length and chunks": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + GET,
    "chunks and length": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n"
    + GET,
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab" + GET,
    "signed length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde" + GET,
    "negative length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n" + GET,
    "space before colon": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + GET,
    "other coding": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + GET,
    "coding twice": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "coding not chunked": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + GET,
    "chunks in 1.0": b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET,
    "bad chunk size": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n"
    + GET,
    "bare line feeds": b"GET / HTTP/1.1\nHost: a\n\n" + GET,
    "folded header": b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n" + GET,
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\n\r\n" + GET,
    "no host": b"GET /login HTTP/1.1\r\n\r\n" + GET,
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + GET,
    "empty host": b"GET /login HTTP/1.1\r\nHost: \r\n\r\n" + GET,
    "no host in 1.0": b"GET /login HTTP/1.0\r\n\r\n" + GET,
    "whole address": b"GET http://evil/ HTTP/1.1\r\nHost: a\r\n\r\n" + GET,
    "tunnel": b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n" + GET,
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + GET,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "raw bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n" + GET,
}


@pytest.mark.parametrize("bytes_", SMUGGLING.values(), ids=SMUGGLING.keys())
async def test_ambiguous_framing_gets_one_400_and_a_closed_connection(port: int, bytes_: bytes) -> None:
    """R45."""
    answer = await context(port, bytes_)
    assert statuses(answer) in ([400], []), answer
    assert b"connection: close" in answer or answer == b""
    assert statuses(await context(port, GET_AND_CLOSE)) == [200]


async def test_a_bad_request_behind_a_good_one_gets_no_answer_of_its_own(port: int) -> None:
    """R45: the first answer is still being made; a second one could be taken for it."""
    answer = await context(port, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + SMUGGLING["length and chunks"])
    assert statuses(answer) == [200]


async def test_pipelined_requests_are_answered_in_order(port: int) -> None:
    answer = await context(port, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + GET.replace(b" / ", b" /second ") + GET)
    assert statuses(answer) == [200, 200, 200]
    assert answer.index(b"/slow") < answer.index(b"/second")


async def test_an_upgrade_is_answered_in_plain_http_and_closed(port: int) -> None:
    wish = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    answer = await context(port, wish + GET)
    assert statuses(answer) == [200]
    assert b"connection: close" in answer


async def test_nothing_after_a_close_is_answered(port: int) -> None:
    """R45."""
    answer = await context(port, GET_AND_CLOSE + GET)
    assert statuses(answer) == [200]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"X-A: " + b"a" * 40_000 + b"\r\n", 431),
        (b"X-A: b\r\n" * 101, 431),
        (b"X-A: b\r\n" * 5_000, 431),
    ],
)
async def test_too_many_or_too_large_headers_are_431(port: int, head: bytes, status: int) -> None:
    """R43."""
    assert statuses(await context(port, b"GET / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n")) == [status]
    assert statuses(await context(port, b"GET / HTTP/1.1\r\nHost: a\r\n", head, b"\r\n", pause_s=0.05)) == [status]


async def test_a_long_address_is_414(port: int) -> None:
    assert statuses(await context(port, b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")) == [414]


async def test_a_header_that_never_ends_is_cut_off(port: int) -> None:
    """R43: no colon, no line end, only bytes."""
    answer = await context(port, b"GET / HTTP/1.1\r\nHost: a\r\n", *[b"x" * 4_096] * 12, pause_s=0.01)
    assert statuses(answer) == [431]


async def test_dripped_headers_are_cut_off_at_the_deadline(port: int) -> None:
    """R44."""
    started = time.monotonic()
    answer = await context(port, *[bytes([byte]) for byte in GET[:20]], pause_s=0.2)
    assert statuses(answer) == [408]
    assert time.monotonic() - started < 7


async def test_a_dripped_body_is_cut_off_at_the_deadline(port: int) -> None:
    """R44."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"
    answer = await context(port, head, *[b"x"] * 12, pause_s=0.25)
    assert statuses(answer) == [408]


async def test_an_idle_connection_is_closed(port: int) -> None:
    """R44: before its first request, and between two."""
    for first in (b"", GET):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(first)
        answer = await asyncio.wait_for(reader.read(), 4)
        assert statuses(answer) == ([200] if first else [])
        writer.close()


async def test_one_connection_too_many_is_told_so(port: int) -> None:
    """R44: the cap is on connections, and they come back."""
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(LIMITS.connections)]
    assert statuses(await context(port, GET)) == [503]
    await asyncio.sleep(LIMITS.head_s + 1)
    assert statuses(await context(port, GET)) == [200]
    for _, writer in held:
        writer.close()


async def test_idle_connections_do_not_slow_a_healthy_client(port: int) -> None:
    """R44, at the size of this test's cap."""

    async def p99(requests: int) -> float:
        times = []
        for _ in range(requests):
            started = time.perf_counter()
            assert statuses(await context(port, GET_AND_CLOSE)) == [200]
            times.append(time.perf_counter() - started)
        return sorted(times)[int(requests * 0.99) - 1]

    before = await p99(100)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(250)]
    during = await p99(100)
    for _, writer in held:
        writer.close()
    assert during < 2 * before + 0.02


@pytest.mark.parametrize("head", [b"Content-Length: 2000000000\r\n", b"Transfer-Encoding: chunked\r\n"])
async def test_a_huge_body_costs_no_memory_and_gets_413(port: int, head: bytes) -> None:
    """R43: 80 MB are on their way; at most the limit and a moment's buffers are taken in."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n" if b"chunked" in head else b"x" * 65_536
    answer = await context(port, b"POST / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n", *[chunk] * 1_200)
    assert statuses(answer) == [413]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_480


async def test_forwarded_headers_are_believed_from_named_proxies_only(port: int) -> None:
    """R45."""
    told = b"GET /x HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1, 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n"
    assert b"127.0.0.1 http /x" in await context(port, told)
    assert b"203.0.113.9 https /x" in await context(port, told, source="127.0.0.9")
    junk = b"GET /x HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: evil\r\nX-Forwarded-Proto: gopher\r\n\r\n"
    assert b"127.0.0.9 http /x" in await context(port, junk, source="127.0.0.9")


async def test_expect_continue_is_answered_before_the_body(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    answer = await context(port, head, b"abc", pause_s=0.2)
    assert statuses(answer) == [100, 200]
    assert b"/ 3" in answer


async def test_stopping_lets_a_request_in_flight_finish(free_port: Callable[[], int]) -> None:
    stop, ready, number = asyncio.Event(), asyncio.Event(), free_port()
    task = asyncio.create_task(serve(echo, "127.0.0.1", number, stop=stop, ready=lambda _: ready.set()))
    await ready.wait()
    answering = asyncio.create_task(context(number, GET.replace(b" / ", b" /slow ")))
    await asyncio.sleep(0.1)
    stop.set()
    assert statuses(await answering) == [200]
    await asyncio.wait_for(task, 6)


@pytest.mark.parametrize(
    ("came", "told", "cure"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS handshake", "http://"),
        (
            b"PROXY TCP4 203.0.113.7 10.0.0.3 51000 8080\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "PROXY protocol",
            "send-proxy",
        ),
        (b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c", "PROXY protocol", "send-proxy"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2", "HTTP/1.1"),
        (b"GET /login HTTP/1.0\r\n\r\n", "names no host", "proxy_set_header Host"),
        (b"GET /login HTTP/1.1\r\nHost: \r\n\r\n", "names no host", "proxy_set_header Host"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "two hosts", "one Host"),
        (b"GET /x HTTP/1.2\r\nHost: a\r\n\r\n", "HTTP/1.1 or HTTP/1.0", "METHOD"),
        (b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 or HTTP/1.0", "without blanks"),
        (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "no HTTP method", "capitals"),
        (b"get /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "no HTTP method", "capitals"),
        (b"GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", "address", "%XX"),
        (b"GET / HTTP/1.1\nHost: a\n\n", "CR and LF", "CR and LF"),
        (b"GET / HTTP/1.1\r\nX-A: b\r\n c\r\n\r\n", "next line", "one line"),
        (b"GET / HTTP/1.1\r\nBad Name: a\r\n\r\n", "name of a header", "hyphens"),
        (b"GET / HTTP/1.1\r\nX-A: b\x7f\r\n\r\n", "value of a header", "U+007F"),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "Content-Length",
            "one Content-Length",
        ),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n", "Content-Length", "one Content-Length"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "Transfer-Encoding", "chunked"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "chunks", "hexadecimal"),
    ],
)
async def test_what_is_no_request_is_called_by_its_name_with_the_cure_and_a_number(
    port: int, came: bytes, told: str, cure: str
) -> None:
    answer = await context(port, came)
    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (answer[9:12], told in problem["detail"], cure in problem["hint"]) == (b"400", True, True), problem
    assert re.fullmatch(r"req_[0-9A-Z]{26}", problem["request_id"])
