"""What others wrote and we ship: the very bytes of the packages that the table names; and no template asks for what the policy forbids."""

import hashlib
import re
from pathlib import Path

from tests.tidy.test_tidy import SOURCE

VENDOR = SOURCE / "web" / "console" / "static" / "vendor"
TEMPLATES = [
    *(SOURCE / "web" / "console" / "templates").rglob("*.html"),
    *(SOURCE / "web" / "checkout").rglob("*.html"),
]
# What needs `eval` (hx-on, js:, a filter of a trigger), what the policy refuses (inline script and style), and whose content is never loaded.
FORBIDDEN = (
    re.compile(r"\bhx-on\b|\bhx-live\b"),
    re.compile(r"""\b(?:js|javascript):""", re.IGNORECASE),
    re.compile(r"""hx-trigger="[^"]*\["""),
    re.compile(r"""\son[a-z]+\s*=\s*["']"""),
    re.compile(r"""\sstyle\s*="""),
    re.compile(r"""<script(?![^>]*\bsrc=)"""),
    re.compile(r"""(?:src|href)="https?://"""),
)


def test_every_vendored_file_is_the_one_in_the_table() -> None:
    lines = [line.split() for line in (VENDOR / "SHA256SUMS").read_text().splitlines()]
    table = {name: digest for digest, name in lines}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(VENDOR.iterdir())
        if path.name != "SHA256SUMS"
    }
    assert found == table


def test_no_template_needs_eval_or_anything_inline() -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {hit[0]}"
        for path in TEMPLATES
        for rule in FORBIDDEN
        for hit in rule.finditer(_without_comments(path))
    ]
    assert not found, "\n".join(found)


def test_only_what_stands_in_a_page_from_the_beginning_is_htmx() -> None:
    """What is loaded again carries no attribute of htmx, and each that there is carries the nonce without which hx-csp ignores it."""
    found = {
        path.name: hits
        for path in TEMPLATES
        if (hits := re.findall(r"<[^<>]*(?:\{\{[^{}]*\}\}[^<>]*)*\shx-[a-z]", _without_comments(path)))
    }
    assert set(found) == {"shell.html"}
    macro = (SOURCE / "web/console/templates/console/parts.html").read_text()
    used = re.findall(r"^.*hx-get=.*$", macro, re.MULTILINE)
    assert [("hx-nonce" in line, "macro watches" in line) for line in used] == [(True, True)]


def _without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
