"""R67: what a page, a list or a sweep reads is bounded by what it shows, not by what has ever happened. Counted in blocks, without a clock.

One PostgreSQL with two databases: one page of everything, and thirty times as much. Every GET of the policy table is asked of both, and a
worker is let loose on both; generic plans are forced, since that is what a statement has after its fifth time.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import pytest

from bench.growth import filling, node, places
from gerbang import app, settings
from gerbang.base.db import Database
from gerbang.base.postgres import Postgres, ServerHandle
from gerbang.base.watchdog import Watchdog
from gerbang.core.identity.model import Client, Role
from gerbang.core.ledger import balance_keeper
from gerbang.core.payments.model import Filters
from gerbang.core.payments.verification.service import verify
from gerbang.core.payments.verification.store import INVARIANTS
from gerbang.providers.sealed import ensure_root_key
from gerbang.settings import Settings
from gerbang.web.assembly import assemble
from gerbang.web.cursors import Cursors
from gerbang.web.gateway.session_cookie import SESSION_COOKIE
from gerbang.web.policy import POLICY
from gerbang.web.services import Services
from gerbang.web.transport.server import serve
from tests.conftest import NO_TLS, _as_admin, _migrate, _named, _now, in_memory, new_data_folder

Filled = dict[str, tuple[Path, filling.Known]]
_FEW, _MANY = 120, 4_000
# A tree of thirty times as many rows is a block higher, and a page looks up some hundred rows.
_TIMES, _MORE = 2.0, 160
# of an order or a person what has no index is looked for among two hundred payments, some blocks each
_LOOKED_AT: Final = 1_000
_PASSWORD: Final = "nasi uduk tanpa sambal"
_BLOCKS: Final = """
    SELECT coalesce(sum(shared_blks_hit + shared_blks_read + temp_blks_read), 0)::int FROM pg_stat_statements(false) s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = $1
"""
_BY_STATEMENT: Final = """
    SELECT s.query, (sum(shared_blks_hit + shared_blks_read) / sum(calls))::int AS blocks
    FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = $1 GROUP BY s.query
"""
_SWEPT: Final = """
    SELECT coalesce(min(calls), 0) FROM (SELECT sum(s.calls) AS calls FROM unnest(ARRAY['%jobs%', '%cursors%', '%ledger_balanced%', '%chain_transfers%', '%sweep_at%']) AS about
    LEFT JOIN (pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid AND d.datname = $1) ON s.query LIKE about GROUP BY about) AS each
"""
_DEEP: Final = {
    "/v1/payments": "payments",
    "/v1/webhook-events": "webhook-events",
    "/v1/refunds": "refunds",
    "/v1/notifications": "notifications",
    "/v1/audit": "audit",
    "/v1/users": "users",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One database with its service: what it is asked, and how many blocks an answer takes."""

    name: str
    settings: Settings
    known: filling.Known
    services: Services
    client: httpx.AsyncClient
    watch: asyncpg.Connection
    links: Mapping[str, str]

    async def blocks(self) -> int:
        """Blocks that this database has read or found in its cache up to now."""
        return int(await self.watch.fetchval(_BLOCKS, self.name))

    async def ask(self, path: str) -> int:
        """Blocks that one GET takes."""
        before = await self.blocks()
        answer = await self.client.get(path)
        assert answer.status_code in (200, 303, 404, 405) or path == "/readyz", (path, answer.text[:300])
        return await self.blocks() - before

    async def page(self, filters: Filters) -> int:
        """Blocks that a page of payments takes."""
        before = await self.blocks()
        await self.services.payments.page(filters, None, 25)
        return await self.blocks() - before


