"""What verified events say: payments are facts, refunds and oddities only make us ask. Vectors of the signature are in test_vectors.py."""

import json
from typing import Any

import pytest

from gerbang.base import ids
from gerbang.ports.facts import Accepted, Captured, Claimed, Declined, Expired
from gerbang.ports.webhook import Hint, Ignored, SignedFacts, WebhookRequest
from gerbang.providers.coinbase_checkouts.webhook import CheckoutWebhook
from tests.providers.coinbase_checkouts.orders import ADDRESS, CHECKOUT, HASH, REFERENCE, account, checkout

ATTEMPT = ids.read("att", REFERENCE)
ASK = Hint(ATTEMPT, CHECKOUT)


def said(kind: str, status: str, *, onchain: str = "verify", **changes: Any) -> SignedFacts | Hint | Ignored:
    body = json.dumps(checkout(status, **changes) | {"eventType": f"checkout.{kind}"}).encode()
    return CheckoutWebhook().read(account(onchain=onchain), WebhookRequest({}, body))


def test_a_payment_is_claimed_with_everything_that_our_node_must_see() -> None:
    heard = said("payment.success", "COMPLETED")
    assert isinstance(heard, SignedFacts)
    accepted, claimed = heard.facts
    assert (heard.attempt, accepted) == (ATTEMPT, Accepted(CHECKOUT))
    assert isinstance(claimed, Claimed)
    assert (claimed.total, claimed.onchain, claimed.currency, claimed.network) == (
        48_500_000,
        48_500_000,
        "USDC",
        "base",
    )
    assert (claimed.transaction, claimed.recipient) == (HASH, ADDRESS)


def test_whoever_trusts_coinbase_hears_that_money_is_in() -> None:
    heard = said("payment.success", "COMPLETED", onchain="trust_processor")
    assert isinstance(heard, SignedFacts)
    captured = heard.facts[1]
    assert isinstance(captured, Captured)
    assert (captured.total, captured.currency) == (48_500_000, "USDC")


def test_another_amount_is_told_as_it_was_paid() -> None:
    """The attempt's quote says what it is worth: a part stays a part."""
    heard = said("payment.success", "COMPLETED", amount="1.00", onchain="trust_processor")
    assert isinstance(heard, SignedFacts)
    assert isinstance(heard.facts[1], Captured)
    assert heard.facts[1].total == 1_000_000


def test_failure_and_expiry_are_facts() -> None:
    failed, expired = said("payment.failed", "FAILED"), said("payment.expired", "EXPIRED")
    assert isinstance(failed, SignedFacts)
    assert isinstance(failed.facts[0], Declined)
    assert expired == SignedFacts(ATTEMPT, (Expired(),))


@pytest.mark.parametrize(
    ("kind", "status", "changes"),
    [
        ("refund.success", "REFUNDED", {}),
        ("refund.failed", "COMPLETED", {}),
        ("payment.success", "COMPLETED", {"transactionHash": None}),
        ("payment.success", "COMPLETED", {"currency": "USD"}),
        ("payment.success", "COMPLETED", {"amount": "lots"}),
        ("payment.success", "ACTIVE", {}),
        ("payment.success", "SOMETHING_NEW", {}),
        ("payment.failed", "COMPLETED", {}),
        ("payment.expired", "PROCESSING", {}),
    ],
)
def test_what_needs_a_look_makes_us_ask(kind: str, status: str, changes: dict[str, Any]) -> None:
    assert said(kind, status, **changes) == ASK


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("payment.success", {"metadata": None}),
        ("payment.success", {"metadata": {"attempt": "ORDER-7"}}),
        ("payment.success", {"metadata": {"attempt": 7}}),
        ("payment.success", {"id": None}),
        ("payment.reviewed", {}),
    ],
    ids=str,
)
def test_what_is_not_ours_or_of_no_kind_changes_nothing(kind: str, changes: dict[str, Any]) -> None:
    assert isinstance(said(kind, "COMPLETED", **changes), Ignored)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b'{"id":{}}', b"[" * 5_000, b'{"metadata":"x"}'])
def test_what_a_stranger_may_send_raises_nothing(body: bytes) -> None:
    assert isinstance(CheckoutWebhook().read(account(), WebhookRequest({}, body)), Ignored)
