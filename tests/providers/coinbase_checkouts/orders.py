"""A Coinbase connection, a submission and a submitted attempt, and Coinbase's sample of a checkout, as the tests of this folder use them."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gerbang.base import ids
from gerbang.base.money import Money
from gerbang.ports.payment import Account, Method, Payer, Quote, RefundRequest, Submission, SubmittedAttempt

NOW = datetime(2025, 1, 15, 2, 30, tzinfo=UTC)
REFERENCE = ids.show("att", UUID("01946a2e-5c40-7abc-8def-0123456789ab"))
KEY_ID: Final = "11111111-2222-4333-8444-555555555555"
_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC_KEY: Final = base64.b64encode(_KEY.public_key().public_bytes_raw()).decode()
SECRET: Final = base64.b64encode(_KEY.private_bytes_raw() + _KEY.public_key().public_bytes_raw())
OTHER_SECRET: Final = base64.b64encode(Ed25519PrivateKey.from_private_bytes(bytes(32)).private_bytes_raw())
WEBHOOK_SECRET: Final = "3f1c7e4a-5b2d-4c8e-9a10-0123456789ab"
CHECKOUT: Final = "68f7a946db0529ea9b6d3a12"
ADDRESS: Final = "0x1111111111111111111111111111111111111111"
HASH: Final = "0x" + "ab" * 32
USDC: Final = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
CRYPTO: Final = {"asset": "USDC", "network": "base"}


def account(base_url: str = "http://x", **settings: str) -> Account:
    return Account(
        connection="coinbase",
        livemode=False,
        settings={"api_key_id": KEY_ID, "base_url": base_url, "network": "base", "timeout_s": "2"} | settings,
        secrets={
            "api_key_secret": [SECRET, b"an older key"],
            "webhook_secret": [b"a newer one", WEBHOOK_SECRET.encode()],
        },
        hook_url="https://gerbang.example.com/hooks/coinbase",
    )


def quote(amount: int = 48_500_000, rate: str = "1") -> Quote:
    return Quote(
        asset="USDC",
        network="base",
        decimals=6,
        amount=str(amount),
        rate=rate,
        source="settings",
        spread_bp=0,
        tolerance="0",
        holder="clearing:coinbase",
        locked_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
    )


def submission(**changes: Any) -> Submission:
    plain = Submission(
        attempt=ids.read("att", REFERENCE),
        reference=REFERENCE,
        payment="pay_01JHK3V0000000000000000000",
        method=Method.CRYPTO,
        options=CRYPTO,
        amount=Money(4_850, "USD"),
        description="Kopi Gayo, 1 kg",
        payer=Payer(name="Budi Santoso", email="budi@example.com"),
        return_url="https://shop.example.com/back",
        expires_at=NOW + timedelta(minutes=15),
        now=NOW,
        quote=quote(),
    )
    return replace(plain, **changes)


def submitted(**changes: Any) -> SubmittedAttempt:
    plain = SubmittedAttempt(
        attempt=ids.read("att", REFERENCE),
        reference=REFERENCE,
        provider_reference=CHECKOUT,
        method=Method.CRYPTO,
        options=CRYPTO,
        amount=Money(4_850, "USD"),
        captured=0,
        refunded=0,
        now=NOW,
        quote=quote(),
    )
    return replace(plain, **changes)


def refund_request(amount: int = 4_850, *, full: bool = True, reason: str = "Barang kembali") -> RefundRequest:
    return RefundRequest(UUID("01946a2e-5c40-7abc-8def-00000000beef"), Money(amount, "USD"), full, reason)


def checkout(status: str = "ACTIVE", **changes: Any) -> dict[str, Any]:
    """Coinbase's sample of a checkout, with our reference in it; None takes a field out."""
    paid = {
        "settlement": {"totalAmount": "48.50", "feeAmount": "0.60", "netAmount": "47.90", "currency": "USDC"},
        "transactionHash": HASH,
    }
    fields = {
        "id": CHECKOUT,
        "url": f"https://payments.coinbase.com/payment-links/pl_{CHECKOUT}",
        "amount": "48.50",
        "currency": "USDC",
        "network": "base",
        "address": ADDRESS,
        "tokenAddress": USDC,
        "status": status,
        "description": "Kopi Gayo",
        "metadata": {"attempt": REFERENCE, "payment": "pay_01JHK3V0000000000000000000"},
        "expiresAt": "2025-01-15T02:45:00Z",
        "createdAt": "2025-01-15T02:30:00Z",
        "updatedAt": "2025-01-15T02:31:00Z",
        **(paid if status in {"COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED"} else {}),
    } | changes
    return {name: value for name, value in fields.items() if value is not None}
