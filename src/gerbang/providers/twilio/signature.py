"""X-Twilio-Signature: an HMAC over the address as it was given to Twilio and every parameter that came. Pure.

With the auth token it is HMAC-SHA1. With a shared key (a beta of 2026) it is HMAC-SHA256 over the same text, and a header names key and algorithm; since that
header is not signed, which of the two is expected is our own configuration's matter.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from typing import Literal
from urllib.parse import parse_qs, urlsplit, urlunsplit

Algorithm = Literal["sha1", "sha256"]


def signature(key: bytes, url: str, parameters: Sequence[tuple[str, str]], algorithm: Algorithm = "sha1") -> str:
    """The signature of a form: names in order, of a repeated one each value once and in order."""
    pairs = "".join(name + value for name, value in sorted(set(parameters)))
    return base64.b64encode(hmac.digest(key, (url + pairs).encode(), algorithm)).decode()


def is_signed(key: bytes, url: str, parameters: Sequence[tuple[str, str]], given: str, algorithm: Algorithm) -> bool:
    """Whether a form is signed for this address, with or without its port."""
    found = [
        hmac.compare_digest(signature(key, one, parameters, algorithm).encode(), given.encode())
        for one in addresses(url)
    ]
    return any(found)


def is_json_signed(key: bytes, url: str, body: bytes, given: str, algorithm: Algorithm = "sha1") -> bool:
    """Whether a body that is no form is signed: the address carries its SHA-256, and is signed alone."""
    digest = hashlib.sha256(body).hexdigest()
    told = parse_qs(urlsplit(url).query).get("bodySHA256", [""])
    is_same = len(told) == 1 and hmac.compare_digest(told[0].encode(), digest.encode())
    return is_signed(key, url, (), given, algorithm) and is_same


def addresses(url: str) -> Iterator[str]:
    """The address as Twilio may sign it: with and without a port, never with the fragment that only steers the delivery."""
    parts = urlsplit(url)._replace(fragment="")
    yield urlunsplit(parts)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    if parts.port is not None:
        yield urlunsplit(parts._replace(netloc=host))
    else:
        yield urlunsplit(parts._replace(netloc=f"{host}:{443 if parts.scheme == 'https' else 80}"))
