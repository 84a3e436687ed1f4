"""The journal: on disk before anybody is answered, one sync for many, whole after a crash."""

import asyncio
import os
import time
from pathlib import Path

import msgspec
import pytest

from gerbang.sandbox.journal import Entry, Journal, as_text


def entry(number: int, provider: str = "nicepay") -> Entry:
    return Entry(direction="in", provider=provider, route=f"/{number}")


def lines(path: Path) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


async def test_an_entry_is_in_the_file_when_append_is_done(path: Path) -> None:
    journal = Journal(path)
    await journal.append(entry(1))
    assert [line["route"] for line in lines(path)] == ["/1"]
    await journal.close()


async def test_many_that_wait_together_share_few_writes_and_keep_their_order(path: Path) -> None:
    journal = Journal(path)
    await asyncio.gather(*(journal.append(entry(number)) for number in range(500)))
    assert [line["seq"] for line in lines(path)] == list(range(500))
    started = time.perf_counter()
    await asyncio.gather(*(journal.append(entry(number)) for number in range(500)))
    together_s = time.perf_counter() - started
    started = time.perf_counter()
    for number in range(50):
        await journal.append(entry(number))
    alone_s = time.perf_counter() - started
    assert together_s / 500 < alone_s / 50
    await journal.close()


async def test_one_waiter_that_gives_up_does_not_take_the_others_along(path: Path) -> None:
    journal = Journal(path)
    quitter = asyncio.ensure_future(journal.append(entry(1)))
    other = asyncio.ensure_future(journal.append(entry(2)))
    quitter.cancel()
    await other
    assert len(lines(path)) == 2
    await journal.close()


async def test_a_line_torn_by_a_crash_is_cut_off_and_numbers_go_on(path: Path) -> None:
    journal = Journal(path)
    for number in range(3):
        await journal.append(entry(number))
    await journal.close()
    with path.open("ab") as file:
        file.write(b'{"seq":3,"direction":"in","prov')
    journal = Journal(path)
    assert [one.seq for one in journal.replay()] == [0, 1, 2]
    await journal.append(entry(9))
    assert [line["seq"] for line in lines(path)] == [0, 1, 2, 3]
    await journal.close()


async def test_a_reader_goes_on_where_it_was_and_sees_one_provider_only(path: Path) -> None:
    journal = Journal(path)
    waits = [journal.append(entry(number, "nicepay" if number % 2 else "mail")) for number in range(2_000)]
    seen: list[int] = []
    cursor: int | None = -1
    while cursor is not None:
        found, cursor = await journal.read("nicepay", cursor, 300)
        seen += [msgspec.json.decode(line)["seq"] for line in found]
    assert seen == list(range(1, 2_000, 2))
    assert (await journal.read("", 1_998, 10))[0][0].startswith(b'{"seq":1999')
    await asyncio.gather(*waits)
    await journal.close()


async def test_a_reader_is_not_troubled_by_a_line_that_is_half_written(path: Path) -> None:
    journal = Journal(path)
    await journal.append(entry(0))
    with path.open("ab") as file:
        file.write(b'{"seq":1,"direction":"in","prov')
    found, more = await journal.read("", -1, 10)
    assert ([msgspec.json.decode(line)["seq"] for line in found], more) == ([0], None)
    await journal.close()


async def test_a_disk_that_refuses_is_not_acknowledged(path: Path) -> None:
    journal = Journal(path)
    read_only = os.open(path, os.O_RDONLY)
    os.dup2(read_only, journal._file)
    os.close(read_only)
    with pytest.raises(OSError, match="Bad file descriptor"):
        await journal.append(entry(1))
    await journal.close()


def test_bytes_that_are_no_text_are_kept_as_base64() -> None:
    assert as_text(b"\xff\x00") == ("", "/wA=")
    assert as_text("Rp 150.000 ✓".encode()) == ("Rp 150.000 ✓", "")
