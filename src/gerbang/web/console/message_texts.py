"""Operators and the shop's own texts of messages: which there are, one with its preview and versions, and the second person's decision."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import GerbangError, NotFound
from gerbang.base.formats import Locale
from gerbang.core.identity.model import AccountThrottled, Caller, WrongPassword
from gerbang.core.notifications import text_rules
from gerbang.core.notifications.own_words import our_text
from gerbang.core.notifications.shop_texts import ShopTexts
from gerbang.core.notifications.text_model import (
    APPROVE,
    PREFIX,
    READ,
    WRITE,
    Checked,
    TextKey,
    TextNotFound,
    TextSavedThemselves,
    TextStanding,
    TextUnusable,
    TextVersion,
)
from gerbang.ports.messenger import Channel
from gerbang.web import texts
from gerbang.web.checkout.login import password_of
from gerbang.web.console import actors, listing
from gerbang.web.console.confirmation import REFUSED_FOR_GOOD, Input, Question, ask_first
from gerbang.web.console.customers import AnyRequest
from gerbang.web.console.listing import Cell, Column, ListPage, Row
from gerbang.web.console.objects import Crumb
from gerbang.web.console.page_frame import names_of, operator, refusal, show, stamp
from gerbang.web.console.shown_fields import FIELD, with_shown
from gerbang.web.forms import read_form
from gerbang.web.input.message_texts import read_text_key
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

_LIST: Final = "/console/notifications/texts"
_VERSIONS: Final = 20
_DONE: Final = ("saved", "waits", "ours", "approved", "refused", "not_done")
_PAGE: Final = ListPage(
    name="texts",
    path=_LIST,
    title="nav.texts",
    lead="text.lead",
    caption="nav.texts",
    columns=(
        Column("what", "notes.what", "a1", "wrap"),
        Column("language", "text.language", "a2"),
        Column("email", "channel.email", "b1", "wrap"),
        Column("sms", "channel.sms", "b2", "wrap"),
    ),
    empty="notes.empty",
)


@get(_LIST)
async def message_texts(request: AnyRequest) -> Response[bytes]:
    """Every text that a shop may write, and whose is used."""
    operator(request, READ)
    locale = locale_of(request)
    rows = [_row(same, locale) for same in _by_message(await core_of(request).standing())]
    return await listing.show_list(request, await listing.read(request, _PAGE), rows)


@get("/console/notifications/texts/{template:str}/{language:str}/{channel:str}")
async def edit(
    request: AnyRequest, template: FromPath[str], language: FromPath[str], channel: FromPath[str]
) -> Response[bytes]:
    """The text as it is used now, how it reads, and its versions."""
    caller, key = operator(request, READ), read_text_key(template, language, channel)
    given = await _current(request, key)
    return await _form(request, caller, key, given, await core_of(request).check(key, given["subject"], given["body"]))


@post("/console/notifications/texts/{template:str}/{language:str}/{channel:str}", status_code=303)
async def save(request: AnyRequest, template: FromPath[str], language: FromPath[str], channel: FromPath[str]) -> Page:
    """Show how it reads, or save it."""
    caller, key = operator(request, WRITE), read_text_key(template, language, channel)
    form, say = await read_form(request, FIELD, "subject", "body", "act"), texts.words(locale_of(request))
    checked = await core_of(request).check(key, form["subject"], form["body"])
    cards, now = form.card_complaints(say), (await _current(request, key))[FIELD]
    if form["act"] == "save" and form[FIELD] not in ("", now):  # somebody saved another text since this form was opened
        cards.setdefault("body", say("text.wrong.meanwhile"))
        form[FIELD] = now
    if form["act"] != "save" or checked.problems or cards or only_shown(request):
        return await _form(request, caller, key, form, checked, cards)
    try:
        saved = await core_of(request).save(caller, key, form["subject"], form["body"])
    except TextUnusable:  # it could be rendered a moment ago
        return await _form(request, caller, key, form, await core_of(request).check(key, form["subject"], form["body"]))
    return _back(key, "waits" if saved.approval == "pending" else "saved")


@post("/console/notifications/texts/{template:str}/{language:str}/{channel:str}/ours", status_code=303)
async def use_ours(
    request: AnyRequest, template: FromPath[str], language: FromPath[str], channel: FromPath[str]
) -> Page:
    """Ours is used again."""
    caller, key = operator(request, WRITE), read_text_key(template, language, channel)
    if not only_shown(request):
        try:
            await core_of(request).use_ours(caller, key)
        except REFUSED_FOR_GOOD as error:
            return _back(key, "not_done", error)
    return _back(key, "ours")


@get("/console/notifications/text-versions/{version:str}")
async def ask(request: AnyRequest, version: FromPath[str]) -> Response[bytes]:
    """What is to be agreed to."""
    operator(request, APPROVE)
    return await _question(request, await _version(request, version), {"decision": ""})


@post("/console/notifications/text-versions/{version:str}", status_code=303)
async def decide(request: AnyRequest, version: FromPath[str]) -> Page:
    """Agree, by one's password, or refuse and say why."""
    caller, one = operator(request, APPROVE), await _version(request, version)
    form, say = await read_form(request, "decision", "note"), texts.words(locale_of(request))
    wrong: dict[str, Markup] = form.card_complaints(say)
    if form["decision"] not in ("approve", "refuse"):
        wrong["decision"] = say("resolving.wrong")
    if form["decision"] == "refuse" and not 3 <= len(form["note"]) <= 500:
        wrong["note"] = say("approving.wrong.note")
    if not wrong and form["decision"] == "approve" and not only_shown(request):
        wrong = await _step_up(request, caller)
    if wrong or only_shown(request):
        return await _question(request, one, form, wrong)
    approve = form["decision"] == "approve"
    try:
        await core_of(request).decide(caller, one.id, approve=approve, note=form["note"])
    except (*REFUSED_FOR_GOOD, TextSavedThemselves) as error:
        return _back(one.key, "not_done", error)
    return _back(one.key, "approved" if approve else "refused")


