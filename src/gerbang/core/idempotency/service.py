"""Claiming keys in the transaction that makes what was asked for: its commit is the key's, and where it ends otherwise the key is free again (R7)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.idempotency import store
from gerbang.core.idempotency.model import ClaimedKey, IdempotencyKey, IdempotencyKeyReused


async def claim(tx: Tx, key: IdempotencyKey, resource: str, id_: UUID) -> UUID | None:
    """Take the key for what is about to be made; returns the id of what it made before, when this very request was done already.

    A request that has the key now is waited for. Raises IdempotencyKeyReused when the key belongs to another request.
    """
    (first,), _ = await claim_all(tx, [ClaimedKey(key, resource, id_)])
    if isinstance(first, IdempotencyKeyReused):
        raise first
    return first


async def claim_once(tx: Tx, key: IdempotencyKey, act: str, object_id: UUID) -> bool:
    """Take the key for something that is done to an object that is there; whether it is to be done now, or was done before.

    Raises IdempotencyKeyReused when the key belongs to another request, or to the same act on another object.
    """
    first = await claim(tx, key, act, object_id)
    if first not in (None, object_id):
        raise _reused()
    return first is None


async def claim_all(tx: Tx, claims: Sequence[ClaimedKey]) -> tuple[list[UUID | IdempotencyKeyReused | None], datetime]:
    """The same for a batch, in one statement where all keys are fresh: for each claim what `claim` would return or raise; and business time."""
    fresh = await store.add(tx, claims)
    if len(fresh) == len(claims):
        return [None] * len(claims), fresh[0]["now"]
    taken = {(row["caller"], row["key"]): row["resource_id"] for row in fresh}
    first = {_place(c): c for c in claims if taken.get(_place(c)) == c.id}
    old = [c for c in claims if _place(c) not in first]
    rows = await store.known(tx, old) if old else []
    for row in rows:
        key = IdempotencyKey(row["caller"], row["key"], bytes(row["fingerprint"]))
        first[key.caller, key.key] = ClaimedKey(key, row["resource"], row["resource_id"])
    return [_answer(c, first[_place(c)]) for c in claims], (rows or fresh)[0]["now"]


def _place(claim: ClaimedKey) -> tuple[str, str]:
    return claim.key.caller, claim.key.key


def _answer(claim: ClaimedKey, first: ClaimedKey) -> UUID | IdempotencyKeyReused | None:
    if first is claim:
        return None
    if (first.key.fingerprint, first.resource) != (claim.key.fingerprint, claim.resource):
        return _reused()
    return first.id


def _reused() -> IdempotencyKeyReused:
    return IdempotencyKeyReused(
        "This Idempotency-Key was used with another request.", hint="Use a new key for every new request."
    )