@pytest.fixture(scope="module")
def server() -> Iterator[ServerHandle]:
    """A PostgreSQL of this file's own, which counts what each statement reads."""
    folder = new_data_folder(in_memory())
    chosen = {
        "shared_preload_libraries": "pg_stat_statements",
        "shared_buffers": "64MB",
        "fsync": "on",
        "autovacuum": "off",
    }
    running = _now(Postgres(folder, settings=chosen).start())
    _now(_as_admin(running, "CREATE EXTENSION pg_stat_statements"))
    yield running
    _now(running.stop())
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def filled(server: ServerHandle, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """The two databases with their past, and a data folder for each."""
    known = {}
    for name, payments in (("few", _FEW), ("many", _MANY)):
        _now(_as_admin(server, f"CREATE DATABASE {name} OWNER gerbang_owner"))
        _now(_migrate(_named(server.addresses.owner_dsn, name)))
        _now(_as_admin(server, f"ALTER DATABASE {name} SET plan_cache_mode = 'force_generic_plan'"))
        known[name] = (
            tmp_path_factory.mktemp(name),
            _now(_fill(_named(server.addresses.admin_dsn, name), payments)),
        )
    return known


async def _fill(dsn: str, payments: int) -> filling.Known:
    known = await filling.fill(dsn, payments)
    db = Database(dsn)
    await db.open()
    while await balance_keeper.run_once(db):
        pass
    await db.close()
    return known


@pytest.fixture(scope="module")
def node_url() -> Iterator[str]:
    """A chain that is looked at, and on which nothing happens."""
    with node.running() as url:
        yield url


async def _side(
    server: ServerHandle, name: str, data: Path, known: filling.Known, node_url: str, port: int
) -> AsyncIterator[Side]:
    configured = settings.load(
        data=data, database_url=_named(server.addresses.app_dsn, name), port=port, sandbox=True, log_level="warning"
    )
    ensure_root_key(configured.root_key_path, create=True)
    stop, ready = asyncio.Event(), asyncio.Event()
    watch = await asyncpg.connect(_named(server.addresses.admin_dsn, "postgres"))
    async with app.core(configured, "test") as core, asyncio.TaskGroup() as group:
        await filling.connect_wallet(core.connections, node_url)
        await core.changes.poll()
        services = app.services(core)
        group.create_task(serve(assemble(services), "127.0.0.1", port, stop=stop, ready=lambda _: ready.set()))
        await ready.wait()
        email = f"ratih-{port}@example.com"
        await services.identity.accounts.create("system:test", email, _PASSWORD, "Ratih", "id", Role.ADMIN)
        token = (await services.identity.sessions.login(email, _PASSWORD, Client("127.0.0.1"))).access_token
        links = {
            "pay": await core.payments.link_token(known.payment),
            "refund": await core.payments.mailed_refund_token(known.refund),
        }
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, verify=NO_TLS) as client:
            client.cookies.set(SESSION_COOKIE, token)
            client.headers["authorization"] = f"Bearer {token}"
            yield Side(
                name=name, settings=configured, known=known, services=services, client=client, watch=watch, links=links
            )
        stop.set()
    await watch.close()


@pytest.fixture
async def few(server: ServerHandle, filled: Filled, node_url: str, free_port: Callable[[], int]) -> AsyncIterator[Side]:
    """Hardly anything has ever happened."""
    async for one in _side(server, "few", *filled["few"], node_url, free_port()):
        yield one


@pytest.fixture
async def many(
    server: ServerHandle, filled: Filled, node_url: str, free_port: Callable[[], int]
) -> AsyncIterator[Side]:
    """Thirty times as much."""
    async for one in _side(server, "many", *filled["many"], node_url, free_port()):
        yield one


async def test_every_page_and_list_reads_as_much_as_it_shows(few: Side, many: Side) -> None:
    document = (await few.client.get("/openapi.json")).json()
    small = list(places.every(POLICY, document, few.known, few.links))
    large = list(places.every(POLICY, document, many.known, many.links))
    over = []
    for (question, at_few), (_, at_many) in zip(small, large, strict=True):
        is_of_many = "order_reference=donation" in question or "busiest_customer" in question
        looked_at = _LOOKED_AT if is_of_many else 0
        allowed = _TIMES * await few.ask(at_few) + _MORE + looked_at
        if await many.ask(at_many) > allowed and (read := await many.ask(at_many)) > allowed:
            over.append(f"{read} blocks, at most {allowed:.0f}: {question}")
    assert not over, "\n" + "\n".join(over)


async def test_a_persons_list_under_any_filters_reads_as_much_as_it_shows_however_much_is_theirs(
    few: Side, many: Side
) -> None:
    over = []
    for status, method, connection, order in product(
        (None, "paid", "held"),
        (None, "virtual_account", "paylater"),
        (None, "closed-shop"),
        (None, "donation", "order-7"),
    ):
        read = [
            await side.page(Filters(status, method, connection, order, owner_id=side.known.busiest))
            for side in (few, many)
        ]
        if read[1] > _TIMES * read[0] + _LOOKED_AT:
            over.append(f"{read[1]} blocks, not {read[0]}: {status} {method} {connection} {order}")
    assert not over, "\n".join(over)


