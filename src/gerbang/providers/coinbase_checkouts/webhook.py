"""Coinbase's webhooks (the Hook0 engine's signature): are they genuine, and what do they say. Pure, closed by default.

The signature covers the whole body, so what it says of a payment is heard as a fact. What went back is only hinted at: what it is worth in
the price's currency is known where the attempt is.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.ports.facts import Accepted, Mismatched
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Hint, Ignored, Rejection, Reply, SignedFacts, Verified, WebhookRequest
from gerbang.providers.coinbase_checkouts import account as settings
from gerbang.providers.coinbase_checkouts import facts, wire

_SIGNATURE: Final = "x-hook0-signature"
_EVENT_ID: Final = "x-event-id"
_WINDOW_S: Final = 300
_LIMIT_BYTES: Final = 65_536
_LONGEST_HEADER: Final = 4_096
_event: Final = msgspec.json.Decoder(wire.Event)
_STATES: Final = {
    "checkout.payment.success": facts.State.PAID,
    "checkout.payment.failed": facts.State.FAILED,
    "checkout.payment.expired": facts.State.EXPIRED,
}
_ABOUT_REFUNDS: Final = frozenset({"checkout.refund.success", "checkout.refund.failed"})


@dataclass(frozen=True, slots=True)
class _Signature:
    """The header taken apart: `at` Unix seconds as they stand there, `names` the headers that `v1` covers."""

    at: str
    v0: str
    v1: str
    names: tuple[str, ...]


class CheckoutWebhook:
    """The incoming half. Any 2xx ends their retries."""

    reply = Reply()

    def verify(self, account: Account, incoming: WebhookRequest, now_s: float) -> Verified | Rejection:
        """Compare with the signature by every valid secret, in constant time: `v1` where there is one, else `v0`."""
        header = incoming.headers.get(_SIGNATURE, "")
        if not header:
            return Rejection.MISSING
        told = _taken_apart(header)
        if told is None or len(incoming.body) > _LIMIT_BYTES:
            return Rejection.MALFORMED
        if abs(now_s - int(told.at)) > _WINDOW_S:
            return Rejection.STALE
        secrets = settings.webhook_secrets(account)
        if not secrets:
            return Rejection.NO_SECRET
        signed = _signed(told, incoming)
        if signed is None:
            return Rejection.FORGED
        given, genuine = (told.v1 or told.v0).encode(), False
        for secret in secrets:
            genuine |= hmac.compare_digest(hmac.new(secret, signed, sha256).hexdigest().encode(), given)
        if not genuine:
            return Rejection.FORGED
        event = _read(incoming.body)
        return Rejection.MALFORMED if event is None else _genuine(event, told, incoming.headers)

    def read(self, account: Account, incoming: WebhookRequest) -> SignedFacts | Hint | Ignored:
        """What a stored, verified event says. Where it lacks what a fact needs, or says what we never asked, Coinbase is asked."""
        event = _read(incoming.body)
        if event is None:
            return Ignored("It is no JSON object.")
        reference, kind = wire.text(event.id), wire.text(event.event_type)
        if not reference or kind not in {*_STATES, *_ABOUT_REFUNDS}:
            return Ignored("It is of a kind that changes nothing here.")
        try:
            attempt = ids.read("att", wire.text((event.metadata or {}).get(facts.OUR_REFERENCE)))
        except NotFound:
            return Ignored("Its checkout was not made by Gerbang.")
        state = _STATES.get(kind)
        if state is None or facts.STATES.get(wire.text(event.status)) is not state:
            return Hint(attempt, reference)
        if state is not facts.State.PAID:
            return SignedFacts(attempt, facts.ended(state))
        paid = facts.paid_by(event, settings.network(account), verify=settings.is_verified_on_chain(account))
        if paid.oddity or any(isinstance(fact, Mismatched) for fact in paid.facts):
            return Hint(attempt, reference)
        return SignedFacts(attempt, (Accepted(reference), *paid.facts))


def _taken_apart(header: str) -> _Signature | None:
    """None for what is no such header, or says a thing twice."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    values = {name: value for name, _, value in pairs}
    at, names = values.get("t", ""), tuple(values.get("h", "").split())
    if len(header) > _LONGEST_HEADER or len(values) != len(pairs):
        return None
    if not (at.isascii() and at.isdigit() and len(at) <= 12) or not header.isascii():
        return None
    v0, v1 = values.get("v0", ""), values.get("v1", "")
    if not (v0 or v1) or ("v1" in values and not (v1 and names)):
        return None
    return _Signature(at, v0, v1, names)


def _signed(told: _Signature, incoming: WebhookRequest) -> bytes | None:
    """The bytes that were signed; None when a header that is named among them is not there."""
    if not told.v1:
        return told.at.encode() + b"." + incoming.body
    values = [incoming.headers.get(name.lower()) for name in told.names]
    if any(value is None for value in values):
        return None
    head = ".".join([told.at, " ".join(told.names), *(value or "" for value in values)])
    return head.encode("utf-8", "surrogateescape") + b"." + incoming.body


def _read(body: bytes) -> wire.Event | None:
    try:
        return _event.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _genuine(event: wire.Event, told: _Signature, headers: Mapping[str, str]) -> Verified:
    """The event's id counts only where the signature covers it; else what happened to the checkout, and when, tells events apart."""
    checkout, kind = wire.text(event.id)[:64], wire.text(event.event_type)[:60]
    covered = bool(told.v1) and _EVENT_ID in [name.lower() for name in told.names]
    last = wire.text(event.refunds[-1].id) if event.refunds else ""
    key = headers.get(_EVENT_ID, "") if covered else "|".join([checkout, kind, wire.text(event.updated_at), last])
    subject = wire.text((event.metadata or {}).get(facts.OUR_REFERENCE)) or checkout
    return Verified(key=key[:200], subject=subject[:64], type=kind if kind.isprintable() and kind else "unknown")
