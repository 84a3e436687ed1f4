"""A customer's consent to messages on their phone, as an operator heard or read it: recorded with its words, when and where they were said, and withdrawn."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids, phone
from gerbang.base.errors import Conflict
from gerbang.base.formats import Locale, one_line
from gerbang.core.customers.consent_model import NEED_CONSENT, Agreement
from gerbang.core.customers.model import PREFIX, WRITE, Customer
from gerbang.ports.messenger import Channel
from gerbang.web import texts
from gerbang.web.console.confirmation import Input, Question, ask_first
from gerbang.web.console.customers import AnyRequest, core_of, customer_id
from gerbang.web.console.moments import read_past
from gerbang.web.console.objects import Crumb
from gerbang.web.console.page_frame import operator
from gerbang.web.forms import Form, read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other

_LIST: Final = "/console/customers"
_FIELDS: Final = ("channel", "text", "where", "at")
_MOST: Final = {"text": 500, "where": 200}
_BOTH: Final = "both"
Wrong = dict[str, Markup | str]


@get("/console/customers/{customer:str}/consent")
async def ask_consent(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """What did they agree to, when and where?"""
    operator(request, WRITE)
    known = await core_of(request).get(customer_id(customer))
    return await ask_first(request, "customers", _recording(known, locale_of(request)))


@post("/console/customers/{customer:str}/consent", status_code=303)
async def record_consent(request: AnyRequest, customer: FromPath[str]) -> Page:
    """Write it down, for all their payments to the number that is theirs now."""
    caller, id_, locale = operator(request, WRITE), customer_id(customer), locale_of(request)
    form = await read_form(request, "key", *_FIELDS)
    known = await core_of(request).get(id_)
    said, wrong = _read(form, known, locale)
    if not (wrong or only_shown(request)):
        try:
            changed = await core_of(request).change(caller, id_, {"agreed": said})
        except Conflict as error:
            return _back(customer, "refused", why=error.code)
        if all(changed.consent(Channel(one)) for one in said):
            return _back(customer, "agreed")
        wrong = {"at": texts.words(locale)("cus.wrong.at.withdrawn")}
    return await ask_first(request, "customers", _recording(known, locale), form, wrong)


@get("/console/customers/{customer:str}/consent/withdraw")
async def ask_withdraw(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """On which channel do they want nothing any more?"""
    operator(request, WRITE)
    known = await core_of(request).get(customer_id(customer))
    return await ask_first(request, "customers", _withdrawing(known, locale_of(request)))


@post("/console/customers/{customer:str}/consent/withdraw", status_code=303)
async def withdraw_consent(request: AnyRequest, customer: FromPath[str]) -> Page:
    """Nothing goes there any more, whoever agreed for that number."""
    caller, id_, locale = operator(request, WRITE), customer_id(customer), locale_of(request)
    form, known = await read_form(request, "key", "channel"), await core_of(request).get(id_)
    channels = _channels(form["channel"], _agreed(known))
    if not channels or only_shown(request):
        wrong = {"channel": texts.words(locale)("cus.wrong.choice")}
        return await ask_first(request, "customers", _withdrawing(known, locale), form, wrong)
    try:
        await core_of(request).change(caller, id_, {"agreed": dict.fromkeys(one.value for one in channels)})
    except Conflict as error:
        return _back(customer, "refused", why=error.code)
    return _back(customer, "withdrew")


def _read(form: Form, known: Customer, locale: Locale) -> tuple[Mapping[str, Agreement], Wrong]:
    """By channel what they agreed to, and what is wrong with each field."""
    say = texts.words(locale)
    wrong: Wrong = {name: say(f"cus.wrong.{name}") for name in _MOST if not 0 < len(form[name].strip()) <= _MOST[name]}
    channels = _channels(form["channel"], NEED_CONSENT)
    if not channels:
        wrong["channel"] = say("cus.wrong.choice")
    if lacks := _lacks(known, locale):
        wrong[""] = lacks
    at = read_past(form["at"])
    if at is None:
        wrong["at"] = say("cus.wrong.at")
    wrong |= form.card_complaints(say)
    if wrong or at is None:
        return {}, wrong
    where, words = one_line(form["where"]), one_line(form["text"])
    return {one.value: Agreement(one, at, where, words) for one in channels}, {}


def _channels(chosen: str, offered: Sequence[Channel]) -> Sequence[Channel]:
    return [one for one in offered if chosen in (one.value, _BOTH)]


def _agreed(known: Customer) -> Sequence[Channel]:
    return [one for one in NEED_CONSENT if known.consent(one)]


def _lacks(known: Customer, locale: Locale) -> Markup | str:
    """Why nobody can agree to messages to them now."""
    say = texts.words(locale)
    if not known.phone:
        return say("cus.consent.no_phone")
    return say("phone.wrong.landline") if phone.takes_no_texts(known.phone) else ""


def _recording(known: Customer, locale: Locale) -> Question:
    say, lacks = texts.words(locale), _lacks(known, locale)
    inputs = (
        _channel_input(NEED_CONSENT, locale),
        Input("text", say("cus.consent.text"), hint=say("cus.consent.text.hint"), most=_MOST["text"]),
        Input("where", say("cus.consent.where"), hint=say("cus.consent.where.hint"), most=_MOST["where"]),
        Input("at", say("cus.consent.at"), "datetime-local", hint=say("cus.consent.at.hint"), most=40, required=False),
    )
    return _question(known, "consent", locale, inputs=() if lacks else inputs, note=lacks)


def _withdrawing(known: Customer, locale: Locale) -> Question:
    say, agreed = texts.words(locale), _agreed(known)
    note = say("cus.consent.withdraw.note") if agreed else say("cus.consent.none")
    inputs = (_channel_input(agreed, locale),) if agreed else ()
    return _question(known, "consent/withdraw", locale, inputs=inputs, note=note, danger=True)


def _channel_input(channels: Sequence[Channel], locale: Locale) -> Input:
    say = texts.words(locale)
    options = [(one.value, say(f"channel.{one.value}")) for one in channels]
    both = [(_BOTH, say("cus.consent.both"))] if len(channels) > 1 else []
    return Input("channel", say("cus.consent.channel"), "radio", (*options, *both))


def _question(
    known: Customer, act: str, locale: Locale, *, inputs: tuple[Input, ...], note: Markup | str, danger: bool = False
) -> Question:
    """One without fields has no button either: nothing can be done now."""
    say, here, words = texts.words(locale), f"{_LIST}/{ids.show(PREFIX, known.id)}", act.replace("/", ".")
    return Question(
        heading=say(f"cus.{words}.title"),
        lead=say(f"cus.{words}.lead"),
        action=f"{here}/{act}",
        back=here,
        crumbs=(Crumb(say("nav.customers"), _LIST), Crumb(ids.show(PREFIX, known.id), here)),
        button=say(f"cus.{words}.button") if inputs else "",
        danger=danger,
        note=note,
        inputs=inputs,
    )


def _back(customer: str, done: str, **more: str) -> Response[None]:
    return see_other(f"{_LIST}/{customer}?{urlencode({'done': done, **more})}")


HANDLERS: Final = [ask_consent, record_consent, ask_withdraw, withdraw_consent]