def core_of(request: AnyRequest) -> ShopTexts:
    """The use cases of the shop's texts."""
    return services_of(request).service(ShopTexts)


async def _current(request: AnyRequest, key: TextKey) -> dict[str, str]:
    """The form as it is: the text in use, ours where the shop has none."""
    used = next(one.used for one in await core_of(request).standing() if one.key == key)
    given = {"subject": used.subject, "body": used.body} if used else {"subject": "", **our_text(key)}
    return with_shown(given, ("subject", "body"))


async def _form(
    request: AnyRequest,
    caller: Caller,
    key: TextKey,
    given: Mapping[str, str],
    checked: Checked,
    cards: Mapping[str, Markup] | None = None,
) -> Response[bytes]:
    locale = locale_of(request)
    say, versions = texts.words(locale), await core_of(request).versions(key, _VERSIONS)
    names = await names_of(request, [label for one in versions for label in (one.saved_by, one.decided_by)])
    wrong = {part: "\n".join(said) for part, said in checked.problems.items()} | dict(cards or {})
    done = request.query_params.get("done", "")
    why = refusal(request.query_params.get("why", ""), locale)
    return await show(
        request,
        "message_text.html",
        "texts",
        status_code=422 if wrong and request.method == "POST" else 200,
        key=key,
        heading=say(f"notes.says.{key.template.value}"),
        action=_path(key),
        given=given,
        wrong=wrong,
        has_subject=key.channel is Channel.EMAIL,
        names=text_rules.names_of(key),
        mandatory=text_rules.mandatory(key),
        most=text_rules.MOST_CHARACTERS,
        needs=checked.needs,
        previews=checked.previews,
        versions=[(one, actors.called(one.saved_by, names, locale), ids.show(PREFIX, one.id)) for one in versions],
        may_write=caller.may(WRITE),
        may_approve=caller.may(APPROVE),
        said=say(f"text.said.{done}", why=why) if done in _DONE else "",
        doubtful=done == "not_done",
    )


