"""Calling addresses that somebody else chose: where the call may go, and what a hostile receiver can do to us (R21, R56). Real sockets."""

import asyncio
import contextlib
import gzip
import resource
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gerbang.base.http import Http, OutcomeUnknown, TargetRefused, Unreachable
from gerbang.base.target_policy import TargetPolicy, read_private_targets
from tests.base.certificates import authority

LOOPBACK = TargetPolicy(read_private_targets(["127.0.0.0/8", "::1"]))
KEPT = 65_536
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Receiver:
    """Where it listens; how often somebody connected, and what was asked."""

    port: int = 0
    connections: int = 0
    heads: list[bytes] = field(default_factory=list)


@contextlib.asynccontextmanager
async def receiving(answer: bytes | Talk, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver at every address of this machine that gives every request this answer, or lets a function talk after the request's head."""
    receiver = Receiver()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        receiver.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                receiver.heads.append(await reader.readuntil(b"\r\n\r\n"))
                if isinstance(answer, bytes):
                    writer.write(answer)
                else:
                    await answer(reader, writer)
        writer.close()

    listening = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    server = await asyncio.start_server(talk, sock=listening, ssl=tls)
    receiver.port = listening.getsockname()[1]
    async with server:
        yield receiver


@contextlib.asynccontextmanager
async def calling(
    policy: TargetPolicy, lookup: Callable[[str], Sequence[str]] | None = None, authorities: str | None = None
) -> AsyncIterator[Http]:
    http = Http(policy=policy, lookup=lookup, authorities=authorities)
    try:
        yield http
    finally:
        await http.close()


# Where it may go


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "0x7f.1", "0x7f000001", "127.1", "0", "0.0.0.0", "[::1]", "[::]",
        "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[::ffff:7f00:1]", "①②⑦.⓪.⓪.①", "user:secret@127.0.0.1", "127.0.0.1%2f@127.0.0.1",
        "[fe80::1%25lo]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "127.0.0.1.",
    ],
)  # fmt: skip
async def test_no_form_of_the_address_of_this_machine_is_connected_to(host: str) -> None:
    async with receiving(OK) as receiver, calling(TargetPolicy()) as http:
        url = f"http://{host}:{receiver.port}/"
        with pytest.raises(TargetRefused):
            await http.vet(url)
        with pytest.raises(Unreachable):
            await http.send("POST", url, body=b"{}", timeout_s=3)
        await asyncio.sleep(0)
        assert receiver.connections == 0


