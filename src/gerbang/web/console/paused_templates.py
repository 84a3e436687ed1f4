"""Templates of messages that a provider approved and that are not used now: which, why, and the decision to use one again or to leave it."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base.formats import Locale
from gerbang.core.notifications.model import PausedTemplate, TemplateNotPaused
from gerbang.core.notifications.operator_places import TEMPLATES
from gerbang.web import texts
from gerbang.web.console import listing
from gerbang.web.console.confirmation import Input, Question, ask_first
from gerbang.web.console.listing import Cell, Column, ListPage, Row
from gerbang.web.console.objects import Crumb
from gerbang.web.console.page_frame import operator, stamp
from gerbang.web.forms import read_form
from gerbang.web.gateway.request_context import context_of
from gerbang.web.pages import Page, locale_of, only_shown, see_other, services_of

AnyRequest = Request[Any, Any, Any]
_READ: Final = "notifications:read"
_DECIDE: Final = "connections:manage"
_DONE: Final = ("resumed", "left", "used")
_PAGE: Final = ListPage(
    name="templates",
    path=TEMPLATES,
    title="nav.templates",
    lead="paused.lead",
    caption="nav.templates",
    columns=(
        Column("template", "paused.template", "a1", "mono wrap"),
        Column("language", "text.language", "a2"),
        Column("why", "paused.why", "b1", "wrap"),
        Column("connection", "paused.connection", "c1", "mono"),
        Column("time", "paused.since", "lg off", "num"),
    ),
    empty="paused.empty",
    how="paused.empty.how",
)


@get(TEMPLATES)
async def paused_templates(request: AnyRequest) -> Response[bytes]:
    """Those that are paused, the longest first."""
    caller, locale = operator(request, _READ), locale_of(request)
    rows = [
        row_of(one, locale, may_decide=caller.may(_DECIDE))
        for one in await services_of(request).notifications.paused_templates()
    ]
    done = request.query_params.get("done", "")
    said = texts.words(locale)(f"paused.said.{done}") if done in _DONE else ""
    return await listing.show_list(request, await listing.read(request, _PAGE), rows, said=said)


@get(TEMPLATES + "/{connection:str}/{template:str}/{language:str}")
async def ask(
    request: AnyRequest, connection: FromPath[str], template: FromPath[str], language: FromPath[str]
) -> Response[bytes]:
    """Why it is paused, and what is to become of it."""
    operator(request, _DECIDE)
    return await _question(request, await _known(request, connection, template, language))


@post(TEMPLATES + "/{connection:str}/{template:str}/{language:str}", status_code=303)
async def decide(
    request: AnyRequest, connection: FromPath[str], template: FromPath[str], language: FromPath[str]
) -> Page:
    """Use it again, at whatever it costs now, or leave it paused."""
    caller, one = operator(request, _DECIDE), await _known(request, connection, template, language)
    form, say = await read_form(request, "key", "decision"), texts.words(locale_of(request))
    if form["decision"] not in ("resume", "leave") or only_shown(request):
        return await _question(request, one, {"decision": say("resolving.wrong")})
    core, request_id = services_of(request).notifications, context_of(request).request_id
    act = core.resume_template if form["decision"] == "resume" else core.leave_template
    try:
        await act(connection, template, language, caller.label, request_id)
    except TemplateNotPaused:  # somebody else was faster, or its provider approved it again
        return see_other(f"{TEMPLATES}?done=used")
    return see_other(f"{TEMPLATES}?done={'resumed' if form['decision'] == 'resume' else 'left'}")


async def _known(request: AnyRequest, connection: str, template: str, language: str) -> PausedTemplate:
    wanted = (connection, template, language)
    for one in await services_of(request).notifications.paused_templates():
        if (one.connection, one.template, one.language) == wanted:
            return one
    raise TemplateNotPaused


async def _question(
    request: AnyRequest, one: PausedTemplate, wrong: Mapping[str, Markup] | None = None
) -> Response[bytes]:
    say = texts.words(locale_of(request))
    choices = (("resume", say("paused.resume")), ("leave", say("paused.leave")))
    question = Question(
        heading=say("paused.decide.title", template=one.template),
        lead=say("paused.decide.price" if one.is_recategorised else "paused.decide.other"),
        action=_path(one),
        back=TEMPLATES,
        crumbs=(Crumb(say("nav.templates"), TEMPLATES),),
        button=say("text.decide.button"),
        note=say("paused.cause", why=one.why, connection=one.connection, language=one.language),
        inputs=(Input("decision", say("text.decision"), "radio", choices),),
    )
    return await ask_first(request, "templates", question, wrong=wrong)


def row_of(one: PausedTemplate, locale: Locale, *, may_decide: bool) -> Row:
    """One line; who may decide is led to the question."""
    left = texts.words(locale)("paused.left") if one.left_at is not None else ""
    cells = {
        "template": Cell(one.template, href=_path(one) if may_decide else ""),
        "language": Cell(one.language),
        "why": Cell(one.why, below=(left,)),
        "connection": Cell(one.connection),
        "time": Cell(stamp(one.since, locale), at=one.since),
    }
    return Row(f"{one.connection}-{one.template}-{one.language}", cells)


def _path(one: PausedTemplate) -> str:
    return f"{TEMPLATES}/" + "/".join(quote(part, safe="") for part in (one.connection, one.template, one.language))


HANDLERS: Final = [paused_templates, ask, decide]
