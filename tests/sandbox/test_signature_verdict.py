"""What the inspector says of a signature: good by the reference library's own, and of each usual mistake by which one it is."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import standardwebhooks
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gerbang.core.endpoints.signatures import KeyPair, SharedSecret, headers
from gerbang.sandbox.signature_verdict import judge

NOW = 1_796_000_000
KEY = SharedSecret(b"k" * 32)
PAIR = KeyPair(b"p" * 32)
BODY = b'{"id":"evt_1","amount":150000}'


def signed(body: bytes = BODY, at_s: int = NOW, *keys: Any) -> dict[str, str]:
    return dict(headers("evt_1", at_s, body, keys or [KEY]))


def test_what_the_reference_library_signs_is_good() -> None:
    token = standardwebhooks.Webhook(KEY.text()).sign("evt_1", datetime.fromtimestamp(NOW, UTC), BODY.decode())
    verdict = judge({**signed(), "webhook-signature": token}, BODY, [KEY.text()], NOW)
    assert (verdict.scheme, verdict.good) == ("Standard Webhooks", True)


def test_both_signatures_are_checked_each_by_its_own_key() -> None:
    both = signed(BODY, NOW, KEY, PAIR)
    verdict = judge(both, BODY, [KEY.text(), PAIR.public_text()], NOW)
    assert (verdict.good, [one.split(":")[0] for one in verdict.said]) == (True, ["v1", "v1a"])
    wrong = KeyPair(b"q" * 32).public_text()
    assert judge(signed(BODY, NOW, PAIR), BODY, [wrong], NOW).good is False
    assert Ed25519PrivateKey.from_private_bytes(b"p" * 32).public_key().public_bytes_raw() in base64.b64decode(
        PAIR.public_text()[5:]
    )


def test_after_a_rotation_either_secret_makes_it_good() -> None:
    old, new = KEY, SharedSecret(b"n" * 32)
    assert judge(signed(BODY, NOW, old, new), BODY, [new.text()], NOW).good is True


def test_without_a_key_it_is_neither_good_nor_wrong_and_says_what_to_enter() -> None:
    verdict = judge(signed(), BODY, [], NOW)
    assert (verdict.good, verdict.said) == (None, ["v1: enter the secret (whsec_…) to have it checked."])
    assert "The body is empty" in judge(signed(), b"", [], NOW).said[0]


def as_text(key: str) -> str:
    value = hmac.digest(key.encode(), b"evt_1.%d." % NOW + BODY, hashlib.sha256)
    return "v1," + base64.b64encode(value).decode()


MISTAKES = [
    ("another secret", signed(BODY, NOW, SharedSecret(b"x" * 32)), BODY, NOW, "no key that was entered made it"),
    (
        "JSON written anew",
        signed(),
        json.dumps(json.loads(BODY), indent=1).encode(),
        NOW,
        "the same JSON, written otherwise",
    ),
    ("changed on the way", signed(), BODY.replace(b"15", b"99"), NOW, "no key that was entered made it"),
    ("kept for ten minutes", signed(), BODY, NOW + 600, "600 seconds old"),
    ("a clock that is ahead", signed(), BODY, NOW - 400, "400 seconds ahead"),
    ("milliseconds", {**signed(), "webhook-timestamp": f"{NOW}000"}, BODY, NOW, "in milliseconds"),
    ("no number", {**signed(), "webhook-timestamp": "today"}, BODY, NOW, "no number of seconds"),
    ("the secret as text", {**signed(), "webhook-signature": as_text(KEY.text())}, BODY, NOW, "used as text"),
    ("its base64 as text", {**signed(), "webhook-signature": as_text(KEY.text()[6:])}, BODY, NOW, "used as text"),
    ("no base64", {**signed(), "webhook-signature": "v1,%%%"}, BODY, NOW, "not base64"),
    ("a body that was read before", signed(), b"", NOW, "The body is empty"),
    ("an object of JavaScript as text", signed(), b"[object Object]", NOW, "made text of the object"),
    ("an object of Python as text", signed(), str(json.loads(BODY)).encode(), NOW, "made text of the object"),
    (
        "no timestamp",
        {k: v for k, v in signed().items() if k != "webhook-timestamp"},
        BODY,
        NOW,
        "webhook-timestamp is missing",
    ),
    (
        "no signature",
        {k: v for k, v in signed().items() if k != "webhook-signature"},
        BODY,
        NOW,
        "webhook-signature is missing",
    ),
]


@pytest.mark.parametrize(
    ("head", "body", "at_s", "words"), [one[1:] for one in MISTAKES], ids=[one[0] for one in MISTAKES]
)
def test_a_mistake_is_called_by_its_name(head: dict[str, str], body: bytes, at_s: float, words: str) -> None:
    verdict = judge(head, body, [KEY.text()], at_s)
    assert verdict.good is False
    assert words in verdict.said[0]


def test_a_body_that_differs_from_an_earlier_one_under_the_same_id_was_changed() -> None:
    verdict = judge(signed(), b"{}", [KEY.text()], NOW, earlier=[BODY])
    assert "The body was changed" in verdict.said[0]


def test_other_names_and_another_scheme_are_recognised() -> None:
    svix = {name.replace("webhook-", "svix-"): value for name, value in signed().items()}
    assert judge(svix, BODY, [KEY.text()], NOW).good is True
    hub = {"x-hub-signature-256": "sha256=" + hmac.new(b"rahasia", BODY, hashlib.sha256).hexdigest()}
    assert judge(hub, BODY, ["rahasia"], NOW).good is True
    assert judge(hub, BODY + b" ", ["rahasia"], NOW).good is False
    assert judge({"content-type": "text/plain"}, BODY, ["rahasia"], NOW).good is None
