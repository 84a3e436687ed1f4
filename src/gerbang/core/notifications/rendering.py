"""From a notification's data to subject, text and HTML, in its language. Pure but for reading the templates once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from gerbang.base.formats import Locale, Zone, fours, locale_of, moment, money, one_line
from gerbang.base.text_segments import plain_text
from gerbang.core.notifications import labels as message_labels
from gerbang.core.notifications.digest_words import digest_context
from gerbang.core.notifications.model import ASKS, Template

_FOLDER: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the business's name and the time zone it keeps."""

    business: str
    zone: Zone = "WIB"


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a shop wrote itself, filled in: a subject, where the channel has one, and plain text."""

    subject: str
    body: str


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(str(_FOLDER)),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.filters["fours"] = fours
    return made


_ENVIRONMENT: Final = _environment()


def render(
    template: Template,
    locale: str,
    data: Mapping[str, Any],
    *,
    name: str,
    link: str,
    letterhead: Letterhead,
    unsubscribe: str = "",
    own: OwnWords | None = None,
    chat: bool = False,
) -> Rendered:
    """The message. `name` may be empty, and then nobody is greeted by name; `link` may be empty, and then there is no button; `unsubscribe` likewise stands
    below, where there is one. `own` words stand in our frame. To a `chat` it is no mail, and lists as much as every kind of room takes.
    """
    language = locale_of(locale)
    context = mail_context(template, language, data, name=name, link=link, letterhead=letterhead)
    context["unsubscribe"] = unsubscribe
    context["chat"] = chat
    if chat:
        context["automatic"] = context["labels"]["automatic_chat"].format(business=context["business"])
    if "digest" in data:
        made = datetime.fromisoformat(data["at"])
        fits = _fitting(language, data["digest"], link, made, context) if chat else None
        context |= digest_context(language, data["digest"], link, made, fits)
    folder = f"{language}/{template.value}"
    if own is None:
        subject = one_line(_ENVIRONMENT.get_template(f"{folder}.subject.txt").render(context))
    else:
        folder, subject = "own", one_line(own.subject)
        context |= {"body": own.body.strip(), "paragraphs": _paragraphs(own.body, link)}
    mark = "" if data["livemode"] else f"{message_labels.LABELS[language]['test_subject']} · "
    context["subject"] = subject
    text = _ENVIRONMENT.get_template(f"{folder}.txt").render(context)
    html = _ENVIRONMENT.get_template(f"{folder}.html").render(context)
    return Rendered(mark + subject, text.strip() + "\n", html)


def _fitting(language: Locale, digest: Mapping[str, Any], link: str, made: datetime, context: Mapping[str, Any]) -> int:
    """How many events of a digest a chat takes: a room cuts what is longer silently, in the middle of a link."""
    template = _ENVIRONMENT.get_template(f"{language}/{Template.OPERATOR_DIGEST.value}.txt")
    for most in range(len(digest["newest"]), 1, -1):
        said = digest_context(language, digest, link, made, most)
        if len(template.render({**context, **said})) <= MOST_IN_CHAT:
            return most
    return 1


def render_text(
    template: Template,
    locale: str,
    data: Mapping[str, Any],
    *,
    link: str,
    letterhead: Letterhead,
    own: OwnWords | None = None,
) -> str:
    """The message for a phone: one line without typesetting, which would halve what a part of it holds; nobody is greeted."""
    language = locale_of(locale)
    context = phone_context(template, language, data, letterhead) | {"link": link}
    said = own.body if own else _ENVIRONMENT.get_template(f"{language}/{template.value}.sms.txt").render(context)
    return str(context["test_mark"]) + plain_text(one_line(said))


def mail_context(
    template: Template, locale: Locale, data: Mapping[str, Any], *, name: str, link: str, letterhead: Letterhead
) -> dict[str, Any]:
    """What a mail may say, with whom it greets and where its button leads."""
    context = _context(template, locale, data, letterhead)
    return context | {"name": message_labels.called(one_line(name)), "link": link}


def _paragraphs(body: str, link: str) -> list[tuple[str, list[str]]]:
    """Plain text as a mail program shows it: `button` is what leads to the link, `pass` a number to copy, `text` lines of anything else."""
    made = []
    for block in re.split(r"\n[ \t]*\n", body.strip()):
        lines = [line.strip() for line in block.strip().splitlines() if line.strip()]
        if len(lines) == 1 and link and lines[0].endswith(link):
            made.append(("button", [lines[0].removesuffix(link).rstrip().removesuffix(":") or link]))
        elif len(lines) == 1 and _NUMBER.fullmatch(lines[0]):
            made.append(("pass", lines))
        elif lines:
            made.append(("text", lines))
    return made


def phone_context(
    template: Template, locale: Locale, data: Mapping[str, Any], letterhead: Letterhead
) -> dict[str, Any]:
    """What a message to a phone may say, with what the bill is for in a few words; `test_mark` stands before one that is no real payment's."""
    context = _context(template, locale, data, letterhead)
    context["what"] = _cut(context["description"] or context["order_reference"] or context["payment"])
    context["test_mark"] = "" if data["livemode"] else f"{message_labels.LABELS[locale]['test_subject']} - "
    return context


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_OF_WHAT else text[: _MOST_OF_WHAT - 3].rstrip() + "..."


