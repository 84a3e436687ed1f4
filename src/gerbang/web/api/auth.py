"""/v1/auth, /v1/me, /v1/users, /v1/api-keys and the published keys: who is asking, and who may. What a password is worth is core's.

Access tokens come in the answer's body only; the cookies of our own pages are set in checkout/login.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Request, Response, delete, get, patch, post

from gerbang.base import ids
from gerbang.core.identity.model import ApiKey, Client, InvalidToken, Role, TokenPair, User
from gerbang.core.identity.passwords import LONGEST, SHORTEST
from gerbang.web.cursors import Cursor, Cursors, Limit, Page, capped
from gerbang.web.gateway.request_context import caller_of, context_of
from gerbang.web.input.validation import refuse_no_change
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_AUTH: Final = ["auth"]
_PEOPLE: Final = ["people and keys"]
_JWKS_MAX_AGE_S: Final = 300
# What the document says beyond the types is checked by core, which says it in the person's language.
Email = Annotated[str, msgspec.Meta(max_length=254)]
NewEmail = Annotated[str, msgspec.Meta(max_length=254, extra_json_schema={"format": "email"})]
Name = Annotated[str, msgspec.Meta(max_length=200, extra_json_schema={"minLength": 1})]
Password = Annotated[str, msgspec.Meta(max_length=4096)]  # only bounds the work
NewPassword = Annotated[str, msgspec.Meta(max_length=LONGEST, extra_json_schema={"minLength": SHORTEST})]
Token = Annotated[str, msgspec.Meta(max_length=256)]
Locale = Literal["id", "en"]


class _Hidden(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that holds a secret, and so never shows itself."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class RegisterBody(_Hidden, frozen=True):
    """A password that is common, or holds our name or the address, is refused however long it is."""

    email: NewEmail
    password: NewPassword
    name: Name
    locale: Locale = "id"


class LoginBody(_Hidden, frozen=True):
    email: Email
    password: Password


class RefreshBody(_Hidden, frozen=True):
    refresh_token: Token


class LogoutBody(_Hidden, frozen=True):
    """`refresh_token` ends its session when the access token has run out."""

    refresh_token: Token | None = None


class OwnerBody(_Hidden, frozen=True):
    """`token` is the `t` of the link that a new installation prints."""

    token: Token
    email: NewEmail
    password: NewPassword
    name: Name
    locale: Locale = "id"


class PasswordBody(_Hidden, frozen=True):
    current: Password
    new: NewPassword


class StepUpBody(_Hidden, frozen=True):
    password: Password


class NewUserBody(_Hidden, frozen=True):
    email: NewEmail
    password: NewPassword
    name: Name
    role: Role
    locale: Locale = "id"


class UserChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is."""

    role: Role | None = None
    disabled: bool | None = None


class ApiKeyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`role` says what the key may do; never more than its maker."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    role: Role = Role.DEVELOPER


class TokenView(msgspec.Struct, frozen=True):
    """`access_token` is good for `expires_in` seconds; `refresh_token` is good for one use of /v1/auth/refresh."""

    access_token: str
    expires_in: int
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  RFC 6750's word

    def __repr__(self) -> str:
        return "TokenView(…)"


class UserView(msgspec.Struct, frozen=True):
    id: str
    email: str
    name: str
    locale: str
    role: Role
    disabled: bool
    created_at: datetime


