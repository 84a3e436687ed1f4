"""Operators and the form of an endpoint, new or changed; and its keys, which a page shows once, right after they were made."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import ids
from gerbang.base.errors import Forbidden
from gerbang.core.endpoints.model import DISCLOSE, BadEndpoint, Endpoint, host_of
from gerbang.core.endpoints.signing_keys import Revealed
from gerbang.core.identity.model import Caller
from gerbang.web import texts
from gerbang.web.console import endpoint_form
from gerbang.web.console.endpoints import MANAGE, AnyRequest, core_of, endpoint_of
from gerbang.web.console.page_frame import form_key, operator, show, stamp
from gerbang.web.console.shown_fields import FIELD, touched, with_shown
from gerbang.web.forms import Form, read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other


@get("/console/endpoints/new")
async def new(request: AnyRequest) -> Response[bytes]:
    """The empty form."""
    operator(request, MANAGE)
    return await _form(request, endpoint_form.EMPTY, {})


@post("/console/endpoints/new", status_code=200)
async def make(request: AnyRequest) -> Page:
    """Make it and show its keys; the same form sent twice makes one, and shows the same."""
    caller = operator(request, MANAGE)
    form, locale = await _typed(request, caller, endpoint_form.EMPTY), locale_of(request)
    asked, wrong = endpoint_form.read(form, locale)
    wrong |= form.card_complaints(texts.words(locale))
    if asked is None or wrong or only_shown(request):
        return await _form(request, form, wrong)
    key = form_key(caller.label, form["key"], "endpoint", *(form[name] for name in endpoint_form.FIELDS))
    try:
        made, keys = await core_of(request).create(caller, asked, key)
    except BadEndpoint as error:
        return await _form(request, form, endpoint_form.refused(error, asked, locale))
    return await show_keys(request, made, keys)


@get("/console/endpoints/{endpoint:str}/edit")
async def edit(request: AnyRequest, endpoint: FromPath[str]) -> Response[bytes]:
    """The form as it is."""
    operator(request, MANAGE)
    known = await endpoint_of(request, endpoint)
    return await _form(request, with_shown(endpoint_form.filled(known), endpoint_form.FIELDS), {}, known)


@post("/console/endpoints/{endpoint:str}/edit", status_code=303)
async def change(request: AnyRequest, endpoint: FromPath[str]) -> Page:
    """Change what somebody touched; a key that another way of signing needs is shown once."""
    caller, known = operator(request, MANAGE), await endpoint_of(request, endpoint)
    form, locale = await _typed(request, caller, endpoint_form.filled(known)), locale_of(request)
    asked, wrong = endpoint_form.read(form, locale)
    wrong |= form.card_complaints(texts.words(locale))
    if asked is None or wrong or only_shown(request):
        return await _form(request, form, wrong, known)
    keys = Revealed()
    if changed := endpoint_form.changes(known, asked, touched(form, endpoint_form.FIELDS)):
        try:
            known, keys = await core_of(request).change(caller, known.id, changed)
        except Forbidden:  # it hears of people, and who may not let it cannot send them elsewhere either
            return await _form(request, form, {"url": texts.words(locale)("ep.wrong.moved")}, known)
        except BadEndpoint as error:
            return await _form(request, form, endpoint_form.refused(error, asked, locale), known)
    if keys != Revealed():
        return await show_keys(request, known, keys)
    return see_other(f"/console/endpoints/{endpoint}?done=saved")


async def show_keys(
    request: AnyRequest, endpoint: Endpoint, keys: Revealed, until: datetime | None = None, *, at_once: bool = False
) -> Response[bytes]:
    """The page with new keys; `until` the old ones sign too, or they ended `at_once`."""
    locale, say = locale_of(request), texts.words(locale_of(request))
    overlap: Markup | str = say("ep.keys.at_once") if at_once else ""
    if until is not None:
        overlap = say("ep.keys.overlap", until=f"{stamp(until, locale)} WIB")
    return await show(
        request,
        "endpoint_keys.html",
        "endpoints",
        endpoint=endpoint,
        id=ids.show("ep", endpoint.id),
        host=host_of(endpoint.url),
        keys=keys,
        overlap=overlap,
    )


async def _typed(request: AnyRequest, caller: Caller, before: Mapping[str, str]) -> Form:
    """What was typed; whether people are named stays as it was for who may not say so."""
    form = await read_form(request, "key", FIELD, *endpoint_form.FIELDS)
    if not caller.may(DISCLOSE):
        form["personal"] = before["personal"]
    return form


async def _form(
    request: AnyRequest,
    given: Mapping[str, str] | Form,
    wrong: Mapping[str, Markup],
    known: Endpoint | None = None,
) -> Response[bytes]:
    first = next((name for name in endpoint_form.FIELDS if name in wrong), "url")
    return await show(
        request,
        "endpoint_form.html",
        "endpoints",
        status_code=422 if wrong else 200,
        key=secrets.token_urlsafe(18),
        given=given,
        wrong=wrong,
        inputs=endpoint_form.inputs_of(locale_of(request), first),
        may_disclose=operator(request, MANAGE).may(DISCLOSE),
        endpoint=known,
        host=host_of(known.url) if known else "",
        action=f"/console/endpoints/{ids.show('ep', known.id)}/edit" if known else "/console/endpoints/new",
        back=f"/console/endpoints/{ids.show('ep', known.id)}" if known else "/console/endpoints",
    )


HANDLERS: Final = [new, make, edit, change]
