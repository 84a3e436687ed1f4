"""Firebase Cloud Messaging in core's words: one push to one app, by its token (HTTP v1)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from gerbang.base.http import Answer, Http, OutcomeUnknown, TurnedAway
from gerbang.base.retry_after import retry_after_s
from gerbang.ports.messenger import Abilities, Channel, Message, Progress, PushMessage, Refused, Sent, Why
from gerbang.ports.payment import Account
from gerbang.providers.fcm.access import AccessTokens, ServiceAccount, service_account

BASE_URL: Final = "https://fcm.googleapis.com"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_:-]{20,4096}")
_SLOW_DOWN_S: Final = 60
_FCM_ERROR: Final = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST: Final = "type.googleapis.com/google.rpc.BadRequest"


class _Detail(msgspec.Struct, frozen=True, rename="camel"):
    type: str = msgspec.field(name="@type", default="")
    error_code: str = ""


class _Error(msgspec.Struct, frozen=True):
    status: str = ""
    details: tuple[_Detail, ...] = ()


class _Problem(msgspec.Struct, frozen=True):
    error: _Error = _Error()


class _Taken(msgspec.Struct, frozen=True):
    name: str


_read_problem: Final = msgspec.json.Decoder(_Problem).decode
_read_taken: Final = msgspec.json.Decoder(_Taken).decode


class FcmMessenger:
    """Implements ports.messenger.Messenger and PushSubscriptions. What comes twice under one tag is one to whoever is shown it."""

    channel: Final = Channel.PUSH
    for_browsers: Final = False
    abilities: Final = Abilities(folds=True)

    def __init__(self, http: Http) -> None:
        self._http = http
        self._tokens = AccessTokens(http)

    def public_key(self, account: Account) -> str:  # noqa: ARG002  the port's; Firebase gives apps their tokens
        """None: no browser subscribes here."""
        return ""

    def wrong(self, address: str, keys: Mapping[str, str]) -> str:
        """What is wrong with an app's token."""
        good = _TOKEN.fullmatch(address) is not None and not keys
        return "" if good else "This is no registration token as Firebase gives it to an app."

    async def send(self, account: Account, message: Message) -> Sent:
        """Hand one push over; a token that is not taken any more is asked for once anew. Raises Refused, TurnedAway, Unreachable, OutcomeUnknown."""
        assert isinstance(message, PushMessage), f"no push: {type(message).__name__}"
        who = service_account(account)
        answer = await self._post(account, who, message)
        if answer.status == 401 and not _code(answer):
            self._tokens.forget(who)
            answer = await self._post(account, who, message)
        if answer.status == 200:
            return _taken(answer)
        raise _refusal(answer)

    async def _post(self, account: Account, who: ServiceAccount, message: PushMessage) -> Answer:
        base = (account.settings.get("base_url") or BASE_URL).rstrip("/")
        headers = {"authorization": f"Bearer {await self._tokens.get(who)}", "content-type": "application/json"}
        return await self._http.send(
            "POST",
            f"{base}/v1/projects/{who.project_id}/messages:send",
            headers=headers,
            body=msgspec.json.encode({"message": _shape(message)}),
            timeout_s=float(account.settings.get("timeout_s") or "15"),
        )


def _shape(message: PushMessage) -> Mapping[str, Any]:
    ends_at = int(datetime.now(UTC).timestamp()) + message.keeps_s
    return {
        "token": message.address,
        "notification": {"title": message.title, "body": message.text},
        "data": dict(message.data),
        "android": {
            "ttl": f"{message.keeps_s}s",
            "priority": "HIGH" if message.is_urgent else "NORMAL",
            "notification": {"tag": message.tag},
        },
        "apns": {
            "headers": {
                "apns-collapse-id": message.tag,
                "apns-expiration": str(ends_at),
                "apns-priority": "10" if message.is_urgent else "5",
            }
        },
    }


def _taken(answer: Answer) -> Sent:
    try:
        return Sent(_read_taken(answer.body).name[-200:], Progress.SENT)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OutcomeUnknown("FCM answered success with something else than its JSON.") from error


def _code(answer: Answer) -> str:
    """FCM's own word for what is wrong; empty where only HTTP's is there, as from a wrong address or project."""
    return next((one.error_code for one in _details(answer) if one.type == _FCM_ERROR), "")


def _details(answer: Answer) -> tuple[_Detail, ...]:
    try:
        return _read_problem(answer.body).error.details
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()


def _refusal(answer: Answer) -> Exception:
    code, status = _code(answer), answer.status
    said = f"FCM answered HTTP {status}" + (f", {code}." if code else ".")
    asked_s = round(retry_after_s(answer.headers, datetime.now(UTC)))
    if status == 429 or code == "QUOTA_EXCEEDED":
        return TurnedAway(said, retry_after_s=asked_s or _SLOW_DOWN_S)
    if status >= 500:
        return OutcomeUnknown(said, retry_after_s=asked_s or None)
    if code == "UNREGISTERED":
        return Refused(f"{said} The app is not there any more.", gone=True)
    if code == "SENDER_ID_MISMATCH":  # the token is of another project: somebody should look, and it is of no use here
        return Refused(said, Why.CONFIGURATION, gone=True)
    if code == "INVALID_ARGUMENT" and not any(one.type == _BAD_REQUEST for one in _details(answer)):
        return Refused(f"{said} The token is none.", gone=True)
    if status in (401, 403, 404):  # without FCM's word: a key, a right or the project is wrong, and no token's fault
        return Refused(said, Why.CONFIGURATION)
    return Refused(said)
