"""Real proxies in front, set up as docs/how-to/behind-a-proxy.md says and as ordinary people do; what is missing on this machine is skipped aloud."""

import asyncio
import contextlib
import datetime as dt
import os
import re
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gerbang.base.migrations import installation
from tests.conftest import FreshDatabase
from tests.web.conftest import PASSWORD, Edge, running_edge

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "behind-a-proxy.md"
VISITOR = "127.0.0.9"
# What people write who followed another page; each listens on a port of its own.
ORDINARY = {
    "no headers": "proxy_pass http://127.0.0.1:8080;",
    "$host": "proxy_pass http://127.0.0.1:8080; proxy_set_header Host $host;",
    "an upstream": "proxy_pass http://gerbang_backend; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "only the address": "proxy_pass http://127.0.0.1:8080; proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-For $remote_addr;",
}


def block(language: str) -> str:
    """The one block of this language in the page."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return str(found)


def certificate(folder: Path) -> Path:
    """A certificate for pay.example and its key, in one file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pay.example")]),
    )
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pay.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "pay.example.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


class Front:
    """A service that is known as https://pay.example:PORT, and a folder for the proxy before it."""

    def __init__(self, edge: Edge, port: int, folder: Path) -> None:
        self.edge = edge
        self.port = port
        self.folder = folder
        self.public = f"https://pay.example:{port}"
        self.pem = certificate(folder)
        self._trust = ssl.create_default_context(cafile=str(self.pem))

    def placed(self, text: str) -> str:
        """The page's block with this test's ports and certificate."""
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{self.edge.port}").replace(
            "/etc/ssl/pay.example.pem", str(self.pem)
        )
        return text.replace("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl").replace(
            "bind :443", f"bind 127.0.0.1:{self.port}"
        )

    @contextlib.asynccontextmanager
    async def running(self, *command: str) -> AsyncIterator[None]:
        """The proxy in the foreground, from when it answers on; ended by its id."""
        environment = {"HOME": str(self.folder), "PATH": os.environ["PATH"]}
        with (self.folder / "proxy.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            async with asyncio.timeout(15), self.visitor() as visitor:
                while True:
                    with contextlib.suppress(httpx.TransportError):
                        if (await visitor.get("/healthz")).status_code == 200:
                            break
                    assert process.returncode is None, (self.folder / "proxy.log").read_text()
                    await asyncio.sleep(0.1)
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    def visitor(self, port: int | None = None) -> httpx.AsyncClient:
        """A browser at another address of this machine, which finds pay.example here."""
        transport = httpx.AsyncHTTPTransport(verify=self._trust, local_address=VISITOR)
        scheme = "https" if port is None else "http"
        return httpx.AsyncClient(
            base_url=f"{scheme}://127.0.0.1:{port or self.port}",
            transport=_Named(transport, "pay.example", self.port),
            timeout=10,
        )


class _Named(httpx.AsyncBaseTransport):
    """Connects to 127.0.0.1 and asks for pay.example, as if DNS said so."""

    def __init__(self, inner: httpx.AsyncHTTPTransport, name: str, port: int) -> None:
        self._inner = inner
        self._name = name
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.headers["host"].startswith("127.0.0.1"):
            request.headers["host"] = f"{self._name}:{self._port}"
        request.extensions["sni_hostname"] = self._name
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.fixture
async def front(database: FreshDatabase, tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Front]:
    port = free_port()
    chosen: dict[str, Any] = {"public_url": f"https://pay.example:{port}", "trusted_proxies": ("127.0.0.1",)}
    async for edge in running_edge(database, tmp_path, free_port(), **chosen):
        yield Front(edge, port, tmp_path)


async def forms_and_links_work(front: Front, visitor: httpx.AsyncClient) -> None:
    """Log in by the form, as a browser sends it, and make a payment."""
    form = {"email": "customer@example.com", "password": PASSWORD, "next": "/shop"}
    came = await visitor.post("/login", data=form, headers={"origin": front.public})
    assert (came.status_code, came.headers["location"]) == (303, "/shop"), came.text
    assert all("Secure" in cookie for cookie in came.headers.get_list("set-cookie"))
    body = {"amount": 1000, "currency": "IDR", "description": "Kopi"}
    made = await visitor.post("/v1/payments", json=body, headers=front.edge.headers("developer", "new"))
    assert made.json()["checkout_url"].startswith(f"{front.public}/pay/"), made.text


async def the_client_is_known(front: Front, visitor: httpx.AsyncClient) -> None:
    """Who forges an address is counted under his own."""
    visitor.cookies.clear()
    front.edge.services.limits._buckets.clear()
    forged = {"x-forwarded-for": "6.6.6.6, 127.0.0.1"}
    assert (await visitor.get("/login", headers=forged)).status_code == 200
    assert {who for _, who in front.edge.services.limits._buckets} == {f"address:{VISITOR}"}


async def events_come_as_they_happen(front: Front, visitor: httpx.AsyncClient) -> None:
    """Nothing between keeps the first bytes of a stream."""
    headers = {**front.edge.headers("developer"), "accept": "text/event-stream"}
    async with asyncio.timeout(5), visitor.stream("GET", "/v1/events", headers=headers) as stream:
        assert stream.status_code == 200
        lines = stream.aiter_lines()
        first = await anext(lines)
        assert first.startswith("retry:"), first
        made = (await front.edge.create()).json()["id"]
        assert (await front.edge.post(f"/v1/payments/{made}/cancel", "admin", {})).status_code == 200
        async for line in lines:
            if made in line:
                return


async def doctor_finds_it_well(front: Front) -> None:
    """By the same questions, asked without DNS: what stands in front leads here and is believed."""
    async with front.visitor() as visitor:
        while not (health := await visitor.get("/healthz")).headers["x-gerbang-instance"]:
            await asyncio.sleep(0.05)
    assert health.headers["x-gerbang-instance"] == await installation(front.edge.services.db)
    assert health.headers["x-gerbang-forwarding"] == "believed"


async def all_is_well(front: Front) -> None:
    await doctor_finds_it_well(front)
    async with front.visitor() as visitor:
        await forms_and_links_work(front, visitor)
        await the_client_is_known(front, visitor)
        await events_come_as_they_happen(front, visitor)
        forged = await visitor.get("/login", headers={"host": "evil.example"})
        assert forged.status_code in (400, 404, 421) or not forged.content, forged.text


async def test_nginx_as_the_page_says_and_as_ordinary_people_set_it_up(
    front: Front, need: Callable[..., str], free_port: Callable[[], int]
) -> None:
    nginx = need("nginx", "/usr/sbin/nginx")
    ports = {name: free_port() for name in ORDINARY}
    ordinary = "\n".join(
        f"server {{ listen 127.0.0.1:{ports[name]}; location / {{ {front.placed(lines)} }} }}"
        for name, lines in ORDINARY.items()
    )
    config = front.folder / "nginx.conf"
    config.write_text(
        f"pid {front.folder}/nginx.pid; error_log stderr; daemon off; worker_processes 1; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {front.folder}/body; proxy_temp_path {front.folder}/temp;\n"
        f"fastcgi_temp_path {front.folder}/f; uwsgi_temp_path {front.folder}/u; scgi_temp_path {front.folder}/s;\n"
        f"upstream gerbang_backend {{ server 127.0.0.1:{front.edge.port}; }}\n{front.placed(block('nginx'))}\n{ordinary} }}"
    )
    async with front.running(nginx, "-e", "stderr", "-c", str(config), "-p", str(front.folder)):
        await all_is_well(front)
        for name, port in ports.items():
            async with front.visitor(port) as visitor:
                try:
                    await forms_and_links_work(front, visitor)
                    await events_come_as_they_happen(front, visitor)
                except AssertionError as error:
                    raise AssertionError(name) from error


async def test_haproxy_as_the_page_says_with_its_plain_health_check(front: Front, need: Callable[..., str]) -> None:
    haproxy = need("haproxy", "/usr/sbin/haproxy")
    config = front.folder / "haproxy.cfg"
    defaults = "defaults\n    timeout connect 2s\n    timeout client 30s\n    timeout server 30s\n"
    for check in ("option httpchk GET /readyz", "option httpchk"):
        config.write_text(f"{defaults}\n{front.placed(block('haproxy')).replace('option httpchk GET /readyz', check)}")
        async with front.running(haproxy, "-db", "-f", str(config)):
            await all_is_well(front)
            await asyncio.sleep(2.5)  # one check takes two seconds to come round; a failed one takes the service away
            async with front.visitor() as visitor:
                assert (await visitor.get("/healthz")).status_code == 200, check


async def test_caddy_as_the_page_says(front: Front, need: Callable[..., str]) -> None:
    caddy = need("caddy")
    site = front.placed(block("caddy")).replace(
        "pay.example {", f"{front.public} {{\n    bind 127.0.0.1\n    tls {front.pem} {front.pem}", 1
    )
    config = front.folder / "Caddyfile"
    config.write_text(f"{{\n    admin off\n    auto_https disable_redirects\n}}\n{site}")
    async with front.running(caddy, "run", "--config", str(config), "--adapter", "caddyfile"):
        await all_is_well(front)
