"""What is wrong with a connection before it is saved. There is no account anywhere to be asked about."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from gerbang.base.errors import FieldError

# Apple takes none at localhost, so a host has a dot.
_CONTACT: Final = re.compile(r"mailto:[^\s@]+@[^\s@.]+(\.[^\s@.]+)+|https://[^\s/.]+(\.[^\s/.]+)+(/\S*)?")
_HINT: Final = "mailto: and an address, or https:// and a page, not at localhost: there push services write to you."


def problems(settings: Mapping[str, str], _credentials: Collection[str]) -> Sequence[FieldError]:
    """A contact that a push service would refuse."""
    contact = settings.get("contact", "")
    good = not contact or _CONTACT.fullmatch(contact)
    return [] if good else [FieldError("/settings/contact", _HINT)]
