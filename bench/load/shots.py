"""The requests of the scenarios, whole and ready to send. Building them costs time, so it happens before any clock starts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bench.load.closed import Shot
from bench.provider.webhook import CAPTURED, SIGNATURE, sign

AMOUNT: Final = 150_000
CURRENCY: Final = "IDR"
_BODY_BYTES: Final = 500


def event_body(event: str, reference: str) -> bytes:
    """Return the provider's message that `reference` was paid, filled up to 500 bytes."""
    content = {
        "id": event,
        "type": CAPTURED,
        "reference": reference,
        "amount": AMOUNT,
        "currency": CURRENCY,
        "note": "",
    }
    room = _BODY_BYTES - len(json.dumps(content))
    return json.dumps({**content, "note": "x" * max(0, room)}).encode()


def hooks(secret: bytes, events: Iterable[tuple[str, str]]) -> list[Shot]:
    """Return signed webhooks for pairs of (event id, reference)."""
    shots = []
    for event, reference in events:
        body = event_body(event, reference)
        shots.append(Shot(event, _post("/hooks/bench", body, {SIGNATURE: sign(secret, body)})))
    return shots


def reads(token: str, payments: Sequence[str], count: int) -> list[Shot]:
    """Return `count` authenticated reads, going round the payments."""
    wires = [
        f"GET /v1/payments/{one} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        for one in payments
    ]
    return [Shot(payments[n % len(wires)], wires[n % len(wires)]) for n in range(count)]


def creates(token: str, keys: Iterable[str], extra: Mapping[str, object]) -> list[Shot]:
    """Return creations with one idempotency key each; `extra` is what this side's body needs beyond the common fields."""
    content = {"amount": AMOUNT, "currency": CURRENCY, "method": "virtual_account", "description": "Kopi Gayo 1 kg"}
    body = json.dumps({**content, **extra}).encode()
    return [
        Shot(key, _post("/v1/payments", body, {"Authorization": f"Bearer {token}", "Idempotency-Key": key}))
        for key in keys
    ]


def _post(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
