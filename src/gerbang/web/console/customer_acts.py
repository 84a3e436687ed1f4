"""What operators do with a customer, each behind a page that asks first: made, changed, exported, erased."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Conflict
from gerbang.core.customers.model import CHANNELS, ERASE, PREFIX, WRITE, Customer, ExternalIdTaken
from gerbang.core.personal_data.model import KEPT
from gerbang.web import texts
from gerbang.web.console import customer_form
from gerbang.web.console.confirmation import Input, Question, ask_first
from gerbang.web.console.customers import AnyRequest, core_of, customer_id
from gerbang.web.console.objects import Crumb
from gerbang.web.console.page_frame import form_key, operator
from gerbang.web.console.same_person import others_named, word_input, word_wrong
from gerbang.web.console.shown_fields import FIELD, touched, with_shown
from gerbang.web.forms import Form, read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

_LIST: Final = "/console/customers"


@get("/console/customers/new")
async def new(request: AnyRequest) -> Response[bytes]:
    """The empty form."""
    operator(request, WRITE)
    return await _contact_form(request, None, {"language": ""})


@post("/console/customers/new", status_code=303)
async def make(request: AnyRequest) -> Page:
    """Make them; the same form sent twice makes one."""
    caller = operator(request, WRITE)
    form = await read_form(request, "key", *customer_form.CONTACT)
    said, wrong = customer_form.read_contact(form, locale_of(request), _region(request))
    if wrong or only_shown(request):
        return await _contact_form(request, None, form, wrong)
    key = form_key(caller.label, form["key"], "customer", *(form[name] for name in customer_form.CONTACT))
    try:
        made, _ = await core_of(request).create(caller, customer_form.new_of(said), key)
    except ExternalIdTaken:
        return await _contact_form(request, None, form, _taken(request))
    return see_other(f"{_LIST}/{ids.show(PREFIX, made.id)}?done=made")


@get("/console/customers/{customer:str}/edit")
async def edit(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """The form as it is, with what the page masks: that somebody saw it is noted."""
    caller = operator(request, WRITE)
    known = await core_of(request).show(caller, customer_id(customer))
    return await _contact_form(request, known, with_shown(customer_form.contact_of(known), customer_form.CONTACT))


@post("/console/customers/{customer:str}/edit", status_code=303)
async def change(request: AnyRequest, customer: FromPath[str]) -> Page:
    """Change what somebody touched."""
    caller, id_, names = operator(request, WRITE), customer_id(customer), customer_form.CONTACT
    form = await read_form(request, "key", FIELD, *names)
    said, wrong = customer_form.read_contact(form, locale_of(request), _region(request), touched(form, names))
    if wrong or only_shown(request):
        return await _contact_form(request, await core_of(request).get(id_), form, wrong)
    try:
        await core_of(request).change(caller, id_, said)
    except ExternalIdTaken:
        return await _contact_form(request, await core_of(request).get(id_), form, _taken(request))
    except Conflict as error:
        return _back(customer, "refused", why=error.code)
    return _back(customer, "saved")


@get("/console/customers/{customer:str}/preferences")
async def edit_preferences(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """How they want to be written to."""
    operator(request, WRITE)
    known = await core_of(request).get(customer_id(customer))
    given = with_shown(customer_form.preferences_of(known), customer_form.PREFERENCES)
    return await _preferences_form(request, known, given)


@post("/console/customers/{customer:str}/preferences", status_code=303)
async def change_preferences(request: AnyRequest, customer: FromPath[str]) -> Page:
    """Change what somebody touched."""
    caller, id_, names = operator(request, WRITE), customer_id(customer), customer_form.PREFERENCES
    form = await read_form(request, "key", FIELD, *names)
    said, wrong = customer_form.read_preferences(form, locale_of(request), touched(form, names))
    if wrong or only_shown(request):
        return await _preferences_form(request, await core_of(request).get(id_), form, wrong)
    try:
        await core_of(request).change(caller, id_, said)
    except Conflict as error:
        return _back(customer, "refused", why=error.code)
    return _back(customer, "saved")


@get("/console/customers/{customer:str}/export")
async def ask_export(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """Is it meant?"""
    operator(request, ERASE)
    known = await _known(request, customer)
    others = await others_named(request, known.id, "export")
    return await ask_first(request, "customers", _question(request, known, "export", earlier=others))


@post("/console/customers/{customer:str}/export", status_code=200)
async def export(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """All that is kept about the person, as one file."""
    caller = operator(request, ERASE)
    found = await core_of(request).export(caller, customer_id(customer))
    body = msgspec.json.format(msgspec.json.encode({"customer": customer, "data": found, "kept": KEPT}))
    named = {"content-disposition": f'attachment; filename="{customer}.json"', "cache-control": "no-store"}
    return Response(body, media_type="application/json", headers=named)


@get("/console/customers/{customer:str}/erase")
async def ask_erase(request: AnyRequest, customer: FromPath[str]) -> Response[bytes]:
    """Is it meant? A word is typed: nothing brings the person back."""
    operator(request, ERASE)
    return await _erasing(request, await _known(request, customer))


@post("/console/customers/{customer:str}/erase", status_code=303)
async def erase(request: AnyRequest, customer: FromPath[str]) -> Page:
    """Erase the person everywhere; whoever asks again erases what had to wait."""
    caller = operator(request, ERASE)
    form = await read_form(request, "key", "word")
    if (wrong := word_wrong(request, form)) or only_shown(request):
        return await _erasing(request, await _known(request, customer), form, wrong)
    try:
        done = await core_of(request).erase(caller, customer_id(customer))
    except Conflict as error:
        return _back(customer, "refused", why=error.code)
    return _back(customer, "waits" if any(one.kept for one in done.values()) else "erased")


async def _contact_form(
    request: AnyRequest,
    known: Customer | None,
    given: Mapping[str, str],
    wrong: Mapping[str, Markup] | None = None,
) -> Response[bytes]:
    first = next((name for name in customer_form.CONTACT if name in (wrong or {})), "name")
    inputs = customer_form.contact_inputs(locale_of(request), first)
    question = _question(request, known, "edit" if known else "new", inputs)
    return await ask_first(request, "customers", question, given, wrong)


async def _preferences_form(
    request: AnyRequest, known: Customer, given: Mapping[str, str], wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    inputs = customer_form.preference_inputs(locale_of(request))
    return await ask_first(
        request,
        "customers",
        _question(request, known, "preferences", inputs),
        given,
        wrong,
        "preferences.html",
        channels=[one.value for one in CHANNELS],
        matrix=customer_form.message_rows(),
    )


async def _erasing(
    request: AnyRequest, known: Customer, given: Form | None = None, wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say = texts.words(locale_of(request))
    others = await others_named(request, known.id, "erase")
    inputs = (word_input(request, focus=True),)
    question = _question(request, known, "erase", inputs, note=say("cus.erase.note"), danger=True, earlier=others)
    return await ask_first(request, "customers", question, given, wrong)


def _question(
    request: AnyRequest,
    known: Customer | None,
    act: str,
    inputs: tuple[Input, ...] = (),
    *,
    earlier: tuple[Markup, ...] = (),
    note: Markup | str = "",
    danger: bool = False,
) -> Question:
    say = texts.words(locale_of(request))
    here = f"{_LIST}/{ids.show(PREFIX, known.id)}" if known else _LIST
    crumbs = (Crumb(say("nav.customers"), _LIST), *((Crumb(ids.show(PREFIX, known.id), here),) if known else ()))
    return Question(
        heading=say(f"cus.{act}.title"),
        lead=say(f"cus.{act}.lead"),
        action=f"{here}/{act}",
        back=here,
        crumbs=crumbs,
        button=say(f"cus.{act}.button"),
        danger=danger,
        note=note,
        inputs=inputs,
        earlier=earlier,
    )


async def _known(request: AnyRequest, customer: str) -> Customer:
    return await core_of(request).get(customer_id(customer))


def _taken(request: AnyRequest) -> dict[str, Markup]:
    return {"external_id": texts.words(locale_of(request))("cus.wrong.taken")}


def _region(request: AnyRequest) -> str:
    return services_of(request).settings.business_country


def _back(customer: str, done: str, **more: str) -> Response[None]:
    return see_other(f"{_LIST}/{customer}?{urlencode({'done': done, **more})}")


HANDLERS: Final = [
    new,
    make,
    edit,
    change,
    edit_preferences,
    change_preferences,
    ask_export,
    export,
    ask_erase,
    erase,
]
