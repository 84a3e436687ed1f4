"""Operators and the owner of an endpoint: a link to the page of it alone, mailed to a named mailbox."""

from collections.abc import Mapping
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base import email_address, ids
from gerbang.core.endpoints.model import Endpoint, TooManyOwnerMails, host_of
from gerbang.web import texts
from gerbang.web.console.confirmation import Input, Question, ask_first
from gerbang.web.console.endpoints import MANAGE, AnyRequest, core_of, endpoint_of
from gerbang.web.console.objects import Crumb
from gerbang.web.console.page_frame import operator
from gerbang.web.forms import read_form
from gerbang.web.pages import Page, locale_of, only_shown, see_other

_LANGUAGES: Final = ("id", "en")


@get("/console/endpoints/{endpoint:str}/owner")
async def ask_owner(request: AnyRequest, endpoint: FromPath[str]) -> Response[bytes]:
    """To which mailbox?"""
    operator(request, MANAGE)
    return await _ask(request, await endpoint_of(request, endpoint), {"language": locale_of(request)})


@post("/console/endpoints/{endpoint:str}/owner", status_code=303)
async def mail_owner(request: AnyRequest, endpoint: FromPath[str]) -> Page:
    """Have the link mailed there."""
    caller, known, say = (
        operator(request, MANAGE),
        await endpoint_of(request, endpoint),
        texts.words(locale_of(request)),
    )
    form = await read_form(request, "email", "language")
    email, wrong = form["email"], form.card_complaints(say)
    try:
        email = email_address.read(form["email"])
    except email_address.BadEmail:
        email = ""
    if not email:
        wrong["email"] = say("link.wrong.email")
    if form["language"] not in _LANGUAGES:
        wrong["language"] = say("ep.wrong.choice")
    if wrong or only_shown(request):
        return await _ask(request, known, form, wrong)
    try:
        await core_of(request).owners.send(caller, known.id, email, form["language"])
    except TooManyOwnerMails:
        return await _ask(request, known, form, {"email": say("epo.too_many")})
    return see_other(f"/console/endpoints/{endpoint}?done=mailed")


async def _ask(
    request: AnyRequest, endpoint: Endpoint, given: Mapping[str, str], wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say, host, here = (
        texts.words(locale_of(request)),
        host_of(endpoint.url),
        f"/console/endpoints/{ids.show('ep', endpoint.id)}",
    )
    languages = tuple((one, say(f"link.language.{one}")) for one in _LANGUAGES)
    question = Question(
        heading=say("ep.owner.title", host=host),
        lead=say("ep.owner.lead"),
        action=f"{here}/owner",
        back=here,
        crumbs=(Crumb(say("nav.endpoints"), "/console/endpoints"), Crumb(host, here)),
        button=say("ep.owner.button"),
        inputs=(
            Input("email", say("ep.owner.email"), "email", hint=say("ep.owner.email.hint"), most=254, focus=True),
            Input("language", say("link.language"), "radio", languages),
        ),
    )
    return await ask_first(request, "endpoints", question, given, wrong)


HANDLERS: Final = [ask_owner, mail_owner]
