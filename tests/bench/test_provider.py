"""The test provider is closed by default, as every provider must be, and says exactly what its message says."""

from uuid import UUID

import msgspec
import pytest

from bench.load.shots import AMOUNT, event_body
from bench.provider.server import answer
from bench.provider.webhook import BenchWebhook, sign
from gerbang.base import ids
from gerbang.ports.facts import Captured
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, SignedFacts, Verified, WebhookRequest

SECRET = b"a-secret-of-this-test"
ATTEMPT = UUID(int=7)
BODY = event_body("evt-1", ids.show("att", ATTEMPT))
WEBHOOK = BenchWebhook()


def _account(*secrets: bytes) -> Account:
    return Account("bench", livemode=False, settings={}, secrets={"webhook_secret": list(secrets)})


def _signed(body: bytes, secret: bytes = SECRET) -> WebhookRequest:
    return WebhookRequest({"bench-signature": sign(secret, body)}, body)


def test_a_signed_event_is_filed_under_its_own_id_and_its_attempt() -> None:
    found = WEBHOOK.verify(_account(b"a-newer-secret", SECRET), _signed(BODY), 0.0)
    assert found == Verified("evt-1", ids.show("att", ATTEMPT), "payment.captured")
    assert len(BODY) == 500


@pytest.mark.parametrize(
    ("account", "incoming", "why"),
    [
        (_account(SECRET), WebhookRequest({}, BODY), Rejection.MISSING),
        (_account(), _signed(BODY), Rejection.NO_SECRET),
        (_account(b""), _signed(BODY, b"-"), Rejection.NO_SECRET),
        (_account(SECRET), _signed(BODY, b"another"), Rejection.FORGED),
        (_account(SECRET), WebhookRequest({"bench-signature": sign(SECRET, BODY)}, BODY + b" "), Rejection.FORGED),
        (_account(SECRET), WebhookRequest({"bench-signature": "é"}, BODY), Rejection.FORGED),
        (_account(SECRET), _signed(b"[]"), Rejection.MALFORMED),
    ],
)
def test_what_is_not_genuine_is_refused(account: Account, incoming: WebhookRequest, why: Rejection) -> None:
    assert WEBHOOK.verify(account, incoming, 0.0) is why


def test_a_capture_is_read_as_a_total_for_the_attempt() -> None:
    says = WEBHOOK.read(_account(SECRET), _signed(BODY))
    assert says == SignedFacts(ATTEMPT, (Captured(AMOUNT, "IDR"),))


def test_a_message_about_no_attempt_of_ours_changes_nothing() -> None:
    assert isinstance(WEBHOOK.read(_account(SECRET), _signed(event_body("evt-2", "ORD-1"))), Ignored)


def test_the_provider_answers_a_registration_with_a_reference_of_its_own() -> None:
    head, _, body = answer(b'POST /transactions HTTP/1.1\r\n\r\n{"reference":"att_1"}').partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 201")
    assert msgspec.json.decode(body)["reference"] == "P-att_1"
    assert answer(b"POST /transactions HTTP/1.1\r\n\r\n{}").startswith(b"HTTP/1.1 400")
