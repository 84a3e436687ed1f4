"""Taking what a marketplace told: lines once each, payouts as they are now, in the transaction of whoever asked. Nothing here calls anybody.

A line is known by its key inside its shop. Told again, it may only have come into a statement, or have been paid: another amount is told to people, and what
was booked stands.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.clock import real_now
from gerbang.base.db import Row, Tx, columns
from gerbang.core.announcements.model import Announcement
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM
from gerbang.core.settlements import posting_rules, store
from gerbang.core.settlements.model import LineStatus, Verdict, day_of, judge, statement_of
from gerbang.core.settlements.unit_of_work import Changes, Known, about_payout, ids_for, line_name, paid_of, payout_name
from gerbang.ports.marketplace_catalogue import FeeKind, FinanceLine, Payout

log = structlog.get_logger()
_HELD_AT_ONCE: Final = 500
_JUDGED_FOR: Final = timedelta(days=30)  # after that a person decides: what waits for ever is not looked at for ever
_AFTER_ITS_PERIOD: Final = timedelta(days=8)


async def take_lines(tx: Tx, changes: Changes, lines: Sequence[FinanceLine], since: datetime) -> bool:
    """A page of lines, those that are known among them; the caller saves `changes`. Returns whether one of them was taken since then already."""
    shop = changes.shop.id
    told: dict[str, FinanceLine] = {}
    twice: dict[str, FinanceLine] = {}  # told again within the page, with another amount
    for line in lines:
        first = told.setdefault(line.id, line)
        if (first.amount, first.currency) != (line.amount, line.currency):
            twice[line.id] = line
    statements = await _statements(tx, shop, list(told.values()))
    known = await store.known_lines(tx, shop, list(told))
    await _look_again(tx, changes, known, told | {key: twice[key] for key in twice if key in known}, statements)
    new = [line for key, line in told.items() if key not in known]
    if new:
        await _add(tx, changes, new, twice, statements)
    return any(row["taken_at"] >= since for row in known.values())


async def _add(
    tx: Tx, changes: Changes, new: Sequence[FinanceLine], twice: dict[str, FinanceLine], statements: dict[str, str]
) -> None:
    shop = changes.shop.id
    known = await _paid_for(tx, shop, new)
    rows, different = [], []
    for line, id_, posting in zip(new, ids_for(len(new)), ids_for(len(new)), strict=True):
        verdict = judge(line.kind, line.amount, line.currency, paid_of(known, line.order, line.item, line.currency))
        is_booked, statement = verdict.status is LineStatus.BOOKED, statements[line.id]
        if is_booked:
            changes.postings.append(posting_rules.line(posting, shop, line.kind, line.amount, line.currency))
        elif verdict.status is LineStatus.HELD:
            _tell_held(changes, id_, line, verdict, paid_of(known, line.order, line.item, line.currency))
        if line.id in twice:
            different.append(id_)
            _tell_changed(changes, line.amount, twice[line.id], id_)
        changes.add((statement, line.kind, verdict.status, line.currency), line.amount)
        rows.append(
            (
                id_, shop, line.id, date.fromisoformat(line.on), line.kind, line.said, str(line.amount), line.currency, line.order, line.item,
                statement, line.is_paid, verdict.status, verdict.why, str(line.amount if is_booked else 0), posting if is_booked else None,
                changes.now,
            )
        )  # fmt: skip
    await store.add_lines(tx, columns(rows, 17))
    if different:
        await store.note_told_differently(tx, different, changes.now)
    await _tell_unknown_kinds(tx, changes, new)
    detail = {"lines": len(new), "held": sum(row[12] is LineStatus.HELD for row in rows)}
    changes.entries.append(Entry(SYSTEM, "settlement.lines_taken", f"connection:{shop}", detail))


async def _look_again(
    tx: Tx, changes: Changes, known: dict[str, Row], told: dict[str, FinanceLine], statements: dict[str, str]
) -> None:
    """Lines that were taken before: into which statement they came, whether they were paid, and whether they say something else now."""
    restated: list[tuple[UUID, str, bool | None]] = []
    different = []
    for key, row in known.items():
        line, statement = told[key], statements[key] or row["statement"]
        is_paid = line.is_paid if line.is_paid is not None else row["is_paid"]
        if (int(row["amount"]), row["currency"]) != (line.amount, line.currency) and row["told_differently_at"] is None:
            different.append(row["id"])
            _tell_changed(changes, int(row["amount"]), line, row["id"])
        if (statement, is_paid) != (row["statement"], row["is_paid"]):
            restated.append((row["id"], statement, is_paid))
        if statement != row["statement"]:
            kind, status = FeeKind(row["kind"]), LineStatus(row["status"])
            amount = int(row["booked"] if status is LineStatus.BOOKED else row["amount"])
            changes.remove((row["statement"], kind, status, row["currency"]), amount)
            changes.add((statement, kind, status, row["currency"]), amount)
    if restated:
        await store.restate(tx, *columns(restated, 3))
    if different:
        await store.note_told_differently(tx, different, changes.now)


async def judge_held(tx: Tx, changes: Changes) -> None:
    """Lines that have waited for less than a month are compared anew with what is known of their items by now; those that agree are booked."""
    after = ids.first_of(real_now() - _JUDGED_FOR)
    while rows := await store.held(tx, changes.shop.id, after, _HELD_AT_ONCE):
        after = rows[-1]["id"]
        known = await store.paid_for(
            tx, changes.shop.id, [row["order_number"] for row in rows], [row["item_number"] for row in rows]
        )
        agreeing = [row for row in rows if _judged(known, row).status is LineStatus.BOOKED]
        await book(tx, changes, agreeing, [int(row["amount"]) for row in agreeing])
        for row in agreeing:
            detail = {"amount": int(row["amount"]), "currency": row["currency"]}
            changes.entries.append(Entry(SYSTEM, "settlement.booked", line_name(row["id"]), detail))


async def book(tx: Tx, changes: Changes, rows: Sequence[Row], amounts: Sequence[int]) -> None:
    """Put lines that waited into the ledger, with these amounts."""
    if not rows:
        return
    postings = ids_for(len(rows))
    for row, amount, posting in zip(rows, amounts, postings, strict=True):
        kind, currency = FeeKind(row["kind"]), row["currency"]
        changes.postings.append(posting_rules.line(posting, changes.shop.id, kind, amount, currency))
        changes.remove((row["statement"], kind, LineStatus.HELD, currency), int(row["amount"]))
        changes.add((row["statement"], kind, LineStatus.BOOKED, currency), amount)
    await store.book(tx, [row["id"] for row in rows], amounts, postings)


async def take_payouts(tx: Tx, changes: Changes, payouts: Sequence[Payout]) -> bool:
    """Payouts as they are told now; whether one of them was not heard of before. What is paid is booked once."""
    told = {one.statement: one for one in payouts if one.statement}
    known = await store.known_payouts(tx, changes.shop.id, list(told))
    rows, different = [], []
    for statement, one in told.items():
        before = known.get(statement)
        if before is not None and before["posting"] is not None:
            is_same = (int(before["amount"]), before["currency"]) == (one.amount, one.currency)
            if not is_same and before["told_differently_at"] is None:
                different.append(before["id"])
                _tell_payout_changed(changes, before, one)
        elif before is None or _has_news(before, one):
            rows.append(_payout_row(changes, one, ids.new() if before is None else before["id"]))
    if rows:
        await store.put_payouts(tx, columns(rows, 14))
    if different:
        await store.note_payouts_told_differently(tx, different, changes.now)
    return any(statement not in known for statement in told)


def _payout_row(changes: Changes, one: Payout, id_: UUID) -> tuple[object, ...]:
    is_booked, posting = one.is_paid and one.amount != 0, ids.new()
    if is_booked:
        changes.postings.append(posting_rules.payout(posting, changes.shop.id, one.amount, one.currency))
        about = {"statement": one.statement, "amount": one.amount, "currency": one.currency}
        told = Announcement("payout.received", about_payout(id_), changes.told(about), changes.now)
        changes.announcements.append(told)
        changes.entries.append(Entry(SYSTEM, "payout.received", payout_name(id_), changes.told(about)))
    return (
        id_, changes.shop.id, one.statement, str(one.amount), one.currency, _text(one.opening), _text(one.closing), one.is_paid,
        day_of(one.created_at), posting if is_booked else None, str(one.amount if is_booked else 0), None, changes.now,
        changes.now if one.is_paid else None,
    )  # fmt: skip


def _has_news(before: Row, one: Payout) -> bool:
    was = (
        int(before["amount"]),
        before["currency"],
        _text(before["opening"]),
        _text(before["closing"]),
        before["is_paid"],
    )
    return was != (one.amount, one.currency, _text(one.opening), _text(one.closing), one.is_paid)


def _text(amount: int | None) -> str | None:
    return None if amount is None else str(int(amount))


async def _statements(tx: Tx, shop: str, lines: Sequence[FinanceLine]) -> dict[str, str]:
    """The statement of each line by its key, as its payout is called."""
    ends = [day for line in lines if (day := day_of(line.until)) is not None]
    payouts = await store.payouts_made(tx, shop, min(ends), max(ends) + _AFTER_ITS_PERIOD) if ends else {}
    return {line.id: statement_of(line.statement, day_of(line.until), payouts) for line in lines}


async def _paid_for(tx: Tx, shop: str, new: Sequence[FinanceLine]) -> Known:
    """What was paid for the items of which something is taken back; a sale of the same page counts."""
    back = [line for line in new if line.kind is FeeKind.REFUND]
    if not back:
        return {}
    known = await store.paid_for(tx, shop, [line.order for line in back], [line.item for line in back])
    sold: dict[tuple[str, str], tuple[int, str]] = {}
    for line in new:
        if line.kind is FeeKind.SALE and line.order and line.item:
            sold[line.order, line.item] = (sold.get((line.order, line.item), (0, ""))[0] + line.amount, line.currency)
    return {**sold, **known}


def _judged(known: Known, row: Row) -> Verdict:
    paid = paid_of(known, row["order_number"], row["item_number"], row["currency"])
    return judge(FeeKind(row["kind"]), int(row["amount"]), row["currency"], paid)


async def _tell_unknown_kinds(tx: Tx, changes: Changes, new: Sequence[FinanceLine]) -> None:
    said = sorted({line.said for line in new if line.kind is FeeKind.OTHER})
    if not said:
        return
    for one in await store.add_unknown_kinds(tx, changes.shop.id, said, changes.now):
        told = Announcement("settlement.kind_unknown", None, changes.told({"kind_said": one}), changes.now)
        changes.announcements.append(told)
        log.warning("settlement.kind_unknown", connection=changes.shop.id, said=one)


def _tell_held(changes: Changes, id_: UUID, line: FinanceLine, verdict: Verdict, paid: int | None) -> None:
    about = changes.told({"why": verdict.why.value, "amount": line.amount, "currency": line.currency, "paid": paid})
    named = {"line": line_name(id_), "order": line.order, "item": line.item}
    changes.announcements.append(Announcement("settlement.held", None, {**about, **named}, changes.now))
    changes.entries.append(Entry(SYSTEM, "settlement.held", line_name(id_), about))
    alert = "A line of a statement is held: the unit of its amount is in doubt."
    log.error("settlement.held", connection=changes.shop.id, line=line_name(id_), why=verdict.why.value, alert=alert)


def _tell_changed(changes: Changes, was: int, line: FinanceLine, id_: UUID) -> None:
    about = changes.told({"was": was, "amount": line.amount, "currency": line.currency})
    named = {"line": line_name(id_), "order": line.order, "item": line.item}
    changes.announcements.append(Announcement("settlement.changed", None, {**about, **named}, changes.now))
    changes.entries.append(Entry(SYSTEM, "settlement.changed", line_name(id_), about))
    alert = "A line was told again with another amount."
    log.error("settlement.changed", connection=changes.shop.id, line=line_name(id_), alert=alert)


def _tell_payout_changed(changes: Changes, before: Row, one: Payout) -> None:
    was = int(before["amount"])
    about = changes.told({"statement": one.statement, "was": was, "amount": one.amount, "currency": one.currency})
    changes.announcements.append(Announcement("settlement.changed", None, about, changes.now))
    changes.entries.append(Entry(SYSTEM, "settlement.changed", payout_name(before["id"]), about))
    alert = "A payout was told again with another amount."
    log.error("settlement.changed", connection=changes.shop.id, statement=one.statement, alert=alert)
