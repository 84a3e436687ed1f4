"""A walk over changed orders leaves none out and tells none twice, whatever moves under it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from gerbang.base.http import OutcomeUnknown
from gerbang.providers.lazada.adapter import LazadaMarketplace
from tests.providers.lazada import gateway as other_side
from tests.providers.lazada.gateway import Gateway, Heard, data
from tests.providers.lazada.rows import ORDER, changed

BEGIN = datetime(2025, 1, 15, 2, 0, tzinfo=UTC)


@dataclass(slots=True)
class Book:
    """Orders at Lazada, as /orders/get lists them. `inclusive`: whether `update_after` holds its own second; `moving`: orders change between pages."""

    times: dict[str, datetime]
    inclusive: bool = True
    moving: int = 0
    chance: Random = field(default_factory=lambda: Random(1))
    asked: int = 0
    clock: datetime = BEGIN + timedelta(hours=5)

    def answer(self, heard: Heard) -> Any:
        self.asked += 1
        assert self.asked < 500, "it never ends"
        self._move()
        after = datetime.fromisoformat(heard.query["update_after"])
        before = datetime.fromisoformat(heard.query.get("update_before", "2099-01-01T00:00:00+07:00"))
        offset, limit = int(heard.query["offset"]), int(heard.query["limit"])
        assert offset <= 4_500
        found = sorted(
            (at, id_)
            for id_, at in self.times.items()
            if (at > after or (self.inclusive and at == after)) and at <= before
        )
        page = found[offset : offset + limit]
        listed = [changed(ORDER, order_id=id_, updated_at=at.isoformat()) for at, id_ in page]
        return data({"count": len(page), "countTotal": len(found), "orders": listed})

    def _move(self) -> None:
        for id_ in self.chance.sample(sorted(self.times), min(self.moving, len(self.times))):
            self.clock += timedelta(seconds=1)
            self.times[id_] = self.clock
        self.moving = self.moving if self.asked < 20 else 0


async def walked(lazada: LazadaMarketplace, gateway: Gateway, book: Book) -> list[tuple[str, datetime]]:
    gateway.by = book.answer
    shop, told = other_side.shop(gateway), []
    page = await lazada.changed_orders(shop, BEGIN)
    while True:
        told += [(one.id, one.version) for one in page.heads]
        if page.next is None:
            return told
        page = await lazada.changed_orders(shop, page.next)


def book(counts: Sequence[int], **more: Any) -> Book:
    """So many orders in each second."""
    seconds = [second for second, count in enumerate(counts) for _ in range(count)]
    return Book({str(10**14 + n): BEGIN + timedelta(seconds=second) for n, second in enumerate(seconds)}, **more)


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize(
    "counts", [[], [1], [100], [99, 2, 150], [101], [250, 250, 1], [0, 100, 100, 0, 300, 5], [1] * 320, [720, 3]]
)
async def test_every_order_is_told_once(
    lazada: LazadaMarketplace, gateway: Gateway, counts: list[int], inclusive: bool
) -> None:
    known = book(counts, inclusive=inclusive)
    told = await walked(lazada, gateway, known)
    assert len(told) == len(set(told))
    assert {id_ for id_, _ in told} == set(known.times)


@pytest.mark.parametrize("seed", range(6))
async def test_orders_that_change_under_the_walk_push_no_other_out_of_it(
    lazada: LazadaMarketplace, gateway: Gateway, seed: int
) -> None:
    chance = Random(seed)
    known = book([chance.choice([0, 1, 40, 130]) for _ in range(8)], moving=7, chance=chance)
    told = await walked(lazada, gateway, known)
    assert len(told) == len(set(told)), "a version twice"
    newest = dict(sorted(told, key=lambda one: one[1]))
    assert newest == known.times


async def test_the_next_walk_begins_where_this_one_ended(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.by = book([1, 1, 1]).answer
    page = await lazada.changed_orders(other_side.shop(gateway), BEGIN)
    assert (page.next, page.through) == (None, BEGIN + timedelta(seconds=2))


async def test_half_a_page_is_not_taken_for_the_last(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    known = book([1] * 150)

    def halved(heard: Heard) -> Any:
        said = known.answer(heard)
        said["data"]["orders"] = said["data"]["orders"][: 50 if known.asked == 1 else 100]
        return said

    gateway.by = halved
    shop = other_side.shop(gateway)
    page = await lazada.changed_orders(shop, BEGIN)
    assert (len(page.heads), page.next is None) == (50, False)
    told = [one.id for one in page.heads]
    while page.next is not None:
        page = await lazada.changed_orders(shop, page.next)
        told += [one.id for one in page.heads]
    assert sorted(told) == sorted(known.times)


async def test_the_same_page_once_more_is_no_answer(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    known, shop = book([1] * 250), other_side.shop(gateway)
    gateway.by = known.answer
    first = await lazada.changed_orders(shop, BEGIN)
    assert first.next is not None
    again = known.answer(gateway.heard[0])
    later = await lazada.changed_orders(shop, first.next)
    assert later.next is not None
    gateway.by = lambda _: again
    with pytest.raises(OutcomeUnknown):
        await lazada.changed_orders(shop, later.next)


@pytest.mark.parametrize("orders", [[], [(1, "b"), (0, "a")]], ids=["empty", "unsorted"])
async def test_a_list_that_is_no_answer_to_the_question_is_asked_again(
    lazada: LazadaMarketplace, gateway: Gateway, orders: list[tuple[int, str]]
) -> None:
    rows = [
        changed(ORDER, order_id=id_, updated_at=(BEGIN + timedelta(seconds=second)).isoformat())
        for second, id_ in orders
    ]
    gateway.answers["/orders/get"] = data({"count": 5, "countTotal": 5, "orders": rows})
    with pytest.raises(OutcomeUnknown):
        await lazada.changed_orders(other_side.shop(gateway), BEGIN)


async def test_one_order_that_cannot_be_read_stands_apart(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    good, bad = changed(ORDER, updated_at=BEGIN.isoformat()), changed(ORDER, order_id="9", price="0.10")
    gateway.answers["/orders/get"] = data({"count": 2, "countTotal": 2, "orders": [good, bad]})
    page = await lazada.changed_orders(other_side.shop(gateway), BEGIN)
    assert [one.id for one in page.heads] == ["560694402192001"]
    assert [one.order for one in page.unreadable] == ["9"]
    assert page.next is None


async def test_orders_are_walked_by_their_making_too(lazada: LazadaMarketplace, gateway: Gateway) -> None:
    gateway.answers["/orders/get"] = data({"count": 0, "countTotal": 0, "orders": []})
    await lazada.changed_orders(other_side.shop(gateway), BEGIN, created=True)
    heard = gateway.heard[0].query
    assert (heard["created_after"], heard["sort_by"]) == ("2025-01-15T08:59:59+07:00", "created_at")
    assert "update_after" not in heard