@pytest.mark.parametrize(
    "url", ["gopher://127.0.0.1/x", "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "//127.0.0.1/"]
)
async def test_what_is_not_of_the_web_goes_nowhere(url: str) -> None:
    async with calling(LOOPBACK) as http:
        with pytest.raises(TargetRefused):
            await http.vet(url)
        with pytest.raises(Unreachable):
            await http.send("GET", url)


@pytest.mark.parametrize("port", [22, 5432, 99_999])
async def test_a_port_of_something_else_is_refused_also_where_the_machine_is_permitted(port: int) -> None:
    async with calling(LOOPBACK) as http:
        with pytest.raises(TargetRefused):
            await http.vet(f"http://127.0.0.1:{port}/")
        with pytest.raises(Unreachable):
            await http.send("GET", f"http://127.0.0.1:{port}/")


async def test_a_named_private_target_is_called() -> None:
    async with receiving(OK) as receiver:
        policy = TargetPolicy(read_private_targets([f"127.0.0.1:{receiver.port}"]))
        async with calling(policy) as http:
            await http.vet(f"http://127.0.0.1:{receiver.port}/")
            answer = await http.send("POST", f"http://127.0.0.1:{receiver.port}/", body=b"{}")
    assert (answer.status, answer.seen.address) == (200, "127.0.0.1")


async def test_the_metadata_service_is_refused_whatever_was_named() -> None:
    policy = TargetPolicy(read_private_targets(["169.0.0.0/8", "127.0.0.0/8"]))
    async with calling(policy, lambda _: ["169.254.169.254"]) as http:
        for url in ("http://169.254.169.254/latest/meta-data/", "http://shop.example/"):
            with pytest.raises(TargetRefused):
                await http.send("GET", url, timeout_s=2)


async def test_a_name_is_looked_up_for_every_connection_and_refused_once_it_leads_inside() -> None:
    said = iter([["127.0.0.1"], ["127.0.0.2"]])
    async with receiving(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok") as receiver:
        policy = TargetPolicy(read_private_targets(["127.0.0.1"]))
        async with calling(policy, lambda _: next(said)) as http:
            url = f"http://rebound.example:{receiver.port}/"
            assert (await http.send("GET", url)).status == 200
            with pytest.raises(TargetRefused):
                await http.send("GET", url)
        assert receiver.connections == 1


async def test_what_was_permitted_when_it_was_saved_is_looked_at_again_when_it_is_called() -> None:
    said = iter([["127.0.0.1"], ["127.0.0.2"]])
    async with receiving(OK) as receiver:
        async with calling(TargetPolicy(read_private_targets(["127.0.0.1"])), lambda _: next(said)) as http:
            url = f"http://rebound.example:{receiver.port}/"
            await http.vet(url)
            with pytest.raises(TargetRefused):
                await http.send("GET", url)
        assert receiver.connections == 0


async def test_a_name_that_leads_to_a_permitted_and_to_another_machine_leads_to_neither() -> None:
    async with receiving(OK) as receiver:
        async with calling(
            TargetPolicy(read_private_targets(["127.0.0.1"])), lambda _: ["127.0.0.1", "127.0.0.2"]
        ) as http:
            with pytest.raises(TargetRefused):
                await http.send("GET", f"http://both.example:{receiver.port}/")
        assert receiver.connections == 0


async def test_nobody_learns_from_a_refusal_whether_an_inside_name_exists_or_somebody_listens() -> None:
    def lookup(name: str) -> Sequence[str]:
        if name == "db.internal":
            return ["127.0.0.1"]
        raise OSError("no such name")

    async with receiving(OK) as receiver, calling(TargetPolicy(), lookup) as http:
        told = set()
        for url in (f"http://db.internal:{receiver.port}/", "http://db.internal:1/", "http://nobody.internal/"):
            for asked in (http.vet(url), http.send("GET", url)):
                with pytest.raises(TargetRefused) as refused:
                    await asked
                told.add((str(refused.value), refused.value.hint, refused.value.code))
    assert len(told) == 1
    assert "GERBANG_ALLOWED_PRIVATE_TARGETS" in str(told)


async def test_a_redirect_into_the_house_is_an_answer_and_is_not_followed() -> None:
    async with receiving(OK) as inner:
        hop = b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % inner.port
        async with receiving(hop) as receiver, calling(LOOPBACK) as http:
            answer = await http.send("POST", f"http://127.0.0.1:{receiver.port}/", body=b"{}")
        assert (answer.status, inner.connections) == (307, 0)


async def test_a_name_server_that_hangs_ends_with_the_call_and_nothing_was_sent() -> None:
    def hang(_: str) -> Sequence[str]:
        time.sleep(0.6)
        return ["127.0.0.1"]

    async with calling(LOOPBACK, hang) as http:
        with pytest.raises(Unreachable):
            await http.send("GET", "http://slow.example:8080/", timeout_s=0.2)


# What comes back


async def test_an_answer_without_end_is_kept_up_to_the_limit_and_the_rest_is_never_read() -> None:
    sent = 0

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with receiving(flood) as receiver, calling(LOOPBACK) as http:
        answer = await http.send(
            "POST", f"http://127.0.0.1:{receiver.port}/", body=b"{}", limit_bytes=KEPT, cut=True, timeout_s=5
        )
    assert (answer.status, len(answer.body), answer.is_cut) == (200, KEPT, True)
    assert sent < 20_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


async def test_an_answer_that_drips_ends_at_the_time_limit() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.05)

    async with receiving(drip) as receiver, calling(LOOPBACK) as http:
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            await http.send("POST", f"http://127.0.0.1:{receiver.port}/", body=b"{}", timeout_s=0.4, cut=True)
    assert time.monotonic() - started < 2


async def test_a_head_that_drips_ends_at_the_time_limit() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-A: b\r\n")
            await asyncio.sleep(0.05)

    async with receiving(drip) as receiver, calling(LOOPBACK) as http:
        with pytest.raises(OutcomeUnknown):
            await http.send("POST", f"http://127.0.0.1:{receiver.port}/", body=b"{}", timeout_s=0.4)


@pytest.mark.parametrize(
    "line", [b"X-Header-%d: value\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"], ids=["fields", "interim"]
)
async def test_a_head_without_end_costs_no_memory(line: bytes) -> None:
    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" if b"%d" in line else b"")
        number = 0
        while True:
            writer.write(b"".join(line % (number + i) if b"%d" in line else line for i in range(1_000)))
            number += 1_000
            await writer.drain()

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with receiving(flood) as receiver, calling(LOOPBACK) as http:
        with pytest.raises(OutcomeUnknown):
            await http.send("POST", f"http://127.0.0.1:{receiver.port}/", body=b"{}", timeout_s=1)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


async def test_a_packed_answer_is_not_unpacked_and_none_is_asked_for() -> None:
    bomb = gzip.compress(b"\0" * 40_000_000, compresslevel=1)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with receiving(head + bomb) as receiver, calling(LOOPBACK) as http:
        answer = await http.send("GET", f"http://127.0.0.1:{receiver.port}/", limit_bytes=KEPT, cut=True)
    assert answer.body == bomb[:KEPT]
    assert b"accept-encoding" not in receiver.heads[0].lower()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok",
        b"",
    ],
)  # fmt: skip
async def test_an_answer_that_is_not_clearly_one_is_no_answer(answer: bytes) -> None:
    async def once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    async with receiving(once) as receiver, calling(LOOPBACK) as http:
        with pytest.raises(OutcomeUnknown):
            await http.send("POST", f"http://127.0.0.1:{receiver.port}/", body=b"{}", timeout_s=2)


