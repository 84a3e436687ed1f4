"""The use cases of buyers' claims: found, answered by whoever may, and what is to be looked at by a person.

An answer is judged by what is known here, written with its job, and only then sent. A claim has one open answer at most.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from gerbang.base import ids
from gerbang.base.db import Database, Tx
from gerbang.base.errors import FieldError, UpstreamFailed
from gerbang.base.keyset import Place
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.catalogue.service import Catalogue
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.idempotency.service import claim as claim_key
from gerbang.core.identity.model import Caller
from gerbang.core.orders import claim_decision_store, claim_store, store
from gerbang.core.orders.claim_calls import DECIDING, Deciding
from gerbang.core.orders.claim_decision_model import DECISION, DECISION_PREFIX, AskedOfClaim, ClaimBusy, ClaimDecision
from gerbang.core.orders.claim_intake import take_claims
from gerbang.core.orders.claim_model import (
    CLAIM_PREFIX,
    Answer,
    BadAnswer,
    BuyerClaim,
    ClaimHeld,
    ClaimNotFound,
    Line,
    answers,
    check_refusal,
    chosen,
)
from gerbang.core.orders.claim_reading import TOLD_AFTER, ClaimReading
from gerbang.core.orders.model import PREFIX, OrderNotFound
from gerbang.core.orders.reading import Reading
from gerbang.core.orders.restocking import Restocking
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import NewJob
from gerbang.ports.marketplace_orders import CancelReason, ClaimKind, ClaimStatus

_TAKEN_OVER: Final = timedelta(seconds=20)  # longer than a request waits
_MOST_TRIES: Final = 200  # after hours in which the marketplace did not say what became of it, a person looks
MOST_SHOWN: Final = 50
_MOST_COUNTED: Final = 100


class WantedAnswer(NamedTuple):
    """What somebody answers, of these lines by the marketplace's ids, None: of all that wait for it. `confirmed`: the amount in doubt was looked at."""

    answer: Answer
    lines: Sequence[str] | None = None
    reason: str = ""
    comment: str = ""
    images: Sequence[str] = ()
    restock: bool = False
    warehouse: str | None = None
    confirmed: bool = False


class Claimed(NamedTuple):
    """A claim with its order's currency, and the last answer to it."""

    claim: BuyerClaim
    currency: str
    last: ClaimDecision | None


class ClaimInList(NamedTuple):
    """A claim and its place in the list."""

    one: Claimed
    place: Place


class Answered(NamedTuple):
    """The claim and the answer as they are now, and whether the same key gave it before."""

    now: Claimed
    decision: ClaimDecision
    is_replayed: bool


