"""Charges as the tests make them up: payloads of both generations in the shapes that merchants have seen, and what goes with them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from coincurve import PrivateKey

from gerbang.base import ids
from gerbang.base.money import Money
from gerbang.ports.payment import Account, Method, Payer, Quote, Submission, SubmittedAttempt
from gerbang.providers.coinbase_commerce import onchain

NOW: Final = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
KEY: Final = b"\x42" * 32
OPERATOR: Final = "0x17c5185167401eD00cF5F5b2fc97D9BBfDb7D025"
RECIPIENT: Final = "0x" + "11" * 20
PAYER: Final = "0x" + "22" * 20
CONTRACT: Final = "0x" + "33" * 20
USDC: Final = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
TX: Final = "0x" + "ab" * 32
API_KEY: Final = "made-up-api-key"
SECRET: Final = b"cc-shared-secret-made-up-0001"
AMOUNT: Final = 100_000_000


def account(base_url: str = "http://127.0.0.1:9", **settings: str) -> Account:
    """A connection; `api_key` and `shared_secret` are the made-up ones."""
    secrets = {"api_key": [API_KEY.encode()], "shared_secret": [SECRET]}
    return Account("cc", False, {"base_url": base_url, "timeout_s": "2", **settings}, secrets)


def quote(asset: str = "USDC", network: str = "base", amount: int = AMOUNT) -> Quote:
    decimals = 6 if asset == "USDC" else 18
    until = NOW + timedelta(minutes=30)
    return Quote(
        asset=asset,
        network=network,
        decimals=decimals,
        amount=str(amount),
        rate="1",
        source="fixed",
        spread_bp=0,
        tolerance="0",
        holder="clearing:cc",
        locked_at=NOW,
        expires_at=until,
    )


def submission(of: Quote | None = None) -> Submission:
    attempt, of = ids.new(), of or quote()
    return Submission(
        attempt=attempt,
        reference=ids.show("att", attempt),
        payment=ids.show("pay", ids.new()),
        method=Method.CRYPTO,
        options={"asset": of.asset, "network": of.network},
        amount=Money(10_000, "USD"),
        description="Kopi Gayo 1 kg",
        payer=Payer(),
        return_url="https://shop.example.com/back",
        expires_at=NOW + timedelta(days=1),
        now=NOW,
        quote=of,
    )


def submitted(of: Submission, reference: str = "00000000-0000-4000-8000-000000000001") -> SubmittedAttempt:
    return SubmittedAttempt(
        attempt=of.attempt,
        reference=of.reference,
        provider_reference=reference,
        method=of.method,
        options=of.options,
        amount=of.amount,
        captured=0,
        refunded=0,
        now=of.now,
        quote=of.quote,
    )


def timeline(*words: str) -> list[dict[str, str]]:
    """`UNRESOLVED OTHER` is a status with its context; each entry a minute after the one before."""
    entries = []
    for minute, word in enumerate(words):
        status, _, context = word.partition(" ")
        entry = {"time": f"2026-01-15T10:{minute:02d}:00Z", "status": status}
        entries.append(entry | ({"context": context} if context else {}))
    return entries


def intent(chain_id: int = 8453, key: bytes = KEY, **changes: Any) -> dict[str, Any]:
    """A payment intent as the API shows it, rightly signed for what it says."""
    values: dict[str, Any] = {
        "recipient_amount": 99_000_000,
        "deadline": 1_780_172_800,
        "recipient": RECIPIENT,
        "currency": USDC,
        "refund_destination": PAYER,
        "fee_amount": 1_000_000,
        "id": "0x00112233445566778899aabbccddeeff",
        "operator": OPERATOR,
    } | changes
    raw: dict[str, Any] = {
        name: bytes.fromhex(value[2:]) if isinstance(value, str) else value for name, value in values.items()
    }
    bare = onchain.Intent(**raw, signature=b"", prefix=b"K2 Informational Message: 32 ")
    hashed = bare.hash(chain_id, bytes.fromhex(PAYER[2:]), bytes.fromhex(CONTRACT[2:]))
    made = PrivateKey(key).sign_recoverable(onchain.digest(hashed, bare.prefix), hasher=None)
    signature = made[:64] + bytes([27 + made[64]])
    call_data = {
        **{name: value for name, value in values.items() if name not in {"currency", "deadline"}},
        "recipient_amount": str(values["recipient_amount"]),
        "fee_amount": str(values["fee_amount"]),
        "recipient_currency": values["currency"],
        "deadline": datetime.fromtimestamp(values["deadline"], UTC).isoformat().replace("+00:00", "Z"),
        "prefix": "0x" + bare.prefix.hex(),
        "signature": "0x" + signature.hex(),
    }
    return {
        "call_data": call_data,
        "metadata": {"chain_id": chain_id, "contract_address": CONTRACT, "sender": PAYER},
    }


def success(**changes: Any) -> list[dict[str, Any]]:
    """One transaction as it is told: seen, then final."""
    event = {
        "sender": PAYER,
        "tx_hsh": TX,
        "chain_id": 8453,
        "finalized": False,
        "recipient": RECIPIENT,
        "timestamp": "2026-01-15T10:01:30Z",
        "network_fee_paid": "1200000000000",
        "network_fee_paid_local": "0.0036",
        "input_token_amount": "100000000",
        "input_token_address": USDC,
    } | changes
    return [event, event | {"finalized": True}]


def web3_charge(reference: str, *words: str, paid: bool = False, **changes: Any) -> dict[str, Any]:
    """An onchain charge; `paid`: with intent and success events."""
    data = {
        "transfer_intent": intent() if paid else None,
        "success_events": success() if paid else [],
        "failure_events": [],
    }
    return {
        "id": "00000000-0000-4000-8000-000000000001",
        "code": "TEST1234",
        "charge_kind": "WEB3",
        "name": "Kopi",
        "description": "Kopi",
        "hosted_url": "https://commerce.coinbase.com/pay/00000000-0000-4000-8000-000000000001",
        "created_at": "2026-01-15T10:00:00Z",
        "expires_at": "2026-01-17T10:00:00Z",
        "timeline": timeline(*(words or ("NEW",))),
        "metadata": {"attempt": reference, "payment": "pay_x", "odd": 159.0},
        "payments": [],
        "brand_color": "#122332",
        "redirects": {},
        "pricing": {
            "local": {"amount": "100.000000", "currency": "USDC"},
            "settlement": {"amount": "100.00", "currency": "USDC"},
        },
        "web3_data": data,
        "third_party_provider": None,
    } | changes


def payment(amount: str, status: str = "CONFIRMED", currency: str = "USDC", transaction: str = TX) -> dict[str, Any]:
    return {
        "network": "ethereum",
        "transaction_id": transaction,
        "status": status,
        "detected_at": "2026-01-15T10:02:00Z",
        "value": {"local": {"amount": amount, "currency": "USD"}, "crypto": {"amount": amount, "currency": currency}},
        "block": {"height": 1, "hash": "0x", "confirmations_accumulated": 8, "confirmations_required": 8},
    }


def legacy_charge(
    reference: str, *words: str, payments: tuple[Mapping[str, Any], ...] = (), **changes: Any
) -> dict[str, Any]:
    """A charge with an address per coin, priced in USDC."""
    return {
        "resource": "charge",
        "id": "00000000-0000-4000-8000-000000000001",
        "code": "TEST1234",
        "name": "Kopi",
        "description": "Kopi",
        "hosted_url": "https://commerce.coinbase.com/charges/TEST1234",
        "created_at": "2026-01-15T10:00:00Z",
        "expires_at": "2026-01-15T11:00:00Z",
        "timeline": timeline(*(words or ("NEW",))),
        "payments": list(payments),
        "metadata": {"attempt": reference},
        "addresses": {"usdc": RECIPIENT, "ethereum": PAYER, "bitcoin": "1Made"},
        "pricing": {
            "local": {"amount": "100.000000", "currency": "USDC"},
            "usdc": {"amount": "100.000000", "currency": "USDC"},
            "ethereum": {"amount": "0.033333000000000000", "currency": "ETH"},
            "bitcoin": {"amount": "0.001", "currency": "BTC"},
        },
    } | changes
