"""The reference for readers: two plain pages of the OpenAPI document and of the table of errors. No script."""

from collections.abc import Iterator
from html import escape
from typing import Any, Final, NamedTuple

from gerbang.base.errors import GerbangError
from gerbang.web.problems import status_of
from gerbang.web.texts.problems import PROBLEMS, ProblemText

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
tr { scroll-margin-top: 1rem; }
:target { background: color-mix(in srgb, Highlight 22%, transparent); }
"""


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


class ErrorRow(NamedTuple):
    """One code: its HTTP status, its title, and what is told of it."""

    code: str
    status: int
    title: str
    told: ProblemText


def error_rows() -> list[ErrorRow]:
    """Every code that an answer can carry, by name."""
    kinds = {kind.code: kind for kind in _kinds(GerbangError)}
    return [
        ErrorRow(code, status_of(kinds[code]()), kinds[code].title, told) for code, told in sorted(PROBLEMS.items())
    ]


def errors_page() -> str:
    """Every code with its status, cause and cure."""
    shown = [
        f'<tr id="{row.code}"><td><code>{row.code}</code><br>{row.status} · {escape(row.title)}</td>'
        f"<td>{_marked(row.told.cause)}</td><td>{_marked(row.told.cure)}</td><td>{row.told.retry}</td>"
        f"<td>{_marked(row.told.example)}</td></tr>"
        for row in error_rows()
    ]
    head = "<tr><th>Code</th><th>Why</th><th>What to do</th><th>Send it again?</th><th>For example</th></tr>"
    about = (
        "<p>The <code>code</code> of a problem never changes its meaning. <code>detail</code> tells this very case, <code>errors</code>"
        " the fields, <code>hint</code> what to do, and <code>request_id</code> finds it in the log.</p>"
    )
    return _frame("Errors", f"{about}<table>{head}{''.join(shown)}</table>")


def _marked(text: str) -> str:
    """Text whose parts between grave accents are code."""
    parts = escape(text, quote=False).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


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
