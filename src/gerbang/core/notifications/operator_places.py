"""Where somebody at the business does something about what they are told of: what it is about as people see it, and its page in the console. Pure."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gerbang.base import ids
from gerbang.core.announcements.model import ObjectRef

BELL: Final = "/console/notices"
TEMPLATES: Final = "/console/notifications/templates"
# By type of object: the beginning of its id, and the folder of its page; empty where it has none.
_OBJECTS: Final[Mapping[str, tuple[str, str]]] = {
    "payment": ("pay", "/console/payments"),
    "endpoint": ("ep", "/console/endpoints"),
    "payout": ("pyo", "/console/payouts"),
    "order": ("ord", "/console/orders"),
    "claim": ("clm", "/console/claims"),
    "user": ("usr", ""),
}
_AUDIT: Final = "/console/audit"
_WITHOUT_OBJECT: Final[Mapping[str, str]] = {
    "work.": "/console/work",
    "chain.": "/console/connections",
    "shop.": "/console/connections",
    "settlement.": "/console/settlements",
    "message_template.": TEMPLATES,
    "security.": _AUDIT,
}


class Place(NamedTuple):
    """What a line is about, empty where it is about nothing by name, and where it leads."""

    shown: str
    path: str


def place_of(type_: str, about: ObjectRef | None, detail: str) -> Place:
    """Of an event of this type; `detail` is the connection that it concerns, where it is about no object."""
    if about is not None:
        prefix, folder = _OBJECTS[about.type]
        shown = ids.show(prefix, about.id)
        return Place(shown, f"{folder}/{shown}" if folder else _AUDIT)
    path = next(path for beginning, path in _WITHOUT_OBJECT.items() if type_.startswith(beginning))
    return Place(detail, f"{path}/{detail}" if detail and path == "/console/connections" else path)
