"""The console's sidebar: thirteen entries in one table. An entry is shown once its part is there, to whoever may see what it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
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


SECTIONS: Final[Sequence[Section]] = (
    Section("overview"),
    Section("work", (Subpage("work", "/console/work", "payments:read"),), counts=True),
    Section(
        "payments",
        (
            Subpage("payments", "/console/payments", "payments:read"),
            Subpage("refunds", "/console/refunds", "payments:read"),
        ),
    ),
    Section(
        "webhooks",
        (
            Subpage("webhooks", "/console/webhooks", "webhooks:read"),
            Subpage("rejections", "/console/rejections", "webhooks:read"),
        ),
    ),
    Section("orders"),
    Section("customers"),
    Section("requests"),
    Section("notifications"),
    Section("connections", (Subpage("connections", "/console/connections", "payments:read"),)),
    Section("secrets"),
    Section("audit"),
    Section("alerts", counts=True),
    Section("analytics"),
)


def section_of(name: str) -> Section:
    """The entry that a page belongs to."""
    return next(one for one in SECTIONS if one.name == name or any(page.name == name for page in one.pages))
