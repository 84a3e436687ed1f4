"""Carrying an answer to a claim out: sent once, and where the marketplace's answer is lost looked up there, never sent again. As operations on orders are.

Who holds the row's claim is at it: the request that asked, or the job that takes over where that one died. No transaction is open while the marketplace is asked.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.base.errors import GerbangError, UpstreamFailed
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.connections.model import Connection
from gerbang.core.connections.outbound_calls import MARKETPLACES, CallResult, Operation, Outcome
from gerbang.core.orders import claim_decision_store, claim_store, jobs
from gerbang.core.orders.claim_decision_model import DECISION_PREFIX, ClaimDecision, LineOutcome, ended
from gerbang.core.orders.claim_intake import take_claims
from gerbang.core.orders.claim_model import CLAIM_PREFIX, BuyerClaim, Line, parts, was_answered
from gerbang.core.orders.claim_reading import ClaimReading
from gerbang.core.orders.loading import load_orders
from gerbang.core.orders.model import PREFIX, Order
from gerbang.core.orders.operation_calls import GIVE_UP, LEASE_S, LOOKS, LOST, UNKNOWN_REASON, UNREACHABLE
from gerbang.core.orders.operation_model import OPEN
from gerbang.core.orders.restocking import Restocking
from gerbang.core.queue import service as queue
from gerbang.core.queue.model import Job, Retry
from gerbang.ports.marketplace import DECIDE, REFUSAL_REASONS, Refused
from gerbang.ports.marketplace_orders import CancelReason, Claim, ClaimKind, Decision

log = structlog.get_logger()
DECIDING: Final = "order.claim_answer"
_AGAIN_S: Final = 10.0
_DECIDE: Final = Operation(DECIDE.name, DECIDE.repeatable)
_REASONS: Final = Operation(REFUSAL_REASONS.name, REFUSAL_REASONS.repeatable)
Why = tuple[str, str]


class Deciding:
    """Carries answers out."""

    def __init__(self, reading: ClaimReading, restocking: Restocking) -> None:
        self._reading = reading
        self._restocking = restocking
        self._db = reading.db
        self._outbound = reading.outbound
        self.clock = reading.clock

    async def run(self, job: Job) -> None:
        """The handler of `order.claim_answer`: goes on with what a request left."""
        wait_s = await self.carry_out(ids.read(DECISION_PREFIX, job.key))
        if wait_s is not None:
            raise Retry("its end is not known yet", in_s=wait_s)
        async with self._db.transaction() as tx:
            await queue.finish(tx, [job])

    async def carry_out(self, id_: UUID) -> float | None:
        """One step of an answer: sent where it was not, looked up where it may have been. In how many seconds to come again; None: it is over."""
        async with self._db.transaction() as tx:
            known = await claim_decision_store.claim(tx, id_, LEASE_S)
            (claim,) = await claim_store.of_ids(tx, [known.claim_id]) if known else (None,)
            (order,) = await load_orders(tx, [claim.order_id]) if claim else (None,)
        if known is None or claim is None or order is None:
            async with self._db.reading() as tx:
                is_open = (await claim_decision_store.one(tx, id_)).status in OPEN
            return LEASE_S if is_open else None
        try:
            shop = await self._outbound.connections.get(claim.connection)
            if known.sent_at is not None:
                return await self._look_up(known, shop, claim, order.order)
            return await self._send(known, shop, claim, order.order)
        except UpstreamFailed as error:  # of what is asked beforehand: nothing was sent
            return await self._later(known, claim, error)
        except GerbangError:
            async with self._db.transaction() as tx:
                await claim_decision_store.give_back(tx, known)
            raise

    async def refusal_reasons(self, connection: str, line: str) -> Sequence[CancelReason]:
        """Why a line may be refused. Raises UpstreamFailed."""
        result = await self._outbound.ask(
            connection, MARKETPLACES, _REASONS, lambda adapter, account: adapter.refusal_reasons(account, line)
        )
        return result.value()

    async def _send(self, known: ClaimDecision, shop: Connection, claim: BuyerClaim, order: Order) -> float | None:
        wrong = await self._wrong_reason(known, claim)
        if wrong is not None:
            await self._end(known, shop, claim, order, [_not_done(one, wrong) for one in known.asked.lines])
            return None
        async with self._db.transaction() as tx:
            if not await claim_decision_store.sending(tx, known):
                return LEASE_S
        told: dict[str, LineOutcome] = {}
        for part in parts(claim.kind, known.answer, known.asked.lines):
            result = await self._ask(known, claim, part)
            if result.outcome is Outcome.ANSWERED:
                told |= {line: LineOutcome(line, is_done=True) for line in part}
            elif result.outcome is Outcome.REFUSED:
                told |= {line: _not_done(line, _refused(result)) for line in part}
            elif result.outcome is Outcome.UNREACHABLE and not told:
                assert result.error is not None
                return await self._later(known, claim, result.error)
            else:
                log.warning("order.claim_answer_lost", claim=ids.show(CLAIM_PREFIX, claim.id), answer=known.answer)
                return await self._look_up(known, shop, claim, order, told)
        await self._end(known, shop, claim, order, [told[line] for line in known.asked.lines])
        return None

    async def _look_up(
        self,
        known: ClaimDecision,
        shop: Connection,
        claim: BuyerClaim,
        order: Order,
        told: Mapping[str, LineOutcome] | None = None,
    ) -> float | None:
        """Read the claim: whose status moved on was answered. What has not moved after several looks was not, and whoever wants it asks anew."""
        read_at = self.clock.now()
        try:
            read = await self._reading.of_order(shop, order.external_id)
        except UpstreamFailed:  # no look: it is not known yet
            async with self._db.transaction() as tx:
                await claim_decision_store.give_back(tx, known)
            return _AGAIN_S
        async with self._db.transaction() as tx:
            await take_claims(tx, shop, read, read_at=read_at, source=known.answer)
            (now,) = await claim_store.of_ids(tx, [claim.id])
        lines = {line.id: line for line in now.lines}
        outcomes = [_looked_up(known, claim.kind, lines.get(one), told or {}, one) for one in known.asked.lines]
        if any(one.code == LOST for one in outcomes) and known.looks < len(LOOKS):
            async with self._db.transaction() as tx:
                await claim_decision_store.looked(tx, known)
            return LOOKS[min(known.looks, len(LOOKS) - 1)]
        async with self._db.transaction() as tx:
            await self._write_end(tx, known, claim, order, outcomes)
        return None

    async def _later(self, known: ClaimDecision, claim: BuyerClaim, error: UpstreamFailed) -> float | None:
        """It certainly did not leave: it is sent later, or never where that takes too long, or its deadline is over."""
        why: Why | None = None
        if isinstance(error, Refused):
            why = error.reason, error.words
        elif self.clock.now() - known.created_at > GIVE_UP:
            why = UNREACHABLE, f"The marketplace could not be reached: {error.detail}"
        async with self._db.transaction() as tx:
            if why is not None:
                await self._write_end(tx, known, claim, None, [_not_done(one, why) for one in known.asked.lines])
                return None
            await claim_decision_store.unsent(tx, known)
        return float(error.retry_after_s or _AGAIN_S)

    async def _end(
        self, known: ClaimDecision, shop: Connection, claim: BuyerClaim, order: Order, outcomes: Sequence[LineOutcome]
    ) -> None:
        """Write what became of it, together with the claim as it is read now: whoever asks next sees it. Where it cannot be read the push and the walk bring it."""
        read_at, read = self.clock.now(), list[Claim]()
        try:
            read = list(await self._reading.of_order(shop, order.external_id))
        except UpstreamFailed as error:
            log.warning("order.claim_not_read", claim=ids.show(CLAIM_PREFIX, claim.id), why=error.detail)
        async with self._db.transaction() as tx:
            await take_claims(tx, shop, read, read_at=read_at, source=known.answer)
            await self._write_end(tx, known, claim, order, outcomes)

    async def _write_end(
        self, tx: Tx, known: ClaimDecision, claim: BuyerClaim, order: Order | None, outcomes: Sequence[LineOutcome]
    ) -> None:
        status = ended(outcomes)
        if not await claim_decision_store.end(tx, known, status, outcomes):
            return  # another has taken it over, and ends it
        done = {one.line for one in outcomes if one.is_done}
        if known.asked.restock and done:
            back = [line.item for line in claim.lines if line.id in done and line.item is not None]
            await self._restocking.put_back(tx, known.actor, claim.order_id, back, known.asked.warehouse or None)
        told = {
            "claim": ids.show(CLAIM_PREFIX, claim.id),
            "answer": known.answer,
            "status": status.value,
            "codes": sorted({one.code for one in outcomes if one.code}),
        }
        await record(tx, [Entry(SYSTEM, "order.claim_answer_ended", ids.show(PREFIX, claim.order_id), told)])
        if order is not None and done:  # its items move with it
            await queue.enqueue(tx, [jobs.fetching(claim.connection, order.external_id)])

    async def _wrong_reason(self, known: ClaimDecision, claim: BuyerClaim) -> Why | None:
        """What is wrong with the reason of a return's refusal. Raises UpstreamFailed where the marketplace does not say."""
        if known.answer != "refuse" or claim.kind is not ClaimKind.RETURN:
            return None
        reasons = await self.refusal_reasons(claim.connection, known.asked.lines[0])
        if known.asked.reason in [one.id for one in reasons]:
            return None
        names = "; ".join(f"{one.id} ({one.text})" for one in reasons)
        return UNKNOWN_REASON, f"Name one of the reasons that are offered: {names}."

    async def _ask(self, known: ClaimDecision, claim: BuyerClaim, part: Sequence[str]) -> CallResult[Any]:
        asked = known.asked
        decision = Decision(
            claim=claim.external_id,
            kind=claim.kind,
            status=asked.status,
            answer=known.answer,
            lines=tuple(part),
            reason=asked.reason,
            comment=asked.comment,
            images=asked.images,
        )
        return await self._outbound.ask(
            claim.connection,
            MARKETPLACES,
            _DECIDE,
            lambda adapter, account: adapter.decide(account, decision),
            about=known.id,
        )


def _looked_up(
    known: ClaimDecision, kind: ClaimKind, now: Line | None, told: Mapping[str, LineOutcome], line: str
) -> LineOutcome:
    if now is not None and was_answered(kind, known.answer, known.asked.status, now):
        return LineOutcome(line, is_done=True)
    if line in told:
        return told[line]
    if now is not None and now.status is not known.asked.status:
        return _not_done(line, ("moved_on", f"The claim came to {now.status} without this answer."))
    return _not_done(line, (LOST, "The marketplace's answer was lost, and the claim does not show that it was given."))


def _refused(result: CallResult[Any]) -> Why:
    error = result.error
    if isinstance(error, Refused):
        return error.reason, error.words
    return "refused", result.why


def _not_done(line: str, why: Why) -> LineOutcome:
    return LineOutcome(line, is_done=False, code=why[0][:60], reason=why[1][:300])
