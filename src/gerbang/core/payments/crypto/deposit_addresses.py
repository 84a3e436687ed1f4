"""Numbers of deposit addresses: per wallet from 0 on, given when an address is about to be shown, and never one that was shown before.

The database counts, and a mark outside it remembers: it is raised and on the disk before a number leaves here. A database that was restored
from an older backup counts from too low; the mark is higher, and numbers go on above it. Without a mark nobody knows what was shown, and
the wallet gives no address until a person says from where on.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from gerbang.base.batching import GroupCommit
from gerbang.base.db import Database, Tx
from gerbang.base.errors import Conflict, GerbangError, Unavailable
from gerbang.base.high_water_marks import HighWaterMarks, HighWaterMarkUnusable
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.payments.crypto import deposit_address_store, lost_address_store
from gerbang.core.payments.crypto.deposit_address_store import Wallet
from gerbang.core.payments.model import NEW_DEPOSIT, Attempt

log = structlog.get_logger()
_FRESH_S: Final = 2.0
_KNOWN_S: Final = 600.0
_MOST_SKIPPED: Final = 100_000  # each may have been shown, and is looked at for 180 days
_MOMENT_S: Final = 0.3


class AddressesUnmarked(Unavailable):
    """The database says that addresses of a wallet were given, and the mark that says how many is not there."""

    code = "addresses_unmarked"
    title = "It is not known which addresses were shown before"


class AddressesShown(Conflict):
    """Numbers would be given that are known to have been shown."""

    code = "addresses_shown"
    title = "These addresses were shown before"


class TooFarAhead(Conflict):
    """More numbers would be skipped than can be looked at."""

    code = "addresses_too_far_ahead"
    title = "That is too far above the numbers that are known"


class TooManyAddresses(Conflict):
    """A payment was begun anew in crypto so often that its unpaid addresses would hide others from the owner's wallet."""

    code = "too_many_addresses"
    title = "Too many addresses were made for this payment"


async def wallets(db: Database) -> Sequence[Wallet]:
    """Every wallet that gave addresses, with its runs of addresses that were never paid. Numbers that were skipped are among the unpaid ones,
    and those that only foreign tokens came to, which not every wallet counts as used.
    """
    found = []
    async with db.reading() as tx:
        for wallet, counter in (await deposit_address_store.counters(tx)).items():
            last, longest = await deposit_address_store.paid_runs(tx, wallet)
            now = max(0, counter.next - last - 1)
            found.append(Wallet(wallet, counter.next, counter.marked, max(longest, now), now))
    return found


