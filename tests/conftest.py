"""What every test may ask for: a real PostgreSQL, a fresh migrated database, a free port, a program or a loud skip."""

import asyncio
import gc
import itertools
import logging
import os
import shutil
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
import pytest
import structlog
from xdist.scheduler import LoadScopeScheduling

from gerbang.base import migrations
from gerbang.base.db import Database
from gerbang.base.postgres import Postgres, ServerHandle
from gerbang.cli import ports

T = TypeVar("T")
_TEMPLATE, _USED = "gerbang_template", "gerbang_used_template"
_ROOM_BYTES = 2 << 30  # what four servers at most need between them
_numbers = itertools.count(1)
_LEFT_OUT = pytest.StashKey[int]()
_WHOLE_FOLDERS: Final = ("tests/journeys/",)
_LONGEST: Final = ("tests/journeys/", "tests/chaos/", "tests/bench/", "tests/cli/", "tests/core/")
# What httpx needs for TLS. Left to itself it loads all certificates of this machine for each client, 33 ms, and nothing here speaks TLS.
NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

# Unasked, structlog shows every local variable beside a traceback: seconds of a test in which something fails on purpose, minutes of one about a page.
_BRIEF: Final = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(
    processors=[
        _BRIEF if isinstance(one, structlog.dev.ConsoleRenderer) else one
        for one in structlog.get_config()["processors"]
    ]
)

# A house is not where its server is: nothing may depend on the zone of the process or of the database. What the planner knows is old:
# tables were counted when they were empty, and nobody counts them again.
ZONE: Final = "Pacific/Chatham"  # 12 h 45 min ahead of UTC, another day than in Jakarta for six hours
UNLIKE_HERE: Final[Mapping[str, str]] = {"timezone": ZONE, "autovacuum": "off"}
os.environ["TZ"] = ZONE  # children have it too
time.tzset()


@dataclass(frozen=True, slots=True)
class FreshDatabase:
    """One database of a test's own, under its three roles."""

    name: str
    app_dsn: str
    owner_dsn: str
    admin_dsn: str


def _now(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a loop of its own; the loop of the tests is not touched."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def _named(dsn: str, database: str) -> str:
    return dsn.replace("/gerbang?", f"/{database}?")


async def _as_admin(server: ServerHandle, *statements: str, database: str = "postgres") -> None:
    connection = await asyncpg.connect(_named(server.addresses.admin_dsn, database))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


class Administrator:
    """Who makes and drops databases: one connection for all of a run, on a loop of its own; to make one each time takes as long as the copy."""

    def __init__(self, server: ServerHandle) -> None:
        self._dsn = _named(server.addresses.admin_dsn, "postgres")
        self._loop = asyncio.new_event_loop()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    def run(self, statement: str) -> None:
        """Raises OSError and asyncpg's errors where the server is gone or refuses."""
        self._loop.run_until_complete(self._run(statement))

    def close(self) -> None:
        """For good."""
        if self._connection is not None:
            self._connection.terminate()
        self._loop.close()

    async def _run(self, statement: str) -> None:
        if self._connection is not None:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # a test may have stopped the server
                await self._connection.execute("SELECT")
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._dsn)
        await self._connection.execute(statement)


async def _migrate(owner_dsn: str) -> None:
    db = Database(owner_dsn, size=2, statement_timeout_ms=0)
    await db.open()
    try:
        await migrations.apply(db)
    finally:
        await db.close()


def in_memory() -> Path | None:
    """Where a sync costs nothing, if this machine has such a place with room; for tests that are not about the disk."""
    place = Path("/dev/shm")  # noqa: S108  only folders with names of their own are made in it
    return place if place.is_dir() and shutil.disk_usage(place).free > _ROOM_BYTES else None


