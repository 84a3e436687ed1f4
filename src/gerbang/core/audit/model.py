"""Audit entries: who did what to which object, with digests of before and after. No personal data, no secret values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.errors import Unavailable
from gerbang.base.tracing import REQUEST_ID


class AuditUnavailable(Unavailable):
    """The row could not be written, so the action did not happen."""

    code = "audit_unavailable"
    title = "The audit trail cannot be written"


class Entry(msgspec.Struct, frozen=True):
    """One action. `actor` is `user:…`, `key:…`, `payer:…` or `system:worker`; `object` is an outer id (`pay_…`) or `kind:name`;
    `action` is `noun.verb`. `detail` holds only what may be kept for ever: codes, amounts, ids, provider status, milliseconds.
    """

    actor: str
    action: str
    object: str
    detail: Mapping[str, Any] = {}
    before: bytes | None = None
    after: bytes | None = None
    request_id: str | None = msgspec.field(default_factory=REQUEST_ID.get)
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """Which entries: one of these actions (of none: any), about one object, by one person or key, from a moment on and before another, by the clock
    of the process that wrote them.
    """

    actions: tuple[str, ...] = ()
    object: str | None = None
    actor: str | None = None
    after: datetime | None = None
    before: datetime | None = None


EVERYTHING: Final = AuditFilters()


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as it stands in the trail."""

    id: UUID
    happened_at: datetime
    actor: str
    action: str
    object: str
    request_id: str | None
    detail: Mapping[str, Any]
    before_digest: bytes | None
    after_digest: bytes | None
