"""JSON Schema in words: the fields of a body or of an answer, as a reader looks for them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_REF: Final = "#/components/schemas/"
_DEEPEST: Final = 4
_FORMATS: Final[Mapping[str, str]] = {"date-time": "time, UTC", "uri": "address", "email": "e-mail address"}
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind` says in words what it holds, `values` are all that it can be where they are few, `of` names their enum, and `inner` are the
    fields of an object or of each object of a list.
    """

    name: str
    kind: str
    required: bool
    says: str
    values: Sequence[str] = ()
    of: str = ""
    inner: "Sequence[Field]" = ()


def fields_of(schema: Schema, schemas: Mapping[str, Schema]) -> Sequence[Field]:
    """The fields of an object, those that are required first."""
    return _fields(schema, schemas, ())


def _fields(schema: Schema, schemas: Mapping[str, Schema], inside: tuple[str, ...]) -> Sequence[Field]:
    name, plain = _followed(schema, schemas)
    if name in inside or len(inside) >= _DEEPEST:
        return ()
    required = plain.get("required", ())
    found = [
        _field(one, told, schemas, (*inside, name), required=one in required)
        for one, told in plain.get("properties", {}).items()
    ]
    return sorted(found, key=lambda one: not one.required) if "default" in str(plain.get("properties")) else found


def _field(
    name: str, schema: Schema, schemas: Mapping[str, Schema], inside: tuple[str, ...], *, required: bool
) -> Field:
    kind, values, of = _kind(schema, schemas)
    _, plain = _followed(schema, schemas)
    says = schema.get("description") or (plain.get("description", "") if plain.get("type") == "object" else "")
    return Field(name, kind, required, " ".join(says.split()), values, of, _inner(schema, schemas, inside))


def _inner(schema: Schema, schemas: Mapping[str, Schema], inside: tuple[str, ...]) -> Sequence[Field]:
    _, plain = _followed(schema, schemas)
    if plain.get("type") == "array" or (isinstance(plain.get("type"), list) and "items" in plain):
        return _inner(plain["items"], schemas, inside)
    choices = [one for one in _choices(plain) if one.get("type") != "null"]
    if choices and _covers(choices, schemas):
        return _inner(choices[0], schemas, inside)
    return _fields(schema, schemas, inside) if "properties" in plain else ()


def _covers(choices: Sequence[Schema], schemas: Mapping[str, Schema]) -> bool:
    """Whether the first has every field of the others, as what the shop sees has those of what its payer sees."""
    first, *others = [set(_followed(one, schemas)[1].get("properties", ())) for one in choices]
    return bool(first) and all(one <= first for one in others)


def _kind(schema: Schema, schemas: Mapping[str, Schema]) -> tuple[str, Sequence[str], str]:
    """In words, with the values of an enum and its name."""
    name, plain = _followed(schema, schemas)
    if "enum" in plain:
        return "one of", [str(one) for one in plain["enum"]], name
    if "const" in plain:
        return f"always {plain['const']}", (), ""
    choices = _choices(plain)
    if choices:
        kinds = [_kind(one, schemas) for one in choices if one.get("type") != "null"]
        words = " or ".join(dict.fromkeys(kind for kind, _, _ in kinds))
        nullable = any(one.get("type") == "null" for one in choices)
        told = words if len(kinds) < _DEEPEST else "object"
        only = kinds[0] if len(kinds) == 1 else ("", (), "")
        return f"{told}, or null" if nullable else told, only[1], only[2]
    return _word(plain, schemas), (), ""


def _word(plain: Schema, schemas: Mapping[str, Schema]) -> str:
    match plain.get("type"):
        case "integer":
            return "whole number" + _range(plain)
        case "string":
            length = f", up to {plain['maxLength']}" if "maxLength" in plain else ""
            return _FORMATS.get(plain.get("format", ""), "text") + length
        case "boolean":
            return "true or false"
        case "number":
            return "number"
        case "array":
            most = f", up to {plain['maxItems']}" if "maxItems" in plain else ""
            return f"list of {_plural(_kind(plain['items'], schemas)[0])}{most}"
        case "object":
            return "object"
    return "any value"


def _range(plain: Schema) -> str:
    least, most = plain.get("minimum"), plain.get("maximum")
    if least is not None and most is not None:
        return f", {int(least):,} to {int(most):,}"
    return f", at least {int(least):,}" if least is not None else ""


def _plural(kind: str) -> str:
    return {"text": "texts", "object": "objects", "one of": "words", "whole number": "whole numbers"}.get(kind, kind)


def _choices(plain: Schema) -> Sequence[Schema]:
    found: Sequence[Schema] = plain.get("anyOf") or plain.get("oneOf") or ()
    return found


def _followed(schema: Schema, schemas: Mapping[str, Schema]) -> tuple[str, Schema]:
    """The schema that a reference leads to, with its name; one that refers to nothing has none."""
    reference = str(schema.get("$ref", ""))
    if not reference:
        return "", schema
    name = reference.removeprefix(_REF)
    return name, schemas[name]
