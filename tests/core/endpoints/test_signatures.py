"""Standard Webhooks as a sender: the published vectors, and the reference library as the receiver."""

import base64
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from gerbang.core.endpoints.signatures import BadSigningKey, KeyPair, SharedSecret, headers, read_key

ID = "msg_test0001"
AT = 1_780_000_000
BODY = b'{"object":"event","id":"evt_test0001","type":"response.completed","created_at":1780000000,"data":{"id":"resp_test0001"}}'
NEW = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OLD = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
SEED = bytes(range(1, 33))
PUBLIC = "whpk_ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ="
V1 = "v1,SyDJbS/m+s/958gnND08Cl8WAesoqiwt2gZTPCRzvHo="
V1_OLD = "v1,NRBQwgpirGAzqHlLuqEWKY6gJOYqFc4sswiG9yPJWog="
V1A = "v1a,MecGecqKh6RNfQyRKDdRT4fbeW5vVkWIco5LoWfJLC6pr7K3ECCtL5YZ289GlJuVtS3OXQIS2OWEB2qClvNmDA=="


def test_the_published_vectors_come_out() -> None:
    unicode = '{"type":"x","note":"Café ☕"}'.encode()
    assert headers(ID, AT, BODY, [read_key(NEW)]) == {
        "webhook-id": ID,
        "webhook-timestamp": str(AT),
        "webhook-signature": V1,
    }
    assert headers(ID, AT, BODY, [read_key(OLD)])["webhook-signature"] == V1_OLD
    assert (
        headers(ID, AT, unicode, [read_key(NEW)])["webhook-signature"]
        == "v1,L7cTN/1eFxzlH5ow0DLElNK1LS7+bNrbKNH61BOplJ4="
    )
    assert headers(ID, AT, BODY, [KeyPair(SEED)])["webhook-signature"] == V1A
    assert KeyPair(SEED).public_text() == PUBLIC


def test_every_key_of_a_rotation_signs_and_shared_secrets_come_first() -> None:
    signed = headers(ID, AT, BODY, [KeyPair(SEED), read_key(NEW), read_key(OLD)])
    assert signed["webhook-signature"] == f"{V1} {V1_OLD} {V1A}"


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_the_reference_library_takes_either_secret_of_a_rotation_beside_an_ed25519_token(secret: str) -> None:
    body = '{"note":"Café ☕"}'.encode()
    signed = headers(ID, int(time.time()), body, [KeyPair(SEED), read_key(NEW), read_key(OLD)])
    assert Webhook(secret).verify(body, dict(signed)) == {"note": "Café ☕"}


@pytest.mark.parametrize("age", [-400, 400])
def test_the_reference_library_refuses_another_body_or_another_time(age: int) -> None:
    signed = dict(headers(ID, int(time.time()), b"{}", [read_key(NEW)]))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(b"{ }", signed)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(b"{}", dict(headers(ID, int(time.time()) + age, b"{}", [read_key(NEW)])))


def test_who_has_the_public_key_alone_verifies_the_other_signature() -> None:
    (token,) = headers(ID, AT, BODY, [KeyPair(SEED)])["webhook-signature"].split(" ")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(PUBLIC.removeprefix("whpk_")))
    signature = base64.b64decode(token.removeprefix("v1a,"))
    key.verify(signature, f"{ID}.{AT}.".encode() + BODY)
    with pytest.raises(InvalidSignature):
        key.verify(signature, f"{ID}.{AT + 1}.".encode() + BODY)


def test_a_private_key_is_read_as_seed_alone_or_with_its_public_half() -> None:
    public = base64.b64decode(PUBLIC.removeprefix("whpk_"))
    for value in (SEED, SEED + public):
        assert read_key("whsk_" + base64.b64encode(value).decode()) == KeyPair(SEED)


def test_a_key_reads_back_from_its_written_form_and_never_shows() -> None:
    for key in (SharedSecret(SEED), KeyPair(SEED)):
        assert read_key(key.text()) == key
        assert "\\x01" not in repr(key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "whsec_",
        "whsec_!!!!",
        "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "whsk_" + base64.b64encode(b"x" * 31).decode(),
        "whsk_" + base64.b64encode(SEED + SEED).decode(),
        PUBLIC,
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadSigningKey):
        read_key(text)


def test_a_message_without_a_key_or_with_a_dot_in_its_id_is_never_sent() -> None:
    with pytest.raises(AssertionError):
        headers(ID, AT, BODY, [])
    with pytest.raises(AssertionError):
        headers("msg.1", AT, BODY, [read_key(NEW)])
