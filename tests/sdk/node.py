"""Programs for Node that use the TypeScript SDK as whoever has installed it: by its name."""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

SDK: Final = Path(__file__).parents[2] / "sdk"
_PATIENCE_S: Final = 60.0


def installed(folder: Path) -> Path:
    """This folder with the SDK among its modules."""
    modules = folder / "node_modules"
    modules.mkdir(exist_ok=True)
    (modules / "gerbang-client").symlink_to(SDK / "typescript", target_is_directory=True)
    return folder


async def run(folder: Path, program: Path | str, told: Any = None, environment: Mapping[str, str] | None = None) -> Any:
    """What a program prints as JSON, given something as JSON on its standard input. `program` is a file, or a module's text."""
    file = folder / "program.mjs"
    if isinstance(program, Path):
        shutil.copy(program, file)
    else:
        file.write_text(program, encoding="utf-8")
    running = await asyncio.create_subprocess_exec(
        "node", str(file), stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
    )
    said, complained = await asyncio.wait_for(running.communicate(json.dumps(told).encode()), _PATIENCE_S)
    assert running.returncode == 0, complained.decode()[-2000:]
    return json.loads(said)
