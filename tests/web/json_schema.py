"""What of a value does not agree with a JSON Schema, as far as our own schemas go: the words that they use, and no others."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
KNOWN: Final = frozenset(
    {"$ref", "$schema", "$defs", "title", "description", "default", "type", "const", "enum", "anyOf", "discriminator"}
    | {"properties", "required", "items", "additionalProperties", "format"}
)


def disagreements(value: Any, schema: Mapping[str, Any], defs: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """Where, and what. Members that the schema does not name are told too: whoever reads the schema does not expect them."""
    assert not schema.keys() - KNOWN, f"{at}: this reader does not know {schema.keys() - KNOWN}"
    if "$ref" in schema:
        yield from disagreements(value, defs[schema["$ref"].rsplit("/", 1)[-1]], defs, at)
        return
    if "anyOf" in schema:
        tried = [list(disagreements(value, one, defs, at)) for one in schema["anyOf"]]
        if all(tried):
            yield min(tried, key=len)[0]
        return
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "type" in schema and (
        not isinstance(value, _KINDS[schema["type"]]) or (schema["type"] == "integer" and value is True)
    ):
        yield f"{at}: {value!r} is no {schema['type']}"
    elif schema.get("format") == "date-time":
        datetime.fromisoformat(value)
    elif isinstance(value, dict):
        yield from _members(value, schema, defs, at)
    elif isinstance(value, list | tuple) and "items" in schema:
        for number, one in enumerate(value):
            yield from disagreements(one, schema["items"], defs, f"{at}/{number}")


def _members(value: Mapping[str, Any], schema: Mapping[str, Any], defs: Mapping[str, Any], at: str) -> Iterator[str]:
    named = schema.get("properties", {})
    yield from (f"{at}/{name}: is missing" for name in schema.get("required", ()) if name not in value)
    more = schema.get("additionalProperties", not named)
    for name, one in value.items():
        if name in named:
            yield from disagreements(one, named[name], defs, f"{at}/{name}")
        elif isinstance(more, Mapping):
            yield from disagreements(one, more, defs, f"{at}/{name}")
        elif not more:
            yield f"{at}/{name}: is not in the schema"