class Claims:
    """Claims of every shop. Who may do what is decided at the edge. `wait_s` is how long a request waits for the marketplace; a job goes on after it."""

    def __init__(self, db: Database, reading: Reading, catalogue: Catalogue, *, poll_s: float, wait_s: float) -> None:
        self._db = db
        self._restocking = Restocking(catalogue)
        self.reading = ClaimReading(reading, poll_s)
        self.deciding = Deciding(self.reading, self._restocking)
        self._wait_s = wait_s
        self._under_way: set[asyncio.Task[object]] = set()

    async def get(self, id_: UUID, order: UUID | None = None) -> Claimed:
        """One, of that order where it is named. Raises ClaimNotFound."""
        async with self._db.reading() as tx:
            found = await load_claims(tx, [id_])
        if not found or order not in (None, found[0].claim.order_id):
            raise ClaimNotFound
        return found[0]

    async def of_order(self, order: UUID) -> Sequence[Claimed]:
        """Those of an order, newest first. Raises OrderNotFound."""
        async with self._db.reading() as tx:
            if not await store.of_ids(tx, [order]):
                raise OrderNotFound
            return await _whole(tx, await claim_store.of_order(tx, order, MOST_SHOWN))

    async def page(self, shop: str | None, after: Place | None, limit: int, *, waiting: bool) -> Sequence[ClaimInList]:
        """Soonest deadline first and what is over last, from a keyset place on; `waiting`: only what waits for the seller's answer."""
        async with self._db.reading() as tx:
            found = await claim_store.page(tx, shop, after, limit, waiting=waiting)
            claims = await _whole(tx, [one for one, _ in found])
        return [ClaimInList(one, place) for one, (_, place) in zip(claims, found, strict=True)]

    async def refusal_reasons(self, id_: UUID, order: UUID | None = None) -> Sequence[CancelReason]:
        """Why a claim may be refused, asked of the marketplace now; none where it asks for none. Raises ClaimNotFound, UpstreamFailed."""
        claim = (await self.get(id_, order)).claim
        waiting = [one for one in claim.lines if "refuse" in answers(claim.kind, one.status, to_seller=claim.to_seller)]
        if claim.kind is not ClaimKind.RETURN or not waiting:
            return ()
        return await self.deciding.refusal_reasons(claim.connection, waiting[0].id)

    async def answer(
        self, caller: Caller, id_: UUID, wanted: WantedAnswer, key: IdempotencyKey, order: UUID | None = None
    ) -> Answered:
        """Write it down and carry it out. Raises ClaimNotFound, ClaimNotOurs, ClaimNotOpen, ClaimTooLate, ClaimHeld, ClaimBusy, BadAnswer, IdempotencyKeyReused,
        and what keeps goods from being put to stock; nothing was sent then.
        """
        if wanted.answer == "receive":
            await self._read_anew(id_, order)
        async with self._db.transaction() as tx:
            decided, is_replayed = await self._write(tx, caller, id_, order, wanted, key)
        if not is_replayed:
            task: asyncio.Task[object] = asyncio.create_task(self.deciding.carry_out(decided))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            await asyncio.wait({task}, timeout=self._wait_s)
        async with self._db.reading() as tx:
            (now,) = await load_claims(tx, [id_])
            return Answered(now, await claim_decision_store.one(tx, decided), is_replayed)

    async def _read_anew(self, id_: UUID, order: UUID | None) -> None:
        """Goods may stand at the door before anybody told that they are on their way: agreed in the seller centre, or a push was lost. What the marketplace says now
        counts, where it can be asked.
        """
        claim = (await self.get(id_, order)).claim
        if claim.kind is not ClaimKind.RETURN or any(one.status is ClaimStatus.COMING_BACK for one in claim.lines):
            return
        shop = await self.reading.outbound.connections.get(claim.connection)
        async with self._db.reading() as tx:
            (sold,) = await store.of_ids(tx, [claim.order_id])
        read_at = self.deciding.clock.now()
        try:
            read = await self.reading.of_order(shop, sold.external_id)
        except UpstreamFailed:  # it is judged by what is known here
            return
        async with self._db.transaction() as tx:
            await take_claims(tx, shop, read, read_at=read_at, source="receive")

    async def notice(self) -> str | None:
        """What of claims a person should look at."""
        async with self._db.reading() as tx:
            held = await claim_store.some_held(tx, _MOST_COUNTED)
            unread = await claim_store.failing_polls(tx, TOLD_AFTER)
        if held:
            return f"{held} claims have an amount in doubt: compare them in the seller centre before they are accepted."
        return f"Claims of {', '.join(unread)} cannot be read: what pushes do not bring comes late." if unread else None

    async def _write(
        self, tx: Tx, caller: Caller, id_: UUID, order: UUID | None, wanted: WantedAnswer, key: IdempotencyKey
    ) -> tuple[UUID, bool]:
        claim = await claim_store.lock(tx, id_)
        if claim is None or order not in (None, claim.order_id):
            raise ClaimNotFound
        decided = ids.new()
        first = await claim_key(tx, key, DECISION, decided)
        if first is not None:
            return first, True
        lines = chosen(claim, wanted.answer, wanted.lines, self.deciding.clock.now())
        await self._check(tx, claim, wanted, lines)
        asked = AskedOfClaim(
            lines=tuple(one.id for one in lines),
            status=lines[0].status,
            reason=wanted.reason,
            comment=wanted.comment,
            images=tuple(wanted.images),
            restock=wanted.restock,
            warehouse=wanted.warehouse or "",
        )
        if not await claim_decision_store.add(tx, decided, id_, wanted.answer, asked, caller.label):
            raise ClaimBusy("An answer given before is not over yet.", hint="Wait for it: the claim shows how it ends.")
        shown = ids.show(DECISION_PREFIX, decided)
        told = {"claim": ids.show(CLAIM_PREFIX, id_), "answer": wanted.answer, "lines": len(lines)}
        told |= {"restock": True} if wanted.restock else {}
        await record(tx, [Entry(caller.label, "order.claim_answered", ids.show(PREFIX, claim.order_id), told)])
        late = self.deciding.clock.now() + _TAKEN_OVER
        job = NewJob(DECIDING, shown, run_at=late, most_tries=_MOST_TRIES, concurrency_key=claim.connection)
        await queue.enqueue(tx, [job])
        return decided, False

    async def _check(self, tx: Tx, claim: BuyerClaim, wanted: WantedAnswer, lines: Sequence[Line]) -> None:
        """What an answer must hold beside its lines."""
        if wanted.answer == "refuse":
            check_refusal(claim, lines[0].status, wanted.reason, wanted.comment, wanted.images)
        if wanted.answer == "accept" and any(one.held for one in lines) and not wanted.confirmed:
            raise ClaimHeld(
                "What goes back agrees with nothing that was paid, or may mean two amounts.",
                hint="Compare it in the seller centre, then accept with `confirm_amount`.",
                errors=[
                    FieldError("/confirm_amount", f"{one.id} may give back {_or(one)}.") for one in lines if one.held
                ],
            )
        if wanted.restock:
            items = [one.item for one in lines if one.item is not None]
            if not await self._restocking.is_countable(tx, claim.order_id, items):
                said = "Not all of it left a stock that is counted here, or some is back already."
                raise BadAnswer(errors=[FieldError("/restock", said)])
            await self._restocking.check(tx, claim.order_id, items, wanted.warehouse)


async def load_claims(tx: Tx, wanted: Sequence[UUID]) -> Sequence[Claimed]:
    """These claims in the order in which they are asked for; what is not there is left out."""
    found = {one.claim.id: one for one in await _whole(tx, await claim_store.of_ids(tx, wanted))}
    return [found[id_] for id_ in wanted if id_ in found]


async def _whole(tx: Tx, claims: Sequence[BuyerClaim]) -> Sequence[Claimed]:
    orders = {one.id: one for one in await store.of_ids(tx, [claim.order_id for claim in claims])}
    last = await claim_decision_store.last_of(tx, [claim.id for claim in claims])
    return [Claimed(one, orders[one.order_id].currency, last.get(one.id)) for one in claims]


def _or(line: Line) -> str:
    return " or ".join(str(one) for one in line.readings) or "an amount that is not told"
