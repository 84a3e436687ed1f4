"""A connection and its errors. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

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
    """Payments were made by it, whose money is asked about by it for years; or shops stand below it."""

    code = "connection_in_use"
    title = "The connection is in use"


@dataclass(frozen=True, slots=True)
class Connection:
    """One account of ours at a provider. `secrets` maps the provider's credential names to names in the secrets manager. `parent` is the app of
    a marketplace below which a shop stands: its settings and secrets are the shop's too.
    """

    id: str
    provider: str
    livemode: bool
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    enabled: bool
    created_at: datetime
    updated_at: datetime
    parent: str | None = None


class AuthorisationRefused(Conflict):
    """A seller's authorisation was not taken: nothing was stored."""

    code = "authorisation_refused"
    title = "The shop was not connected"


@dataclass(frozen=True, slots=True)
class ShopTokens:
    """What is known of a shop's tokens: until when they work, when they are refreshed next, and whether the seller must let the app in again."""

    connection: str
    access_until: datetime | None
    refresh_until: datetime | None
    refresh_at: datetime | None
    failures: int
    is_ended: bool
    is_closed: bool


_LONGEST_MARGIN_S: Final = 86_400
_WARNINGS: Final = (2, 7, 14)
FURTHEST_WARNING: Final = 14


def refresh_in_s(access_s: int, refresh_s: int) -> int | None:
    """When tokens of these lives are refreshed: a day before the access token ends, of a short one when a quarter is left; None for those that cannot be."""
    if refresh_s <= 0:
        return None
    return max(0, access_s - min(_LONGEST_MARGIN_S, access_s // 4))


def warning(days: float) -> int:
    """Which of the warnings is due with so many days left: 14, 7, 2, or 0 once it is over."""
    return 0 if days <= 0 else next(one for one in _WARNINGS if days <= one)
