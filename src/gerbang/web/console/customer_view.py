"""What pages are told of customers. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from gerbang.base import formats, ids
from gerbang.base.formats import Locale, moment
from gerbang.core.audit.model import Recorded
from gerbang.core.customers.consent_model import NEED_CONSENT
from gerbang.core.customers.model import (
    CHANNELS,
    ERASE,
    PREFIX,
    REQUEST_PREFIX,
    WRITE,
    Customer,
    DataRequest,
    muted_message,
)
from gerbang.core.identity.model import Caller
from gerbang.core.notifications.audiences import CHANNELS_OF
from gerbang.web import texts
from gerbang.web.console.action_words import sentence
from gerbang.web.console.actors import Names, called
from gerbang.web.console.listing import Cell, Column, Row
from gerbang.web.console.objects import Action, Crumb, Fact, Facts, Lane, ObjectPage, Step, allowed
from gerbang.web.console.page_frame import stamp
from gerbang.web.texts.actions import Sentences

COLUMNS: Final = (
    Column("name", "cus.name", "a1"),
    Column("email", "cus.email", "b1", "wrap"),
    Column("phone", "cus.phone", "off lg", "num"),
    Column("external_id", "cus.external_id", "a2", "mono"),
    Column("language", "cus.language", "off lg"),
    Column("time", "cus.since", "b2", "num", newest_first=True),
)


def row_of(one: Customer, locale: Locale) -> Row:
    """A customer as one line of the list."""
    id_, say = ids.show(PREFIX, one.id), texts.words(locale)
    cells = {
        "name": Cell(one.name or say("cus.nameless"), href=f"/console/customers/{id_}"),
        "email": Cell(_email(one)),
        "phone": Cell(_phone(one)),
        "external_id": Cell(one.external_id or ""),
        "language": Cell(say(f"cus.language.{one.locale}") if one.locale else ""),
        "time": Cell(stamp(one.created_at, locale), at=one.created_at),
    }
    return Row(id_, cells)


# Whether they agreed, and whether their number answered STOP: the carrier holds back what was agreed to anew.
_CONSENT: Final = {
    (True, False): "cus.agreed",
    (False, False): "cus.agreed.not",
    (True, True): "cus.agreed.stopped",
    (False, True): "cus.stopped.number",
}


def page_of(
    one: Customer,
    history: Sequence[Recorded],
    known: Sentences,
    caller: Caller,
    locale: Locale,
    names: Names,
    *,
    has_stopped: bool = False,
) -> ObjectPage:
    """The head, the facts and the timeline of one; `has_stopped`: their number answered STOP."""
    say, id_ = texts.words(locale), ids.show(PREFIX, one.id)
    return ObjectPage(
        name="customers",
        id=id_,
        crumb=Crumb(say("nav.customers"), "/console/customers"),
        heading=one.name or one.external_id or say("cus.erased" if one.erased_at else "cus.nameless"),
        mark="cancelled" if one.erased_at else "",
        word=say("cus.erased") if one.erased_at else "",
        why=_why(one, locale),
        actions=_actions(one, caller, locale),
        facts=(_contact(one, locale), _consent(one, locale, names, has_stopped=has_stopped), _preferences(one, locale)),
        steps=tuple(_step(entry, known, names, locale) for entry in history),
        watch="customer",
        about=id_,
        template="customer.html",
    )


def due(one: DataRequest, now: datetime, locale: Locale) -> Markup:
    """By when an open one is to be answered, or since when that is over, with the year: a time may run from long ago."""
    return texts.words(locale)("dsr.due.over" if now > one.due_at else "dsr.due", at=moment(one.due_at, locale))


def rights_of(requests: Sequence[DataRequest], names: Names, locale: Locale, now: datetime) -> Facts:
    """What they asked of their data: what is open with its due date, what was answered with who did."""
    say = texts.words(locale)
    return Facts(
        say("cus.rights"),
        tuple(
            Fact(
                say(f"dsr.kind.{one.kind.value}"),
                say(f"dsr.status.{one.status.value}"),
                href=f"/console/data-requests/{ids.show(REQUEST_PREFIX, one.id)}",
                small=due(one, now, locale)
                if one.closed_at is None
                else say("dsr.closed", at=moment(one.closed_at, locale), by=called(one.closed_by or "", names, locale)),
            )
            for one in requests
        ),
    )


def payments_link(one: Customer) -> str:
    """All their payments."""
    return f"/console/payments?{urlencode({'customer': ids.show(PREFIX, one.id)})}"


def _why(one: Customer, locale: Locale) -> str:
    say = texts.words(locale)
    if one.erased_at is not None:
        return say("cus.erased.why", at=stamp(one.erased_at, locale))
    return say("cus.stopped.why", at=stamp(one.stopped_at, locale)) if one.stopped_at is not None else ""


def _actions(one: Customer, caller: Caller, locale: Locale) -> tuple[Action, ...]:
    say, here = texts.words(locale), f"/console/customers/{ids.show(PREFIX, one.id)}"
    rights = (
        (ERASE, Action(say("cus.export"), f"{here}/export")),
        (ERASE, Action(say("cus.erase"), f"{here}/erase", look="bad")),
    )
    if one.erased_at is not None:
        return allowed(caller, *rights)
    link = f"/console/payments/new?{urlencode({'customer': ids.show(PREFIX, one.id)})}"
    return allowed(
        caller,
        ("payments:create", Action(say("cus.link"), link, look="main")),
        (WRITE, Action(say("cus.contact.edit"), f"{here}/edit")),
        (WRITE, Action(say("cus.preferences.edit"), f"{here}/preferences")),
        (WRITE, Action(say("cus.consent.edit"), f"{here}/consent")),
        *(
            ((WRITE, Action(say("cus.consent.end"), f"{here}/consent/withdraw")),)
            if any(map(one.consent, NEED_CONSENT))
            else ()
        ),
        (WRITE, Action(say("dsr.note"), f"{here}/data-requests")),
        *rights,
    )


def _contact(one: Customer, locale: Locale) -> Facts:
    say = texts.words(locale)
    facts = (
        Fact(say("cus.email"), _email(one)),
        Fact(say("cus.phone"), _phone(one)),
        Fact(say("cus.language"), say(f"cus.language.{one.locale}")),
        Fact(say("cus.external_id"), one.external_id or "", "mono", copy="ext" if one.external_id else ""),
        Fact(say("cus.since"), f"{stamp(one.created_at, locale)} WIB"),
    )
    return Facts(say("cus.contact"), tuple(one for one in facts if one.value))


def _consent(one: Customer, locale: Locale, names: Names, *, has_stopped: bool) -> Facts:
    """What they agreed to, which is another thing than what they prefer."""
    say, facts = texts.words(locale), []
    for channel in NEED_CONSENT:
        found = one.consent(channel)
        small: Markup | str = ""
        if found is not None:
            at, by = stamp(found.agreed_at, locale), called(found.recorded_by, names, locale)
            when = say("cus.agreed.when", at=at, where=found.agreed_where, text=found.agreed_text)
            small = Markup("{} {}").format(when, say("cus.agreed.by", by=by))
        word = say(_CONSENT[found is not None, has_stopped])
        facts.append(Fact(say(f"channel.{channel.value}"), word, small=small))
    if has_stopped:
        facts.append(Fact("STOP", say("cus.stopped.why_number")))
    return Facts(say("cus.consent"), tuple(facts))


def _preferences(one: Customer, locale: Locale) -> Facts:
    say = texts.words(locale)
    channels = tuple(
        Fact(say(f"channel.{channel.value}"), say("cus.off" if channel.value in one.muted else "cus.on"))
        for channel in CHANNELS
    )
    unwanted = Fact(say("cus.unwanted"), "; ".join(_unwanted(one, locale)))
    stopped = Fact(say("cus.stopped"), say("cus.stopped.yes" if one.stopped_at else "cus.stopped.no"))
    hours = Fact(say("cus.quiet_hours"), one.quiet_hours or say("cus.of_shop"))
    zone = Fact(say("cus.time_zone"), one.time_zone or say("cus.of_shop"))
    return Facts(say("cus.preferences"), (*channels, *((unwanted,) if unwanted.value else ()), stopped, hours, zone))


def _unwanted(one: Customer, locale: Locale) -> list[str]:
    """The messages that they do not want on one channel, in the order of the table."""
    say = texts.words(locale)
    return [
        say("cus.unwanted.one", what=say(f"notes.says.{template.value}"), channel=say(f"channel.{channel.value}"))
        for template, channels in CHANNELS_OF.items()
        for channel in channels
        if muted_message(template.value, channel.value) in one.muted
    ]


def _step(entry: Recorded, known: Sentences, names: Names, locale: Locale) -> Step:
    words = sentence(known, entry.action, entry.detail, called(entry.actor, names, locale), locale)
    said = entry.detail.get("changed")
    lane: Lane = "from" if entry.actor.startswith("key:") else "ins"
    return Step(entry.happened_at, lane, words, _changed(said, locale) if isinstance(said, list) else "")


def _changed(fields: Sequence[object], locale: Locale) -> str:
    """What was changed, as their page calls it."""
    say = texts.words(locale)
    return ", ".join(say(f"cus.changed.{one}") if texts.knows(f"cus.changed.{one}") else str(one) for one in fields)


def _email(one: Customer) -> str:
    return formats.mask_email(one.email) if one.email else ""


def _phone(one: Customer) -> str:
    return formats.mask_number(one.phone) if one.phone else ""
