"""The announcement: what happened to which object, in order. Data only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec


class ObjectRef(NamedTuple):
    """One object of any noun: `payment`, `order`, `user` …, and its id."""

    type: str
    id: UUID


NO_OBJECT: Final = (None, None)  # the columns of what is about none


def object_of(type_: str | None, id_: UUID | None) -> ObjectRef | None:
    """What the columns of a row say that it is about."""
    return ObjectRef(type_, id_) if type_ is not None and id_ is not None else None


class Announcement(msgspec.Struct, frozen=True):
    """`type` is `payment.paid`, `refund.succeeded` …; `object` is what it happened to, None for what is about no object in particular.

    `sequence` grows by one per announcement of the same object. A noun that locks its row keeps the number there and gives it; None draws the
    next one when the announcement is stored. `data` holds status, amounts and ids; never names or addresses.
    """

    type: str
    object: ObjectRef | None
    data: Mapping[str, Any]
    made_at: datetime
    sequence: int | None = None
    id: UUID | None = None

    def id_of(self, object_type: str) -> UUID | None:
        """The object's id, if it is of this type."""
        return self.object.id if self.object is not None and self.object.type == object_type else None


def is_wanted(type_: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns names this type: `payment.paid` itself, or `payment.*` for all that begin so."""
    return any(type_.startswith(p[:-1]) if p.endswith("*") else type_ == p for p in patterns)
