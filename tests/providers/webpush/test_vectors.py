"""Encryption and tokens against published vectors: RFC 8291's own example, and one that other libraries agree on."""

import base64
from datetime import UTC, datetime

import jwt
import pytest

from gerbang.providers.webpush.encryption import MOST_PLAIN_BYTES, encrypted
from gerbang.providers.webpush.simulator.receiving import TooLarge, Unreadable, opened
from gerbang.providers.webpush.vapid import authorization, decoded, encoded, public_point, read_key

RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95b"
    "Qpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
BODY = (
    "EBESExQVFhcYGRobHB0eHwAAEABBBFGnWAgziY6hsYPL1zUKQJkHjG7xweGOlwzXaDA18l59ARBSJxKwtafP8IFoVIaYSpTmgx7axG5zYPqdg0p6gaEEEmrC"
    "UTs2ZNvXfHO0M-NWBREVCSj3hb4JudlNDI8"
)
VECTORS = {
    "RFC 8291, appendix A": (
        b"When I grow up, I want to be a watermelon",
        decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"),
        decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        decoded("DGv6ra1nlYgDCS1FRnbzlw"),
        RFC_BODY,
    ),
    "http_ece": (b'{"t":"hello"}', b"\x22" * 32, bytes(range(16)), b"\x33" * 32, bytes(range(16, 32)), BODY),
}


@pytest.mark.parametrize("name", VECTORS)
def test_a_push_is_encrypted_as_the_vector_has_it_and_the_browsers_own_key_opens_it(name: str) -> None:
    plain, browser, auth, sender, salt, body = VECTORS[name]
    receiver = read_key(browser)
    made = encrypted(plain, receiver=public_point(receiver), auth=auth, sender=read_key(sender), salt=salt)
    assert encoded(made) == body
    assert opened(made, receiver, auth) == plain


def test_the_largest_push_fills_4096_bytes_and_one_byte_more_is_never_made() -> None:
    receiver, sender = read_key(b"\x22" * 32), read_key(b"\x33" * 32)
    keys = {"receiver": public_point(receiver), "auth": bytes(16), "salt": bytes(16)}
    made = encrypted(b"x" * MOST_PLAIN_BYTES, sender=sender, **keys)
    assert len(made) == 4_096
    assert opened(made, receiver, bytes(16)) == b"x" * MOST_PLAIN_BYTES
    with pytest.raises(AssertionError):
        encrypted(b"x" * (MOST_PLAIN_BYTES + 1), sender=sender, **keys)
    with pytest.raises(TooLarge):
        opened(made + b"x", receiver, bytes(16))


def test_a_changed_push_and_one_for_another_browser_are_not_opened() -> None:
    receiver, sender = read_key(b"\x22" * 32), read_key(b"\x33" * 32)
    made = encrypted(b"x", receiver=public_point(receiver), auth=bytes(16), sender=sender, salt=bytes(16))
    with pytest.raises(Unreadable):
        opened(made[:-1] + bytes([made[-1] ^ 1]), receiver, bytes(16))
    with pytest.raises(Unreadable):
        opened(made, sender, bytes(16))


def test_the_token_is_for_the_origin_of_the_address_and_names_the_key_beside_it() -> None:
    key = read_key(b"\x44" * 32)
    now = datetime(2026, 5, 29, 8, 26, 40, tzinfo=UTC)
    header = authorization("https://push.example.test/send/1?x=2", key, "mailto:ops@example.test", now)
    token, _, public = header.removeprefix("vapid t=").partition(", k=")
    assert public == "BFs2iQ2svXyalrt0oe4os9LXW3LgmiDvJc-Ob9ip8DUNDhS-2NRoKjTYNTi9_1uW6JpmZuwNtXRdAvoSEAct91o"
    claims = jwt.decode(
        token, key.public_key(), ["ES256"], audience="https://push.example.test", options={"verify_exp": False}
    )
    assert claims == {
        "aud": "https://push.example.test",
        "exp": int(now.timestamp()) + 43_200,
        "sub": "mailto:ops@example.test",
    }


def test_a_key_may_be_made_here_or_brought_as_base64url_or_pem() -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = read_key(b"\x44" * 32)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for brought in (pem, base64.urlsafe_b64encode(b"\x44" * 32).rstrip(b"=")):
        assert public_point(read_key(brought)) == public_point(key)
    public_point(read_key(b"\xff" * 32))  # beyond the curve's order
    for none in (b"short", b"\xff" * 40, b"-----BEGIN nothing"):
        with pytest.raises(ValueError):
            read_key(none)
