"""The catalogue of events: of each type what it means, the JSON Schema of its body and an example, all made of the code that sends it. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

import msgspec

from gerbang.base import ids
from gerbang.core.announcements.event_types import EventType
from gerbang.core.endpoints.model import API_VERSION

AT: Final = "2026-11-30T08:57:35Z"
_EVENT: Final = ids.show("evt", UUID("019ad3f0-5e08-7d1a-9c55-b0b1a2c3d4e5"))
_TIME: Final[Mapping[str, Any]] = {"type": "string", "format": "date-time"}
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class EventData:
    """What the body of an event holds in `data`. `schema` gives the schema and those that it refers to, as a reference leads there; `example` shows
    it for a type. `by_webhook`: sent to endpoints; what is not is heard by `/v1/events` alone.
    """

    name: str
    schema: Callable[[str], tuple[Schema, Mapping[str, Schema]]]
    example: Callable[[str], Mapping[str, Any]]
    by_webhook: bool


@dataclass(frozen=True, eq=False)
class CatalogueEntry:
    """One type of event with all that is told of it."""

    type: EventType
    data: EventData

    @property
    def name(self) -> str:
        return self.type.name

    @cached_property
    def example(self) -> Mapping[str, Any]:
        """A body of this type."""
        data = self.data.example(self.name)
        known: dict[str, Any] = {"id": _EVENT, "type": self.name, "sequence": 4}
        if self.data.by_webhook:
            return known | {"timestamp": AT, "api_version": API_VERSION, "data": data}
        about = data.get(self.type.object) if self.type.object else None
        return known | {
            "sequence": 4 if about else 0,
            "object": about,
            "payment": None,
            "created_at": AT,
            "data": data,
        }

    def schema(self, template: str) -> tuple[Schema, Mapping[str, Schema]]:
        """The JSON Schema of the body, and the schemas that it refers to; `template` says how a reference is written."""
        data, parts = self.data.schema(template)
        has: dict[str, Any] = {
            "id": {"type": "string", "description": "The same at every attempt, and the header `webhook-id`."},
            "type": {"const": self.name},
            "sequence": {"type": "integer", "description": "Grows with each event of one object."},
        }
        if self.data.by_webhook:
            has |= {"timestamp": _TIME, "api_version": {"type": "string"}, "data": data}
        else:
            one_or_none = {"anyOf": [{"type": "string"}, {"type": "null"}]}
            has |= {"object": one_or_none, "payment": one_or_none, "created_at": _TIME, "data": data}
        return {"type": "object", "title": self.name, "properties": has, "required": list(has)}, parts

    def alone(self) -> Schema:
        """The schema as a document of its own."""
        body, parts = self.schema("#/$defs/{name}")
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body, "$defs": parts}


def entries(types: Iterable[EventType], data: EventData) -> tuple[CatalogueEntry, ...]:
    """The entries of types whose bodies hold the same kind of data."""
    return tuple(CatalogueEntry(one, data) for one in types)


def told(
    shape: type[msgspec.Struct], example: Callable[[str], Mapping[str, Any]], *, by_webhook: bool = False
) -> EventData:
    """What an event says where it shows no object: a value of its own."""

    def schema(template: str) -> tuple[Schema, Mapping[str, Schema]]:
        return components(shape, template)

    return EventData(shape.__name__, schema, example, by_webhook)


def components(shape: type[msgspec.Struct], template: str) -> tuple[Schema, dict[str, Schema]]:
    """A reference to the schema of a struct, and all schemas by name; those of views are named `Event…`, for the bodies of answers have their own."""
    _, found = msgspec.json.schema_components([shape], ref_template="\0{name}\0")
    written = {event_name(name): _renamed(one, template) for name, one in found.items()}
    return {"$ref": template.format(name=event_name(shape.__name__))}, written


def event_name(name: str) -> str:
    """What the schema of a view is called where events refer to it."""
    return f"Event{name.removesuffix('View')}"


def _renamed(value: Any, template: str) -> Any:
    """The same schema with its references written by the template."""
    match value:
        case str() if value.startswith("\0"):
            return template.format(name=event_name(value.strip("\0")))
        case Mapping():
            return {key: _renamed(one, template) for key, one in value.items()}
        case list() | tuple():
            return [_renamed(one, template) for one in value]
    return value


def webhooks(catalogue: Sequence[CatalogueEntry], template: str) -> tuple[dict[str, Any], dict[str, Schema]]:
    """The `webhooks` of OpenAPI 3.1, and the schemas that they refer to."""
    told_of: dict[str, Any] = {}
    parts: dict[str, Schema] = {}
    for one in catalogue:
        if not one.data.by_webhook:
            continue
        schema, referred = one.schema(template)
        parts |= referred
        told_of[one.name] = {
            "post": {
                "summary": one.type.means,
                "description": "Signed after Standard Webhooks; verify it over the very bytes. Any 2xx within 30 seconds takes it, all else is tried again.",
                "tags": ["events"],
                "operationId": "on" + "".join(word.capitalize() for word in one.name.replace(".", "_").split("_")),
                "parameters": [_header(name, means) for name, means in _HEADERS.items()],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": schema, "example": one.example}},
                },
                "responses": {"2XX": {"description": "Taken."}},
            }
        }
    return told_of, parts


_HEADERS: Final[Mapping[str, str]] = {
    "webhook-id": "The event's id: the same at every attempt.",
    "webhook-timestamp": "Unix seconds of this attempt.",
    "webhook-signature": "One signature or several with spaces between: `v1,…` (HMAC-SHA256), `v1a,…` (Ed25519).",
}


def _header(name: str, means: str) -> Mapping[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": means, "schema": {"type": "string"}}
