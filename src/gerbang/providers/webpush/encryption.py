"""The body of a push: one record of aes128gcm (RFC 8188) under keys that only this browser has (RFC 8291). Pure; key pair and salt come in."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gerbang.providers.webpush.vapid import public_point

SALT_BYTES: Final = 16
MOST_PLAIN_BYTES: Final = 3_993  # with 103 bytes around it 4,096, which every push service takes
_RECORD_BYTES: Final = 4_096
_LAST_RECORD: Final = b"\x02"


def encrypted(plain: bytes, *, receiver: bytes, auth: bytes, sender: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """What is sent. `receiver` is the browser's public point (p256dh), `auth` its secret; `sender` and `salt` are made for this one message.

    Raises ValueError for a receiver that is no point of the curve.
    """
    assert len(plain) <= MOST_PLAIN_BYTES, f"a push of {len(plain)} bytes"
    own = public_point(sender)
    shared = sender.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), receiver))
    material = _derived(shared, 32, auth, b"WebPush: info\x00" + receiver + own)
    key = _derived(material, 16, salt, b"Content-Encoding: aes128gcm\x00")
    nonce = _derived(material, 12, salt, b"Content-Encoding: nonce\x00")
    header = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(own)]) + own
    return header + AESGCM(key).encrypt(nonce, plain + _LAST_RECORD, None)


def _derived(secret: bytes, length: int, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), length, salt=salt, info=info).derive(secret)
