"""What `doctor` says of the public address, by asking real servers there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from gerbang.cli.public_address import look

OURS = "0123456789abcdef"
WELL = f"x-gerbang-instance: {OURS}\r\nx-gerbang-forwarding: none\r\n"


@contextlib.asynccontextmanager
async def standing_there(port: int, head: str, body: str = "{}") -> AsyncIterator[str]:
    """A server that gives every request the same answer."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {head}content-length: {len(body)}\r\nconnection: close\r\n\r\n{body}".encode())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()


@pytest.mark.parametrize(
    ("head", "body", "said", "good"),
    [
        (f"200 OK\r\n{WELL}", "{}", "leads to this Gerbang", True),
        (f"200 OK\r\n{WELL.replace('none', 'believed')}", "{}", "known by their own addresses", True),
        (f"200 OK\r\n{WELL.replace('none', 'ignored')}", "{}", "not believed", False),
        (f"200 OK\r\n{WELL.replace(OURS, 'f' * 16)}", "{}", "another Gerbang", False),
        ("200 OK\r\n", "<html>", "something else answers", False),
        ("404 Not Found\r\n", "", "something else answers", False),
        ("301 Moved\r\nlocation: https://pay.example/healthz\r\n", "", "redirects to https://pay.example", False),
        (f"200 OK\r\n{WELL}", '{"code":"host_unknown"}', "a Host that is not ours", False),
        (
            f"200 OK\r\n{WELL}referrer-policy: same-origin\r\nreferrer-policy: no-referrer\r\n",
            "",
            "hide that our forms are our own",
            False,
        ),
        (f"200 OK\r\n{WELL}referrer-policy: unsafe-url\r\n", "", "the whole address of a page", False),
    ],
)
async def test_doctor_says_where_the_public_address_leads(
    free_port: Callable[[], int], head: str, body: str, said: str, good: bool
) -> None:
    async with standing_there(free_port(), head, body) as url:
        found = await look(url, OURS)
    (line,) = [one for one in found if said in one.what]
    assert line.good is good
    assert good or line.cure


async def test_doctor_says_that_nobody_answers_or_that_the_certificate_is_wrong(free_port: Callable[[], int]) -> None:
    (silent,) = await look(f"http://127.0.0.1:{free_port()}", OURS)
    assert "does not answer" in silent.what
    (nameless,) = await look("http://no-such-name.invalid", OURS)
    assert "no such name" in nameless.what