async def _question(
    request: AnyRequest, one: TextVersion, given: Mapping[str, str], wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say = texts.words(locale_of(request))
    is_open = one.approval == "pending"
    proven = await services_of(request).identity.step_up.is_given(operator(request, APPROVE))
    password = Input(
        "password",
        say("approving.password"),
        "password",
        hint=say("approving.password.hint"),
        most=1024,
        auto="current-password",
        required=False,
    )
    choice = Input(
        "decision", say("text.decision"), "radio", (("approve", say("text.approve")), ("refuse", say("text.refuse")))
    )
    note = Input("note", say("approving.note"), most=500, required=False)
    question = Question(
        heading=say("text.decide.title", what=say(f"notes.says.{one.key.template.value}")),
        lead=say("text.decide.lead" if is_open else "text.decide.over"),
        action=f"/console/notifications/text-versions/{ids.show(PREFIX, one.id)}",
        back=_path(one.key),
        crumbs=(Crumb(say("nav.texts"), _LIST), Crumb(one.key.shown, _path(one.key))),
        button=say("text.decide.button") if is_open else "",
        note=" ".join(say(f"text.needs.{why}") for why in one.needs),
        inputs=((choice, note) if proven else (choice, note, password)) if is_open else (),
        earlier=tuple(line for line in (one.subject, *one.body.splitlines()) if line.strip()),
    )
    return await ask_first(request, "texts", question, {**given, "password": ""}, wrong)


async def _step_up(request: AnyRequest, caller: Caller) -> dict[str, Markup]:
    """Take the password where one is needed or was given (R38); what is wrong with it, if anything is."""
    step_up, say = services_of(request).identity.step_up, texts.words(locale_of(request))
    password = await password_of(request)
    if not password:
        return {} if await step_up.is_given(caller) else {"password": say("approving.wrong.password.none")}
    try:
        await step_up.give(caller, password)
    except (WrongPassword, AccountThrottled) as error:
        return {"password": say("approving.wrong.password" if isinstance(error, WrongPassword) else "login.slow")}
    return {}


async def _version(request: AnyRequest, shown: str) -> TextVersion:
    try:
        return await core_of(request).version(ids.read(PREFIX, shown))
    except NotFound as error:
        raise TextNotFound from error


def _by_message(standing: Iterable[TextStanding]) -> Iterable[Sequence[TextStanding]]:
    """The texts of one message in one language together: one row."""
    grouped: dict[tuple[str, str], list[TextStanding]] = {}
    for one in standing:
        grouped.setdefault((one.key.template.value, one.key.locale), []).append(one)
    return grouped.values()


def _row(same: Sequence[TextStanding], locale: Locale) -> Row:
    say, key = texts.words(locale), same[0].key
    cells = {
        "what": Cell(say(f"notes.says.{key.template.value}")),
        "language": Cell(say(f"cus.language.{key.locale}")),
        "email": Cell(""),
        "sms": Cell(""),
        **{one.key.channel.value: _whose(one, locale) for one in same},
    }
    return Row(f"{key.template.value}-{key.locale}".replace(".", "-"), cells)


def _whose(one: TextStanding, locale: Locale) -> Cell:
    """Whose text is used, and what is to be known of it."""
    say, used = texts.words(locale), one.used
    below = (
        stamp(used.saved_at, locale) if used else "",
        say("text.waits") if one.waiting else "",
        say("text.failed") if used is not None and used.failed_at is not None else "",
    )
    whose = say("text.shops", version=used.number) if used else say("text.ours")
    named = f"{say(f'channel.{one.key.channel.value}')}: {whose}"  # a phone shows no heads of columns
    return Cell(named, href=_path(one.key), below=tuple(line for line in below if line))


def _path(key: TextKey) -> str:
    return f"{_LIST}/{key.template.value}/{key.locale}/{key.channel.value}"


def _back(key: TextKey, done: str, error: GerbangError | None = None) -> Response[None]:
    why = {"why": error.code} if error else {}
    return see_other(f"{_path(key)}?{urlencode({'done': done, **why})}")


HANDLERS: Final = [message_texts, edit, save, use_ours, ask, decide]
