"""A sandbox with two NICEPAY merchants in this process, an HTTP client for it, and an address for its notifications."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gerbang.providers.nicepay.simulator import Merchant
from gerbang.sandbox.app import Sandbox, SandboxConfig, running
from tests.conftest import NO_TLS
from tests.demo_accounts import sandbox_config
from tests.sandbox.merchant import CARD_IMID, CARD_KEY, IMID, KEY
from tests.sandbox.receiver import Receiver, receiving


@pytest.fixture
def config(tmp_path: Path) -> SandboxConfig:
    connections = (Merchant(IMID, KEY, ("02",), "Toko Lumbung"), Merchant(CARD_IMID, CARD_KEY, ("01",)))
    return sandbox_config(str(tmp_path / "data"), connections, smtp_port=0)


@pytest.fixture
async def sandbox(config: SandboxConfig) -> AsyncIterator[Sandbox]:
    async with running(config) as sandbox:
        yield sandbox


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, timeout=5, verify=NO_TLS) as client:
        yield client


@pytest.fixture
async def shop() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver
