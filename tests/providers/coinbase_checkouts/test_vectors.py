"""Published and computed vectors: the official SDK's token, and Hook0's signatures, for adapter and simulator alike."""

import base64
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gerbang.base.http import ProviderRefused
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Rejection, Verified, WebhookRequest
from gerbang.providers.coinbase_checkouts.account import Key
from gerbang.providers.coinbase_checkouts.bearer import token
from gerbang.providers.coinbase_checkouts.webhook import CheckoutWebhook

KEY_ID = "11111111-2222-4333-8444-555555555555"
SECRET = b"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyB5tVYuj+ZU+UB4sRLoqYunkB+FOuaVvtfg45ELrQSWZA=="
START = datetime.fromtimestamp(1_780_000_000, UTC)
URL = "https://business.coinbase.com/api/v1/checkouts?pageSize=5"
TOKEN = (
    "eyJhbGciOiJFZERTQSIsImtpZCI6IjExMTExMTExLTIyMjItNDMzMy04NDQ0LTU1NTU1NTU1NTU1NSIsIm5vbmNlIjoiMDEyMzQ1Njc4OTAxMjM0NSIsInR5cCI6IkpXVCJ9"
    ".eyJzdWIiOiIxMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1NTUiLCJpc3MiOiJjZHAiLCJhdWQiOm51bGwsIm5iZiI6MTc4MDAwMDAwMCwiZXhwIjoxNzgwMDAw"
    "MTIwLCJ1cmlzIjpbIlBPU1QgYnVzaW5lc3MuY29pbmJhc2UuY29tL2FwaS92MS9jaGVja291dHMiXX0"
    ".OlPThoG-V2rH7IGa1o8ejnYacXOTwdlHRU6UG6zxW0RsRRhOZSf9Ps7FcZQbvUMvVoOYNnxC1E1alpaSltZqAA"
)

WEBHOOK_SECRET = "3f1c7e4a-5b2d-4c8e-9a10-0123456789ab"
AT = 1_780_000_000
BODY = (
    b'{"id":"aaaaaaaaaaaaaaaaaaaaaaaa","eventType":"checkout.payment.success","status":"COMPLETED","amount":"100.00","currency":"USDC",'
    b'"network":"base"}'
)
HEADERS = {
    "content-type": "application/json",
    "x-event-id": "11111111-2222-4333-8444-555555555555",
    "x-event-type": "checkout.payment.success",
    "x-hook0-id": "99999999-0000-4000-8000-000000000000",
}
V0 = "71b62927e2239defc9fb9adf3a65c8de7f8f1fd3ced524ae6270a192c331591f"
V1 = "6cfe4120867d283c0663b97e79559fa07043f87e0a4fa840bb5d22aa74e833f9"
V1_DOCUMENT = "8b855a97991fd20ea80f2a4d0e1bdd9f3500646b608d02e78805c816231b8cec"
ENGINE = "content-type x-event-id x-event-type"


def ec_key() -> tuple[bytes, object]:
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()), key.public_key()


def test_the_token_is_the_official_sdks_byte_for_byte() -> None:
    assert token(Key(KEY_ID, SECRET), "POST", URL, START, "0123456789012345") == TOKEN


def test_the_seed_alone_is_a_secret_too() -> None:
    seed = base64.b64encode(base64.b64decode(SECRET)[:32])
    assert token(Key(KEY_ID, seed), "POST", URL, START, "0123456789012345") == TOKEN


@pytest.mark.parametrize("escaped", [False, True])
def test_an_ecdsa_key_signs_what_its_public_half_verifies(escaped: bool) -> None:
    pem, public = ec_key()
    secret = pem.replace(b"\n", b"\\n") if escaped else pem
    made = token(Key("organizations/o/apiKeys/k", secret), "GET", URL, START, "1")
    assert jwt.get_unverified_header(made) == {
        "alg": "ES256",
        "kid": "organizations/o/apiKeys/k",
        "nonce": "1",
        "typ": "JWT",
    }
    options = {"verify_exp": False, "verify_nbf": False, "verify_aud": False}
    claims = jwt.decode(made, public, ["ES256"], options=options)  # type: ignore[arg-type]  # the options are a plain dict
    assert claims == {
        "sub": "organizations/o/apiKeys/k",
        "iss": "cdp",
        "aud": None,
        "nbf": 1_780_000_000,
        "exp": 1_780_000_120,
        "uris": ["GET business.coinbase.com/api/v1/checkouts"],
    }


@pytest.mark.parametrize(
    "secret",
    [
        b"",
        b"not base64 at all!",
        base64.b64encode(b"x" * 33),
        base64.b64encode(b"x" * 64),
        b"-----BEGIN EC PRIVATE KEY-----\nxx\n-----END EC PRIVATE KEY-----",
    ],
)
def test_what_is_no_key_is_refused_without_repeating_it(secret: bytes) -> None:
    with pytest.raises(ProviderRefused) as refused:
        token(Key(KEY_ID, secret), "GET", URL, START, "1")
    assert refused.value.hint
    assert not secret or secret.decode() not in f"{refused.value.detail}{refused.value.hint}"


