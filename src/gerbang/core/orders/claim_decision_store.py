"""Every SQL statement on `claim_decisions` beside those of `sent_once_store`."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx
from gerbang.core.orders.claim_decision_model import AskedOfClaim, ClaimDecision, LineOutcome
from gerbang.core.orders.operation_model import OperationStatus
from gerbang.core.orders.sent_once_store import SentOnceRows

_COLUMNS: Final = "id, claim_id, answer, status, asked, outcomes, actor, claim, sent_at, looks, created_at, updated_at"
_ONE: Final = f"SELECT {_COLUMNS} FROM claim_decisions "  # noqa: S608  no value is in it
_ROWS: Final = SentOnceRows("claim_decisions")
sending, unsent, looked, give_back, end = _ROWS.sending, _ROWS.unsent, _ROWS.looked, _ROWS.give_back, _ROWS.end
long_open = _ROWS.long_open


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


async def of_claims(tx: Tx, claims: Sequence[UUID]) -> dict[UUID, list[ClaimDecision]]:
    """Every answer to these claims, oldest first."""
    found: dict[UUID, list[ClaimDecision]] = {id_: [] for id_ in claims}
    for row in await tx.fetch(_ONE + "WHERE claim_id = ANY($1) ORDER BY id", list(claims)):
        found[row["claim_id"]].append(_decision(row))
    return found


async def claim(tx: Tx, id_: UUID, lease_s: float) -> ClaimDecision | None:
    """Be the one who carries it out; None where it is over, or another is at it."""
    row = await _ROWS.claim(tx, id_, lease_s)
    return None if row is None else _decision(row)


def _decision(row: Row) -> ClaimDecision:
    fields: dict[str, Any] = {name: row[name] for name in ClaimDecision.__struct_fields__}
    return ClaimDecision(
        **{
            **fields,
            "status": OperationStatus(fields["status"]),
            "asked": msgspec.convert(fields["asked"], AskedOfClaim),
            "outcomes": msgspec.convert(fields["outcomes"], tuple[LineOutcome, ...]),
        }
    )
