"""The sandbox alone, as a process of its own: `python -m gerbang.sandbox CONFIG.json`. One JSON line on stdout when it answers."""

import asyncio
import signal
import sys
from pathlib import Path

import msgspec
import uvloop

from gerbang.sandbox.app import SandboxConfig, running


async def _main(config: SandboxConfig) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(config) as sandbox:
        smtp_port = sandbox.smtp_port if config.smtp_port is not None else None
        ready = {"event": "ready", "sandbox": sandbox.url, "smtp_port": smtp_port}
        sys.stdout.write(msgspec.json.encode(ready).decode() + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m gerbang.sandbox CONFIG.json")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=SandboxConfig)))
