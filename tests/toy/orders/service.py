"""What is done with orders: everything that changes one goes through `apply_facts`, under its row lock and in one statement with what follows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.statement_batch import StatementBatch
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.audit.model import Entry, Recorded
from gerbang.core.audit.service import SYSTEM, record, timeline
from gerbang.core.connections.service import Connections
from gerbang.core.effects import Effects
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim
from gerbang.core.identity.model import Caller
from gerbang.core.inbox.model import Done, Event, Replay, Result
from gerbang.core.inbox.service import Apply
from gerbang.core.personal_data.model import Erased, Exported, Person
from gerbang.core.queue.model import Job, NewJob
from gerbang.core.queue.service import finish
from gerbang.core.secrets.model import Purpose
from gerbang.ports.webhook import WebhookRequest
from tests.toy.orders import store
from tests.toy.orders.model import ORDER, Order, OrderFact, Status, advance

PACK: Final = "order.pack"
_MOST_STEPS: Final = 100


class Orders:
    """The use cases of orders, and what runs for their events and jobs."""

    def __init__(self, db: Database, connections: Connections, wake: Callable[[], None]) -> None:
        self._db = db
        self._connections = connections
        self._wake = wake

    async def create(self, caller: Caller, said: OrderFact, key: IdempotencyKey) -> Order:
        """An order that somebody took by telephone; the same request again answers with the same one."""
        id_ = ids.new()
        async with self._db.transaction() as tx:
            known = await claim(tx, key, ORDER, id_)
            if known is None:
                await apply_facts(tx, [replace(said, number=ids.show("ord", id_), id=id_, source=caller.label)])
            return await store.one(tx, known or id_)

    async def page(self, status: str | None, before: tuple[datetime, UUID] | None, limit: int) -> list[Order]:
        """Newest first."""
        async with self._db.reading() as tx:
            return await store.page(tx, status, before, limit)

    async def get(self, id_: UUID) -> tuple[Order, Sequence[Recorded]]:
        """One order and what happened to it. Raises NotFound."""
        async with self._db.reading() as tx:
            return await store.one(tx, id_), await timeline(tx, ids.show("ord", id_), _MOST_STEPS)

    async def handle(self, events: Sequence[Event]) -> Apply:
        """Events of shops: each is a signed fact about one order."""
        facts = [await self._read(event) for event in events]

        async def apply(tx: Tx) -> Sequence[Result]:
            orders = await apply_facts(tx, facts)
            self._wake()
            return [Done(f"order {one.status}", ObjectRef(ORDER, one.id)) for one in orders]

        return apply

    async def preview(self, event: Event) -> Replay:
        """Facts that were applied change nothing."""
        return Replay(event.id, True, "Running it again would change nothing.", [])

    async def pack(self, job: Job) -> None:
        """The handler of `order.pack`."""
        async with self._db.transaction() as tx:
            order = await store.one(tx, ids.read("ord", job.key))
            await apply_facts(tx, [OrderFact(order.shop, order.number, Status.PACKED, source=SYSTEM)])
            await finish(tx, [job])

    async def _read(self, event: Event) -> OrderFact:
        connection = await self._connections.get(event.connection)
        webhook = self._connections.provider_of(connection).webhook
        assert webhook is not None, "an event came by it"
        account = await self._connections.account_for(connection, Purpose.VERIFY_WEBHOOK)
        fact: OrderFact = webhook.read(account, WebhookRequest(event.headers, event.body))
        return fact


async def apply_facts(tx: Tx, facts: Sequence[OrderFact]) -> list[Order]:
    """The order of each fact as it is after all of them."""
    orders = {(one.shop, one.number): one for one in await store.lock(tx, facts)}
    before, effects = orders.copy(), Effects()
    for fact in facts:
        order = orders[fact.shop, fact.number]
        status = advance(order.status, fact.status)
        if order.sequence and status is order.status:
            continue
        order = orders[fact.shop, fact.number] = replace(order, status=status, sequence=order.sequence + 1)
        _follow(effects, order, fact.source)
    changes = StatementBatch()
    await store.save(changes, [one for place, one in orders.items() if one is not before[place]])
    await effects.save(tx, changes)
    return [orders[fact.shop, fact.number] for fact in facts]


def _follow(effects: Effects, order: Order, source: str) -> None:
    """What follows where an order has come further."""
    shown, type_ = ids.show("ord", order.id), f"order.{order.status.value}"
    told = {"order": shown, "status": order.status.value}
    effects.entries.append(Entry(source, type_, shown, {"number": order.number}))
    effects.announcements.append(
        Announcement(type_, ObjectRef(ORDER, order.id), told, order.created_at, order.sequence)
    )
    if order.status is Status.RECEIVED:
        effects.jobs.append(NewJob(PACK, shown))


async def tell_buyers(tx: Tx, announcements: Sequence[Announcement]) -> None:
    """A consumer of announcements: notes whom it would write to."""
    told = [ids.show("ord", id_) for one in announcements if (id_ := one.id_of(ORDER))]
    await record(tx, [Entry(SYSTEM, "order.buyer_told", order) for order in told])


async def export_buyers(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Exported:
    """What the person bought."""
    return Exported([dict(row) for row in await store.of_buyer(tx, person.email)], None)


async def erase_buyers(tx: Tx, person: Person, _after: UUID | None, _most: int) -> Erased:
    """The orders stay, their buyer is nobody."""
    return Erased(await store.erase(tx, person.email), 0, None)
