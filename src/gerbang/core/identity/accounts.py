"""People: registering, the first owner, what an admin does to users, and changing one's password. Sessions are in sessions.py."""

import base64
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from gerbang.base import email_address, ids
from gerbang.base.crypto import digest
from gerbang.base.db import Database, Row, Tx
from gerbang.base.errors import FieldError, Forbidden
from gerbang.base.unreadable_rows import readable
from gerbang.core.audit.model import Entry
from gerbang.core.audit.service import SYSTEM, record
from gerbang.core.identity import store
from gerbang.core.identity.changes import Changes, tell
from gerbang.core.identity.digests import Digests
from gerbang.core.identity.model import (
    Caller,
    Client,
    EmailTaken,
    InvalidCredentials,
    InvalidProfile,
    LastAdmin,
    OwnerLinkInvalid,
    Role,
    User,
    UserNotFound,
)
from gerbang.core.identity.passwords import Passwords, check_new
from gerbang.core.identity.sessions import Sessions
from gerbang.core.identity.texts import LOCALES, text
from gerbang.core.identity.throttle import Throttle

_OWNER_PREFIX: Final = "gro_"


@dataclass(frozen=True, slots=True)
class NewUser:
    """A checked profile, ready to be stored."""

    email: str
    password_hash: str = field(repr=False)
    account_digest: str
    name: str
    locale: str
    role: Role


class Accounts:
    """Use cases around users; each is one transaction, audited in it. Every process hears of a change within five seconds."""

    def __init__(
        self,
        db: Database,
        *,
        passwords: Passwords,
        sessions: Sessions,
        throttle: Throttle,
        digests: Digests,
        changes: Changes,
        owner_link_s: int,
    ) -> None:
        self._db = db
        self._passwords = passwords
        self._sessions = sessions
        self._throttle = throttle
        self._digests = digests
        self._changes = changes
        self._owner_link_s = owner_link_s
        self._owned = False

    async def register(self, email: str, password: str, name: str, locale: str, client: Client) -> User:
        """A new customer, who still has to sign in. Raises InvalidProfile, WeakPassword, EmailTaken, AccountThrottled."""
        _check_profile(email, name, locale, said_in="en")
        check_new(password, email=email, locale="en")
        await self._throttle.admit_registration(source=await self._digests.source(client), locale="en")
        return await self._add(None, email, password, name, locale, Role.CUSTOMER)

    async def create(self, actor: str, email: str, password: str, name: str, locale: str, role: Role) -> User:
        """A new user of any role, made by an admin or by `up`. Raises InvalidProfile, WeakPassword, EmailTaken."""
        _check_profile(email, name, locale, said_in="en")
        check_new(password, email=email, locale="en")
        return await self._add(actor, email, password, name, locale, role)

    async def get(self, user_id: UUID) -> User:
        """Raises UserNotFound."""
        async with self._db.reading() as tx:
            row = await store.user(tx, user_id)
        if row is None:
            raise UserNotFound
        return _user(row)

    async def is_taken(self, email: str) -> bool:
        """Whether an address has an account; for seeding only, since it tells who is known here."""
        async with self._db.reading() as tx:
            return await store.has_email(tx, email_address.as_kept(email))

    async def page(self, after: UUID | None, limit: int) -> Sequence[User]:
        """Users newest first, those made before `after`."""
        async with self._db.reading() as tx:
            return readable(await store.users(tx, after, limit), _user)

    async def change_password(self, caller: Caller, current: str, new: str) -> None:
        """Every session ends, this one too. Raises Forbidden, InvalidCredentials, WeakPassword, AccountThrottled."""
        if caller.kind != "user" or caller.id is None:
            raise Forbidden("Only people have passwords.")
        async with self._db.reading() as tx:
            row = await store.user_to_log_in(tx, (await self.get(caller.id)).email, "")
        if row is None:
            raise UserNotFound
        check_new(new, email="", locale="en", pointer="/new")
        admission = await self._throttle.admit_login(
            account=row["id"].hex, source=row["id"].hex, client="password", known=True, locale="en"
        )
        if not await self._passwords.matches(row["password_hash"], current):
            async with self._db.transaction() as tx:
                await record(tx, [Entry(caller.label, "password.refused", ids.show("usr", row["id"]))])
            raise InvalidCredentials(text("credentials", "en"))
        fresh = await self._passwords.hash(new)
        async with self._db.transaction() as tx:
            await store.lock_user(tx, row["id"])
            await store.set_password(tx, row["id"], fresh)
            await record(tx, [Entry(caller.label, "password.changed", ids.show("usr", row["id"]))])
            ended = await self._sessions.end_all(tx, row["id"], actor=caller.label, why="password_changed")
        self._sessions.heard(ended)
        await self._throttle.take_back(admission)

    async def change(
        self, actor: str, user_id: UUID, *, role: Role | None = None, disabled: bool | None = None
    ) -> User:
        """Give another role, disable, or enable; tokens with the old role are refused. Raises UserNotFound, LastAdmin."""
        async with self._db.transaction() as tx:
            admins = await store.lock_admins(tx)
            before = await store.lock_user(tx, user_id)
            if before is None:
                raise UserNotFound
            next_role = role or store.role_of("usr", user_id, before["role"])
            off = before["disabled_at"] is not None if disabled is None else disabled
            if admins == {user_id} and (off or next_role is not Role.ADMIN):
                raise LastAdmin
            row = await store.set_role_and_state(tx, user_id, next_role, off)
            assert row is not None, "the row is locked"
            detail = {"role": [before["role"], next_role], "disabled": [before["disabled_at"] is not None, off]}
            await record(tx, [Entry(actor, "user.changed", ids.show("usr", user_id), detail)])
            await tell(tx, "user", str(user_id))
            ended = await self._sessions.end_all(tx, user_id, actor=actor, why="disabled") if off else []
        self._sessions.heard(ended)
        self._changes.apply("user", str(user_id))
        return _user(row)

    # ── the owner ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def needs_owner(self) -> bool:
        """Whether nobody can manage this installation yet: then nothing but the owner's link is served (R37)."""
        if not self._owned:
            async with self._db.reading() as tx:
                self._owned = await store.has_admin(tx)
        return not self._owned

    async def make_owner_link(self) -> str:
        """The token of a link that makes the first admin once, within its 30 minutes; earlier links are void. Raises OwnerLinkInvalid."""
        token = _OWNER_PREFIX + base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()
        async with self._db.transaction() as tx:
            await store.lock_ownership(tx)
            if await store.has_admin(tx):
                raise OwnerLinkInvalid("There is an owner already.")
            await store.replace_owner_link(tx, digest(token), self._owner_link_s)
            await record(tx, [Entry(SYSTEM, "owner_link.made", "installation:owner", {"valid_s": self._owner_link_s})])
        return token

    async def claim_ownership(
        self, token: str, email: str, password: str, name: str, locale: str, *, said_in: str = "en"
    ) -> User:
        """The first admin, by the link; a refusal is in the language `said_in`. Raises OwnerLinkInvalid, InvalidProfile, WeakPassword, EmailTaken."""
        _check_profile(email, name, locale, said_in)
        check_new(password, email=email, locale=said_in)
        fresh, account = await self._passwords.hash(password), await self._digests.email(email)
        async with self._db.transaction() as tx:
            await store.lock_ownership(tx)
            used = await store.use_owner_link(tx, digest(token.encode("utf-8", "surrogatepass")))
            if not used or await store.has_admin(tx):
                raise OwnerLinkInvalid
            user = NewUser(
                email=email, password_hash=fresh, account_digest=account, name=name, locale=locale, role=Role.ADMIN
            )
            return await self._insert(tx, "system:owner_link", user, said_in)

    async def _add(self, actor: str | None, email: str, password: str, name: str, locale: str, role: Role) -> User:
        fresh, account = await self._passwords.hash(password), await self._digests.email(email)
        async with self._db.transaction() as tx:
            return await self._insert(
                tx,
                actor,
                NewUser(email=email, password_hash=fresh, account_digest=account, name=name, locale=locale, role=role),
            )

    async def _insert(self, tx: Tx, actor: str | None, new: NewUser, said_in: str = "en") -> User:
        id_ = ids.new()
        email, name = email_address.read(new.email).lower(), new.name.strip()
        row = await store.add_user(tx, id_, email, name, new.locale, new.role, new.password_hash)
        if row is None:
            taken = text("email_taken", said_in)
            raise EmailTaken(taken, errors=[FieldError("/email", taken)])
        outer = ids.show("usr", id_)
        detail = {"role": new.role, "account": new.account_digest}
        await record(tx, [Entry(actor or f"user:{outer}", "user.created", outer, detail)])
        return _user(row)


