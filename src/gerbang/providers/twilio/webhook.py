"""What Twilio tells: how far a message came, and what a person wrote back. Pure, closed by default."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from gerbang.ports.messenger import MessengerMessage, OptOut, Wrote
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, Reply, Verified, WebhookRequest
from gerbang.providers.twilio.adapter import PROGRESS, receipt_of
from gerbang.providers.twilio.signature import Algorithm, is_signed

_MOST_FIELDS: Final = 200
_STOP: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "BERHENTI"})
_START: Final = frozenset({"START", "YES", "UNSTOP", "MULAI"})


class TwilioWebhook:
    """Implements ports.webhook.WebhookProvider."""

    reply = Reply(content_type="text/xml", body=b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>')

    def verify(self, account: Account, incoming: WebhookRequest, _now_s: float) -> Verified | Rejection:
        """By the key and the algorithm of our own configuration: what the headers say of them is not signed. No time stands in it, so an old message can be
        sent again, and says what it said.
        """
        given = incoming.headers.get("x-twilio-signature", "")
        settings = incoming.headers.get("x-twilio-webhooks-signature-settings", "")
        key_id = account.settings.get("shared_key_id", "")
        keys = account.secrets.get("shared_key" if key_id else "auth_token", ())
        algorithm: Algorithm = "sha256" if key_id else "sha1"
        if not any(keys):
            return Rejection.NO_SECRET
        if not given:
            return Rejection.MISSING
        form = _form(incoming.body)
        if form is None:
            return Rejection.MALFORMED
        if settings != (f"key={key_id},algorithm=HMAC_SHA256" if key_id else ""):
            return Rejection.FORGED
        found = [is_signed(key, account.hook_url, form, given, algorithm) for key in keys if key]
        if not any(found):
            return Rejection.FORGED
        fields = dict(form)
        sid, status = fields.get("MessageSid") or fields.get("SmsSid", ""), _status(fields)
        if not sid or not status:
            return Rejection.MALFORMED
        return Verified(f"{sid}:{status}", sid, f"message.{status}")

    def read(self, _account: Account, incoming: WebhookRequest) -> MessengerMessage:
        """How far a message came, that a person wants no more, or nothing that we follow."""
        fields = dict(_form(incoming.body) or ())
        status = _status(fields)
        if status == "received":
            return _inbound(fields)
        if status not in PROGRESS:
            return Ignored(f"a status that is not known here: {status[:40]}")
        code = fields.get("ErrorCode", "")
        told = int(code) if code.isascii() and code.isdigit() else 0
        return receipt_of(fields.get("MessageSid") or fields.get("SmsSid", ""), status, told)


def _form(body: bytes) -> Sequence[tuple[str, str]] | None:
    """Every parameter that came, also those without a value: all are signed."""
    try:
        return parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return None


def _status(fields: dict[str, str]) -> str:
    return fields.get("MessageStatus") or fields.get("SmsStatus", "")


def _inbound(fields: dict[str, str]) -> MessengerMessage:
    said = (fields.get("OptOutType") or fields.get("Body", "")).strip().upper()
    if said in _STOP or said in _START:
        return OptOut(fields.get("From", ""), out=said in _STOP)
    return Wrote(fields.get("From", ""))
