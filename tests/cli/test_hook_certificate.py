"""What `doctor` says of the certificate before our hooks, by asking real servers there."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gerbang import settings
from gerbang.base.database_safety import Finding
from gerbang.cli.hook_certificate import look
from gerbang.core.connections.model import Connection
from gerbang.providers import PROVIDERS
from tests.base.certificates import authority

NOW = datetime(2026, 11, 30, tzinfo=UTC)
APP = Connection("lazada", "lazada", True, {}, {}, True, NOW, NOW)
EV, DV, OV, IV = "2.23.140.1.1", "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3"
OTHERS = "1.3.6.1.4.1.44947.1.1.1"


@contextlib.asynccontextmanager
async def standing_there(context: ssl.SSLContext) -> AsyncIterator[int]:
    """A server that speaks TLS, and says nothing."""

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def asked(url: str, *apps: Connection, trusted: str | None = None, sandbox: bool = False) -> list[Finding]:
    known = [(one, PROVIDERS[one.provider]) for one in apps or (APP,)]
    return await look(settings.load(public_url=url, sandbox=sandbox, order_poll_s=300), known, trusted)


@pytest.mark.parametrize(
    ("organisation", "policies", "said", "good"),
    [
        ("PT Lumbung", (OV,), "is OV for PT Lumbung", True),
        ("PT Lumbung", (OTHERS, EV), "is EV for PT Lumbung", True),
        ("", (DV,), "is DV", False),
        ("PT Lumbung", (DV,), "is DV", False),  # what stands in the subject was not validated
        ("", (IV,), "is IV", False),
        ("", (), "is DV", False),
        ("PT Lumbung", (OTHERS,), "is OV for PT Lumbung", True),
        ("PT Lumbung", (), "is OV for PT Lumbung", True),
    ],
)
async def test_doctor_tells_an_organisations_certificate_from_a_domains(
    tmp_path: Path, organisation: str, policies: Sequence[str], said: str, good: bool
) -> None:
    by = authority()
    async with standing_there(by.server(tmp_path, ["localhost"], organisation=organisation, policies=policies)) as port:
        (line,) = await asked(f"https://localhost:{port}", trusted=by.pem)
    assert line.good is good
    assert f"the certificate of localhost {said}" in line.what
    assert ("poll only: what changes is here up to 300 s later" in line.what) is not good
    assert good or "OV or EV" in line.cure


async def test_a_certificate_that_nobody_trusts_or_that_ran_out_means_poll_only(tmp_path: Path) -> None:
    by = authority()
    for days, trusted in ((1, None), (-1, by.pem)):
        context = by.server(tmp_path, ["localhost"], organisation="PT Lumbung", policies=(OV,), days=days)
        async with standing_there(context) as port:
            (line,) = await asked(f"https://localhost:{port}", trusted=trusted)
        assert (line.good, "is not trusted" in line.what, "poll only" in line.what) == (False, True, True)


async def test_without_https_it_is_poll_only_and_what_does_not_answer_is_unclear() -> None:
    (line,) = await asked("http://pay.example.com")
    assert (line.good, "not reached by https" in line.what, "poll only" in line.what) == (False, True, True)
    (line,) = await asked("https://localhost:1")
    assert (line.good, "could not be looked at" in line.what) == (None, True)


async def test_only_enabled_apps_of_such_a_marketplace_are_looked_at_and_a_test_app_may_poll() -> None:
    shop, off = replace(APP, id="lazada-1", parent="lazada"), replace(APP, enabled=False)
    nicepay = replace(APP, id="nicepay", provider="nicepay")
    assert await asked("http://pay.example.com", shop, off, nicepay) == []
    a_test = replace(APP, livemode=False)
    assert await asked("http://127.0.0.1:8080", a_test) == await asked("", a_test, sandbox=True) == []
    (line,) = await asked("http://127.0.0.1:8080")
    assert line.good is False
    (line,) = await asked("http://pay.example.com", a_test)
    assert (line.good, "poll only" in line.what) == (None, True)
