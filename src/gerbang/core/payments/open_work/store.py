"""SQL that finds what waits for a person, by the indexes on open work: history makes none of it slower. Counts stop at a bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.base.keyset import FIRST_ID, FIRST_MOMENT
from gerbang.core.payments.refunds.model import Assignment, Work


@dataclass(frozen=True, slots=True)
class _Open:
    """Where one kind of open work stands: its table, what is shown of a row, and the columns of the index that holds it.

    A status is asked for as a range of that index, never as an equality: what is common lately and rare before, or the reverse, is then not
    looked for through all that ever was.
    """

    shown: str
    table: str
    at: str = "created_at"
    status: str = ""  # of an index over all statuses; otherwise the index holds open work alone, and `which` says so
    which: str = ""

    def _where(self, after: str) -> str:
        if self.which:
            return f"{self.which} AND ({self.at}, id) > ({after})"
        return f"(status, {self.at}, id) > ('{self.status}', {after}) AND status <= '{self.status}'"

    def _order(self) -> str:
        return f"{self.at}, id" if self.which else f"status, {self.at}, id"

    def count(self) -> str:
        """How many there are, counted up to `$1`."""
        first = "'-infinity'::timestamptz, '00000000-0000-0000-0000-000000000000'"
        return f"(SELECT count(*) FROM (SELECT FROM {self.table} WHERE {self._where(first)} ORDER BY {self._order()} LIMIT $1) n)"  # noqa: S608  constants only

    def still(self) -> str:
        """Which of the ids `$1` wait, as they are shown."""
        which = self.which or f"status = '{self.status}'"
        return f"SELECT {self.shown} FROM {self.table} WHERE id = ANY($1) AND {which}"  # noqa: S608  constants only

    def page(self) -> str:
        """Oldest first: who has waited longest is served first. From a place (time, id) on, as many as `$3`."""
        return f"SELECT {self.shown} FROM {self.table} WHERE {self._where('$1::timestamptz, $2::uuid')} ORDER BY {self._order()} LIMIT $3"  # noqa: S608  constants only


_OF_PAYMENT: Final = "id, id, created_at, NULL::uuid, NULL::timestamptz"
_OF_REFUND: Final = "id, payment_id, created_at, id, NULL::timestamptz"
_OF_DECISION: Final = "id, payment_id, since, NULL::uuid, NULL::timestamptz"
_KINDS: Final[Mapping[str, _Open]] = {
    "approval": _Open("id, payment_id, requested_at, refund_id, expires_at", "approvals", "requested_at", "pending"),
    "transfer": _Open(_OF_REFUND, "refunds", status="awaiting_transfer"),
    "surplus": _Open(_OF_PAYMENT, "payments", which="excess_owed > 0"),
    "held": _Open(_OF_PAYMENT, "payments", status="held"),
    "disputed": _Open(_OF_PAYMENT, "payments", status="disputed"),
    "unknown": _Open(_OF_PAYMENT, "payments", status="unknown"),
    "doubt": _Open(_OF_REFUND, "refunds", which="status = 'unknown' AND failure IS NOT NULL"),
    "failed": _Open(_OF_REFUND, "refunds", which="needs_attention"),
    "late": _Open(_OF_DECISION, "payment_decisions", at="since", which="kind = 'late' AND decided_at IS NULL"),
    "duplicate": _Open(
        _OF_DECISION, "payment_decisions", at="since", which="kind = 'duplicate' AND decided_at IS NULL"
    ),
    "foreign": _Open(_OF_DECISION, "payment_decisions", at="since", which="kind = 'foreign' AND decided_at IS NULL"),
}
_PAGES: Final = {kind: one.page() for kind, one in _KINDS.items()}
_STILL: Final = {kind: one.still() for kind, one in _KINDS.items()}
_COUNTS: Final = "SELECT " + ", ".join(f"{one.count()} AS {kind}" for kind, one in _KINDS.items())
_LIVE: Final = """
    SELECT EXISTS (SELECT FROM payments WHERE excess_owed > 0 AND livemode)
        OR EXISTS (SELECT FROM payments WHERE status = 'held' AND livemode)
        OR EXISTS (SELECT FROM payments WHERE status = 'disputed' AND livemode)
        OR EXISTS (SELECT FROM payments WHERE status = 'unknown' AND livemode)
        OR EXISTS (SELECT FROM approvals a JOIN payments p ON p.id = a.payment_id WHERE a.status = 'pending' AND p.livemode)
        OR EXISTS (SELECT FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.status = 'awaiting_transfer' AND p.livemode)
        OR EXISTS (SELECT FROM refunds r JOIN payments p ON p.id = r.payment_id
            WHERE r.status = 'unknown' AND r.failure IS NOT NULL AND p.livemode)
        OR EXISTS (SELECT FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.needs_attention AND p.livemode)
        OR EXISTS (SELECT FROM payment_decisions d JOIN payments p ON p.id = d.payment_id WHERE d.decided_at IS NULL AND d.kind = 'late' AND p.livemode)
        OR EXISTS (SELECT FROM payment_decisions d JOIN payments p ON p.id = d.payment_id
            WHERE d.decided_at IS NULL AND d.kind = 'duplicate' AND p.livemode)
        OR EXISTS (SELECT FROM payment_decisions d JOIN payments p ON p.id = d.payment_id
            WHERE d.decided_at IS NULL AND d.kind = 'foreign' AND p.livemode)
    """


async def counts(tx: Tx, most: int) -> dict[str, int]:
    """How much of each kind waits, counted up to `most`."""
    row = await tx.fetchrow(_COUNTS, most)
    assert row is not None, "a select of counts has one row"
    return {kind: int(row[kind]) for kind in _PAGES}


async def has_live(tx: Tx) -> bool:
    """Whether anything that waits is about real money."""
    return bool(await tx.fetchval(_LIVE))


async def page(tx: Tx, kind: str, after: tuple[datetime, UUID] | None, limit: int) -> list[Work]:
    """What waits of one kind, oldest first, from a keyset place on."""
    rows = await tx.fetch(_PAGES[kind], *(after or (FIRST_MOMENT, FIRST_ID)), limit)
    return [Work(kind, *row) for row in rows]


async def which_wait(tx: Tx, lines: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], UUID]:
    """Those of these (kind, id) that wait, each with its payment."""
    found: dict[tuple[str, UUID], UUID] = {}
    for kind, statement in _STILL.items():
        if asked := [id_ for known, id_ in lines if known == kind]:
            found |= {(kind, row[0]): row[1] for row in await tx.fetch(statement, asked)}
    return found


async def claim(
    tx: Tx, lines: Sequence[tuple[str, UUID]], by: str, now: datetime, lapsed: datetime
) -> list[tuple[str, UUID]]:
    """Note who takes care of these (kind, id), where nobody else has said so since `lapsed`; those that were noted."""
    rows = await tx.fetch(
        """
        INSERT INTO work_claims (kind, id, claimed_by, claimed_at)
        SELECT n.kind, n.id, $3, $4 FROM unnest($1::text[], $2::uuid[]) AS n (kind, id) ORDER BY n.kind, n.id
        ON CONFLICT (kind, id) DO UPDATE SET claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at
        WHERE work_claims.claimed_at < $5
        RETURNING kind, id
        """,
        [kind for kind, _ in lines],
        [id_ for _, id_ in lines],
        by,
        now,
        lapsed,
    )
    return [(row["kind"], row["id"]) for row in rows]


async def release(tx: Tx, lines: Sequence[tuple[str, UUID]], whose: str | None) -> list[tuple[str, UUID]]:
    """Forget the claims on these, all of them or those of one person; which there were."""
    rows = await tx.fetch(
        """
        DELETE FROM work_claims c USING unnest($1::text[], $2::uuid[]) AS n (kind, id)
        WHERE c.kind = n.kind AND c.id = n.id AND ($3::text IS NULL OR c.claimed_by = $3) RETURNING c.kind, c.id
        """,
        [kind for kind, _ in lines],
        [id_ for _, id_ in lines],
        whose,
    )
    return [(row["kind"], row["id"]) for row in rows]


async def claims_of(tx: Tx, kind: str, found: Sequence[UUID], since: datetime) -> dict[UUID, Assignment]:
    """Who takes care of these things of one kind, and has said so since then."""
    rows = await tx.fetch(
        "SELECT id, claimed_by, claimed_at FROM work_claims WHERE kind = $1 AND id = ANY($2) AND claimed_at >= $3",
        kind,
        list(found),
        since,
    )
    return {id_: Assignment(by, at) for id_, by, at in rows}


async def note_reminded(tx: Tx, least_hour: int) -> bool:
    """Whether today's reminder (a day in Indonesia, from that hour on) is still to be sent; it counts as sent then. Old days are forgotten."""
    await tx.execute("DELETE FROM work_reminders WHERE told_at < business_now() - interval '30 days'")
    await tx.execute("DELETE FROM work_claims WHERE claimed_at < business_now() - interval '30 days'")
    day = await tx.fetchval(
        """
        INSERT INTO work_reminders (day, told_at)
        SELECT (business_now() AT TIME ZONE 'Asia/Jakarta')::date, business_now()
        WHERE extract(hour FROM business_now() AT TIME ZONE 'Asia/Jakarta') >= $1
        ON CONFLICT (day) DO NOTHING RETURNING day
        """,
        least_hour,
    )
    return day is not None
