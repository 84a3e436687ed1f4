"""What customers do not want: asked for before anybody is written to, and again before each message leaves."""

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


async def muted_for(tx: Tx, people: Sequence[Reached]) -> list[frozenset[str]]:
    """For each of them, the channels on which nothing is to be sent: what the customer said, or any customer with one of the addresses, now or before
    they were erased.
    """
    found = [frozenset[str]() for _ in people]
    for row in await store.wishes(tx, people) if people else ():
        found[row["place"]] |= ALL if row["stopped"] else frozenset(row["muted"])
    return found
