"""What Meta tells: how far messages came, what people wrote, and what became of templates. Pure, closed by default.

One webhook may bring many of these at once, of several numbers: those of other numbers are another connection's.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from gerbang.ports.messenger import (
    MessengerMessage,
    OptOut,
    Progress,
    Receipt,
    Several,
    TemplateNews,
    TemplateState,
    Wrote,
)
from gerbang.ports.payment import Account
from gerbang.ports.webhook import Ignored, Rejection, Reply, Verified, WebhookRequest
from gerbang.providers.whatsapp import wire
from gerbang.providers.whatsapp.codes import NEITHER, USABLE, meaning_of

News = Receipt | OptOut | Wrote | TemplateNews | Ignored
_PREFIX: Final = "sha256="
_MOST_CHALLENGE: Final = 256
_MOST_USER_ID: Final = 131  # a country, a dot, 128 letters
_STOP: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "BERHENTI"})
_START: Final = frozenset({"START", "YES", "UNSTOP", "MULAI"})
PROGRESS: Final[Mapping[str, Progress]] = {
    "sent": Progress.SENT,
    "delivered": Progress.DELIVERED,
    "read": Progress.READ,
    "played": Progress.READ,
    "failed": Progress.FAILED,
}
_notice: Final = msgspec.json.Decoder(wire.Notice)


def verify_address(account: Account, query: Mapping[str, str]) -> Reply | Rejection:
    """Meta asks by GET whether the address is ours: it shows the verify token, and reads its challenge back as plain text."""
    tokens = [one for one in account.secrets.get("verify_token", ()) if one]
    if not tokens:
        return Rejection.NO_SECRET
    given, challenge = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
    if not given:
        return Rejection.MISSING
    found = [hmac.compare_digest(one, given.encode()) for one in tokens]
    if not any(found):
        return Rejection.FORGED
    is_asked = query.get("hub.mode") == "subscribe" and 0 < len(challenge) <= _MOST_CHALLENGE
    return Reply(body=challenge.encode()) if is_asked else Rejection.MALFORMED


class WhatsAppWebhook:
    """Implements ports.webhook.WebhookProvider."""

    reply = Reply()

    def verify(self, account: Account, incoming: WebhookRequest, _now_s: float) -> Verified | Rejection:
        """The HMAC of the very bytes that came, by any of the app's secrets. No time stands in it, so an old one can be sent again, and says what it said."""
        secrets = [one for one in account.secrets.get("app_secret", ()) if one]
        if not secrets:
            return Rejection.NO_SECRET
        given = incoming.headers.get("x-hub-signature-256", "")
        if not given:
            return Rejection.MISSING
        made = [_PREFIX + hmac.new(one, incoming.body, hashlib.sha256).hexdigest() for one in secrets]
        found = [hmac.compare_digest(one.encode(), given.encode()) for one in made]
        if not any(found):
            return Rejection.FORGED
        changes = list(_changes(incoming.body))
        if not changes:
            return Rejection.MALFORMED
        subject, type_ = _about(changes)
        return Verified("", subject, type_)

    def read(self, account: Account, incoming: WebhookRequest) -> MessengerMessage:
        """All that it says; what cannot be read is nothing that we follow."""
        number = account.settings.get("phone_number_id", "")
        news = [one for change in _changes(incoming.body) for one in _read(change, number)]
        return Several(tuple(news)) if news else Ignored("nothing that is followed here")


def _changes(body: bytes) -> Iterator[wire.Change]:
    try:
        notice = _notice.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if notice.object == "whatsapp_business_account":
        yield from (change for entry in notice.entry for change in entry.changes)


def _about(changes: list[wire.Change]) -> tuple[str, str]:
    """What its events are kept in order by, and its name for people: the first message or template that it speaks of."""
    first = changes[0]
    if first.field != "messages":
        template = _template(first)
        return template.message_template_name if template else first.field, f"template.{first.field}"[:80]
    value = _messages(first)
    if value is None:
        return "messages", "message.unreadable"
    many = len(changes) > 1 or len(value.statuses) + len(value.messages) > 1
    if value.statuses:
        return value.statuses[0].id, "message.several" if many else f"message.{value.statuses[0].status[:40]}"
    return value.messages[0].from_ if value.messages else "messages", "message.received"


