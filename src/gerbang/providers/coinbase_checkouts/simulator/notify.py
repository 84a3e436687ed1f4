"""Events to subscribers and their signatures (notes 5.2, 5.3), true or forged. Sending, and so the time of signing, is the sandbox's.

A notification is made with a note of who signs it; `stamped` puts the signature of the moment in its place, for each try anew.
"""

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gerbang.ports.simulator import Webhook
from gerbang.providers.coinbase_checkouts.simulator import views
from gerbang.providers.coinbase_checkouts.simulator.book import Checkout, Progress, Status, Subscription
from gerbang.providers.coinbase_checkouts.simulator.world import World

TAMPERS: Final = ("", "token", "amount", "status")
EVENTS: Final = (
    "checkout.payment.success",
    "checkout.payment.failed",
    "checkout.payment.expired",
    "checkout.refund.success",
    "checkout.refund.failed",
)
_SIGNATURE: Final = "x-hook0-signature"
_RETRY_S: Final = (3.0, 10.0, 180.0, 1_800.0, 3_600.0, 10_800.0, 18_000.0, *(36_000.0,) * 17)
_OF_STATUS: Final = {
    Status.COMPLETED: "checkout.payment.success",
    Status.FAILED: "checkout.payment.failed",
    Status.EXPIRED: "checkout.payment.expired",
}
_OF_REFUND: Final = {Progress.COMPLETED: "checkout.refund.success", Progress.FAILED: "checkout.refund.failed"}


def event_type(one: Checkout) -> str:
    """What the checkout as it stands was last told as; empty for what is not told: ACTIVE, PROCESSING, DEACTIVATED, a pending refund."""
    if one.refunds:
        return _OF_REFUND.get(one.refunds[-1].status, "")
    return _OF_STATUS.get(one.status, "")


def told(world: World, one: Checkout, tamper: str = "", kind: str = "") -> tuple[Webhook, ...]:
    """The notifications of the checkout as it stands, to all who asked for its kind of event."""
    kind = kind or event_type(one)
    return tuple(
        _webhook(world, one, subscription, kind, tamper)
        for subscription in world.book.subscriptions(one.project)
        if kind in subscription.event_types and subscription.enabled and _is_meant(world, one, subscription)
    )


def stamped(world: World, webhook: Webhook, at: datetime) -> Webhook:
    """The notification as it leaves at this moment."""
    *_, (_, note) = webhook.headers
    id_, _, tamper = note.partition(" ")
    subscription = world.book.subscription(id_)
    assert subscription is not None, f"signed by nobody: {note}"
    signature = _signature(world, subscription.secret, dict(webhook.headers), webhook.body, int(at.timestamp()))
    if tamper == "token":
        head, _, code = signature.rpartition("=")
        signature = f"{head}={code[::-1]}"
    headers = (*webhook.headers[:-1], (_SIGNATURE, signature))
    return replace(webhook, headers=headers, body=_changed(webhook.body, tamper))


def _webhook(world: World, one: Checkout, to: Subscription, kind: str, tamper: str) -> Webhook:
    metadata = {"metadata": dict(one.metadata)}
    body = msgspec.json.encode({**views.checkout(one, world.quirks), **metadata, "eventType": kind})
    last = one.refunds[-1].id if one.refunds else ""
    event = UUID(bytes=sha256(f"{one.id}|{kind}|{one.updated_at}|{last}".encode()).digest()[:16], version=4)
    names = {"content-type": "application/json", "x-event-id": str(event), "x-event-type": kind, **to.headers}
    if world.quirks.signed_headers == "document":
        names["x-hook0-id"] = str(event)
    return Webhook(
        subject=one.reference,
        url=to.url,
        headers=(*sorted(names.items()), (_SIGNATURE, f"{to.id} {tamper}")),
        body=body,
        retry_after_s=world.quirks.webhook_retry_s or _RETRY_S,
    )


def _is_meant(world: World, one: Checkout, subscription: Subscription) -> bool:
    labelled = subscription.labels.get("sandbox") == "true"
    return world.quirks.sandbox_label == "ignored" or labelled is one.sandbox


def _signature(world: World, secret: str, headers: dict[str, str], body: bytes, at: int) -> str:
    names = sorted(set(headers) - {_SIGNATURE})
    if world.quirks.signed_headers == "document":
        names = ["content-type", "x-hook0-id"]
    head = ".".join([str(at), " ".join(names), *(headers[name] for name in names)]).encode() + b"."
    v0, v1 = _code(secret, f"{at}.".encode() + body), _code(secret, head + body)
    match world.quirks.signature:
        case "v0":
            return f"t={at},v0={v0}"
        case "v1":
            return f"t={at},h={' '.join(names)},v1={v1}"
        case "both":
            return f"t={at},v0={v0},h={' '.join(names)},v1={v1}"


def _code(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, sha256).hexdigest()


def _changed(body: bytes, tamper: str) -> bytes:
    """The body after a hand on its way has changed it; the signature was made before."""
    if tamper not in {"amount", "status"}:
        return body
    values: dict[str, Any] = msgspec.json.decode(body)
    other = {"status": "COMPLETED", "eventType": EVENTS[0]}
    if values["eventType"] == EVENTS[0]:
        other = {"status": "FAILED", "eventType": EVENTS[1]}
    return msgspec.json.encode(values | ({"amount": "1.00"} if tamper == "amount" else other))