async def by_id(tx: Tx, users: Sequence[UUID]) -> dict[UUID, User]:
    """Users by id; unknown ids are absent, and so are those that this version cannot read."""
    return {user.id: user for user in readable(await store.users_of(tx, users), _user)}


async def active(tx: Tx, roles: Sequence[Role]) -> Sequence[User]:
    """Staff of these roles who can sign in, at most a hundred."""
    return list((await by_id(tx, await store.active_with_role(tx, [role.value for role in roles]))).values())


def _check_profile(email: str, name: str, locale: str, said_in: str) -> None:
    errors = []
    if not _is_writable(email):
        errors.append(FieldError("/email", text("email_form", said_in)))
    if not 1 <= len(name.strip()) <= 200 or _has_control(name):
        errors.append(FieldError("/name", text("name_form", said_in)))
    if locale not in LOCALES:
        errors.append(FieldError("/locale", f"Must be one of: {', '.join(LOCALES)}."))
    if errors:
        raise InvalidProfile(errors[0].detail, errors=errors)


def _is_writable(email: str) -> bool:
    try:
        return bool(email_address.read(email))
    except email_address.BadEmail:
        return False


def _has_control(value: str) -> bool:
    """Control characters, lone surrogates, and marks that turn the direction of text."""
    return any(unicodedata.category(char) in {"Cc", "Cs"} or char in _BIDI for char in value)


_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _user(row: Row) -> User:
    role, disabled = store.role_of("usr", row["id"], row["role"]), row["disabled_at"] is not None
    return User(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        locale=row["locale"],
        role=role,
        disabled=disabled,
        created_at=row["created_at"],
    )
