"""merchantToken as NICEPAY computes it: SHA-256 over fields joined without separators. Nothing of Gerbang's own signing code.

Source: providers' notes section 4; the vectors of section 11.1 are its test.
"""

import hmac
from hashlib import sha256


def merchant_token(*parts: str) -> str:
    """Lower-case hex of SHA-256 over the UTF-8 text of all parts; the merchant key is the last part by every formula."""
    return sha256("".join(parts).encode()).hexdigest()


def matches(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
