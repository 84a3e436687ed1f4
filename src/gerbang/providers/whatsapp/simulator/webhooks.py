"""What Meta tells, as it signs and sends it: statuses, what people write, what becomes of templates. Written from the notes alone."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from gerbang.ports.simulator import Webhook
from gerbang.providers.whatsapp.simulator.quirks import Step
from gerbang.providers.whatsapp.simulator.refusals import WORDS

_RETRY_S: Final = (1.0, 2.0, 5.0, 30.0, 300.0)
_NUMBER: Final = "15550783881"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One number of one account: its ids, token and app secret, and where Meta tells what happens."""

    phone_number_id: str = "106540352242922"
    waba_id: str = "102290129340398"
    token: str = ""
    app_secret: str = ""
    hook_url: str = ""


class Kept(msgspec.Struct, frozen=True, tag_field="kind", tag="whatsapp_message"):
    """One message that was taken. `letters` are the webhooks about it, each with its steps."""

    id: str
    to: str
    reference: str
    category: str
    at: datetime
    letters: tuple[tuple[Step, ...], ...]


def statuses(config: Config, kept: Kept, steps: Sequence[Step], tamper: str = "") -> Webhook:
    """One webhook about one or several statuses of a message."""
    shown = [_status(kept, *step) for step in steps]
    value = {**_head(config), "statuses": shown}
    return signed(config, kept.id, "messages", value, tamper, steps[0][1])


def from_person(config: Config, number: str, text: str, at: datetime, id_: str) -> Webhook:
    """What a person wrote to the number."""
    message = {
        "from": number.removeprefix("+"),
        "id": id_,
        "timestamp": str(int(at.timestamp())),
        "type": "text",
        "text": {"body": text},
    }
    contact = {"profile": {"name": "Sari"}, "wa_id": number.removeprefix("+")}
    return signed(config, id_, "messages", {**_head(config), "contacts": [contact], "messages": [message]})


def of_template(config: Config, field: str, name: str, language: str, **told: Any) -> Webhook:
    """What became of a template."""
    value = {
        "message_template_id": 594425479261596,
        "message_template_name": name,
        "message_template_language": language,
        **told,
    }
    return signed(config, name, field, value)


def signed(
    config: Config, subject: str, field: str, value: Mapping[str, Any], tamper: str = "", delay_s: float = 0.0
) -> Webhook:
    """A webhook with its signature over the bytes that are sent; forged as `tamper` says: another secret (`token`), or changed after it was signed (`status`)."""
    entry = {"id": config.waba_id, "changes": [{"value": value, "field": field}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":")).encode()
    secret = "somebody else's" if tamper == "token" else config.app_secret
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if tamper == "status":
        body = body.replace(b'"status":"sent"', b'"status":"read"').replace(b'"delivered"', b'"failed"')
    headers = (("content-type", "application/json"), ("x-hub-signature-256", f"sha256={made}"))
    return Webhook(subject, config.hook_url, headers, body, _RETRY_S, "only_200", delay_s)


def _head(config: Config) -> Mapping[str, Any]:
    metadata = {"display_phone_number": _NUMBER, "phone_number_id": config.phone_number_id}
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _status(kept: Kept, status: str, after_s: float, code: int) -> Mapping[str, Any]:
    at = kept.at + timedelta(seconds=after_s)
    shown: dict[str, Any] = {
        "id": kept.id,
        "status": status,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": kept.to,
    }
    if kept.reference:
        shown["biz_opaque_callback_data"] = kept.reference
    if code:
        title = WORDS[code]
        shown["errors"] = [{"code": code, "title": title, "message": title, "error_data": {"details": title}}]
    else:
        is_free = kept.category == "service"
        shown["pricing"] = {
            "billable": not is_free,
            "pricing_model": "PMP",
            "type": "free_customer_service" if is_free else "regular",
            "category": kept.category,
        }
    return shown