def account(*secrets: str) -> Account:
    return Account("coinbase", False, {"api_key_id": KEY_ID}, {"webhook_secret": [one.encode() for one in secrets]})


def verified(
    signature: str, *, body: bytes = BODY, now: float = AT, secrets: tuple[str, ...] = (WEBHOOK_SECRET,), **headers: str
) -> object:
    given = {**HEADERS, **headers, "x-hook0-signature": signature}
    kept = {name: value for name, value in given.items() if value != "absent"}
    return CheckoutWebhook().verify(account(*secrets), WebhookRequest(kept, body), now)


@pytest.mark.parametrize(
    "signature",
    [
        f"t={AT},v0={V0}",
        f"t={AT},h={ENGINE},v1={V1}",
        f"t={AT},v0={V0},h={ENGINE},v1={V1}",
        f"t={AT},h=content-type x-hook0-id,v1={V1_DOCUMENT}",
    ],
)
@pytest.mark.parametrize("drift", [-300, 0, 300])
def test_each_form_of_the_signature_is_taken_within_five_minutes(signature: str, drift: int) -> None:
    assert isinstance(verified(signature, now=AT + drift), Verified)


@pytest.mark.parametrize("drift", [-301, 301])
def test_an_old_and_a_coming_signature_are_refused(drift: int) -> None:
    """R15."""
    assert verified(f"t={AT},v0={V0}", now=AT + drift) is Rejection.STALE


@pytest.mark.parametrize(
    ("signature", "changes", "why"),
    [
        ("", {}, Rejection.MISSING),
        (f"t={AT},v0={V0}", {"body": BODY.replace(b"100.00", b"100.01")}, Rejection.FORGED),
        (f"t={AT},v0={V0}", {"body": BODY + b" "}, Rejection.FORGED),
        (f"t={AT},v0={V0[:-1]}0", {}, Rejection.FORGED),
        (f"t={AT},v0={V0.upper()}", {}, Rejection.FORGED),
        (f"t={AT},v0=ä", {}, Rejection.MALFORMED),
        (f"t={AT},v0={V0},h={ENGINE},v1={V1[::-1]}", {}, Rejection.FORGED),
        (f"t={AT},h={ENGINE},v1={V1}", {"content-type": "application/json; charset=utf-8"}, Rejection.FORGED),
        (f"t={AT},h={ENGINE},v1={V1}", {"x-event-id": "absent"}, Rejection.FORGED),
        (f"t={AT},h={ENGINE} x-nobody,v1={V1}", {}, Rejection.FORGED),
        (f"t={AT},v1={V1}", {}, Rejection.MALFORMED),
        (f"t={AT},v0={V0},v1=", {}, Rejection.MALFORMED),
        (f"t={AT},t={AT},v0={V0}", {}, Rejection.MALFORMED),
        (f"t={AT}", {}, Rejection.MALFORMED),
        (f"v0={V0}", {}, Rejection.MALFORMED),
        (f"t=-{AT},v0={V0}", {}, Rejection.MALFORMED),
        (f"t={AT},v0={V0}," + "x" * 5_000, {}, Rejection.MALFORMED),
        (f"t={AT},v0={V0}", {"secrets": ("another",)}, Rejection.FORGED),
        (f"t={AT},v0={V0}", {"secrets": ()}, Rejection.NO_SECRET),
        (f"t={AT},v0={V0}", {"secrets": ("",)}, Rejection.NO_SECRET),
    ],
)
def test_whatever_is_not_exactly_right_is_refused(signature: str, changes: dict[str, object], why: Rejection) -> None:
    """R15: body, header, code, form; a wrong v1 is not rescued by a right v0, and a header that is named must be there."""
    assert verified(signature, **changes) is why  # type: ignore[arg-type]  # a table of keyword arguments


def test_any_secret_that_is_still_valid_verifies() -> None:
    """R25's mirror: while a secret is being changed both sign."""
    assert isinstance(verified(f"t={AT},v0={V0}", secrets=("newer", WEBHOOK_SECRET)), Verified)


def test_the_event_id_counts_only_where_the_signature_covers_it() -> None:
    covered, uncovered = verified(f"t={AT},h={ENGINE},v1={V1}"), verified(f"t={AT},v0={V0}")
    assert isinstance(covered, Verified)
    assert isinstance(uncovered, Verified)
    assert covered.key == HEADERS["x-event-id"]
    assert uncovered.key == "aaaaaaaaaaaaaaaaaaaaaaaa|checkout.payment.success||"
    assert (covered.subject, covered.type) == ("aaaaaaaaaaaaaaaaaaaaaaaa", "checkout.payment.success")
