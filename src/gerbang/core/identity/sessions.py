"""Sessions: login, the turning over of refresh tokens, and their end. Access tokens themselves are made in tokens.py.

A refresh token is HMAC(key, session, generation), so nothing secret is stored and a lost answer can be given again.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from gerbang.base import email_address, ids
from gerbang.base.crypto import digest, keyed_digest, new_key
from gerbang.base.db import Database, Row, Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.identity import store
from gerbang.core.identity.changes import Changes, tell
from gerbang.core.identity.digests import Digests
from gerbang.core.identity.model import (
    STANDARD_LIFETIMES,
    Caller,
    Client,
    InvalidCredentials,
    InvalidToken,
    TokenPair,
)
from gerbang.core.identity.passwords import Passwords
from gerbang.core.identity.texts import text
from gerbang.core.identity.throttle import Throttle
from gerbang.core.identity.tokens import Tokens
from gerbang.core.secrets.model import Purpose
from gerbang.core.secrets.service import Secrets
from gerbang.ports.secrets import SecretValue

log = structlog.get_logger()
REFRESH_SECRET: Final = "service/gerbang/refresh"  # noqa: S105  a name, not a value
REFRESH_VALID_S: Final = STANDARD_LIFETIMES.refresh_s
SESSION_VALID_S: Final = 90 * 86_400
RETRY_S: Final = 10  # RFC 9700 4.14.2 rotates at once; a lost answer gets ten seconds
_PREFIX: Final = "grr_"
_LENGTH: Final = len(_PREFIX) + 43


@dataclass(frozen=True, slots=True)
class _Rotated:
    """What became of a refresh token: the session goes on with the next token, or it is over."""

    row: Row | None = None
    token: str | None = None
    reused: bool = False


class Sessions:
    """Use cases around sessions; each is one transaction, audited in it."""

    def __init__(
        self,
        db: Database,
        *,
        secrets: Secrets,
        tokens: Tokens,
        passwords: Passwords,
        throttle: Throttle,
        digests: Digests,
        changes: Changes,
        refresh_valid_s: int = REFRESH_VALID_S,
    ) -> None:
        self._db = db
        self._secrets = secrets
        self._tokens = tokens
        self._passwords = passwords
        self._throttle = throttle
        self._digests = digests
        self._changes = changes
        self._refresh_valid_s = refresh_valid_s

    async def login(self, email: str, password: str, client: Client, *, locale: str = "en") -> TokenPair:
        """Raises InvalidCredentials (the same for an unknown user, after the same work), AccountThrottled, LoginBusy."""
        account, source = await self._digests.email(email), await self._digests.source(client)
        client_digest = await self._digests.client(client)
        async with self._db.reading() as tx:
            user = (
                await store.user_to_log_in(tx, email_address.as_kept(email), client_digest)
                if email.isprintable()
                else None
            )
        known = user is not None and user["known_client"]
        admission = await self._throttle.admit_login(
            account=account, source=source, client=client_digest, known=known, locale=locale
        )
        matches = await self._passwords.matches(user["password_hash"] if user else None, password)
        if user is None or not matches or user["disabled"]:
            async with self._db.transaction() as tx:
                await record(tx, [Entry(f"source:{source}", "login.refused", f"account:{account}")])
            raise InvalidCredentials(text("credentials", locale))
        pair = await self._open(user, password, client_digest, locale)
        await self._throttle.take_back(admission)
        return pair

    async def refresh(self, refresh_token: str, client: Client) -> TokenPair:
        """The next pair; the old refresh token is used up. Its reuse ends the session (R29). Raises InvalidToken."""
        if len(refresh_token) != _LENGTH or not refresh_token.startswith(_PREFIX) or not refresh_token.isascii():
            raise InvalidToken
        client_digest = await self._digests.client(client)
        keys = [value.value for value in await self._refresh_keys()]
        await self._tokens.ready()  # before the old token is used up
        async with self._db.transaction() as tx:
            turned = await self._turn_over(tx, digest(refresh_token), client_digest, keys)
        if turned.row is None or turned.token is None:
            if turned.reused and turned.row is not None:
                self._changes.apply("session", str(turned.row["family_id"]))
                log.warning("session.token_reuse", session=ids.show("ses", turned.row["family_id"]))
            raise InvalidToken
        row = turned.row
        access = await self._tokens.mint(
            row["user_id"], row["family_id"], store.role_of("usr", row["user_id"], row["role"])
        )
        return TokenPair(access, self._tokens.lifetime_s, turned.token)

    async def logout(self, caller: Caller | None, refresh_token: str | None) -> bool:
        """End the caller's session, or that of the refresh token; False for whoever holds neither, and is signed out already."""
        async with self._db.transaction() as tx:
            family = caller.session_id if caller else None
            if family is None and refresh_token:
                family = await store.lock_family_of(tx, digest(refresh_token.encode("utf-8", "surrogatepass")))
            if family is None:
                return False
            actor = caller.label if caller else f"session:{ids.show('ses', family)}"
            await self.end(tx, [family], actor=actor, why="logout")
        self.heard([family])
        return True

    async def end(self, tx: Tx, families: Sequence[UUID], *, actor: str, why: str) -> Sequence[UUID]:
        """End sessions in the caller's transaction; call `heard` with the result after the commit."""
        ended = await store.revoke_families(tx, families, why)
        await record(tx, [Entry(actor, "session.revoked", ids.show("ses", family), {"why": why}) for family in ended])
        for family in ended:
            await tell(tx, "session", str(family))
        return ended

    async def end_all(self, tx: Tx, user_id: UUID, *, actor: str, why: str) -> Sequence[UUID]:
        """End every session of a user in the caller's transaction; call `heard` with the result after the commit."""
        return await self.end(tx, await store.families_of(tx, user_id), actor=actor, why=why)

    def heard(self, families: Sequence[UUID]) -> None:
        """Let this process know at once what the others hear within five seconds."""
        for family in families:
            self._changes.apply("session", str(family))

    async def _open(self, user: Row, password: str, client: str, locale: str) -> TokenPair:
        user_id, checked, family = user["id"], user["password_hash"], ids.new()
        access = await self._tokens.mint(user_id, family, store.role_of("usr", user_id, user["role"]))
        token = _token((await self._refresh_keys())[0].value, family, 0)
        fresh = await self._passwords.hash(password) if self._passwords.outdated(checked) else None
        async with self._db.transaction() as tx:
            now = await store.lock_user(tx, user_id)
            if now is None or now["disabled_at"] or now["password_hash"] != checked:  # changed while we were checking
                raise InvalidCredentials(text("credentials", locale))
            if fresh is not None:
                await store.set_password(tx, user_id, fresh)
            await store.add_family(tx, family, user_id)
            await store.add_refresh_token(tx, digest(token), family, 0, client, self._refresh_valid_s)
            actor = f"user:{ids.show('usr', user_id)}"
            await record(tx, [Entry(actor, "login.ok", ids.show("ses", family), {"rehashed": fresh is not None})])
        return TokenPair(access, self._tokens.lifetime_s, token)

    async def _turn_over(self, tx: Tx, known: bytes, client: str, keys: Sequence[bytes]) -> _Rotated:
        if await store.lock_family_of(tx, known) is None:
            return _Rotated()
        row = await store.refresh_token(tx, known, RETRY_S, SESSION_VALID_S)
        if row is None or not row["live"]:
            return _Rotated()
        family, generation = row["family_id"], row["generation"] + 1
        if row["rotated"]:
            lost_answer = row["just_rotated"] and not row["successor_rotated"] and row["successor_client"] == client
            if not lost_answer:
                await self._end_for_reuse(tx, row)
                return _Rotated(row, reused=True)
            candidates = (_token(key, family, generation) for key in keys)
            return _Rotated(row, next((t for t in candidates if digest(t) == row["successor_digest"]), None))
        if row["expired"]:
            return _Rotated()
        token = _token(keys[0], family, generation)
        await store.mark_rotated(tx, known)
        await store.add_refresh_token(tx, digest(token), family, generation, client, self._refresh_valid_s)
        actor = f"user:{ids.show('usr', row['user_id'])}"
        await record(tx, [Entry(actor, "session.refreshed", ids.show("ses", family), {"generation": generation})])
        return _Rotated(row, token)

    async def _end_for_reuse(self, tx: Tx, row: Row) -> None:
        """One of two holders of this token is a thief, and nobody can tell which: both are signed out."""
        session, user = ids.show("ses", row["family_id"]), ids.show("usr", row["user_id"])
        detail = {"generation": row["generation"]}
        await record(tx, [Entry(f"user:{user}", "session.token_reuse", session, detail)])
        await self.end(tx, [row["family_id"]], actor="system:identity", why="token_reuse")
        now = await store.business_now(tx)
        about, data = ObjectRef("user", row["user_id"]), {"user": user, "session": session}
        await announce(tx, [Announcement("security.token_reuse", about, data, now)])

    async def _refresh_keys(self) -> Sequence[SecretValue]:
        return await self._secrets.ensure(REFRESH_SECRET, new_key, Purpose.REFRESH_SESSION)


def _token(key: bytes, family: UUID, generation: int) -> str:
    mac = keyed_digest(key, "refresh", family.bytes, str(generation))
    return _PREFIX + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
