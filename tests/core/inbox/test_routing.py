"""Events by kind of provider: whose handler an event is for, what becomes of one that has none, and that no kind holds up another."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import pytest

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.core.inbox.model import (
    Done,
    Event,
    EventFilters,
    EventStatus,
    NewEvent,
    NotYet,
    Replay,
    Result,
    kind_of_shard,
    shards_of,
)
from gerbang.core.inbox.routing import EventHandler, Router, Unhandled, refuse_all
from gerbang.core.inbox.service import Apply, Inbox, count_unmatched
from gerbang.core.inbox.worker import Worker
from gerbang.ports.kinds import Kind

CONNECTIONS: Mapping[str, Kind | Unhandled] = {
    "bank": Kind.PAYMENT,
    "wallet": Kind.PAYMENT,
    "shop": Kind.MARKETPLACE,
    "robot": Kind.AI,
    "gone": Unhandled("There is no connection 'gone'."),
}


class Noun:
    """A noun's handler: notes what it was given, and says done to all of it, fails or hangs."""

    def __init__(self, mood: str = "") -> None:
        self.given: list[list[str]] = []
        self.mood = mood

    async def handle(self, events: Sequence[Event]) -> Apply:
        self.given.append([event.connection for event in events])
        if self.mood == "fails":
            raise ValueError("a bug")
        if self.mood == "hangs":
            await asyncio.Event().wait()

        async def apply(_tx: object) -> list[Result]:
            return [Done(f"fine, {event.connection}") for event in events]

        return apply

    async def preview(self, event: Event) -> Replay:
        return Replay(event.id, True, f"looked at {event.connection}", [])


async def kind_of(connection: str) -> Kind | Unhandled:
    return CONNECTIONS[connection]


def router(**nouns: Noun) -> Router:
    return Router({Kind(kind): EventHandler(one.handle, one.preview) for kind, one in nouns.items()}, kind_of)


def event(connection: str) -> Event:
    return Event(
        id=ids.new(),
        received_at=datetime.now(UTC),
        connection=connection,
        key="k",
        subject="s",
        type="t",
        headers={},
        body=b"",
    )


async def results(handle: object, *connections: str) -> Sequence[Result]:
    apply = await handle([event(one) for one in connections])  # type: ignore[operator]  # any handler
    return await apply(None)  # type: ignore[no-any-return]  # the nouns here write nothing


async def test_a_handler_is_given_its_own_events_and_the_others_of_the_batch_wait_with_their_reason() -> None:
    noun = Noun()
    handle = router(payment=noun).handlers()[Kind.PAYMENT]
    found = await results(handle, "bank", "gone", "wallet", "shop")
    assert noun.given == [["bank", "wallet"]]
    assert found == [
        Done("fine, bank"),
        NotYet("There is no connection 'gone'."),
        Done("fine, wallet"),
        NotYet("its connection is for marketplace now"),
    ]


async def test_a_handler_is_not_called_for_a_batch_that_holds_nothing_of_its_own() -> None:
    noun = Noun()
    found = await results(router(payment=noun).handlers()[Kind.PAYMENT], "gone", "shop")
    assert (noun.given, [type(one) for one in found]) == ([], [NotYet, NotYet])


async def test_an_event_of_a_kind_that_nobody_handles_waits_and_may_be_about_money() -> None:
    assert await results(refuse_all, "robot") == [NotYet("this version handles no events of its kind")]


@pytest.mark.parametrize(
    ("connection", "says"),
    [
        ("bank", "looked at bank"),
        ("robot", "this version handles no events of its kind"),
        ("gone", "There is no connection 'gone'."),
    ],
)
async def test_a_dry_run_is_the_noun_s_own_or_says_why_there_is_none(connection: str, says: str) -> None:
    assert (await router(payment=Noun()).preview(event(connection))).outcome == says


def test_every_kind_has_shards_of_its_own_and_those_of_payments_are_where_they_were() -> None:
    taken = [shard for kind in Kind for shard in shards_of(kind)]
    assert sorted(taken) == list(range(8 * len(Kind)))
    assert list(shards_of(Kind.PAYMENT)) == list(range(8))
    assert all(kind_of_shard(shard) is kind for kind in Kind for shard in shards_of(kind))


async def put(inbox: Inbox, kind: Kind, connection: str, subjects: int) -> None:
    for number in range(subjects):
        await inbox.receive(
            NewEvent(
                connection=connection, key=f"{number}", subject=f"{number}", type="t", headers={}, body=b"x", kind=kind
            )
        )


async def states(inbox: Inbox, connection: str) -> list[tuple[str, str | None]]:
    found = await inbox.page(EventFilters(source=connection), None, 100)
    return [(event.status.value, event.outcome) for event in found]


async def work_until_done(
    db: Database,
    events: Router,
    inbox: Inbox,
    connection: str,
    status: EventStatus,
    also: Callable[[], object] = lambda: True,
) -> None:
    """Run the worker until all events of a connection have this status and `also` is true, for at most ten seconds."""
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(db, events.handlers()).run(stop))
    try:
        async with asyncio.timeout(10):
            while not also() or {state for state, _ in await states(inbox, connection)} != {status.value}:
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await asyncio.wait({task}, timeout=1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("mood", ["hangs", "fails"])
async def test_a_kind_whose_handler_hangs_or_fails_holds_up_no_other(db: Database, mood: str) -> None:
    bank, shop = Noun(), Noun(mood)
    events = router(payment=bank, marketplace=shop)
    inbox = Inbox(db, events.preview)
    await put(inbox, Kind.MARKETPLACE, "shop", 3)
    await put(inbox, Kind.PAYMENT, "bank", 3)
    await work_until_done(db, events, inbox, "bank", EventStatus.DONE, also=lambda: shop.given)
    assert await states(inbox, "bank") == [("done", "fine, bank")] * 3
    assert "done" not in {state for state, _ in await states(inbox, "shop")}


async def test_an_event_of_a_kind_without_a_handler_keeps_its_bytes_and_stands_in_the_work_list_once_tried_twice(
    db: Database,
) -> None:
    events = router(payment=Noun())
    inbox = Inbox(db, events.preview)
    await put(inbox, Kind.AI, "robot", 1)
    await work_until_done(db, events, inbox, "robot", EventStatus.WAITING)
    assert await states(inbox, "robot") == [("waiting", "this version handles no events of its kind")]
    (listed,) = await inbox.page(EventFilters(source="robot"), None, 10)
    assert (await inbox.get(listed.id)).body == b"x"
    await inbox.replay("test", listed.id, dry_run=False)
    await work_until_done(db, events, inbox, "robot", EventStatus.WAITING)
    async with db.transaction() as tx:
        await tx.execute("UPDATE inbox SET tries = 2")
        assert await count_unmatched(tx, 10) == 1
