"""Receipts of a described gateway. Most sign nothing: a long secret in the path says that it is the gateway, and no more is believed than how far a text came."""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from gerbang.ports.messenger import MessengerMessage, Progress, Receipt, Why
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, Reply, Verified, WebhookRequest


class HttpSmsWebhook:
    """Implements ports.webhook.WebhookProvider."""

    reply = Reply()

    def verify(self, account: Account, incoming: WebhookRequest, _now_s: float) -> Verified | Rejection:
        """By the secret in the path."""
        secrets = [one for one in account.secrets.get("receipt_secret", ()) if one]
        if not secrets:
            return Rejection.NO_SECRET
        if not incoming.path:
            return Rejection.MISSING
        found = [hmac.compare_digest(one, incoming.path.encode()) for one in secrets]
        if not any(found):
            return Rejection.FORGED
        id_, status = _told(account.settings, incoming)
        if not id_ or not status:
            return Rejection.MALFORMED
        return Verified(f"{id_}:{status}", id_, f"message.{status[:40]}")

    def read(self, account: Account, incoming: WebhookRequest) -> MessengerMessage:
        """How far a text came, by the words that the description gives."""
        settings = account.settings
        id_, status = _told(settings, incoming)
        if status in _words(settings, "receipt_delivered", "delivered"):
            return Receipt(id_, Progress.DELIVERED)
        if status in _words(settings, "receipt_failed", "failed,rejected,expired,undelivered"):
            return Receipt(id_, Progress.FAILED, Why.PERMANENT, f"the gateway says {status[:40]}")
        return Ignored(f"a status that the description does not name: {status[:40]}")


def _words(settings: Mapping[str, str], name: str, default: str) -> frozenset[str]:
    return frozenset(one.strip().lower() for one in (settings.get(name) or default).split(","))


def _told(settings: Mapping[str, str], incoming: WebhookRequest) -> tuple[str, str]:
    """Id and status, each empty where it does not stand."""
    told = _fields(incoming)
    id_, status = (
        told.get(settings.get("receipt_id") or "messageId"),
        told.get(settings.get("receipt_status") or "status"),
    )
    return _text(id_), _text(status).lower()


def _text(value: Any) -> str:
    return str(value)[:200] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _fields(incoming: WebhookRequest) -> Mapping[str, Any]:
    try:
        if incoming.body.lstrip()[:1] == b"{":
            found = msgspec.json.decode(incoming.body)
            return found if isinstance(found, dict) else {}
        return dict(parse_qsl(incoming.body.decode(), keep_blank_values=True, max_num_fields=100))
    except (ValueError, msgspec.DecodeError, RecursionError):
        return {}
