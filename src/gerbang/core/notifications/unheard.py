"""What became of a message that its sender took, and of which nobody said that it arrived: the sender is asked, and another channel speaks."""

from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.core.connections.outbound_calls import Operation, OutboundCalls, Outcome
from gerbang.core.notifications import store, suppression_store
from gerbang.core.notifications.fallback import Fallback
from gerbang.core.notifications.machine import advance
from gerbang.core.notifications.model import Notification, Status
from gerbang.core.notifications.routes import FindRoute
from gerbang.core.queue.model import Job
from gerbang.core.queue.service import finish
from gerbang.ports.messenger import Progress, Receipt

_ASK: Final = Operation("ask", repeatable=True)


class Unheard:
    """The handler of `notification.unheard`. `route` finds the way by which a message left, `fallback` the channel that speaks instead."""

    def __init__(self, db: Database, *, outbound: OutboundCalls, route: FindRoute, fallback: Fallback) -> None:
        self._db = db
        self._outbound = outbound
        self._route = route
        self._fallback = fallback

    async def handle(self, job: Job) -> None:
        """Its sender is asked, where it can be; another channel speaks where nobody says that the message arrived."""
        id_, tells = ids.read("ntf", job.key), Progress(str(job.payload["tells"]))
        learnt = await self._asked(id_, tells)
        async with self._db.transaction() as tx:
            now = await store.lock(tx, id_) if learnt is not None else None
            if now is not None and learnt is not None:
                await self._learn(tx, now, learnt)
            await self._fallback.tell_if_unheard(tx, id_, tells)
            await finish(tx, [job])

    async def _asked(self, id_: UUID, tells: Progress) -> Receipt | None:
        """What its sender says of a message that it took, when it is asked; None where it cannot be, or does not answer."""
        async with self._db.transaction() as tx:
            known = await store.lock(tx, id_)
        if known is None or not known.provider_id or not known.is_awaited(tells):
            return None
        provider_id, route = known.provider_id, await self._route(known.channel, known.connection)
        ask = route.messenger.abilities.ask if route is not None else None
        if route is None or ask is None or route.account.connection != known.connection:
            return None
        result = await self._outbound.send(
            route.account.connection, _ASK, lambda: ask(route.account, provider_id), about=id_
        )
        return result.answer if result.outcome is Outcome.ANSWERED else None

    async def _learn(self, tx: Tx, now: Notification, learnt: Receipt) -> None:
        after, at = advance(now.status, learnt.progress), await store.business_now(tx)
        error = learnt.code if learnt.progress is Progress.FAILED else None
        await store.note_progress(tx, now.id, after, learnt.progress, at, error)
        if learnt.gone:
            await suppression_store.suppress(tx, now.channel, now.recipient, learnt.code)
        if after is Status.FAILED:
            await self._fallback.tell(tx, now)
