"""The TypeScript client's methods, one for each operation of the API. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from sdk.generator.document import Api, Operation, Schema

_HEAD: Final = """/** Every operation of the API as a method. Made by `make sdk` from the OpenAPI document: change nothing here by hand. */

import { type Call, type KeyOption, newKey } from "./calls.js";
import type { Pages } from "./paging.js";
import type {
"""
_SIMPLE: Final = {"string": "string", "integer": "number", "boolean": "boolean"}
_DIGITS: Final = "^[1-9][0-9]"


def written(api: Api) -> str:
    """The module."""
    used = sorted({name for one in api.operations for name in re.findall(r"\b[A-Z]\w+", " ".join(_types(one)))})
    lines = [_HEAD + "".join(f"  {name},\n" for name in used) + '} from "./types.js";', ""]
    lines += [
        "/** What a client can ask for. How it is sent stands in `client.ts`. */",
        "export abstract class Operations {",
    ]
    lines += [
        "  protected abstract send<T>(call: Call): Promise<T>;",
        "  protected abstract pages<T>(call: Call): Pages<T>;",
    ]
    for one in api.operations:
        lines += ["", *_method(one)]
    return "\n".join([*lines, "}", ""])


def _method(one: Operation) -> Iterator[str]:
    told = "Uint8Array" if one.is_file else one.returns
    kind = f"Pages<{one.item}>" if one.item else f"Promise<{told or 'void'}>"
    arguments = [*(f"{_camel(part)}: string" for part in one.parts), *_body(one), *_query(one)]
    arguments += ["options: KeyOption = {}"] if one.takes_key else []
    yield f"  /** {one.says.replace('*/', '* /')} */"
    yield f"  {one.id}({', '.join(arguments)}): {kind} {{"
    yield f"    return this.{'pages' if one.item else 'send'}({{ {', '.join(_call(one))} }});"
    yield "  }"


def _call(one: Operation) -> Iterator[str]:
    yield f'method: "{one.verb}"'
    yield f'path: "{one.path}"'
    if one.parts:
        yield "parts: { " + ", ".join(_pair(part) for part in one.parts) + " }"
    if _query(one):
        yield "query"
    if one.body:
        yield "body"
    if one.takes_key:
        yield "idempotencyKey: options.idempotencyKey ?? newKey()"


def _pair(part: str) -> str:
    return part if _camel(part) == part else f"{part}: {_camel(part)}"


def _body(one: Operation) -> list[str]:
    if not one.body:
        return []
    return [f"body: {one.body}" + ("" if one.body_required else " = {}")]


def _query(one: Operation) -> list[str]:
    shown = [each for each in one.query if each.name != "cursor"]
    if not shown:
        return []
    fields = "; ".join(f"{each.name}{'' if each.required else '?'}: {type_of(each.schema)}" for each in shown)
    return [f"query: {{ {fields} }}" + ("" if any(each.required for each in shown) else " = {}")]


def _types(one: Operation) -> list[str]:
    return [*_body(one), *re.findall(r": ([A-Z]\w+)", " ".join(_query(one))), one.item or one.returns or ""]


def type_of(schema: Schema) -> str:
    """The type of a parameter."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(f'"{one}"' for one in schema["enum"])
    if str(schema.get("pattern", "")).startswith(_DIGITS):
        return "number | string"
    return _SIMPLE[schema["type"]]


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)
