"""What one page changes beside the lines themselves: sums of statements, ledger, trail and announcements, saved in the same transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Tx, columns
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.connections.model import Connection
from gerbang.core.ledger import service as ledger
from gerbang.core.ledger.model import Posting
from gerbang.core.settlements import store
from gerbang.core.settlements.model import PAYOUT, LineStatus
from gerbang.ports.marketplace_catalogue import FeeKind

Place = tuple[str, FeeKind, LineStatus, str]  # statement, kind, status, currency


@dataclass(slots=True)
class Changes:
    """Of one shop, at one business time."""

    shop: Connection
    now: datetime
    postings: list[Posting] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    _amounts: Counter[Place] = field(default_factory=Counter)
    _lines: Counter[Place] = field(default_factory=Counter)

    def add(self, place: Place, amount: int) -> None:
        """A line that stands there now."""
        self._amounts[place] += amount
        self._lines[place] += 1

    def remove(self, place: Place, amount: int) -> None:
        """A line that stands there no more."""
        self._amounts[place] -= amount
        self._lines[place] -= 1

    def told(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is announced, with whose shop it is."""
        return {"connection": self.shop.id, "livemode": self.shop.livemode, **data}

    async def save(self, tx: Tx) -> None:
        """All of it, or what any of the statements raises."""
        places = sorted(place for place in self._lines if self._lines[place] or self._amounts[place])
        rows = [(self.shop.id, *p, str(self._amounts[p]), self._lines[p]) for p in places]
        if rows:
            await store.add_totals(tx, columns(rows, 7))
        await ledger.post(tx, self.postings)
        await record(tx, self.entries)
        await announce(tx, self.announcements)


def about_payout(payout: UUID) -> ObjectRef:
    """What an announcement about it names."""
    return ObjectRef(PAYOUT, payout)


def line_name(line: UUID) -> str:
    """A line's id outside."""
    return ids.show("stl", line)


def payout_name(payout: UUID) -> str:
    """A payout's id outside."""
    return ids.show("pyo", payout)


Known = Mapping[tuple[str, str], tuple[int, str]]  # what was paid, by order and item: amount, currency


def paid_of(known: Known, order: str, item: str, currency: str) -> int | None:
    """What was paid for an item in this currency."""
    amount, said = known.get((order, item), (0, ""))
    return amount if said == currency else None


def ids_for(count: int) -> Sequence[UUID]:
    """Ids of lines, and of their postings: in the order of the lines."""
    return ids.several(count) if count else ()
