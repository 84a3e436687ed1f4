"""The forms of a customer: from what was typed to what core is to do, or to what is wrong beside each field. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from gerbang.base import email_address, ids, phone, quiet_hours
from gerbang.base.formats import Locale, one_line
from gerbang.core.customers.model import CHANNELS, Customer, NewCustomer, muted_message
from gerbang.core.notifications.audiences import CHANNELS_OF, MayStop, may_stop
from gerbang.web import texts
from gerbang.web.console.confirmation import Input
from gerbang.web.forms import Form

CONTACT: Final = ("name", "email", "phone", "external_id", "language")
BOXES: Final[Mapping[tuple[str, str], str]] = {
    (template.value, channel.value): f"{template.value}:{channel.value}"
    for template, channels in CHANNELS_OF.items()
    if may_stop(template) is not MayStop.NEVER
    for channel in channels
}
PREFERENCES: Final = (
    *(channel.value for channel in CHANNELS),
    "stopped",
    "quiet_hours",
    "time_zone",
    *BOXES.values(),
)
_LANGUAGES: Final = ("", "id", "en")
_MOST: Final[Mapping[str, int]] = {"name": 200, "external_id": 100, "quiet_hours": 11, "time_zone": 64}
_CHANNELS: Final = tuple(channel.value for channel in CHANNELS)
_HOURS: Final[Mapping[str, Callable[[str], object]]] = {
    "quiet_hours": quiet_hours.read,
    "time_zone": quiet_hours.read_zone,
}
_YES_NO: Final = ("yes", "no")
_NO: Final = "no"


def read_contact(
    form: Form, locale: Locale, region: str, of: Collection[str] = CONTACT
) -> tuple[dict[str, Any], dict[str, Markup]]:
    """The fields `of` a customer, and what is wrong with each that cannot be read. A number without a country code is of the region."""
    say = texts.words(locale)
    wrong = {name: say(f"cus.wrong.{name}") for name in ("name", "external_id") if len(form[name]) > _MOST[name]}
    if form["language"] not in _LANGUAGES:
        wrong["language"] = say("cus.wrong.choice")
    said: dict[str, Any] = {
        "name": one_line(form["name"]),
        "external_id": one_line(form["external_id"]) or None,
        "locale": form["language"],
    }
    try:
        said["email"] = email_address.read(form["email"]) if form["email"] else ""
    except email_address.BadEmail:
        wrong["email"] = say("link.wrong.email")
    try:
        said["phone"] = phone.read(form["phone"], region)
    except phone.BadPhone as error:
        wrong["phone"] = say(f"phone.wrong.{error.why}")
    if not any(form[name] for name in ("name", "email", "phone", "external_id")):
        wrong["name"] = say("cus.wrong.nothing")
    wanted = {"locale" if name == "language" else name for name in of}
    return {name: value for name, value in said.items() if name in wanted}, wrong | form.card_complaints(say)


def read_preferences(form: Form, locale: Locale, of: Collection[str]) -> tuple[dict[str, Any], dict[str, Markup]]:
    """How they want to be written to, from the fields `of` the form, and what is wrong with each field."""
    say = texts.words(locale)
    wrong = {name: say("cus.wrong.choice") for name in (*_CHANNELS, "stopped") if form[name] not in _YES_NO}
    for name, read in _HOURS.items():
        try:
            read(form[name]) if form[name] else None
        except ValueError:
            wrong[name] = say(f"cus.wrong.{name}")
    switched = {name: form[name] != _NO for name in _CHANNELS if name in of}
    switched |= {muted_message(*one): form[box] == _YES_NO[0] for one, box in BOXES.items() if box in of}
    said: dict[str, Any] = {"switched": switched, **{name: form[name] for name in _HOURS if name in of}}
    return said | ({"stopped": form["stopped"] != _NO} if "stopped" in of else {}), wrong | form.card_complaints(say)


def new_of(said: Mapping[str, Any]) -> NewCustomer:
    """The customer to make of a form that can be read."""
    return NewCustomer(id=ids.new(), **said)


def contact_inputs(locale: Locale, focus: str = "name") -> tuple[Input, ...]:
    """The fields of who they are."""
    say = texts.words(locale)
    kinds, modes = {"email": "email", "phone": "tel"}, {"email": "email", "phone": "tel"}
    return tuple(
        Input(
            name=name,
            label=say(f"cus.{name}"),
            kind=kinds.get(name, "text"),
            options=tuple((one, say(f"cus.language.{one}")) for one in _LANGUAGES) if name == "language" else (),
            most=_MOST.get(name, 254),
            mode=modes.get(name, ""),
            required=False,
            focus=name == focus,
        )
        for name in CONTACT
    )


def preference_inputs(locale: Locale) -> tuple[Input, ...]:
    """The fields of how they want to be written to."""
    say = texts.words(locale)
    channels = tuple(
        Input(
            channel.value,
            say(f"channel.{channel.value}"),
            options=(("yes", say("cus.on")), ("no", say("cus.off"))),
            hint=say("cus.sms.hint") if channel.value == "sms" else "",
        )
        for channel in CHANNELS
    )
    stop = (("no", say("cus.stopped.no")), ("yes", say("cus.stopped.yes")))
    hours = (
        Input(name, say(f"cus.{name}"), most=_MOST[name], required=False, hint=say(f"cus.{name}.hint"))
        for name in _HOURS
    )
    return (*channels, Input("stopped", say("cus.stopped"), options=stop), *hours)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of the form: by channel the box that says whether it is wanted there; `always` where nobody is asked."""

    message: str
    boxes: Mapping[str, str]
    always: bool


def message_rows() -> tuple[MessageRow, ...]:
    """Each message that payers are told, as the form shows it."""
    return tuple(
        MessageRow(
            template.value,
            {one.value: BOXES.get((template.value, one.value), "") for one in channels},
            may_stop(template) is MayStop.NEVER,
        )
        for template, channels in CHANNELS_OF.items()
    )


def contact_of(one: Customer) -> dict[str, str]:
    """The form as it is for a customer who is there."""
    return {
        "name": one.name,
        "email": one.email,
        "phone": phone.shown(one.phone),
        "external_id": one.external_id or "",
        "language": one.locale,
    }


def preferences_of(known: Customer) -> dict[str, str]:
    """The form of the preferences as they are."""
    channels = {channel.value: "no" if channel.value in known.muted else "yes" for channel in CHANNELS}
    boxes = {box: "" if muted_message(*one) in known.muted else "yes" for one, box in BOXES.items()}
    return {
        **channels,
        **boxes,
        "stopped": "yes" if known.stopped_at else "no",
        "quiet_hours": known.quiet_hours,
        "time_zone": known.time_zone,
    }