def _read(change: wire.Change, number: str) -> Iterator[News]:
    match change.field:
        case "messages":
            value = _messages(change)
            if value is None or value.metadata.phone_number_id != number:
                yield Ignored("about another number of the account" if value else "it cannot be read")
                return
            yield from (_receipt(one) for one in value.statuses)
            for one in value.messages:
                yield from _inbound(one)
        case "message_template_status_update" | "template_category_update":
            template = _template(change)
            yield Ignored("it cannot be read") if template is None else _news(change.field, template)
        case other:
            yield Ignored(f"not followed here: {other[:40]}")


def _messages(change: wire.Change) -> wire.MessagesValue | None:
    try:
        return msgspec.convert(change.value, wire.MessagesValue)
    except msgspec.ValidationError:
        return None


def _template(change: wire.Change) -> wire.TemplateValue | None:
    try:
        return msgspec.convert(change.value, wire.TemplateValue)
    except msgspec.ValidationError:
        return None


def _receipt(status: wire.Status) -> Receipt | Ignored:
    progress = PROGRESS.get(status.status)
    if progress is None:
        return Ignored(f"a status that is not known here: {status.status[:40]}")
    priced = status.pricing or wire.Pricing()
    if progress is not Progress.FAILED:
        return Receipt(
            status.id,
            progress,
            reference=status.biz_opaque_callback_data,
            category=priced.category[:40],
            billable=priced.billable,
        )
    code = status.errors[0].code if status.errors else -1
    meaning = meaning_of(code)
    return Receipt(
        status.id,
        progress,
        why=meaning.why,
        code=f"{code}: {meaning.words}" if status.errors else "failed",
        gone=meaning.gone,
        reference=status.biz_opaque_callback_data,
        category=priced.category[:40],
        billable=priced.billable,
    )


def _inbound(message: wire.Inbound) -> Iterator[News]:
    """That a person wrote, which opens the window; and that they want no more, or want it again. Whose number WhatsApp withholds is known by nobody here: what they
    said is told, for a person to act on.
    """
    said = (message.text.body if message.text else message.button.text if message.button else "").strip().upper()
    if not message.from_.isascii() or not message.from_.isdigit():
        yield Ignored(_hidden(message, said))
        return
    address = f"+{message.from_}"
    at = int(message.timestamp) if message.timestamp.isascii() and message.timestamp.isdigit() else 0
    yield Wrote(address, datetime.fromtimestamp(min(at, 2**33), UTC) if at else None)
    if said in _STOP or said in _START:
        yield OptOut(address, out=said in _STOP)


def _hidden(message: wire.Inbound, said: str) -> str:
    """What became of a message whose sender shows no number, with the id by which WhatsApp knows them."""
    who = (message.user_id or message.from_)[:_MOST_USER_ID] or "unknown"
    told = f"WhatsApp withholds the sender's number ({who})"
    if said in _STOP:
        return f"{told}: they said {said}, and no number can be stopped by it; stop the customer by hand"
    if said in _START:
        return f"{told}: they said {said}, and no number can be allowed by it"
    return f"{told}: nobody is known by it, and nobody reads what they wrote"


def _news(field: str, value: wire.TemplateValue) -> TemplateNews | Ignored:
    name, language = value.message_template_name[:512], value.message_template_language[:20]
    if field == "template_category_update":
        category = value.new_category or value.correct_category
        if category == "UTILITY":
            return TemplateNews(name, language, TemplateState.USABLE, "its category is UTILITY again")
        why = (
            f"its category is {category[:40]} now, and was {value.previous_category[:40]}: it is charged for otherwise"
        )
        return TemplateNews(name, language, TemplateState.RECATEGORISED, why)
    if value.event in NEITHER:
        return Ignored(f"a template is {value.event.lower()}")
    if value.event in USABLE:
        return TemplateNews(name, language, TemplateState.USABLE, "approved")
    reason = f" ({value.reason[:80]})" if value.reason and value.reason != "NONE" else ""
    return TemplateNews(name, language, TemplateState.UNUSABLE, f"WhatsApp says {value.event[:40]}{reason}")
