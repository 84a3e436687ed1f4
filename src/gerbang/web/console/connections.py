"""Operators and connections: which there are, what each offers, whether its provider takes it; switching one on or off asks first."""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from gerbang.base.errors import FieldError, Invalid
from gerbang.core.connections.model import Connection
from gerbang.core.connections.probes import probe, refuse_bad, usable_of
from gerbang.core.identity.model import Caller
from gerbang.ports.provider import Probed
from gerbang.web import texts
from gerbang.web.console import actors
from gerbang.web.console.page_frame import names_of, operator, show
from gerbang.web.forms import read_form
from gerbang.web.pages import Page, locale_of, see_other, services_of

_MANAGE: Final = "connections:manage"
_SAID: Final = ("on", "off")


@get("/console/connections")
async def connections(request: Request[Any, Any, Any]) -> Response[bytes]:
    """All of them, oldest first."""
    caller, said = operator(request, "payments:read"), request.query_params.get("done", "")
    rows = [await _row(request, one) for one in await services_of(request).connections.all()]
    return await show(
        request, "connections.html", "connections", rows=rows, may_manage=caller.may(_MANAGE), said=said if said in _SAID else ""
    )  # fmt: skip


@post("/console/connections/{connection:str}/probe", status_code=200)
async def ask(request: Request[Any, Any, Any], connection: FromPath[str]) -> Page:
    """Ask the provider whether it takes the account; moves nothing there. What it found is shown, and stays in the audit trail."""
    caller, services = operator(request, _MANAGE), services_of(request)
    known = await services.connections.get(connection)
    found = await probe(services.connections, services.http, known)
    await services.connections.note_probed(caller.label, connection, usable=usable_of(found))
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
        found = await probe(services.connections, services.http, known)
        try:
            refuse_bad(found)
            await services.connections.changed(connection, settings=known.settings, secrets=known.secrets, enabled=True)
        except Invalid as error:
            return await _one(request, caller, known, found, wrong=error.errors)
    await services.connections.switch(caller.label, connection, enabled=wanted)
    return see_other(f"/console/connections?done={'on' if wanted else 'off'}")


async def _row(request: Request[Any, Any, Any], known: Connection) -> dict[str, Any]:
    """One connection as its list and its page tell it; `probed` is None for one that was never asked about."""
    services, say = services_of(request), texts.words(locale_of(request))
    unusable = services.connections.unusable(known)
    terms = [] if unusable else services.payments.context.calls.terms(known)
    last = await services.audit.page(None, 1, action="connection.probed", object_=f"connection:{known.id}")
    names = await names_of(request, [one.actor for one in last])
    return {
        "known": known,
        "unusable": unusable,
        "methods": list(dict.fromkeys(say(f"method.{one.method.value}") for one in terms)),
        "probed": last[0] if last else None,
        "probed_by": actors.called(last[0].actor, names, locale_of(request)) if last else "",
        "retired": "" if unusable else services.connections.provider_of(known).retired,
    }


async def _one(
    request: Request[Any, Any, Any],
    caller: Caller,
    known: Connection,
    found: Sequence[Probed],
    *,
    asked: bool = False,
    wrong: Sequence[FieldError] = (),
) -> Response[bytes]:
    return await show(
        request,
        "connection.html",
        "connections",
        status_code=422 if wrong else 200,
        row=await _row(request, known),
        found=found,
        asked=asked,
        faults=wrong,
        may_manage=caller.may(_MANAGE),
        hook=f"{services_of(request).settings.base_url}/hooks/{known.id}",
    )


HANDLERS: Final = [connections, ask_switch, ask, switch]
