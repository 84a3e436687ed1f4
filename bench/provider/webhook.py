"""The test provider's webhooks: one HMAC-SHA256 over the whole body, so what the body says is a fact. Pure."""

from __future__ import annotations

import hmac
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.ports.facts import Captured
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Hint, Ignored, Rejection, Reply, SignedFacts, Verified, WebhookRequest

SIGNATURE = "bench-signature"
CAPTURED = "payment.captured"


class Event(msgspec.Struct, frozen=True):
    """The body. `reference` is the attempt's id as Gerbang wrote it; `amount` is minor units; `note` only fills."""

    id: str
    type: str
    reference: str
    amount: int
    currency: str
    note: str = ""


def sign(secret: bytes, body: bytes) -> str:
    """Return what the signature header must say, in lower-case hex."""
    return hmac.digest(secret, body, "sha256").hex()


_READER = msgspec.json.Decoder(Event)


class BenchWebhook:
    """Verify and read. There is no time window: a bench prepares its requests ahead."""

    reply = Reply()

    def verify(self, account: Account, incoming: WebhookRequest, now_s: float) -> Verified | Rejection:  # noqa: ARG002 - see above
        """Check the signature against every valid secret, then what is needed to file the message."""
        given = incoming.headers.get(SIGNATURE, "")
        if not given:
            return Rejection.MISSING
        secrets = [secret for secret in account.secrets.get("webhook_secret", ()) if secret]
        if not secrets:
            return Rejection.NO_SECRET
        if not any(_matches(secret, incoming.body, given) for secret in secrets):
            return Rejection.FORGED
        try:
            event = _READER.decode(incoming.body)
        except msgspec.MsgspecError:
            return Rejection.MALFORMED
        return Verified(event.id, event.reference, event.type)

    def read(self, account: Account, incoming: WebhookRequest) -> SignedFacts | Hint | Ignored:  # noqa: ARG002 - the port's words
        """Return the capture that the event tells of."""
        event = _READER.decode(incoming.body)
        attempt = attempt_of(event.reference)
        if event.type != CAPTURED or attempt is None:
            return Ignored(f"{event.type} about {event.reference} changes nothing")
        return SignedFacts(attempt, (Captured(event.amount, event.currency),))


def attempt_of(reference: str) -> UUID | None:
    """Return the attempt that our reference names, or None when it names none of ours."""
    try:
        return ids.read("att", reference)
    except NotFound:
        return None


def _matches(secret: bytes, body: bytes, given: str) -> bool:
    return hmac.compare_digest(sign(secret, body).encode(), given.encode())
