"""The OpenAPI document, made to say what the server does: who may, which bodies and parameters are taken and which are not, what errors look
like. Bodies are described by the very reader that refuses them; the pages made of the document stand in reference/.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from gerbang.web.event_catalogue import CatalogueEntry, webhooks
from gerbang.web.openapi_names import renamed
from gerbang.web.policy_rows import Row, Who
from gerbang.web.texts.problems import PROBLEMS, Retry

BODY_REF: Final = "#/components/schemas/{name}"
_KEY_HEADER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Names this request: sent again with the same key and body, it is done once. 1 to 255 printable ASCII characters, no blanks.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_LINK_TOKEN: Final = {
    "name": "t",
    "in": "query",
    "required": False,
    "description": "The token of the payment's own link, for a payer without an account; also taken as the header X-Payment-Token.",
    "schema": {"type": "string", "minLength": 1},
}
_LAST_EVENT_ID: Final = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The `id` of the last event that was heard: the stream goes on behind it.",
    "schema": {"type": "string"},
}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "instance", "request_id", "hint")},
        "code": {"type": "string", "enum": sorted(PROBLEMS)},
        "status": {"type": "integer"},
        "retry": {
            "type": "string",
            "enum": [one.wire for one in Retry],
            "description": "Whether the same request may be sent again: "
            + ", ".join(f"`{one.wire}`: {one.value}" for one in Retry)
            + ".",
        },
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}},
        },
    },
}
_ANSWERS: Final = {
    "200": "Done: the answer shows what there is now.",
    "201": "Made, or made before by the same key and body.",
    "202": "Taken: it goes on by itself.",
    "204": "Done: there is nothing to tell.",
}
_CONNECTION: Final = {"name": "connection", "in": "path", "required": True, "schema": {"type": "string"}}
_HOOK: Final = {
    "get": {
        "summary": "A provider verifies its hook's address",
        "description": "Answered where the provider asks in this way before it sends anything (WhatsApp: `hub.challenge`); 405 for all others.",
        "tags": ["webhook events"],
        "operationId": "verifyHook",
        "parameters": [_CONNECTION],
        "responses": {"200": {"description": "The address is ours; the body is what the provider expects."}},
    },
    "post": {
        "summary": "A provider's webhook",
        "description": "Raw bytes, verified by the provider's own scheme, stored before they are answered.",
        "tags": ["webhook events"],
        "operationId": "receiveHook",
        "parameters": [_CONNECTION],
        "responses": {"200": {"description": "Stored; the body is what the provider expects."}},
    },
}


def completed(
    schema: Mapping[str, Any],
    table: Sequence[Row],
    bodies: Sequence[type[msgspec.Struct]] = (),
    catalogue: Sequence[CatalogueEntry] = (),
) -> dict[str, Any]:
    """The document with security, permissions, headers and the form of errors on every operation, with the bodies as they are read, and with
    every event of the catalogue that endpoints get.
    """
    paths: dict[str, Any] = {**schema["paths"], "/hooks/{connection}": _HOOK}
    rows = {(row.path.replace(":path}", "}"), row.method.lower()): row for row in table}
    components = {**schema.get("components", {})}
    hooks, of_hooks = webhooks(catalogue, BODY_REF)
    components["schemas"] = {**of_hooks, **components.get("schemas", {}), **_read_as(bodies), "Problem": _PROBLEM}
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    for path, item in paths.items():
        for verb, operation in item.items():
            row = rows.get((path, verb))
            if row is not None and isinstance(operation, dict):
                _complete(operation, row, components["schemas"])
    return renamed({**schema, "paths": dict(sorted(paths.items())), "webhooks": hooks, "components": components})


def without_body(schema: Mapping[str, Any], table: Sequence[Row]) -> frozenset[str]:
    """The routes whose body may say nothing, by name."""
    paths = schema["paths"]
    told = {row.route: paths.get(row.path.replace(":path}", "}"), {}).get(row.method.lower()) for row in table}
    return frozenset(route for route, operation in told.items() if operation and "requestBody" not in operation)


def _read_as(bodies: Sequence[type[msgspec.Struct]]) -> dict[str, Any]:
    _, components = msgspec.json.schema_components(bodies, ref_template=BODY_REF)
    return dict(components)


def _complete(operation: dict[str, Any], row: Row, schemas: Mapping[str, Any]) -> None:
    operation["security"] = [] if row.who is Who.ANYONE else [{"bearer": []}]
    if row.permissions:
        operation["x-permissions"] = list(row.permissions)
    operation["parameters"] = [
        *[_parameter(one) for one in operation.get("parameters", ())],
        *([{**_KEY_HEADER, "required": row.key_required}] if row.key_required or row.key_taken else ()),
        *([_LINK_TOKEN] if row.own else ()),
        *([_LAST_EVENT_ID] if row.path.endswith("/events") else ()),
    ]
    if "requestBody" in operation:
        media = operation["requestBody"]["content"]["application/json"]
        shape = schemas[media["schema"]["$ref"].rsplit("/", 1)[-1]]
        operation["requestBody"]["required"] = bool(shape["required"])
    problem = {"application/problem+json": {"schema": {"$ref": BODY_REF.format(name="Problem")}}}
    responses = {
        status: {**told, "description": _ANSWERS.get(status, told.get("description", ""))}
        for status, told in operation["responses"].items()
        if status != "400"
    }
    responses["default"] = {"description": "A problem (RFC 9457); codes under /docs/errors.", "content": problem}
    operation["responses"] = responses


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter of the address as it is read: it cannot be null, and it must not be empty."""
    shape = dict(one["schema"])
    kinds = [kind for kind in shape.pop("oneOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        shape = {**kinds[0], **shape}
    if shape.get("type") == "string" and "format" not in shape:
        shape.setdefault("minLength", 1)
    return {**one, "schema": shape}