def new_data_folder(at: Path | None = None) -> Path:
    """A data folder that an unprivileged account can pass through, unlike pytest's own; the caller removes it."""
    folder = Path(tempfile.mkdtemp(prefix="gerbang-test-", dir=at))
    folder.chmod(0o711)
    return folder


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """What a test sets up of logging, itself or by a command that it runs in this process, ends with it."""
    root, config = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**config)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty data folder of this test, removed afterwards."""
    folder = new_data_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[ServerHandle]:
    """The one PostgreSQL of this test run, with fsync on: in memory if it can, for what a disk keeps is tried in base/test_postgres.py."""
    folder = new_data_folder(in_memory())
    settings = {"max_connections": "200", "shared_buffers": "64MB", "max_wal_size": "512MB", **UNLIKE_HERE}
    server = _now(Postgres(folder, settings=settings).start())
    yield server
    _now(server.stop())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def administrator(postgres_server: ServerHandle) -> Iterator[Administrator]:
    """Who makes and drops the databases of that server."""
    made = Administrator(postgres_server)
    yield made
    made.close()


@pytest.fixture(scope="session")
def migrated_template(postgres_server: ServerHandle, administrator: Administrator) -> str:
    """The name of a database that every migration has run on; fresh ones are copies of it."""
    administrator.run(f"CREATE DATABASE {_TEMPLATE} OWNER gerbang_owner")
    _now(_migrate(_named(postgres_server.addresses.owner_dsn, _TEMPLATE)))
    _now(_as_admin(postgres_server, "ANALYZE", database=_TEMPLATE))
    return _TEMPLATE


@pytest.fixture(scope="session")
def used_template(postgres_server: ServerHandle, administrator: Administrator, migrated_template: str) -> str:
    """The same, used for a while before: no table that a shop fills is empty in its copies."""
    from tests import earlier_rows  # the whole product, which tests without a database need not load

    administrator.run(f"CREATE DATABASE {_USED} TEMPLATE {migrated_template} OWNER gerbang_owner")
    known = postgres_server.addresses
    _now(earlier_rows.put(_named(known.app_dsn, _USED), _named(known.owner_dsn, _USED)))
    return _USED


def _fresh(server: ServerHandle, administrator: Administrator, template: str) -> Iterator[FreshDatabase]:
    name = f"test_{next(_numbers)}"
    administrator.run(f"CREATE DATABASE {name} TEMPLATE {template} OWNER gerbang_owner STRATEGY file_copy")
    known = server.addresses
    yield FreshDatabase(name, _named(known.app_dsn, name), _named(known.owner_dsn, name), _named(known.admin_dsn, name))
    with suppress(OSError, asyncpg.PostgresError):  # a test may have stopped the server
        administrator.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(
    postgres_server: ServerHandle, administrator: Administrator, migrated_template: str
) -> Iterator[FreshDatabase]:
    """A migrated database of this test alone."""
    yield from _fresh(postgres_server, administrator, migrated_template)


@pytest.fixture(scope="module")
def module_database(
    postgres_server: ServerHandle, administrator: Administrator, migrated_template: str
) -> Iterator[FreshDatabase]:
    """A migrated database that the tests of one file share; for tests that only add rows of their own."""
    yield from _fresh(postgres_server, administrator, migrated_template)


@pytest.fixture
def used_database(
    postgres_server: ServerHandle, administrator: Administrator, used_template: str
) -> Iterator[FreshDatabase]:
    """A database of this test alone that somebody has used before; it stands for `database` where the worlds are whole shops."""
    yield from _fresh(postgres_server, administrator, used_template)


@pytest.fixture(scope="module")
def used_module_database(
    postgres_server: ServerHandle, administrator: Administrator, used_template: str
) -> Iterator[FreshDatabase]:
    """The same for the tests of one file."""
    yield from _fresh(postgres_server, administrator, used_template)


@pytest.fixture
def empty_database(postgres_server: ServerHandle, administrator: Administrator) -> Iterator[FreshDatabase]:
    """A database that no migration has seen."""
    yield from _fresh(postgres_server, administrator, "template1")


@pytest.fixture
def database_url(database: FreshDatabase) -> str:
    """The fresh database as the application sees it: no DDL, append-only where it proves something."""
    return database.app_dsn


@pytest.fixture
def owner_url(database: FreshDatabase) -> str:
    """The fresh database as the migrations see it."""
    return database.owner_dsn


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """An open pool on the fresh database, under the application's role."""
    opened = Database(database_url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Call it for a TCP port on 127.0.0.1 that nothing listens on, each time another."""
    named: set[int] = set()

    def find() -> int:
        while (port := ports.free_port()) in named:
            pass
        named.add(port)
        return port

    return find


@pytest.fixture(scope="session")
def need() -> Callable[..., str]:
    """Call it with the names of a program: its path, or a skip that says what is missing and how to get it."""

    def find(*names: str) -> str:
        for name in names:
            if path := shutil.which(name):
                return path
        pytest.skip(f"NOT TESTED HERE: needs {names[0]} (Debian: apt-get install {names[0]})")

    return find


@pytest.fixture(scope="session")
def chromium(need: Callable[..., str]) -> str:
    """The path of a Chromium that playwright can drive."""
    return need("chromium", "chromium-browser", "google-chrome")


class Together(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist ships no types
    """Side by side, one worker has all tests of a file, which share what it sets up, and one all journeys, which share one running Gerbang.

    pytest-xdist has groups for this (`--dist loadgroup`); with pytest 9.2 they are no longer heard, and nobody says so
    (pytest-dev/pytest-xdist#1386): every worker then sets up everything once more.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in _WHOLE_FOLDERS if nodeid.startswith(place)), nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Who gets which tests."""
    config.option.loadscopereorder = False  # our own order stands: the longest first
    return Together(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="also run the tests marked `full` (make test-full)")
    parser.addoption("--pure", action="store_true", help="only what needs no database (make quick)")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end: nobody need look in it for garbage."""
    gc.disable()
    found = yield
    gc.freeze()
    gc.enable()
    return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker ends long after the others; then what this run is not for is left out."""
    items.sort(
        key=lambda item: next((n for n, place in enumerate(_LONGEST) if item.nodeid.startswith(place)), len(_LONGEST))
    )
    left_out = [] if config.getoption("full") else [item for item in items if item.get_closest_marker("full")]
    config.stash[_LEFT_OUT] = len(left_out)
    if config.getoption("pure"):
        left_out += [item for item in items if "postgres_server" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=left_out)
    unwanted = set(left_out)
    items[:] = [item for item in items if item not in unwanted]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells the others how many tests it was not asked to run: each has collected all."""
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        told["left_out"] = session.config.stash.get(_LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hears it."""
    node.config.stash[_LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(f"{left_out} tests marked `full` were left out: `make test-full` runs them too")
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        terminalreporter.write_line('only these once more: make test ARGS="--last-failed"')
