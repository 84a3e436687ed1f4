"""Operators and connections: which there are, what each offers, whether its provider takes it; switching one on or off asks first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from gerbang.base.errors import FieldError, Invalid
from gerbang.base.formats import Locale
from gerbang.core.audit.model import AuditFilters, Recorded
from gerbang.core.connections.model import Connection
from gerbang.core.connections.probes import probe, refuse_bad, usable_of
from gerbang.core.identity.model import Caller
from gerbang.core.notifications.template_states import TemplateStates
from gerbang.ports.provider import Probed
from gerbang.web import texts
from gerbang.web.console import actors, listing, shops
from gerbang.web.console.listing import Cell, Column, ListPage, Row
from gerbang.web.console.objects import Crumb, Fact, Facts, ObjectPage, show_object
from gerbang.web.console.page_frame import names_of, operator, shared, stamp
from gerbang.web.forms import read_form
from gerbang.web.pages import Page, locale_of, see_other, services_of

_MANAGE: Final = "connections:manage"
_SAID: Final = ("on", "off")


_PAGE: Final = ListPage(
    name="connections",
    path="/console/connections",
    title="nav.connections",
    lead="conn.lead",
    caption="conn.caption",
    columns=(
        Column("state", "hook.state", "a1"),
        Column("id", "pays.connection", "a2", "mono"),
        Column("provider", "conn.provider", "b2", "mono dim"),
        Column("methods", "conn.methods", "b1", "wrap"),
        Column("probed", "conn.probed", "c1", "dim wrap"),
    ),
    empty="conn.empty",
    how="conn.empty.how",
    command="gerbang connections add",
    watch="connections",
)


@dataclass(frozen=True, slots=True)
class _ConnectionTexts:
    """One connection, as its list and its page tell it."""

    known: Connection
    unusable: str
    silent: bool
    retired: str
    mark: str
    word: Markup
    methods: str
    probed: Markup


@get("/console/connections")
async def connections(request: Request[Any, Any, Any]) -> Response[bytes]:
    """All of them, oldest first, the shops of a marketplace below their app."""
    operator(request, "payments:read")
    done, say = request.query_params.get("done", ""), texts.words(locale_of(request))
    asked = await listing.read(request, _PAGE)
    told = await shared(request, (_PAGE.name, locale_of(request)), lambda: _all(request))
    rows = [_row(one) for one in told]
    return await listing.show_list(request, asked, rows, said=say(f"conn.said.{done}") if done in _SAID else "")


async def _all(request: Request[Any, Any, Any]) -> list[_ConnectionTexts]:
    known = await services_of(request).connections.all()
    below = {app.id: [one for one in known if one.parent == app.id] for app in known}
    return [await _told(request, one) for app in known if app.parent is None for one in (app, *below[app.id])]


def _row(told: _ConnectionTexts) -> Row:
    known = told.known
    cells = {
        "state": Cell(told.word, mark=told.mark),
        "id": Cell(known.id if known.parent is None else f"└ {known.id}", href=f"/console/connections/{known.id}"),
        "provider": Cell(known.provider),
        "methods": Cell(told.methods),
        "probed": Cell(told.probed),
    }
    return Row(known.id, cells)


@post("/console/connections/{connection:str}/probe", status_code=200)
async def ask(request: Request[Any, Any, Any], connection: FromPath[str]) -> Page:
    """Ask the provider whether it takes the account; moves nothing there. What it found is shown, and stays in the audit trail."""
    caller, services = operator(request, _MANAGE), services_of(request)
    known = await services.connections.get(connection)
    found = await probe(services.outbound, known)
    await services.connections.note_probed(caller.label, connection, usable=usable_of(found))
    await services.service(TemplateStates).look_at(connection)
    return await _one(request, caller, known, found, asked=True)


@get("/console/connections/{connection:str}")
async def ask_switch(request: Request[Any, Any, Any], connection: FromPath[str]) -> Response[bytes]:
    """One connection; switching it on or off is asked here."""
    caller = operator(request, "payments:read")
    return await _one(request, caller, await services_of(request).connections.get(connection), ())


@post("/console/connections/{connection:str}/switch", status_code=303)
async def switch(request: Request[Any, Any, Any], connection: FromPath[str]) -> Page:
    """Use it for new payments or no more; one whose provider clearly refuses it is not switched on."""
    caller, services = operator(request, _MANAGE), services_of(request)
    known, wanted = (
        await services.connections.get(connection),
        (await read_form(request, "enabled"))["enabled"] == "yes",
    )
    if wanted:
        found = await probe(services.outbound, known)
        try:
            refuse_bad(found)
            await services.connections.changed(connection, settings=known.settings, secrets=known.secrets, enabled=True)
        except Invalid as error:
            return await _one(request, caller, known, found, wrong=error.errors)
    await services.connections.switch(caller.label, connection, enabled=wanted)
    return see_other(f"/console/connections?done={'on' if wanted else 'off'}")


async def _told(request: Request[Any, Any, Any], known: Connection) -> _ConnectionTexts:
    services, locale = services_of(request), locale_of(request)
    say, unusable = texts.words(locale), services.connections.unusable(known)
    terms = [] if unusable else services.payments.context.calls.terms(known)
    asked = AuditFilters(("connection.probed",), f"connection:{known.id}")
    last, _ = await services.audit.page(None, 1, asked)
    silent = known.id in services.open_breakers()
    state = "unusable" if unusable else "off" if not known.enabled else "silent" if silent else "on"
    return _ConnectionTexts(
        known=known,
        unusable=unusable,
        silent=silent,
        retired="" if unusable else services.connections.provider_of(known).retired,
        mark={"unusable": "failed", "on": "paid", "off": "cancelled", "silent": "unknown"}[state],
        word=say(f"conn.state.{state}"),
        methods=", ".join(dict.fromkeys(say(f"method.{one.method.value}") for one in terms)) or "–",
        probed=_probed(last[0], await names_of(request, [last[0].actor]), locale) if last else say("conn.probed.never"),
    )


def _probed(last: Recorded, names: actors.Names, locale: Locale) -> Markup:
    """When its provider was last asked about it, and what that said."""
    answer = {True: "yes", False: "no"}.get(last.detail["usable"], "unsure")
    by = actors.called(last.actor, names, locale)
    return texts.words(locale)(f"conn.probed.{answer}", at=stamp(last.happened_at, locale), by=by)


async def _one(
    request: Request[Any, Any, Any],
    caller: Caller,
    known: Connection,
    found: Sequence[Probed],
    *,
    asked: bool = False,
    wrong: Sequence[FieldError] = (),
) -> Response[bytes]:
    told, locale = await _told(request, known), locale_of(request)
    say = texts.words(locale)
    form_to = await shops.form_to(request, known)
    facts = (
        *(await shops.facts(request, known) if known.parent is not None else ()),
        Fact(say("conn.provider"), known.provider, "mono"),
        Fact(say("conn.mode"), say("conn.live" if known.livemode else "conn.test")),
        Fact(say("conn.methods"), told.methods),
        Fact(say("conn.hook"), services_of(request).connections.hook_url(known), copy="hook"),
        Fact(say("conn.probed"), told.probed),
        Fact(say("conn.changed"), f"{stamp(known.updated_at, locale)} WIB"),
    )
    page = ObjectPage(
        name="connections",
        id=known.id,
        crumb=Crumb(say("nav.connections"), "/console/connections"),
        heading=known.id,
        mark=told.mark,
        word=told.word,
        facts=(Facts(say("conn.facts"), facts),),
        template="connection.html",
    )
    return await show_object(
        request,
        page,
        said=say("market.said.connected") if request.query_params.get("done") == "connected" else "",
        status_code=422 if wrong else 200,
        form_to=form_to,
        has_shops=bool(form_to),
        shops=await shops.lines(request, known) if form_to and known.parent is None else (),
        told=told,
        found=found,
        asked=asked,
        faults=wrong,
        may_manage=caller.may(_MANAGE),
    )


HANDLERS: Final = [connections, ask_switch, ask, switch]
