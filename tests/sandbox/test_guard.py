"""Who may act on the sandbox, which has no login: its own page and Gerbang's, and tools; no page of a stranger's, under whatever name."""

import httpx
import pytest

from gerbang.ports.simulator import Request
from gerbang.sandbox.app import Sandbox
from gerbang.sandbox.guard import guard_of
from tests.conftest import NO_TLS

GUARD = guard_of("http://sandbox.toko.example:8090", "http://toko.example:8080", host="0.0.0.0")


def asked(method: str = "POST", **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method=method, path="/control/clock", query=b"", headers=named, body=b"", base_url="http://x")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:8090"},
        {"host": "localhost"},
        {"host": "[::1]:8090"},
        {"host": "192.168.1.20:8090"},
        {"host": "Sandbox.Toko.Example.:8090"},
        {"host": "127.0.0.1:8090", "origin": "http://127.0.0.1:8080"},
        {"host": "sandbox.toko.example:8090", "origin": "http://toko.example:8080"},
        {"host": "127.0.0.1:8090", "origin": "null", "sec_fetch_site": "same-origin"},
        {},
    ],
)
def test_tools_and_our_own_pages_may_act(headers: dict[str, str]) -> None:
    assert GUARD.complaint(asked(**headers)) == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "attacker.example:8090"},
        {"host": "127.0.0.1.attacker.example"},
        {"host": "127.0.0.1:8090", "origin": "https://attacker.example"},
        {"host": "127.0.0.1:8090", "origin": "null"},
        {"host": "127.0.0.1:8090", "origin": "http://127.0.0.1:9999"},
        {"host": "127.0.0.1:8090", "origin": "http://127.0.0.1:8090.attacker.example"},
        {"host": "127.0.0.1:8090", "sec_fetch_site": "cross-site"},
    ],
)
def test_a_page_of_a_stranger_may_not(headers: dict[str, str]) -> None:
    assert GUARD.complaint(asked(**headers))


def test_a_name_that_was_made_to_lead_here_may_not_even_look() -> None:
    assert GUARD.complaint(asked("GET", host="attacker.example"))
    assert GUARD.complaint(asked("GET", host="127.0.0.1:8090", origin="https://attacker.example")) == ""


async def test_the_sandbox_asks_its_guard(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url, verify=NO_TLS) as client:
        body = {"advance_s": 0}
        foreign = await client.post("/control/clock", json=body, headers={"origin": "https://attacker.example"})
        rebound = await client.get("/control/journal", headers={"host": "attacker.example"})
        own = await client.post("/control/clock", json=body, headers={"origin": sandbox.url})
    assert (foreign.status_code, rebound.status_code, own.status_code) == (403, 403, 200)
