"""What people see of settlements: payouts with what explains them, lines, and how far an order is settled; and what they decide about a line that is held."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from gerbang.base.db import Database, Row, Tx
from gerbang.base.keyset import FIRST_ID, FIRST_MOMENT, LAST_ID, Place, below
from gerbang.core.audit.model import Entry
from gerbang.core.connections.service import Connections
from gerbang.core.identity.model import Caller
from gerbang.core.settlements import list_store, store, taking
from gerbang.core.settlements.csv_export import as_csv
from gerbang.core.settlements.explaining import Explanation, OrderLine, OrderSettlement, Payout, explain, settle
from gerbang.core.settlements.model import (
    LineFilters,
    LineNotFound,
    LineNotHeld,
    LineStatus,
    PayoutFilters,
    PayoutNotFound,
    SettlementLine,
    Total,
    Why,
)
from gerbang.core.settlements.unit_of_work import Changes, line_name
from gerbang.ports.marketplace_catalogue import FeeKind

_LOT: Final = 200
_LOTS: Final = 2
_MOST_OF_ORDER: Final = 500
_MOST_IN_FILE: Final = 10_000
_IN_FILE_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class ExplainedPayout:
    """A payout with how its lines explain it."""

    payout: Payout
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line, and the payout that pays it."""

    line: SettlementLine
    payout: UUID | None
    is_paid_out: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """Part of a list, and the place from which it goes on; None at its end."""

    lines: Sequence[ShownLine]
    onward: Place | None


class Overview:
    """Reading, and deciding."""

    def __init__(self, db: Database, connections: Connections) -> None:
        self._db = db
        self._connections = connections

    async def payouts(
        self, filters: PayoutFilters, after: Place | None, limit: int
    ) -> tuple[list[ExplainedPayout], Place | None]:
        """Payouts, newest first, and where the list goes on. Paid or not is looked for among the next four hundred: the page may then be short."""
        place, since = below(after, filters.before), filters.after or FIRST_MOMENT
        lot, lots = (limit + 1, 1) if filters.is_paid is None else (_LOT, _LOTS)
        found, is_over = list[Row](), False
        async with self._db.reading() as tx:
            while lots and not is_over and len(found) <= limit:
                lots -= 1
                rows = (
                    await list_store.payouts(tx, place, since, lot)
                    if filters.connection is None
                    else await list_store.payouts_of(tx, filters.connection, place, since, lot)
                )
                found += [row for row in rows if filters.is_paid in (None, row["is_paid"])]
                is_over = len(rows) < lot
                place = _place_of(rows[-1]) if rows else place
            shown = await load_payouts(tx, found[:limit])
        if len(found) > limit:
            return shown, _place_of(found[limit - 1])
        return shown, None if is_over else place

    async def payout(self, id_: UUID) -> ExplainedPayout:
        """One payout. Raises PayoutNotFound."""
        async with self._db.reading() as tx:
            row = await list_store.payout(tx, id_)
            if row is None:
                raise PayoutNotFound
            return (await load_payouts(tx, [row]))[0]

    async def lines(self, filters: LineFilters, after: Place | None, limit: int) -> Listed:
        """Lines, newest first. One filter is an index; the others are looked for among the next four hundred lines, and the page may then be short.

        Raises PayoutNotFound.
        """
        place, found = after[1] if after is not None else LAST_ID, list[SettlementLine]()
        lots, is_over = _LOTS, False
        async with self._db.reading() as tx:
            statement = await _statement(tx, filters.payout)
            while lots and not is_over and len(found) <= limit:
                lots -= 1
                rows = await _lot(tx, filters, statement, place)
                found += [one for one in map(_line, rows) if filters.fits(one)]
                is_over = len(rows) < _LOT
                place = rows[-1]["id"] if rows else place
            shown = await _with_payouts(tx, found[:limit])
        if len(found) > limit:
            return Listed(shown, (FIRST_MOMENT, shown[-1].line.id))
        return Listed(shown, None if is_over else (FIRST_MOMENT, place))

    async def count_held(self, most: int) -> int:
        """How many lines wait for a person, counted up to `most`."""
        async with self._db.reading() as tx:
            return await list_store.count_held(tx, most)

    async def held(self, after: Place | None, limit: int) -> Sequence[SettlementLine]:
        """Lines that wait for a person, oldest first."""
        async with self._db.reading() as tx:
            return [_line(row) for row in await list_store.held_longest(tx, after[1] if after else FIRST_ID, limit)]

    async def file(self, payout: UUID, after: UUID | None) -> tuple[bytes, UUID | None]:
        """The lines that a payout pays as a CSV, newest first, at most ten thousand from a line on, and the last where there are more. Raises PayoutNotFound."""
        async with self._db.reading() as tx:
            statement = await _statement(tx, payout)
            assert statement is not None, "it was named"
            place, found = after or LAST_ID, list[SettlementLine]()
            while len(found) <= _MOST_IN_FILE:
                rows = await list_store.lines_of_statement(tx, place, _IN_FILE_AT_ONCE, *statement)
                found += map(_line, rows)
                if len(rows) < _IN_FILE_AT_ONCE:
                    break
                place = rows[-1]["id"]
        shown = found[:_MOST_IN_FILE]
        return as_csv(shown), shown[-1].id if len(found) > _MOST_IN_FILE else None

    async def line(self, id_: UUID) -> ShownLine:
        """One line. Raises LineNotFound."""
        async with self._db.reading() as tx:
            row = await list_store.line(tx, id_)
            if row is None:
                raise LineNotFound
            return (await _with_payouts(tx, [_line(row)]))[0]

    async def order(self, connection: str, order: str) -> tuple[OrderSettlement, str, Sequence[ShownLine]]:
        """How far an order of a shop is settled, the currency, and its first five hundred lines, oldest first."""
        async with self._db.reading() as tx:
            rows = await list_store.all_of_order(tx, connection, order, _MOST_OF_ORDER)
            lines = await _with_payouts(tx, [_line(row) for row in rows])
            told = await list_store.prices_of_order(tx, connection, order)
        prices = {row["item_number"]: int(row["amount"]) + int(row["platform_voucher"]) for row in told}
        known = [
            OrderLine(of.line.item, of.line.kind, of.line.booked or of.line.amount, of.line.status, of.is_paid_out)
            for of in lines
        ]
        currency = lines[0].line.currency if lines else told[0]["currency"] if told else ""
        void = frozenset(row["item_number"] for row in told if row["is_void"])
        return settle(known, prices, void), currency, lines

    async def decide(self, caller: Caller, id_: UUID, amount: int | None) -> ShownLine:
        """A line that is held is booked with this amount, in minor units with its sign; None: it moves no money. Raises LineNotFound, LineNotHeld."""
        known = await self.line(id_)
        shop = await self._connections.get(known.line.connection)
        async with self._db.transaction() as tx:
            await store.lock_reading(tx, shop.id)  # whoever reads the shop counts its lines by what they were
            row = await store.lock_line(tx, id_)
            if row is None:
                raise LineNotFound
            if row["status"] != LineStatus.HELD:
                raise LineNotHeld(f"{line_name(id_)} is {row['status']}.")
            now = await tx.fetchval("SELECT business_now()")
            changes = Changes(shop, now)
            detail: dict[str, Any] = {"amount": amount, "told": int(row["amount"]), "currency": row["currency"]}
            if amount is None:
                kind, told = FeeKind(row["kind"]), int(row["amount"])
                changes.remove((row["statement"], kind, LineStatus.HELD, row["currency"]), told)
                changes.add((row["statement"], kind, LineStatus.NOTED, row["currency"]), told)
                await store.set_aside(tx, id_)
                changes.entries.append(Entry(caller.label, "settlement.set_aside", line_name(id_), detail))
            else:
                await taking.book(tx, changes, [row], [amount])
                changes.entries.append(Entry(caller.label, "settlement.booked", line_name(id_), detail))
            await changes.save(tx)
        return await self.line(id_)


