"""Lazada's two signatures: of a request (upper-case hex, over path and parameters) and of a push (lower-case hex, over app key and raw body). Pure.

Source: Open Platform, "Signature algorithm" and "Lazada Push Mechanism". A parameter without a value is never sent, for the official SDKs differ in whether it is signed.
"""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256


def request_signature(path: str, parameters: Mapping[str, str], secret: bytes) -> str:
    """`path` is what follows /rest; names sort by their bytes, values are not url-encoded, `sign` takes no part."""
    named = sorted((name.encode(), value.encode()) for name, value in parameters.items() if name != "sign")
    base = path.encode() + b"".join(name + value for name, value in named)
    return hmac.new(secret, base, sha256).hexdigest().upper()


def push_signature(app_key: str, body: bytes, secret: bytes) -> str:
    """Over the bytes as they came: the same object written anew has another one."""
    return hmac.new(secret, app_key.encode() + body, sha256).hexdigest()


def is_push_genuine(given: str, app_key: str, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Compared with every secret, in constant time."""
    genuine = False
    for secret in secrets:
        genuine |= hmac.compare_digest(push_signature(app_key, body, secret).encode(), given.encode("utf-8", "replace"))
    return genuine
