"""Rows of what is sent to a marketplace once, whichever table they stand in: who carries one out, whether it may have left, how often it was looked up since.

Leases are real time, everything else business time. Whoever carries a row out holds its `claim`, a number that grows: what a holder writes after another took over changes nothing.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from gerbang.base.db import Row, Tx
from gerbang.core.orders.operation_model import OPEN, OperationStatus

_OPEN: Final = "status IN ('requested', 'sending')"
_HELD: Final = "WHERE id = $1 AND claim = $2"
assert {one.value for one in OPEN} == {"requested", "sending"}, "what the statements call open"


class Held(Protocol):
    """A row as whoever carries it out holds it."""

    @property
    def id(self) -> UUID: ...
    @property
    def claim(self) -> int: ...


class SentOnceRows:
    """Those of one table of ours, which has the columns id, status, outcomes, claim, claimed_until, sent_at, looks, created_at and updated_at."""

    def __init__(self, table: str) -> None:
        self._claim = f"""
            UPDATE {table} SET claim = claim + 1, claimed_until = clock_timestamp() + make_interval(secs => $2)
            WHERE id = $1 AND {_OPEN} AND (claimed_until IS NULL OR claimed_until <= clock_timestamp()) RETURNING *
            """  # noqa: S608  no value is in it
        self._sending = f"UPDATE {table} SET status = 'sending', sent_at = business_now(), updated_at = business_now() {_HELD} AND status = 'requested'"  # noqa: S608  no value is in it
        self._unsent = f"UPDATE {table} SET status = 'requested', sent_at = NULL, claimed_until = NULL, updated_at = business_now() {_HELD}"  # noqa: S608  no value is in it
        self._looked = f"UPDATE {table} SET looks = looks + 1, claimed_until = NULL {_HELD}"  # noqa: S608  no value is in it
        self._give_back = f"UPDATE {table} SET claimed_until = NULL {_HELD}"  # noqa: S608  no value is in it
        self._end = f"UPDATE {table} SET status = $3, outcomes = $4, claimed_until = NULL, updated_at = business_now() {_HELD} AND {_OPEN}"  # noqa: S608  no value is in it
        self._long_open = f"SELECT id, created_at < business_now() - interval '1 hour' AS is_late FROM {table} WHERE {_OPEN} AND created_at < business_now() - interval '2 minutes' AND id > $1 ORDER BY id LIMIT $2"  # noqa: S608  no value is in it

    async def claim(self, tx: Tx, id_: UUID, lease_s: float) -> Row | None:
        """Be the one who carries it out; None where it is over, or another is at it."""
        return await tx.fetchrow(self._claim, id_, lease_s)

    async def sending(self, tx: Tx, known: Held) -> bool:
        """It is about to leave: from here on a crash means that it may have. False when another has taken it over."""
        return await _held(tx, self._sending, known)

    async def unsent(self, tx: Tx, known: Held) -> bool:
        """It certainly did not leave."""
        return await _held(tx, self._unsent, known)

    async def looked(self, tx: Tx, known: Held) -> bool:
        """It was looked up, and nothing is certain yet."""
        return await _held(tx, self._looked, known)

    async def give_back(self, tx: Tx, known: Held) -> bool:
        """Nobody is at it now."""
        return await _held(tx, self._give_back, known)

    async def end(self, tx: Tx, known: Held, status: OperationStatus, outcomes: Sequence[Any]) -> bool:
        """It is over. False when another has taken it over."""
        return await _held(tx, self._end, known, status.value, msgspec.to_builtins(list(outcomes)))

    async def long_open(self, tx: Tx, after: UUID, limit: int) -> list[tuple[UUID, bool]]:
        """Of those that are not over, and were asked for more than two minutes ago, the next by their ids, and whether that was an hour ago. Only what is open is read."""
        return [(row["id"], row["is_late"]) for row in await tx.fetch(self._long_open, after, limit)]


async def _held(tx: Tx, statement: str, known: Held, *more: object) -> bool:
    return await tx.execute(statement, known.id, known.claim, *more) == "UPDATE 1"
