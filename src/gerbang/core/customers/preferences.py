"""What customers want and do not want, and agreed to: asked for before anybody is written to, and again before each message leaves."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.customers import consents, store
from gerbang.core.customers.model import CHANNELS

ALL: frozenset[str] = frozenset(channel.value for channel in CHANNELS)


class Reached(NamedTuple):
    """Somebody who is about to be written to: the customer, where that is known, the addresses, and the payment that it is about."""

    customer: UUID | None
    email: str
    phone: str
    payment: UUID | None = None


class Wishes(NamedTuple):
    """On which channels nothing is to be sent, or a certain message is not (`payment_reminder:email`), and their own quiet hours and zone; empty: the shop's.
    On channels of `agreed` they consented to be written to at this number.
    """

    muted: frozenset[str] = frozenset()
    quiet_hours: str = ""
    time_zone: str = ""
    agreed: frozenset[str] = frozenset()


async def wishes_of(tx: Tx, people: Sequence[Reached]) -> list[Wishes]:
    """Of each of them: nothing goes where the customer, or any customer with one of the addresses, now or before they were erased, said so. Hours and zone
    are the customer's own, else those of whoever has the address, else the number.
    """
    found = [Wishes() for _ in people]
    agreed = await consents.granted(tx, [(one.customer, one.payment, one.phone) for one in people])
    known = [place for place, one in enumerate(people) if any(one[:3])]  # of who left no trace nobody knows a wish
    for row in await store.wishes(tx, [(place, *people[place][:3]) for place in known]) if known else ():
        before = found[row["place"]]
        unwanted = ALL if row["stopped"] else frozenset(row["muted"])
        hours, zone = before.quiet_hours or row["quiet_hours"], before.time_zone or row["time_zone"]
        found[row["place"]] = Wishes(before.muted | unwanted, hours, zone)
    return [one._replace(agreed=channels) for one, channels in zip(found, agreed, strict=True)]
