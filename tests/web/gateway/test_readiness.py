"""Health tells the truth to whoever asks, in time: by any name or none, before a frozen database, before a full disk (R53, R55, R59)."""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from gerbang.base.postgres import ServerHandle
from gerbang.web.policy import POLICY
from tests.conftest import FreshDatabase, new_data_folder
from tests.processes import family_of
from tests.web.conftest import PASSWORD, Edge, running_edge

PROBES = {
    "HAProxy's plain check": b"OPTIONS / HTTP/1.0\r\n\r\n",
    "HAProxy's check of readiness by OPTIONS": b"OPTIONS /readyz HTTP/1.0\r\n\r\n",
    "HAProxy's check of life by OPTIONS": b"OPTIONS /healthz HTTP/1.0\r\n\r\n",
    "OPTIONS by address": b"OPTIONS /readyz?x=1 HTTP/1.1\r\nHost: 10.42.0.17:8080\r\nConnection: close\r\n\r\n",
    "HAProxy's check of a path": b"GET /healthz HTTP/1.0\r\n\r\n",
    "ready by HTTP/1.0": b"GET /readyz HTTP/1.0\r\n\r\n",
    "HTTP/1.1 without Host": b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
    "an empty Host": b"GET /readyz HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n",
    "Kubernetes, by address": b"GET /healthz HTTP/1.1\r\nHost: 10.42.0.17:8080\r\nUser-Agent: kube-probe/1.31\r\nConnection: close\r\n\r\n",
    "AWS, by address": b"GET /readyz HTTP/1.1\r\nHost: 172.31.4.9\r\nUser-Agent: ELB-HealthChecker/2.0\r\nConnection: close\r\n\r\n",
    "a name of somebody else": b"GET /healthz HTTP/1.1\r\nHost: internal.example:81\r\nConnection: close\r\n\r\n",
    "an IPv6 address": b"HEAD /readyz HTTP/1.1\r\nHost: [fd00::7]:8080\r\nConnection: close\r\n\r\n",
    "a whole address": b"GET http://10.0.0.3:80/healthz HTTP/1.1\r\nHost: 10.0.0.3\r\nConnection: close\r\n\r\n",
    "a whole address by HTTP/1.0": b"GET http://10.0.0.3/healthz HTTP/1.0\r\n\r\n",
    "the server as a whole": b"OPTIONS * HTTP/1.1\r\nHost: 10.0.0.3\r\nConnection: close\r\n\r\n",
}


# What asks for `/`, as load balancers do by default, and is told that somebody is here.
ROOTS = {
    "HAProxy's check of /": b"GET / HTTP/1.0\r\n\r\n",
    "HAProxy's check by HEAD": b"HEAD / HTTP/1.0\r\n\r\n",
    "AWS's default": b"GET / HTTP/1.1\r\nHost: 172.31.4.9\r\nUser-Agent: ELB-HealthChecker/2.0\r\nConnection: close\r\n\r\n",
    "Google's default": b"GET / HTTP/1.1\r\nHost: 10.128.0.7:8080\r\nUser-Agent: GoogleHC/1.0\r\nConnection: close\r\n\r\n",
    "IPv6": b"GET / HTTP/1.1\r\nHost: [fd00::7]\r\nConnection: close\r\n\r\n",
}


async def said(port: int, request: bytes) -> bytes:
    """All bytes of the answer to one request; two seconds and no more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 2)
    writer.close()
    return answer


async def test_a_probe_is_answered_by_whatever_name_it_asks(edge: Edge) -> None:
    """R59."""
    refused = {
        who: answer[:60] for who, probe in PROBES.items() if (answer := await said(edge.port, probe))[9:10] != b"2"
    }
    assert not refused


async def test_who_asks_for_the_root_by_address_or_without_a_name_is_told_that_somebody_is_here(edge: Edge) -> None:
    for who, probe in ROOTS.items():
        answer = await said(edge.port, probe)
        assert (answer[9:12], b"location:" in answer) == (b"200", False), who
    named = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{edge.port}\r\nConnection: close\r\n\r\n"
    assert (await said(edge.port, named.encode()))[9:12] == b"303"


async def test_nothing_but_probes_is_served_without_a_name_of_ours(edge: Edge) -> None:
    for request in (
        b"GET /docs HTTP/1.0\r\n\r\n",
        b"GET /docs HTTP/1.1\r\nHost: internal.example\r\nConnection: close\r\n\r\n",
        b"GET http://internal.example/docs HTTP/1.1\r\nHost: internal.example\r\nConnection: close\r\n\r\n",
        b"GET http://internal.example/healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"OPTIONS /v1/payments HTTP/1.0\r\n\r\n",
    ):
        assert (await said(edge.port, request))[9:12] == b"400", request


# ── a database that stands still, and one whose disk is full ────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def frozen(server: ServerHandle) -> Iterator[None]:
    """SIGSTOP of every process of the server."""
    pids = family_of(server.pid)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


async def timed(asked: Awaitable[httpx.Response]) -> tuple[float, httpx.Response]:
    """How many seconds an answer took, and the answer."""
    started = time.monotonic()
    answer = await asked
    return time.monotonic() - started, answer


class Shoppers:
    """Orders that keep coming; each remembers what it was told."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._stopped = False
        self._numbers = itertools.count()
        self.acknowledged: dict[str, str] = {}
        self.refused: dict[str, tuple[float, httpx.Response]] = {}

    async def run(self) -> None:
        """One after the other until `stop`."""
        while not self._stopped:
            order = f"order-{next(self._numbers)}"
            seconds, answer = await timed(self.order(order))
            if answer.status_code == 201:
                self.acknowledged[order] = answer.json()["id"]
            else:
                self.refused[order] = (seconds, answer)

    async def order(self, order: str) -> httpx.Response:
        """The same order under the same key, however often."""
        return await self._edge.create("developer", order, order_reference=order)

    def stop(self) -> None:
        """No new ones."""
        self._stopped = True


