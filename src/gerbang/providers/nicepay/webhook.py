"""NICEPAY's notifications: are they genuine, and which attempt are they about. Pure, closed by default.

The signature covers iMid, tXid and amt only, not the status and not our reference: a notification is never more than a hint.
It carries no time, so an old one can be sent again; being a hint, all that gets is one more inquiry.
"""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Hint, Ignored, Rejection, Reply, SignedFacts, Verified, WebhookRequest
from gerbang.providers.nicepay.account import PAY_METHODS, merchants

_LIMIT_BYTES: Final = 65_536
_LIMIT_FIELDS: Final = 200
_WANTED: Final = frozenset({"iMid", "tXid", "amt", "merchantToken", "referenceNo", "payMethod", "status"})
_NAMES: Final = {name.encode(): name for name in _WANTED}
_TXID_LENGTH: Final = 30
_METHODS: Final = {code: method.value for method, code in PAY_METHODS.items()}
_STATUSES: Final = {"0": "paid", "1": "reversed"}


class _Malformed(Exception):
    """A body that is neither a form nor a JSON object, or that says a thing twice."""


class NicepayWebhook:
    """The incoming half. The answer is HTTP 200 to everything stored, a repeat too; NICEPAY documents no other."""

    reply = Reply()

    def verify(self, account: Account, incoming: WebhookRequest, now_s: float) -> Verified | Rejection:  # noqa: ARG002  nothing in a notification tells its time
        """Compare with the token of every merchant id and valid key of the connection, each in constant time, until one fits."""
        try:
            said = _fields(incoming.body)
        except _Malformed:
            return Rejection.MALFORMED
        token, txid, amt = said.get("merchantToken", ""), said.get("tXid", ""), said.get("amt", "")
        if not token:
            return Rejection.MISSING
        if not token.isascii():
            return Rejection.FORGED
        # The token is over a plain concatenation: a tXid of fixed length keeps a digit from moving over to the amount.
        if len(txid) != _TXID_LENGTH or not (
            txid.isascii() and txid.isalnum() and amt.isascii() and 0 < len(amt) <= 20
        ):
            return Rejection.MALFORMED
        named, given, verdict = said.get("iMid", ""), token.encode(), Rejection.NO_SECRET
        for one in merchants(account, said.get("payMethod", "")):
            expected = sha256(f"{one.imid}{txid}{amt}".encode() + one.key).hexdigest().encode()
            if hmac.compare_digest(expected, given) and named in {"", one.imid}:
                return Verified(key="", subject=_subject(said, txid), type=_type(said))
            verdict = Rejection.FORGED
        return verdict

    def read(self, account: Account, incoming: WebhookRequest) -> SignedFacts | Hint | Ignored:  # noqa: ARG002  the message says it all
        """Which attempt to ask about. The message's own status and amount are not believed."""
        try:
            said = _fields(incoming.body)
        except _Malformed:
            return Ignored("It is neither a form nor a JSON object.")
        txid = said.get("tXid", "")
        if not (txid.isascii() and txid.isalnum()):
            return Ignored("It names no transaction: a test of the notification address.")
        try:
            return Hint(ids.read("att", said.get("referenceNo", "")), txid)
        except NotFound:
            return Hint(None, txid)


def _fields(body: bytes) -> Mapping[str, str]:
    """The fields that we use, of a form (documented) or a JSON object (tolerated); each at most once."""
    if len(body) > _LIMIT_BYTES:
        raise _Malformed
    try:
        return _json(body) if body.lstrip()[:1] == b"{" else _form(body)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise _Malformed from error


def _form(body: bytes) -> Mapping[str, str]:
    said: dict[str, str] = {}
    pairs = body.split(b"&")
    if len(pairs) > _LIMIT_FIELDS:
        raise _Malformed
    for pair in pairs:
        raw_name, _, raw_value = pair.partition(b"=")
        name = _NAMES.get(unquote_to_bytes(raw_name) if b"%" in raw_name else raw_name)
        if name is not None:
            if name in said:
                raise _Malformed
            said[name] = _plain(raw_value)
    return said


def _plain(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    return (unquote_to_bytes(raw) if b"%" in raw else raw).decode()


def _json(body: bytes) -> Mapping[str, str]:
    said: dict[str, str] = {}
    for name, value in json.loads(body, object_pairs_hook=_once).items():
        if name in _WANTED and value is not None:
            if type(value) not in {str, int}:
                raise _Malformed
            said[name] = str(value)
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Malformed
    return found


def _subject(said: Mapping[str, str], txid: str) -> str:
    """Our reference keeps messages of one order in order. It is not signed, so anything odd in it is replaced by the tXid."""
    reference = said.get("referenceNo", "")
    return reference if 0 < len(reference) <= 40 and reference.isascii() and reference.isprintable() else txid


def _type(said: Mapping[str, str]) -> str:
    return f"{_METHODS.get(said.get('payMethod', ''), 'payment')}.{_STATUSES.get(said.get('status', ''), 'notified')}"
