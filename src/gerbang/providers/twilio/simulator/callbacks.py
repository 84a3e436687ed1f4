"""Status callbacks and messages from people, as Twilio signs and sends them. Written from the notes alone."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import urlencode

from gerbang.ports.simulator import Webhook
from gerbang.providers.twilio.simulator.phones import Kept, Step

RETRY_S = (1.0,)  # one more try where no connection was made


def status_callback(kept: Kept, step: Step, keys: "Keys", *, empty: bool, tamper: str = "") -> Webhook:
    """What is told of one status."""
    fields = [
        ("SmsSid", kept.sid),
        ("SmsStatus", step.status),
        ("MessageStatus", step.status),
        ("To", kept.to),
        ("MessageSid", kept.sid),
        ("AccountSid", kept.account),
        ("From", kept.sender),
        ("ApiVersion", "2010-04-01"),
    ]
    if kept.service:
        fields.append(("MessagingServiceSid", kept.service))
    if step.code:
        fields.append(("ErrorCode", str(step.code)))
    if empty:
        fields.append(("ErrorMessage", ""))
    return signed(kept.sid, kept.callback, fields, keys, tamper, step.after_s)


def from_person(account: str, number: str, to: str, text: str, url: str, keys: "Keys", sid: str) -> Webhook:
    """What a person wrote to one of the account's numbers."""
    fields = [
        ("MessageSid", sid),
        ("SmsSid", sid),
        ("SmsStatus", "received"),
        ("AccountSid", account),
        ("From", number),
        ("To", to),
        ("Body", text),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("ApiVersion", "2010-04-01"),
        ("OptOutType", text),
    ]
    return signed(sid, url, fields, keys)


class Keys:
    """With what is signed: the auth token, or a shared key with its id."""

    def __init__(self, token: str, shared_id: str = "", shared: str = "") -> None:
        self.token = token
        self.shared_id = shared_id
        self.shared = shared


def signed(
    subject: str, url: str, fields: Sequence[tuple[str, str]], keys: Keys, tamper: str = "", delay_s: float = 0.0
) -> Webhook:
    """A form with its signature; forged as `tamper` says: another key (`token`), or changed after it was signed (`status`)."""
    text = url.partition("#")[0] + "".join(name + value for name, value in sorted(fields))
    by = hashlib.sha256 if keys.shared_id else hashlib.sha1
    key = "somebody else's" if tamper == "token" else keys.shared or keys.token
    made = base64.b64encode(hmac.new(key.encode(), text.encode(), by).digest()).decode()
    headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8"), ("x-twilio-signature", made)]
    if keys.shared_id:
        headers.append(("x-twilio-webhooks-signature-settings", f"key={keys.shared_id},algorithm=HMAC_SHA256"))
    told = [(n, "delivered" if tamper == "status" and n.endswith("Status") else v) for n, v in fields]
    return Webhook(subject, url, tuple(headers), urlencode(told).encode(), RETRY_S, delay_s=delay_s)
