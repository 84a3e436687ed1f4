"""The item machine: every pair of a status and one that is said, every order in which facts may come, and the fold of an order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from msgspec.structs import replace

from gerbang.core.orders.machine import MOVES, STEPS, Heard, Verdict, advance, order_status, ship_by
from gerbang.core.orders.model import Detail, Item
from gerbang.ports.marketplace_orders import ItemStatus

_S = ItemStatus
AT = datetime(2026, 11, 11, 11, 11, tzinfo=UTC)
SECOND = timedelta(seconds=1)
# What each status may become, in whatever number of steps; of all else it is said late, or it cannot be.
AHEAD = {
    "unpaid": "pending packed repacked ready_to_ship shipped delivered cancelled returning returned failed lost damaged scrapped",
    "pending": "packed repacked ready_to_ship shipped delivered cancelled returning returned failed lost damaged scrapped",
    "packed": "repacked ready_to_ship shipped delivered cancelled returning returned failed lost damaged scrapped",
    "repacked": "packed ready_to_ship shipped delivered cancelled returning returned failed lost damaged scrapped",
    "ready_to_ship": "packed repacked shipped delivered cancelled returning returned failed lost damaged scrapped",
    "shipped": "delivered cancelled returning returned failed lost damaged scrapped",
    "delivered": "returning returned failed lost damaged scrapped",
    "failed": "delivered returning returned lost damaged scrapped",
    "returning": "delivered failed returned lost damaged scrapped",
    "lost": "delivered returning returned failed damaged scrapped",
    "damaged": "returned scrapped",
    "cancelled": "",
    "returned": "",
    "scrapped": "",
}
IMPOSSIBLE = {
    ("delivered", "cancelled"), ("failed", "cancelled"), ("returning", "cancelled"), ("lost", "cancelled"), ("damaged", "cancelled"),
    ("returned", "cancelled"), ("scrapped", "cancelled"), ("returned", "scrapped"), ("scrapped", "returned"),
    *(("cancelled", one) for one in ("delivered", "failed", "returning", "lost", "damaged", "returned", "scrapped")),
}  # fmt: skip


def item(status: ItemStatus, later_s: int = 0, number: int = 1) -> Item:
    return Item(
        id=UUID(int=number),
        order_id=UUID(int=9),
        external_id=f"7{number}",
        status=status,
        reached=status,
        said=status.value,
        version=AT + later_s * SECOND,
        sku="KOPI-250",
        name="Kopi",
        quantity=1,
        price=149_000,
        paid=149_000,
    )


@pytest.mark.parametrize("said", list(ItemStatus))
@pytest.mark.parametrize("at", list(STEPS))
def test_every_pair_is_the_same_a_move_late_or_impossible(at: ItemStatus, said: ItemStatus) -> None:
    if at is said:
        wanted = Verdict.SAME
    elif said is _S.UNKNOWN or said.value in AHEAD[at.value].split():
        wanted = Verdict.MOVE
    else:
        wanted = Verdict.IMPOSSIBLE if (at.value, said.value) in IMPOSSIBLE else Verdict.STALE
    assert MOVES[at, said] is wanted
    after, heard = advance(item(at), replace(item(said), version=AT + SECOND))
    match wanted:
        case Verdict.MOVE:
            assert (after.status, heard) == (said, Heard.MOVED)
        case Verdict.SAME:
            assert (after.status, heard) == (at, Heard.NOTHING_NEW)
        case Verdict.STALE | Verdict.IMPOSSIBLE:
            assert (after.status, after.version, heard) == (at, AT + SECOND, Heard.CONTRADICTED)


@pytest.mark.parametrize("said", list(ItemStatus))
@pytest.mark.parametrize("at", list(STEPS))
def test_what_is_older_than_what_is_known_changes_nothing(at: ItemStatus, said: ItemStatus) -> None:
    known = item(at, 5)
    assert advance(known, item(said, 4)) == (known, Heard.NOTHING_NEW)


def test_every_status_but_unknown_is_in_the_table() -> None:
    assert set(STEPS) == set(ItemStatus) - {_S.UNKNOWN}
    assert len(MOVES) == len(STEPS) * len(ItemStatus)


def test_facts_of_one_life_end_the_same_in_whatever_order_they_come() -> None:
    life = [
        item(status, later)
        for later, status in enumerate((_S.PENDING, _S.PACKED, _S.READY_TO_SHIP, _S.SHIPPED, _S.DELIVERED))
    ]
    for facts in permutations(life):
        now = facts[0]
        for fact in facts[1:]:
            now, _ = advance(now, fact)
        assert now == life[-1]


def test_of_one_second_what_is_further_counts_whichever_was_read_first() -> None:
    first, second = item(_S.PACKED), item(_S.READY_TO_SHIP)
    assert advance(item(_S.PENDING), second)[0].status is _S.READY_TO_SHIP
    moved, _ = advance(first, second)
    assert moved.status is _S.READY_TO_SHIP
    assert advance(item(_S.SHIPPED), first) == (item(_S.SHIPPED), Heard.NOTHING_NEW)


def test_what_is_told_anew_without_a_move_is_taken_and_what_is_not_newer_is_not() -> None:
    known, told = item(_S.PACKED, 3), replace(item(_S.PACKED, 4), package="FP1", detail=Detail(tracking="LX1"))
    after, heard = advance(known, told)
    assert (after.package, after.detail.tracking, heard) == ("FP1", "LX1", Heard.UPDATED)
    assert advance(told, known) == (told, Heard.NOTHING_NEW)


def test_an_unknown_word_hides_where_the_item_was_and_does_not_let_it_move_back() -> None:
    odd, heard = advance(item(_S.SHIPPED), replace(item(_S.UNKNOWN, 1), said="teleported"))
    assert (odd.status, odd.reached, odd.said, heard) == (_S.UNKNOWN, _S.SHIPPED, "teleported", Heard.MOVED)
    still, heard = advance(odd, item(_S.PACKED, 2))
    assert (still.status, heard) == (_S.UNKNOWN, Heard.CONTRADICTED)
    assert advance(still, item(_S.DELIVERED, 3))[0].status is _S.DELIVERED


@pytest.mark.parametrize(
    ("statuses", "order"),
    [
        ("pending", "pending"),
        ("shipped pending", "pending"),
        ("cancelled shipped", "shipped"),
        ("cancelled cancelled", "cancelled"),
        ("delivered returned", "delivered"),
        ("returned returned", "returned"),
        ("delivered returning", "returning"),
        ("delivered cancelled", "delivered"),
        ("delivered unknown", "unknown"),
        ("packed repacked", "repacked"),
        ("delivered lost", "lost"),
        ("failed shipped", "shipped"),
    ],
)
def test_an_order_stands_where_the_first_of_its_items_to_be_looked_at_stands(statuses: str, order: str) -> None:
    items = [item(ItemStatus(one), number=n) for n, one in enumerate(statuses.split())]
    for some in permutations(items):
        assert order_status(some) is ItemStatus(order)


def test_the_deadline_is_the_nearest_of_what_is_not_ready() -> None:
    items = [
        replace(item(_S.PENDING), ship_by=AT + 3 * SECOND),
        replace(item(_S.PACKED), ship_by=AT + 2 * SECOND),
        replace(item(_S.SHIPPED), ship_by=AT + SECOND),
        replace(item(_S.CANCELLED), ship_by=AT),
    ]
    assert ship_by(items) == AT + 2 * SECOND
    assert ship_by(items[2:]) is None
