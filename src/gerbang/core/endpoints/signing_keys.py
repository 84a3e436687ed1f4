"""The keys of endpoints in the secrets manager: made, read for signing, replaced. Core holds names and versions; here a value lives for one call."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from gerbang.base import ids
from gerbang.core.endpoints.model import Signing
from gerbang.core.endpoints.signatures import SECRET_BYTES, Key, KeyPair, SharedSecret, read_key
from gerbang.core.secrets.model import Purpose
from gerbang.core.secrets.service import Secrets

_KINDS: Final[Mapping[Signing, Sequence[str]]] = {
    Signing.HMAC: ("hmac",),
    Signing.ED25519: ("ed25519",),
    Signing.BOTH: ("hmac", "ed25519"),
}


@dataclass(frozen=True, slots=True)
class Revealed:
    """What the owner of an endpoint configures, told when it is made and when it is replaced; `again` to who repeats the very request that made it."""

    secret: str | None = field(default=None, repr=False)
    public_key: str | None = None
    again: bool = False


class SigningKeys:
    """Keys by endpoint."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def replace(self, endpoint: UUID, signing: Signing, *, overlap_s: int, actor: str) -> Revealed:
        """New keys; the old ones sign beside them for `overlap_s` seconds. The first ones are made so too."""
        return await self._make(endpoint, _KINDS[signing], overlap_s, actor)

    async def add(self, endpoint: UUID, before: Signing, after: Signing, *, actor: str) -> Revealed:
        """Keys that another way of signing needs and the one before did not."""
        return await self._make(endpoint, [one for one in _KINDS[after] if one not in _KINDS[before]], 0, actor)

    async def told_again(self, endpoint: UUID, signing: Signing) -> Revealed:
        """What was told when it was made, for who repeats that very request, or may see it again. Raises NotFound, Unavailable."""
        newest = [
            read_key((await self._secrets.newest(_name(endpoint, kind), Purpose.SIGN_WEBHOOK)).value.decode())
            for kind in _KINDS[signing]
        ]
        secret = next((key.text() for key in newest if isinstance(key, SharedSecret)), None)
        public = next((key.public_text() for key in newest if isinstance(key, KeyPair)), None)
        return Revealed(secret, public, again=True)

    async def remove(self, endpoint: UUID, *, actor: str) -> None:
        """Of an endpoint that is no more: nothing is signed with them again."""
        for kind in _KINDS[Signing.BOTH]:
            await self._secrets.remove(_name(endpoint, kind), actor=actor)

    async def _make(self, endpoint: UUID, kinds: Collection[str], overlap_s: int, actor: str) -> Revealed:
        secret, public = None, None
        for kind in kinds:
            made: Key = SharedSecret(os.urandom(SECRET_BYTES)) if kind == "hmac" else KeyPair(os.urandom(SECRET_BYTES))
            await self._secrets.put(_name(endpoint, kind), made.text().encode(), overlap_s=overlap_s, actor=actor)
            if isinstance(made, KeyPair):
                public = made.public_text()
            else:
                secret = made.text()
        return Revealed(secret, public)

    async def of(self, endpoint: UUID, signing: Signing) -> Sequence[Key]:
        """All that sign now: while one is being replaced, the old one too. Raises NotFound, Unavailable."""
        found = [await self._secrets.get(_name(endpoint, kind), Purpose.SIGN_WEBHOOK) for kind in _KINDS[signing]]
        return [read_key(value.value.decode()) for values in found for value in values]


def _name(endpoint: UUID, kind: str) -> str:
    return f"webhook/endpoint/{ids.show('ep', endpoint)}/{kind}"
