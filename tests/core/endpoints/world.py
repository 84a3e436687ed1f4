"""A deployment that tells parcels to endpoints: announcements are taken, deliveries sent, time is moved."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.db import Database, Row, Tx
from gerbang.base.http import Http
from gerbang.base.target_policy import TargetPolicy, read_private_targets
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import AnnouncementConsumer, announce
from gerbang.core.endpoints.model import Delivery, Endpoint, Signing
from gerbang.core.endpoints.queueing import CONSUMER, Payload
from gerbang.core.endpoints.sender import TOPIC, Sender
from gerbang.core.endpoints.service import Endpoints, NewEndpoint
from gerbang.core.endpoints.signing_keys import Revealed, SigningKeys
from gerbang.core.identity.model import system_caller
from gerbang.core.queue import business_time
from gerbang.core.secrets.service import Secrets
from gerbang.ports.secrets import SecretStore

PARCEL = "parcel"
BY = system_caller("test")
PATIENCE_S = 20.0


async def _shown(_tx: Tx, parcels: Sequence[UUID]) -> dict[UUID, Payload]:
    return {
        one: Payload(shown := {"object": PARCEL, "id": ids.show("pcl", one)}, partial(dict, shown, to="Sari Wulandari"))
        for one in parcels
    }


@dataclass(slots=True)
class World:
    """One deployment. `sending` runs the worker's loop; without it nothing leaves."""

    db: Database
    owner: Database
    http: Http
    secrets: Secrets
    clock: BusinessClock
    endpoints: Endpoints
    consumer: AnnouncementConsumer
    sender: Sender
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _running: list["asyncio.Task[None]"] = field(default_factory=list)

    async def endpoint(self, url: str, **chosen: Any) -> tuple[Endpoint, Revealed]:
        """One that wants everything, signed by a shared secret, unless something else is chosen."""
        return await self.endpoints.create(BY, NewEndpoint(url, **({"signing": Signing.HMAC} | chosen)))

    async def say(self, *types: str, parcel: UUID | None = None) -> UUID:
        """Announce these of one parcel, in one transaction; where no worker runs, the consumer takes them now."""
        about = parcel or ids.new()
        async with self.db.transaction() as tx:
            await announce(tx, [Announcement(one, ObjectRef(PARCEL, about), {}, self.clock.now()) for one in types])
        if not self._running:
            await self.take()
        return about

    async def take(self) -> None:
        """Take what was announced."""
        while await self.consumer.run_once():
            pass
        self.sender.wake()

    def start(self) -> None:
        """Let the worker take and send."""
        self._running += [asyncio.create_task(loop(self._stop)) for loop in (self.consumer.run, self.sender.run)]

    def another_worker(self, *, lease_s: float = 60.0, timeout_s: float = 30.0) -> Sender:
        """A worker's loop beside the first."""
        return Sender(self.db, self.http, SigningKeys(self.secrets), lease_s=lease_s, timeout_s=timeout_s)

    async def advance(self, seconds: float) -> None:
        """Move business time on."""
        self.clock.set_offset(await business_time.advance(self.owner, int(seconds)))
        self.sender.wake()

    async def deliveries(self, endpoint: Endpoint) -> Sequence[Delivery]:
        """Oldest first, with their attempts but for what was sent and answered."""
        return list(reversed(await self.endpoints.deliveries(endpoint.id, None, None, 1_000)))

    async def delivery(self, endpoint: Endpoint) -> Delivery:
        """The only one."""
        (found,) = await self.deliveries(endpoint)
        return found

    async def until_tried(self, endpoint: Endpoint, times: int) -> Delivery:
        """The only delivery, whole, once it was tried so often."""

        async def look() -> Delivery | None:
            found = await self.deliveries(endpoint)
            return found[0] if found and len(found[0].attempts) >= times else None

        found: Delivery = await self.until(look)
        return await self.endpoints.delivery(found.id)

    async def until(self, look: Callable[[], Any]) -> Any:
        """What `look` answers once that is something."""
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            if found := await look():
                return found
            await asyncio.sleep(0.02)
        raise AssertionError("it never came to that")

    async def rows(self, query: str, *args: Any) -> list[Row]:
        """What stands in the database."""
        async with self.db.reading() as tx:
            return await tx.fetch(query, *args)

    async def close(self) -> None:
        """End the worker."""
        self._stop.set()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.http.close()


TYPES = ("parcel.sent", "parcel.packed", "parcel.made", "noise.heard", "nothing.ever", "van.left")


async def world_of(db: Database, owner: Database, store: SecretStore) -> World:
    """All parts, wired as a process wires them."""
    http = Http(policy=TargetPolicy(read_private_targets(["127.0.0.0/8"])))
    clock, secrets = BusinessClock(), Secrets(db, store)
    endpoints = Endpoints(db, http, secrets, clock, {PARCEL: _shown}, types=TYPES)
    db.tell = lambda topic: endpoints.sender.wake() if topic == TOPIC else None
    consumer = AnnouncementConsumer(db, CONSUMER, endpoints.queueing.take, taken=endpoints.queueing.taken)
    await consumer.prepare()
    return World(db, owner, http, secrets, clock, endpoints, consumer, endpoints.sender)
