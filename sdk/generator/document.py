"""The OpenAPI document as the SDKs need it: what a program with an API key calls, and no more. Pure but for `current`.

Left out: what only a payer's link sees, streams (events arrive by webhook), and the form of errors, which both SDKs know by heart so that a new
code is no new version of them. The bodies of webhooks become types with names.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Schema = Mapping[str, Any]
_REF: Final = "#/components/schemas/"
_PAYER: Final = "Payer"
_NOT_SHOWN: Final = ("additionalProperties", "propertyNames")  # what the server refuses anyway, and no type can say
EVENT: Final = "DeliveredEvent"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query."""

    name: str
    schema: Schema
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a client. `body` and `returns` are names of types, `item` that of what a list holds (only where it has pages).
    `is_file`: bytes are answered, no JSON.
    """

    id: str
    verb: str
    path: str
    says: str
    parts: Sequence[str]
    query: Sequence[Parameter]
    body: str | None
    body_required: bool
    takes_key: bool
    returns: str | None
    is_file: bool
    item: str | None


@dataclass(frozen=True, slots=True)
class Api:
    """All of it."""

    operations: Sequence[Operation]
    schemas: Mapping[str, Schema]
    version: str

    @property
    def digest(self) -> str:
        """Changes with whatever the SDKs are made of."""
        told = [self.schemas, [[*map(str, _fields(one))] for one in self.operations]]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def current() -> Api:
    """What today's code serves."""
    from gerbang.nouns import NOUNS
    from gerbang.web.assembly import document

    return read(document(tuple(NOUNS.routes), tuple(NOUNS.policy), NOUNS.event_catalogue))


def read(document: Mapping[str, Any]) -> Api:
    """The document, made smaller."""
    all_schemas = {**document["components"]["schemas"], **dict(_events(document["webhooks"]))}
    operations = [
        _operation(verb.upper(), path, told, all_schemas)
        for path, item in document["paths"].items()
        for verb, told in item.items()
        if path.startswith("/v1/") and "text/event-stream" not in str(told["responses"])
    ]
    wanted = [one for each in operations for one in (each.body, each.returns) if one] + [EVENT]
    wanted += [name for each in operations for one in each.query for name in _named(one.schema)]
    schemas = {name: _simpler(all_schemas[name]) for name in sorted(_reached(wanted, all_schemas))}
    return Api(operations, schemas, document["info"]["version"])


def _events(hooks: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    """A type for the body of each event, and one for any of them."""
    names = {type_: "".join(part.capitalize() for part in re.split(r"[._]", type_)) + "Event" for type_ in hooks}
    for type_, hook in hooks.items():
        told = hook["post"]
        schema = told["requestBody"]["content"]["application/json"]["schema"]
        yield names[type_], {**schema, "title": names[type_], "description": told["summary"]}
    yield EVENT, {"oneOf": [{"$ref": _REF + name} for name in names.values()], "title": EVENT}


def _operation(verb: str, path: str, told: Mapping[str, Any], schemas: Mapping[str, Schema]) -> Operation:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answered = next(one.get("content", {}) for code, one in told["responses"].items() if code < "3")
    returns = _name(_simpler(answered["application/json"]["schema"])) if "application/json" in answered else None
    query = [one for one in told["parameters"] if one["in"] == "query" and one["name"] != "t"]
    item = None
    if returns and any(one["name"] == "cursor" for one in query):
        item = _name(_simpler(schemas[returns]["properties"]["data"]["items"]))
    return Operation(
        id=told["operationId"],
        verb=verb,
        path=path,
        says=_says(told),
        parts=[one["name"] for one in told["parameters"] if one["in"] == "path"],
        query=[Parameter(one["name"], one["schema"], bool(one.get("required"))) for one in query],
        body=_name(body) if body else None,
        body_required=bool(told.get("requestBody", {}).get("required")),
        takes_key=any(one["name"] == "Idempotency-Key" for one in told["parameters"]),
        returns=returns,
        is_file=bool(answered) and returns is None,
        item=item,
    )


def _says(told: Mapping[str, Any]) -> str:
    """What the document tells of an operation, in one paragraph."""
    summary, description = (" ".join(str(told.get(part, "")).split()) for part in ("summary", "description"))
    texts = [summary] if description in ("", summary) else [summary, description]
    return " ".join(text if text.endswith((".", ":", ")")) else f"{text}." for text in texts if text)


def _simpler(schema: Any) -> Any:
    """Without what only a payer's link sees and what types cannot say."""
    match schema:
        case {"oneOf": [*kinds], **others}:
            kept = [_simpler(one) for one in kinds if not _is_payers(one)]
            return {**_simpler(others), **(kept[0] if len(kept) == 1 and "$ref" in kept[0] else {"oneOf": kept})}
        case Mapping():
            dropped = _NOT_SHOWN if "properties" in schema else ("propertyNames",)
            return {key: _simpler(one) for key, one in schema.items() if key not in dropped}
        case list() | tuple():
            return [_simpler(one) for one in schema]
    return schema


def _is_payers(schema: Schema) -> bool:
    return str(schema.get("$ref", "")).startswith(_REF + _PAYER)


def _reached(names: Sequence[str], schemas: Mapping[str, Schema]) -> set[str]:
    """These and all that they refer to."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _named(_simpler(schemas[name]))
    return found


def _named(schema: Schema) -> list[str]:
    return re.findall(rf"'\$ref': '{_REF}(\w+)'", str(schema))


def _name(schema: Schema) -> str:
    return str(schema["$ref"]).removeprefix(_REF)


def _fields(one: Operation) -> list[Any]:
    return [getattr(one, name) for name in Operation.__slots__]
