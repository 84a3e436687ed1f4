"""The console's sidebar: thirteen entries in one order. An entry is shown once a noun has brought a page for it, to whoever may see that page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gerbang.core.identity.model import Caller


@dataclass(frozen=True, slots=True)
class Subpage:
    """One of several lists of an entry. Its words are `nav.NAME`."""

    name: str
    path: str
    permission: str


@dataclass(frozen=True, slots=True)
class Section:
    """One entry; its words are `nav.NAME`, its icon has its name. The first of its `pages` that somebody may see is where it leads; none: its
    part is not there yet. `counts` says how much waits.
    """

    name: str
    pages: tuple[Subpage, ...] = ()
    counts: bool = False

    def open_to(self, caller: Caller) -> tuple[Subpage, ...]:
        """The pages that this person may see."""
        return tuple(page for page in self.pages if caller.may(page.permission))


ENTRIES: Final[Sequence[Section]] = (
    Section("overview"),
    Section("work", counts=True),
    Section("payments"),
    Section("webhooks"),
    Section("orders"),
    Section("customers"),
    Section("requests"),
    Section("notifications"),
    Section("connections"),
    Section("secrets"),
    Section("audit"),
    Section("alerts", counts=True),
    Section("analytics"),
)


def sidebar(pages: Sequence[tuple[str, Subpage]]) -> tuple[Section, ...]:
    """The entries with their pages, each given with the name of its entry. Raises ValueError for a page of no entry."""
    if strangers := {entry for entry, _ in pages} - {one.name for one in ENTRIES}:
        raise ValueError(f"web/sidebar.py has no entry {sorted(strangers)}")
    return tuple(replace(one, pages=tuple(page for entry, page in pages if entry == one.name)) for one in ENTRIES)


def section_of(sections: Sequence[Section], name: str) -> Section:
    """The entry that a page belongs to."""
    return next(one for one in sections if one.name == name or any(page.name == name for page in one.pages))
