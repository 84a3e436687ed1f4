"""The notification of an event, signed as Commerce signs it (notes 2.6), true or forged. Sending is the sandbox's.

A try after the first differs in its attempt_number, and so in its signature: the notes do not say what else a retry changes.
"""

import hmac
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

import msgspec

from gerbang.ports.simulator import Webhook
from gerbang.providers.coinbase_commerce.simulator.charges import Changed, Event
from gerbang.providers.coinbase_commerce.simulator.views import charge_view, iso
from gerbang.providers.coinbase_commerce.simulator.world import VERSION, Merchant, World

_SIGNATURE: Final = "x-cc-webhook-signature"
TAMPERS: Final = ("", "token", "amount", "status")


def event_view(world: World, event: Event) -> dict[str, Any]:
    """An event with the whole charge as it was then."""
    return {
        "id": event.id,
        "resource": "event",
        "type": event.type,
        "api_version": VERSION,
        "created_at": iso(event.at),
        "data": charge_view(world, event.charge),
    }


def notification(world: World, event: Event, tamper: str = "") -> Webhook:
    """What leaves for the merchant's address; forged as `tamper` says, under the signature of what is true."""
    merchant = world.merchants[event.charge.merchant]
    envelope = {
        "attempt_number": 1,
        "event": event_view(world, event),
        "id": str(uuid5(NAMESPACE_OID, f"{event.id}:delivery")),
        "scheduled_for": iso(event.at),
    }
    body = msgspec.json.encode(envelope)
    signature = _signature(merchant, body)
    if tamper in {"amount", "status"}:
        body = msgspec.json.encode(_forged(envelope, tamper))
    headers = (
        ("content-type", "application/json"),
        ("user-agent", "weipay-webhooks"),
        (_SIGNATURE, signature[::-1] if tamper == "token" else signature),
    )
    retries = world.quirks.webhook_retry_s
    return Webhook(
        subject=event.charge.reference or event.charge.id,
        url=merchant.hook_url,
        headers=headers,
        body=body,
        retry_after_s=retries,
        accepts="only_200",
    )


def tried_again(world: World, webhook: Webhook, attempt: int) -> Webhook:
    """The same notification as the try of this number; one that was forged leaves as it is, since nobody can sign it."""
    headers = dict(webhook.headers)
    signers = [one for one in world.merchants.values() if _signature(one, webhook.body) == headers[_SIGNATURE]]
    if attempt == 1 or not signers:
        return webhook
    body = msgspec.json.encode(msgspec.json.decode(webhook.body) | {"attempt_number": attempt})
    signed = headers | {_SIGNATURE: _signature(signers[0], body)}
    return msgspec.structs.replace(webhook, headers=tuple(signed.items()), body=body)


def _signature(merchant: Merchant, body: bytes) -> str:
    return hmac.new(merchant.shared_secret.encode(), body, sha256).hexdigest()


def told(world: World, change: Changed) -> tuple[Webhook, ...]:
    """What a change makes Commerce tell."""
    return (notification(world, change.told()),) if change.event else ()


def _forged(envelope: dict[str, Any], tamper: str) -> dict[str, Any]:
    forged: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(envelope))
    charge = forged["event"]["data"]
    if tamper == "status":
        charge["timeline"].append({"time": forged["event"]["created_at"], "status": "COMPLETED"})
        forged["event"]["type"] = "charge:confirmed"
    elif "local" in charge["pricing"]:
        charge["pricing"]["local"]["amount"] += "1"
    return forged