async def test_the_end_of_a_list_costs_what_its_beginning_does(many: Side) -> None:
    cursors = Cursors(many.services.secrets)
    over = []
    for path, list_ in _DEEP.items():
        place = (datetime(2025, 1, 20, tzinfo=UTC), many.known.user)
        there = (await cursors.page(list_, [place, place], 1, lambda one: one, str)).next_cursor
        first, last = await many.ask(path), await many.ask(f"{path}?cursor={there}")
        if last > _TIMES * first + _MORE:
            over.append(f"{path}: {first} blocks at the beginning, {last} at the end")
    assert not over, over


async def test_a_worker_and_its_sweeps_read_as_much_as_there_is_to_do(few: Side, many: Side) -> None:
    for side in (few, many):
        await side.watch.execute("SELECT pg_stat_statements_reset()")
        working = asyncio.create_task(app.work(side.settings, Watchdog()))
        async with asyncio.timeout(30):
            while await side.watch.fetchval(_SWEPT, side.name) < 3:
                await asyncio.sleep(0.1)
        working.cancel()
        async with asyncio.timeout(30):
            await asyncio.gather(working, return_exceptions=True)
    small = {row["query"]: row["blocks"] for row in await few.watch.fetch(_BY_STATEMENT, "few")}
    large = {row["query"]: row["blocks"] for row in await many.watch.fetch(_BY_STATEMENT, "many")}
    both = small.keys() & large.keys()
    over = [
        f"{large[query]} blocks, not {small[query]}: {query}"
        for query in both
        if large[query] > _TIMES * small[query] + 40
    ]
    assert not over, "\n".join(over)


def test_no_invariant_is_asked_for_its_first_rows() -> None:
    """There are none: with a LIMIT the planner walks through every refund there was, in the hope to find twenty bad ones soon (two million
    payments: 280 ms for each slice of 200).
    """
    assert not [name for name, statement in INVARIANTS.items() if "LIMIT" in statement]


async def test_verify_goes_from_slice_to_slice_and_finds_what_is_wrong_in_the_last(many: Side) -> None:
    told: list[int] = []
    assert await verify(many.services.db, told=lambda looked, _: told.append(looked)) == (_MANY + 100, [])
    assert len(told) > 5
    async with many.services.db.transaction() as tx:
        await tx.execute("UPDATE payments SET amount_captured = amount_captured + 1 WHERE id = $1", many.known.payment)
        await tx.execute("UPDATE ledger_balances SET debit = debit + 1 WHERE account = 'sales'")
        await tx.execute("UPDATE attempts SET listed_status = 'held' WHERE payment_id = $1", many.known.payment)
        await tx.execute("UPDATE payments SET excess_owed = 5, amount_refunded = 1 WHERE id = $1", many.known.payment)
        await tx.execute("UPDATE refunds SET approval = 'pending' WHERE id = $1", many.known.refund)
    _, found = await verify(many.services.db)
    _, lately = await verify(many.services.db, since=many.known.created_at)
    _, later = await verify(many.services.db, since=datetime.now(UTC))
    async with many.services.db.transaction() as tx:
        await tx.execute("UPDATE payments SET amount_captured = amount_captured - 1 WHERE id = $1", many.known.payment)
        await tx.execute("UPDATE ledger_balances SET debit = debit - 1 WHERE account = 'sales'")
        await tx.execute("UPDATE attempts SET listed_status = 'refunded' WHERE payment_id = $1", many.known.payment)
        await tx.execute(
            "UPDATE payments SET excess_owed = 0, amount_refunded = amount_captured WHERE id = $1", many.known.payment
        )
        await tx.execute("UPDATE refunds SET approval = 'not_needed' WHERE id = $1", many.known.refund)
    assert {(one.invariant, one.object) for one in found} == {
        ("a payment's totals are not those of its attempts", str(many.known.payment)),
        ("a list finds a payment under another status or time than its own", str(many.known.payment)),
        ("what a payment says was given back is not what its refunds say", str(many.known.payment)),
        ("the surplus that is owed is not what came too much less what refunds promise", str(many.known.payment)),
        ("a refund waits for a second person and nobody is asked, or the other way round", str(many.known.refund)),
        ("an account's balance is not the sum of its lines", "sales IDR"),
    }
    assert {one.object for one in lately} == {str(many.known.payment), str(many.known.refund)}
    assert later == []
