"""DKIM (RFC 6376, and RFC 8463 for Ed25519): a mail is signed with the sender's key, so that whoever gets it can see that the domain wrote it. Pure.

Relaxed canonicalization of headers and body; From, Subject and Date are signed once more than they stand there, so that nobody adds another.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Final

_SIGNED: Final = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-language",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
_ONCE_MORE: Final = ("from", "subject", "date")
_FOLD: Final = 70
Header = tuple[str, bytes]
Signer = Callable[[bytes], bytes]


class BadKey(Exception):
    """The key is no private RSA key of at least 1,024 bits and no Ed25519 key, as PEM."""


def sign(mail: bytes, *, domain: str, selector: str, key: bytes, at: int) -> bytes:
    """The mail with a DKIM-Signature before it. Raises BadKey."""
    head, _, body = mail.partition(b"\r\n\r\n")
    headers = _headers(head)
    there = [name for name, _ in headers]
    names = [one for one in _SIGNED if one in there] + [one for one in _ONCE_MORE if one in there]
    algorithm, signer = _signer(key)
    tags = (
        f"v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={selector}; t={at};\r\n h={':'.join(names)};\r\n"
        f" bh={base64.b64encode(body_hash(body)).decode()};\r\n b="
    )
    made = base64.b64encode(signer(signed_text(headers, names, tags.encode()))).decode()
    folded = "\r\n ".join(made[start : start + _FOLD] for start in range(0, len(made), _FOLD))
    return f"DKIM-Signature: {tags}{folded}\r\n".encode() + mail


def body_hash(body: bytes) -> bytes:
    """SHA-256 of the body as it counts: runs of blanks as one, none at the end of a line, no empty lines at the end (RFC 6376 section 3.4.4)."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return hashlib.sha256(b"".join(line + b"\r\n" for line in lines)).digest()


def signed_text(headers: Sequence[Header], names: Sequence[str], tags: bytes) -> bytes:
    """What is signed: the named headers, of several alike the last first, and the signature's own with an empty `b` (section 3.7)."""
    left, text = list(headers), b""
    for name in names:
        place = next((n for n in range(len(left) - 1, -1, -1) if left[n][0] == name), None)
        if place is not None:
            text += _relaxed(*left.pop(place)) + b"\r\n"
    return text + _relaxed("dkim-signature", tags)


def _headers(head: bytes) -> Sequence[Header]:
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head)
    pairs = (line.partition(b":") for line in unfolded.split(b"\r\n"))
    return [(name.decode("ascii").strip().lower(), value) for name, _, value in pairs]


def _relaxed(name: str, value: bytes) -> bytes:
    """One header as it counts (section 3.4.2)."""
    return name.encode() + b":" + re.sub(rb"[ \t\r\n]+", b" ", value).strip(b" ")


def _signer(pem: bytes) -> tuple[str, Signer]:
    # Here, not above: whoever signs nothing need not load them.
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise BadKey from error
    if isinstance(key, Ed25519PrivateKey):
        return "ed25519-sha256", lambda text: key.sign(hashlib.sha256(text).digest())
    if isinstance(key, RSAPrivateKey) and key.key_size >= 1_024:
        return "rsa-sha256", lambda text: key.sign(text, PKCS1v15(), hashes.SHA256())
    raise BadKey