async def load_payouts(tx: Tx, rows: Sequence[Row]) -> list[ExplainedPayout]:
    """These payouts with what explains them, in one look."""
    totals: dict[UUID, list[Total]] = {}
    for row in await list_store.totals(tx, [row["id"] for row in rows]):
        total = Total(
            FeeKind(row["kind"]), LineStatus(row["status"]), row["currency"], int(row["amount"]), row["lines"]
        )
        totals.setdefault(row["payout"], []).append(total)
    payouts = [_payout(row) for row in rows]
    return [ExplainedPayout(one, explain(one, totals.get(one.id, ()))) for one in payouts]


async def _lot(tx: Tx, filters: LineFilters, statement: tuple[str, str] | None, place: UUID) -> list[Row]:
    if statement is not None:
        return await list_store.lines_of_statement(tx, place, _LOT, *statement)
    if filters.order is not None:
        return await list_store.lines_of_order(tx, place, _LOT, filters.order)
    if filters.status is not None and filters.status is not LineStatus.BOOKED:
        return await list_store.lines_of_status(tx, place, _LOT, filters.status)
    if filters.connection is not None:
        return await list_store.lines_of_shop(tx, place, _LOT, filters.connection)
    if filters.kind is not None:
        return await list_store.lines_of_kind(tx, place, _LOT, filters.kind)
    if filters.status is not None:
        return await list_store.lines_of_status(tx, place, _LOT, filters.status)
    return await list_store.lines(tx, place, _LOT)


async def _statement(tx: Tx, payout: UUID | None) -> tuple[str, str] | None:
    if payout is None:
        return None
    row = await list_store.payout(tx, payout)
    if row is None:
        raise PayoutNotFound
    return row["connection"], row["statement"]


async def _with_payouts(tx: Tx, lines: Sequence[SettlementLine]) -> list[ShownLine]:
    found = await list_store.names_of_payouts(tx, [one.connection for one in lines], [one.statement for one in lines])
    payouts = [found.get((one.connection, one.statement)) for one in lines]
    return [
        ShownLine(one, row["id"] if row is not None else None, row is not None and row["is_paid"])
        for one, row in zip(lines, payouts, strict=True)
    ]


def _place_of(row: Row) -> Place:
    return row["heard_at"], row["id"]


def _payout(row: Row) -> Payout:
    return Payout(
        id=row["id"],
        connection=row["connection"],
        statement=row["statement"],
        amount=int(row["amount"]),
        currency=row["currency"],
        opening=None if row["opening"] is None else int(row["opening"]),
        closing=None if row["closing"] is None else int(row["closing"]),
        is_paid=row["is_paid"],
        made_on=row["made_on"],
        told_differently_at=row["told_differently_at"],
        heard_at=row["heard_at"],
        paid_at=row["paid_at"],
    )


def _line(row: Row) -> SettlementLine:
    return SettlementLine(
        id=row["id"],
        connection=row["connection"],
        day=row["day"],
        kind=FeeKind(row["kind"]),
        said=row["said"],
        amount=int(row["amount"]),
        currency=row["currency"],
        order=row["order_number"],
        item=row["item_number"],
        statement=row["statement"],
        is_paid=row["is_paid"],
        status=LineStatus(row["status"]),
        why=Why(row["why"]),
        booked=int(row["booked"]),
        told_differently_at=row["told_differently_at"],
        taken_at=row["taken_at"],
    )
