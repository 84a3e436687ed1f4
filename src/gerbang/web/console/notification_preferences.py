"""What somebody who works here is told, how often and where: their own page, and that of the operators' address. What may be chosen is core/notifications' matter."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from markupsafe import Markup

from gerbang.core.identity.model import Caller
from gerbang.core.notifications.operator_events import OPERATOR_CHANNELS, RULES, EventGroup, Frequency
from gerbang.core.notifications.operator_preferences import (
    LANGUAGES,
    MANAGE,
    READ,
    BadOperatorPreferences,
    OperatorPreferences,
    Preferences,
    PreferencesChange,
)
from gerbang.core.notifications.operators import TEAM
from gerbang.web import texts
from gerbang.web.console import push
from gerbang.web.console.confirmation import Input
from gerbang.web.console.page_frame import operator, show
from gerbang.web.console.shown_fields import FIELD, touched, with_shown
from gerbang.web.forms import Form, read_form
from gerbang.web.gateway.request_context import context_of
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

AnyRequest = Request[Any, Any, Any]
MINE: Final = "/console/notifications/preferences"
TEAMS: Final = "/console/notifications/preferences/team"
_SETTINGS: Final = ("quiet_hours", "time_zone", "language", "chat")
_CHOICES: Final = {f"{group}-{channel}": (group, channel) for group in EventGroup for channel in OPERATOR_CHANNELS}
_MOST: Final = {"quiet_hours": 11, "time_zone": 64}


@get(MINE)
async def mine(request: AnyRequest) -> Response[bytes]:
    """What the reader is told."""
    caller = operator(request, READ)
    return await _form(request, caller, await core_of(request).read(_who(caller)))


@post(MINE, status_code=303)
async def change_mine(request: AnyRequest) -> Page:
    """From the next event on."""
    caller = operator(request, READ)
    return await _change(request, caller, _who(caller))


@get(TEAMS)
async def teams(request: AnyRequest) -> Response[bytes]:
    """What the operators' address, and the team's chat, are told."""
    caller = operator(request, MANAGE)
    return await _form(request, caller, await core_of(request).read(TEAM))


@post(TEAMS, status_code=303)
async def change_teams(request: AnyRequest) -> Page:
    """From the next event on."""
    return await _change(request, operator(request, MANAGE), TEAM)


async def _change(request: AnyRequest, caller: Caller, who: UUID) -> Page:
    form, say = await read_form(request, FIELD, *_CHOICES, *_SETTINGS), texts.words(locale_of(request))
    known = await core_of(request).read(who)
    wrong: dict[str, Markup] = form.card_complaints(say)
    if not wrong and not only_shown(request):
        try:
            await core_of(request).change(who, _read(form, known), caller.label, context_of(request).request_id)
        except BadOperatorPreferences as error:
            for one in error.errors:
                name = one.pointer.strip("/").removeprefix("choices/").replace("/", "-")
                wrong[name] = say(f"prefs.wrong.{name}" if texts.knows(f"prefs.wrong.{name}") else "prefs.wrong.choice")
    if wrong or only_shown(request):
        return await _form(request, caller, known, form, wrong)
    return see_other(f"{TEAMS if who == TEAM else MINE}?done=saved")


def _read(form: Form, known: Preferences) -> PreferencesChange:
    """The form as core takes it, what nobody touched left alone: so is a box that is not on the page, and one of another version of it."""
    there, ours = known.choices(), touched(form, (*_CHOICES, *_SETTINGS))
    chosen = {
        (group, channel): Frequency(form[name])
        for name, (group, channel) in _CHOICES.items()
        if name in ours and channel in there[group] and form[name] in set(Frequency)
    }
    there_not = {"language": not known.operator.is_team, "chat": not known.chats}
    said = {name: form[name] for name in _SETTINGS if name in ours and not there_not.get(name)}
    return PreferencesChange(chosen, **said)


async def _form(
    request: AnyRequest,
    caller: Caller,
    known: Preferences,
    form: Mapping[str, str] | None = None,
    wrong: Mapping[str, Markup] | None = None,
) -> Response[bytes]:
    say, who = texts.words(locale_of(request)), known.operator
    given = {
        f"{group}-{channel}": frequency.value
        for group, channels in known.choices().items()
        for channel, (frequency, _) in channels.items()
    }
    given |= {"quiet_hours": who.quiet_hours, "time_zone": who.time_zone, "chat": who.chat, "language": who.locale}
    given = with_shown(given, (*_CHOICES, *_SETTINGS))
    groups = [(group, RULES[group].must_not_wait, _boxes(known, group, say)) for group in RULES]
    return await show(
        request,
        "notification_preferences.html",
        "preferences",
        status_code=422 if wrong else 200,
        action=TEAMS if who.is_team else MINE,
        is_team=who.is_team,
        team=TEAMS if caller.may(MANAGE) and not who.is_team else "",
        mine=MINE if who.is_team else "",
        email=who.email,
        groups=groups,
        settings=_settings(known, say),
        given=given | {name: said for name, said in (form or {}).items() if said or name in _SETTINGS},
        wrong=wrong or {},
        bell={} if who.is_team else await push.bell(request, caller),
        said=say("prefs.said.saved") if request.query_params.get("done") == "saved" else "",
    )


def _boxes(known: Preferences, group: EventGroup, say: texts.Words) -> list[Input]:
    return [
        Input(
            f"{group}-{channel}",
            say(f"channel.{channel}"),
            options=tuple((one.value, say(f"prefs.frequency.{one}")) for one in allowed),
        )
        for channel, (_, allowed) in known.choices()[group].items()
    ]


def _settings(known: Preferences, say: texts.Words) -> list[Input]:
    found = [
        Input(name, say(f"cus.{name}"), most=most, required=False, hint=say(f"prefs.{name}.hint"))
        for name, most in _MOST.items()
    ]
    if known.operator.is_team:
        words = tuple((one, say(f"cus.language.{one}")) for one in LANGUAGES if one)
        found.append(Input("language", say("text.language"), options=words))
    if known.chats:
        nobody = say("prefs.chat.first" if known.operator.is_team else "prefs.chat.none")
        found.append(Input("chat", say("channel.chat"), options=(("", nobody), *((one, one) for one in known.chats))))
    return found


def core_of(request: AnyRequest) -> OperatorPreferences:
    """The use cases of what people who work here are told."""
    return services_of(request).service(OperatorPreferences)


def _who(caller: Caller) -> UUID:
    assert caller.id is not None, "operator() lets in people alone"
    return caller.id


HANDLERS: Final = [mine, change_mine, teams, change_teams]
