"""What is wrong with a connection, before it is saved and later. There is no account anywhere to be asked about: push services see each push alone."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from gerbang.base.errors import FieldError
from gerbang.base.http import Http
from gerbang.ports.payment import Account
from gerbang.ports.provider import Probed
from gerbang.providers.webpush.adapter import VAPID_KEY
from gerbang.providers.webpush.vapid import read_key

# Apple takes none at localhost, so a host has a dot.
_CONTACT: Final = re.compile(r"mailto:[^\s@]+@[^\s@.]+(\.[^\s@.]+)+|https://[^\s/.]+(\.[^\s/.]+)+(/\S*)?")
_HINT: Final = "mailto: and an address, or https:// and a page, not at localhost: there push services write to you."


def problems(settings: Mapping[str, str], _credentials: Collection[str]) -> Sequence[FieldError]:
    """A contact that a push service would refuse."""
    contact = settings.get("contact", "")
    good = not contact or _CONTACT.fullmatch(contact)
    return [] if good else [FieldError("/settings/contact", _HINT)]


async def probe(_http: Http, to: Account, _now: datetime) -> Sequence[Probed]:
    """Whether our own key can be read: with one that cannot, no page offers the bell, and nobody is told."""
    try:
        found = [read_key(value) for value in to.secrets.get(VAPID_KEY, ())]
    except ValueError:
        cure = "Put 32 bytes as base64url, or a PEM of P-256: browsers that subscribed with another key must subscribe anew."
        return (Probed("its VAPID key cannot be read", False, f"/secrets/{VAPID_KEY}", cure),)
    return (Probed("its VAPID key can be read", good=True),) if found else ()
