"""A request as a programmer writes it, in three languages, ready to be run: a test runs each. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup, escape

LANGUAGES: Final[Mapping[str, str]] = {"curl": "curl", "py": "Python", "ts": "TypeScript"}
_STRING: Final = re.compile(r"&#34;(?:[^&]|&(?!#34;))*&#34;|&#39;(?:[^&]|&(?!#39;))*&#39;")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to be shown: where to, with which key, and whether it takes an Idempotency-Key."""

    base_url: str
    key: str
    verb: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None
    idempotency_key: str = ""

    @property
    def url(self) -> str:
        return f"{self.base_url}{self.path}" + (f"?{urlencode(self.query)}" if self.query else "")

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        """What is sent beside the body's own type."""
        found = [("Authorization", f"Bearer {self.key}")] if self.key else []
        return [*found, ("Idempotency-Key", self.idempotency_key)] if self.idempotency_key else found


def curl(call: Call) -> str:
    """For a shell."""
    lines = [f"curl '{call.url}'" if call.verb in ("GET", "POST") else f"curl -X {call.verb} '{call.url}'"]
    if call.verb == "POST" and call.body is None:
        lines[0] = f"curl -X POST '{call.url}'"
    lines += [f"  -H '{name}: {value}'" for name, value in call.headers]
    if call.body is not None:
        lines += ["  -H 'Content-Type: application/json'", f"  -d '{_json(call.body, 2)}'"]
    return " \\\n".join(lines)


def python(call: Call) -> str:
    """For Python, with the package httpx."""
    told = [f'    "{call.url}",']
    if call.headers:
        named = ", ".join(f'"{name}": "{value}"' for name, value in call.headers)
        told.append(f"    headers={{{named}}},")
    if call.body is not None:
        told.append(f"    json={_python(_json(call.body, 4))},")
    told.append("    timeout=10,")
    return "\n".join(
        [
            "import httpx",
            "",
            f"answer = httpx.{call.verb.lower()}(",
            *told,
            ")",
            "print(answer.status_code, answer.text)",
        ]
    )


def typescript(call: Call) -> str:
    """For TypeScript, with what browsers and Node have."""
    headers = [*call.headers, *([("Content-Type", "application/json")] if call.body is not None else [])]
    told = [f'  method: "{call.verb}",'] if call.verb != "GET" else []
    if headers:
        told.append("  headers: {")
        told += [f'    "{name}": "{value}",' for name, value in headers]
        told.append("  },")
    if call.body is not None:
        told.append(f"  body: JSON.stringify({_json(call.body, 2)}),")
    first = f'const answer = await fetch("{call.url}"' + (", {" if told else ");")
    return "\n".join(
        [
            first,
            *told,
            *(["});"] if told else []),
            "if (!answer.ok) throw new Error(await answer.text());",
            "console.log(await answer.text());",
        ]
    )


def shown(text: str, key: str) -> Markup:
    """Code as it stands on a page: texts in quotes set apart, the reader's own key marked."""
    marked = _STRING.sub(lambda found: f'<span class="s">{found[0]}</span>', str(escape(text)))
    return Markup(marked.replace(str(escape(key)), f"<mark>{escape(key)}</mark>") if key else marked)  # noqa: S704  escaped above


def _json(value: Any, indent: int) -> str:
    """JSON whose lines after the first stand `indent` blanks further in."""
    return json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n" + " " * indent)


def _python(text: str) -> str:
    return re.sub(
        r"\b(true|false|null)\b", lambda found: {"true": "True", "false": "False", "null": "None"}[found[0]], text
    )
