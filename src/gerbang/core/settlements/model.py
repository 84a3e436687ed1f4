"""Lines of a shop's statements and its payouts, as they are kept, and what may be told of them. Pure.

Orders and items are the marketplace's own numbers, as texts: unique inside one shop, and known to nobody else here. Amounts are signed minor units, above 0 for
what the marketplace owes us.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.errors import Conflict, FieldError, Invalid, NotFound
from gerbang.ports.marketplace_catalogue import FeeKind

PAYOUT: Final = "payout"
_LONGEST_WAIT: Final = timedelta(days=7)


class LineStatus(StrEnum):
    """What became of a line: it stands in the ledger, waits for a person or for what it is compared with, or moves no money."""

    BOOKED = "booked"
    HELD = "held"
    NOTED = "noted"


class Why(StrEnum):
    """Why a line is not booked."""

    HUNDREDFOLD = "hundredfold"  # it takes back far more than was paid, or a hundredth of it: the unit is in doubt
    NOTHING_KNOWN = (
        "nothing_known"  # it takes back in a currency whose unit is unproven, and nothing says what was paid
    )
    NO_AMOUNT = "no_amount"
    BY_ITS_PAYOUT = "by_its_payout"  # the payout itself is booked
    NONE = ""


class PayoutNotFound(NotFound):
    code = "payout_not_found"
    title = "There is no such payout"


class LineNotFound(NotFound):
    code = "settlement_line_not_found"
    title = "There is no such line of a statement"


class LineNotHeld(Conflict):
    """Whoever decides about a line decides about one that waits."""

    code = "settlement_line_not_held"
    title = "The line does not wait for a decision"


class BadDecision(Invalid):
    """What somebody decided about a line cannot be."""

    code = "invalid_settlement_decision"
    title = "The decision is not valid"


class PaidPrice(msgspec.Struct, frozen=True):
    """What a buyer paid for an item of an order in a shop, in minor units, as orders know it; `platform_voucher` is what the marketplace pays beside.
    `is_void`: it ended before it was sold; None: as it was told before.
    """

    connection: str
    order: str
    item: str
    amount: int
    currency: str
    platform_voucher: int = 0
    is_void: bool | None = None


class SettlementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is kept. `booked` is what of it stands in the ledger; `statement` is empty until a payout pays it."""

    id: UUID
    connection: str
    day: date
    kind: FeeKind
    said: str
    amount: int
    currency: str
    order: str
    item: str
    statement: str
    is_paid: bool | None
    status: LineStatus
    why: Why
    booked: int
    told_differently_at: datetime | None
    taken_at: datetime


class PayoutFilters(msgspec.Struct, frozen=True):
    """Which payouts: of a shop, paid or not, heard of from a moment on and before another."""

    connection: str | None = None
    is_paid: bool | None = None
    after: datetime | None = None
    before: datetime | None = None


class LineFilters(msgspec.Struct, frozen=True):
    """Which lines; all of it must hold."""

    payout: UUID | None = None
    order: str | None = None
    connection: str | None = None
    kind: FeeKind | None = None
    status: LineStatus | None = None

    def fits(self, line: "SettlementLine") -> bool:
        """Whether a line of that payout is one of them."""
        asked = (
            (self.order, line.order),
            (self.connection, line.connection),
            (self.kind, line.kind),
            (self.status, line.status),
        )
        return all(wanted is None or wanted == is_ for wanted, is_ in asked)


class Verdict(msgspec.Struct, frozen=True):
    """Whether a line is booked, and if not, why."""

    status: LineStatus
    why: Why = Why.NONE


# ISO says hundredths, and nobody uses them: whether what is taken back is told in hundredths or in wholes is unproven.
UNPROVEN: Final = frozenset({"IDR"})
_BOOKED: Final = Verdict(LineStatus.BOOKED)


def judge(kind: FeeKind, amount: int, currency: str, known: int | None) -> Verdict:
    """What becomes of a line; `known` is what was paid for its item, in the same minor units, None where nothing says so."""
    if amount == 0:
        return Verdict(LineStatus.NOTED, Why.NO_AMOUNT)
    if kind is FeeKind.PAYOUT:
        return Verdict(LineStatus.NOTED, Why.BY_ITS_PAYOUT)
    if kind is not FeeKind.REFUND:
        return _BOOKED
    if known is None or known <= 0:
        return Verdict(LineStatus.HELD, Why.NOTHING_KNOWN) if currency in UNPROVEN else _BOOKED
    return Verdict(LineStatus.HELD, Why.HUNDREDFOLD) if is_hundredfold(abs(amount), known) else _BOOKED


def is_hundredfold(told: int, paid: int) -> bool:
    """Whether an amount that is taken back was told in another unit than what was paid: both above 0.

    A hundredfold of a part of the price is still more than twice the price; a hundredth of the whole is one, but for rounding. A hundredth of a part looks like
    a small part, and nothing can tell them apart.
    """
    return told > 2 * paid or abs(told * 100 - paid) < 100


def statement_of(named: str, until: date | None, payouts: Mapping[str, date | None]) -> str:
    """The payout that pays a line: the one of the name that the line says; where it says a period, the first that was made after its end, within a week.

    `payouts` are those of the shop by their statement, with the day on which each was made.
    """
    if until is None or named in payouts:
        return named
    made = sorted(
        (day, name) for name, day in payouts.items() if day is not None and until <= day <= until + _LONGEST_WAIT
    )
    return made[0][1] if made else ""


def day_of(said: str) -> date | None:
    """The day with which a text begins, ISO; None where there is none."""
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        return None


def window(first: date, until: date, days: int) -> tuple[date, date]:
    """The days that are read next: so many from `first` on, and not past `until`."""
    return first, max(first, min(first + timedelta(days=days - 1), until))


def amount_to_book(decision: str, amount: int | None, told: int) -> int | None:
    """What a decision, `book` or `set_aside`, puts into the ledger of a line that told an amount: None for nothing. Raises BadDecision with a pointer."""
    if decision == "set_aside":
        if amount is not None:
            raise _bad_amount("A line that is set aside moves no money: leave the amount out.")
        return None
    if amount is None:
        return told
    if amount == 0 or (amount > 0) != (told > 0):
        raise _bad_amount("Give it the sign of the line, and not 0: to book nothing, set it aside.")
    return amount


def _bad_amount(why: str) -> BadDecision:
    return BadDecision(errors=[FieldError("/amount", why)])


def read_payout_id(shown: str) -> UUID:
    """The inner form of a payout's id. Raises PayoutNotFound."""
    try:
        return ids.read("pyo", shown)
    except NotFound as error:
        raise PayoutNotFound from error


def read_line_id(shown: str) -> UUID:
    """The inner form of a line's id. Raises LineNotFound."""
    try:
        return ids.read("stl", shown)
    except NotFound as error:
        raise LineNotFound from error


class Total(msgspec.Struct, frozen=True):
    """The sum of the lines of one kind in a statement that have the same status."""

    kind: FeeKind
    status: LineStatus
    currency: str
    amount: int
    lines: int


Totals = Sequence[Total]
