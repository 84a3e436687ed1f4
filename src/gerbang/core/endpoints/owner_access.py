"""The page of an endpoint's owner, who has no account here: a link mailed to a named mailbox, exchanged once for a session of that mailbox, and a fresh
code sent there before a secret is shown or replaced. Each step stands in the audit trail.
"""

import base64
import hashlib
import hmac
import secrets as random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from gerbang.base import ids
from gerbang.base.clock import BusinessClock
from gerbang.base.crypto import keyed_digest
from gerbang.base.db import Database, Row, Tx
from gerbang.core.announcements.model import Announcement, ObjectRef
from gerbang.core.announcements.service import announce
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import record
from gerbang.core.endpoints import owner_store, store
from gerbang.core.endpoints.model import (
    ENDPOINT,
    OWNER_LINK,
    EndpointNotFound,
    EndpointOwnerLinkInvalid,
    OwnerCodeWrong,
    TooManyOwnerMails,
    host_of,
)
from gerbang.core.endpoints.signing_keys import Revealed, SigningKeys
from gerbang.core.identity.model import Caller
from gerbang.core.secrets.model import LINK_KEY, Purpose
from gerbang.core.secrets.service import Secrets

LINK_PREFIX: Final = "eol"
MOST_TRIES: Final = 5
MOST_CODES: Final = 5
_MOST_LINKS: Final = 10  # to one endpoint within an hour
_TOKEN_BYTES: Final = 24
_CODES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class OwnerSession:
    """Somebody who opened the link that was mailed to them. `codes_left` is how often they may still ask for a code."""

    link_id: UUID
    endpoint_id: UUID
    email: str
    codes_left: int

    @property
    def caller(self) -> Caller:
        """On whose name they act: the link's, for the address is no matter of the trail."""
        label = f"endpoint_owner:{ids.show(LINK_PREFIX, self.link_id)}"
        return Caller("payer", label, object=ObjectRef(ENDPOINT, self.endpoint_id))


