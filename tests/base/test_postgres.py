"""The embedded PostgreSQL: what survives a restart, a kill and a stale pid file, and under which account it runs."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from gerbang.base import pg_programs, postgres
from gerbang.base.pg_programs import PostgresUnusable
from gerbang.base.postgres import Postgres, ServerHandle


async def ask(server: ServerHandle, *statements: str) -> object:
    """The first value that the last statement answers, asked as the owner."""
    connection = await asyncpg.connect(server.addresses.owner_dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def works(pid: int) -> bool:
    """Whether the process runs; one that ended and waits to be reaped by init does not."""
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def start(stack: AsyncExitStack, data: Path, port: int | None = None) -> ServerHandle:
    server = await Postgres(data).start(port)
    stack.push_async_callback(server.stop)
    return server


async def test_a_restart_keeps_the_data_the_port_and_the_passwords(data: Path, stack: AsyncExitStack) -> None:
    first = await start(stack, data)
    await ask(first, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)", "SELECT 1")
    await first.stop()
    second = await start(stack, data)
    assert await ask(second, "SELECT n FROM kept") == 7
    assert second.addresses == first.addresses


async def test_durability_is_on_and_nothing_listens_but_loopback(data: Path, stack: AsyncExitStack) -> None:
    server = await start(stack, data)
    for name, value in (("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("jit", "off")):
        assert await ask(server, f"SHOW {name}") == value
    assert await ask(server, "SHOW listen_addresses") == "127.0.0.1"
    assert not list(data.rglob(".s.PGSQL*"))
    assert await ask(server, "SELECT lower('ÄÉ')") == "äé"


async def test_a_wrong_password_is_refused(data: Path, stack: AsyncExitStack) -> None:
    server = await start(stack, data)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://gerbang_app:guess@127.0.0.1:{server.port}/gerbang")


async def test_the_passwords_are_readable_by_their_owner_only(data: Path, stack: AsyncExitStack) -> None:
    await start(stack, data)
    for name in ("postgres.json", "postgres.log", "postgres.lock"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600, name


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED HERE: only root has to lend an account")
async def test_root_lends_it_an_unprivileged_account(data: Path, stack: AsyncExitStack) -> None:
    server = await start(stack, data)
    assert Path(f"/proc/{server.pid}").stat().st_uid != 0
    assert (data / "postgres").stat().st_uid == Path(f"/proc/{server.pid}").stat().st_uid


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED HERE: only root has to lend an account")
async def test_a_folder_closed_to_the_account_still_works_and_starts_anew_when_deleted(
    tmp_path: Path, stack: AsyncExitStack
) -> None:
    tmp_path.chmod(0o700)
    closed = tmp_path / "data"
    first = await start(stack, closed)
    await ask(first, "CREATE TABLE kept (n int)", "SELECT 1")
    await first.stop()
    second = await start(stack, closed)
    assert await ask(second, "SELECT count(*) FROM kept") == 0
    await second.stop()
    postgres.forget(closed)
    third = await start(stack, closed)
    assert await ask(third, "SELECT to_regclass('kept')") is None
    await third.stop()
    postgres.forget(closed)


async def test_after_kill_9_what_was_committed_is_there(data: Path, stack: AsyncExitStack) -> None:
    first = await start(stack, data)
    await ask(first, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)", "SELECT 1")
    os.kill(first.pid, signal.SIGKILL)
    assert await asyncio.wait_for(first.wait(), 5) == -signal.SIGKILL
    await first.stop()
    second = await start(stack, data, first.port)
    assert await ask(second, "SELECT n FROM kept") == 7


async def test_a_stale_pid_file_that_names_a_living_stranger_is_survived(data: Path, stack: AsyncExitStack) -> None:
    first = await start(stack, data)
    await first.stop()
    pid_file = data / "postgres" / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n\n127.0.0.1\n1 1\nready\n")
    second = await start(stack, data)
    assert await ask(second, "SELECT 1") == 1


async def test_an_empty_pid_file_is_survived(data: Path, stack: AsyncExitStack) -> None:
    first = await start(stack, data)
    await first.stop()
    (data / "postgres" / "cluster" / "postmaster.pid").write_text("")
    second = await start(stack, data)
    assert await ask(second, "SELECT 1") == 1


async def test_a_second_one_on_the_same_folder_is_refused_clearly(data: Path, stack: AsyncExitStack) -> None:
    await start(stack, data)
    with pytest.raises(PostgresUnusable, match=f"process {os.getpid()}"):
        await Postgres(data).start()


async def test_a_taken_port_is_named(data: Path, stack: AsyncExitStack, free_port: Callable[[], int]) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), pytest.raises(PostgresUnusable, match=f"Port {port}"):
        await Postgres(data).start(port)
    assert await ask(await start(stack, data), "SELECT 1") == 1


async def test_the_port_of_the_last_time_is_given_up_when_somebody_took_it(data: Path, stack: AsyncExitStack) -> None:
    first = await start(stack, data)
    await first.stop()
    with socket.create_server(("127.0.0.1", first.port)):
        second = await start(stack, data)
        assert second.port != first.port
        assert await ask(second, "SELECT 1") == 1


async def test_lost_passwords_are_said_and_not_replaced_in_silence(data: Path, stack: AsyncExitStack) -> None:
    first = await start(stack, data)
    await first.stop()
    (data / "postgres.json").unlink()
    with pytest.raises(PostgresUnusable, match=r"postgres\.json is missing"):
        await Postgres(data).start()


async def test_others_find_the_running_server_and_only_then(data: Path, stack: AsyncExitStack) -> None:
    assert postgres.running(data) is None
    server = await start(stack, data)
    assert postgres.running(data) == server.addresses
    await server.stop()
    assert postgres.running(data) is None


async def test_it_stops_by_itself_when_its_parent_is_killed_and_the_next_start_takes_over(
    data: Path, stack: AsyncExitStack
) -> None:
    program = (
        "import asyncio, sys, pathlib, time\n"
        "from gerbang.base.postgres import Postgres\n"
        "print(asyncio.run(Postgres(pathlib.Path(sys.argv[1])).start()).pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(data)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        orphan = int(await asyncio.to_thread(parent.stdout.readline))
        parent.kill()
    begun = time.monotonic()
    server = await start(stack, data)
    assert await ask(server, "SELECT 1") == 1
    assert not works(orphan)
    assert time.monotonic() - begun < 10


async def test_data_of_another_major_version_is_refused_by_its_number(data: Path, stack: AsyncExitStack) -> None:
    first = await start(stack, data)
    await first.stop()
    (data / "postgres" / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresUnusable, match="version 9, which made this data"):
        await Postgres(data).start()


def test_programs_that_an_account_cannot_reach_run_from_their_copy(tmp_path: Path) -> None:
    """A checkout below a closed home of root: the wheel's libraries come along."""
    found = pg_programs.find_programs()
    package, closed = found.bin.parent.parent, tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            (closed / part.name).symlink_to(part)
    hidden = replace(found, bin=closed / package.name / found.bin.parent.name / "bin")
    copied = hidden.reachable_by(pg_programs.Account(65_534, 65_534, "nobody"), tmp_path / "cache")
    assert copied.bin.is_relative_to(tmp_path / "cache")
    for name in ("initdb", "postgres"):
        answer = subprocess.run([copied.bin / name, "--version"], capture_output=True, text=True, check=False)
        assert (answer.returncode, answer.stderr) == (0, "")
    assert hidden.reachable_by(pg_programs.Account(65_534, 65_534, "nobody"), tmp_path / "cache") == copied
