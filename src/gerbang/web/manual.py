"""The reference for readers: the OpenAPI document completed with who may and what errors look like, and two plain pages of it. No script."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

from gerbang.base.errors import GerbangError
from gerbang.web.policy import Row, Who
from gerbang.web.problems import status_of

STYLE: Final = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 6rem; }
h1 { font-size: 1.9rem; letter-spacing: -.02em; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; text-transform: capitalize; }
a { color: inherit; }
nav { display: flex; gap: 1rem; flex-wrap: wrap; margin-bottom: 2rem; }
details { border-top: 1px solid var(--line); padding: .65rem 0; }
summary { cursor: pointer; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
summary code { font-size: .95rem; }
.verb { font: 600 .75rem/1 ui-monospace, monospace; border: 1px solid var(--line); border-radius: 4px; padding: .25rem .4rem; min-width: 3.2rem; text-align: center; }
.what { opacity: .75; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-size: .92rem; }
td, th { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
dt { font-weight: 600; margin-top: 1.25rem; scroll-margin-top: 1rem; } dd { margin: .15rem 0 0; }
:target { background: color-mix(in srgb, Highlight 22%, transparent); }
"""
_KEY_HEADER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Names this request: sent again with the same key and body, it is done once. 1 to 255 printable ASCII characters.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "instance", "code", "request_id", "hint")},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}},
        },
    },
}
_HOOK: Final = {
    "post": {
        "summary": "A provider's webhook",
        "description": "Raw bytes, verified by the provider's own scheme, stored before they are answered.",
        "tags": ["webhook events"],
        "operationId": "Hook",
        "parameters": [{"name": "connection", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "Stored; the body is what the provider expects."}},
    }
}


def completed(schema: dict[str, Any], table: Sequence[Row]) -> dict[str, Any]:
    """The document with security, permissions, Idempotency-Key and the form of errors on every operation."""
    paths: dict[str, Any] = {**schema["paths"], "/hooks/{connection}": _HOOK}
    rows = {(row.path.replace(":path}", "}"), row.method.lower()): row for row in table}
    for path, item in paths.items():
        for verb, operation in item.items():
            row = rows.get((path, verb))
            if row is not None and isinstance(operation, dict):
                _complete(operation, row)
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    return {**schema, "paths": dict(sorted(paths.items()))}


def _complete(operation: dict[str, Any], row: Row) -> None:
    operation["security"] = [] if row.who is Who.ANYONE else [{"bearer": []}]
    if row.permissions:
        operation["x-permissions"] = list(row.permissions)
    if row.key_required:
        operation["parameters"] = [*operation.get("parameters", []), _KEY_HEADER]
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = {status: told for status, told in operation["responses"].items() if status != "400"}
    responses["default"] = {"description": "A problem (RFC 9457); codes under /docs/errors.", "content": problem}
    operation["responses"] = responses


def reference_page(schema: dict[str, Any]) -> str:
    """Every operation, by tag."""
    groups: dict[str, list[str]] = {}
    for path, item in schema["paths"].items():
        for verb, operation in item.items():
            tag = (operation.get("tags") or ["other"])[0]
            groups.setdefault(tag, []).append(_operation(verb.upper(), path, operation))
    body = "".join(f"<h2>{escape(tag)}</h2>{''.join(shown)}" for tag, shown in sorted(groups.items()))
    intro = "<p>JSON in and out, times in UTC, fiat amounts in whole minor units. Every error is a problem with a stable code.</p>"
    return _frame("API reference", intro + body)


def _operation(verb: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}</td>"
        f"<td>{escape(one.get('description') or '')}</td></tr>"
        for one in operation.get("parameters", [])
    )
    table = f"<table><tr><th>Parameter</th><th>In</th><th></th></tr>{rows}</table>" if rows else ""
    permissions = operation.get("x-permissions")
    who = f"<p>Needs <code>{escape(' or '.join(permissions))}</code>.</p>" if permissions else ""
    return (
        f'<details><summary><span class="verb">{verb}</span><code>{escape(path)}</code>'
        f'<span class="what">{escape(operation.get("summary") or "")}</span></summary>'
        f"<p>{escape(operation.get('description') or '')}</p>{who}{table}</details>"
    )


def errors_page() -> str:
    """Every error code with its status and meaning."""
    shown = []
    for code, kind in sorted({kind.code: kind for kind in _kinds(GerbangError)}.items()):
        meaning = (kind.__doc__ or "").strip().split("\n\n")[0]
        shown.append(
            f'<dt id="{escape(code)}"><code>{escape(code)}</code> · {status_of(kind())}</dt>'
            f"<dd>{escape(kind.title)}. {escape(meaning)}</dd>"
        )
    return _frame(
        "Errors", f"<p>The <code>code</code> of a problem never changes its meaning.</p><dl>{''.join(shown)}</dl>"
    )


def _kinds(kind: type[GerbangError]) -> Iterator[type[GerbangError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from _kinds(inner)


def _frame(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Gerbang</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/docs/style.css"></head>'
        f'<body><nav><a href="/docs">Reference</a><a href="/docs/errors">Errors</a><a href="/openapi.json">openapi.json</a></nav>'
        f"<h1>{title}</h1>{body}</body></html>"
    )
