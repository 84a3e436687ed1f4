"""Renders a shop's own texts in one process that is kept, killed when it passes its time, and started again when it is next needed."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_PROCESS: Final = "gerbang.core.notifications.text_renderer_process"
_START_S: Final = 30.0
_ANSWER_S: Final = (
    10.0  # by the clock on the wall, on a machine that does other things; the 50 ms of the processor are the kernel's
)
_LONGEST_LINE: Final = 16 * 1024 * 1024
_NO_PROCESS: Final = "the process that renders texts did not start"


class TextFailed(Exception):
    """A text that could not be rendered, and why."""


@dataclass(frozen=True, slots=True)
class Values:
    """What one message may say: strings by name, and lists of pairs."""

    strings: Mapping[str, str]
    lists: Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class RenderedParts:
    """The parts of one message. `written` is the same with a placeholder for every value but the link: what the author of the text put there."""

    said: Mapping[str, str]
    written: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is wrong with each part; where nothing is, the pieces of its fixed text, and the message for each set of values."""

    problems: Mapping[str, Sequence[str]]
    fixed: Mapping[str, Sequence[str]]
    rendered: Sequence[RenderedParts]


class TextRenderer:
    """One process, asked one thing at a time."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def render(self, sources: Mapping[str, str], values: Sequence[Values]) -> Outcome:
        """Read the parts of a text, and render them with each set of values, which all have the same names. Raises TextFailed."""
        asked = {
            "sources": dict(sources),
            "names": sorted({name for one in values for name in one.strings}),
            "lists": sorted({name for one in values for name in one.lists}),
            "kept": ["link"],
            "values": [
                {"values": dict(one.strings), "lists": {k: list(v) for k, v in one.lists.items()}} for one in values
            ],
        }
        async with self._turn:
            answer = await self._ask(json.dumps(asked))
        if "failed" in answer:
            raise TextFailed(answer["failed"])
        rendered = [RenderedParts(one["said"], one["written"]) for one in answer.get("rendered", ())]
        return Outcome(answer["problems"], answer.get("fixed", {}), rendered)

    async def close(self) -> None:
        """End the process, if there is one."""
        async with self._turn:
            await self._end()

    async def _ask(self, line: str) -> dict[str, Any]:
        process = (
            self._process if self._process is not None and self._process.returncode is None else await self._start()
        )
        assert process.stdin is not None, "started with pipes"
        assert process.stdout is not None, "started with pipes"
        said = b""
        try:
            async with asyncio.timeout(_ANSWER_S):
                process.stdin.write(line.encode() + b"\n")
                await process.stdin.drain()
                said = await process.stdout.readline()
        except (TimeoutError, ConnectionError, ValueError):
            said = b""
        finally:
            if not said.endswith(b"\n"):  # also when whoever asks is cancelled: the answer would be taken for another's
                await self._end()
        if not said:
            raise TextFailed("it took longer than 50 ms, or more memory than it may have")
        answer: dict[str, Any] = json.loads(said)
        return answer

    async def _start(self) -> asyncio.subprocess.Process:
        """A new process without anything of ours: no environment, no descriptors."""
        await self._end()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            _PROCESS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
            env={},
            cwd="/",
        )
        self._process = process
        assert process.stdout is not None, "started with pipes"
        try:
            async with asyncio.timeout(_START_S):
                ready = await process.stdout.readline()
        except TimeoutError as error:
            await self._end()
            raise TextFailed(_NO_PROCESS) from error
        if ready != b"ready\n":
            await self._end()
            raise TextFailed(_NO_PROCESS)
        return process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
