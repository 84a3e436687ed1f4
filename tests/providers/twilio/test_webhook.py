"""What Twilio tells: verified by our own configuration, closed by default, and read into facts."""

from urllib.parse import urlencode

import pytest

from gerbang.ports.messenger import OptOut, Progress, Receipt, Why, Wrote
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, Verified, WebhookRequest
from gerbang.providers.twilio.signature import Algorithm, signature
from gerbang.providers.twilio.webhook import TwilioWebhook
from tests.providers.twilio.test_signature import DELIVERED, TOKEN, UNDELIVERED, URL

WEBHOOK = TwilioWebhook()
SHARED = b"a shared key"
SETTINGS = "key=k1,algorithm=HMAC_SHA256"
Fields = list[tuple[str, str]]


def account(*, is_shared: bool = False, token: bytes = TOKEN) -> Account:
    settings = {"account_sid": "AC" + "0" * 32} | ({"shared_key_id": "k1"} if is_shared else {})
    return Account(
        "twilio-main",
        livemode=True,
        settings=settings,
        secrets={"auth_token": [token], "shared_key": [SHARED]},
        hook_url=URL,
    )


def told(
    fields: Fields,
    key: bytes = TOKEN,
    algorithm: Algorithm = "sha1",
    settings: str | None = None,
    given: str | None = None,
) -> WebhookRequest:
    headers = {"x-twilio-signature": signature(key, URL, fields, algorithm) if given is None else given}
    if settings is not None:
        headers["x-twilio-webhooks-signature-settings"] = settings
    return WebhookRequest(
        {name: value for name, value in headers.items() if value or name != "x-twilio-signature"},
        urlencode(fields).encode(),
    )


def test_a_signed_receipt_is_one_event_for_each_status_of_its_message() -> None:
    found = WEBHOOK.verify(account(), told(DELIVERED), 0.0)
    assert found == Verified("SM" + "1" * 32 + ":delivered", "SM" + "1" * 32, "message.delivered")


def test_parameters_without_a_value_are_signed_too() -> None:
    fields = [*DELIVERED, ("ErrorMessage", "")]
    assert isinstance(WEBHOOK.verify(account(), told(fields), 0.0), Verified)


@pytest.mark.parametrize(
    ("incoming", "why"),
    [
        (told(DELIVERED, given=""), Rejection.MISSING),
        (told(DELIVERED, given="bm90IGl0"), Rejection.FORGED),
        (told(DELIVERED, key=b"another"), Rejection.FORGED),
        (WebhookRequest(told(DELIVERED).headers, told(UNDELIVERED).body), Rejection.FORGED),
        (WebhookRequest(told(DELIVERED).headers, b""), Rejection.FORGED),
        (WebhookRequest(told(DELIVERED).headers, b"\xff=1"), Rejection.MALFORMED),
        (told([("To", "+62812")]), Rejection.MALFORMED),
        (told(DELIVERED, TOKEN, "sha256", SETTINGS), Rejection.FORGED),
    ],
)
def test_what_is_not_signed_with_our_token_is_refused(incoming: WebhookRequest, why: Rejection) -> None:
    assert WEBHOOK.verify(account(), incoming, 0.0) is why


def test_a_shared_key_is_expected_where_the_connection_says_so_and_nowhere_else() -> None:
    good = told(DELIVERED, SHARED, "sha256", SETTINGS)
    assert isinstance(WEBHOOK.verify(account(is_shared=True), good, 0.0), Verified)
    assert WEBHOOK.verify(account(), good, 0.0) is Rejection.FORGED
    by_token = told(DELIVERED)
    assert WEBHOOK.verify(account(is_shared=True), by_token, 0.0) is Rejection.FORGED
    weaker = told(DELIVERED, SHARED, "sha1", "key=k1,algorithm=HMAC_SHA1")
    assert WEBHOOK.verify(account(is_shared=True), weaker, 0.0) is Rejection.FORGED


def test_without_a_secret_nothing_is_genuine() -> None:
    assert WEBHOOK.verify(account(token=b""), told(DELIVERED, key=b""), 0.0) is Rejection.NO_SECRET


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (DELIVERED, Receipt("SM" + "1" * 32, Progress.DELIVERED)),
        (
            UNDELIVERED,
            Receipt("SM" + "1" * 32, Progress.FAILED, Why.TRANSIENT, "30003: the handset cannot be reached now"),
        ),
        (
            [("MessageSid", "SM1"), ("MessageStatus", "undelivered"), ("ErrorCode", "30005")],
            Receipt("SM1", Progress.FAILED, Why.PERMANENT, "30005: nobody has this number", gone=True),
        ),
        (
            [("MessageSid", "SM1"), ("MessageStatus", "unheard-of")],
            Ignored("a status that is not known here: unheard-of"),
        ),
        (
            [("SmsSid", "SM2"), ("SmsStatus", "received"), ("From", "+62812"), ("Body", " stop ")],
            OptOut("+62812", out=True),
        ),
        (
            [("SmsSid", "SM2"), ("SmsStatus", "received"), ("From", "+62812"), ("Body", "x"), ("OptOutType", "START")],
            OptOut("+62812", out=False),
        ),
        (
            [("SmsSid", "SM2"), ("SmsStatus", "received"), ("From", "+62812"), ("Body", "please stop calling")],
            Wrote("+62812"),
        ),
    ],
)
def test_what_it_says_is_read_into_facts(fields: Fields, says: object) -> None:
    assert WEBHOOK.read(account(), told(fields)) == says
