"""What was seen on a chain, written down: transfers as they are now, and what follows from them for their attempts. Asks no node."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

import structlog

from gerbang.base import ids
from gerbang.base.db import Tx
from gerbang.core.payments import attempt_store, schedule, store
from gerbang.core.payments.applying_facts import FactReport, apply_facts
from gerbang.core.payments.crypto import store as chain_store
from gerbang.core.payments.crypto.scanner import ScanResult, Scope, key_of
from gerbang.core.payments.crypto.transfers import (
    ClaimVerdict,
    ClassifiedTransfer,
    Key,
    ProcessorClaim,
    State,
    affected_attempts,
    agreeing,
    check_claim,
    classify,
    facts,
    gone,
    is_foreign,
    is_over,
    keep_depth,
)
from gerbang.core.payments.machine import MOVES, OPEN
from gerbang.core.payments.model import Attempt, AttemptStatus, PaymentDetail
from gerbang.core.payments.open_work import decision_store
from gerbang.core.payments.unit_of_work import load_for_update, save_changes
from gerbang.core.queue import service as queue
from gerbang.ports.chain import Network
from gerbang.ports.facts import Mismatched

log = structlog.get_logger()


async def record(tx: Tx, network: Network, sight: ScanResult, scope: Scope) -> None:
    """Attempts and transfers are read again, under the lock that every look is written under: others may have been written meanwhile."""
    known_to_be = [*(one.transaction for one in scope.claims), *(one.transaction for one in sight.found)]
    standing = await chain_store.of_transactions(tx, network.chain_id, known_to_be)
    wanted = {*scope.over, *scope.claimed.values(), *(one.attempt for one in scope.claims)}
    wanted |= {one.attempt for one in (*scope.moving, *standing)}  # what was counted for somebody stays theirs
    wanted |= {owner for one in sight.found if (owner := scope.owner(one)) is not None}
    attempts = {a.id: a for a in await attempt_store.attempts_by_id(tx, sorted(wanted))}
    before = {j.key(): j for j in await chain_store.of_attempts(tx, list(attempts))}
    now = {key: gone(before[key]) for key in sight.missing if key in before}
    for one in sight.found:
        key = key_of(network, one)
        known = before.get(key)
        kept = known is not None and known.transfer.recipient == one.recipient
        owner = known.attempt if known is not None and kept else scope.owner(one)
        assert owner is not None, f"a stranger's transfer was kept: {key}"
        if owner not in attempts:  # it cannot be read, and that was said: others' transfers are judged all the same
            continue
        judged = classify(attempts[owner], network, one, sight.head)
        now[key] = keep_depth(known, agreeing(judged, doubted=key in sight.doubted))
    changed = [j for key, j in now.items() if before.get(key) != j]
    if changed:
        await chain_store.save(tx, changed)
    vanished = [j for j in changed if j.state is State.GONE and attempts[j.attempt].deposit is None]
    if vanished:
        await chain_store.reopen_claims(tx, vanished)
    doubted = await _answered(tx, network, sight, scope, attempts, {**before, **now})
    await _tell(tx, network, sight, attempts, before, {**before, **now}, changed, doubted, frozenset(scope.over))


async def _tell(
    tx: Tx,
    network: Network,
    sight: ScanResult,
    attempts: Mapping[UUID, Attempt],
    before: Mapping[Key, ClassifiedTransfer],
    after: Mapping[Key, ClassifiedTransfer],
    changed: Sequence[ClassifiedTransfer],
    doubted: Mapping[UUID, Mismatched],
    over: AbstractSet[UUID],
) -> None:
    """Hear what follows for each attempt whose transfers mean something else now, and say how far the others have come."""
    anew = {id_ for j in changed for id_ in affected_attempts(before.get(j.key()), j)}
    mine: dict[UUID, list[ClassifiedTransfer]] = {id_: [] for id_ in attempts}
    for one in after.values():
        mine[one.attempt].append(one)
    claims = await chain_store.claims_of(tx, [id_ for id_ in anew if attempts[id_].deposit is None]) if anew else []
    now = await store.business_now(tx)
    reports = []
    for id_, attempt in attempts.items():
        says = facts(attempt, mine[id_], [one for one in claims if one.attempt == id_]) if id_ in anew else []
        if id_ in over and attempt.status in OPEN and sight.last.block >= sight.head.number:
            says += is_over(attempt, network, mine[id_], sight.head, now)
        says += [doubted[id_]] if id_ in doubted else []
        if says:
            reports.append(FactReport(id_, says, "chain", detail={"seen": _shown(mine[id_])}))
    if reports:
        heard = await apply_facts(tx, reports)
        strange = {
            j.attempt for j in changed if is_foreign(j) and not ((was := before.get(j.key())) and is_foreign(was))
        }
        await _note_foreign(tx, [heard[id_] for id_ in sorted(strange) if id_ in heard], strange)
        at_processors = [attempts[h.attempt] for h in reports if attempts[h.attempt].deposit is None]
        await queue.enqueue(tx, [schedule.ask(one) for one in at_processors if one.provider_reference])
    progress = {j.attempt for j in changed if j.state is State.SEEN} - {h.attempt for h in reports}
    await _say_progress(tx, [attempts[id_] for id_ in sorted(progress)], mine)


async def _note_foreign(tx: Tx, details_by_id: Sequence[PaymentDetail], attempts: AbstractSet[UUID]) -> None:
    """What nobody asked for holds an attempt that is open. One that is paid stays paid, and a person decides about the rest."""
    paid = [
        a
        for details in details_by_id
        for a in details.attempts
        if a.id in attempts and a.status is AttemptStatus.CAPTURED
    ]
    if paid:
        await decision_store.note_foreign(tx, [a.payment_id for a in paid])


async def _answered(
    tx: Tx,
    network: Network,
    sight: ScanResult,
    scope: Scope,
    attempts: Mapping[UUID, Attempt],
    known: Mapping[Key, ClassifiedTransfer],
) -> Mapping[UUID, Mismatched]:
    """Write down what our node makes of each claim; returns why of the attempts that are held for what was claimed."""
    answers: list[tuple[ProcessorClaim, ClaimVerdict]] = []
    doubted: dict[UUID, Mismatched] = {}
    for claim in scope.claims:
        attempt = attempts[claim.attempt]
        answer, why = check_claim(claim, attempt, network, sight.receipts.get(claim.transaction), sight.head)
        if answer is ClaimVerdict.SEEN and not any(
            one.attempt == claim.attempt
            and one.transfer.transaction == claim.transaction
            and one.state is not State.IGNORED
            for one in known.values()
        ):
            answer, why = ClaimVerdict.REFUTED, "The transaction is older than this payment, or another's."
        answers.append((claim, answer))
        if answer is ClaimVerdict.REFUTED:
            log.error(
                "chain.claim_refuted", attempt=ids.show("att", claim.attempt), transaction=claim.transaction, alert=why
            )
        if answer is ClaimVerdict.REFUTED or (why and (attempt.status, Mismatched) in MOVES):
            doubted[claim.attempt] = Mismatched(f"{why} {claim.transaction}")
    if answers:
        await chain_store.answer_claims(tx, answers)
    return doubted


def _shown(judged: Sequence[ClassifiedTransfer]) -> list[dict[str, object]]:
    """What the audit keeps of transfers: hashes, amounts and verdicts."""
    return [
        {
            "transaction": j.transfer.transaction,
            "log": j.transfer.log,
            "network": j.network,
            "asset": j.asset,
            "amount": str(j.transfer.amount),
            "block": j.transfer.block,
            "verdict": j.verdict,
        }
        for j in judged
    ]


async def _say_progress(tx: Tx, attempts: Sequence[Attempt], mine: Mapping[UUID, Sequence[ClassifiedTransfer]]) -> None:
    aggregates = await load_for_update(tx, [a.payment_id for a in attempts])
    for attempt in attempts:
        least = min((j for j in mine[attempt.id] if j.state is State.SEEN), key=lambda j: j.confirmations)
        data = {
            "attempt": ids.show("att", attempt.id),
            "confirmations": least.confirmations,
            "required": least.required,
        }
        aggregates[attempt.payment_id].announce("payment.confirming", data)
    await save_changes(tx, list(aggregates.values()))
