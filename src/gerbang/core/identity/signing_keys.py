"""The Ed25519 keys that sign access tokens: several are valid while one takes over from another. Values come from the secrets.

A new key signs only ten seconds after this process has first seen it, if an older one is still valid: by then every process
has heard of it and can verify what it signs.
"""

import base64
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gerbang.base.batching import Shared
from gerbang.base.crypto import new_key
from gerbang.core.secrets.model import JWT_SECRET, Purpose
from gerbang.core.secrets.service import Secrets
from gerbang.ports.secrets import SecretValue

_SETTLE_S: Final = 10.0
_LOOK_AGAIN_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One version: `kid` is the key's thumbprint (RFC 7638), `dies_at` the end of its overlap on the monotonic clock."""

    kid: str
    private: Ed25519PrivateKey = field(repr=False)
    public: Ed25519PublicKey
    dies_at: float

    def jwk(self) -> dict[str, str]:
        """The public half (RFC 8037)."""
        return {"kty": "OKP", "crv": "Ed25519", "x": _x(self.public), "kid": self.kid, "alg": "EdDSA", "use": "sig"}


class SigningKeys:
    """The valid keys, newest first, parsed once per reading of the secret."""

    def __init__(self, secrets: Secrets, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._secrets = secrets
        self._monotonic = monotonic
        self._values: Sequence[SecretValue] = ()
        self._keys: Sequence[SigningKey] = ()
        self._first_seen: dict[str, float] = {}
        self._looked_at = float("-inf")
        self._looks: Shared[str, None] = Shared()

    async def all_valid(self, purpose: Purpose = Purpose.VERIFY_TOKEN) -> Sequence[SigningKey]:
        """Every valid key, newest first; the very first is made here. Raises what Secrets.get raises."""
        values = await self._secrets.ensure(JWT_SECRET, new_key, purpose)
        if values is not self._values:
            self._take(values)
        return self._keys

    async def to_sign(self) -> SigningKey:
        """The newest key that every process knows by now."""
        keys = await self.all_valid(Purpose.SIGN_TOKEN)
        settled = self._monotonic() - _SETTLE_S
        return next((key for key in keys if self._first_seen[key.kid] <= settled), keys[0])

    async def find(self, kid: str) -> SigningKey | None:
        """The valid key of this id; an unknown one is looked for again, at most once a second for all that ask."""
        found = _of(await self.all_valid(), kid)
        if found is None and self._monotonic() - self._looked_at >= _LOOK_AGAIN_S:
            await self._looks.run(JWT_SECRET, self._look_again)
            found = _of(self._keys, kid)
        return found

    async def _look_again(self) -> None:
        self._secrets.forget(JWT_SECRET)
        await self.all_valid()
        self._looked_at = self._monotonic()

    def rest_s(self, key: SigningKey) -> float:
        """For how many seconds the key still verifies; infinite while no newer one replaces it."""
        return key.dies_at - self._monotonic()

    def _take(self, values: Sequence[SecretValue]) -> None:
        first = not self._values
        now = self._monotonic()
        keys = [_key(value, now) for value in values]
        seen_now = float("-inf") if first else now
        self._first_seen = {key.kid: self._first_seen.get(key.kid, seen_now) for key in keys}
        self._values, self._keys = values, keys


def _of(keys: Sequence[SigningKey], kid: str) -> SigningKey | None:
    return next((key for key in keys if key.kid == kid), None)


def _key(value: SecretValue, now: float) -> SigningKey:
    private = Ed25519PrivateKey.from_private_bytes(value.value)
    public = private.public_key()
    thumbprint = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{_x(public)}"}}'.encode()).digest()
    dies_at = float("inf") if value.valid_for_s is None else now + value.valid_for_s
    return SigningKey(_base64url(thumbprint), private, public, dies_at)


def _x(public: Ed25519PublicKey) -> str:
    return _base64url(public.public_bytes_raw())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
