"""Identity: who is asking. The hot path stands here; sessions, accounts and API keys have files of their own.

For a header that was verified before, `caller_of` is a dictionary lookup. Else the signature is checked and the database asked,
once for all that ask at the same moment. When this process has not heard of changes for five seconds, it asks every time.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from gerbang.base.batching import GroupRead
from gerbang.base.clock import real_now
from gerbang.base.db import Database
from gerbang.base.errors import GerbangError, Unauthenticated
from gerbang.core.identity import key_store, people, store
from gerbang.core.identity.accounts import Accounts
from gerbang.core.identity.api_keys import ApiKeys
from gerbang.core.identity.callers import Callers, Verified
from gerbang.core.identity.changes import Changes
from gerbang.core.identity.digests import Digests
from gerbang.core.identity.model import (
    STANDARD_LIFETIMES,
    Actor,
    Caller,
    Environment,
    InvalidToken,
    Lifetimes,
    key_caller,
    user_caller,
)
from gerbang.core.identity.passwords import Passwords
from gerbang.core.identity.permissions import Permissions
from gerbang.core.identity.sessions import Sessions
from gerbang.core.identity.signing_keys import SigningKeys
from gerbang.core.identity.step_up import StepUp
from gerbang.core.identity.throttle import Throttle
from gerbang.core.identity.tokens import LONGEST, Tokens
from gerbang.core.secrets.model import JWT_SECRET
from gerbang.core.secrets.service import Secrets

log = structlog.get_logger()
_WRITE: Final = "Write `Authorization: Bearer grb_…` with an API key of /v1/api-keys."
_SCHEME: Final = "bearer "
_KEY_HOLDS_S: Final = 300.0
_FLUSH_EVERY_S: Final = 30.0


class Identity:
    """Everything about callers, wired: `sessions`, `step_up`, `accounts`, `api_keys`, and `caller_of` for every request.

    `changes` must be polled by whoever runs the process (Changes.run); `run` keeps the last uses of API keys.
    """

    def __init__(
        self,
        db: Database,
        secrets: Secrets,
        changes: Changes,
        *,
        permissions: Permissions,
        environment: Environment,
        passwords: Passwords | None = None,
        lifetimes: Lifetimes = STANDARD_LIFETIMES,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._now = now
        self._changes = changes
        self._permissions = permissions
        self._callers = Callers()
        self._keys_used: dict[UUID, datetime] = {}
        self._session_of = GroupRead(db, store.live_sessions)
        self._key_of = GroupRead(db, key_store.live)
        self.signing_keys = SigningKeys(secrets)
        self.tokens = Tokens(self.signing_keys, environment=environment, lifetime_s=lifetimes.access_s, now=now)
        self.passwords = passwords or Passwords()
        throttle, digests = Throttle(db), Digests(secrets)
        self.sessions = Sessions(
            db,
            secrets=secrets,
            tokens=self.tokens,
            passwords=self.passwords,
            throttle=throttle,
            digests=digests,
            changes=changes,
            refresh_valid_s=lifetimes.refresh_s,
        )
        self.step_up = StepUp(db, passwords=self.passwords, throttle=throttle)
        self.accounts = Accounts(
            db,
            passwords=self.passwords,
            sessions=self.sessions,
            throttle=throttle,
            digests=digests,
            changes=changes,
            owner_link_s=lifetimes.owner_link_s,
        )
        self.api_keys = ApiKeys(db, permissions=permissions, environment=environment, changes=changes)
        for kind in ("session", "user", "api_key"):
            changes.subscribe(kind, self._callers.end)
        changes.subscribe("secret", secrets.forget)
        changes.subscribe("secret", self._key_changed)

    async def caller_of(self, authorization: str | None) -> Caller:
        """Who an Authorization header names. Raises Unauthenticated without one, InvalidToken, Unavailable."""
        if authorization is None:
            raise Unauthenticated
        known = self.known_caller(authorization)
        return known if known is not None else await self._verify(authorization)

    def known_caller(self, authorization: str) -> Caller | None:
        """The caller, if this process has verified the very header and may still believe it; no I/O."""
        if not self._changes.is_fresh():
            return None
        caller = self._callers.find(authorization, self._now())
        if caller is not None and caller.kind == "api_key":
            self._used(caller)
        return caller

    async def jwks(self) -> Sequence[dict[str, str]]:
        """The public keys that verify our tokens now, newest first."""
        return [key.jwk() for key in await self.signing_keys.all_valid()]

    async def named(self, labels: Iterable[str]) -> Mapping[str, Actor]:
        """The people and API keys behind labels of the audit; whoever is not known here, or is neither, is left out."""
        async with self._db.reading() as tx:
            return await people.named(tx, labels)

    async def staff(self) -> Mapping[str, Actor]:
        """The people and API keys that may do something here, by their labels; of very many some hundred."""
        async with self._db.reading() as tx:
            return await people.staff(tx)

    async def run(self, stop: asyncio.Event) -> None:
        """Write down now and then when API keys were last used, until `stop` is set."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _FLUSH_EVERY_S)
            try:
                await self.flush_uses()
            except GerbangError as error:
                log.warning("identity.uses_not_written", code=error.code)

    async def flush_uses(self) -> None:
        """Write the last uses of API keys; they are tried again when the database does not answer."""
        used, self._keys_used = self._keys_used, {}
        if not used:
            return
        try:
            async with self._db.transaction() as tx:
                await key_store.touch(tx, used)
        except GerbangError:
            self._keys_used = used | self._keys_used
            raise

    def close(self) -> None:
        """End the threads that check passwords."""
        self.passwords.close()

    async def _verify(self, authorization: str) -> Caller:
        credential = _credential(authorization)
        asked_at = self._callers.asked_at()
        verified = await (self._key(credential) if credential.startswith("grb_") else self._token(credential))
        self._callers.keep(authorization, verified, asked_at)
        return verified.caller

    async def _token(self, token: str) -> Verified:
        claims = await self.tokens.verify(token)
        session = await self._session_of.submit(claims.session_id)
        if session != (claims.user_id, claims.role):
            log.info("token.refused", why="session")
            raise InvalidToken
        held = self._permissions.of(claims.role)
        caller = user_caller(claims.user_id, claims.role, claims.session_id, held)
        return Verified(caller, claims.holds_until, (str(claims.session_id), str(claims.user_id)))

    async def _key(self, key: str) -> Verified:
        digest = self.api_keys.digest_of(key)
        found = None if digest is None else await self._key_of.submit(digest)
        if found is None:
            log.info("token.refused", why="api_key")
            raise InvalidToken
        role = store.role_of("key", *found)
        caller = key_caller(found[0], role, self._permissions.of(role))
        self._used(caller)
        return Verified(caller, self._now() + _KEY_HOLDS_S, (str(found[0]),))

    def _used(self, caller: Caller) -> None:
        if caller.id is not None and caller.id not in self._keys_used:
            self._keys_used[caller.id] = real_now()

    def _key_changed(self, name: str) -> None:
        if name == JWT_SECRET:
            self._callers.clear()


def _credential(authorization: str) -> str:
    """What stands behind `Bearer `; anything else is refused like a wrong token. What can be no token of anybody's is told by what it is."""
    credential = authorization[len(_SCHEME) :]
    if authorization[: len(_SCHEME)].lower() != _SCHEME or len(credential) > LONGEST or not credential.isascii():
        log.info("token.refused", why="form")
        if authorization.startswith("grb_"):
            raise InvalidToken(
                "The Authorization header holds an API key without the word Bearer before it.", hint=_WRITE
            )
        raise InvalidToken
    if credential.startswith(("whsec_", "whpk_")):
        log.info("token.refused", why="form")
        raise InvalidToken(
            "This is the secret of a webhook: it verifies what we send, and opens nothing here.", hint=_WRITE
        )
    return credential
