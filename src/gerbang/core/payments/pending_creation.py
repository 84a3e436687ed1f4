"""A payment that is about to be created: what the group commit of creations takes. Data only."""

from dataclasses import dataclass, field
from uuid import UUID

from gerbang.base.tracing import REQUEST_ID
from gerbang.core.connections.model import Connection
from gerbang.core.idempotency.model import IdempotencyKey
from gerbang.core.identity.model import Caller
from gerbang.core.payments.model import NewPayment
from gerbang.ports.payment import MethodTerms, Quote


@dataclass(frozen=True, slots=True)
class PendingCreation:
    """One payment on its way into the group commit."""

    caller: Caller
    new: NewPayment
    key: IdempotencyKey
    payment: UUID
    terms: MethodTerms | None
    connection: Connection | None
    livemode: bool
    quote: Quote | None = None
    request_id: str | None = field(default_factory=REQUEST_ID.get)
