"""/v1/connections: accounts of ours at providers: settings, and the names of their secrets, never a value."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, delete, get, patch, post

from gerbang.core.connections.model import Connection
from gerbang.core.connections.probes import probe, refuse_bad, usable_of
from gerbang.core.notifications.template_states import TemplateStates
from gerbang.ports.provider import Probed
from gerbang.web.cursors import Page, Part
from gerbang.web.gateway.request_context import caller_of
from gerbang.web.input.bodies import Line
from gerbang.web.input.validation import refuse_no_change
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["connections"]


class ConnectionView(msgspec.Struct, frozen=True):
    """`secrets` maps the provider's credential names to names in the secrets manager; `hook_url` is for the provider's notifications;
    `retired` says why nobody should begin with this provider now, and is empty for the others. `probed` is what the provider was asked with
    this very request and answered, or why it did not; empty where it was not asked. What seems to be a key in an address is shown as ….
    `parent` is the app of a marketplace below which a shop stands.
    """

    id: str
    provider: str
    livemode: bool
    enabled: bool
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    hook_url: str
    retired: str
    created_at: datetime
    updated_at: datetime
    parent: str | None = None
    probed: Sequence["ProbedView"] = ()


class NewConnectionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The provider is asked once whether it takes the account, and a clear no is refused; `probe` false saves it unasked. A shop of a marketplace is
    best made by its seller, from the app's page in the console; with tokens from elsewhere it is made here, with its app as `parent`.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    provider: Annotated[str, msgspec.Meta(max_length=40)]
    livemode: bool
    settings: Mapping[Line, Annotated[str, msgspec.Meta(max_length=2000)]] = {}
    secrets: Mapping[Line, Line] = {}
    parent: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    probe: bool = True


class ConnectionChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is; `settings` and `secrets` are replaced as a whole. `probe` as for a new one."""

    settings: Mapping[Line, Annotated[str, msgspec.Meta(max_length=2000)]] | None = None
    secrets: Mapping[Line, Line] | None = None
    enabled: bool | None = None
    probe: bool = True


class ProbedView(msgspec.Struct, frozen=True):
    """One thing that was asked of the provider. `good` is null where it gave no clear answer; `pointer` and `cure` say what to mend."""

    what: str
    good: bool | None
    pointer: str
    cure: str


class ProbeView(msgspec.Struct, frozen=True):
    """`usable` is false when the provider clearly refuses the account, null when it could not be asked."""

    usable: bool | None
    found: Sequence[ProbedView]


@get("/v1/connections", summary="Connections", tags=_TAGS)
async def list_connections(services: Services, part: Part) -> Page[ConnectionView]:
    """Oldest first."""
    return await part.of("connections", [_view(services, one) for one in await services.connections.all()])


@get("/v1/connections/{connection:str}", summary="One connection", tags=_TAGS)
async def read_connection(services: Services, connection: str) -> ConnectionView:
    """Settings and names of secrets."""
    return _view(services, await services.connections.get(connection))


@post("/v1/connections", summary="Add a connection", tags=_TAGS, status_code=201)
async def create_connection(request: AnyRequest, services: Services, data: NewConnectionBody) -> ConnectionView:
    """Put its secrets under /v1/secrets first. Takes no Idempotency-Key: sent twice, the second is refused, since the id is taken."""
    connections = services.connections
    given: dict[str, Any] = {"livemode": data.livemode, "settings": data.settings, "secrets": data.secrets}
    given["parent"] = data.parent
    draft = await connections.draft(data.id, data.provider, **given)
    found = await probe(services.outbound, draft) if data.probe else ()
    refuse_bad(found)
    return _view(services, await connections.create(caller_of(request).label, data.id, data.provider, **given), found)


@patch("/v1/connections/{connection:str}", summary="Change a connection", tags=_TAGS)
async def change_connection(
    request: AnyRequest, services: Services, connection: str, data: ConnectionChangeBody
) -> ConnectionView:
    """Every process uses the change within five seconds."""
    refuse_no_change(settings=data.settings, secrets=data.secrets, enabled=data.enabled)
    connections, who = services.connections, caller_of(request).label
    if data.settings is None and data.secrets is None and data.enabled is False:
        return _view(services, await connections.switch(who, connection, enabled=False))
    known = await connections.get(connection)
    wanted: dict[str, Any] = {
        "settings": known.settings if data.settings is None else data.settings,
        "secrets": known.secrets if data.secrets is None else data.secrets,
        "enabled": known.enabled if data.enabled is None else data.enabled,
    }
    draft = await connections.changed(connection, **wanted)
    found = await probe(services.outbound, draft) if data.probe and draft.enabled else ()
    refuse_bad(found)
    return _view(services, await connections.update(who, connection, **wanted), found)


@post(
    "/v1/connections/{connection:str}/probe",
    summary="Ask the provider whether it takes a connection",
    tags=_TAGS,
    status_code=200,
)
async def probe_connection(request: AnyRequest, services: Services, connection: str) -> ProbeView:
    """Moves nothing there. Which message templates it lets us use is kept as it says. Takes ten seconds at most. When it was asked, and what came of it, stays in the audit trail."""
    found = await probe(services.outbound, await services.connections.get(connection))
    await services.connections.note_probed(caller_of(request).label, connection, usable=usable_of(found))
    await services.service(TemplateStates).look_at(connection)
    return ProbeView(usable_of(found), [ProbedView(one.what, one.good, one.pointer, one.cure) for one in found])


@delete("/v1/connections/{connection:str}", summary="Delete a connection", tags=_TAGS)
async def delete_connection(request: AnyRequest, services: Services, connection: str) -> None:
    """One that is disabled and by which nothing was ever tried, and below which no shop stands; its secrets stay."""
    await services.connections.delete(caller_of(request).label, connection)


def _view(services: Services, connection: Connection, found: Sequence[Probed] = ()) -> ConnectionView:
    provider = services.connections.provider_of(connection)
    return ConnectionView(
        id=connection.id,
        provider=connection.provider,
        livemode=connection.livemode,
        enabled=connection.enabled,
        settings=provider.shown(connection.settings),
        secrets=connection.secrets,
        hook_url=services.connections.hook_url(connection),
        retired=provider.retired,
        created_at=connection.created_at,
        updated_at=connection.updated_at,
        parent=connection.parent,
        probed=[ProbedView(one.what, one.good, one.pointer, one.cure) for one in found],
    )


HANDLERS: Final = [
    list_connections,
    read_connection,
    create_connection,
    change_connection,
    probe_connection,
    delete_connection,
]