class MeView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`user` for people; a key has `id` and `role` only."""

    kind: str
    permissions: Sequence[str]
    id: str | None = None
    role: Role | None = None
    user: UserView | None = None


class ApiKeyView(msgspec.Struct, frozen=True):
    id: str
    prefix: str
    name: str
    role: Role
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewApiKeyView(msgspec.Struct, frozen=True):
    """`key` is told here and never again."""

    api_key: ApiKeyView
    key: str

    def __repr__(self) -> str:
        return "NewApiKeyView(…)"


class KeySetView(msgspec.Struct, frozen=True):
    keys: Sequence[dict[str, str]]


# ── signing in and out ──────────────────────────────────────────────────────────────────────────────────────────────


@post("/v1/auth/register", summary="Register as a customer", tags=_AUTH, status_code=201)
async def register_customer(request: AnyRequest, services: Services, data: RegisterBody) -> UserView:
    """The password needs 15 characters and no other kind of rule; common ones are refused. Takes no Idempotency-Key: sent twice, the second is
    refused, since the address is taken.
    """
    accounts = services.identity.accounts
    return _user(await accounts.register(data.email, data.password, data.name, data.locale, _client(request)))


@post("/v1/auth/login", summary="Sign in", tags=_AUTH, status_code=200)
async def login(request: AnyRequest, services: Services, data: LoginBody) -> TokenView:
    """The same answer for a wrong password and an unknown address."""
    sessions = services.identity.sessions
    return _tokens(await sessions.login(data.email, data.password, _client(request)))


@post("/v1/auth/refresh", summary="Turn a refresh token over", tags=_AUTH, status_code=200)
async def refresh_session(request: AnyRequest, services: Services, data: RefreshBody) -> TokenView:
    """The old refresh token is used up; using it again ends the session. A lost answer may be asked for again within 10 s."""
    return _tokens(await services.identity.sessions.refresh(data.refresh_token, _client(request)))


@post("/v1/auth/logout", summary="Sign out", tags=_AUTH, status_code=204)
async def logout(request: AnyRequest, services: Services, data: LogoutBody) -> None:
    """Ends the session of the access token, or of the `refresh_token` in the body; every process hears of it within 5 s."""
    context = context_of(request)
    ended = await services.identity.sessions.logout(context.caller, data.refresh_token)
    if not ended and context.caller is None and b"authorization" in context.headers:
        raise InvalidToken  # else somebody would believe to be signed out who is not


@post("/v1/auth/owner", summary="Become the owner of a new installation", tags=_AUTH, status_code=201)
async def claim_ownership(services: Services, data: OwnerBody) -> UserView:
    """With the token of the one-time link, within 30 minutes of its printing. Takes no Idempotency-Key: the token is good once."""
    accounts = services.identity.accounts
    return _user(await accounts.claim_ownership(data.token, data.email, data.password, data.name, data.locale))


@post("/v1/auth/password", summary="Change one's password", tags=_AUTH, status_code=204)
async def change_password(request: AnyRequest, services: Services, data: PasswordBody) -> None:
    """Ends every session of the user, this one too."""
    await services.identity.accounts.change_password(caller_of(request), data.current, data.new)


@post("/v1/auth/step-up", summary="Give one's password once more", tags=_AUTH, status_code=204)
async def step_up(request: AnyRequest, services: Services, data: StepUpBody) -> None:
    """For what moves money: the session counts as proven for five minutes, as it does after signing in. 403 for another password."""
    await services.identity.step_up.give(caller_of(request), data.password)


@get("/v1/me", summary="Who am I", tags=_AUTH)
async def read_me(request: AnyRequest, services: Services) -> MeView:
    """The caller as the gateway knows it."""
    caller = caller_of(request)
    permissions = sorted(caller.permissions)
    if caller.kind == "user" and caller.id is not None:
        user = _user(await services.identity.accounts.get(caller.id))
        return MeView("user", permissions, user.id, user.role, user)
    outer = ids.show("key", caller.id) if caller.id is not None else None
    return MeView(caller.kind, permissions, outer, caller.role)


@get("/.well-known/jwks.json", summary="The keys that verify access tokens", tags=_AUTH)
async def read_jwks(services: Services) -> Response[KeySetView]:
    """RFC 7517; keys that are being replaced stay for their overlap."""
    keys = KeySetView(await services.identity.jwks())
    return Response(keys, headers={"cache-control": f"public, max-age={_JWKS_MAX_AGE_S}"})


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/v1/users", summary="Users, newest first", tags=_PEOPLE)
async def list_users(services: Services, cursors: Cursors, limit: Limit = 25, cursor: Cursor = None) -> Page[UserView]:
    """Customers and staff."""
    most, place = capped(limit), await cursors.read("users", cursor)
    rows = await services.identity.accounts.page(place[1] if place else None, most + 1)
    return await cursors.page("users", rows, most, lambda user: (user.created_at, user.id), _user)


@get("/v1/users/{user:str}", summary="One user", tags=_PEOPLE)
async def read_user(services: Services, user: str) -> UserView:
    """By id."""
    return _user(await services.identity.accounts.get(ids.read("usr", user)))


@post("/v1/users", summary="Add a user", tags=_PEOPLE, status_code=201)
async def create_user(request: AnyRequest, services: Services, data: NewUserBody) -> UserView:
    """Of any role; the person changes the password at /v1/auth/password. Takes no Idempotency-Key: sent twice, the second is refused, since the
    address is taken.
    """
    made = await services.identity.accounts.create(
        caller_of(request).label, data.email, data.password, data.name, data.locale, data.role
    )
    return _user(made)


@patch("/v1/users/{user:str}", summary="Give another role, disable or enable", tags=_PEOPLE)
async def change_user(request: AnyRequest, services: Services, user: str, data: UserChangeBody) -> UserView:
    """Tokens with the old role are refused within five seconds; the last admin stays."""
    refuse_no_change(role=data.role, disabled=data.disabled)
    changed = await services.identity.accounts.change(
        caller_of(request).label, ids.read("usr", user), role=data.role, disabled=data.disabled
    )
    return _user(changed)


# ── API keys ────────────────────────────────────────────────────────────────────────────────────────────────────────


@get("/v1/api-keys", summary="API keys, newest first", tags=_PEOPLE)
async def list_api_keys(
    services: Services, cursors: Cursors, limit: Limit = 25, cursor: Cursor = None
) -> Page[ApiKeyView]:
    """Their first characters and last use; never the key."""
    most, place = capped(limit), await cursors.read("api-keys", cursor)
    rows = await services.identity.api_keys.page(place[1] if place else None, most + 1)
    return await cursors.page("api-keys", rows, most, lambda key: (key.created_at, key.id), _api_key)


@post("/v1/api-keys", summary="Make an API key", tags=_PEOPLE, status_code=201)
async def create_api_key(request: AnyRequest, services: Services, data: ApiKeyBody) -> NewApiKeyView:
    """The key is shown in this answer only. Takes no Idempotency-Key, since no repetition could show it again: sent twice, two keys are made. After a
    lost answer, revoke the newest key of this name at DELETE /v1/api-keys/{key}, and make another.
    """
    made, key = await services.identity.api_keys.create(caller_of(request), data.name, data.role)
    return NewApiKeyView(_api_key(made), key)


@delete("/v1/api-keys/{key:str}", summary="Revoke an API key", tags=_PEOPLE, status_code=200)
async def revoke_api_key(request: AnyRequest, services: Services, key: str) -> ApiKeyView:
    """Every process refuses it within five seconds."""
    return _api_key(await services.identity.api_keys.revoke(caller_of(request), ids.read("key", key)))


def _client(request: AnyRequest) -> Client:
    return Client(context_of(request).address, request.headers.get("user-agent", "")[:512])


def _tokens(pair: TokenPair) -> TokenView:
    return TokenView(pair.access_token, pair.expires_in, pair.refresh_token)


def _user(user: User) -> UserView:
    outer = ids.show("usr", user.id)
    return UserView(
        id=outer,
        email=user.email,
        name=user.name,
        locale=user.locale,
        role=user.role,
        disabled=user.disabled,
        created_at=user.created_at,
    )


def _api_key(key: ApiKey) -> ApiKeyView:
    return ApiKeyView(
        id=ids.show("key", key.id),
        prefix=key.prefix,
        name=key.name,
        role=key.role,
        created_by=key.created_by,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


HANDLERS: Final = [
    register_customer,
    login,
    refresh_session,
    logout,
    claim_ownership,
    change_password,
    step_up,
    read_me,
    read_jwks,
    list_users,
    read_user,
    create_user,
    change_user,
    list_api_keys,
    create_api_key,
    revoke_api_key,
]
