"""The access token of a service account (OAuth 2.0, RFC 7523): signed for, kept until shortly before it ends, asked for once at a time."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

import jwt
import msgspec

from gerbang.base.batching import Shared
from gerbang.base.http import Http, OutcomeUnknown, TurnedAway, Unreachable
from gerbang.ports.messenger import Refused, Why
from gerbang.ports.payment import Account

SERVICE_ACCOUNT: Final = "service_account"
_AUDIENCE: Final = "https://oauth2.googleapis.com/token"  # also where token_uri names another address
_SCOPE: Final = "https://www.googleapis.com/auth/firebase.messaging"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS_S: Final = 3_600
_EARLY_S: Final = 225
_TIMEOUT_S: Final = 10.0


class ServiceAccount(msgspec.Struct, frozen=True):
    """The file that Firebase's console gives for one; the rest of it is not needed."""

    project_id: str
    client_email: str
    private_key_id: str
    private_key: str
    token_uri: str = _AUDIENCE


class _Granted(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str = field(repr=False)
    until: float = 0.0


_read_account: Final = msgspec.json.Decoder(ServiceAccount).decode
_read_granted: Final = msgspec.json.Decoder(_Granted).decode


def service_account(account: Account) -> ServiceAccount:
    """The connection's. Raises Unreachable where there is none that can be read, which an operator can mend."""
    values = account.secrets.get(SERVICE_ACCOUNT, ())
    if not values:
        raise Unreachable("The FCM connection has no service account.")
    try:
        return _read_account(values[0])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreachable("The FCM connection's service account is not the JSON file that Firebase gives.") from error


class AccessTokens:
    """Tokens by service account and key, of this process."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._asked: Shared[tuple[str, str], _Kept] = Shared()

    async def get(self, of: ServiceAccount) -> str:
        """One that holds for a few minutes at least. Raises Refused where Google does not take the account, Unreachable without an answer: nothing was sent."""
        key, now = (of.client_email, of.private_key_id), datetime.now(UTC).timestamp()
        kept = self._kept.get(key)
        if kept is None or kept.until <= now:
            kept = self._kept[key] = await self._asked.run(key, lambda: self._ask(of, int(now)))
        return kept.token

    def forget(self, of: ServiceAccount) -> None:
        """It is not taken any more."""
        self._kept.pop((of.client_email, of.private_key_id), None)

    async def _ask(self, of: ServiceAccount, now: int) -> _Kept:
        body = urlencode({"grant_type": _GRANT, "assertion": _assertion(of, now)}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._http.send("POST", of.token_uri, headers=headers, body=body, timeout_s=_TIMEOUT_S)
        except OutcomeUnknown as error:  # a second token harms nobody, and no message has left
            raise Unreachable(f"Google gave no token. {error.detail}") from error
        if answer.status == 429 or answer.status >= 500:
            raise TurnedAway(f"Google answered HTTP {answer.status} where tokens are given.", retry_after_s=5)
        if answer.status != 200:
            raise Refused(f"Google does not take the service account (HTTP {answer.status}).", Why.CONFIGURATION)
        try:
            granted = _read_granted(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreachable("What Google gave is no token.") from error
        return _Kept(granted.access_token, now + granted.expires_in - _EARLY_S)


def _assertion(of: ServiceAccount, now: int) -> str:
    claims = {"iss": of.client_email, "scope": _SCOPE, "aud": _AUDIENCE, "iat": now, "exp": now + _LASTS_S}
    try:
        return jwt.encode(claims, of.private_key, "RS256", headers={"kid": of.private_key_id})
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Refused("The service account's private key cannot be read.", Why.CONFIGURATION) from error
