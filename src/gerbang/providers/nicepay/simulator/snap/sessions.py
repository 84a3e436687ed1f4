"""What SNAP remembers beside the book: access tokens, the X-EXTERNAL-IDs of the day, and NICEPAY's own key. None of it survives a restart,
so tokens of before are refused then, as expired ones are.
"""

import base64
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from gerbang.providers.nicepay.simulator.orders import JAKARTA
from gerbang.providers.nicepay.simulator.snap import signing

LIFE: Final = timedelta(seconds=900)


class _Issued(NamedTuple):
    client_id: str
    until: datetime


class Sessions:
    """One for all merchants."""

    def __init__(self, private_key: str) -> None:
        self._pem = private_key
        self._tokens: dict[str, _Issued] = {}
        self._day = ""
        self._seen: set[tuple[str, str]] = set()
        self._serial = 0

    @cached_property
    def private_key(self) -> RSAPrivateKey:
        """NICEPAY's own, which signs notifications; made when first needed where none was given."""
        return signing.read_private(self._pem) if self._pem else signing.new_private()

    def issue(self, client_id: str, now: datetime, *, alone: bool) -> str:
        """A new token that looks like theirs; `alone`: the client's older ones are dead from now on."""
        if alone:
            self._tokens = {token: one for token, one in self._tokens.items() if one.client_id != client_id}
        self._tokens = {token: one for token, one in self._tokens.items() if one.until > now}
        self._serial += 1
        until = (now + LIFE).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
        claims = {"sub": client_id, "iss": "NICEPAY", "name": "simulator", "exp": until, "jti": self._serial}
        parts = [msgspec.json.encode(part) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        token = ".".join(base64.b64encode(part).decode() for part in (*parts, self._serial.to_bytes(32, "big")))
        self._tokens[token] = _Issued(client_id, now + LIFE)
        return token

    def knows(self, token: str, client_id: str, now: datetime) -> bool:
        one = self._tokens.get(token)
        return one is not None and one.client_id == client_id and now < one.until

    def is_new(self, client_id: str, external_id: str, now: datetime) -> bool:
        """Whether a client uses an X-EXTERNAL-ID for the first time on this day in Jakarta; from now on it is used."""
        day = f"{now.astimezone(JAKARTA):%Y%m%d}"
        if day != self._day:
            self._day, self._seen = day, set()
        new = (client_id, external_id) not in self._seen
        self._seen.add((client_id, external_id))
        return new
