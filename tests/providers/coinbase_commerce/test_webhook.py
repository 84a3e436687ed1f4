"""Notifications: genuine by any valid secret, heard only where nobody could make money of a stolen one, and never more than a hint else."""

import hmac
import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from gerbang.ports.facts import Accepted, Claimed, Expired
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Hint, Ignored, Rejection, SignedFacts, Verified, WebhookRequest
from gerbang.providers.coinbase_commerce.webhook import CommerceWebhook
from tests.providers.coinbase_commerce.charges import (
    RECIPIENT,
    SECRET,
    account,
    legacy_charge,
    payment,
    submission,
    web3_charge,
)

ORDER = submission()
WEBHOOK = CommerceWebhook()
PINNED = account(recipient=RECIPIENT)
PAID = web3_charge(ORDER.reference, "NEW", "SIGNED", "PENDING", "COMPLETED", paid=True)


def message(charge: Any, type_: Any = "charge:confirmed", id_: Any = "e1", secret: bytes = SECRET) -> WebhookRequest:
    event = {"id": id_, "resource": "event", "type": type_, "api_version": "2018-03-22", "data": charge}
    return signed(json.dumps({"attempt_number": 1, "event": event, "id": "d1"}).encode(), secret)


def signed(body: bytes, secret: bytes = SECRET) -> WebhookRequest:
    return WebhookRequest({"x-cc-webhook-signature": hmac.new(secret, body, sha256).hexdigest()}, body)


def with_secrets(*secrets: bytes) -> Account:
    return replace(account(), secrets={"shared_secret": secrets})


def test_any_valid_secret_verifies_and_an_empty_one_never_does() -> None:
    """R25: both secrets of a rotation verify."""
    new, old = b"new", b"old"
    for secret in (new, old):
        assert isinstance(WEBHOOK.verify(with_secrets(new, old), message(PAID, secret=secret), 0), Verified)
    assert WEBHOOK.verify(with_secrets(new), message(PAID, secret=old), 0) is Rejection.FORGED
    assert WEBHOOK.verify(with_secrets(b""), message(PAID, secret=b""), 0) is Rejection.NO_SECRET
    assert WEBHOOK.verify(with_secrets(), message(PAID), 0) is Rejection.NO_SECRET


def test_the_event_is_known_by_its_id_and_kept_in_order_by_our_reference() -> None:
    assert WEBHOOK.verify(PINNED, message(PAID), 0) == Verified("e1", ORDER.reference, "charge:confirmed")


@pytest.mark.parametrize(
    "incoming",
    [
        signed(b"[]"),
        signed(b"{"),
        signed(b"\xff"),
        signed(b'{"event": "x"}'),
        signed(b"[" * 100_000),
        signed(b'{"event":' * 5_000),
        message(PAID, id_=""),
        message(PAID, id_="a\x00b"),
        message(PAID, id_="e" * 101),
        message(PAID, type_="☕"),
        message(PAID, type_=7),
        message(None),
        message(PAID | {"timeline": "NEW"}),
    ],
    ids=range(13),
)
def test_a_signed_body_that_is_no_event_is_refused_without_an_exception(incoming: WebhookRequest) -> None:
    assert WEBHOOK.verify(PINNED, incoming, 0) is Rejection.MALFORMED
    assert isinstance(WEBHOOK.read(PINNED, incoming), Ignored | SignedFacts | Hint)


def test_a_confirmed_charge_is_heard_where_our_node_looks_at_the_pinned_address() -> None:
    said = WEBHOOK.read(PINNED, message(PAID))
    assert isinstance(said, SignedFacts)
    assert said.attempt == ORDER.attempt
    assert [type(fact) for fact in said.facts] == [Accepted, Claimed]


@pytest.mark.parametrize(
    "connection",
    [account(), account(onchain="trust_processor"), account(recipient=RECIPIENT, onchain="trust_processor")],
    ids=["no pin", "trust", "trust with pin"],
)
def test_where_a_stolen_secret_could_make_money_a_message_only_makes_us_ask(connection: Account) -> None:
    """R20: state is fetched before money moves."""
    assert WEBHOOK.read(connection, message(PAID)) == Hint(ORDER.attempt, PAID["id"])


def test_a_legacy_charge_pins_nothing_and_is_asked_about() -> None:
    charge = legacy_charge(ORDER.reference, "COMPLETED", payments=(payment("100"),))
    assert WEBHOOK.read(PINNED, message(charge)) == Hint(ORDER.attempt, charge["id"])


def test_an_event_that_we_do_not_know_only_makes_us_ask() -> None:
    assert WEBHOOK.read(PINNED, message(PAID, "charge:teleported")) == Hint(ORDER.attempt, PAID["id"])


@pytest.mark.parametrize("connection", [PINNED, account()], ids=["pinned", "not"])
@pytest.mark.parametrize("words", [("NEW",), ("NEW", "SIGNED")])
def test_a_charge_that_is_still_open_does_not_end_our_own_sending(connection: Account, words: tuple[str, ...]) -> None:
    said = WEBHOOK.read(connection, message(web3_charge(ORDER.reference, *words), "charge:created"))
    assert isinstance(said, Ignored)


def test_an_end_without_money_is_heard_with_the_charges_id() -> None:
    said = WEBHOOK.read(PINNED, message(web3_charge(ORDER.reference, "NEW", "EXPIRED"), "charge:failed"))
    assert said == SignedFacts(ORDER.attempt, (Accepted(PAID["id"]), Expired()))


@pytest.mark.parametrize("metadata", [None, {}, {"attempt": "A-1001"}, {"attempt": 7}, {"order_id": "x"}])
def test_a_charge_that_was_not_made_here_changes_nothing(metadata: Any) -> None:
    assert isinstance(WEBHOOK.read(PINNED, message(PAID | {"metadata": metadata})), Ignored)
