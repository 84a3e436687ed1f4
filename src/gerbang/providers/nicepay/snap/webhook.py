"""SNAP's notifications: are they genuine, and which attempt are they about. Pure, closed by default.

The RSA signature covers our client id and a time stamp, and nothing of the body: a notification is never more than a hint, and only for
minutes. What is wanted in answer depends on the kind of notification.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from gerbang.base import ids
from gerbang.base.errors import NotFound
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Hint, Ignored, Rejection, Reply, Verified, WebhookRequest
from gerbang.providers.nicepay import timestamps
from gerbang.providers.nicepay.snap import account as settings
from gerbang.providers.nicepay.snap import signing

SIGNATURE: Final = "x-signature"
_WINDOW_S: Final = 300.0
_LIMIT_BYTES: Final = 65_536
_LIMIT_HEADER: Final = 2_048
_TXID_LENGTH: Final = 30
# The name of the transaction's order, and of the transaction, in each form that is known of; the last ones are of V2, which some
# virtual accounts are told in although they were made by SNAP.
_OURS: Final = ("trxId", "originalPartnerReferenceNo", "partnerReferenceNo", "referenceNo")
_THEIRS: Final = ("tXidVA", "originalReferenceNo", "tXid", "paymentRequestId")
_KINDS: Final = {"02": "virtual_account", "05": "ewallet", "08": "qris"}
_SERVICES: Final = {"virtual_account": "25", "ewallet": "56", "qris": "52"}
_STATUSES: Final = {"00": "paid", "03": "pending", "04": "refunded", "05": "cancelled", "06": "failed"}
_ECHOED: Final = (
    "partnerServiceId",
    "customerNo",
    "virtualAccountNo",
    "virtualAccountName",
    "trxId",
    "paymentRequestId",
    "paidAmount",
    "trxDateTime",
)


class SnapWebhook:
    """The incoming half. Every message has its own reply, of its kind."""

    reply = Reply()

    def verify(self, account: Account, incoming: WebhookRequest, now_s: float) -> Verified | Rejection:
        """Compare with every client id and every key of NICEPAY's that is valid, and the time stamp with the clock."""
        headers = incoming.headers
        signature, stamp, named = (headers.get(name, "") for name in (SIGNATURE, "x-timestamp", "x-client-key"))
        if not signature or not stamp:
            return Rejection.MISSING
        at = timestamps.read_iso(stamp) if len(stamp) <= 40 else None
        if at is None or len(signature) > _LIMIT_HEADER:
            return Rejection.MALFORMED
        if abs(at.timestamp() - now_s) > _WINDOW_S:
            return Rejection.STALE
        keys, clients = settings.public_keys(account), settings.client_ids(account)
        if not keys or not clients:
            return Rejection.NO_SECRET
        candidates = [one for one in clients if named in {"", one}]
        if not any(signing.is_signed(keys, one, stamp, signature) for one in candidates):
            return Rejection.FORGED
        said = _object(incoming.body)
        if said is None:
            return Rejection.MALFORMED
        kind = _kind(said)
        status = _STATUSES.get(_text(said, "latestTransactionStatus"), "notified")
        happened = "paid" if kind == "virtual_account" and status == "notified" else status
        subject = _first(said, _OURS) or _first(said, _THEIRS)
        return Verified("", subject[:100], f"{kind}.{happened}", _reply(kind, said, now_s))

    def read(self, account: Account, incoming: WebhookRequest) -> Hint | Ignored:  # noqa: ARG002  the message says it all
        """Which attempt to ask about. The message's own status and amount are not believed."""
        said = _object(incoming.body)
        if said is None:
            return Ignored("It is no JSON object.")
        txid = next((one for name in _THEIRS if _is_txid(one := _first(said, (name,)))), None)
        try:
            return Hint(ids.read("att", _first(said, _OURS)), txid)
        except NotFound:
            return Hint(None, txid) if txid else Ignored("It names no transaction: a test of the notification address.")


def _object(body: bytes) -> Mapping[str, Any] | None:
    """The message, if it is one JSON object in which nothing is said twice."""
    if len(body) > _LIMIT_BYTES:
        return None
    try:
        said = json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return None
    return said if isinstance(said, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is said twice")
    return found


def _first(said: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first of these fields that says something, at the top or in `additionalInfo`."""
    more = said.get("additionalInfo")
    places = (said, more) if isinstance(more, dict) else (said,)
    return next((found for name in names for place in places if (found := _text(place, name))), "")


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) and value.isprintable() and len(value) <= 200 else ""


def _is_txid(text: str) -> bool:
    return len(text) == _TXID_LENGTH and text.isascii() and text.isalnum()


def _kind(said: Mapping[str, Any]) -> str:
    """The method: a virtual account names its number; else the tXid has their code of it."""
    if "virtualAccountNo" in said or "vacctNo" in said:
        return "virtual_account"
    txid = next((one for name in _THEIRS if _is_txid(one := _first(said, (name,)))), "")
    return _KINDS.get(txid[10:12], "payment")


def _reply(kind: str, said: Mapping[str, Any], now_s: float) -> Reply:
    answer: dict[str, Any] = {"responseCode": f"200{_SERVICES.get(kind, '56')}00", "responseMessage": "Success"}
    if kind == "virtual_account":
        answer["virtualAccountData"] = {name: said[name] for name in _ECHOED if name in said}
        more = said.get("additionalInfo")
        answer["additionalInfo"] = (
            {name: more[name] for name in ("bankCd", "goodsNm") if name in more} if isinstance(more, dict) else {}
        )
    stamp = timestamps.iso(datetime.fromtimestamp(now_s, UTC))
    return Reply(200, "application/json", json.dumps(answer).encode(), (("x-timestamp", stamp),))