class OwnerTokens:
    """What mails to owners hold: tokens and codes, made from ids and never kept."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def link(self, link: UUID) -> str:
        """The unguessable part of a link."""
        return _token(await self._newest_key(), link)

    async def code(self, link: UUID, number: int) -> str:
        """The six digits of the so-manieth code of a link."""
        return _code(await self._newest_key(), link, number)

    async def is_link(self, link: UUID, token: str) -> bool:
        """Whether a token opens this link, by any key that is still valid. Constant time."""
        return _matches(token, [_token(key, link) for key in await self._keys()])

    async def is_code(self, link: UUID, number: int, typed: str) -> bool:
        """Whether this is the code. Constant time."""
        return _matches(typed, [_code(key, link, number) for key in await self._keys()])

    async def _keys(self) -> list[bytes]:
        return [key.value for key in await self._secrets.get(LINK_KEY, Purpose.SIGN_LINK)]

    async def _newest_key(self) -> bytes:
        return (await self._keys())[0]


class OwnerAccess:
    """Who may open the page of an endpoint's owner, and what asks for a code."""

    def __init__(self, db: Database, tokens: OwnerTokens, clock: BusinessClock, keys: SigningKeys) -> None:
        self._db = db
        self._tokens = tokens
        self._clock = clock
        self._keys = keys

    async def send(self, caller: Caller, endpoint_id: UUID, email: str, locale: str) -> UUID:
        """Mail a link to this mailbox: announced here, written and sent by core/notifications. Raises EndpointNotFound, TooManyOwnerMails."""
        link = ids.new()
        async with self._db.transaction() as tx:
            endpoint = await store.lock(tx, endpoint_id)
            if endpoint is None:
                raise EndpointNotFound
            if await owner_store.made_lately(tx, endpoint_id) >= _MOST_LINKS:
                raise TooManyOwnerMails(retry_after_s=600)
            await owner_store.add(tx, link, endpoint_id, email, locale, caller.label)
            shown = {"owner_link": ids.show(LINK_PREFIX, link)}
            await record(tx, [Entry(caller.label, "endpoint.owner_link_sent", ids.show("ep", endpoint_id), shown)])
            about = {**shown, "host": host_of(endpoint.url)}
            await announce(
                tx, [Announcement("endpoint.owner_link_sent", ObjectRef(OWNER_LINK, link), about, self._clock.now())]
            )
        return link

    async def is_waiting(self, link: UUID, token: str) -> bool:
        """Whether a link may still be opened by this token; looking does not open it."""
        async with self._db.reading() as tx:
            row = await owner_store.one(tx, link)
        return _may_open(row) and await self._tokens.is_link(link, token)

    async def open(self, link: UUID, token: str) -> str:
        """Exchange the link for a session, once; the session's own token. Raises EndpointOwnerLinkInvalid for one that is unknown, over or used."""
        if not await self._tokens.is_link(link, token):
            raise EndpointOwnerLinkInvalid
        session = random.token_urlsafe(32)
        async with self._db.transaction() as tx:
            row = await owner_store.lock(tx, link)
            if row is None or not _may_open(row):
                raise EndpointOwnerLinkInvalid
            await owner_store.open_session(tx, link, _digest(session))
            await _note(tx, _session(row), "endpoint.owner_opened")
        return session

    async def session(self, link: UUID, token: str) -> OwnerSession:
        """The session of this token. Raises EndpointOwnerLinkInvalid for one that is over."""
        async with self._db.reading() as tx:
            row = await owner_store.one(tx, link)
        if row is None or not row["is_open"] or not hmac.compare_digest(row["session_digest"] or b"", _digest(token)):
            raise EndpointOwnerLinkInvalid
        return _session(row)

    async def send_code(self, session: OwnerSession) -> None:
        """Mail a fresh code to the session's mailbox; the one before ends. Raises EndpointOwnerLinkInvalid, TooManyOwnerMails."""
        async with self._db.transaction() as tx:
            row = await owner_store.lock(tx, session.link_id)
            if row is None or not row["is_open"]:
                raise EndpointOwnerLinkInvalid
            if row["code_number"] >= MOST_CODES:
                raise TooManyOwnerMails(retry_after_s=1_800)
            number = await owner_store.new_code(tx, session.link_id)
            endpoint = await store.one(tx, session.endpoint_id)
            assert endpoint is not None, "its link was found by it"
            shown = {"owner_link": ids.show(LINK_PREFIX, session.link_id), "number": number}
            await _note(tx, session, "endpoint.owner_code_sent")
            about = {**shown, "host": host_of(endpoint.url)}
            object_ = ObjectRef(OWNER_LINK, session.link_id)
            await announce(tx, [Announcement("endpoint.owner_code_sent", object_, about, self._clock.now())])

    async def spend_code(self, session: OwnerSession, typed: str, wanted: Literal["show", "rotate"]) -> None:
        """Take the code, once, for what it was asked for. Raises OwnerCodeWrong, which says how many tries are left."""
        async with self._db.transaction() as tx:
            row = await owner_store.lock(tx, session.link_id)
            if row is None or not row["is_open"]:
                raise EndpointOwnerLinkInvalid
            left = MOST_TRIES - row["code_tries"] if row["has_code"] else 0
            if left > 0 and await self._tokens.is_code(session.link_id, row["code_number"], typed):
                await owner_store.use_code(tx, session.link_id)
                used = "endpoint.owner_code_used_to_show" if wanted == "show" else "endpoint.owner_code_used_to_rotate"
                await _note(tx, session, used)
                return
            if left > 0:
                await owner_store.count_try(tx, session.link_id)
                await _note(tx, session, "endpoint.owner_code_refused")
        wrong = OwnerCodeWrong()
        wrong.left = max(0, left - 1)
        raise wrong

    async def revealed(self, session: OwnerSession) -> Revealed:
        """The keys as they are, for who has lost them and has just spent a code. Raises EndpointOwnerLinkInvalid."""
        async with self._db.reading() as tx:
            endpoint = await store.one(tx, session.endpoint_id)
        if endpoint is None:
            raise EndpointOwnerLinkInvalid
        return await self._keys.told_again(endpoint.id, endpoint.signing)


async def _note(tx: Tx, session: OwnerSession, action: str) -> None:
    await record(tx, [Entry(session.caller.label, action, ids.show("ep", session.endpoint_id))])


async def mailboxes(tx: Tx, links: Sequence[UUID]) -> Mapping[UUID, tuple[str, str]]:
    """To whom links went, address and language; of those that are there."""
    return {row["id"]: (row["email"], row["locale"]) for row in await owner_store.mailboxes(tx, links)}


def _may_open(row: Row | None) -> bool:
    return row is not None and row["is_fresh"] and row["opened_at"] is None


def _session(row: Row) -> OwnerSession:
    return OwnerSession(row["id"], row["endpoint_id"], row["email"], MOST_CODES - row["code_number"])


def _token(key: bytes, link: UUID) -> str:
    digest = keyed_digest(key, "endpoint owner link", link.bytes)
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode().rstrip("=")


def _code(key: bytes, link: UUID, number: int) -> str:
    digest = keyed_digest(key, "endpoint owner code", link.bytes, str(number))
    return f"{int.from_bytes(digest[:8]) % _CODES:06d}"


def _matches(given: str, known: list[str]) -> bool:
    matches = [hmac.compare_digest(one.encode(), given.encode("utf-8", "replace")) for one in known]
    return any(matches)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
