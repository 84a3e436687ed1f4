"""A connection and its errors. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gerbang.base.errors import Conflict, Invalid, NotFound


class ConnectionNotFound(NotFound):
    code = "connection_not_found"
    title = "There is no such connection"


class ConnectionExists(Conflict):
    code = "connection_exists"
    title = "A connection of this name exists already"


class BadConnection(Invalid):
    code = "invalid_connection"
    title = "The connection is not set up rightly"


class ConnectionInUse(Conflict):
    """Payments were made by it: their money is asked about by it for years."""

    code = "connection_in_use"
    title = "The connection has payments"


@dataclass(frozen=True, slots=True)
class Connection:
    """One account of ours at a provider. `secrets` maps the provider's credential names to names in the secrets manager."""

    id: str
    provider: str
    livemode: bool
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    enabled: bool
    created_at: datetime
    updated_at: datetime
