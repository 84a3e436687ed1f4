"""Chains that stand still while money is awaited on them: operators are told once when it is noticed, and once when they go on."""

import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database
from gerbang.core.announcements.model import Announcement
from gerbang.core.announcements.service import announce
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.crypto.chain_connections import ChainConnection, ChainConnections
from gerbang.ports.chain import Network

log = structlog.get_logger()
_EVERY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Stall:
    """A connection whose chain was read up to `block` (None: never), and no further for `stood_s` seconds."""

    connection: str
    network: str
    block: int | None
    stood_s: float

    @property
    def why(self) -> str:
        """For people who run this."""
        upto = "was not read yet" if self.block is None else f"was read up to block {self.block} and no further"
        return f"{self.network} ({self.connection}) {upto} for {self.stood_s:.0f} s, and money is awaited there. Look at its nodes."


async def stalls(db: Database, networks: dict[str, Network]) -> list[Stall]:
    """The connections whose chains stand still now, whichever process looks at them."""
    async with db.reading() as tx:
        awaited = await chain_store.awaited(tx)
    return [
        Stall(name, networks[name].name, block, stood_s)
        for name, block, stood_s in awaited
        if name in networks and stood_s > networks[name].stalls_after_s
    ]


@dataclass(slots=True)
class StallAlarm:
    """Tells operators by mail, once for all processes, and the log of this process."""

    db: Database
    clock: BusinessClock
    _said: set[str] = field(default_factory=set)
    _asked_at: float = -_EVERY_S

    async def tell(self, everyone: ChainConnections) -> None:
        """Say what stands still, and what goes on; asked no more often than is worth it."""
        if time.monotonic() - self._asked_at < _EVERY_S:
            return
        self._asked_at = time.monotonic()
        standing = {one.connection: one for one in await stalls(self.db, {c.id: c.network for c in everyone.all})}
        for name in sorted(standing.keys() - self._said):
            one = standing[name]
            log.error("chain.stalled", connection=name, network=one.network, block=one.block, alert=one.why)
        for name in sorted(self._said - standing.keys()):
            log.info("chain.goes_on", connection=name)
        self._said = set(standing)
        await self._mail(standing.keys(), everyone)

    async def _mail(self, standing: AbstractSet[str], everyone: ChainConnections) -> None:
        """Announce what is news; of a connection that cannot be used now nothing is known, neither this nor that."""
        async with self.db.reading() as tx:
            known = await chain_store.stalled(tx)
        over = {name for name in known - standing if not everyone.is_broken(name)}
        if standing <= known and not over:
            return
        named = {one.id: one for one in everyone.all}
        async with self.db.transaction() as tx:
            begun = await chain_store.begin_stalls(tx, sorted(standing - known))
            ended = await chain_store.end_stalls(tx, sorted(over))
            now = self.clock.now()
            news = [_announcement("chain.recovered", named[name], now) for name in sorted(ended) if name in named]
            news += [_announcement("chain.stalled", named[name], now) for name in sorted(begun) if name in named]
            await announce(tx, news)


def _announcement(kind: str, one: ChainConnection, now: datetime) -> Announcement:
    data = {"connection": one.id, "network": one.network.name, "livemode": one.connection.livemode}
    return Announcement(kind, None, data, now)
