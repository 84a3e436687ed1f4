"""Every SQL statement on `claim_decisions`. Leases are real time, everything else business time."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx
from gerbang.core.orders.claim_decision_model import AskedOfClaim, ClaimDecision, LineOutcome
from gerbang.core.orders.operation_model import OPEN, OperationStatus

_COLUMNS: Final = "id, claim_id, answer, status, asked, outcomes, actor, claim, sent_at, looks, created_at, updated_at"
_ONE: Final = f"SELECT {_COLUMNS} FROM claim_decisions "  # noqa: S608  no value is in it
_CLAIM: Final = f"""
    UPDATE claim_decisions SET claim = claim + 1, claimed_until = clock_timestamp() + make_interval(secs => $2)
    WHERE id = $1 AND status = ANY($3) AND (claimed_until IS NULL OR claimed_until <= clock_timestamp()) RETURNING {_COLUMNS}
    """  # noqa: S608  no value is in it
_OPEN: Final = sorted(one.value for one in OPEN)


async def add(tx: Tx, id_: UUID, claim: UUID, answer: str, asked: AskedOfClaim, actor: str) -> bool:
    """A new answer; False where the claim has an open one."""
    tag = await tx.execute(
        """
        INSERT INTO claim_decisions (id, claim_id, answer, status, asked, outcomes, actor, created_at, updated_at)
        VALUES ($1, $2, $3, 'requested', $4, '[]', $5, business_now(), business_now())
        ON CONFLICT (claim_id) WHERE status IN ('requested', 'sending') DO NOTHING
        """,
        id_,
        claim,
        answer,
        msgspec.to_builtins(asked),
        actor,
    )
    return tag == "INSERT 0 1"


async def one(tx: Tx, id_: UUID) -> ClaimDecision:
    """One that is there."""
    row = await tx.fetchrow(_ONE + "WHERE id = $1", id_)
    assert row is not None, f"no decision {id_}"
    return _decision(row)


async def last_of(tx: Tx, claims: Sequence[UUID]) -> dict[UUID, ClaimDecision]:
    """The last answer to each of these claims that has one."""
    rows = await tx.fetch(
        """
        SELECT d.* FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
            SELECT id, claim_id, answer, status, asked, outcomes, actor, claim, sent_at, looks, created_at, updated_at
            FROM claim_decisions WHERE claim_id = wanted.id ORDER BY id DESC LIMIT 1) AS d
        """,
        list(claims),
    )
    return {row["claim_id"]: _decision(row) for row in rows}


async def claim(tx: Tx, id_: UUID, lease_s: float) -> ClaimDecision | None:
    """Be the one who carries it out; None where it is over, or another is at it."""
    row = await tx.fetchrow(_CLAIM, id_, lease_s, _OPEN)
    return None if row is None else _decision(row)


async def sending(tx: Tx, known: ClaimDecision) -> bool:
    """It is about to leave: from here on a crash means that it may have. False when another has taken it over."""
    return await _held(
        tx,
        "UPDATE claim_decisions SET status = 'sending', sent_at = business_now(), updated_at = business_now() WHERE id = $1 AND claim = $2 AND status = 'requested'",
        known,
    )


async def unsent(tx: Tx, known: ClaimDecision) -> bool:
    """It certainly did not leave."""
    return await _held(
        tx,
        "UPDATE claim_decisions SET status = 'requested', sent_at = NULL, claimed_until = NULL, updated_at = business_now() WHERE id = $1 AND claim = $2",
        known,
    )


async def looked(tx: Tx, known: ClaimDecision) -> bool:
    """It was looked up, and nothing is certain yet."""
    return await _held(
        tx, "UPDATE claim_decisions SET looks = looks + 1, claimed_until = NULL WHERE id = $1 AND claim = $2", known
    )


async def give_back(tx: Tx, known: ClaimDecision) -> bool:
    """Nobody is at it now."""
    return await _held(tx, "UPDATE claim_decisions SET claimed_until = NULL WHERE id = $1 AND claim = $2", known)


async def end(tx: Tx, known: ClaimDecision, status: OperationStatus, outcomes: Sequence[LineOutcome]) -> bool:
    """It is over. False when another has taken it over."""
    tag = await tx.execute(
        """
        UPDATE claim_decisions SET status = $3, outcomes = $4, claimed_until = NULL, updated_at = business_now()
        WHERE id = $1 AND claim = $2 AND status IN ('requested', 'sending')
        """,
        known.id,
        known.claim,
        status.value,
        msgspec.to_builtins(list(outcomes)),
    )
    return tag == "UPDATE 1"


async def _held(tx: Tx, statement: str, known: ClaimDecision) -> bool:
    return await tx.execute(statement, known.id, known.claim) == "UPDATE 1"


def _decision(row: Row) -> ClaimDecision:
    fields: dict[str, Any] = dict(row)
    return ClaimDecision(
        **{
            **fields,
            "status": OperationStatus(fields["status"]),
            "asked": msgspec.convert(fields["asked"], AskedOfClaim),
            "outcomes": msgspec.convert(fields["outcomes"], tuple[LineOutcome, ...]),
        }
    )
