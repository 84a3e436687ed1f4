"""Open pages are told that something changed: those that show it, at once, and no more often than one clock asks."""

import asyncio
from collections.abc import AsyncGenerator, Hashable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from gerbang.core.announcements.broadcast import Place, Received, TooManyListeners
from gerbang.core.announcements.live_changes import LiveChanges, Topic
from gerbang.core.announcements.model import Announcement, ObjectRef

ONE, OTHER = ObjectRef("payment", UUID(int=1)), ObjectRef("payment", UUID(int=2))


class Told:
    """A broadcast that tells what it is given to tell."""

    def __init__(self) -> None:
        self.listeners = 0
        self.queue: asyncio.Queue[Received | Place] = asyncio.Queue()

    async def listen(self, *_: Any) -> AsyncGenerator[Received | Place, None]:
        self.listeners += 1
        while True:
            yield await self.queue.get()

    def tell(self, type_: str, about: ObjectRef) -> None:
        told = Announcement(type_, about, {}, datetime.now(UTC))
        self.queue.put_nowait(Received(Place(1, UUID(int=0)), told))


def changes_of(told: Told, **limits: int) -> LiveChanges:
    return LiveChanges(told, every_s=0.01, **limits)  # type: ignore[arg-type]  # what it asks of a broadcast


async def test_a_page_hears_of_what_it_shows_and_of_nothing_else() -> None:
    told = Told()
    live = changes_of(told)
    async with (
        live.watch("a", Topic("payments", ("payment.",))) as all_payments,
        live.watch("a", Topic("payment", ("payment.",), about=ONE)) as one,
        live.watch("b", Topic("refunds", ("refund.",))) as refunds,
    ):
        told.tell("payment.paid", OTHER)
        await asyncio.wait_for(all_payments.changed.wait(), 5)
        assert [one.changed.is_set(), refunds.changed.is_set()] == [False, False]
        told.tell("payment.paid", ONE)
        await asyncio.wait_for(one.changed.wait(), 5)
        assert not refunds.changed.is_set()
    assert (told.listeners, live.open_pages) == (1, 0)


async def test_a_hundred_pages_ask_no_more_often_than_one() -> None:
    asked, answer = 0, 1

    async def mark() -> Hashable:
        nonlocal asked
        asked += 1
        return answer

    live, told = changes_of(Told(), per_caller=100), 0
    topic = Topic("webhooks", mark=mark)
    async with asyncio.TaskGroup() as group:
        ready, done = asyncio.Barrier(101), asyncio.Event()

        async def page() -> None:
            nonlocal told
            async with live.watch("a", topic) as watcher:
                await watcher.changed.wait()  # the first answer counts as a change
                watcher.changed.clear()
                await ready.wait()
                await watcher.changed.wait()
                told += 1
                await done.wait()

        for _ in range(100):
            group.create_task(page())
        await asyncio.wait_for(ready.wait(), 5)
        before, answer = asked, 2
        while told < 100:
            await asyncio.sleep(0.01)
        assert asked - before <= 10
        done.set()


async def test_pages_are_bounded_and_end_with_the_process() -> None:
    live = changes_of(Told(), per_caller=1)
    async with live.watch("a", Topic("payments")) as watcher:
        with pytest.raises(TooManyListeners):
            live.check_room("a")
        await live.close()
        assert (watcher.ended, watcher.changed.is_set()) == (True, True)
    async with live.watch("a", Topic("payments")):
        assert live.open_pages == 1
