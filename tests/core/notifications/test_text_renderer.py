"""The process that renders texts: it is kept, has nothing of ours, and is killed when it passes its time; the next text is rendered by a new one."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gerbang.core.notifications.text_renderer import TextFailed, TextRenderer, Values

SARI = Values({"name": "Sari", "link": ""}, {"items": [("Kopi", "Rp 1")]})
# Passes every rule but the length of a text, and takes far more than 50 ms to compile.
ENDLESS = "{% if name %}x{% endif %}" * 60_000


@pytest.fixture
async def renderer() -> AsyncIterator[TextRenderer]:
    made = TextRenderer()
    yield made
    await made.close()


async def said(renderer: TextRenderer, source: str = "Halo {{ name }}") -> str:
    outcome = await renderer.render({"body": source}, [SARI])
    assert outcome.problems == {}, outcome.problems
    return outcome.rendered[0].said["body"]


def pid_of(renderer: TextRenderer) -> int:
    (child,) = {
        int(path.parts[2])
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"text_renderer_process" in read(path)
        and f"PPid:\t{os.getpid()}\n".encode() in read(path.with_name("status"))
    }
    return child


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


async def test_one_process_is_kept_for_all_texts(renderer: TextRenderer) -> None:
    assert await said(renderer) == "Halo Sari"
    first = pid_of(renderer)
    both = await asyncio.gather(said(renderer), said(renderer, "{% for a, b in items %}{{ a }} {{ b }}{% endfor %}"))
    assert list(both) == ["Halo Sari", "Kopi Rp 1"]
    assert pid_of(renderer) == first


async def test_what_passes_its_time_is_killed_and_the_next_text_is_rendered(renderer: TextRenderer) -> None:
    await said(renderer)
    first = pid_of(renderer)
    with pytest.raises(TextFailed, match="50 ms"):
        await renderer.render({"body": ENDLESS}, [SARI])
    assert await said(renderer) == "Halo Sari"
    assert pid_of(renderer) != first


async def test_a_process_that_was_killed_is_started_again(renderer: TextRenderer) -> None:
    await said(renderer)
    os.kill(pid_of(renderer), signal.SIGKILL)
    with contextlib.suppress(TextFailed):  # whoever asks before its end is known is told so
        await said(renderer)
    assert await said(renderer) == "Halo Sari"


async def test_it_has_no_environment_and_can_open_and_write_nothing(renderer: TextRenderer) -> None:
    await said(renderer)
    of = Path(f"/proc/{pid_of(renderer)}")
    assert read(of / "environ") == b""
    limits = (of / "limits").read_text().splitlines()
    none = {line[:26].strip() for line in limits if line[26:].split()[:2] == ["0", "0"]}
    assert {"Max open files", "Max file size", "Max core file size"} <= none


async def test_whoever_stops_waiting_leaves_no_answer_to_the_next(renderer: TextRenderer) -> None:
    await said(renderer)
    waiting = asyncio.create_task(renderer.render({"body": "Rahasia {{ name }}"}, [SARI] * 50))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await said(renderer) == "Halo Sari"


async def test_too_much_text_is_told_and_kills_nothing(renderer: TextRenderer) -> None:
    await said(renderer)
    first = pid_of(renderer)
    with pytest.raises(TextFailed, match="64 kB"):
        await renderer.render({"body": "{{ name }}" * 20}, [Values({"name": "x" * 4_000}, {})])
    assert pid_of(renderer) == first
