"""What is wrong with a connection before it is saved, and whether Meta takes it. Nothing is sent."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from gerbang.base.errors import FieldError
from gerbang.base.http import Http
from gerbang.ports.messenger import Refused, Why
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.whatsapp.account import endpoint_of
from gerbang.providers.whatsapp.client import Client

_ID: Final = re.compile(r"[0-9]{5,20}")
_VERSION: Final = re.compile(r"v[1-9][0-9]?\.0")


def problems(settings: Mapping[str, str], _credentials: Collection[str]) -> Sequence[FieldError]:
    """Ids that are none, and a telephone number where its id belongs."""
    found = [
        FieldError(f"/settings/{name}", "5 to 20 digits, as the app's page shows it; not a telephone number.")
        for name in ("phone_number_id", "waba_id")
        if settings.get(name) and not _ID.fullmatch(settings[name])
    ]
    if settings.get("api_version") and not _VERSION.fullmatch(settings["api_version"]):
        found.append(FieldError("/settings/api_version", "As v26.0."))
    if settings.get("phone_number_id") and settings.get("phone_number_id") == settings.get("waba_id"):
        found.append(FieldError("/settings/waba_id", "The account's id is another one than the number's."))
    return found


async def probe(http: Http, to: Account, _now: datetime) -> Sequence[Probed]:
    """Sign in and look at the account's templates: which of ours are approved, and as what they are charged for."""
    try:
        page = await Client(http).templates(endpoint_of(to))
    except Refused as error:
        is_ours = error.why is Why.CONFIGURATION
        return (Probed(f"Meta refuses: {error.detail}", False if is_ours else None, "/secrets/access_token"),)
    found = [Probed("Meta takes the access token", good=True)]
    ours = [one for one in page.data if one.name.startswith("gerbang_")]
    if not ours:
        cure = "Create them as docs/how-to/whatsapp.md says; until then only people who wrote within 24 hours are told."
        return (*found, Probed("no template of ours is there", False, "/settings/waba_id", cure))
    unusable = [f"{one.name} ({one.language}): {one.status}" for one in ours if one.status != "APPROVED"]
    dear = [f"{one.name} ({one.language}): {one.category}" for one in ours if one.category not in ("", "UTILITY")]
    if unusable:
        cure = "Edit them in WhatsApp Manager and send them in again, or appeal there; until then what they tell goes by another language or channel."
        found.append(Probed(f"not approved: {', '.join(unusable)}", good=False, cure=cure))
    if dear:
        cure = "Ask for another review of the category in WhatsApp Manager, or let them be used as they are (Notifications, templates)."
        found.append(Probed(f"not in the category UTILITY: {', '.join(dear)}", good=False, cure=cure))
    return (
        *found,
        Probed(
            f"{len(ours) - len(unusable)} of {len(ours)} templates are approved", good=True if not unusable else None
        ),
    )
