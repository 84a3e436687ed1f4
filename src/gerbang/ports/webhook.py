"""What the hook endpoint asks of a provider: is this message genuine, and what is it about. Pure, closed by default."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from gerbang.ports.facts import Fact
from gerbang.ports.payment import Account

Said_co = TypeVar("Said_co", covariant=True)


class Rejection(StrEnum):
    """Why a message was refused; a code that goes to the log and the audit, never the message itself."""

    MISSING = "missing_signature"
    FORGED = "forged"
    STALE = "stale_timestamp"
    MALFORMED = "malformed"
    NO_SECRET = "no_secret"  # noqa: S105  a reason, no secret


class WebhookRequest(msgspec.Struct, frozen=True):
    """A request as it came in: header names in lower case, the body byte for byte. `path` is what stood behind the connection in the address, of a provider
    whose secret stands there; it is never kept.
    """

    headers: Mapping[str, str]
    body: bytes
    path: str = ""


class Reply(msgspec.Struct, frozen=True):
    """What the provider wants to read back once the message is stored."""

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b"OK"
    headers: tuple[tuple[str, str], ...] = ()


class Verified(msgspec.Struct, frozen=True):
    """A message whose signature holds. `key` is the provider's event id (empty: a digest of the raw bytes is used);
    `subject` is what it is about and keeps its messages in order; `type` names it for people; `reply` is what this one message is
    answered with, where that is not the provider's usual reply.
    """

    key: str
    subject: str
    type: str
    reply: Reply | None = None


class SignedFacts(msgspec.Struct, frozen=True):
    """A signed fact about one attempt of ours."""

    attempt: UUID
    facts: Sequence[Fact]


class Hint(msgspec.Struct, frozen=True):
    """A message whose signature does not cover what matters: it only makes us ask.

    `attempt` is None when our reference cannot be read; `provider_reference` is learnt from it if we had none.
    """

    attempt: UUID | None
    provider_reference: str | None = None


class Ignored(msgspec.Struct, frozen=True):
    """A genuine message that changes nothing: a test ping, a type we do not follow. `why` is shown to operators."""

    why: str


PaymentMessage = SignedFacts | Hint | Ignored

# How a provider that asks by GET is shown that the hook's address is ours: by its query, each name once. Pure; compares in constant time.
VerifyAddress = Callable[[Account, Mapping[str, str]], Reply | Rejection]


class WebhookProvider(Protocol[Said_co]):
    """The incoming half of a provider. Both methods are pure; neither raises for what a stranger may send.

    What `read` answers is between the provider and the handler of its kind; of a payment provider it is `PaymentMessage`.
    """

    reply: Reply

    def verify(self, account: Account, incoming: WebhookRequest, now_s: float) -> Verified | Rejection:
        """Constant-time check with every valid secret, inside the provider's time window; `now_s` is Unix time."""
        ...

    def read(self, account: Account, incoming: WebhookRequest) -> Said_co:
        """What a stored, verified message says, in our words."""
        ...
