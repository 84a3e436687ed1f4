"""Values that a schema of the OpenAPI document allows, and values that it forbids, each with the pointer of what is wrong."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from hypothesis import strategies as st

Schema = Mapping[str, Any]
_LETTERS: Final = st.characters(categories=("Lu", "Ll", "Lo", "So"), max_codepoint=0x1FAFF)
_FORMATS: Final[Mapping[str, st.SearchStrategy[str]]] = {
    "email": st.from_regex(r"\A[a-z]{1,12}\.[a-z]{1,9}@[a-z]{2,12}\.co\.id\Z"),
    "phone": st.from_regex(r"\A(\+62|0)8(1[1-9]|5[2-8])[0-9]{7}\Z"),
    "ip": st.sampled_from(("203.0.113.7", "2001:db8::7", "10.0.0.1")),
    "uri": st.from_regex(r"\Ahttps?://[a-z]{1,20}\.example(:[1-9][0-9]{0,3})?/[a-z0-9/]{0,20}\Z"),
    "date-time": st.datetimes().map(lambda at: at.isoformat() + "Z"),
}


class Values:
    """The values of one document."""

    def __init__(self, document: Schema) -> None:
        self._schemas: Mapping[str, Schema] = document["components"]["schemas"]

    def resolved(self, schema: Schema) -> Schema:
        """The schema without a reference at its top."""
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    def allowed(self, schema: Schema) -> st.SearchStrategy[Any]:
        """Any value that the schema allows."""
        schema = self.resolved(schema)
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return st.one_of([self.allowed(one) for one in choices])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                return st.lists(self.allowed(schema["items"]), min_size=schema.get("minItems", 0), max_size=3)
            case "string":
                return _text(schema)
            case "integer":
                low = schema.get("minimum", schema.get("exclusiveMinimum", -(10**9)) + 1)
                return st.integers(low, schema.get("maximum", schema.get("exclusiveMaximum", 10**9 + 1) - 1))
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
        return st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(_LETTERS, max_size=20)

    def _object(self, schema: Schema) -> st.SearchStrategy[Any]:
        properties, needed = schema.get("properties", {}), set(schema.get("required", ()))
        more = schema.get("additionalProperties", True)
        if not properties and more is not False:
            names = self.allowed({"type": "string", "minLength": 1, "maxLength": 64, **schema.get("propertyNames", {})})
            return st.dictionaries(names, self.allowed(more if isinstance(more, Mapping) else {}), max_size=3)
        return st.fixed_dictionaries(
            {name: self.allowed(one) for name, one in properties.items() if name in needed},
            optional={name: self.allowed(one) for name, one in properties.items() if name not in needed},
        )

    def example(self, schema: Schema) -> Any:
        """A small value that the schema allows."""
        schema = self.resolved(schema)
        if choices := schema.get("anyOf"):
            return self.example(choices[0])
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "object":
            known = schema.get("properties", {})
            return {name: self.example(known[name]) for name in schema.get("required", ())}
        if schema.get("type") == "array":
            return [self.example(schema["items"])] * schema.get("minItems", 0)
        texts = {"email": "sari@example.com", "uri": "https://toko.example/"}
        text = texts.get(schema.get("format", ""), "kopi-gayo-siang-malam"[: schema.get("maxLength", 40)])
        least = max(1, schema.get("minimum", 1))
        return {"integer": least, "boolean": False, "null": None}.get(str(schema.get("type")), text)

    def in_address(self, schema: Schema) -> str:
        """A value of a parameter that its schema allows."""
        schema = self.resolved(schema)
        if schema.get("format") == "date-time":
            return "2026-11-29T10:00:00Z"
        shown = (
            schema["examples"][0] if "examples" in schema else "150000" if "pattern" in schema else self.example(schema)
        )
        return str(shown).lower() if isinstance(shown, bool) else str(shown)

    def forbidden_in_address(self, schema: Schema) -> Iterator[str]:
        """Values of a parameter that its schema forbids."""
        schema = self.resolved(schema)
        if schema.get("type") in ("integer", "boolean") or "enum" in schema or "format" in schema:
            yield from ("payed", "1.5.1", "tomorrow")
        if schema.get("format") == "date-time":
            yield from ("5", "1764417600", "2026-13-45T00:00:00Z")
        if "minimum" in schema:
            yield str(schema["minimum"] - 1)
        if "maxLength" in schema:
            yield "x" * (schema["maxLength"] + 1)
        if "pattern" in schema:
            yield "-1"

    def forbidden(self, schema: Schema, pointer: str = "") -> Iterator[tuple[str, Any]]:
        """Values of each kind that the schema forbids, in place of what stands at the pointer."""
        schema = self.resolved(schema)
        choices = [self.resolved(one) for one in schema.get("anyOf") or schema.get("oneOf") or (schema,)]
        kinds = {kind for one in choices for kind in _kinds(one)}
        if not kinds:
            return
        for kind, value in _SAMPLES.items():
            if kind not in kinds and not (kind == "integer" and "number" in kinds):
                yield pointer, value
        if len(choices) > 2 or (len(choices) == 2 and "null" not in kinds):
            return
        for one in choices:
            yield from ((pointer, value) for value in _beyond(one))
            if one.get("type") == "object" and "maxProperties" in one:
                more = one.get("additionalProperties")
                entry = self.example(more) if isinstance(more, Mapping) else 1
                yield pointer, {f"n{number}": entry for number in range(one["maxProperties"] + 1)}
            for name, inner in one.get("properties", {}).items():
                yield from self.forbidden(inner, f"{pointer}/{name}")
            if one.get("type") == "object" and one.get("additionalProperties") is False:
                yield f"{pointer}/no_such_field", 1


_SAMPLES: Final[Mapping[str, Any]] = {
    "null": None,
    "boolean": True,
    "integer": 7,
    "number": 1.5,
    "string": "x",
    "array": [1],
    "object": {"x": 1},
}


def _kinds(schema: Schema) -> set[str]:
    told = schema.get("type")
    return set(told) if isinstance(told, list) else {told} if told else set()


def _beyond(schema: Schema) -> Iterator[Any]:
    """Values of the right kind that are out of bounds."""
    if "enum" in schema:
        yield "no such word"
        return
    kinds = _kinds(schema)
    if "string" in kinds:
        if "maxLength" in schema:
            yield "x" * (schema["maxLength"] + 1)
        if schema.get("minLength", 0) > 0:
            yield "x" * (schema["minLength"] - 1)
        if "pattern" in schema and not re.search(schema["pattern"], "?!"):
            yield "?!"
        if schema.get("format") in _FORMATS:
            yield "?!"
    if "integer" in kinds:
        bounds = (("minimum", -1), ("exclusiveMinimum", 0), ("maximum", 1), ("exclusiveMaximum", 0))
        yield from (schema[name] + step for name, step in bounds if name in schema)
        yield 10**30
    if "array" in kinds and "maxItems" in schema:
        yield [1] * (schema["maxItems"] + 1)


def _text(schema: Schema) -> st.SearchStrategy[str]:
    if "format" in schema:
        return _FORMATS[schema["format"]]
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"].replace("$", r"\Z"), re.ASCII))
    least, most = schema.get("minLength", 0), schema.get("maxLength", 40)
    return st.text(_LETTERS, min_size=least, max_size=max(least, min(most, least + 40)))


def put(body: Any, pointer: str, value: Any) -> Any:
    """The body with the value in the place of the pointer; members on the way are made."""
    steps = pointer.split("/")[1:]
    if not steps:
        return value
    inner = body.get(steps[0]) if isinstance(body, dict) else None
    return {**(body if isinstance(body, dict) else {}), steps[0]: put(inner, "/".join(["", *steps[1:]]), value)}
