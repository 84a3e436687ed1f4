"""Why a database cannot be used, as PostgreSQL and the system say it, told with what helps: on a real server."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from gerbang.base.database_url import problem_of
from gerbang.base.db import Database
from gerbang.base.errors import DatabaseRefuses
from tests.conftest import FreshDatabase

SECRET = "rahasia9"


@pytest.fixture(scope="module")
def silent() -> Iterator[int]:
    """A port that takes connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def refused(url: str, setting: str = "GERBANG_DATABASE_URL") -> DatabaseRefuses:
    db = Database(url, setting=setting)
    await db.open()
    try:
        with pytest.raises(DatabaseRefuses) as raised:
            async with db.transaction() as tx:
                await tx.fetchval("SELECT 1")
    finally:
        await db.close()
    return raised.value


@pytest.mark.parametrize(
    ("case", "kind", "what", "cure"),
    [
        ("password", "The database refuses our password", "has no role 'gerbang_app' with this password", "ALTER ROLE gerbang_app"),
        ("role", "The database refuses our password", "has no role 'nobody' with this password", "GERBANG_DATABASE_URL"),
        ("database", "There is no such database", "has no database 'nowhere'", "CREATE DATABASE nowhere"),
        ("tls", "The database does not speak TLS", "does not speak TLS as sslmode=require asks", "?sslmode=disable"),
        ("authority", "A certificate file for the database is missing", "sslrootcert /nowhere.pem", "&sslrootcert="),
        ("option", "The database's address has an option that does not exist", '"foo"', "Remove or correct it"),
        ("host", "The database's host is unknown", "There is no host named 'nowhere.invalid'", "GERBANG_DATABASE_URL"),
        ("port", "The database does not answer", "Nobody listens at 127.0.0.1:9", "Start PostgreSQL"),
        ("socket", "The database does not answer", "There is no socket of PostgreSQL in /nowhere", "unix_socket_directories"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_with_its_cure(
    case: str, kind: str, what: str, cure: str, database: FreshDatabase
) -> None:
    at = urlsplit(database.app_dsn)
    place, app = f"{at.hostname}:{at.port}/{database.name}", f"{at.username}:{at.password}"
    error = await refused(
        {
            "password": f"postgresql://gerbang_app:{SECRET}@{place}",
            "role": f"postgresql://nobody:{SECRET}@{place}",
            "database": f"postgresql://{app}@{at.hostname}:{at.port}/nowhere",
            "tls": f"postgresql://{app}@{place}?sslmode=require",
            "authority": f"postgresql://{app}@{place}?sslmode=verify-full&sslrootcert=/nowhere.pem",
            "option": f"postgresql://{app}@{place}?foo=bar",
            "host": f"postgresql://{app}@nowhere.invalid/gerbang",
            "port": f"postgresql://{app}@127.0.0.1:9/gerbang",
            "socket": f"postgresql://{app}@/gerbang?host=/nowhere",
        }[case]
    )
    assert error.kind == kind
    assert what in error.what
    assert cure in error.cure
    assert not any(word in f"{error.kind}{error.what}{error.cure}" for word in (SECRET, str(at.password)))
    assert error.detail == "The database does not answer", "what strangers hear names nobody"


async def test_a_server_that_says_nothing_is_called_silent(silent: int) -> None:
    error = await refused(f"postgresql://a:{SECRET}@127.0.0.1:{silent}/gerbang", "GERBANG_DATABASE_OWNER_URL")
    assert error.what == f"At 127.0.0.1:{silent} nothing answers in time."
    assert "GERBANG_DATABASE_OWNER_URL" in error.cure


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://a:{SECRET}/x@db/gerbang",
        f"postgresql://a:{SECRET}#x@db/gerbang",
        f"postgresql://a:{SECRET}?x@db/gerbang",
        f"postgresql://a:{SECRET}@x@db/gerbang",
        f"postgresql://a:b@db:{SECRET}/gerbang",
        f"postgresql://a:{SECRET}@[::1/gerbang",
        f"mysql://a:{SECRET}@db/gerbang",
        f"host=db user=a password={SECRET}",
        f"postgresql://a:{SECRET}@db:99999/gerbang",
    ],
)
def test_an_address_that_cannot_be_read_is_told_without_its_password(url: str) -> None:
    assert problem_of(url)
    assert SECRET not in problem_of(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:b@db:5432/gerbang?sslmode=verify-full",
        "postgres://a@db/gerbang",
        "postgresql:///gerbang?host=/run/postgresql&user=a",
        "postgresql://a:b%2Fc@[::1]:5432/gerbang",
        "postgresql://a:b@one:5432,two:5433/gerbang",
        "postgresql:///gerbang?host=/x&user=a@b",
    ],
)
def test_an_address_that_can_be_read_has_no_problem(url: str) -> None:
    assert problem_of(url) == ""
