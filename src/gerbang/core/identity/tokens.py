"""Access tokens: EdDSA JWTs of at most ten minutes (RFC 9068, RFC 8725). Whether a session still lives is not asked here.

Everything about the header is checked before any cryptography, and everything that is wrong gives the same error.
"""

import base64
import binascii
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import jwt
import structlog

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.core.identity.model import LONGEST_ACCESS_S, Environment, InvalidToken, Role
from gerbang.core.identity.signing_keys import SigningKey, SigningKeys

log = structlog.get_logger()
AHEAD_S: Final = 60  # how far another machine's clock may run ahead of ours
LONGEST: Final = 4096
_ALGORITHM: Final = "EdDSA"
_TYPE: Final = "at+jwt"
_PURPOSE: Final = "access"
_HEADER_FIELDS: Final = frozenset({"alg", "typ", "kid"})  # so no jku, jwk, x5u, x5c, crit, b64, zip or cty
_REQUIRED: Final = ("iss", "aud", "sub", "jti", "iat", "exp")
_SHAPE: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})", re.ASCII)
_KID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class _Refused(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says; `holds_until` is Unix time: its own end, or its key's if that comes sooner."""

    user_id: UUID
    session_id: UUID
    role: Role
    holds_until: float


class Tokens:
    """Mints and verifies. `now` is Unix time in seconds."""

    def __init__(
        self,
        keys: SigningKeys,
        *,
        environment: Environment,
        lifetime_s: int = LONGEST_ACCESS_S,
        issuer: str = "gerbang",
        audience: str = "gerbang-api",
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._environment = environment
        self.lifetime_s = lifetime_s
        self._issuer = issuer
        self._audience = audience
        self._now = now

    async def ready(self) -> None:
        """Have a signing key at hand; raises what Secrets.get raises."""
        await self._keys.to_sign()

    async def mint(self, user_id: UUID, session_id: UUID, role: Role) -> str:
        """A token for `lifetime_s` seconds."""
        key = await self._keys.to_sign()
        issued_at = int(self._now())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": ids.show("usr", user_id),
            "sid": ids.show("ses", session_id),
            "jti": ids.show("jti", ids.new()),
            "iat": issued_at,
            "exp": issued_at + self.lifetime_s,
            "purpose": _PURPOSE,
            "role": role.value,
            "env": self._environment,
        }
        return jwt.encode(claims, key.private, _ALGORITHM, headers={"typ": _TYPE, "kid": key.kid})

    async def verify(self, token: str) -> Claims:
        """What the token says; raises InvalidToken, the same for whatever is wrong (R27, R28)."""
        try:
            return await self._verified(token)
        except _Refused as refused:
            log.info("token.refused", why=str(refused))
            raise InvalidToken from None

    async def _verified(self, token: str) -> Claims:
        key = await self._keys.find(_checked_header(token))
        if key is None:
            raise _Refused("unknown_kid")
        return self._checked_claims(self._signed_claims(token, key), self._keys.rest_s(key))

    def _signed_claims(self, token: str, key: SigningKey) -> dict[str, Any]:
        _strict_json(token.split(".", 2)[1])
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=[_ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                leeway=AHEAD_S,
                options={"require": list(_REQUIRED), "strict_aud": True},
            )
        except jwt.InvalidTokenError as error:
            raise _Refused(type(error).__name__) from None
        return claims

    def _checked_claims(self, claims: dict[str, Any], key_rest_s: float) -> Claims:
        issued_at, expires_at = claims["iat"], claims["exp"]
        now = self._now()
        if type(issued_at) is not int or type(expires_at) is not int or type(claims.get("nbf", 0)) is not int:
            raise _Refused("times")
        if not (issued_at <= now + AHEAD_S and now < expires_at <= issued_at + LONGEST_ACCESS_S):
            raise _Refused("times")
        if claims.get("nbf", 0) > now + AHEAD_S:
            raise _Refused("times")
        if claims.get("purpose") != _PURPOSE or claims.get("env") != self._environment:
            raise _Refused("purpose")
        try:
            user_id, session_id = ids.read("usr", claims["sub"]), ids.read("ses", str(claims.get("sid")))
            role = Role(str(claims.get("role")))
        except (NotFound, ValueError):
            raise _Refused("subject") from None
        return Claims(user_id, session_id, role, min(expires_at, now + key_rest_s))


def _checked_header(token: str) -> str:
    """The key id of a token whose form and header are what we write; costs no cryptography."""
    if len(token) > LONGEST:
        raise _Refused("size")
    shape = _SHAPE.fullmatch(token)
    if shape is None:
        raise _Refused("form")
    header = _strict_json(shape[1])
    if header.keys() != _HEADER_FIELDS or header["alg"] != _ALGORITHM or header["typ"] != _TYPE:
        raise _Refused("header")
    kid = header["kid"]
    if not isinstance(kid, str) or _KID.fullmatch(kid) is None:
        raise _Refused("header")
    return kid


def _strict_json(part: str) -> dict[str, Any]:
    """A part of the token as an object in which no member stands twice."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    except (binascii.Error, ValueError, RecursionError):
        raise _Refused("json") from None
    if not isinstance(value, dict):
        raise _Refused("json")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Refused("duplicate_member")
    return members


def _refuse(_constant: str) -> None:
    raise _Refused("json")
