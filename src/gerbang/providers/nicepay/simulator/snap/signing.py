"""SNAP's signatures as NICEPAY makes and checks them. Nothing of Gerbang's own signing code; source: notes 6.1, 6.2 and 8.2."""

import base64
import binascii
import hmac
from functools import lru_cache
from hashlib import sha256, sha512

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def call_signature(secret: str, method: str, path: str, token: str, body: bytes, stamp: str) -> str:
    """X-SIGNATURE of a call: base64 of HMAC-SHA512 over method, path, token, hash of the raw body and time stamp."""
    text = ":".join((method, path, token, sha256(body).hexdigest(), stamp))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), sha512).digest()).decode()


def same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def is_by(public_key: str, client_id: str, stamp: str, signature: str) -> bool:
    """Whether the owner of the key signed client id, a bar and the time stamp."""
    try:
        raw = base64.b64decode(signature, validate=True)
        _public(public_key).verify(raw, f"{client_id}|{stamp}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def signed(private_key: rsa.RSAPrivateKey, text: str) -> str:
    return base64.b64encode(private_key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def read_private(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey), "NICEPAY's key pair is RSA"
    return key


def new_private() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public_pem(private_key: rsa.RSAPrivateKey) -> str:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return private_key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


@lru_cache(maxsize=16)
def _public(pem: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(pem.encode())
    assert isinstance(key, rsa.RSAPublicKey), "a merchant's key is RSA"
    return key
