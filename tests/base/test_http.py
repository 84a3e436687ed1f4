"""The one HTTP client: what leaves is sent once, and every failure has one of two names. Real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
import uvicorn

from gerbang.base.http import KEPT_S, AnswerTooLong, Http, OutcomeUnknown, Unreachable
from gerbang.sandbox import server as sandbox_server

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Trace: Abc\r\n\r\nok"


@dataclass(slots=True)
class Server:
    """Where it listens, how many connections were made, and every request that it read to its end."""

    port: int = 0
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def serving(behave: Callable[[int], bytes | None]) -> AsyncIterator[Server]:
    """`behave` maps the number of a request to what is answered; None hangs up without a word."""
    server = Server()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
                server.heard.append(head + await reader.readexactly(int(fields.get(b"content-length", b"0"))))
                answer = behave(len(server.heard))
                if answer is None:
                    break
                writer.write(answer)
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http()
    yield client
    await client.close()


async def test_the_very_bytes_are_sent_and_any_status_is_an_answer(http: Http) -> None:
    body = b'{"amount" : 150000,"name":"\xc3\xa9"}'
    async with serving(lambda _: b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nRetry-After: 2\r\n\r\nbusy") as server:
        answer = await http.send("POST", f"{server.url}/a%2Fb?x=1%20y", headers={"X-Sign": "s="}, body=body)
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (503, b"busy", "2")
    (heard,) = server.heard
    assert heard.startswith(b"POST /a%2Fb?x=1%20y HTTP/1.1\r\n")
    assert b"\r\nX-Sign: s=\r\n" in heard
    assert heard.endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("before", [0, 1], ids=["fresh", "kept"])
async def test_a_request_without_an_answer_is_sent_once_and_its_outcome_is_unknown(
    http: Http, method: str, before: int
) -> None:
    async with serving(lambda number: OK if number <= before else None) as server:
        for _ in range(before):
            await http.send("GET", server.url)
        with pytest.raises(OutcomeUnknown):
            await http.send(method, server.url, body=b"" if method in ("GET", "HEAD") else b"{}")
        assert len(server.heard) == before + 1


async def test_what_answers_too_late_may_have_acted(http: Http) -> None:
    async with serving(lambda _: b"") as server:
        with pytest.raises(OutcomeUnknown):
            await http.send("POST", server.url, body=b"{}", timeout_s=0.2)
        assert len(server.heard) == 1


async def test_nothing_left_where_nobody_listens(http: Http) -> None:
    async with serving(lambda _: OK) as server:
        gone = server.url
    with pytest.raises(Unreachable):
        await http.send("POST", gone, body=b"{}")


async def test_a_redirect_is_an_answer_and_is_not_followed(http: Http) -> None:
    async with serving(lambda _: b"HTTP/1.1 307 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n") as server:
        answer = await http.send("POST", server.url, body=b"{}")
        assert (answer.status, answer.headers["location"]) == (307, "/elsewhere")
        assert len(server.heard) == 1


@pytest.mark.parametrize("size", [100, 101])
async def test_an_answer_is_read_up_to_the_limit_and_no_further(http: Http, size: int) -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (size, b"x" * size)
    async with serving(lambda _: whole) as server:
        asked = http.send("GET", server.url, limit_bytes=100)
        if size <= 100:
            assert len((await asked).body) == size
        else:
            with pytest.raises(AnswerTooLong):
                await asked


async def test_an_answer_that_breaks_off_is_no_answer(http: Http) -> None:
    async with serving(
        lambda number: b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf" if number == 1 else None
    ) as server:
        with pytest.raises(OutcomeUnknown):
            await http.send("POST", server.url, body=b"{}", timeout_s=0.5)


async def test_a_connection_is_left_before_the_other_side_closes_it() -> None:
    client = Http(kept_s=0.05)
    async with serving(lambda _: OK) as server:
        await client.send("POST", server.url, body=b"first")
        await client.send("POST", server.url, body=b"at once")
        assert server.connections == 1
        await asyncio.sleep(0.1)
        await client.send("POST", server.url, body=b"later")
        assert server.connections == 2
    await client.close()


def test_connections_are_kept_for_less_long_than_servers_keep_them() -> None:
    """Into one that closes at that moment a registration may go, and nobody knows whether it was heard: no `next_action` then."""
    usual_of_servers_s = uvicorn.Config("").timeout_keep_alive  # Node's is the same
    assert usual_of_servers_s - 1 >= KEPT_S < sandbox_server.KEPT_S
