"""The Python client's methods, one for each operation of the API, twice: for callers that wait and for those that await. Pure."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from sdk.generator.document import Api, Operation, Schema

_HEAD: Final = '''"""Every operation of the API as a method. Made by `make sdk` from the OpenAPI document: change nothing here by hand."""

from typing import Any, Literal

from gerbang_client.calls import Call, new_key
from gerbang_client.paging import AsyncPages, Pages
from gerbang_client.types import (
'''
_SIMPLE: Final = {"string": "str", "integer": "int", "boolean": "bool"}
_DIGITS: Final = "^[1-9][0-9]"  # text on the wire, because an asset's base units may be many; a number is as good
_WIDTH: Final = 110


def written(api: Api) -> str:
    """The module."""
    told = re.sub(r"Literal\[.*?\]", "", " ".join(text for one in api.operations for text in _types(one)))
    used = sorted(set(re.findall(r"\b[A-Z]\w+", told)) - {"None"}, key=str.lower)
    lines = [_HEAD + "".join(f"    {name},\n" for name in used) + ")"]
    for name, pages, says in (("Operations", "Pages", ""), ("AsyncOperations", "AsyncPages", "async ")):
        lines += ["", "", f"class {name}:", *_base(says, pages)]
        for one in api.operations:
            lines += ["", *_method(one, says, pages)]
    return "\n".join(lines) + "\n"


def _base(prefix: str, pages: str) -> Iterator[str]:
    yield '    """What a client can ask for. How it is sent stands in `client.py`."""'
    yield ""
    yield f"    {prefix}def _send(self, call: Call) -> Any:"
    yield "        raise NotImplementedError"
    yield ""
    yield f"    def _pages(self, call: Call) -> {pages}[Any]:"
    yield "        raise NotImplementedError"


def _method(one: Operation, prefix: str, pages: str) -> Iterator[str]:
    told = "bytes" if one.is_file else one.returns
    returns = f"{pages}[{one.item}]" if one.item else told or "None"
    start = "" if one.item else prefix
    arguments = ["self", *(f"{part}: str" for part in one.parts), *_body(one)]
    named = [*_query(one), *(["idempotency_key: str | None = None"] if one.takes_key else [])]
    arguments += ["*", *named] if named else []
    yield f"    {start}def {snake(one.id)}({', '.join(arguments)}) -> {returns}:"
    said = textwrap.wrap(one.says, _WIDTH)
    end = '"""' if len(said) == 1 else '\n"""'
    yield from textwrap.indent('"""' + "\n".join(said) + end, " " * 8).split("\n")
    call = f"Call({', '.join(_call(one))})"
    if one.item:
        yield f"        return self._pages({call})"
    elif not told:
        yield f"        {'await ' if prefix else ''}self._send({call})"
    else:
        yield f"        answer: {told} = {'await ' if prefix else ''}self._send({call})"
        yield "        return answer"


def _call(one: Operation) -> Iterator[str]:
    yield f'"{one.verb}"'
    yield f'"{one.path}"'
    if one.parts:
        yield "parts={" + ", ".join(f'"{part}": {part}' for part in one.parts) + "}"
    if one.query:
        yield "query={" + ", ".join(f'"{each.name}": {each.name}' for each in one.query if each.name != "cursor") + "}"
    if one.body:
        yield "body=body"
    if one.takes_key:
        yield "idempotency_key=idempotency_key or new_key()"


def _body(one: Operation) -> list[str]:
    if not one.body:
        return []
    return [f"body: {one.body}" + ("" if one.body_required else " | None = None")]


def _query(one: Operation) -> list[str]:
    """Those that are required first; where a list goes on is the paging's own business."""
    shown = [each for each in one.query if each.name != "cursor"]
    return [
        f"{each.name}: {type_of(each.schema)}" + ("" if each.required else " | None = None")
        for each in sorted(shown, key=lambda each: not each.required)
    ]


def _types(one: Operation) -> Sequence[str]:
    return [*_body(one), *_query(one), one.item or one.returns or ""]


def type_of(schema: Schema) -> str:
    """The type of a parameter."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return "Literal[" + ", ".join(f'"{one}"' for one in schema["enum"]) + "]"
    if str(schema.get("pattern", "")).startswith(_DIGITS):
        return "int | str"
    return _SIMPLE[schema["type"]]


def snake(name: str) -> str:
    """`createPayment` as Python writes it."""
    return re.sub(r"(?=[A-Z])", "_", name).lower()
