"""PostgreSQL: connections, transactions and their failures in our words. The only file that knows the driver.

Group commit and coalesced reads stand in base/batching.py.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Final, Protocol

import asyncpg
import msgspec
import structlog

from gerbang.base import wait_limits, watchdog
from gerbang.base.database_failures import explain, silent
from gerbang.base.errors import CommitUnknown, DatabaseBusy, DatabaseRefuses, DatabaseUnavailable, Unavailable

log = structlog.get_logger()
Row = asyncpg.Record
IntegrityError = asyncpg.IntegrityConstraintViolationError
UniqueViolation = asyncpg.UniqueViolationError
DataError = asyncpg.DataError
DiskFull = asyncpg.DiskFullError
Locked = asyncpg.LockNotAvailableError
ReadOnly = asyncpg.ReadOnlySQLTransactionError
RowRefused: Final = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
)  # this row is bad; its neighbours may be good
CannotWrite: Final = (
    asyncpg.InsufficientPrivilegeError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
)
_LOST: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
)
# The server has answered, so its connection is as good as before; any other failure leaves one that nobody may use again.
_ANSWERED: Final = asyncpg.PostgresError
_ACQUIRE_S: Final = 2.0
_RENEW_S: Final = 1.0
# Tables that another session keeps from being written or read; a lock of one row is no lock of its table.
_HELD: Final = """
    SELECT DISTINCT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.granted AND l.pid <> pg_backend_pid() AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND c.relkind IN ('r', 'p')
      AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    """

# FirstNormalObjectId in PostgreSQL's transam.h: below it are the types that every server has.
_FIRST_OF_USERS: Final = 16_384


_NOTHING: Final[Mapping[str, Callable[[], Unavailable]]] = MappingProxyType({})


_TO_TELL: ContextVar[set[str] | None] = ContextVar("to_tell", default=None)


def tell_when_committed(topic: str) -> None:
    """Whoever waits for this topic is told once the transaction that is open here has committed, and never before."""
    if (topics := _TO_TELL.get()) is not None:
        topics.add(topic)


class Tx(Protocol):
    """What a store may do inside a transaction; parameters are always bound, never written into the text."""

    async def execute(self, query: str, *args: Any) -> str: ...
    async def executemany(self, command: str, args: Any) -> None: ...
    async def fetch(self, query: str, *args: Any) -> list[Row]: ...
    async def fetchrow(self, query: str, *args: Any) -> Row | None: ...
    async def fetchval(self, query: str, *args: Any) -> Any: ...


class Database:
    """A pool of connections to one database under one role. Opens lazily and heals by itself.

    With `wait_s` nobody waits longer than that for the whole of a transaction or a reading, whatever the server does: for
    processes that answer requests (R53). Without it each statement has its own, longer limit.

    `told` names tables whose lock has an error of its own; of all others it is DatabaseBusy.
    """

    def __init__(
        self,
        dsn: str,
        *,
        size: int = 8,
        statement_timeout_ms: int = 15_000,
        wait_s: float | None = None,
        name: str = "gerbang",
        setting: str = "GERBANG_DATABASE_URL",
        told: Mapping[str, Callable[[], Unavailable]] = _NOTHING,
    ) -> None:
        self._dsn = dsn
        self._setting = setting
        self._renewed_at = float("-inf")
        self._size = size
        self._told = told
        self.tell: Callable[[str], None] = lambda _topic: None  # of what was committed here, whoever waits for it
        self.wait_s = wait_s
        lock_timeout_ms = 1_500
        if wait_s is not None:  # the server gives up first, so that a slow statement does not cost its connection
            statement_timeout_ms = min(statement_timeout_ms or 2**31 - 1, int(wait_s * 900))
            lock_timeout_ms = min(lock_timeout_ms, int(wait_s * 800))
        self._settings = {
            "application_name": name,
            "timezone": "UTC",
            "statement_timeout": str(statement_timeout_ms),
            "lock_timeout": str(lock_timeout_ms),
            "idle_in_transaction_session_timeout": "30000",
            "jit": "off",
            "random_page_cost": "1.1",  # memory and flash: a batch looks its rows up instead of reading the table
        }
        self._command_timeout_s = statement_timeout_ms / 1000 + 15 if statement_timeout_ms else None
        self._pool: asyncpg.Pool[Row] | None = None

    async def open(self) -> None:
        """Make the pool; raises DatabaseUnavailable when the server does not answer."""
        with _in_our_words():
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=0,
                max_size=self._size,
                command_timeout=self._command_timeout_s,
                max_inactive_connection_lifetime=600,  # a fresh one has every statement planned anew
                max_cached_statement_lifetime=0,
                statement_cache_size=500,
                connection_class=_Connection,
                server_settings=self._settings,
                init=_prepare,
                reset=_keep,
            )

    async def close(self) -> None:
        """Close every connection; waits at most five seconds for those in use."""
        if self._pool is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._pool.close(), 5)
            self._pool.terminate()
            self._pool = None

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """One READ COMMITTED transaction: commits at the end of the block, rolls back on any exception.

        Raises DatabaseUnavailable when nothing was stored (DatabaseBusy, or what `told` says, where somebody holds what it needs), CommitUnknown when the connection broke, or time ran out, during COMMIT.
        """
        committing, topics = False, set[str]()
        outer = _TO_TELL.set(topics)
        try:
            async with wait_limits.at_most(self.wait_s), self._leased() as connection:
                await connection.execute("BEGIN")
                try:
                    yield connection
                except BaseException as error:
                    await _rollback(connection, error)
                    if isinstance(error, Locked):
                        raise await self._busy(connection) from error
                    raise
                committing = True
                watchdog.beat()
                tag = await connection.execute("COMMIT")
                committing = False
        except _LOST as error:
            raise (_unknown() if committing else DatabaseUnavailable(retry_after_s=2)) from error
        finally:
            with contextlib.suppress(
                ValueError
            ):  # whoever leaves it elsewhere than it was entered has nothing to put back
                _TO_TELL.reset(outer)
        assert tag == "COMMIT", "a failed statement was swallowed inside a transaction; PostgreSQL rolled it back"
        for topic in topics:
            self.tell(topic)

    async def _busy(self, connection: Tx) -> Unavailable:
        """The error for a lock that was not given: by which table is held now, as far as that can be seen."""
        tables = {row["relname"] for row in await connection.fetch(_HELD)}
        log.warning("database.locked", tables=sorted(tables))
        return next((made() for table, made in self._told.items() if table in tables), _busy())

    @contextlib.asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Tx]:
        """A connection without BEGIN: each statement is its own transaction. For reads and single-statement writes.

        A connection that breaks, or time that runs out, raises CommitUnknown, since the one statement may have committed.
        """
        given = False
        try:
            async with wait_limits.at_most(self.wait_s), self._leased() as connection:
                given = True
                yield connection
        except Locked as error:
            raise _busy() from error
        except _LOST as error:
            raise (_unknown() if given else DatabaseUnavailable(retry_after_s=2)) from error

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """A connection for reads only: whatever breaks, or takes too long, is DatabaseUnavailable."""
        with _in_our_words():
            async with wait_limits.at_most(self.wait_s), self._leased() as connection:
                yield connection

    @contextlib.asynccontextmanager
    async def listening(self, channel: str, heard: Callable[[str], None]) -> AsyncIterator[asyncio.Event]:
        """Call `heard` with the payload of every NOTIFY of the channel, for the length of the block; the event says that the connection broke."""
        broken = asyncio.Event()

        def tell(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            heard(str(payload))

        def end(*_: object) -> None:
            broken.set()

        with _in_our_words():
            async with self._leased() as connection:
                connection.add_termination_listener(end)
                try:
                    await connection.add_listener(channel, tell)
                    yield broken
                    await connection.remove_listener(channel, tell)
                finally:
                    connection.remove_termination_listener(end)

    @contextlib.asynccontextmanager
    async def _leased(self) -> "AsyncIterator[asyncpg.pool.PoolConnectionProxy[Row]]":
        """A connection of the pool. Whoever gives up in the middle of a statement leaves it closed: the server may never answer it."""
        if self._pool is None:
            raise DatabaseUnavailable("The database connection is not open.")
        connection = await self._acquired(self._pool)
        watchdog.beat()
        try:
            yield connection
        except BaseException as error:
            if _is_spoilt(error):
                connection.terminate()
            if any(isinstance(one, ReadOnly) for one in _with_causes(error)):
                await self._renew_all(self._pool)
            raise
        finally:
            watchdog.beat()
            with contextlib.suppress(*_LOST):
                await self._pool.release(connection, timeout=_ACQUIRE_S)

    async def _renew_all(self, pool: "asyncpg.Pool[Row]") -> None:
        """One connection that takes no writes says that the others, too, were made while the server took none: each would refuse somebody."""
        if time.monotonic() - self._renewed_at > _RENEW_S:
            self._renewed_at = time.monotonic()
            await pool.expire_connections()

    async def _acquired(self, pool: "asyncpg.Pool[Row]") -> "asyncpg.pool.PoolConnectionProxy[Row]":
        """A connection of the pool. Raises DatabaseRefuses where no connection can be had until somebody mends how things are set up."""
        try:
            return await pool.acquire(timeout=_ACQUIRE_S)
        except TimeoutError as error:
            if pool.get_size():  # all are in use
                raise
            raise DatabaseRefuses(*silent(self._dsn, self._setting)) from error
        except (asyncpg.PostgresError, ValueError, *_LOST) as error:
            cause = explain(error, self._dsn, self._setting)
            if cause is None:
                raise
            raise DatabaseRefuses(*cause) from error


class _Connection(asyncpg.Connection):
    """Asks for the shape of a built-in type once a process: it is the same on every server, and asking takes milliseconds."""

    _known: Final[dict[frozenset[int], Any]] = {}

    async def _introspect_types(self, typeoids: Iterable[int], *rest: Any) -> Any:
        wanted = frozenset(typeoids)
        found = self._known.get(wanted)
        if found is None:
            found = await super()._introspect_types(wanted, *rest)  # type: ignore[misc]  # no part of the stubs
            if max(wanted) < _FIRST_OF_USERS:
                self._known[wanted] = found
        return found


def dsn_with(dsn: str, *, user: str, password: str) -> str:
    """The same database under another role."""
    scheme, _, rest = dsn.partition("://")
    _, _, place = rest.rpartition("@")
    return f"{scheme}://{user}:{password}@{place}"


@contextlib.contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except Locked as error:
        raise _busy() from error
    except _LOST as error:
        raise DatabaseUnavailable(retry_after_s=2) from error


def _unknown() -> CommitUnknown:
    return CommitUnknown(hint="Ask again with the same Idempotency-Key to learn what happened.", retry_after_s=2)


def _busy() -> DatabaseBusy:
    return DatabaseBusy(hint="Ask again; if it stays, end the session that holds the lock.", retry_after_s=2)


def _is_spoilt(error: BaseException) -> bool:
    """Whether a statement may still be under way on the connection where this was raised, or it leads to a server that takes no writes:
    after a failover the next one may lead to the server that does.
    """
    return any(
        isinstance(one, asyncio.CancelledError | asyncpg.PostgresConnectionError | asyncpg.ReadOnlySQLTransactionError)
        or (isinstance(one, _LOST) and not isinstance(one, _ANSWERED))
        for one in _with_causes(error)
    )


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from: whoever works in a transaction may have told it in words of his own."""
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__cause__


async def _rollback(connection: Tx, error: BaseException) -> None:
    watchdog.beat()
    if not _is_spoilt(error):
        with contextlib.suppress(*_LOST):
            await connection.execute("ROLLBACK")


async def _prepare(connection: "asyncpg.Connection[Row]") -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, schema="pg_catalog", encoder=_to_json, decoder=msgspec.json.decode, format="text"
        )


async def _keep(connection: "asyncpg.Connection[Row]") -> None:
    """No session state is ever changed, so nothing is reset: that would cost a round trip for every use."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def storable(text: str) -> str:
    """The text as PostgreSQL can keep it: without NUL, and with a question mark for what is no character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Rows turned into `width` columns, as `unnest($1, $2, …)` takes them."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
