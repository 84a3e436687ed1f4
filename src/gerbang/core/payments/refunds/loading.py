"""Refunds by id, each with those that the same request made."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from gerbang.base.db import Tx
from gerbang.core.payments.model import Refund
from gerbang.core.payments.refunds import store


async def load_refunds(tx: Tx, ids: Sequence[UUID]) -> Mapping[UUID, tuple[Refund, Sequence[Refund]]]:
    """Those that there are: refunds are few, and looked up one by one."""
    found = [refund for id_ in ids if (refund := await store.one(tx, id_)) is not None]
    return {one.id: (one, [other for other in await store.with_it(tx, one) if other.id != one.id]) for one in found}
