"""What the schemas of the OpenAPI document are called: generated clients make types of these names, and people read them. Pure."""

from collections.abc import Mapping
from typing import Any, Final

_REF: Final = "#/components/schemas/"
_PAGE: Final = "Page_"
_SUFFIX: Final = "View"
# Names that are clear in their module and in no other place.
_CLEARER: Final[Mapping[str, str]] = {
    "EventStatus": "WebhookEventStatus",
    "Method": "PaymentMethod",
    "Profile": "RetryProfile",
    "Status": "NotificationStatus",
    "Template": "NotificationTemplate",
}


def renamed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the names of the product's objects: `Payment` for what the code calls its view, `PaymentList` for a page of them.
    Raises ValueError where two would have one name.
    """
    schemas = document["components"]["schemas"]
    names = {key: name_of(key) for key in schemas}
    if len(set(names.values())) < len(names):
        twice = sorted(key for key, name in names.items() if list(names.values()).count(name) > 1)
        raise ValueError(f"one name for several schemas: {', '.join(twice)}")
    found: dict[str, Any] = _referring(document, names)
    found["components"]["schemas"] = {
        name: {**found["components"]["schemas"][key], "title": name} for key, name in sorted(names.items(), key=_second)
    }
    return found


def name_of(key: str) -> str:
    """What a schema is called whose key the framework made of the type's name."""
    if key.startswith(_PAGE):
        shown = key.removeprefix(_PAGE).split("View_")[0].rsplit(".", 1)[-1]
        return f"{shown}List"
    return _CLEARER.get(key, key.removesuffix(_SUFFIX))


def _referring(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case {"$ref": str(ref), **others} if ref.startswith(_REF):
            return {"$ref": _REF + names[ref.removeprefix(_REF)], **_referring(others, names)}
        case Mapping():
            return {key: _referring(one, names) for key, one in value.items()}
        case list() | tuple():
            return [_referring(one, names) for one in value]
    return value


def _second(pair: tuple[str, str]) -> str:
    return pair[1]
