"""Endpoints of the shop's own systems and what is on its way to them: frozen values, statuses, this package's errors. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from gerbang.base.errors import Conflict, Invalid, NotFound, TooMany

ENDPOINT: Final = "endpoint"
OWNER_LINK: Final = "endpoint_owner_link"
API_VERSION: Final = "v1"
TEST: Final = "endpoint.test"
PERSONAL: Final = "personal"
DISCLOSE: Final = "endpoints:disclose"
MOST_PATTERNS: Final = 50
KEPT_BYTES: Final = 65_536
_PATTERN: Final = re.compile(r"\*|[a-z][a-z_]*(?:\.[a-z][a-z_]*)*(?:\.\*)?")


class Signing(StrEnum):
    """How messages are signed: by a shared secret, by a key that only we hold, or by both."""

    HMAC = "hmac"
    ED25519 = "ed25519"
    BOTH = "both"


class Profile(StrEnum):
    """For how long a message is tried: some three days, or thirty."""

    STANDARD = "standard"
    LONG = "long"


class DisabledReason(StrEnum):
    """Why nothing is sent to an endpoint any more."""

    BY_HAND = "by_hand"
    GONE = "gone"  # it answered 410
    FAILING = "failing"  # nothing but failures for five days


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DeliveryOutcome(StrEnum):
    """How a delivery may have ended: what is sent again is over."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EndpointNotFound(NotFound):
    code = "endpoint_not_found"
    title = "There is no such endpoint"


class DeliveryNotFound(NotFound):
    code = "delivery_not_found"
    title = "There is no such delivery"


class BadEndpoint(Invalid):
    """An endpoint that could not work, or says nothing clear."""

    code = "invalid_endpoint"
    title = "The endpoint is not valid"


class EndpointDisabled(Conflict):
    """Nothing can be sent to it."""

    code = "endpoint_disabled"
    title = "The endpoint is disabled"


class EndpointTooYoung(Conflict):
    """Many at once are sent to it a day after it was made: it could be a tap."""

    code = "endpoint_too_young"
    title = "The endpoint is too young for many events at once"


class DeliveryExpired(Conflict):
    """What it said is kept no longer."""

    code = "delivery_expired"
    title = "The delivery can no longer be sent"


class EndpointOwnerLinkInvalid(NotFound):
    """Unknown, over, used before, or its session has ended: which of them is not told."""

    code = "endpoint_owner_link_invalid"
    title = "The link is not valid any more"


class OwnerCodeWrong(Conflict):
    """The code that was typed is not the one that was mailed last, or that one is over; `left` is how many tries it still has."""

    code = "owner_code_wrong"
    title = "The code does not match"

    left = 0


class TooManyOwnerMails(TooMany):
    code = "too_many_owner_mails"
    title = "Too many mails to the owner of this endpoint"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of the shop's. `events` are patterns of types, `ordered` holds an object's later messages back behind one that is still tried,
    `rate_per_s` is how many messages it wants at most, `include` what its payloads hold beyond the rest. `failing_since` is when the first of
    its failures came that no success followed.
    """

    id: UUID
    url: str
    description: str
    events: Sequence[str]
    signing: Signing
    ordered: bool
    rate_per_s: int | None
    profile: Profile
    include: Sequence[str]
    disabled: DisabledReason | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent of one announcement: the same bytes to every endpoint, at every try; `personal` to those that may hear of people, where it says more."""

    event_id: UUID
    type: str
    object_type: str
    object_id: UUID
    sequence: int
    body: bytes = field(repr=False)
    personal: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that this process has taken to send now, with what its endpoint says of it. `tries` counts this one and is the fence; those
    that the schedule does not count (of before it was sent anew, and whose process died) are `earlier_tries`. `was_failing`: its endpoint failed before.
    `taken_at` is the database's business time: what a process knows of it is a moment old where somebody has moved it.
    """

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    type: str
    tries: int
    earlier_tries: int
    url: str
    signing: Signing
    profile: Profile
    is_ordered: bool
    was_failing: bool
    taken_at: datetime
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt as it is kept: what was sent, what came back, and what the connection saw. `error` says why no answer counts."""

    at: datetime
    status_code: int | None
    duration_ms: int
    error: str | None = None
    address: str = ""
    timings: Mapping[str, int | None] = field(default_factory=dict)
    request_headers: Mapping[str, str] = field(default_factory=dict)
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: bytes = field(default=b"", repr=False)
    is_cut: bool = False

    @property
    def is_good(self) -> bool:
        """Whether the receiver has it: 2xx, and nothing else."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one endpoint; attempts newest last."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    type: str
    object_type: str
    object_id: UUID
    sequence: int
    status: DeliveryStatus
    tries: int
    created_at: datetime
    next_attempt_at: datetime | None
    sending_until: datetime | None = None
    attempts: Sequence[Tried] = ()


@dataclass(frozen=True, slots=True)
class Resent:
    """How many were sent again, and behind which it goes on; None: that were all."""

    count: int
    next: tuple[datetime, UUID] | None


def host_of(url: str) -> str:
    """The host of an endpoint's address, with its port where it has one: what people know it by, without what may be secret behind it."""
    return url.split("/")[2]


def told_of(url: str, description: str) -> dict[str, str]:
    """What events say of where an endpoint is: its host, and what it was called, for several may be at one host."""
    return {"host": host_of(url)} | ({"endpoint_name": description} if description else {})


def is_pattern(text: str) -> bool:
    """Whether a text can name types of events: `payment.paid`, `payment.*` or `*`."""
    return _PATTERN.fullmatch(text) is not None


def wants(patterns: Sequence[str], type_: str) -> bool:
    """Whether one of the patterns names this type. A wildcard stands for whole words: `payment.*` is no `payments.…`."""
    return any(
        one in ("*", type_) or (one.endswith(".*") and type_.startswith(one[:-1]) and len(type_) > len(one) - 1)
        for one in patterns
    )