def _context(template: Template, locale: Locale, data: Mapping[str, Any], letterhead: Letterhead) -> dict[str, Any]:
    labels = message_labels.LABELS[locale]
    business = one_line(letterhead.business)
    context: dict[str, Any] = {
        "locale": locale,
        "business": business,
        "livemode": data["livemode"],
        "labels": labels,
        "automatic": labels["automatic"].format(business=business),
        "at": moment(datetime.fromisoformat(data["at"]), locale, letterhead.zone),
        "reason": message_labels.REASONS[locale].get(data["type"], data["type"]),
        "lines": (),
        "payment": data.get("payment", ""),
    }
    context |= {"said": data["type"], "why": data.get("why", ""), "connection": data.get("connection", "")}
    if "network" in data:
        context["network"] = data["network"]
        context["goes_on"] = data["type"] == "chain.recovered"
    if template is Template.OPERATOR_SHOP:
        context |= {"connection": data["connection"], "said": data["type"], "days": data.get("days", 0)}
    if template is Template.OPERATOR_SETTLEMENT:
        context |= _about_settlement(locale, data)
    if template is Template.OPERATOR_ORDER:
        context["order"] = one_line(data["order"])
    if template is Template.OPERATOR_CLAIM:
        until = datetime.fromisoformat(data["until"]) if data.get("until") else None
        context |= {
            "kind": data["kind"],
            "order": one_line(data["order"]),
            "until": moment(until, locale, letterhead.zone) if until else "",
        }
    if "endpoint" in data:
        context |= {"host": one_line(data["host"]), "endpoint": data["endpoint"]}
        context["endpoint_name"] = one_line(data.get("endpoint_name", ""))
    if "template" in data:
        context |= {"paused": one_line(data["template"]), "paused_language": one_line(data["language"])}
    if "owner_link" in data:
        context |= {"host": one_line(data["host"]), "one_time_code": data.get("one_time_code", "")}
    if "counts" in data:
        context |= _about_work(locale, data["counts"])
    if "payment" in data:
        context |= _about_payment(locale, data, letterhead.zone)
        if template in ASKS:
            context["amount"] = context["missing"]
        context["lines"] = (*_items(template, locale, data), *_lines(template, labels, context))
    return context


def _about_settlement(locale: Locale, data: Mapping[str, Any]) -> dict[str, Any]:
    """A payout, or a line of a statement: what is taken of us stands with a minus."""

    def shown(name: str) -> str:
        amount = data.get(name)
        if not isinstance(amount, int):
            return ""
        return f"{'-' if amount < 0 else ''}{money(abs(amount), data['currency'], locale)}"

    named = {name: one_line(data.get(name, "")) for name in ("statement", "order", "kind_said")}
    return {**named, "amount": shown("amount"), "was": shown("was"), "paid": shown("paid")}


def _about_work(locale: Locale, counts: Mapping[str, int]) -> dict[str, Any]:
    """What waits for the operators, kind by kind; what was counted to its bound says so."""

    def shown(count: int) -> str:
        return "99+" if count > _MOST_COUNTED else str(count)

    lines = tuple((message_labels.WORK[locale].get(kind, kind), shown(count)) for kind, count in counts.items())
    return {"lines": lines, "total": shown(sum(counts.values()))}


