"""DKIM: the published vectors, what a receiver verifies over a real SMTP conversation, and what is no key."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from gerbang.base.http import Unreachable
from gerbang.providers.smtp import PROVIDER, dkim
from gerbang.providers.smtp.adapter import SmtpMessenger
from tests.providers.smtp.listener import listening
from tests.providers.smtp.test_adapter import MESSAGE, account

# RFC 8463, appendix A.
RFC_HEADERS = [
    ("from", b" Joe SixPack <joe@football.example.com>"),
    ("to", b" Suzie Q <suzie@shopping.example.net>"),
    ("subject", b" Is dinner ready?"),
    ("date", b" Fri, 11 Jul 2003 21:00:37 -0700 (PDT)"),
    ("message-id", b" <20030712040037.46341.5F8J@football.example.com>"),
]
RFC_NAMES = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"]
RFC_BODY = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
RFC_TAGS = (
    b" v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909;"
    b" h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b="
)
RFC_KEY = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
RFC_SIGNATURE = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
ED25519 = Ed25519PrivateKey.from_private_bytes(b"\x11" * 32)


def pem(key: object) -> bytes:
    made: bytes = key.private_bytes(  # type: ignore[attr-defined]  # every private key has it
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made


def parts(mail: bytes) -> tuple[dict[str, str], bytes, bytes]:
    """The signature's tags, the text that it signs, and the body, as a receiver takes them."""
    head, _, body = mail.partition(b"\r\n\r\n")
    lines = re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")
    assert lines[0].startswith(b"DKIM-Signature: ")
    value = lines[0].partition(b":")[2]
    tags = dict(one.strip().split("=", 1) for one in value.decode().split(";"))
    others = [(name.decode().lower(), rest) for name, _, rest in (line.partition(b":") for line in lines[1:])]
    unsigned = value[: value.index(b" b=") + 3]
    return tags, dkim.signed_text(others, tags["h"].split(":"), unsigned), body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        (b"Hello \r\n\r\n\r\n", "Ba3gj8+xBPQLJTahTfzW6RbWQ/XPgESxkCi2B66PSQg="),
        (RFC_BODY, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="),
    ],
)
def test_a_body_counts_as_published(body: bytes, expected: str) -> None:
    assert base64.b64encode(dkim.body_hash(body)).decode() == expected


def test_the_published_mail_has_the_published_signature() -> None:
    text = dkim.signed_text(RFC_HEADERS, RFC_NAMES, RFC_TAGS)
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(RFC_KEY))
    assert base64.b64encode(key.sign(hashlib.sha256(text).digest())).decode() == RFC_SIGNATURE


async def test_what_the_receiver_gets_verifies_and_a_changed_subject_or_a_second_sender_does_not() -> None:
    async with listening() as server:
        signing = account(server.port, {"dkim_key": [pem(ED25519)]}, dkim_selector="s1")
        await SmtpMessenger().send(signing, MESSAGE)
        plain = account(server.port)
        await SmtpMessenger().send(plain, MESSAGE)
    mail, unsigned = server.raw
    assert b"DKIM-Signature" not in unsigned
    tags, text, body = parts(mail)
    assert (tags["d"], tags["s"], tags["a"], tags["c"]) == (
        "toko.example",
        "s1",
        "ed25519-sha256",
        "relaxed/relaxed",
    )
    assert base64.b64encode(dkim.body_hash(body)).decode() == tags["bh"]
    _verify(tags, text)
    for old, new in ((b"\r\nSubject: ", b"\r\nSubject: X"), (b"\r\nTo: ", b"\r\nFrom: evil@example.com\r\nTo: ")):
        with pytest.raises(InvalidSignature):
            _verify(*parts(mail.replace(old, new, 1))[:2])


def _verify(tags: dict[str, str], text: bytes) -> None:
    key: Ed25519PublicKey = ED25519.public_key()
    key.verify(base64.b64decode(re.sub(r"\s", "", tags["b"])), hashlib.sha256(text).digest())


def test_an_rsa_key_signs_too_and_what_is_no_key_is_said_to_be_none() -> None:
    key = generate_private_key(65_537, 2_048)
    mail = b"From: a@toko.example\r\nSubject: x\r\n\r\nHalo\r\n"
    tags, text, _ = parts(dkim.sign(mail, domain="toko.example", selector="s1", key=pem(key), at=1_780_000_000))
    assert (tags["a"], tags["t"], tags["h"]) == ("rsa-sha256", "1780000000", "from:subject:from:subject")
    signature = base64.b64decode(re.sub(r"\s", "", tags["b"]))
    key.public_key().verify(signature, text, PKCS1v15(), hashes.SHA256())
    for bad in (b"", b"not a key", pem(key).replace(b"PRIVATE", b"PUBLIC")):
        with pytest.raises(dkim.BadKey):
            dkim.sign(mail, domain="toko.example", selector="s1", key=bad, at=0)


async def test_a_key_that_is_none_sends_nothing_and_says_which_secret_it_is() -> None:
    async with listening() as server:
        wrong = account(server.port, {"dkim_key": [b"guess"]}, dkim_selector="s1")
        with pytest.raises(Unreachable, match="dkim_key"):
            await SmtpMessenger().send(wrong, MESSAGE)
    assert server.received == []


def test_key_and_selector_go_together_and_names_are_names() -> None:
    assert PROVIDER.check is not None
    base = {"host": "mail.toko.example", "from": "bayar@toko.example"}
    assert [one.pointer for one in PROVIDER.check(base, {"dkim_key"})] == ["/settings/dkim_selector"]
    assert [one.pointer for one in PROVIDER.check({**base, "dkim_selector": "s1"}, ())] == ["/settings/dkim_selector"]
    bad = {**base, "dkim_selector": "s1; d=evil", "dkim_domain": "a b"}
    assert [one.pointer for one in PROVIDER.check(bad, {"dkim_key"})] == [
        "/settings/dkim_selector",
        "/settings/dkim_domain",
    ]
    assert PROVIDER.check({**base, "dkim_selector": "s1", "dkim_domain": "toko.example"}, {"dkim_key"}) == []


async def test_one_click_unsubscribe_stands_on_one_line_as_it_is_and_is_signed() -> None:
    way_out = f"https://pay.toko.example/unsubscribe/payment_reminder/{'A' * 72}?l=id"
    async with listening() as server:
        signing = account(server.port, {"dkim_key": [pem(ED25519)]}, dkim_selector="s1")
        await SmtpMessenger().send(signing, replace(MESSAGE, unsubscribe=way_out))
        await SmtpMessenger().send(signing, MESSAGE)
    with_it, without = server.raw
    lines = with_it.split(b"\r\n")
    assert f"List-Unsubscribe: <{way_out}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    tags, text, _ = parts(with_it)
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(tags["h"].split(":"))
    ED25519.public_key().verify(base64.b64decode(tags["b"].replace(" ", "")), hashlib.sha256(text).digest())
    assert b"List-Unsubscribe" not in without
