"""Customers, how they want to be written to, and their errors, as frozen values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base.errors import Conflict, NotFound
from gerbang.core.customers.consent_model import Agreement, Consent
from gerbang.ports.messenger import Channel

CUSTOMER: Final = "customer"
PREFIX: Final = "cus"
DATA_REQUEST: Final = "data_request"
REQUEST_PREFIX: Final = "dsr"
READ: Final = "customers:read"
WRITE: Final = "customers:write"
ERASE: Final = "customers:erase"
# Of the channels those on which customers are written to; each may be switched off for one of them.
CHANNELS: Final = (Channel.EMAIL, Channel.SMS, Channel.WHATSAPP, Channel.PUSH)


class CustomerNotFound(NotFound):
    code = "customer_not_found"
    title = "There is no such customer"


class ExternalIdTaken(Conflict):
    """The shop's own id belongs to another customer."""

    code = "external_id_taken"
    title = "Another customer has this external id"


class CustomerErased(Conflict):
    """Nothing is known of them any more, and nothing is written to their row again."""

    code = "customer_erased"
    title = "The customer was erased"


class DataRequestNotFound(NotFound):
    code = "data_request_not_found"
    title = "There is no such data request"


class DataRequestClosed(Conflict):
    """It was done, or refused, before."""

    code = "data_request_closed"
    title = "The data request is closed"


class DataRequestKind(StrEnum):
    """What a person asks of their data; GDPR articles 15, 16, 21 and 17, UU PDP articles 7, 6, 9 and 8."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    OBJECTION = "objection"
    ERASURE = "erasure"


class DataRequestStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    REFUSED = "refused"
    ENDED_BY_ERASURE = "ended_by_erasure"  # nobody answered it: the person was erased meanwhile


class DataRequest(msgspec.Struct, frozen=True):
    """What a customer asked, in the words of `note`, and what became of it, in those of `answer`: both are erased with the person."""

    id: UUID
    customer_id: UUID
    kind: DataRequestKind
    status: DataRequestStatus
    note: str
    answer: str
    received_at: datetime
    due_at: datetime
    created_by: str
    created_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DataRequestFilters:
    """Which requests a list shows; None means any."""

    status: str | None = None
    kind: str | None = None
    customer: UUID | None = None


class Customer(msgspec.Struct, frozen=True):
    """A customer of the shop. `external_id` is the shop's own for them; `phone` is E.164, `locale` empty where nobody named a language. Nobody writes to
    them on channels that are `muted`, of `payment_reminder:email` not this message there, and on none since `stopped_at`; `quiet_hours` and `time_zone` are empty where they are the shop's. `consents` are those in effect for all their payments. `sequence` grows with every announcement.
    """

    id: UUID
    external_id: str | None
    name: str
    email: str
    phone: str
    locale: str
    muted: frozenset[str]
    stopped_at: datetime | None
    quiet_hours: str
    time_zone: str
    sequence: int
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None
    consents: tuple[Consent, ...] = ()

    def consent(self, channel: Channel) -> Consent | None:
        """What they agreed to on this channel for all their payments, to the number that is theirs now; None where they did not."""
        return next((one for one in self.consents if (one.channel, one.phone) == (channel.value, self.phone)), None)


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer as they are first told of, already validated at the edge. `wanted` is what whoever tells says that they want, as `muted` has it."""

    id: UUID
    external_id: str | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    locale: str = ""
    muted: frozenset[str] = frozenset()
    is_stopped: bool = False
    quiet_hours: str = ""
    time_zone: str = ""
    agreed: tuple[Agreement, ...] = ()
    wanted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CustomerFilters:
    """Which customers a list shows; None means any. An address is in small letters, a number in E.164."""

    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


def muted_message(message: str, channel: str) -> str:
    """How a message that is not wanted on one channel stands in `muted`, beside the channels on which nothing is wanted."""
    return f"{message}:{channel}"


def switched(muted: frozenset[str], wanted: Mapping[str, bool]) -> frozenset[str]:
    """What is muted after some channels, or messages on one, were switched on or off."""
    return (muted | {what for what, is_on in wanted.items() if not is_on}) - {
        what for what, is_on in wanted.items() if is_on
    }


def changed(before: Customer, changes: Mapping[str, Any]) -> list[str]:
    """The names of the fields that differ."""
    return sorted(name for name, value in changes.items() if getattr(before, name) != value)
