"""One `gerbang up` for all journeys, started as a person starts it and stopped at the end; nothing may be left of it."""

import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gerbang.cli.ports import free_port
from tests.cli.test_up import Up, left_behind
from tests.conftest import NO_TLS, new_data_folder
from tests.journeys.world import World


@dataclass
class Running:
    """The process and its ready line; `again` stops it and starts another on the same data."""

    up: Up
    said: dict[str, Any]
    data: Path
    ports: tuple[int, int]

    def again(self, how: signal.Signals) -> dict[str, Any]:
        """End it by a signal, see that nothing is left behind, and start again on the same data; answers the new ready line."""
        assert self.up.stop(how) == 0, self.up.stderr()
        assert left_behind(self.data) == []
        self.up.end()
        self.up = Up(self.data, *self.ports)
        self.said = self.up.ready()
        return self.said


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    data, ports = new_data_folder(), (free_port(), free_port())
    up = Up(data, *ports)
    place = Running(up, up.ready(), data, ports)
    yield place
    try:
        if place.up.process.poll() is None:
            assert place.up.stop() == 0, place.up.stderr()[-4000:]
        assert left_behind(data) == []
    finally:
        place.up.end()
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
async def world(running: Running) -> AsyncIterator[World]:
    limits = httpx.Limits(max_connections=120)
    async with httpx.AsyncClient(timeout=40, limits=limits, verify=NO_TLS) as http:
        yield World(running.said, running.data, http)
