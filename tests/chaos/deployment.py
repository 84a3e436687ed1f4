"""The house under fire: a PostgreSQL of its own, the real processes as children, and a keeper that starts again what was killed."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

import httpx

from gerbang import settings
from gerbang.base.child_processes import die_with_parent
from gerbang.base.postgres import Postgres, ServerHandle
from gerbang.cli.migrate import migrate_as_owner
from gerbang.cli.ports import free_port
from gerbang.providers.sealed import ensure_root_key

_READY_S: Final = 60.0
_LIMIT_S: Final = 5.0
_POOL: Final = "6"


@dataclass(frozen=True, slots=True)
class Recovery:
    """`seconds` it took, and the runnable processes per core meanwhile: above one, everything takes so much longer."""

    seconds: float
    load: float

    @property
    def is_in_time(self) -> bool:
        """Within five seconds on a machine that has room for us; on a busy one in proportion."""
        return self.seconds <= _LIMIT_S * max(1.0, self.load)


class Deployment:
    """`recoveries`: how long it took from the start of an API process, or of PostgreSQL, until /readyz said yes again (O8)."""

    def __init__(self, workers: int = 2, settings_too: Mapping[str, object] | None = None) -> None:
        self._settings_too = dict(settings_too or {})
        self.data = Path(tempfile.mkdtemp(prefix="gerbang-chaos-"))
        self.data.chmod(0o711)
        self.port, self.sandbox_port, self._mail_port = free_port(), free_port(), free_port()
        self.url, self.sandbox_url = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.sandbox_port}"
        self.api_key = ""
        self.recoveries: list[Recovery] = []
        self.restarts = 0
        self._names = ["sandbox", "serve", *(f"work {n}" for n in range(workers))]
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._postgres: ServerHandle | None = None
        self._serve_database_port = 0
        self._keeper: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start everything; returns when the API is ready."""
        await self.start_postgres()
        ensure_root_key(self.data / "root.key", create=True)
        await migrate_as_owner(self.server.addresses.owner_dsn)
        self._start("sandbox")
        await self._answers(f"{self.sandbox_url}/")
        for name in self._names[1:]:
            self._start(name)
        self.api_key = await self._seed()
        await self.ready()
        self._keeper = asyncio.create_task(self._keep())

    async def close(self, *, keep_data: bool) -> None:
        """End everything; the data stays when something went wrong."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(process.wait, 15)
            process.kill()
        await self.server.stop()
        if not keep_data:
            shutil.rmtree(self.data, ignore_errors=True)

    @property
    def server(self) -> ServerHandle:
        """The running PostgreSQL."""
        assert self._postgres is not None, "PostgreSQL was not started"
        return self._postgres

    @property
    def workers(self) -> list[str]:
        """Names of the worker processes."""
        return [name for name in self._names if name.startswith("work")]

    def pid(self, name: str) -> int:
        """The process id of one of ours."""
        return self._processes[name].pid

    def kill(self, name: str) -> None:
        """Kill -9; the keeper starts it again."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid(name), signal.SIGKILL)

    async def through(self, database_port: int) -> None:
        """Let the API reach PostgreSQL by another port (0: its own), from its next start on; starts it again."""
        self._serve_database_port = database_port
        self.kill("serve")
        await asyncio.sleep(0.3)
        await self.ready()

    # ── PostgreSQL ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def start_postgres(self) -> None:
        """Start it on the port that it had, or on a new one the first time."""
        port = self._postgres.port if self._postgres else None
        self._postgres = await Postgres(self.data).start(port)

    async def stop_postgres(self) -> None:
        """`pg_ctl stop -m immediate`: no checkpoint, sessions cut."""
        os.kill(self.server.pid, signal.SIGQUIT)
        await self.server.wait()
        await self.server.stop()

    async def kill_postgres(self) -> None:
        """SIGKILL to the postmaster and every one of its processes, as a power cut would."""
        family = [self.server.pid, *_children(self.server.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self.server.wait()
        await self.server.stop()

    # ── processes ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def ready(self) -> None:
        """Wait until /readyz says yes."""
        await self._answers(f"{self.url}/readyz")

    async def recover(self) -> None:
        """Wait until /readyz says yes, and keep how long that took."""
        started = monotonic()
        await self.ready()
        self.recoveries.append(Recovery(monotonic() - started, os.getloadavg()[0] / (os.cpu_count() or 1)))

    async def _answers(self, address: str) -> None:
        deadline = monotonic() + _READY_S
        async with httpx.AsyncClient(timeout=2) as http:
            while monotonic() < deadline:
                with contextlib.suppress(httpx.TransportError):
                    if (await http.get(address)).status_code < 300:
                        return
                await asyncio.sleep(0.02)
        raise AssertionError(f"{address} did not answer in {_READY_S:.0f} s; the logs are in {self.data}")

    async def _keep(self) -> None:
        """Whoever ends is started again, also one that ended before it was ready: on a busy machine its database may answer too late."""
        recovering: asyncio.Task[None] | None = None
        try:
            while True:
                for name, process in list(self._processes.items()):
                    if process.poll() is not None:
                        self._start(name)
                        self.restarts += 1
                        if name == "serve" and (recovering is None or recovering.done()):
                            recovering = asyncio.create_task(self.recover())
                await asyncio.sleep(0.02)
        finally:
            if recovering is not None:
                recovering.cancel()

    def _start(self, name: str) -> None:
        with (self.data / f"{name.replace(' ', '-')}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "gerbang", name.split(maxsplit=1)[0]],
                env=self._environment(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  one prctl call
            )

    def _environment(self, name: str) -> Mapping[str, str]:
        known = self.server.addresses
        dsn = known.app_dsn
        if name == "serve" and self._serve_database_port:
            dsn = dsn.replace(f":{self.server.port}/", f":{self._serve_database_port}/")
        return settings.child_environment(
            {
                "data": self.data,
                "database_url": dsn,
                "database_owner_url": known.owner_dsn if name == "sandbox" else "",
                "port": self.port,
                "sandbox": True,
                "sandbox_port": self.sandbox_port,
                "sandbox_mail_port": self._mail_port,
                "smtp_url": f"smtp://127.0.0.1:{self._mail_port}",
                "provider_wait_s": 3,
                "drain_s": 3,
                "database_pool_size": _POOL,
                "log_level": "warning",
                "refund_second_person": "never",
                **self._settings_too,
            }
        )

    async def _seed(self) -> str:
        command = (sys.executable, "-m", "gerbang", "seed-demo")
        process = await asyncio.create_subprocess_exec(*command, env=dict(self._environment("seed")))
        assert await process.wait() == 0
        return str(json.loads((self.data / "demo.json").read_text())["api_key"])

    async def verify(self) -> dict[str, Any]:
        """`gerbang verify --json`."""
        command = (sys.executable, "-m", "gerbang", "verify", "--json")
        process = await asyncio.create_subprocess_exec(
            *command, env=dict(self._environment("verify")), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
        answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        return answer


def _children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(folder.name))
    return found
