"""The node itself: one anvil process that dies with us, is started again when it dies alone, and goes on where it was.

Its state is kept by us, whole and at once, in a file: anvil's own dump can be cut short by a kill.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from gerbang.base.child_processes import die_with_parent, follow
from gerbang.base.errors import UpstreamFailed
from gerbang.base.http import Http, OutcomeUnknown

_START_S: Final = 15.0
_STOP_S: Final = 5.0
_CALL_S: Final = 30.0
_STATES: Final = 256  # blocks that a reorg may take back
_LISTENING: Final = b"Listening on "
_MOST_BYTES: Final = 256 << 20


class _Error(msgspec.Struct, frozen=True):
    message: str = ""


class _Reply(msgspec.Struct, frozen=True):
    result: Any = None
    error: _Error | None = None


class NodeRefused(Exception):
    """The node said no to a call; the message is its own."""


class NodeFailed(Exception):
    """The program cannot be started."""


def find(named: str = "") -> str | None:
    """The program: as named, beside this Python (where `make` puts it), or on the PATH."""
    if named:
        return named if os.access(named, os.X_OK) else None
    beside = Path(sys.prefix) / "bin" / "anvil"
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("anvil")


class Anvil:
    """The process and its JSON-RPC. `port` 0 is any free one; a restart keeps the one that was found."""

    def __init__(self, program: str, chain_id: int, port: int = 0, state: Path | None = None) -> None:
        self._program = program
        self._chain_id = chain_id
        self._port = port
        self._state = state
        self._http = Http()
        self._process: asyncio.subprocess.Process | None = None
        self._drain: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Run it, and take up the kept state; raises NodeFailed."""
        command = (
            self._program,
            "--chain-id",
            str(self._chain_id),
            "--port",
            str(self._port),
            "--slots-in-an-epoch",
            "1",
            "--prune-history",
            str(_STATES),
            "--no-cors",
            "--no-request-size-limit",
        )
        known = {
            "PATH": os.pathsep.join(os.get_exec_path()),
            "HOME": str(Path.home()),
        }  # none of our addresses and passwords
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                env=known,
                cwd=self._state and self._state.parent,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
            follow(self._process.pid, signal.SIGTERM)
            self._port = await asyncio.wait_for(self._announced(), _START_S)
        except (OSError, TimeoutError) as error:
            await self._end()
            raise NodeFailed(f"{self._program} cannot be started: {str(error) or 'it does not listen'}.") from error
        self._drain = asyncio.create_task(self._read_on())
        try:
            await self._take_up()
        except UpstreamFailed as error:
            await self._end()
            raise NodeFailed(f"{self._program} listens and does not answer: {error.detail}") from error

    async def call(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call; raises NodeRefused, Unreachable or OutcomeUnknown."""
        body = msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        answer = await self._http.send(
            "POST",
            self.url,
            headers={"content-type": "application/json"},
            body=body,
            timeout_s=_CALL_S,
            limit_bytes=_MOST_BYTES,
        )
        try:
            reply = msgspec.json.decode(answer.body, type=_Reply)
        except msgspec.DecodeError as error:
            raise OutcomeUnknown("The node answered something else than JSON-RPC.") from error
        if reply.error is not None:
            raise NodeRefused(reply.error.message)
        return reply.result

    async def keep(self) -> None:
        """Write the chain to its file, which is always a whole one."""
        if self._state is None:
            return
        dump = await self.call("anvil_dumpState")
        fresh = self._state.with_suffix(".new")
        self._state.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(dump)
        fresh.replace(self._state)

    async def close(self) -> None:
        """Keep the state, then end the process."""
        with contextlib.suppress(UpstreamFailed, NodeRefused):
            if self.is_alive:
                await self.keep()
        await self._end()
        await self._http.close()

    async def _end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._drain is not None:
            self._drain.cancel()

    async def _announced(self) -> int:
        """The port that it says it listens on."""
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if line.startswith(_LISTENING):
                return int(line.rpartition(b":")[2])
        raise OSError("it ended at once; another program may listen on its port")

    async def _read_on(self) -> None:
        """It tells of every block, and would stand still with nobody reading."""
        assert self._process is not None
        assert self._process.stdout is not None
        while await self._process.stdout.read(65_536):
            continue

    async def _take_up(self) -> None:
        if self._state is None or not self._state.exists():
            return
        try:
            await self.call("anvil_loadState", self._state.read_text())
        except (NodeRefused, UnicodeDecodeError):  # of another version, or damaged: a play chain may begin anew
            self._state.replace(self._state.with_suffix(".refused"))
