"""Balances are kept beside the lines: whatever commits late, and whoever reads meanwhile, they are the sums of the lines."""

import asyncio
import random

from gerbang.base.db import Database
from gerbang.core.ledger import balance_keeper
from gerbang.core.ledger.model import Line, Posting
from gerbang.core.ledger.service import Balance, Ledger, post


def _sale(amount: int, account: str = "clearing:jakarta") -> Posting:
    return Posting("capture", (Line(account, "sales", amount, "IDR"),))


async def _sums(db: Database) -> list[Balance]:
    """The slow way."""
    async with db.reading() as tx:
        rows = await tx.fetch(
            "SELECT account, sum(debit) AS debit, sum(credit) AS credit FROM (SELECT debit AS account, amount AS debit, 0 AS credit"
            " FROM ledger_lines UNION ALL SELECT credit, 0, amount FROM ledger_lines) AS s GROUP BY account ORDER BY account"
        )
    return [Balance(row["account"], "IDR", int(row["debit"]), int(row["credit"])) for row in rows]


async def _kept(db: Database) -> int:
    async with db.reading() as tx:
        return int(await tx.fetchval("SELECT coalesce(sum(debit), 0) FROM ledger_balances"))


async def test_a_posting_that_commits_late_is_never_passed_over(db: Database) -> None:
    async with db.transaction() as late:
        await post(late, [_sale(1)])
        async with db.transaction() as early:
            await post(early, [_sale(10)])
        assert not await balance_keeper.run_once(db), "an older transaction is still open"
        assert [b.debit for b in await Ledger(db).accounts()] == [10, 0]
    assert await balance_keeper.run_once(db)
    assert await _kept(db) == 11
    assert await Ledger(db).accounts() == await _sums(db)


async def test_who_reads_while_others_post_and_keep_sees_books_that_balance(db: Database) -> None:
    dice, busy = random.Random(7), True

    async def seller(account: str) -> None:
        for _ in range(12):
            async with db.transaction() as tx:
                await post(tx, [_sale(dice.randrange(1, 100), account) for _ in range(dice.randrange(1, 4))])
                await asyncio.sleep(dice.random() / 200)

    async def keeper() -> None:
        while busy:
            await balance_keeper.run_once(db, lines=3)
            await asyncio.sleep(0)

    async def reader() -> None:
        before = 0
        while busy:
            seen = {b.account: b for b in await Ledger(db).accounts()}
            sold = seen["sales"].credit if seen else 0
            assert sum(b.debit for b in seen.values()) == sum(b.credit for b in seen.values())
            assert sold >= before, "a sale that was there is gone"
            before = sold

    others = [asyncio.create_task(work()) for work in (keeper, keeper, reader)]
    await asyncio.gather(*(seller(f"clearing:{n}") for n in range(3)))
    busy = False
    await asyncio.gather(*others)
    while await balance_keeper.run_once(db, lines=3):
        pass
    assert await Ledger(db).accounts() == await _sums(db)
    assert await _kept(db) == (await Ledger(db).accounts())[-1].credit
    assert await balance_keeper.differences(db, lines=5) == []


async def test_a_balance_that_is_not_the_sum_of_its_lines_is_named(db: Database) -> None:
    async with db.transaction() as tx:
        await post(tx, [_sale(5), _sale(7)])
    await balance_keeper.run_once(db)
    async with db.transaction() as tx:
        await tx.execute("UPDATE ledger_balances SET credit = 11 WHERE account = 'sales'")
    assert await balance_keeper.differences(db, lines=1) == [("sales", "IDR", -11, -12)]