async def ready_again(edge: Edge) -> None:
    """Until /readyz says yes; five seconds at most."""
    async with asyncio.timeout(5):
        while (await edge.client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.1)


async def test_before_a_frozen_database_every_request_is_answered_503_in_two_seconds(
    edge: Edge, postgres_server: ServerHandle
) -> None:
    """R53, R59: creates, reads, log-in and readiness, under traffic; what was acknowledged is there, and a retry finds the rest."""
    shoppers = Shoppers(edge)
    async with asyncio.TaskGroup() as shop:
        for _ in range(6):
            shop.create_task(shoppers.run())
        await asyncio.sleep(0.5)
        with frozen(postgres_server):
            seconds, health = await timed(edge.client.get("/healthz"))
            assert (health.status_code, seconds < 0.5) == (200, True)
            login = edge.post("/v1/auth/login", "nobody", {"email": "customer@example.com", "password": PASSWORD})
            reads = [edge.get(path) for path in ("/v1/payments", "/v1/audit", "/v1/users", "/v1/ledger/accounts")]
            for seconds, answer in await asyncio.gather(*map(timed, [edge.client.get("/readyz"), login, *reads])):
                assert answer.status_code == 503, answer.text
                assert seconds < 2, answer.url
            assert answer.headers["content-type"] == "application/problem+json"
            answer = await edge.client.get("/readyz")
            assert answer.json()["causes"] == {"database": "The database does not answer"}
            await asyncio.sleep(1)
        await ready_again(edge)
        shoppers.stop()
    assert shoppers.refused
    for seconds, answer in shoppers.refused.values():
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.headers["retry-after"]
        assert seconds < 2, answer.text
    for order in shoppers.refused:
        assert (await shoppers.order(order)).status_code == 201
    for order, known in shoppers.acknowledged.items():
        assert (await shoppers.order(order)).json()["id"] == known
    assert await edge.count("payments") == len(shoppers.acknowledged) + len(shoppers.refused)


@pytest.fixture
async def small_disk(
    postgres_server: ServerHandle, migrated_template: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[tuple[Edge, Path]]:
    """A service whose tables lie on a small disk, and a file there to fill it with."""
    folder = new_data_folder()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m,mode=755", "tmpfs", folder], check=False).returncode:
        shutil.rmtree(folder)
        pytest.skip("NOT TESTED HERE: needs the right to mount a small tmpfs (root)")
    place = folder / "tables"
    place.mkdir()
    os.chown(place, Path(f"/proc/{postgres_server.pid}").stat().st_uid, -1)
    known = postgres_server.addresses
    admin = await asyncpg.connect(known.admin_dsn)
    await admin.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
    await admin.execute(
        f"CREATE DATABASE small TEMPLATE {migrated_template} OWNER gerbang_owner TABLESPACE small STRATEGY file_copy"
    )
    named = [dsn.replace("/gerbang?", "/small?") for dsn in (known.app_dsn, known.owner_dsn, known.admin_dsn)]
    async for one in running_edge(FreshDatabase("small", *named), tmp_path, free_port()):
        yield one, folder / "filler"
    await admin.execute("DROP DATABASE small WITH (FORCE)")
    await admin.execute("DROP TABLESPACE small")
    await admin.close()
    subprocess.run(["umount", folder], check=True)
    shutil.rmtree(folder)


def fill(filler: Path) -> None:
    """Leave not a byte of room."""
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"\0" * 65_536):
            pass
    with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
        while file.write(b"\0"):
            pass


def pages_of(made: dict[str, str]) -> list[str]:
    """Every address that only shows something, and the payer's page by its link; streams of events never end, and are left out."""
    shown = [
        row.path for row in POLICY if row.method == "GET" and not row.path.endswith(("/readyz", "/events", "/feed"))
    ]
    known = [path.replace("{payment}", made["id"]) for path in shown]
    link = urlsplit(made["checkout_url"])
    return [f"{link.path}?{link.query}", *(path for path in known if "{" not in path)]


async def test_with_a_full_disk_it_is_not_ready_says_why_and_still_shows_everything(
    small_disk: tuple[Edge, Path],
) -> None:
    """R53, R55, R59."""
    edge, filler = small_disk
    made = (await edge.create()).json()
    assert (await edge.client.get("/readyz")).status_code == 200
    fill(filler)
    edge.services.secrets._audited.clear()  # as a minute later, or in a process that has just started
    refused = 0
    for _ in range(300):  # a page that was begun still has room
        refused = (await edge.create()).status_code
        if refused != 201:
            break
    assert refused == 503
    await asyncio.sleep(3.1)
    seconds, answer = await timed(edge.client.get("/readyz"))
    assert (answer.status_code, seconds < 2) == (503, True)
    assert answer.json()["causes"] == {"database": "The database cannot be written. Its disk is full."}
    for who in ("nobody", "admin"):
        for path in pages_of(made):
            shown = (
                await edge.get(path, who) if "?" not in path else await edge.client.get(path, headers=edge.headers(who))
            )
            assert shown.status_code < 500, (who, path, shown.text)
    mine = await edge.get("/v1/me", "customer")
    assert mine.status_code == 200, mine.text
    filler.unlink()
    await ready_again(edge)
    assert (await edge.create()).status_code == 201
