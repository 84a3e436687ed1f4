"""/v1/event-types: the catalogue of events, for programs. The same stands in docs/reference/events.md and in `webhooks` of /openapi.json."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import get

from gerbang.base.errors import NotFound
from gerbang.web.event_catalogue import CatalogueEntry
from gerbang.web.services import Services

_TAGS: Final = ["events"]


class EventTypeView(msgspec.Struct, frozen=True):
    """One type of event. `object` is the type of object that it is about; `by_webhook` false: endpoints do not get it, `/v1/events` tells of it."""

    type: str
    object: str | None
    description: str
    by_webhook: bool


class WholeEventTypeView(EventTypeView, frozen=True):
    """With the JSON Schema of its body and an example of it: of the delivery, or where there is none of the event's `data:` line in the stream."""

    schema: Mapping[str, Any]
    example: Mapping[str, Any]


class EventTypesView(msgspec.Struct, frozen=True):
    data: Sequence[EventTypeView]


class EventTypeNotFound(NotFound):
    code = "event_type_not_found"
    title = "There is no such type of event"


@get("/v1/event-types", summary="Every type of event", tags=_TAGS)
async def list_event_types(services: Services) -> EventTypesView:
    """What may be named in the `events` of an endpoint, and what is heard by stream alone. All of them: there are no pages."""
    return EventTypesView([_view(one) for one in services.event_catalogue])


@get("/v1/event-types/{event_type:str}", summary="One type of event with its schema", tags=_TAGS)
async def read_event_type(services: Services, event_type: str) -> WholeEventTypeView:
    """The schema is JSON Schema 2020-12, whole in itself."""
    found = next((one for one in services.event_catalogue if one.name == event_type), None)
    if found is None:
        raise EventTypeNotFound(hint="GET /v1/event-types lists them.")
    return WholeEventTypeView(**msgspec.structs.asdict(_view(found)), schema=found.alone(), example=found.example)


def _view(one: CatalogueEntry) -> EventTypeView:
    return EventTypeView(one.name, one.type.object, one.type.means, one.data.by_webhook)


HANDLERS: Final = [list_event_types, read_event_type]