def _about_payment(locale: Locale, data: Mapping[str, Any], zone: Zone) -> dict[str, Any]:
    def shown(amount: int) -> str:
        return money(amount, data["currency"], locale)

    def when(name: str) -> str:
        return moment(datetime.fromisoformat(data[name]), locale, zone)

    return {
        "amount": shown(data["amount"]),
        "captured": shown(data["captured"]),
        "excess": shown(data["excess"]) if data["excess"] else "",
        "missing": shown(max(0, data["amount"] - data["captured"])),
        "twice": data["excess"] == data["amount"],
        "refund_amount": shown(data.get("refund_amount", 0)),
        "refund": data.get("refund", ""),
        "destination": data.get("to", ""),
        "was": data.get("was", ""),
        "by": data.get("by", ""),
        "description": one_line(data["description"]),
        "order_reference": one_line(data["order_reference"] or ""),
        "method": message_labels.method(data["method"], data["options"], locale) if "method" in data else "",
        "until": when("expires_at"),
        "called_off": bool(data.get("called_off")),
        "held": bool(data.get("held")),
        "on_chain": data.get("method") == "crypto",
        "again_until": when("again_until") if "again_until" in data else "",
        "bank": message_labels.brand(data.get("bank", "")),
        "number": data.get("number", ""),
        "store": message_labels.brand(data.get("store", "")),
        "code": data.get("code", ""),
        "coins": _coins(data.get("coins", ""), locale),
    }


def _coins(text: str, locale: Locale) -> str:
    units, _, asset = text.partition(" ")
    return money(int(units), asset, locale) if asset else ""


MOST_IN_CHAT: Final = 900  # characters: the shortest room takes 1,000 with the title, and escapes some of them
_MOST_COUNTED: Final = 99
_NUMBER: Final = re.compile(r"[0-9]{4}(?: [0-9]{1,4})+")
_MOST_OF_WHAT: Final = 40  # characters of what a bill is for, in a text to a phone
_LINES: Final[Mapping[Template, tuple[str, ...]]] = {
    Template.PAYMENT_LINK: ("amount", "until", "for", "order", "payment"),
    Template.PAYMENT_INSTRUCTIONS: ("amount", "until", "for", "order", "payment"),
    Template.PAYMENT_REMINDER: ("missing", "until", "for", "order", "payment"),
    Template.PAYMENT_PAID: ("amount", "for", "order", "method", "at", "payment"),
    Template.PAYMENT_PAID_LATE: ("captured", "for", "order", "method", "at", "payment"),
    Template.PAYMENT_PART_PAID: ("amount", "captured", "missing", "until", "for", "order", "payment"),
    Template.PAYMENT_OVERPAID: ("amount", "captured", "excess", "for", "order", "payment"),
    Template.PAYMENT_EXPIRED: ("amount", "for", "order", "payment"),
    Template.REFUND_REQUESTED: ("refund_amount", "for", "order", "payment", "refund"),
    Template.REFUND_AWAITING_TRANSFER: ("refund_amount", "for", "order", "payment", "refund"),
    Template.REFUND_DESTINATION: ("refund_amount", "destination", "was", "at", "order", "payment", "refund"),
    Template.REFUND_SUCCEEDED: ("refund_amount", "at", "for", "order", "payment", "refund"),
    Template.REFUND_FAILED: ("refund_amount", "for", "order", "payment", "refund"),
    Template.OPERATOR_ATTENTION: (
        "amount",
        "captured",
        "excess",
        "refund_amount",
        "destination",
        "was",
        "for",
        "order",
        "method",
        "at",
        "refund",
    ),
}
_WITH_ITEMS: Final = frozenset(
    {
        Template.PAYMENT_LINK,
        Template.PAYMENT_INSTRUCTIONS,
        Template.PAYMENT_PAID,
        Template.PAYMENT_PAID_LATE,
    }
)
_NAMED_OTHERWISE: Final = {"for": "description", "order": "order_reference"}


def _items(template: Template, locale: Locale, data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The lines of the bill, where the message asks for its amount or says that it came."""
    shown = data.get("items", ()) if template in _WITH_ITEMS else ()
    return tuple((one_line(name), money(amount, data["currency"], locale)) for name, amount in shown)


def _lines(template: Template, labels: Mapping[str, str], context: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The facts under the sentences, as (label, value); what is empty is left out."""
    found = ((name, context[_NAMED_OTHERWISE.get(name, name)]) for name in _LINES.get(template, ()))
    shown = [(labels[name], value) for name, value in found if value]
    return tuple((label, value) for label, value in shown if context["refund"] or label != labels["refund_amount"])