class DepositAddresses:
    """The numbers of every wallet. `marks` is the folder of this host, or one that all hosts share."""

    def __init__(self, db: Database, marks: HighWaterMarks) -> None:
        self._db = db
        self.marks = marks
        self._commits: GroupCommit[Attempt, int] = GroupCommit(db, self._give)
        self._checked: dict[str, float] = {}
        self._known: tuple[float, Sequence[Wallet]] | None = None
        self._counting: asyncio.Task[None] | None = None

    async def number(self, attempt: Attempt) -> int:
        """The attempt's number, which it keeps; on the disk before it is returned. Raises AddressesUnmarked, HighWaterMarkUnusable."""
        assert attempt.quote is not None, f"an attempt without a quote has no deposit address: {attempt.id}"
        return await self._commits.submit(attempt)

    async def check(self, wallet: str) -> None:
        """Raise AddressesUnmarked or HighWaterMarkUnusable when the wallet can give no address now."""
        if time.monotonic() - self._checked.get(wallet, float("-inf")) < _FRESH_S:
            return
        mark = await asyncio.to_thread(self.marks.read, wallet)
        if mark is None:
            async with self._db.reading() as tx:
                counter = await deposit_address_store.counter(tx, wallet)
            if counter is not None and counter.marked:
                raise self._unmarked(wallet, counter.next)
        self._checked[wallet] = time.monotonic()

    async def wallets(self) -> Sequence[Wallet]:
        """Every wallet and its unpaid runs, as of the last ten minutes."""
        if self._known is None or time.monotonic() - self._known[0] > _KNOWN_S:
            self._known = time.monotonic(), await wallets(self._db)
        return self._known[1]

    async def wallets_seen(self) -> Sequence[Wallet]:
        """The same for a page, which waits a moment at most: with many paid addresses it shows what was counted last, or nothing yet."""
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count())
        await asyncio.wait({self._counting}, timeout=_MOMENT_S)
        return self._known[1] if self._known is not None else ()

    async def _count(self) -> None:
        try:
            await self.wallets()
        except GerbangError as error:
            log.warning("addresses.not_counted", code=error.code)

    async def compare(self, wallets: Sequence[str]) -> None:
        """Where the marks say that more was shown than the database knows, go on above it now: what was skipped may be paid before anybody
        asks for the next address. A mark that is not there or cannot be used is told of when a number is wanted.
        """
        for wallet in wallets:
            try:
                mark = await asyncio.to_thread(self.marks.read, wallet)
            except HighWaterMarkUnusable:
                continue
            async with self._db.transaction() as tx:
                known = await deposit_address_store.counter(tx, wallet)
                if mark is None or mark <= (known.next if known else 0):
                    continue
                await deposit_address_store.open_wallets(tx, [wallet])
                counter = (await deposit_address_store.lock_wallets(tx, [wallet]))[wallet]
                await deposit_address_store.move_wallets(tx, {wallet: await self._above(tx, wallet, counter)})

    async def resume_at(self, wallet: str, number: int, actor: str) -> None:
        """Go on from `number` on, which becomes the mark; what is skipped may have been shown, and is looked at. Raises AddressesShown when
        lower ones are known to have been shown, TooFarAhead.
        """
        async with self._db.transaction() as tx:
            await deposit_address_store.open_wallets(tx, [wallet])
            counter = (await deposit_address_store.lock_wallets(tx, [wallet]))[wallet]
            mark = await asyncio.to_thread(self.marks.read, wallet)
            least = max(counter.next, mark or 0)
            if number < least:
                raise AddressesShown(f"Addresses below {least} were shown.", hint=f"Resume at {least} or above.")
            if number - counter.next > _MOST_SKIPPED:
                raise TooFarAhead(
                    f"{counter.next} is the next number that is known; at most {_MOST_SKIPPED} may be skipped.",
                    hint=f"Resume at {counter.next + _MOST_SKIPPED} at most: an owner's wallet finds no address behind so long a gap.",
                )
            await asyncio.to_thread(self.marks.write, wallet, number)
            await lost_address_store.lose(tx, wallet, counter.next, number)
            await deposit_address_store.move_wallets(tx, {wallet: number})
            detail = {"number": number, "database": counter.next, "mark": mark}
            await record(tx, [Entry(actor, "addresses.resumed", f"wallet:{wallet}", detail)])

    async def _give(self, tx: Tx, attempts: Sequence[Attempt]) -> Sequence[int | Exception]:
        """Under the lock of the wallets' rows: whoever else gives numbers waits until ours are written down everywhere."""
        each = {a.id: a for a in attempts}
        wallets = sorted({_wallet(a) for a in attempts})
        await deposit_address_store.open_wallets(tx, wallets)
        counter = await deposit_address_store.lock_wallets(tx, wallets)
        given = await deposit_address_store.numbers_of(tx, [a.id for a in attempts])
        answers: dict[UUID, int | Exception] = {id_: number for id_, number in given.items() if number != NEW_DEPOSIT}
        reached: dict[str, int] = {}
        numbers: dict[UUID, int] = {}
        for wallet in wallets:
            mine = [a for a in each.values() if _wallet(a) == wallet and a.id not in answers]
            if not mine:
                continue
            try:
                first = await self._above(tx, wallet, counter[wallet])
                await asyncio.to_thread(self.marks.write, wallet, first + len(mine))
            except Unavailable as error:
                answers |= {a.id: error for a in mine}
                continue
            numbers |= {a.id: first + place for place, a in enumerate(mine)}
            reached[wallet] = first + len(mine)
        await deposit_address_store.move_wallets(tx, reached)
        await deposit_address_store.set_numbers(tx, numbers)
        answers |= numbers
        return [answers[a.id] for a in attempts]

    async def _above(self, tx: Tx, wallet: str, counter: deposit_address_store.DepositCounter) -> int:
        """The first number that was never shown, by database and mark; those between the two are lost, and looked at."""
        mark = await asyncio.to_thread(self.marks.read, wallet)
        if mark is None and counter.marked:
            raise self._unmarked(wallet, counter.next)
        if mark is None or mark <= counter.next:
            return counter.next
        detail = {"database": counter.next, "mark": mark}
        log.error(
            "addresses.database_is_older",
            wallet=wallet,
            **detail,
            alert="The database knows fewer deposit addresses than were shown: it was restored, and goes on above them.",
        )
        await lost_address_store.lose(tx, wallet, max(counter.next, mark - _MOST_SKIPPED), mark)
        await record(tx, [Entry(SYSTEM, "addresses.went_on_above", f"wallet:{wallet}", detail)])
        return mark

    def _unmarked(self, wallet: str, next_: int) -> AddressesUnmarked:
        return AddressesUnmarked(
            f"{next_} addresses of the wallet {wallet} were given, and their high-water mark {self.marks.path(wallet)} is missing: after a "
            "restore an address could be shown to a second payer.",
            hint="Put the file back from the newest backup, share its folder between hosts (GERBANG_ADDRESS_MARKS), or say from where on: "
            f"gerbang addresses resume-at N, with N above every number that was ever shown, {next_} at least.",
        )


def _wallet(attempt: Attempt) -> str:
    assert attempt.quote is not None, f"an attempt without a quote has no deposit address: {attempt.id}"
    return attempt.quote.wallet
