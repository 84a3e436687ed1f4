"""Keyed digests of personal data, so that audit, counters and sessions can tell people apart without naming them."""

from gerbang.base.crypto import keyed_digest, new_key
from gerbang.core.identity.model import Client
from gerbang.core.secrets.model import DIGEST_SECRET, Purpose
from gerbang.core.secrets.service import Secrets


class Digests:
    """Digests under one key of the secrets; 32 hexadecimal characters each, of another kind never equal."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def email(self, email: str) -> str:
        """Of an e-mail address, whatever its case."""
        return await self._of("email", email.strip().casefold())

    async def person(self, named: str) -> str:
        """Of whatever names a person, for the trail of showing and erasing them."""
        return await self._of("person", named)

    async def source(self, client: Client) -> str:
        """Of an address, whatever the user agent."""
        return await self._of("source", client.address)

    async def client(self, client: Client) -> str:
        """Of an address and a user agent together."""
        return await self._of("client", client.address, client.user_agent)

    async def _of(self, kind: str, *parts: str) -> str:
        values = await self._secrets.ensure(DIGEST_SECRET, new_key, Purpose.DIGEST_PERSONAL_DATA)
        words = (part.encode("utf-8", "surrogatepass") for part in parts)
        return keyed_digest(values[0].value, kind, *words).hex()[:32]
