"""Web Push in core's words: a subscription, and one push to it (RFC 8030). Which event is told to whom is core's matter."""

import contextlib
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)

from gerbang.base import web_address
from gerbang.base.http import Answer, Http, OutcomeUnknown, TurnedAway, Unreachable
from gerbang.base.retry_after import retry_after_s
from gerbang.ports.messenger import Abilities, Channel, Message, Progress, PushMessage, Refused, Sent, Why
from gerbang.ports.payment import Account
from gerbang.providers.webpush.encryption import SALT_BYTES, encrypted
from gerbang.providers.webpush.vapid import authorization, decoded, encoded, public_point, read_key

VAPID_KEY: Final = "vapid_key"
_ELSEWHERE: Final = "elsewhere"
# The push services of the browsers that most people have; one that nobody knows may be anybody's machine.
_SERVICES: Final[Mapping[str, str]] = {
    "fcm.googleapis.com": "google",
    "push.services.mozilla.com": "mozilla",
    "push.apple.com": "apple",
    "notify.windows.com": "windows",
}
_LONGEST_ADDRESS: Final = 2_000
_MOST_ANSWER_BYTES: Final = 8_192
_SLOW_DOWN_S: Final = 60
_AUTH_BYTES: Final = 16


class WebPush:
    """Implements ports.messenger.Messenger and PushSubscriptions. A push that comes twice under one tag is one to whoever is shown it."""

    channel: Final = Channel.PUSH
    for_browsers: Final = True

    def __init__(self, http: Http) -> None:
        self._http = http
        self.abilities: Final = Abilities(folds=True, service=_service)

    def public_key(self, account: Account) -> str:
        """What browsers subscribe with: of several keys the newest."""
        return encoded(public_point(_keys(account)[0]))

    def wrong(self, address: str, keys: Mapping[str, str]) -> str:
        """What is wrong with a subscription as a browser's script gives it."""
        try:
            web_address.read(address)
            parts = urlsplit(address)
            if parts.fragment or parts.username or len(address) > _LONGEST_ADDRESS:
                return "This is no address of a push service."
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decoded(keys.get("p256dh", "")))
            if len(decoded(keys.get("auth", ""))) != _AUTH_BYTES:
                return "auth has 16 bytes, as base64url."
        except web_address.BadAddress as error:
            return f"This address {error}."
        except ValueError:
            return "p256dh is a point of P-256, and auth 16 bytes, both as base64url."
        return ""

    async def send(self, account: Account, message: Message) -> Sent:
        """Hand one push over. Raises Refused, TurnedAway, Unreachable, OutcomeUnknown."""
        assert isinstance(message, PushMessage), f"no push: {type(message).__name__}"
        now = datetime.now(UTC)
        key = _key_of(account, message.keys.get("key", ""))
        headers = {
            "authorization": authorization(message.address, key, account.settings["contact"], now),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(message.keeps_s),
            "urgency": "high" if message.is_urgent else "normal",
            "topic": message.tag,
        }
        answer = await self._http.send(
            "POST",
            message.address,
            headers=headers,
            body=_body(message),
            timeout_s=float(account.settings.get("timeout_s") or "15"),
            limit_bytes=_MOST_ANSWER_BYTES,
            cut=True,
        )
        return _taken(answer, _service(message) != _ELSEWHERE, now)


def _body(message: PushMessage) -> bytes:
    receiver, auth = decoded(message.keys["p256dh"]), decoded(message.keys["auth"])
    sender, salt = generate_private_key(SECP256R1()), os.urandom(SALT_BYTES)
    return encrypted(msgspec.json.encode(message.data), receiver=receiver, auth=auth, sender=sender, salt=salt)


def _keys(account: Account) -> Sequence[EllipticCurvePrivateKey]:
    """Every valid version of the key that can be read, newest first: one that cannot must not silence the others, and the connection's probe tells of it.
    Raises Unreachable without any, which an operator can mend.
    """
    found = []
    for value in account.secrets.get(VAPID_KEY, ()):
        with contextlib.suppress(ValueError):
            found.append(read_key(value))
    if not found:
        raise Unreachable("The Web Push connection has no key that can be read: 32 bytes, or a PEM of P-256.")
    return found


def _key_of(account: Account, public: str) -> EllipticCurvePrivateKey:
    """The version that the browser subscribed with: a push service takes no other. Raises Refused where it is gone for good."""
    for key in _keys(account):
        if encoded(public_point(key)) == public:
            return key
    raise Refused("The key with which this browser subscribed is not there any more.", gone=True)


def _service(message: Message) -> str:
    host = urlsplit(message.address).hostname or "" if isinstance(message, PushMessage) else ""
    return next((name for end, name in _SERVICES.items() if host == end or host.endswith(f".{end}")), _ELSEWHERE)


def _taken(answer: Answer, is_known: bool, now: datetime) -> Sent:
    """What an answer means; its words are not kept, for nobody knows who wrote them."""
    said, status = f"The push service answered HTTP {answer.status}.", answer.status
    asked_s = round(retry_after_s(answer.headers, now))
    if 200 <= status < 300:
        return Sent(answer.headers.get("location", "")[-200:], Progress.SENT)
    if status in (404, 410):
        raise Refused(f"{said} The subscription is gone.", gone=True)
    if status in (406, 429):  # Windows says 406 where others say 429
        raise TurnedAway(said, retry_after_s=asked_s or _SLOW_DOWN_S)
    if status >= 500:
        raise OutcomeUnknown(said, retry_after_s=asked_s or None)
    if status in (401, 403) and is_known:
        raise Refused(f"{said} It does not take our key or our contact.", Why.CONFIGURATION)
    raise Refused(said)
