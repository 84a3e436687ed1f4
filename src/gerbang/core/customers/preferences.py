"""What customers want and do not want: asked for before anybody is written to, and again before each message leaves."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.customers import store
from gerbang.core.customers.model import CHANNELS

ALL: frozenset[str] = frozenset(channel.value for channel in CHANNELS)


class Reached(NamedTuple):
    """Somebody who is about to be written to: the customer, where that is known, and the addresses."""

    customer: UUID | None
    email: str
    phone: str


class Wishes(NamedTuple):
    """On which channels nothing is to be sent, or a certain message is not (`payment_reminder:email`), and their own quiet hours and zone; empty: the shop's."""

    muted: frozenset[str] = frozenset()
    quiet_hours: str = ""
    time_zone: str = ""


async def wishes_of(tx: Tx, people: Sequence[Reached]) -> list[Wishes]:
    """Of each of them: nothing goes where the customer, or any customer with one of the addresses, now or before they were erased, said so. Hours and zone
    are the customer's own, else those of whoever has the address, else the number.
    """
    found = [Wishes() for _ in people]
    for row in await store.wishes(tx, people) if people else ():
        before = found[row["place"]]
        unwanted = ALL if row["stopped"] else frozenset(row["muted"])
        hours, zone = before.quiet_hours or row["quiet_hours"], before.time_zone or row["time_zone"]
        found[row["place"]] = Wishes(before.muted | unwanted, hours, zone)
    return found
