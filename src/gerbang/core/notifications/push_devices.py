"""Who is told by push: a browser or an app that asked for it, about one payment; or a browser of somebody who works here. Asked for and taken back here; sending is jobs.py's."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Database
from gerbang.base.errors import Conflict, FieldError, GerbangError, Invalid
from gerbang.base.http import TargetRefused
from gerbang.core.announcements.model import ObjectRef
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.connections.model import Connection
from gerbang.core.connections.outbound_calls import SUBSCRIPTIONS, OutboundCalls
from gerbang.core.notifications import push_store
from gerbang.core.payments.model import PAYMENT

log = structlog.get_logger()


class PushNotOffered(Conflict):
    """Nobody can be reached like this now."""

    code = "push_not_offered"
    title = "Nobody is reached by push like this now"


class BadSubscription(Invalid):
    """The push service's address or keys cannot be sent to."""

    code = "invalid_subscription"
    title = "The subscription is not valid"


@dataclass(frozen=True, slots=True)
class PushOffer:
    """With which connection, and for which public key, a browser subscribes."""

    connection: str
    public_key: str


class PushDevices:
    """The browsers and apps of payers, and the browsers of operators."""

    def __init__(self, db: Database, outbound: OutboundCalls) -> None:
        self._db = db
        self._outbound = outbound

    async def offer(self) -> PushOffer | None:
        """What a browser may subscribe with now; None where no connection reaches browsers."""
        connections = self._outbound.connections
        for connection in await connections.all():
            service = self._outbound.adapter(connection, SUBSCRIPTIONS) if connection.enabled else None
            if service is None or not service.for_browsers:
                continue
            try:
                key = service.public_key(await connections.account_for(connection, SUBSCRIPTIONS.purpose))
            except GerbangError as error:  # a page is shown without, and the next connection may do
                log.warning("push.connection_unusable", connection=connection.id, code=error.code, why=error.detail)
                continue
            return PushOffer(connection.id, key)
        return None

    async def subscribe(self, about: ObjectRef, address: str, keys: Mapping[str, str], actor: str) -> UUID:
        """Tell this browser what becomes of the payment, or what this user is told as an operator. `keys` are the browser's, and under `key` for which of ours it subscribed.

        Raises PushNotOffered, BadSubscription.
        """
        offered = await self.offer()
        if offered is None or keys.get("key") != offered.public_key:
            raise PushNotOffered("The page is older than the key it offers; load it again.")
        return await self._add(about, await self._outbound.connections.get(offered.connection), address, keys, actor)

    async def register(self, payment: UUID, token: str, connection_id: str | None, actor: str) -> tuple[UUID, str]:
        """Tell this app what becomes of the payment: its id, and the connection by which it is reached, the first that reaches apps unless one is named.

        Raises PushNotOffered, BadSubscription.
        """
        for connection in await self._outbound.connections.all():
            service = self._outbound.adapter(connection, SUBSCRIPTIONS) if connection.enabled else None
            if service is None or service.for_browsers or connection_id not in (None, connection.id):
                continue
            return await self._add(ObjectRef(PAYMENT, payment), connection, token, {}, actor), connection.id
        raise PushNotOffered("No enabled connection of this name reaches apps.")

    async def remove(self, payment: UUID, device: UUID, actor: str) -> None:
        """Tell this browser or app no more about the payment; nothing happens where it was not told."""
        async with self._db.transaction() as tx:
            known = await push_store.get(tx, device)
            if known is not None and known.object == ObjectRef(PAYMENT, payment):
                await push_store.erase(tx, [device])
                await record(tx, [Entry(actor, "push.unsubscribed", ids.show("pay", payment))])

    async def unsubscribe(self, about: ObjectRef, address: str, actor: str) -> None:
        """Tell this browser no more; nothing happens where it was not told."""
        async with self._db.transaction() as tx:
            if await push_store.remove(tx, about, address):
                await record(tx, [Entry(actor, "push.unsubscribed", _shown(about))])

    async def _add(
        self, about: ObjectRef, connection: Connection, address: str, keys: Mapping[str, str], actor: str
    ) -> UUID:
        service, provider = (
            self._outbound.adapter(connection, SUBSCRIPTIONS),
            self._outbound.connections.provider_of(connection),
        )
        assert service is not None, f"{connection.id} offered what it cannot"
        if wrong := service.wrong(address, keys):
            raise BadSubscription(errors=[FieldError("/address", wrong)])
        if provider.is_guarded:
            try:
                await self._outbound.http_for(provider).vet(address)
            except TargetRefused as error:
                raise BadSubscription(errors=[FieldError("/address", error.detail)]) from error
        async with self._db.transaction() as tx:
            id_ = await push_store.add(tx, about, connection.id, address, keys)
            detail = {"connection": connection.id, "device": ids.show("dev", id_)}
            await record(tx, [Entry(actor, "push.subscribed", _shown(about), detail)])
        return id_


def _shown(about: ObjectRef) -> str:
    """As the audit trail names it."""
    return ids.show({PAYMENT: "pay", push_store.USER: "usr"}[about.type], about.id)
