"""/v1/connections: accounts of ours at providers: settings, and the names of their secrets, never a value."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get, patch, post

from gerbang.core.connections.model import Connection
from gerbang.web.bodies import Line
from gerbang.web.cursors import Page
from gerbang.web.exchange import caller_of
from gerbang.web.services import Services

AnyRequest = Request[Any, Any, Any]
_TAGS: Final = ["connections"]


class ConnectionView(msgspec.Struct, frozen=True):
    """`secrets` maps the provider's credential names to names in the secrets manager; `hook_url` is for the provider's notifications;
    `retired` says why nobody should begin with this provider now, and is empty for the others.
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


class NewConnectionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    provider: Annotated[str, msgspec.Meta(max_length=40)]
    livemode: bool
    settings: Mapping[Line, Annotated[str, msgspec.Meta(max_length=2000)]] = {}
    secrets: Mapping[Line, Line] = {}


class ConnectionChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is; `settings` and `secrets` are replaced as a whole."""

    settings: Mapping[Line, Annotated[str, msgspec.Meta(max_length=2000)]] | None = None
    secrets: Mapping[Line, Line] | None = None
    enabled: bool | None = None


@get("/v1/connections", summary="Connections", tags=_TAGS)
async def list_connections(services: Services) -> Page[ConnectionView]:
    """Oldest first."""
    return Page([_view(services, connection) for connection in await services.connections.all()])


@get("/v1/connections/{connection:str}", summary="One connection", tags=_TAGS)
async def read_connection(services: Services, connection: str) -> ConnectionView:
    """Settings and names of secrets."""
    return _view(services, await services.connections.get(connection))


@post("/v1/connections", summary="Add a connection", tags=_TAGS, status_code=201)
async def create_connection(request: AnyRequest, services: Services, data: NewConnectionBody) -> ConnectionView:
    """Put its secrets under /v1/secrets first."""
    made = await services.connections.create(
        caller_of(request).label, data.id, data.provider,
        livemode=data.livemode, settings=data.settings, secrets=data.secrets,
    )  # fmt: skip
    return _view(services, made)


@patch("/v1/connections/{connection:str}", summary="Change a connection", tags=_TAGS)
async def change_connection(
    request: AnyRequest, services: Services, connection: str, data: ConnectionChangeBody
) -> ConnectionView:
    """Every process uses the change within five seconds."""
    known = await services.connections.get(connection)
    changed = await services.connections.update(
        caller_of(request).label,
        connection,
        settings=known.settings if data.settings is None else data.settings,
        secrets=known.secrets if data.secrets is None else data.secrets,
        enabled=known.enabled if data.enabled is None else data.enabled,
    )
    return _view(services, changed)


def _view(services: Services, connection: Connection) -> ConnectionView:
    return ConnectionView(
        connection.id, connection.provider, connection.livemode, connection.enabled, connection.settings, connection.secrets,
        f"{services.settings.base_url}/hooks/{connection.id}", services.connections.provider_of(connection).retired,
        connection.created_at, connection.updated_at,
    )  # fmt: skip


HANDLERS: Final = [list_connections, read_connection, create_connection, change_connection]
