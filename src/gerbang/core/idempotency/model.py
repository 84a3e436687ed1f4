"""A caller's key for one request, what it is claimed for, and what is wrong with one that was used before. Data only."""

from dataclasses import dataclass
from uuid import UUID

from gerbang.base.errors import Invalid


class IdempotencyKeyReused(Invalid):
    """The key was used before with another request (R2)."""

    code = "idempotency_key_reused"
    title = "The Idempotency-Key belongs to another request"


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """One caller's key for one request: `fingerprint` is a digest of route and body. The same key of another caller is another key (R6)."""

    caller: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class ClaimedKey:
    """A key, and what the request that has it is about to make: `resource` is its type (`payment`, `refund`, `order` …)."""

    key: IdempotencyKey
    resource: str
    id: UUID