async def test_what_a_receiver_sends_beyond_its_answer_answers_no_other_call() -> None:
    second = b"HTTP/1.1 202 Forged\r\nContent-Length: 6\r\n\r\nforged"
    async with receiving(OK + second) as receiver, calling(LOOPBACK) as http:
        for _ in range(3):
            answer = await http.send("POST", f"http://127.0.0.1:{receiver.port}/", body=b"{}")
            assert (answer.status, answer.body) == (200, b"ok")
            await asyncio.sleep(0.02)


# TLS, and what the connection saw


async def test_an_answer_says_what_each_step_took(tmp_path: Path) -> None:
    trusted = authority()
    tls = trusted.server(tmp_path, ["shop.example"])
    async with receiving(OK, tls=tls) as receiver, calling(LOOPBACK, lambda _: ["127.0.0.1"], trusted.pem) as http:
        url = f"https://shop.example:{receiver.port}/"
        first = (await http.send("POST", url, body=b"{}")).seen
        kept = (await http.send("POST", url, body=b"{}")).seen
    assert first.address == kept.address == "127.0.0.1"
    steps = [first.dns_ms, first.connect_ms, first.tls_ms, first.first_byte_ms]
    assert all(step is not None and 0 <= step <= first.total_ms for step in steps)
    assert (kept.dns_ms, kept.connect_ms, kept.tls_ms) == (None, None, None)
    assert receiver.connections == 1


@pytest.mark.parametrize("wrong", ["stranger", "other_name", "run_out", "no_tls"])
async def test_a_certificate_that_is_not_right_ends_the_call_before_anything_is_sent(
    tmp_path: Path, wrong: str
) -> None:
    trusted = authority()
    signer = authority() if wrong == "stranger" else trusted
    names = ["else.example" if wrong == "other_name" else "shop.example"]
    tls = None if wrong == "no_tls" else signer.server(tmp_path, names, days=-1 if wrong == "run_out" else 1)
    async with receiving(OK, tls=tls) as receiver, calling(LOOPBACK, lambda _: ["127.0.0.1"], trusted.pem) as http:
        with pytest.raises(Unreachable) as failed:
            await http.send("POST", f"https://shop.example:{receiver.port}/", body=b"secret", connect_timeout_s=0.5)
        assert receiver.heads == []
    assert failed.value.seen.first_byte_ms is None
    assert wrong == "no_tls" or "no trusted TLS" in str(failed.value)
