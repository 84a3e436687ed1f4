"""The sandbox as a process of its own: killed with -9 under load, it has everything that it ever answered (F1)."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from gerbang.sandbox.app import SandboxConfig
from tests.sandbox.merchant import inquiry, registration


class Process:
    """`python -m gerbang.sandbox`, and the address that it printed."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    @classmethod
    async def start(cls, config: SandboxConfig, path: Path) -> "Process":
        path.write_bytes(msgspec.json.encode(config))
        command = (sys.executable, "-m", "gerbang.sandbox", str(path))
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 15)
        return cls(process, msgspec.json.decode(line)["sandbox"])

    async def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 10)


async def _register_until_dead(url: str, name: str, answered: list[dict[str, Any]]) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=5) as http:
        for number in range(10_000):
            fields = registration(referenceNo=f"{name}-{number}")
            try:
                answered.append((await http.post("/nicepay/direct/v2/registration", json=fields)).json())
            except httpx.TransportError:
                return


async def test_a_killed_sandbox_has_every_order_that_it_answered(config: SandboxConfig, tmp_path: Path) -> None:
    first = await Process.start(config, tmp_path / "config.json")
    answered: list[dict[str, Any]] = []
    shoppers = [asyncio.create_task(_register_until_dead(first.url, f"S{number}", answered)) for number in range(4)]
    async with asyncio.timeout(30):
        while len(answered) <= 20:
            await asyncio.sleep(0.05)
    assert await first.end(signal.SIGKILL) == -signal.SIGKILL
    await asyncio.gather(*shoppers)
    second = await Process.start(config, tmp_path / "config.json")
    try:
        async with httpx.AsyncClient(base_url=second.url, timeout=5) as http:
            for order in answered:
                asked = inquiry(order["tXid"], referenceNo=order["referenceNo"])
                found = (await http.post("/nicepay/direct/v2/inquiry", json=asked)).json()
                assert (found["resultCd"], found["status"], found["vacctNo"]) == ("0000", "3", order["vacctNo"])
            again = await http.post("/nicepay/direct/v2/registration", json=registration(referenceNo="S0-0"))
            assert again.json()["resultCd"] == "9009"
    finally:
        assert await second.end(signal.SIGTERM) == 0


async def test_a_taken_port_is_said_and_not_shared(config: SandboxConfig, tmp_path: Path) -> None:
    first = await Process.start(config, tmp_path / "config.json")
    try:
        port = int(first.url.rpartition(":")[2])
        other = msgspec.structs.replace(config, port=port, data_dir=str(tmp_path / "other"), smtp_port=None)
        path = tmp_path / "other.json"
        path.write_bytes(msgspec.json.encode(other))
        command = (sys.executable, "-m", "gerbang.sandbox", str(path))
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, errors = await asyncio.wait_for(process.communicate(), 15)
        assert process.returncode == 1
        assert b"Address already in use" in errors
    finally:
        await first.end(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_quietly_when_asked(config: SandboxConfig, tmp_path: Path, number: signal.Signals) -> None:
    process = await Process.start(config, tmp_path / "config.json")
    assert await process.end(number) == 0
