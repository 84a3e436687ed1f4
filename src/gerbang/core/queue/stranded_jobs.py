"""Jobs that nobody will run: those that were given up after their tries, and those of kinds that this version does not know."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from gerbang.base.db import Database
from gerbang.core.queue import store

_PARKED: Final = (
    "mend what the column error of their rows in the table jobs says, then set their parked_at to NULL and tries to 0"
)
_UNKNOWN: Final = "run a version that knows them, or delete these rows of the table jobs"


@dataclass(frozen=True, slots=True)
class Stranded:
    """How many jobs there are of each kind that were parked, and how many of each unknown kind wait for nobody."""

    parked: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)

    def lines(self) -> list[tuple[str, str]]:
        """What is wrong and what mends it, a pair for each kind."""
        return [
            (f"{count} jobs of the kind {kind[:60]!r} were given up after their tries", _PARKED)
            for kind, count in self.parked.items()
        ] + [
            (f"{count} jobs are of the kind {kind[:60]!r}, which this version does not know", _UNKNOWN)
            for kind, count in self.unknown.items()
        ]

    def counts(self) -> dict[str, float]:
        """How many of both sorts."""
        return {"parked": float(sum(self.parked.values())), "unknown": float(sum(self.unknown.values()))}


async def look(db: Database, known: Collection[str]) -> Stranded:
    """What is stranded now, where workers run the known kinds. Raises DatabaseUnavailable."""
    async with db.reading() as tx:
        return Stranded(await store.parked(tx), await store.of_other_kinds(tx, known))
