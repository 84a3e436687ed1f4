"""Callers, roles and this package's errors. Pure: no database, clock, network or randomness."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from gerbang.base import ids
from gerbang.base.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated, Unavailable
from gerbang.core.announcements.model import ObjectRef

Kind = Literal["user", "api_key", "payer", "system"]
Environment = Literal["test", "live"]
LONGEST_ACCESS_S: Final = 600


class Role(StrEnum):
    """What a person (or a key) is here; the permissions follow from it (permissions.py)."""

    CUSTOMER = "customer"
    SUPPORT = "support"
    FINANCE = "finance"
    DEVELOPER = "developer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. `id` is a user's or key's id; `object` is the one object that a link opens;
    `session_id` is the session of a user's token. `label` is for the audit: `user:usr_…`, `key:key_…`, `payer:pay_…`, `system:…`.
    """

    kind: Kind
    label: str
    id: UUID | None = None
    role: Role | None = None
    permissions: frozenset[str] = frozenset()
    object: ObjectRef | None = None
    session_id: UUID | None = None

    def may(self, permission: str) -> bool:
        """Whether the caller holds the permission; Gerbang itself holds every one."""
        return self.kind == "system" or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise Forbidden unless the caller holds the permission."""
        if not self.may(permission):
            raise Forbidden(f"This needs the permission {permission}.")


def user_caller(user_id: UUID, role: Role, session_id: UUID, permissions: frozenset[str]) -> Caller:
    """A signed-in user, with what the role may do."""
    label = f"user:{ids.show('usr', user_id)}"
    return Caller("user", label, user_id, role, permissions, session_id=session_id)


def key_caller(key_id: UUID, role: Role, permissions: frozenset[str]) -> Caller:
    """A machine with an API key, with what the role may do."""
    return Caller("api_key", f"key:{ids.show('key', key_id)}", key_id, role, permissions)


def system_caller(part: str) -> Caller:
    """A part of Gerbang itself, as `worker` or `cli`; it may do everything."""
    return Caller("system", f"system:{part}")


@dataclass(frozen=True, slots=True)
class User:
    """A person who can sign in; without the password's hash."""

    id: UUID
    email: str
    name: str
    locale: str
    role: Role
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Who stands behind a label of the audit, as people call them: a person's name, or that of an API key."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What may be told about an API key; the key itself is told once, when it is made."""

    id: UUID
    prefix: str
    name: str
    role: Role
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Client:
    """From where somebody asks; it is only ever stored as a keyed digest."""

    address: str
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client gets when it signs in: an access token for `expires_in` seconds and the next refresh token."""

    access_token: str = field(repr=False)
    expires_in: int
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Seconds. An access token lives for ten minutes at most; a session ends when it is not used for `refresh_s`."""

    access_s: int = 600
    refresh_s: int = 14 * 86_400
    owner_link_s: int = 1800

    def __post_init__(self) -> None:
        assert 0 < self.access_s <= LONGEST_ACCESS_S, (
            f"access tokens live {LONGEST_ACCESS_S} s at most: {self.access_s}"
        )


STANDARD_LIFETIMES: Final = Lifetimes()
STEP_UP_VALID_S: Final = 300  # R38


class NoOwnerYet(Unavailable):
    """A new installation: nobody can manage it yet."""

    code = "no_owner_yet"
    title = "This installation has no owner yet"


class InvalidToken(Unauthenticated):
    """The token or key is not one that we accept now. Never says why."""

    code = "invalid_token"
    title = "The API key or access token is not valid"


class InvalidCredentials(Unauthenticated):
    """E-mail and password do not belong together. Never says which of them is wrong."""

    code = "invalid_credentials"
    title = "Email or password is wrong"


class StepUpRequired(Forbidden):
    """What was asked for moves money: the person gives the password once more first, or has signed in within the last five minutes (R38)."""

    code = "step_up_required"
    title = "Your password is needed once more"


class WrongPassword(Forbidden):
    """Whoever is signed in gave another password than their own; the session goes on."""

    code = "wrong_password"
    title = "The password is not right"


class WeakPassword(Invalid):
    """The password is too short, too long, common, or contains the product's name."""

    code = "weak_password"
    title = "The password is too easy to guess"


class AccountThrottled(TooMany):
    """Too many failed logins for this account or from this source; nobody is locked out for longer than `retry_after_s`."""

    code = "login_throttled"
    title = "Too many failed logins"


class LoginBusy(Unavailable):
    """More passwords are waiting to be checked than this process takes on."""

    code = "login_busy"
    title = "Too many people are signing in at this moment"


class EmailTaken(Conflict):
    """Somebody has registered with this e-mail address."""

    code = "email_taken"
    title = "This email address is already registered"


class InvalidProfile(Invalid):
    """A name, e-mail address, locale or role that we do not take."""

    code = "invalid_profile"
    title = "The profile is not valid"


class UserNotFound(NotFound):
    """There is no such user."""

    code = "user_not_found"
    title = "There is no such user"


class ApiKeyNotFound(NotFound):
    """There is no such API key."""

    code = "api_key_not_found"
    title = "There is no such API key"


class KeyInQuery(Invalid):
    """A credential stood in the address, where logs and histories keep it."""

    code = "credential_in_query"
    title = "Credentials do not belong in the address"


class OwnerLinkInvalid(Forbidden):
    """The one-time owner link is unknown, used, or older than 30 minutes, or an owner exists already."""

    code = "owner_link_invalid"
    title = "The owner link is not valid"


class LastAdmin(Conflict):
    """Nobody could manage users any more."""

    code = "last_admin"
    title = "The last admin cannot be removed"
