"""From which warehouses what is ordered comes: pure."""

from datetime import UTC, datetime
from uuid import UUID

from gerbang.core.catalogue.allocation import allocate, available, free_in, limited_by
from gerbang.core.catalogue.model import (
    Component,
    LateMoney,
    Line,
    Product,
    Shortage,
    Stock,
    late_money,
)
from gerbang.core.catalogue.reservation_store import Item
from gerbang.core.catalogue.reservations import lessened

_AT = datetime(2026, 11, 30, tzinfo=UTC)


def product(number: int, sku: str, *stock: Stock, components: tuple[Component, ...] = ()) -> Product:
    return Product(
        id=UUID(int=number),
        sku=sku,
        name=sku,
        price=None,
        sequence=1,
        created_at=_AT,
        updated_at=_AT,
        stock=stock,
        components=components,
    )


TEA = product(1, "TEH", Stock("bantul", 5, 2), Stock("surabaya", 4))
SUGAR = product(2, "GULA", Stock("bantul", 7), Stock("theirs", 90, fulfilled_by="shop-1"))
BREAKFAST = product(
    3,
    "PAKET",
    components=(Component(TEA.id, "TEH", 1, TEA.stock), Component(SUGAR.id, "GULA", 2, SUGAR.stock)),
)
KNOWN = {one.sku: one for one in (TEA, SUGAR, BREAKFAST)}


def places(*lines: Line) -> list[tuple[int, int, str, int]]:
    return [(one.line, one.product.int, one.warehouse, one.count) for one in allocate(_numbered(lines), KNOWN).parts]


def short(*lines: Line) -> list[tuple[int, int]]:
    return [(one.line, one.missing) for one in allocate(_numbered(lines), KNOWN).shortages]


def _numbered(lines: tuple[Line, ...]) -> list[tuple[int, Line]]:
    return list(enumerate(lines))


def test_a_line_comes_from_the_warehouse_that_has_it_all_and_else_from_several() -> None:
    assert places(Line("TEH", 3)) == [(0, 1, "bantul", 3)]
    assert places(Line("TEH", 4)) == [(0, 1, "surabaya", 4)]
    assert places(Line("TEH", 6)) == [(0, 1, "bantul", 3), (0, 1, "surabaya", 3)]
    assert places(Line("TEH", 2, "surabaya")) == [(0, 1, "surabaya", 2)]
    assert short(Line("TEH", 8)) == [(0, 1)]
    assert short(Line("TEH", 5, "surabaya"), Line("TEH", 1, "nowhere")) == [(0, 1), (1, 1)]


def test_lines_of_one_order_do_not_take_the_same_units() -> None:
    assert short(Line("TEH", 7), Line("TEH", 1)) == [(1, 1)]
    assert short(Line("PAKET", 3), Line("GULA", 1), Line("GULA", 1)) == [(2, 1)]


def test_a_bundle_is_counted_by_its_scarcest_component_in_one_warehouse() -> None:
    assert free_in(BREAKFAST) == {"bantul": 3}
    assert (available(BREAKFAST), limited_by(BREAKFAST), limited_by(TEA)) == (3, "GULA", "")
    assert places(Line("PAKET", 2)) == [(0, 1, "bantul", 2), (0, 2, "bantul", 4)]
    assert short(Line("PAKET", 5)) == [(0, 2)]


def test_what_a_marketplace_keeps_and_what_is_promised_twice_is_not_for_sale() -> None:
    assert (available(TEA), available(SUGAR)) == (7, 7)
    assert Stock("bantul", 3, 5).free == 0


def test_what_is_missing_goes_first_when_a_part_is_given_up() -> None:
    found = allocate(_numbered((Line("PAKET", 5),)), KNOWN)
    items = [Item(0, Line("PAKET", 5), 2)]
    left, dropped = lessened(items, found.parts, [Line("PAKET", 3)])
    assert [(one.line.quantity, one.missing) for one in left] == [(2, 0)]
    assert [(one.product.int, one.count) for one in dropped] == [(1, 1), (2, 2)]
    left, dropped = lessened(items, found.parts, None)
    assert [(one.line.quantity, one.missing) for one in left] == [(0, 0)]
    assert sum(one.count for one in dropped) == sum(one.count for one in found.parts)
    assert lessened(items, found.parts, [Line("TEH", 1)]) == ([], [])


def test_late_money_is_a_sale_only_where_all_of_it_is_there_again() -> None:
    assert late_money([]) is LateMoney.SELL
    assert late_money([Shortage(0, "TEH", 1)]) is LateMoney.HOLD_AND_GIVE_BACK
